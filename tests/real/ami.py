"""A manager session of a test's own, on the wire."""

import asyncio
from types import TracebackType

from tests.real.line import RunningLine


class Manager:
    """`async with Manager(line, "engine") as manager: await manager.ask("Ping")`."""

    def __init__(self, line: RunningLine, user: str, host: str = "") -> None:
        self.user = user
        self.secret = (line.home / "secrets" / f"ami_{user}").read_text().strip()
        self.where = (host or line.settings.ami_address, line.settings.ami_port)

    async def __aenter__(self) -> "Manager":
        self._reader, self._writer = await asyncio.open_connection(*self.where)
        await self._reader.readline()
        said = await self.ask("Login", Username=self.user, Secret=self.secret, Events="off")
        assert "Success" in said, said
        return self

    async def __aexit__(self, _: type | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._writer.close()

    async def ask(self, action: str, **fields: str) -> str:
        """The response's text."""
        self._send(action, fields)
        async with asyncio.timeout(5):
            while True:
                packet = await self._packet()
                if packet.startswith("Response:"):
                    return packet

    async def list(self, action: str, **fields: str) -> list[str]:
        """The texts of the items of a list action."""
        assert "EventList: start" in await self.ask(action, **fields)
        found: list[str] = []
        async with asyncio.timeout(5):
            while "EventList: Complete" not in (packet := await self._packet()):
                found.append(packet)
        return found

    def _send(self, action: str, fields: dict[str, str]) -> None:
        lines = [f"Action: {action}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self._writer.write("\r\n".join(lines).encode())

    async def _packet(self) -> str:
        return (await self._reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
