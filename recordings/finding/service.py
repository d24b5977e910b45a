"""Search service: conversations by date and number, for commands, demands and pages; edge (C6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from dialplan.recording_names import arrival
from recordings.finding.civil_day import bounds
from recordings.finding.criteria import Criteria, FoundCall, FoundRecording
from recordings.finding.near_numbers import asked_for, near, sent, slips
from recordings.finding.reindexing import stale, unread
from recordings.journal.reading import Reader
from recordings.model.batches import batches
from recordings.model.call_record import LONGEST_CALL
from recordings.model.entries import RecordingState
from recordings.model.evidence_tables import registrations
from recordings.model.evidence_tables import sealed as sealed_rows
from recordings.model.sealed import Sealed
from recordings.model.tables import calls, connections, recordings
from recordings.privacy.hiding import reveal_caller
from recordings.privacy.numbers import Numbers
from recordings.privacy.phone_number import read_number
from recordings.sealing import store as sealing

_MANY = 500


class NotIndexed(Exception):
    """Calls from before an update cannot be found by number yet; "not found" would be no answer."""

    def __init__(self, left: int) -> None:
        super().__init__(
            f"{left} calls are not indexed by number yet, so nobody can say what is not there: "
            "the running line does it by itself; repeat in some minutes "
            "(those that stay cannot be read: ivr111 recordings verify)"
        )
        self.left = left


class Finder:
    """Questions only; whoever asks writes to the access log first (recordings/access/log.py)."""

    def __init__(self, database: AsyncEngine, numbers: Numbers, zone: ZoneInfo) -> None:
        self._database = database
        self._numbers = numbers
        self.zone = zone

    async def find(self, wanted: Criteria) -> list[FoundCall]:
        """Oldest first, at most `wanted.limit` calls; the caller's number revealed in `call.pii_caller`.

        Under a second over a million calls in SQLite. Raises NotAPhoneNumber, and NotIndexed while there are
        calls that no number finds.
        """
        await self._all_indexed(wanted)
        query = select(calls.c.call_id).where(*self.conditions(wanted)).order_by(calls.c.arrived_at)
        return await self.calls(await self._ids(query.limit(wanted.limit)))

    async def count(self, wanted: Criteria) -> int:
        """How many calls fit. Raises as `find`."""
        await self._all_indexed(wanted)
        query = select(func.count()).select_from(calls).where(*self.conditions(wanted))
        async with read_connection(self._database) as connection:
            return int((await connection.execute(query)).scalar_one())

    async def near(self, number: str, since: datetime, until: datetime) -> int:
        """How many numbers of that time are a slip of the pen from `number` (near_numbers.py)."""
        asked = asked_for(number)
        seen: set[str] = set()
        query = select(calls.c.caller).where(
            calls.c.caller.is_not(None), *self._when(Criteria(since=since, until=until))
        )
        async with read_connection(self._database) as connection:
            for hidden in (await connection.execute(query)).scalars():
                clear = reveal_caller(hidden, self._numbers)
                seen.update(one for one in sent(clear or "") if near(asked, frozenset({one})))
        return len(seen)

    async def near_ever(self, number: str) -> int:
        """How many numbers of any time are a slip of the pen from `number`. Raises NotAPhoneNumber."""
        wanted = {self._numbers.index(one) for one in slips(read_number(number))}
        wanted -= set(self._numbers.indexes(number))
        query = select(func.count(calls.c.caller_index.distinct())).where(calls.c.caller_index.in_(wanted))
        async with read_connection(self._database) as connection:
            return int((await connection.execute(query)).scalar_one())

    async def other_times(self, number: str, around: datetime | None) -> tuple[int, datetime | None]:
        """How many calls came from `number` at any time, and when the one nearest to `around` came."""
        query = select(calls.c.arrived_at).where(*self.conditions(Criteria(number=number)))
        async with read_connection(self._database) as connection:
            found = list((await connection.execute(query)).scalars())
        if around is None or not found:
            return len(found), None
        return len(found), min(found, key=lambda at: abs(at - around))

    async def oldest(self) -> datetime | None:
        """When the journal's first call came."""
        async with read_connection(self._database) as connection:
            found: datetime | None = (await connection.execute(select(func.min(calls.c.arrived_at)))).scalar()
        return found

    async def without_rows(self, since: datetime, until: datetime) -> int:
        """Recordings of calls that came then and were destroyed, their calls' rows too."""
        there = exists().where(calls.c.call_id == sealed_rows.c.call_id)
        query = select(sealed_rows.c.call_id).where(sealed_rows.c.destroyed_at.is_not(None), ~there)
        count = 0
        async with read_connection(self._database) as connection:
            result = await connection.stream_scalars(query)
            async for part in result.partitions(_MANY):
                moments = (arrival(call_id) for call_id in part)
                count += sum(at is not None and since <= at < until for at in moments)
        return count

    async def calls(self, call_ids: Sequence[str]) -> list[FoundCall]:
        """These calls with all that belongs to them, oldest first."""
        reader = Reader(self._database, self._numbers)
        records = sorted(await reader.calls_by_id(call_ids), key=lambda one: (one.arrived_at, one.call_id))
        kept = await reader.recordings_of(call_ids)
        sealed = await self._sealed([one.id for one in kept])
        numbers = await self._registrations(call_ids)
        return [
            FoundCall(
                record,
                tuple(
                    FoundRecording(one, sealed.get(one.id))
                    for one in sorted(kept, key=lambda each: (each.connection or 0, each.id))
                    if one.call_id == record.call_id and one.state is not RecordingState.EMPTY
                ),
                tuple(numbers.get(record.call_id, ())),
            )
            for record in records
        ]

    async def _all_indexed(self, wanted: Criteria) -> None:
        if wanted.number is None:
            return
        # One that nobody can read is no answer to questions about its time, and none of other times'.
        among = or_(stale(), and_(unread(), *self._when(wanted)))
        async with read_connection(self._database) as connection:
            left = (
                await connection.execute(select(func.count()).select_from(calls).where(among))
            ).scalar_one()
        if left:
            raise NotIndexed(left)

    def conditions(self, wanted: Criteria) -> list[ColumnElement[bool]]:
        """The criteria as SQL over `calls`."""
        found: list[ColumnElement[bool]] = []
        if wanted.number is not None:
            found.append(calls.c.caller_index.in_(self._numbers.indexes(wanted.number)))
        if wanted.withheld:
            found.append(and_(calls.c.caller_index.is_(None), calls.c.caller.is_(None)))
        found += self._when(wanted)
        if wanted.language is not None:
            found.append(calls.c.language == wanted.language)
        if wanted.call_id is not None:
            found.append(calls.c.call_id == wanted.call_id)
        if wanted.registration is not None:
            of_it = select(registrations.c.call_id).where(registrations.c.number == wanted.registration)
            found.append(calls.c.call_id.in_(of_it))
        if wanted.consultant is not None:
            spoke = select(connections.c.call_id).where(connections.c.party == wanted.consultant)
            found.append(calls.c.call_id.in_(spoke))
        if wanted.longer is not None or wanted.shorter is not None:
            of_length: list[ColumnElement[bool]] = []
            if wanted.longer is not None:
                of_length.append(recordings.c.seconds >= wanted.longer)
            if wanted.shorter is not None:
                of_length.append(recordings.c.seconds <= wanted.shorter)
            found.append(calls.c.call_id.in_(select(recordings.c.call_id).where(*of_length)))
        return found

    def _when(self, wanted: Criteria) -> list[ColumnElement[bool]]:
        """A call belongs to every day it lasted into."""
        since, until = wanted.since, wanted.until
        if wanted.day is not None:
            first, last = bounds(wanted.day, self.zone)
            since, until = max(since or first, first), min(until or last, last)
        found: list[ColumnElement[bool]] = []
        if since is not None:
            found.append(calls.c.arrived_at >= since - LONGEST_CALL)
            found.append(func.coalesce(calls.c.ended_at, calls.c.arrived_at) >= since)
        if until is not None:
            found.append(calls.c.arrived_at < until)
        return found

    async def _ids(self, query: Select[Any]) -> list[str]:
        async with read_connection(self._database) as connection:
            return list((await connection.execute(query)).scalars())

    async def _sealed(self, recording_ids: Sequence[str]) -> dict[str, Sealed]:
        return {row.recording_id: row for row in await sealing.of(self._database, recording_ids)}

    async def _registrations(self, call_ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        async with read_connection(self._database) as connection:
            for part in batches(call_ids):
                query = select(registrations).where(registrations.c.call_id.in_(part))
                for row in (await connection.execute(query.order_by(registrations.c.number))).all():
                    found.setdefault(row.call_id, []).append(row.number)
        return found
