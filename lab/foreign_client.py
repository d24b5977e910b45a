"""Drives a foreign softphone (foreign.py) in its own process, from a test or a demo."""

import asyncio
import itertools
import json
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

from lab.foreign_account import ForeignAccount


class ForeignError(Exception):
    """The foreign phone could not do what it was told."""


class Foreign:
    """`async with Foreign(account) as phone: await phone.do("register")`.

    `events` keeps all that it told: dicts as foreign.py writes them, in order.
    """

    def __init__(self, account: ForeignAccount) -> None:
        self.account = account
        self.events: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Foreign":
        command = (sys.executable, "-m", "lab.foreign", "--account", self.account.model_dump_json())
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
        self._reading = asyncio.create_task(self._read(self._process))
        await self.tells("ready", within=20)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()  # the end of the orders
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            async with self._changed:
                self.events.append(json.loads(line))
                self._changed.notify_all()

    async def tells(
        self, event: str, *, within: float = 10.0, since: int = 0, **like: object
    ) -> dict[str, Any]:
        """Await an event with these values; `since` is a place in `events`. Raises TimeoutError."""

        def found() -> dict[str, Any] | None:
            wanted = {"event": event, **like}
            return next((e for e in self.events[since:] if wanted.items() <= e.items()), None)

        async with asyncio.timeout(within), self._changed:
            while (seen := found()) is None:
                await self._changed.wait()
        return seen

    async def do(self, order: str, *, within: float = 15.0, **more: object) -> dict[str, Any]:
        """Give an order, await its answer. Raises ForeignError, TimeoutError."""
        assert self._process is not None
        assert self._process.stdin is not None
        number, since = next(self._ids), len(self.events)
        self._process.stdin.write(json.dumps({"do": order, "id": number, **more}).encode() + b"\n")
        async with asyncio.timeout(within), self._changed:
            while not (mine := [e for e in self.events[since:] if e.get("id") == number]):
                await self._changed.wait()
        if mine[0]["event"] == "failed":
            raise ForeignError(mine[0]["why"])
        return mine[0]
