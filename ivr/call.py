"""One call as the flow speaks of it: say, choose, note a fact; everything the stages share."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import structlog

from config.settings import Language
from ivr.facts import Facts
from ivr.inband_dtmf import InbandDtmf
from ivr.line import Line, SoundMissing
from ivr.menu import Menu

T = TypeVar("T")
log = structlog.get_logger()


class Call:
    """A caller's call: the line to them and what is known so far.

    `names`: the channel variable of each fact; `clock` gives epoch milliseconds; `inband`: keys as tones.
    """

    def __init__(
        self,
        line: Line,
        facts: Facts,
        *,
        names: Mapping[str, str],
        default: Language,
        clock: Callable[[], int],
        inband: InbandDtmf | None = None,
    ) -> None:
        self.line = line
        self.facts = facts
        self._names = names
        self.default: Language = default
        self.now = clock
        self._inband = inband

    @property
    def id(self) -> str:
        """The call id the dialplan made."""
        return self.facts.call

    @property
    def language(self) -> Language:
        """The caller's language, or the configured default before the choice (A2)."""
        return self.facts.language or self.default

    async def note(self, **facts: str | int | bool | None) -> None:
        """Keep facts on the call's channel, at once and in the order given; None empties one."""
        await self.line.set({self._names[name]: _text(value) for name, value in facts.items()})
        self.facts = self.facts.but(**facts)

    async def read(self, fact: str) -> str:
        """A fact as it stands on the channel now: the dialplan may have set it meanwhile."""
        return await self.line.get(self._names[fact])

    async def say(self, prompt: str, digits: str = "") -> str | None:
        """Play a prompt; a missing sound is logged and passed over, for the caller must not be lost by it."""
        try:
            return await self.line.play(prompt, digits)
        except SoundMissing:
            log.error("prompt_missing", prompt=prompt, language=self.language)
            return None

    async def announce(self, prompt: str) -> bool:
        """Play a prompt that must be heard; False when it could not be (A14: no sound, no transfer)."""
        try:
            await self.line.play(prompt)
        except SoundMissing:
            log.error("notice_missing", prompt=prompt, language=self.language)
            return False
        return True

    async def choose(self, menu: Menu) -> str | None:
        """The meaning of the digit pressed, None when nobody pressed one in all tries.

        Whichever comes first counts: a key that Asterisk understood, or one that the ear heard as tones.
        """
        pressed: list[str] = []
        if self._inband is None:
            await self._tries(menu, pressed)
        else:
            with self._inband.listen(self.id, menu.digits) as heard:
                if (digit := await self.until(heard, self._tries(menu, pressed))) is not None:
                    pressed.append(digit)
        return menu.choices[pressed[0]] if pressed else None

    async def _tries(self, menu: Menu, pressed: list[str]) -> None:
        for prompt in menu.prompts():
            digit = await self.say(prompt, menu.digits)
            digit = digit or await self.line.digit(menu.digits, menu.seconds)
            if digit:
                pressed.append(digit)
                return

    async def until(self, news: Awaitable[T], meanwhile: Coroutine[Any, Any, object]) -> T | None:
        """The news, as soon as it is there; until then `meanwhile` runs on the line and is ended by it.

        None when `meanwhile` came to its own end first; the news is then still to be asked for.

        The line's next command, written on the same connection, ends what runs. A hang-up met meanwhile
        is raised.
        """
        waiter = asyncio.ensure_future(news)
        await asyncio.sleep(0)
        if waiter.done():  # nothing is begun that would only have to be ended
            meanwhile.close()
            return waiter.result()
        task = asyncio.ensure_future(meanwhile)
        try:
            await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
            if waiter.done():
                return waiter.result()
            task.result()
            return None
        finally:
            for unfinished in (task, waiter):
                if not unfinished.done():
                    unfinished.cancel()
                    await asyncio.wait({unfinished})
            if not task.cancelled():
                task.exception()  # a hang-up that came together with the news is met at the next command


def _text(value: str | int | bool | None) -> str:
    return "" if value is None or value is False else "1" if value is True else str(value)
