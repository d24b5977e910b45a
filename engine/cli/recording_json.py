"""Found conversations and sealed recordings as the command line tells them; edge."""

from datetime import tzinfo
from typing import Any

from config.masking import masked_number
from engine.cli.language import spoken
from engine.cli.output import clock, one_line
from recordings.finding.criteria import Criteria, FoundCall, FoundRecording, state_of
from recordings.model.sealed import Sealed
from recordings.model.timestamps import json_text
from recordings.privacy.hiding import UNREADABLE


def described(found: FoundCall, zone: tzinfo, unmask: bool) -> dict[str, Any]:
    """A call and its recordings as JSON."""
    call = found.call
    return {
        "call_id": call.call_id,
        "caller": _caller(found, unmask),
        "arrived_at": json_text(call.arrived_at, zone),
        "ended_at": json_text(call.ended_at, zone),
        "language": call.language,
        "outcome": call.outcome and call.outcome.value,
        "registrations": list(found.registrations),
        "recordings": [
            {
                "id": one.recording.id,
                "connection": one.recording.connection,
                "consultant": party(found, one),
                "seconds": one.recording.seconds,
                "state": state_of(one),
                "checks": list(one.recording.checks),
            }
            for one in found.recordings
        ],
    }


def row(found: FoundCall, zone: tzinfo, unmask: bool) -> list[tuple[str, ...]]:
    """A call's lines of the table, one a recording."""
    call = found.call
    start = (
        clock(call.arrived_at, zone),
        call.call_id,
        one_line(_caller(found, unmask) or spoken("withheld")),
    )
    lines: list[tuple[str, ...]] = [
        (
            *start,
            party(found, one),
            call.language or "",
            one.recording.id,
            "" if one.recording.seconds is None else f"{one.recording.seconds:.1f} {spoken('s')}",
            spoken(state_of(one)),
        )
        for one in found.recordings
    ]
    return lines or [(*start, "", call.language or "", "", "", spoken("no conversation"))]


def party(found: FoundCall, one: FoundRecording) -> str:
    """Who spoke with the caller there."""
    number = one.recording.connection
    return next((talk.party for talk in found.call.connections if talk.number == number), "")


def sealed_facts(sealed: Sealed, zone: tzinfo) -> dict[str, Any]:
    """A sealed recording's row, for people and programs."""
    return {
        "recording": sealed.recording_id,
        "call": sealed.call_id,
        "seconds": round(sealed.seconds, 3),
        "sealed_at": clock(sealed.sealed_at, zone),
        "chain": sealed.seq,
        "audio_sha256": sealed.audio_sha256,
        "sealed_sha256": sealed.sealed_sha256,
        "size": sealed.size,
        "master_key": sealed.key_id,
        "marks": " ".join(sealed.marks),
        "destroyed_at": clock(sealed.destroyed_at, zone),
    }


def spoken_search(wanted: Criteria) -> str:
    """The search for the access log: what was asked, the number masked."""
    words = []
    for name in Criteria.__dataclass_fields__:
        value = getattr(wanted, name)
        if value not in (None, False) and name != "limit":
            words.append(f"{name} {masked_number(value) if name == 'number' else value}")
    return "search: " + (", ".join(words) or "everything")


def _caller(found: FoundCall, unmask: bool) -> str | None:
    caller = found.call.pii_caller
    return caller if unmask or caller == UNREADABLE else masked_number(caller)
