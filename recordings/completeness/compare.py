"""Comparison of conversations with recordings and files: missing, left over, too short, too long; pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from recordings.capture.judging import HARDLY
from recordings.model.entries import PLAYABLE, RecordingState
from recordings.model.gap import BACKLOG, Gap
from recordings.model.link_quality import LinkHeard, explained, words
from recordings.model.spans import Span, holes, seconds

GRACE = timedelta(seconds=25)  # after the end of a call its recordings are looked at and judged
LATE = timedelta(minutes=10)  # to be judged in, and to be sealed in
# Nobody writes to a file, and no row came that knows of it: an engine that is away, a journal that is away
# or a call that goes on for long with 1414 is no stranger's file. The judge waits as long (gather.ORPHANED).
QUIET = timedelta(minutes=11)


@dataclass(frozen=True, slots=True)
class AnsweredConversation:
    """An answered conversation that ended, and the row of its recording, if any."""

    call_id: str
    number: int
    answered_at: datetime
    ended_at: datetime
    recording: "RecordingFacts | None"
    links: tuple[LinkHeard, ...] = ()
    call_ended_at: datetime | None = None  # the row comes then, and with it the judge

    @property
    def name(self) -> str:
        """The recording's id, or the name one would have."""
        return self.recording.id if self.recording else f"{self.call_id}-c{self.number}"

    @property
    def seconds(self) -> float:
        """How long they talked."""
        return (self.ended_at - self.answered_at).total_seconds()

    @property
    def over_at(self) -> datetime:
        """When its recording could be judged: 1414 may have talked with the caller long after us."""
        return max(self.ended_at, self.call_ended_at or self.ended_at)


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """A recording's row with its sealed row; files relative to their folders."""

    id: str
    state: RecordingState
    seconds: float | None
    stereo_file: str | None
    checked_at: datetime | None
    sealed_file: str | None
    sealed_size: int | None
    destroyed: bool
    pieces: tuple[Span, ...] = ()

    @property
    def recorded(self) -> float:
        """Seconds that were recorded: the sum of the pieces, what they share once."""
        if not self.pieces:
            return self.seconds or 0.0
        return seconds(self.pieces)

    @property
    def holes(self) -> list[Span]:
        """What lies between two pieces, where it is longer than a second."""
        return holes(self.pieces)


Size = Mapping[str, int]  # bytes by file, of those that are there


def gap_of(
    talk: AnsweredConversation, raw: Size, sealed: Size, now: datetime, sound: frozenset[str] = frozenset()
) -> Gap | None:
    """The gap of a conversation; None when it is a playable recording of its length, or in its grace yet.

    `sound`: calls of which raw files with sound lie there that belong to no conversation yet.
    """
    kept = talk.recording
    if kept is None or kept.state not in PLAYABLE:
        return _missing(talk, now, talk.call_id in sound)
    if kept.destroyed:
        return None
    found = _file(kept, raw, sealed) or _hole(talk, kept) or _length(talk, kept)
    return _gap(*found, talk) if found else _late(talk, kept, now)


def _missing(talk: AnsweredConversation, now: datetime, sound: bool) -> Gap | None:
    """Judged and without sound, or never judged: where its sound lies there, it waits for the judge."""
    state = talk.recording.state if talk.recording else None
    if state is RecordingState.GENERATED or talk.seconds < HARDLY:
        return None
    judged = state is RecordingState.MISSING
    waited = now - talk.over_at
    if sound and not judged:
        words = "not judged in ten minutes; see: ivr111 doctor"
        return replace(_gap("unsealed", words, talk), settles=BACKLOG) if waited >= LATE else None
    if not judged and waited < GRACE:
        return None
    return _gap("missing", f"talked {talk.seconds:.1f} s, no playable recording", talk)


def _file(kept: RecordingFacts, raw: Size, sealed: Size) -> tuple[str, str] | None:
    if kept.sealed_file is None:
        there = kept.stereo_file in raw
        return None if there else ("file_missing", "the recording is gone, and was not sealed")
    size = sealed.get(kept.sealed_file)
    if size is None:
        return "file_missing", "the sealed file is gone"
    if size != kept.sealed_size:
        return "file_size", f"the sealed file has {size} bytes, {kept.sealed_size} were sealed"
    return None


def _length(talk: AnsweredConversation, kept: RecordingFacts) -> tuple[str, str] | None:
    if explained(talk.seconds, kept.recorded, talk.links):
        return None
    return "length", f"talked {talk.seconds:.1f} s, recorded {kept.recorded:.1f} s{_network(talk)}"


def _hole(talk: AnsweredConversation, kept: RecordingFacts) -> tuple[str, str] | None:
    """Whatever the network did: where nothing came, nothing is heard."""
    if not kept.holes:
        return None
    at = ", ".join(
        f"{(begin - talk.answered_at).total_seconds():.1f} to {(end - talk.answered_at).total_seconds():.1f}"
        for begin, end in kept.holes
    )
    said = f"talked {talk.seconds:.1f} s, recorded {kept.recorded:.1f} s, nothing from {at} s"
    return "hole", said + _network(talk)


def _network(talk: AnsweredConversation) -> str:
    said = words(talk.links)
    return f" ({said})" if said else ""


def _late(talk: AnsweredConversation, kept: RecordingFacts, now: datetime) -> Gap | None:
    if kept.sealed_file is None and kept.checked_at is not None and now - kept.checked_at > LATE:
        found = _gap("unsealed", "not sealed in ten minutes; see: ivr111 doctor", talk)
        return replace(found, settles=BACKLOG)
    return None


def orphans(
    files: Iterable[tuple[str, str, datetime]], known: Collection[str], now: datetime
) -> Iterator[Gap]:
    """Files (recording id, call id, last written) of recordings no row knows; a growing one is no orphan."""
    last: dict[tuple[str, str], datetime] = {}
    for recording_id, call_id, written in files:
        if recording_id not in known:
            last[recording_id, call_id] = max(written, last.get((recording_id, call_id), written))
    for (recording_id, call_id), written in last.items():
        if now - written >= QUIET:
            yield Gap("orphan", call_id, recording_id, written, "a file no conversation is known for")


def _gap(kind: str, detail: str, talk: AnsweredConversation) -> Gap:
    return Gap(kind, talk.call_id, talk.name, talk.answered_at, detail)
