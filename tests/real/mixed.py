"""An hour of a working line, made short: callers of every kind at once, and all alerts that they bring."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from engine.process.local_socket import CommandRefused, EngineUnavailable
from lab.call import Call, RefusedError
from lab.identity import Identity
from lab.lab import Lab
from lab.policy import BUSY, Answer, Policy, Reject, Ring
from lab.robots import Consultant
from lab.sip import Request, header
from lab.transactions import NoAnswerError
from tests.real.line import RunningLine

LONG: Final = 150.0  # seconds; a call of ours lasts less
AT_1414: Final = "*14"
_NUMBER: Final = re.compile(r"\+?7(70000\d{5})")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of call; times in seconds.

    `leaves`: the caller hangs up so long after dialling; `talk`: who hangs up after so much conversation;
    `at_1414`: what 1414 does, and how long it talks.
    """

    name: str
    leaves: float | None = None
    talk: tuple[str, float] | None = None
    hold: float = 0.0
    at_1414: Policy | None = None
    long_1414: float = 0.0
    key: str = ""  # the rating
    language: str = "1"


SERVED: Final = (
    Kind("the caller rates", talk=("consultant", 3.0), key="5"),
    Kind("the caller rates nothing", talk=("consultant", 2.0)),
    Kind("the caller hangs up", talk=("caller", 4.0)),
    Kind("both hang up", talk=("both", 2.5)),
    Kind("a word", talk=("caller", 0.3)),
    Kind("not a word", talk=("caller", 0.0)),
    Kind("a second", talk=("consultant", 1.1)),
    Kind("held", talk=("caller", 3.0), hold=6.0),
    Kind("held until the end", talk=("caller", 0.0), hold=4.0),
)
AWAY: Final = tuple(
    Kind(f"gone after {seconds} s", leaves=seconds)
    for seconds in (0.05, 0.5, 1.5, 3.0, 5.0, 6.0, 6.5, 7.0, 7.5, 8.0)
)
TO_1414: Final = (
    Kind("1414 talks long", talk=("1414", 3.0), at_1414=Answer(1.0), long_1414=29.0),
    Kind("1414 talks longer", talk=("1414", 2.0), at_1414=Answer(2.0), long_1414=31.0),
    Kind("1414 hangs up at once", talk=("1414", 2.0), at_1414=Answer(0.5), long_1414=0.5),
    Kind("1414 is busy", talk=("1414", 3.0), at_1414=Reject(486)),
    Kind("1414 declines", talk=("1414", 3.0), at_1414=Reject(603)),
    Kind("gone while 1414 rings", talk=("1414", 2.0), at_1414=Ring(), leaves=21.0),
    Kind("held, then to 1414", talk=("1414", 2.0), hold=3.0, at_1414=Answer(1.0), long_1414=30.0),
)
DUTY: Final = (
    Kind("the duty phone", talk=("duty", 3.0), key="4", language="2"),
    Kind("gone from the duty phone", talk=("caller", 3.0), language="2"),
    Kind("gone while the duty phone rings", leaves=9.0, language="2"),
)


@dataclass(slots=True)
class Seen:
    """What the board told: each alert that was there at some moment (kind, subject)."""

    alerts: set[tuple[str, str]] = field(default_factory=set)
    looks: int = 0


