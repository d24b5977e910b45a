"""Ready-made parties of a call: consultants, callers, a 1414 and a duty phone that behave as told; edge."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from lab.call import Call, RefusedError
from lab.identity import Identity
from lab.phone import Phone
from lab.policy import BUSY, Answer, Policy, Reject, Ring, Silent

Mode = Literal["answers", "busy", "rings", "silent", "declines", "unavailable", "broken"]
MODES: dict[Mode, Policy] = {
    "answers": Answer(0.3),
    "busy": BUSY,
    "rings": Ring(),
    "silent": Silent(),
    "declines": Reject(603),
    "unavailable": Reject(480),
    "broken": Reject(503),
}


class Consultant:
    """Registers, answers after `answer_after` s, talks, hangs up after `talk` s or on command.

    `codes` are pressed in each call: (seconds after the answer, digits). Busy while in a call.
    """

    def __init__(
        self,
        phone: Phone,
        *,
        answer_after: float = 0.5,
        talk: float | None = None,
        codes: tuple[tuple[float, str], ...] = (),
    ) -> None:
        self.phone = phone
        self.answer_after = answer_after
        self.talk = talk
        self.codes = codes
        phone.policy = self._decide

    async def start(self, expires: int = 60) -> "Consultant":
        """Register. Raises NotRegisteredError, NoAnswerError."""
        await self.phone.register(expires)
        return self

    async def stop(self) -> None:
        """Sign off; a call under way is ended."""
        await self.hang_up()
        await self.phone.unregister()

    @property
    def call(self) -> Call | None:
        """The call under way, ringing or talking."""
        live = [call for call in self.phone.calls if call.state != "ended"]
        return live[-1] if live else None

    @property
    def served(self) -> list[Call]:
        """Calls that were answered, oldest first."""
        return [call for call in self.phone.calls if call.incoming and call.answered_at is not None]

    async def hang_up(self) -> None:
        """End the call under way, if any."""
        if call := self.call:
            await call.hang_up()

    async def press(self, digits: str) -> None:
        """Press keys in the call under way: `*14` hands the caller to 1414."""
        if call := self.call:
            await call.press(digits)

    async def dial(self, number: str) -> Call:
        """Dial a feature code such as `*22` as a call of its own."""
        return await self.phone.dial(number)

    def _decide(self, call: Call) -> Policy:
        if any(other is not call and other.state != "ended" for other in self.phone.calls):
            return BUSY
        self.phone.spawn(self._serve(call))
        return Answer(self.answer_after)

    async def _serve(self, call: Call) -> None:
        try:
            await call.answered(within=self.answer_after + 60)
        except (RefusedError, TimeoutError):
            return
        self.phone.spawn(self._press_codes(call))
        if self.talk is not None:
            await asyncio.sleep(self.talk)
            await call.hang_up()

    async def _press_codes(self, call: Call) -> None:
        passed = 0.0
        for after, digits in self.codes:
            await asyncio.sleep(after - passed)
            passed = after
            await call.press(digits)


class Ucc:
    """The Unified Contact Centre 1414: set `mode` at any time; `talk` s later it hangs up, if given."""

    def __init__(self, phone: Phone, mode: Mode = "answers", *, talk: float | None = None) -> None:
        self.phone = phone
        self.mode: Mode = mode
        self.talk = talk
        phone.policy = self._decide

    def _decide(self, call: Call) -> Policy:
        if self.talk is not None and self.mode == "answers":
            self.phone.spawn(_talk(call, self.talk))
        return MODES[self.mode]


class Duty:
    """The duty phone: answers after some seconds and presses 1 once it hears something, or never does."""

    def __init__(
        self, phone: Phone, *, press_1: bool = True, answer_after: float = 0.5, talk: float | None = None
    ) -> None:
        self.phone = phone
        self.press_1 = press_1
        self.answer_after = answer_after
        self.talk = talk
        phone.policy = self._decide

    def _decide(self, call: Call) -> Policy:
        self.phone.spawn(self._serve(call))
        return Answer(self.answer_after)

    async def _serve(self, call: Call) -> None:
        try:
            await call.answered(within=self.answer_after + 60)
            if self.press_1:
                await call.hears_sound(within=30)
                await call.press("1")
        except (RefusedError, TimeoutError):
            return
        if self.talk is not None:
            await asyncio.sleep(self.talk)
            await call.hang_up()


async def _talk(call: Call, seconds: float) -> None:
    try:
        await call.answered(within=60)
    except (RefusedError, TimeoutError):
        return
    await asyncio.sleep(seconds)
    await call.hang_up()


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass; the call's end is the end of it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class HearTone:
    """Await a tone, say a consultant's."""

    frequency: int
    within: float = 30.0


@dataclass(frozen=True, slots=True)
class HearSilence:
    """Await the pause after a prompt."""

    seconds: float = 0.5
    within: float = 30.0


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; without it the caller stays until the line ends it."""


Step = Wait | Press | HearTone | HearSilence | HangUp


class Caller:
    """Dials and does one step after another, beginning at the answer."""

    def __init__(self, phone: Phone, script: tuple[Step, ...], identity: Identity | None = None) -> None:
        self.phone = phone
        self.script = script
        self.identity = identity

    async def run(self, number: str = "111", *, within: float = 120.0) -> Call:
        """One call from dialling to its end. Raises RefusedError, TimeoutError."""
        call = await self.phone.dial(number, self.identity)
        async with asyncio.timeout(within):
            await call.answered(within)
            for step in self.script:
                if call.state == "ended":
                    break
                await _take(call, step)
            return await call.ended(within)


async def _take(call: Call, step: Step) -> None:
    match step:
        case Wait(seconds):
            with suppress(TimeoutError):
                await call.ended(seconds)
        case Press(digits):
            await call.press(digits)
        case HearTone(frequency, within):
            await call.hears(frequency, within)
        case HearSilence(seconds, within):
            await call.hears_silence(seconds, within)
        case HangUp():
            await call.hang_up()
