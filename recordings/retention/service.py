"""Service of retention: planned and carried out, for commands and pages; edge (decision 0060)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from config.evidence import RetentionPolicy
from config.told import told
from recordings.access.log import AccessLog
from recordings.model.access_entry import Action, Actor
from recordings.model.sealed import Sealed
from recordings.retention import manual_holds, store
from recordings.retention.all_holds import AllHolds
from recordings.retention.manual_holds import ManualHold
from recordings.retention.plan import Candidate, Expiring, expired
from recordings.sealing.service import SealedRecordings

Progress = Callable[[int, int], object]
_ROWS = 200


class NoSuchHold(LookupError):
    """There is nothing to hold or to lift; the text says what."""


@dataclass(slots=True)
class RetentionPlan:
    """Counts of what would go and of what is held, by policy; `items`: the first of each."""

    goes: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    items: list[Expiring] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """What went."""

    recordings: int
    calls: int
    stints: int = 0


class Retention:
    """Nothing goes without a policy, and nothing that any of `holds` keeps."""

    def __init__(
        self,
        database: AsyncEngine,
        sealed: SealedRecordings,
        holds: AllHolds,
        policies: Sequence[RetentionPolicy],
    ) -> None:
        self._database = database
        self._sealed = sealed
        self._holds = holds
        self._policies = policies

    async def plan(
        self, now: datetime, limit: int = 50, progress: Progress = lambda done, of: None
    ) -> RetentionPlan:
        """What would go now, and why."""
        found, seen = RetentionPlan(), 0
        async for going in self._expired(now):
            seen += 1
            progress(seen, 0)
            if going.candidate.held:
                for why in going.candidate.held:
                    found.held[f"{going.policy.id}: {why}"] += 1
            else:
                found.goes[going.policy.id] += 1
            if len(found.items) < limit:
                found.items.append(going)
        return found

    async def apply(
        self, who: Actor, now: datetime, reason: str, progress: Progress = lambda done, of: None
    ) -> RetentionResult:
        """Do it, recording by recording; interrupted, the next run goes on. Raises ReasonMissing."""
        run = now.isoformat(timespec="seconds")
        await AccessLog(self._database).note(who, Action.DESTROYED, [f"retention run {run}"], reason)
        destroyed = calls = stints = 0
        rows: list[str] = []
        try:
            await self._finish_earlier()
            async for going in self._expired(now, "audio"):
                if not going.candidate.held:
                    done = await self._destroy(going, run, now)
                    if done is not None:
                        await asyncio.to_thread(self._sealed.remove, done)
                        destroyed += 1
                        progress(destroyed, 0)
            async for going in self._expired(now, "journal"):
                if not going.candidate.held:
                    rows.append(going.candidate.call_id)
                if len(rows) >= _ROWS:
                    calls += await store.delete_rows(self._database, self._holds, rows, now)
                    progress(destroyed + calls, 0)
                    rows.clear()
            if rows:
                calls += await store.delete_rows(self._database, self._holds, rows, now)
            for policy in (one for one in self._policies if one.what == "stints"):
                before = now - timedelta(days=policy.days)
                stints += await store.delete_stints(self._database, self._holds, before, now)
        finally:
            facts: dict[str, object] = {
                "run": run,
                "reason": reason,
                "recordings": destroyed,
                "calls": calls,
                "stints": stints,
                "policies": [one.model_dump() for one in self._policies],
            }
            await store.log_run(self._database, who, now, facts)
        return RetentionResult(destroyed, calls, stints)

    async def expire_logs(self, now: datetime, expire: store.Expire) -> int:
        """Let `expire` delete what lies beside the database, but for the times given to it; how many went."""
        return await store.expire_channel_logs(self._database, self._holds, now, expire)

    async def hold(self, call_id: str, who: Actor, reason: str, until: datetime | None, now: datetime) -> int:
        """Keep a call whatever the policies say; the hold's id. Raises NoSuchHold, ReasonMissing."""
        await AccessLog(self._database).note(who, Action.HELD, [call_id], reason)
        made = await manual_holds.hold(self._database, call_id, who, reason, until, now)
        if made is None:
            raise NoSuchHold(told("there is no call {call_id}; see: ivr111 recordings find", call_id=call_id))
        return made

    async def lift(self, hold_id: int, who: Actor, reason: str, now: datetime) -> None:
        """Raises NoSuchHold, ReasonMissing."""
        await AccessLog(self._database).note(who, Action.LIFTED, [f"hold {hold_id}"], reason)
        if not await manual_holds.lift(self._database, hold_id, who, reason, now):
            raise NoSuchHold(
                told(
                    "there is no hold {hold_id} that could be lifted; see: ivr111 retention holds",
                    hold_id=hold_id,
                )
            )

    async def holds(self) -> list[ManualHold]:
        """All of them, the lifted and the passed ones too."""
        return await manual_holds.all_holds(self._database)

    async def _expired(self, now: datetime, what: str = "") -> AsyncIterator[Expiring]:
        for kind, source in (("audio", store.audio), ("journal", store.rows)):
            days = [one.days for one in self._policies if one.what == kind]
            if not days or what not in ("", kind):
                continue
            before = now - timedelta(days=min(days))
            async for part in _parts(source(self._database, before)):
                going = [one.candidate for one in expired(part, self._policies, now)]
                for one in expired(await self._kept(going, now), self._policies, now):
                    yield one

    async def _kept(self, candidates: Sequence[Candidate], now: datetime) -> Sequence[Candidate]:
        return await store.with_holds(self._database, self._holds, candidates, now) if candidates else ()

    async def _destroy(self, going: Expiring, run: str, now: datetime) -> Sealed | None:
        return await store.destroy(self._database, self._sealed, self._holds, going, run, now)

    async def _finish_earlier(self) -> None:
        """A crash between the key's end and the file's left a file that nobody can open."""
        async for row in store.destroyed_files(self._database):
            await asyncio.to_thread(self._sealed.remove, row)


async def _parts(source: AsyncIterator[list[Candidate]]) -> AsyncIterator[list[Candidate]]:
    """Read to the end first: what is deleted meanwhile must not disturb the reading."""
    for part in [part async for part in source]:
        yield part
