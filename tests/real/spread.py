"""Calls spread over all stages, so that one blow meets them all at once; and what must hold afterwards."""

import asyncio
from dataclasses import dataclass
from time import monotonic

from dialplan.sip_accounts import SipAccount
from engine.install.consultant_accounts import save
from engine.install.secrets import fresh
from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.policy import Answer, Policy
from lab.robots import Consultant
from lab.sip import header
from tests.real.line import RunningLine

STAGES = ("menu", "notice", "waiting", "ringing", "talking", "told", "1414_rings", "1414_talks", "rating")
UCC_RINGS = 8.0  # seconds
RINGS = 5.0


@dataclass(slots=True)
class Caller:
    """One caller: the stage the blow met, the call, the national number."""

    stage: str
    call: Call
    number: str
    consultant: Consultant | None = None


def consultants(line: RunningLine, count: int) -> None:
    """Give the line that many consultants, c101 and on, before it starts."""
    (line.home / "accounts").mkdir(exist_ok=True)
    save(line.settings, [SipAccount(f"c{101 + n}", f"Үлгі {n}", ("kk", "ru"), fresh()) for n in range(count)])


class Spread:
    """`each` callers in each stage; `bring` returns when all are there."""

    def __init__(self, line: RunningLine, lab: Lab, each: int = 1) -> None:
        self.line = line
        self.lab = lab
        self.each = each
        self.callers: list[Caller] = []
        self.people: list[Consultant] = []
        self.rates = "4"
        self.ucc = lab.ucc("answers")
        self.ucc.phone.policy = self._ucc
        self._work: list[asyncio.Task[None]] = []

    def _ucc(self, call: Call) -> Policy:
        return Answer(0.3 if self._of(call).stage == "1414_talks" else UCC_RINGS)

    async def bring(self) -> None:
        """One after the other the stages fill, those that last longest first."""
        await self._talking(("1414_talks", "1414_rings", "told", "rating", "talking"))
        for caller in self._in("1414_talks"):
            await self._sign_off(caller)  # else they would serve those who shall wait
        waiting = [await self._dial("waiting") for _ in range(2 * self.each)]
        await asyncio.gather(*(self._chosen(caller, 1.0) for caller in waiting))
        began = monotonic()
        for caller in (*self._in("1414_talks"), *self._in("1414_rings")):
            await self._press(caller)
        await self._at(began, 7.0)
        for caller in self._in("told"):
            await self._press(caller)
        await self._at(began, 10.0)
        for caller in waiting[: self.each]:
            caller.stage = "ringing"
            caller.consultant = self.lab.consultant(len(self.people), answer_after=RINGS)
            self.people.append(caller.consultant)
            await caller.consultant.start()
        notice = [await self._dial("notice") for _ in range(self.each)]
        await self._at(began, 11.0)
        for caller in self._in("rating"):
            assert caller.consultant
            await self._sign_off(caller)
            await caller.consultant.hang_up()
        await self._at(began, 11.3)
        for _ in range(self.each):
            await self._dial("menu")
        await asyncio.gather(*(self._chosen(caller, 0.0) for caller in notice))
        at_1414 = self.ucc.phone.calls
        await self.line.until(lambda: len(at_1414) == 2 * self.each, 8)
        talks = [call for call in at_1414 if self._of(call).stage == "1414_talks"]
        await asyncio.gather(*(call.answered(5) for call in talks))
        await asyncio.sleep(0.5)

    async def let_end(self, within: float = 120.0) -> None:
        """From now on everybody does their part: callers choose and rate, consultants end the talks."""
        for person in self.people:
            person.talk, person.answer_after = 2.0, 0.5
        self._work = [asyncio.create_task(self._rate(caller)) for caller in self.callers]
        await asyncio.sleep(3)
        for caller in (*self._in("talking"), *self._in("ringing")):
            assert caller.consultant
            self._work.append(asyncio.create_task(self._hang_up_once_talked(caller.consultant)))
        await self.line.until(lambda: len(self.ucc.phone.calls) == 3 * self.each, 40)
        await asyncio.sleep(UCC_RINGS + 1)
        for call in self.ucc.phone.calls:
            await call.hang_up()
        async with asyncio.timeout(within):
            for caller in self.callers:
                await caller.call.ended(within)
            await asyncio.gather(*self._work)

    def _in(self, stage: str) -> list[Caller]:
        return [caller for caller in self.callers if caller.stage == stage]

    async def _at(self, began: float, seconds: float) -> None:
        await asyncio.sleep(max(0.0, began + seconds - monotonic()))

    async def _dial(self, stage: str) -> Caller:
        number = f"70000{len(self.callers):05d}"
        call = await self.lab.trunk_phone(identity=Identity(f"+7{number}")).dial("111")
        await call.answered(10)
        caller = Caller(stage, call, number)
        self.callers.append(caller)
        return caller

    async def _chosen(self, caller: Caller, after: float) -> None:
        await asyncio.sleep(after)
        await caller.call.press("2" if len(self.callers) % 2 else "1")

    async def _talking(self, stages: tuple[str, ...]) -> None:
        """Callers of these stages, each in conversation with a consultant, all brought there at once."""
        callers = [await self._dial(stage) for stage in stages for _ in range(self.each)]
        people = [self.lab.consultant(place) for place in range(len(callers))]
        self.people += people
        await asyncio.gather(*(one.start() for one in people))
        await asyncio.gather(
            *(caller.call.press("1" if place % 2 else "2") for place, caller in enumerate(callers))
        )
        await self.line.until(lambda: all(one.served for one in people), 30)
        for one in people:
            self._of(one.served[0]).consultant = one

    def _of(self, leg: Call) -> Caller:
        """The caller whose number a consultant's phone or 1414 was shown."""
        assert leg.invitation is not None
        shown = header(leg.invitation, "from")
        return next(caller for caller in self.callers if caller.number in shown)

    async def _sign_off(self, caller: Caller) -> None:
        assert caller.consultant
        await caller.consultant.phone.unregister()

    async def _press(self, caller: Caller) -> None:
        assert caller.consultant
        await caller.consultant.press("*14")

    async def _hang_up_once_talked(self, consultant: Consultant) -> None:
        await self.line.until(lambda: bool(consultant.served), 30)
        await asyncio.sleep(2)
        call = consultant.served[0]
        if call.state == "talking":
            await call.hang_up()

    async def _rate(self, caller: Caller) -> None:
        """Press the rating again and again: wherever else it falls, the key does nothing."""
        if caller.stage == "menu":
            await self._chosen(caller, 1.0)
        await asyncio.sleep(0.5)
        while caller.call.state != "ended":
            await caller.call.press(self.rates)
            await asyncio.sleep(1.5)
