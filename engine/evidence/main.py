"""The evidence process: `python -m engine.evidence.main`; seals, compares, states, watches terms; wiring."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.refusals import Code, refused
from config.settings import Settings
from config.tasks import Tasks
from console.identity.tables import EVERY
from engine.evidence.deliver_statements import StatementDelivery
from engine.evidence.nightly_statement import NightlyStatements
from engine.evidence.rotate_cel import rotate
from engine.evidence.services import EvidenceServices, open_evidence
from engine.process.local_socket import Answer, CommandRefused, ControlSocket, Peer, ping
from engine.process.run import run
from recordings.completeness.gap_watch import GapWatch
from recordings.demands.term_watch import TermWatch
from recordings.finding.reindexing import Reindexing
from recordings.rows.worker import Adoption
from recordings.sealing.worker import Sealer

log = structlog.get_logger()


class EvidenceProcess:
    """Its works are independent: what fails is begun again, and touches no other."""

    def __init__(self, evidence: EvidenceServices) -> None:
        settings = evidence.settings
        self._evidence = evidence
        self.sealer = Sealer(evidence.database, evidence.keys, settings)
        self.watch = GapWatch(evidence.database, settings)
        self.clock = TermWatch(evidence.database, settings)
        self.nightly = NightlyStatements(evidence)
        self.delivery = StatementDelivery(
            evidence.database, lambda: evidence.statements, settings.statement_copies
        )
        self._tasks = Tasks()
        self._control = ControlSocket(settings.evidence_socket, {"ping": ping, "evidence.state": self.state})

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`."""
        works = (
            self.sealer.run,
            self.watch.run,
            self.clock.run,
            self.nightly.run,
            self._hide_old,
            self._adopt,
            self._rotate,
            *self.delivery.works(),
        )
        # Whatever fails, nothing of this process is left running beside the next one.
        async with AsyncExitStack() as started:
            started.push_async_callback(self._tasks.close)
            for work in works:
                self._tasks.keep_running(work)
            await self._control.start()
            started.push_async_callback(self._control.close)
            log.info("evidence_ready")
            await stop.wait()

    async def state(self, asker: Peer, asked: Mapping[str, Any]) -> Answer:
        """How sealing, comparing, stating and the demands stand; ids only, no personal data."""
        try:
            sealing = await self.sealer.state()
            watching = await self.watch.state()
            clock = await self.clock.state()
        except (SQLAlchemyError, OSError) as error:
            raise CommandRefused(refused(Code.DATABASE_SILENT, name=type(error).__name__)) from error
        return {
            "at": datetime.now(UTC),
            "sealing": asdict(sealing),
            "completeness": {"looked_at": watching.looked_at, "gaps": [asdict(gap) for gap in watching.gaps]},
            "demands": asdict(clock),
            "statements": {
                "last_day": self.nightly.last,
                "fault": self.nightly.fault,
                "copies": [asdict(one) for one in self.delivery.states.values()],
            },
        }

    async def _rotate(self) -> None:
        while True:
            rotate(self._evidence.settings, datetime.now(UTC))
            await asyncio.sleep(60)

    async def _hide_old(self) -> None:
        """Numbers from before they were hidden; raises KeyMissing, and is begun again."""
        await Reindexing(self._evidence.database, self._evidence.keys.numbers()).run()

    async def _adopt(self) -> None:
        """Rows from before they were chained (decision 0062); raises KeyMissing, and is begun again."""
        await Adoption(self._evidence.database, EVERY).run()


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`; a database that is away is waited for."""
    while not stop.is_set():
        try:
            async with open_evidence(settings) as evidence:
                await EvidenceProcess(evidence).run(stop)
        except (SQLAlchemyError, OSError) as error:
            log.error("database_away", error=type(error).__name__)
            await asyncio.sleep(2)


def main() -> int:
    """Exit code 0 when stopped as asked, 1 when another one has this home."""
    return run("evidence", serve, alone_as="evidence process")


if __name__ == "__main__":
    sys.exit(main())
