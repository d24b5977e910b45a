"""The callers of the demo's six calls, act by act; consultants and 1414 do their parts; edge."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from lab.call import Call
from lab.scenes import Scene
from lab.stage import UCC_TONE, Stage, Talk

TALKS: Final = 3.0  # seconds a conversation goes on once both hear each other
Waits = Callable[[], Awaitable[None]]  # returns once the caller stands in the queue


@dataclass(slots=True)
class Actor:
    """The caller of one scene. Every method raises TimeoutError or RefusedError where it comes otherwise."""

    stage: Stage
    scene: Scene
    call: Call | None = None

    def tell(self, who: str, what: str) -> None:
        """A line of the timeline, of this call."""
        self.stage.story.tell(who, what, self.scene.number)

    @property
    def name(self) -> str:
        """As in `caller 1`."""
        return f"caller {self.scene.number}"

    async def dial(self) -> Call:
        """Dial 111 and choose the language, or nothing."""
        self.tell(self.name, f"dials 111; this voice is a tone of {self.scene.tone} Hz")
        self.call = await self.stage.caller(self.scene.number, self.scene.tone).dial("111")
        await self.call.answered(20)
        await self.call.hears_sound(10)
        self.tell("line", "has answered and greets in Kazakh and Russian")
        await asyncio.sleep(0.8)
        if self.scene.key:
            await self.call.press(self.scene.key)
            self.tell(self.name, f"presses {self.scene.key}")
        else:
            self.tell(self.name, "presses nothing")
        return self.call

    async def converse(self, call: Call, party: str = "") -> Talk:
        """Await the conversation; each side must hear the other's voice."""
        talk = await self.stage.talk(self.scene.number, party)
        await asyncio.gather(call.hears(talk.tone, 6), talk.call.hears(self.scene.tone, 6))
        self.tell(self.name, f"and {talk.party} hear each other")
        return talk

    async def to_1414(self, talk: Talk) -> None:
        """The consultant presses the code and is let go."""
        self.tell(talk.party, "presses *14")
        await talk.call.press("*14")
        await talk.call.ended(10)
        self.tell("line", "tells the caller the notice of the transfer, before anything is dialled")

    async def rate(self, call: Call, talk: Talk) -> None:
        """The consultant hangs up first; the caller rates, or keeps silent, and the line says goodbye."""
        await asyncio.sleep(TALKS)
        await talk.call.hang_up()
        self.tell(talk.party, "hangs up first")
        await call.hears_sound(10, since=monotonic() + 0.2)
        self.tell("line", "asks for a rating")
        if self.scene.rating:
            await asyncio.sleep(1.0)
            await call.press(str(self.scene.rating))
            self.tell(self.name, f"presses {self.scene.rating}")
        await self.goodbye(call)

    async def goodbye(self, call: Call) -> None:
        """The line ends the call."""
        await call.ended(40)
        self.tell("line", "says goodbye and hangs up")


async def served(actor: Actor, talked: asyncio.Event) -> None:
    """Calls 1 to 3."""
    call = await actor.dial()
    talk = await actor.converse(call)
    talk.call.phone.spawn(_after(talk, talked))
    await actor.rate(call, talk)


async def hangs_up(actor: Actor, waits: Waits) -> None:
    """Call 4: everybody is engaged, the caller loses patience."""
    call = await actor.dial()
    await waits()
    actor.tell("line", "has nobody free: the caller waits, with music")
    await asyncio.sleep(5)
    await call.hang_up()
    actor.tell(actor.name, "hangs up while waiting")


async def transferred(actor: Actor, talking: asyncio.Event, go_on: asyncio.Event) -> None:
    """Call 5: told first, then taken by 1414."""
    call = await actor.dial()
    talk = await actor.converse(call)
    talking.set()
    await go_on.wait()
    await actor.to_1414(talk)
    other = await actor.stage.talk(actor.scene.number, "1414")
    await asyncio.gather(call.hears(UCC_TONE, 6), other.call.hears(actor.scene.tone, 6))
    actor.tell(actor.name, "and 1414 hear each other; nothing of it is recorded")
    await asyncio.sleep(TALKS)
    await other.call.hang_up()
    actor.tell("1414", "hangs up")
    await call.ended(15)


async def comes_back(actor: Actor, talking: asyncio.Event, go_on: asyncio.Event) -> None:
    """Call 6: 1414 is busy, the same consultant has the caller back."""
    call = await actor.dial()
    talk = await actor.converse(call)
    talking.set()
    await go_on.wait()
    await actor.to_1414(talk)
    again = await actor.converse(call, talk.party)
    await actor.rate(call, again)


async def _after(talk: Talk, over: asyncio.Event) -> None:
    await talk.call.ended(120)
    over.set()
