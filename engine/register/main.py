"""The register's process: `python -m engine.register.main`; its clock and its answers; wiring.

A register that is dead or hangs delays no call: the line's processes never ask it.
"""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.refusals import Code, refused
from config.settings import Settings
from config.tasks import Tasks
from engine.evidence.services import open_evidence
from engine.process.local_socket import Answer, CommandRefused, Peer
from engine.process.run import run
from engine.register.asking import RegisterAsking
from engine.register.clock import RegisterClock, lease_holder
from engine.register.services import RegisterServices
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()


class RegisterProcess:
    """Answers pages whether it holds the lease or not; sends and escalates while it does."""

    def __init__(self, services: RegisterServices) -> None:
        self._services = services
        self._tasks = Tasks()
        self.clock = RegisterClock(services)
        self._asking = RegisterAsking(services, {"register.state": self.state}, self.clock.wake)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`."""
        await self._asking.socket.start()
        self._tasks.keep_running(self.clock.run)
        log.info("register_ready")
        try:
            await stop.wait()
        finally:
            await self._asking.socket.close()
            await self._tasks.close()
            await self.clock.leave()

    async def state(self, asker: Peer, asked: Mapping[str, Any]) -> Answer:
        """For the doctor: lease, oldest hand-over without receipt, what is set; ids only."""
        services, now = self._services, datetime.now(UTC)
        year = now.astimezone(services.settings.zone).year
        try:
            waiting = await services.hand_overs.without_receipt()
            return {
                "lease": await lease_holder(services),
                "ours": self.clock.held,
                "without_receipt": len(waiting),
                "oldest": waiting[0].since if waiting else None,
                "mail": bool(services.settings.mail.host),
                "bodies": len(await services.directory.listed()),
                "years": sorted({year, year + 1} - set(await services.calendar.filled((year, year + 1)))),
            }
        except (SQLAlchemyError, OSError, KeyMissing) as error:
            raise CommandRefused(refused(Code.DATABASE_SILENT, name=type(error).__name__)) from error


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`; a database that is away is waited for."""
    while not stop.is_set():
        try:
            async with open_evidence(settings) as evidence:
                services = RegisterServices(evidence.settings, evidence.database, evidence.keys)
                await RegisterProcess(services).run(stop)
        except (SQLAlchemyError, OSError) as error:
            log.error("database_away", error=type(error).__name__)
            await asyncio.sleep(2)


def main() -> int:
    """Exit code 0 when stopped as asked."""
    return run("register", serve)


if __name__ == "__main__":
    sys.exit(main())
