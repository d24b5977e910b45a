"""A whole line for the demo, in a home of its own, through the same supervisor as `ivr111 run`; edge."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings
from engine.install.port_checks import ports

STARTS = 90.0  # seconds until `ready`
STOPS = 20.0
KEPT = (
    "setup", "run_user", "asterisk_user", "console_user", "evidence_user", "mender_user", "journal_group",
    "time_zone", "sip_address", "sip_port", "rtp_first", "rtp_last",
    "agi_address", "agi_port", "ami_address", "ami_port", "http_port", "ucc_address", "ucc_port",
    "duty_address", "duty_port", "default_language",
)  # fmt: skip


class DemoFailed(Exception):
    """The demo cannot be shown; the text says what to do."""


def environment(settings: Settings) -> dict[str, str]:
    """Ours without any setting but places, addresses and ports: never the real journal, never real people."""
    values = {name: value for name, value in os.environ.items() if not name.startswith("IVR111_")}
    kept = {f"IVR111_{name.upper()}": str(getattr(settings, name)) for name in KEPT}
    home = str(settings.home / "demo")
    return (
        values
        | kept
        | {"IVR111_HOME": home, "IVR111_WRAP_UP_SECONDS": "0", "IVR111_RAW_KEPT_SECONDS": "3600"}
    )


class DemoLine:
    """`async with DemoLine(settings, say) as line`: up, ready, stopped at the end. Raises DemoFailed."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._environment = environment(settings)
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._draining: asyncio.Task[bytes] | None = None
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self._environment)
        try:
            self.settings = Settings()
        finally:
            os.environ.clear()
            os.environ.update(before)

    async def __aenter__(self) -> "DemoLine":
        if os.geteuid() != 0:
            raise DemoFailed("the demo starts a whole line and needs root: make demo")
        for check in await asyncio.to_thread(lambda: list(ports(self.settings))):
            if check.state == "failure":
                remedy = "make demo has ports of its own; `ivr111 demo` uses those of the settings"
                raise DemoFailed(f"{check.name} is {check.finding}: {remedy} ({check.remedy})")
        self._process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("ivr111"),
            "run",
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(STARTS):
                await self._ready(self._process)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        code = await self.stop()
        if code != 0:
            raise DemoFailed(f"the line ended with exit code {code}; see {self.settings.home / 'log'}")

    async def _ready(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        said = []
        async for line in process.stdout:
            text = line.decode(errors="replace").strip()
            said.append(text)
            if text == "ready":
                self._draining = asyncio.create_task(process.stdout.read())
                return
            if text.startswith(("home:", "asterisk:", "engine:")):
                self._say(text)
        raise DemoFailed("the line did not start:\n" + "\n".join(said))

    async def stop(self) -> int:
        """SIGTERM, and its exit code; killed when that is not enough."""
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOPS):
                return await process.wait()
        except TimeoutError:
            process.kill()
            return await process.wait()
        finally:
            if self._draining is not None:
                self._draining.cancel()
