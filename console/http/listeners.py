"""Listeners of the console: HTTPS on its address, plain HTTP on loopback only; edge."""

import ssl
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from config.settings import Settings
from console.http.addresses import LOOPBACK
from console.http.certificate import certificate, names_in
from console.http.connections import Runner, listen, raise_open_files_limit
from console.http.host_header import allowed_names
from console.http.routes import NAMES


async def start_listening(app: web.Application, settings: Settings, folder: Path) -> AsyncExitStack:
    """Listen; close the result to stop. Raises OSError when a port is taken."""
    raise_open_files_limit()
    context = None
    if settings.console_port:
        wanted = (settings.console_address, LOOPBACK, "localhost", *settings.console_names)
        crt, key = certificate(folder, tuple(dict.fromkeys(wanted)), datetime.now(UTC))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(crt, key)
        app[NAMES] = app[NAMES] | allowed_names(names_in(crt))
    runner = Runner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
    await runner.setup()
    stack = AsyncExitStack()
    stack.push_async_callback(runner.cleanup)
    if context is not None:
        stack.callback((await listen(runner, settings.console_address, settings.console_port, context)).close)
    if settings.console_plain_port:
        stack.callback((await listen(runner, LOOPBACK, settings.console_plain_port)).close)
    return stack
