"""Statements made when due: every civil day once, one at least each hour; each as files; edge."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from config.database import read_connection
from engine.evidence.services import EvidenceServices
from recordings.chain.statement_files import FileDiffers, absent, name_of, write_files
from recordings.journal.alarming import alarm, alarm_ended, standing_alarms
from recordings.model.statement import Statement
from recordings.model.tables import calls
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()

_LASTING = ("statement_file_missing", "statement_file_altered")  # until the file is there again
_BACK = timedelta(days=400)
_MOST = 400  # days at once: a home that slept longer than a year catches up in several goes


class NightlyStatements:
    """States each day that is over, those missed too; a file that is not there is written until it is."""

    def __init__(self, evidence: EvidenceServices) -> None:
        self._evidence = evidence
        self.last: date | None = None
        self.fault = ""
        self._names: dict[str, int] = {}  # of all files that must be there
        self._there: set[str] = set()  # of those that were, at the last look

    async def run(self, every: float = 30.0) -> None:
        """Until cancelled; what fails stays a fault until it has been done."""
        while True:
            now = datetime.now(UTC)
            faults = [await self._tried(work, now) for work in (self.look, self.hourly)]
            self.fault = next((fault for fault in faults if fault), "")
            await asyncio.sleep(every)

    async def look(self, now: datetime) -> list[Statement]:
        """State the days that are due at `now`, and see to all files.

        Raises KeyMissing, SQLAlchemyError, OSError, FileDiffers: what could be done is done before.
        """
        service, made = self._evidence.statements, []
        self.last = await service.last_day()
        for day in due(self.last or await self._before_the_first(), now, self._evidence):
            statement = await service.nightly(day, now)
            log.info("day_stated", day=day.isoformat(), statement=statement.seq)
            made.append(statement)
            self.last = day
        await self.keep_files(now)
        return made

    async def hourly(self, now: datetime) -> Statement | None:
        """An interim statement where the newest is too old; its silence would else be told from nothing."""
        service = self._evidence.statements
        newest = await service.newest()
        if newest is None:
            if not await service.begun():
                return None
        else:
            made = datetime.fromisoformat(str(newest.facts()["made_at"]))
            if abs(now - made) < timedelta(minutes=self._evidence.settings.statement_minutes):
                return None
        stated = await service.another(now)
        log.info("hour_stated", statement=stated.seq)
        await self.keep_files(now)
        return stated

    async def keep_files(self, now: datetime) -> None:
        """Each statement's files, written from its row where they are not; one lost is told.

        Raises OSError or FileDiffers, of the first that could not be written, after all were tried.
        """
        folder, service = self._evidence.settings.statements_dir, self._evidence.statements
        known = max(self._names.values(), default=0)
        self._names |= {name_of(day, seq): seq for seq, day in await service.days(known)}
        gone = await asyncio.to_thread(absent, folder, frozenset(self._names))
        failed: OSError | FileDiffers | None = None
        for name in sorted(gone, key=self._names.__getitem__):
            statement = await service.of(self._names[name])
            if statement is None:  # its row is gone: `recordings verify` names it
                continue
            if name in self._there:
                await self._tell("statement_file_lost", name, now)
            try:
                await asyncio.to_thread(write_files, folder, statement)
            except (OSError, FileDiffers) as why:
                failed = failed or why
                differs = isinstance(why, FileDiffers)
                await self._tell("statement_file_altered" if differs else "statement_file_missing", name, now)
            else:
                gone -= {name}
                log.info("statement_file_written", statement=statement.seq)
        self._there = self._names.keys() - gone
        for one in await standing_alarms(self._evidence.database, _LASTING, now - _BACK):
            if f"{one.about}.json" in self._there:
                await alarm_ended(self._evidence.database, one)
        if failed is not None:
            raise failed

    async def _tell(self, kind: str, name: str, now: datetime) -> None:
        about = name.removesuffix(".json")
        standing = await standing_alarms(self._evidence.database, _LASTING, now - _BACK)
        if (kind, about) not in {(one.kind, one.about) for one in standing}:
            await alarm(self._evidence.database, kind, about, now)

    async def _tried(self, work: Callable[[datetime], Awaitable[object]], now: datetime) -> str:
        try:
            await work(now)
        except (KeyMissing, FileDiffers) as error:
            fault = str(error)
        except OSError as error:
            fault = f"{error.filename or self._evidence.settings.statements_dir}: {error.strerror or error}"
        except SQLAlchemyError as error:
            fault = type(error).__name__
        else:
            return ""
        log.error("statement_postponed", reason=fault)
        return fault

    async def _before_the_first(self) -> date | None:
        async with read_connection(self._evidence.database) as connection:
            first = (await connection.execute(select(func.min(calls.c.arrived_at)))).scalar()
        return (
            None
            if first is None
            else first.astimezone(self._evidence.settings.zone).date() - timedelta(days=1)
        )


def due(last: date | None, now: datetime, evidence: EvidenceServices) -> Iterator[date]:
    """The days after `last` that are over; None: no call was ever taken, there is nothing to state."""
    if last is None:
        return
    here = now.astimezone(evidence.settings.zone)
    end = here.date() - timedelta(days=1)
    if f"{here:%H:%M}" < evidence.settings.statement_at:
        end -= timedelta(days=1)
    for _ in range(_MOST):
        last += timedelta(days=1)
        if last > end:
            return
        yield last
