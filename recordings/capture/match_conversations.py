"""Which recording belongs to which conversation of a call: by when they sounded, not by their numbers.

A file's number counts every attempt at ringing somebody, a conversation's only those that were answered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialplan.recording_names import RecordingFile, parse_stem
from recordings.model.call_record import CallRecord, Connection
from recordings.model.entries import OPEN, RecordingState
from recordings.model.recording import Recording

NOT_RECORDED = frozenset({"1414"})  # that conversation is the other centre's
HEADER = 44  # bytes of a file without sound
_NEVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recording: when it sounded (both None: not a sample), and when it was intended."""

    id: str
    order: int
    begun: datetime | None
    ended: datetime | None
    intended: datetime | None
    known: int | None  # the conversation an earlier look found it to be missing from


def places(
    groups: Mapping[str, list[RecordingFile]], rows: Mapping[str, Recording], calls: Mapping[str, CallRecord]
) -> dict[str, int]:
    """The conversation's number by recording id; attempts that nobody answered are left out."""
    by_call: dict[str, list[Attempt]] = {}
    for recording_id in {**dict.fromkeys(groups), **dict.fromkeys(rows)}:
        stem = parse_stem(recording_id)
        if stem is not None and stem.call_id in calls:
            order = stem.connection or stem.offer or 0
            one = _attempt(recording_id, order, groups.get(recording_id, ()), rows.get(recording_id))
            by_call.setdefault(stem.call_id, []).append(one)
    found: dict[str, int] = {}
    for call_id, attempts in by_call.items():
        talks = [talk for talk in calls[call_id].connections if talk.party not in NOT_RECORDED]
        found |= match(sorted(attempts, key=lambda one: one.order), talks)
    return found


def match(attempts: list[Attempt], talks: Iterable[Connection]) -> dict[str, int]:
    """Those with sound by the time they share, else in order; those without by their intent."""
    left = sorted(talks, key=lambda talk: talk.number)
    found: dict[str, int] = {}

    def take(one: Attempt, talk: Connection) -> None:
        found[one.id] = talk.number
        left.remove(talk)

    sounding = [one for one in attempts if one.begun is not None]
    shared = [(_shared(one, talk), one, talk) for one in sounding for talk in left]
    for time, one, talk in sorted(shared, key=lambda each: each[0], reverse=True):
        if time > _NEVER and one.id not in found and talk in left:
            take(one, talk)
    for one in sounding:  # the clock was set, or the end was not seen
        if one.id not in found and left:
            take(one, left[0])
    silent = [one for one in attempts if one.begun is None]
    for talk in tuple(left):
        if intended := _intended_for(talk, [one for one in silent if one.id not in found]):
            take(intended, talk)
    return found


def _attempt(id_: str, order: int, files: Iterable[RecordingFile], row: Recording | None) -> Attempt:
    legs = [file for file in files if file.leg in ("caller", "consultant") and file.size > HEADER]
    intended = row.intended_at if row else None
    # Of a judged one the row tells, though some of its files have gone; not where they grew.
    if row is not None and _has_sounded(row) and sum(file.size for file in legs) <= row.size:
        return Attempt(id_, order, row.started_at, row.ended_at, intended, None)
    if legs:  # written until the end, 16,000 bytes a second
        begun = min(file.modified - timedelta(seconds=(file.size - HEADER) / 16000) for file in legs)
        return Attempt(id_, order, begun, max(file.modified for file in legs), intended, None)
    known = row.connection if row is not None and row.state is RecordingState.MISSING else None
    return Attempt(id_, order, None, None, intended, known)


def _has_sounded(row: Recording) -> bool:
    return bool(row.state not in OPEN and row.seconds and row.started_at and row.ended_at)


def _shared(one: Attempt, talk: Connection) -> timedelta:
    if one.begun is None or one.ended is None:
        return _NEVER
    return min(one.ended, talk.ended_at or one.ended) - max(one.begun, talk.answered_at)


def _intended_for(talk: Connection, silent: list[Attempt]) -> Attempt | None:
    """The recorder was started for this conversation, and wrote nothing: the last intent before it."""
    for one in silent:
        if one.known == talk.number:
            return one
    before = [one for one in silent if one.intended and one.intended <= talk.answered_at]
    return max(before, key=lambda one: one.intended or talk.answered_at, default=None)
