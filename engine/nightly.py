"""The nightly statement: every civil day once, signed, also as files to be copied elsewhere (issue 3, 2)."""

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from config.database import reading
from engine.evidence import Evidence
from recordings.chain.statement import Statement
from recordings.keys import KeyMissing
from recordings.models import calls
from recordings.spool import flush_folder, give

log = structlog.get_logger()

_MOST = 400  # days at once: a home that slept longer than a year catches up in several goes


class Nightly:
    """States each day that is over, those missed too."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.last: date | None = None
        self.fault = ""

    async def run(self, every: float = 30.0) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look(datetime.now(UTC))
                self.fault = ""
            except (KeyMissing, SQLAlchemyError, OSError) as error:
                self.fault = str(error) if isinstance(error, KeyMissing) else type(error).__name__
                log.error("statement_postponed", reason=type(error).__name__)
            await asyncio.sleep(every)

    async def look(self, now: datetime) -> list[Statement]:
        """State what is due at `now`."""
        service, made = self._evidence.statements, []
        self.last = await service.last_day()
        for day in due(self.last or await self._before_the_first(), now, self._evidence):
            statement = await service.nightly(day, now)
            await asyncio.to_thread(write_files, self._evidence.settings.statements_dir, statement)
            log.info("day_stated", day=day.isoformat(), statement=statement.seq)
            made.append(statement)
            self.last = day
        return made

    async def _before_the_first(self) -> date | None:
        async with reading(self._evidence.database) as connection:
            first = (await connection.execute(select(func.min(calls.c.arrived_at)))).scalar()
        return (
            None
            if first is None
            else first.astimezone(self._evidence.settings.zone).date() - timedelta(days=1)
        )


def due(last: date | None, now: datetime, evidence: Evidence) -> Iterator[date]:
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


def write_files(folder: Path, statement: Statement) -> Path:
    """DAY-SEQ.json and DAY-SEQ.json.sig, flushed; the same files again do no harm."""
    folder.mkdir(parents=True, exist_ok=True)
    body = folder / f"{statement.day}-{statement.seq:06d}.json"
    for path, text in ((body, statement.body), (body.with_suffix(".json.sig"), statement.signature + "\n")):
        draft = path.with_name(f".{path.name}.new")
        with draft.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        give(draft, folder)
        draft.rename(path)
    flush_folder(folder)
    return body
