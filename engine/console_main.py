"""The console process: `python -m engine.console_main`; joins its parts, serves until stopped; wiring."""

import asyncio
import os
import socket
import sys
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.reports.watching import Watching
from config.database import open_database
from config.durable import replace_file
from config.settings import Settings
from config.tasks import Tasks
from console.app import LABELS, build
from console.http.addresses import listen_addresses, urls
from console.http.coalesce import Coalescer
from console.http.engine_client import EngineClient
from console.http.event_stream import EventStreams
from console.http.listeners import start_listening
from console.http.register_link import at_socket
from console.http.rendering import Rendering
from console.http.request_context import Services
from console.identity.current_user import SessionLookup
from console.identity.sign_in import SignIn
from console.identity.tables import EVERY
from engine.process.local_socket import ControlSocket, ping
from engine.process.run import CannotServe, run
from recordings.journal.migrating import migrate
from recordings.journal.reading import Reader
from recordings.privacy.keyring import Keyring
from recordings.rows.service import keyed

log = structlog.get_logger()

KEY_BYTES: Final = 32


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`. Raises CannotServe where a port is taken."""
    try:
        await _serve(settings, stop)
    except OSError as why:
        raise CannotServe(f"the console cannot listen: {why}") from why


async def _serve(settings: Settings, stop: asyncio.Event) -> None:
    for address, port in listen_addresses(settings):
        with socket.create_server((address, port)):
            pass  # one that is taken is said before anybody is told that we live
    control = ControlSocket(settings.console_socket, {"ping": ping})
    await control.start()
    await _migrated(settings, stop)
    keys = Keyring(settings.keys_dir)
    database = keyed(open_database(settings.database), keys.second_factors, EVERY)
    tasks, services = Tasks(), _services(settings, database, keys)
    doors = await start_listening(build(services), settings, settings.home / "console")
    tasks.keep_running(services.link.run)
    log.info("console_ready", addresses=urls(settings))
    await stop.wait()
    services.streams.close()
    await doors.aclose()
    await tasks.close()
    await control.close()
    await database.dispose()


def _services(settings: Settings, database: AsyncEngine, keys: Keyring) -> Services:
    """What handlers use; the engine's board wakes the streams, not faster than pages can be made."""
    streams, rendering = EventStreams(), Rendering(settings, LABELS)
    coalescer = Coalescer(lambda: rendering.spent, streams.wake)
    sign_in = SignIn(database, keys.second_factors)
    return Services(
        settings=settings,
        link=EngineClient(settings.control_socket, coalescer.changed),
        sign_in=sign_in,
        users=SessionLookup(sign_in.accounts, sign_in.sessions),
        streams=streams,
        rendering=rendering,
        reader=Reader(database, None),
        watching=Watching(database, settings.escalation),
        key=_device_key(settings),
        register=at_socket(settings.register_socket),
    )


async def _migrated(settings: Settings, stop: asyncio.Event) -> None:
    """A database that is away is waited for."""
    while not stop.is_set():
        try:
            await migrate(settings.database, create=False)
            return
        except (SQLAlchemyError, OSError) as error:
            log.error("database_away", error=type(error).__name__)
            await asyncio.sleep(2)


def _device_key(settings: Settings) -> bytes:
    """Signs the cookies by which a browser is known again; made once."""
    file = settings.home / "console" / "device.key"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists() or file.stat().st_size != KEY_BYTES:
        replace_file(file, os.urandom(KEY_BYTES), 0o600)
    return file.read_bytes()


def main() -> int:
    """Exit code 0 when stopped as asked, 1 when a port is taken."""
    return run("console", serve)


if __name__ == "__main__":
    sys.exit(main())
