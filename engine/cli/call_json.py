"""A call as `calls list --json` and `calls show --json` give it: names and forms others rely on; edge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from config.masking import masked_number
from recordings.model.call_record import CallRecord
from recordings.model.entries import Alarm
from recordings.model.recording import Recording
from recordings.model.timestamps import json_text
from recordings.privacy.hiding import UNREADABLE


@dataclass(frozen=True, slots=True)
class CallJson:
    """Tells calls in the centre's `zone`, files below `audio`, the caller in clear only where `unmasked`."""

    zone: tzinfo
    audio: Path
    unmasked: bool = False

    def call(self, record: CallRecord, recordings: list[Recording]) -> dict[str, Any]:
        """What `calls list --json` prints of one call; `answered_at` is the consultant's answer."""
        return {
            "call_id": record.call_id,
            "caller": self.caller(record),
            "language": record.language,
            "queue": queue(record),
            "consultant": record.served_by,
            "arrived_at": self.time(record.arrived_at),
            "answered_at": self.time(record.answered_at),
            "ended_at": self.time(record.ended_at),
            "outcome": record.outcome and record.outcome.value,
            "rating": record.rating,
            "recordings": [self.recording(one) for one in recordings if one.of_a_conversation],
        }

    def whole(self, record: CallRecord, recordings: list[Recording]) -> dict[str, Any]:
        """What `calls show --json` prints: all that is known."""
        wait = waited(record)
        return self.call(record, recordings) | {
            "line_answered_at": self.time(record.line_answered_at),
            "language_at": self.time(record.language_at),
            "queued_at": self.time(record.queued_at),
            "first_ring_at": self.time(record.first_ring_at),
            "conversation_ended_at": self.time(record.conversation_ended_at),
            "notice_at": self.time(record.notice_at),
            "ucc_result": record.ucc_result,
            "rating_asked": record.rating_asked,
            "rated_at": self.time(record.rated_at),
            "wrap_up_ended_at": self.time(record.wrap_up_ended_at),
            "ended_by": record.ended_by,
            "survived": record.survived,
            "waited_seconds": None if wait is None else round(wait, 3),
            "connections": [
                {
                    "number": talk.number,
                    "party": talk.party,
                    "rang_at": self.time(talk.rang_at),
                    "answered_at": self.time(talk.answered_at),
                    "ended_at": self.time(talk.ended_at),
                }
                for talk in record.connections
            ],
            "moments": [
                {
                    "kind": one.kind,
                    "number": one.number,
                    "party": one.party,
                    "at": self.time(one.at),
                    "until": self.time(one.until),
                    "result": one.result,
                }
                for one in record.moments
            ],
        }

    def recording(self, one: Recording) -> dict[str, Any]:
        """One recording; levels in dBFS, files as absolute paths."""
        return {
            "id": one.id,
            "connection": one.connection,
            "state": one.state.value,
            "started_at": self.time(one.started_at),
            "ended_at": self.time(one.ended_at),
            "seconds": one.seconds,
            "file": self.file(one.stereo_file),
            "caller_level": one.caller_level,
            "consultant_level": one.consultant_level,
            "checks": list(one.checks),
            "segments": [
                {
                    "number": part.number,
                    "seconds": part.seconds,
                    "caller_file": self.file(part.caller_file),
                    "consultant_file": self.file(part.consultant_file),
                }
                for part in one.segments
            ],
        }

    def legs(self, told: Iterable[Alarm]) -> list[dict[str, Any]]:
        """What was told of the call's legs: no sign of life, sound from elsewhere; `_ended` its end."""
        return [{"kind": one.kind, "at": self.time(one.at)} for one in told]

    def caller(self, record: CallRecord) -> str | None:
        """The number, masked unless a reason was given (A5); None when it was withheld."""
        shown = self.unmasked or record.pii_caller == UNREADABLE
        return record.pii_caller if shown else masked_number(record.pii_caller)

    def time(self, at: datetime | None) -> str | None:
        """ISO 8601 with the centre's offset, to the millisecond."""
        return json_text(at, self.zone)

    def file(self, name: str | None) -> str | None:
        """A file of a recording, absolute; None once its sealed copy has taken its place."""
        path = None if name is None else self.audio / name
        return str(path) if path is not None and path.exists() else None


def queue(record: CallRecord) -> str | None:
    """111-kk or 111-ru once the caller was queued."""
    return f"111-{record.language}" if record.queued_at and record.language else None


def waited(record: CallRecord) -> float | None:
    """Seconds from arrival to the consultant's answer (C1); None without an answer."""
    return (record.answered_at - record.arrived_at).total_seconds() if record.answered_at else None
