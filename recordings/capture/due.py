"""Which recordings are due for a look: intents, files on the disk and calls brought together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialplan.recording_names import RecordingFile, parse_stem, stem_of
from recordings.capture.match_conversations import HEADER, NOT_RECORDED, places
from recordings.model.call_record import CallRecord, Connection
from recordings.model.entries import OPEN, RecordingState
from recordings.model.link_quality import LinkHeard
from recordings.model.recording import Recording

QUIET = timedelta(seconds=2)  # a growing file is written to at least once a second
ORPHANED = timedelta(minutes=10)  # nothing written, and nobody ever told us that the call ended
# After a call's end its row may lack a conversation that was not seen: the channel event log tells it, once
# it was read. Who engine and log never told of is judged alone.
UNTOLD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DueCheck:
    """One recording that can be judged now; no `files` where there is nothing on the disk."""

    recording_id: str
    call_id: str
    connection: int | None
    answered: Connection | None
    files: tuple[RecordingFile, ...]
    known: Recording | None
    orphan: bool
    links: tuple[LinkHeard, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of both legs' files."""
        return size_of(self.files)


def size_of(files: Iterable[RecordingFile]) -> int:
    """What tells that nothing was added: bytes of the legs; the mix and the stereo file do not count."""
    return sum(file.size for file in files if file.leg in ("caller", "consultant"))


def by_recording(found: Iterable[RecordingFile]) -> dict[str, list[RecordingFile]]:
    """Files by recording id."""
    groups: dict[str, list[RecordingFile]] = {}
    for file in found:
        groups.setdefault(file.stem.recording, []).append(file)
    return groups


def due(
    found: Iterable[RecordingFile], known: Iterable[Recording], calls: Mapping[str, CallRecord], now: datetime
) -> list[DueCheck]:
    """Every recording that is over and not yet judged as it lies there, each once.

    A recording is over when its call is, when its recorder was stopped, or when nothing has been
    written for ten minutes. An answered connection with neither row nor file is due as well.
    """
    rows = {row.id: row for row in known}
    groups = by_recording(found)
    ids = {**dict.fromkeys(groups), **dict.fromkeys(rows)}
    found_in = places(groups, rows, calls)
    result = []
    for recording_id in ids:
        files, row = tuple(groups.get(recording_id, ())), rows.get(recording_id)
        stem = parse_stem(recording_id)
        if stem is None:
            continue
        call = calls.get(stem.call_id)
        number = found_in.get(recording_id)
        talk = _connection(call, number)
        written = max((file.modified for file in files if file.leg != "stereo"), default=None)  # by Asterisk
        silent_for = now - written if written else None
        over = _over(call, row, talk, now)
        orphan = not over and silent_for is not None and silent_for > ORPHANED
        if (not over and not orphan) or (silent_for is not None and silent_for < QUIET):
            continue
        if row is not None and row.state not in OPEN and _unchanged(row, files, call, talk):
            continue
        if not orphan and call is not None and _sounds(files) and not _is_told(call, talk, now):
            continue
        if not size_of(files) and call is None and row is None:
            continue
        result.append(DueCheck(recording_id, stem.call_id, number, talk, files, row, orphan and call is None))
    return result + _never_begun(calls, ids, found_in, now)


def _over(call: CallRecord | None, row: Recording | None, talk: Connection | None, now: datetime) -> bool:
    ended = [call.ended_at if call else None, talk.ended_at if talk else None]
    if any(moment is not None and now - moment >= QUIET for moment in ended):
        return True
    # A stop alone says nothing of whether anybody answered: that the call's end will tell.
    return bool(row and row.ended_at and talk and now - row.ended_at >= QUIET)


def _sounds(files: tuple[RecordingFile, ...]) -> bool:
    return any(file.size > HEADER for file in files if file.leg in ("caller", "consultant"))


def _is_told(call: CallRecord, talk: Connection | None, now: datetime) -> bool:
    """The conversation that was recorded stands in the call's row with its end, or never will."""
    if talk is not None and (talk.ended_at is not None or call.ended_at is None):
        return True
    return call.ended_at is not None and now - call.ended_at >= UNTOLD


def _unchanged(
    row: Recording, files: tuple[RecordingFile, ...], call: CallRecord | None, talk: Connection | None
) -> bool:
    if row.state is RecordingState.GENERATED:
        return True
    if call is not None and row.connection != (talk.number if talk else None):
        return False  # the call's row became whole
    if not files:
        # Sealed and taken away, or removed as empty; but was it answered after all?
        return not (row.state is RecordingState.EMPTY and talk is not None)
    return size_of(files) == row.size


def _connection(call: CallRecord | None, number: int | None) -> Connection | None:
    return next((talk for talk in call.connections if talk.number == number), None) if call else None


def _never_begun(
    calls: Mapping[str, CallRecord], ids: Iterable[str], found_in: Mapping[str, int], now: datetime
) -> list[DueCheck]:
    taken = set(ids)
    recorded = {(name.rsplit("-", 1)[0], number) for name, number in found_in.items()}
    result = []
    for call in calls.values():
        for talk in call.connections:
            over = talk.ended_at or call.ended_at
            if (call.call_id, talk.number) in recorded or talk.party in NOT_RECORDED:
                continue
            if over is not None and now - over >= 3 * QUIET:
                name = _free_name(call.call_id, talk.number, taken)
                taken.add(name)
                result.append(DueCheck(name, call.call_id, talk.number, talk, (), None, False))
    return result


def _free_name(call_id: str, number: int, taken: set[str]) -> str:
    """A name for what has none: another attempt at ringing somebody may bear the conversation's number."""
    while (name := stem_of(call_id, number)) in taken:
        number += 1
    return name