@dataclass(slots=True)
class Mixed:
    """Callers of given kinds; consultants, 1414 and the duty phone behave for each as its kind wants."""

    lab: Lab
    kinds: dict[str, Kind] = field(default_factory=dict)  # by the caller's number
    callers: dict[str, Call] = field(default_factory=dict)
    done: int = 0
    faults: list[str] = field(default_factory=list)

    async def team(self, *ids: str) -> list[Consultant]:
        """On shift; and 1414 and the duty phone stand ready."""
        team = []
        for id_ in ids:
            one = self.lab.consultant(id_)
            one.phone.policy = self._consultant
            team.append(await one.start())
        self.lab.ucc().phone.policy = self._ucc
        self.lab.duty().phone.policy = self._duty
        return team

    async def one(self, kind: Kind) -> None:
        """One call from dialling to its end."""
        number = f"70000{len(self.kinds):05d}"
        self.kinds[number] = kind
        phone = self.lab.trunk_phone(identity=Identity(f"+7{number}"))
        try:
            async with asyncio.timeout(LONG):
                call = self.callers[number] = await phone.dial("111")
                if kind.leaves is not None:
                    self.lab.phones[0].spawn(self._leave(call, kind.leaves))
                await call.answered(20)
                await asyncio.sleep(0.5)
                await call.press(kind.language)
                await call.ended(LONG)
        except RefusedError:
            if kind.leaves is None:
                self.faults.append(f"{kind.name}: refused")
        except (TimeoutError, NoAnswerError) as why:
            self.faults.append(f"{kind.name}: {type(why).__name__}")
        finally:
            self.done += 1
            await phone.close()
            self.lab.phones.remove(phone)

    async def many(self, kinds: list[Kind], apart: float) -> None:
        """So many at once as come: one each `apart` seconds."""
        calls = []
        for kind in kinds:
            calls.append(asyncio.create_task(self.one(kind)))
            await asyncio.sleep(apart * random.uniform(0.5, 1.5))
        await asyncio.gather(*calls)

    async def _leave(self, call: Call, after: float) -> None:
        await asyncio.sleep(after)
        await call.hang_up()

    def _who(self, call: Call) -> tuple[Kind, Call] | None:
        assert isinstance(call.invitation, Request)
        found = _NUMBER.search(header(call.invitation, "from"))
        return (self.kinds[found[1]], self.callers[found[1]]) if found else None

    def _consultant(self, call: Call) -> Policy:
        if any(other is not call and other.state != "ended" for other in call.phone.calls):
            return BUSY
        who = self._who(call)
        if who is not None:
            call.phone.spawn(self._talk(call, *who))
        return Answer(0.4)

    def _ucc(self, call: Call) -> Policy:
        who = self._who(call)
        if who is None or who[0].at_1414 is None:
            return BUSY
        call.phone.spawn(self._rest(call, who[1], who[0].long_1414))
        return who[0].at_1414

    def _duty(self, call: Call) -> Policy:
        who = self._who(call)
        if who is not None:
            call.phone.spawn(self._duty_talk(call, *who))
        return Answer(0.5)

    async def _talk(self, leg: Call, kind: Kind, caller: Call) -> None:
        with suppress(RefusedError, TimeoutError, NoAnswerError):
            await leg.answered(30)
            if kind.talk is None:
                return
            by, seconds = kind.talk
            returned = len([one for one in leg.phone.calls if self._who(one) == (kind, caller)]) > 1
            await asyncio.sleep(seconds)
            if kind.hold and not returned:
                await leg.hold()
                await asyncio.sleep(kind.hold)
                if by != "caller" or seconds:
                    await leg.unhold()
                    await asyncio.sleep(2.0)
            if by == "1414" and not returned:
                await leg.press(AT_1414)
                return
            await self._end("caller" if by == "1414" else by, leg, caller, kind)

    async def _end(self, by: str, leg: Call, caller: Call, kind: Kind) -> None:
        if by in ("caller", "both"):
            await caller.hang_up()
        if by in ("consultant", "both", "duty"):
            await leg.hang_up()
        if kind.key and caller.state != "ended":
            await asyncio.sleep(2.0)
            await caller.press(kind.key)

    async def _rest(self, leg: Call, caller: Call, seconds: float) -> None:
        with suppress(RefusedError, TimeoutError, NoAnswerError):
            await leg.answered(60)
            await asyncio.sleep(seconds)
            await (caller if seconds > 30 else leg).hang_up()

    async def _duty_talk(self, leg: Call, kind: Kind, caller: Call) -> None:
        with suppress(RefusedError, TimeoutError, NoAnswerError):
            await leg.answered(30)
            await leg.hears_sound(within=30)
            await leg.press("1")
            if kind.talk is not None:
                await asyncio.sleep(kind.talk[1] + 2.0)
                await self._end(kind.talk[0], leg, caller, kind)


@asynccontextmanager
async def watching(line: RunningLine) -> AsyncIterator[Seen]:
    """All alerts of the board meanwhile, four looks a second."""
    seen = Seen()

    async def watch() -> None:
        while True:
            with suppress(EngineUnavailable, CommandRefused, OSError):
                board = await asyncio.to_thread(line.ask, "board.show")
                seen.alerts |= {(one["kind"], one["subject"]) for one in board["alerts"]}
                seen.looks += 1
            await asyncio.sleep(0.25)

    task = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
