"""The sealer: every checked recording is sealed once, whatever fails in between; edge (A19)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import DatabaseAway
from config.settings import Settings
from recordings.privacy.keyring import Keyring
from recordings.sealing import store
from recordings.sealing.faults import SealFaults
from recordings.sealing.files import Step, no_step
from recordings.sealing.lock import SealerRunning, SealingLock
from recordings.sealing.parts import SealingParts
from recordings.sealing.raw_removal import RawRemoval
from recordings.sealing.seal_recording import RecordingSealer
from recordings.sealing.state import SealFault, SealReport, SealState
from recordings.sealing.store import AwaitingSeal

Progress = Callable[[int, int], object]  # done, of how many
_AT_ONCE = 200
_AWAY = (ConnectionError, TimeoutError, DatabaseAway)
_ONE = ("unreadable", "grown", "altered", "unheard")  # kinds that hold up nothing but their own recording


class Sealer:
    """One at a time in a home; the lock is held while it works."""

    def __init__(
        self, database: AsyncEngine, keys: Keyring, settings: Settings, step: Step = no_step
    ) -> None:
        self._database = database
        self._folder = settings.sealed
        self._remove_at_once = not settings.raw_kept_seconds
        self._lock = SealingLock(self._folder / ".sealing.lock")
        self._faults = SealFaults(self._folder)
        parts = SealingParts(database, keys, settings, self._lock, self._faults, step)
        self._recordings, self._raw = RecordingSealer(parts), RawRemoval(parts)
        self._count = 0
        self._put_off: dict[str, tuple[datetime, SealFault]] = {}  # tried again then

    async def run(self, every: float = 2.0) -> None:
        """Until cancelled; a fault makes it slower, never silent."""
        rest = every
        while True:
            try:
                report = await self.pass_once()
                stopped = any(fault.kind not in _ONE for fault in report.faults)
                rest = min(60.0, rest * 2) if stopped else every
            except SealerRunning:
                rest = every
            except (SQLAlchemyError, OSError) as error:
                if isinstance(error, OSError) and not isinstance(error, _AWAY):
                    self._faults.refused(error)
                    rest = min(60.0, rest * 2)
                    await asyncio.sleep(rest)
                    continue
                self._faults.note(
                    "database_away", "", f"the database is away ({type(error).__name__}): it is tried again"
                )
                rest = min(60.0, rest * 2)
            await asyncio.sleep(rest)

    async def state(self) -> SealState:
        """How it goes; SQLAlchemyError when the database is away."""
        count, oldest = await store.count_waiting(self._database)
        return SealState(count, oldest, self._faults.last, self._count)

    async def pass_once(self, progress: Progress = lambda done, of: None) -> SealReport:
        """Seal all that waits, remove raw files that may go.

        Raises SealerRunning, SQLAlchemyError, OSError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        try:
            faults: list[SealFault] = []
            sealed = 0
            now = datetime.now(UTC)
            self._put_off = {name: off for name, off in self._put_off.items() if off[0] > now}
            while batch := await self._next():
                for number, one in enumerate(batch):
                    fault = await self._seal(one)
                    if fault is None:
                        sealed += 1
                    else:
                        faults.append(fault)
                        if fault.kind not in _ONE:  # it would stop every other one too
                            return SealReport(sealed, 0, tuple(faults))
                    progress(number + 1, len(batch))
            removed = await self._raw.remove_due()
            off = [fault for _, fault in self._put_off.values()]
            self._faults.last = next(iter(self._raw.kept_back + off), None)
            return SealReport(sealed, removed, tuple(faults + self._raw.kept_back))
        finally:
            self._lock.release()

    async def _next(self) -> list[AwaitingSeal]:
        found = await store.waiting(self._database, _AT_ONCE + len(self._put_off))
        return [one for one in found if one.recording_id not in self._put_off][:_AT_ONCE]

    async def _seal(self, one: AwaitingSeal) -> SealFault | None:
        """Its fault; one that is its own alone puts it off."""
        done = await self._recordings.seal(one)
        if isinstance(done, SealFault):
            if done.kind in _ONE:
                # What grew is joined again by the engine within seconds.
                later = timedelta(seconds=15) if done.kind == "grown" else timedelta(minutes=10)
                self._put_off[one.recording_id] = (datetime.now(UTC) + later, done)
            return done
        if done is not None:
            self._count += 1
            if self._remove_at_once:
                await self._raw.remove(done, checked=True)
        return None
