"""Callers whose keys come as tones in the sound: heard while they are asked, marked, counted; edge (0088).

Asterisk listens for tones only where the caller's side names no telephone-event; a gateway that names it and
sends none has its callers hear the menu again and again. So the process on the wire listens, too, for as long
as a menu lasts. Of a key that Asterisk understood, whichever way, it tells by DTMFBegin or DTMFEnd.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any, Final, Literal

import structlog

from dialplan import words as w
from engine.media.leg_counts import source
from engine.media.wire_client import Tone, WireClient
from engine.wire.options_request import Address
from routing.ami.client import Ami, Message
from routing.live.ami_events import header_value
from routing.live.live_call import OngoingCall
from routing.live.repeated_faults import RepeatedFaults

log = structlog.get_logger()

GRACE: Final = 1.5  # seconds: by then Asterisk, too, has told of a key that it understood
LATE: Final = 0.6  # seconds: the process on the wire looks every 0.25
KNOWN: Final = 0.1  # seconds between two looks for a call whose first events are still under way
TRIES: Final = 20
AGAIN: Final = (1.0, 3.0)  # seconds until it is asked again whom Asterisk hears: behind NAT it learns that
REMEMBERED: Final = 2000  # calls marked already
OPERATORS: Final = 200

Kind = Literal["keys_as_tones", "keys_as_tones_understood"]


@dataclass(slots=True, eq=False)
class MenuListener:
    """One caller in one menu; `taken`: Asterisk understood a key of theirs."""

    call: str
    digits: str
    key: asyncio.Future[str]
    channel: str = ""
    operator: str = ""
    port: int = 0
    waits: int = 2  # for the menu's end, and for the judgement where something was heard
    named: Address | None = None
    heard: bool = False
    events: bool = False  # keys came as telephone-events
    taken: bool = False


@dataclass(slots=True)
class ToneCallCount:
    """Calls of one operator since the engine's start; `last` is epoch seconds."""

    only: int = 0
    understood: int = 0
    last: float = 0.0


@dataclass(slots=True)
class InbandDtmfDetection:
    """ivr.inband_dtmf.InbandDtmf; `alarm` writes a moment into the journal: kind, call id, time."""

    ami: Ami
    wire: WireClient
    find: Callable[[str], OngoingCall | None]
    alarm: Callable[[str, str, datetime], object]
    changed: Callable[[], None]
    soon: Callable[[Coroutine[Any, Any, None]], object]
    wall: Callable[[], float] = time.time
    grace: float = GRACE
    late: float = LATE
    repeated: RepeatedFaults = field(default_factory=RepeatedFaults)
    _open: dict[MenuListener, None] = field(default_factory=dict)  # until they are judged, too
    _marked: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    _operators: dict[str, ToneCallCount] = field(default_factory=dict)

    @contextmanager
    def listen(self, call: str, digits: str) -> Iterator[Awaitable[str]]:
        """Inside: the first of `digits` that is heard as tones; it may never come."""
        one = MenuListener(call, digits, asyncio.get_running_loop().create_future())
        self._open[one] = None
        self.soon(self._begin(one))
        try:
            yield one.key
        finally:
            one.key.cancel()
            self.soon(self._end(one))

    def take(self, tone: Tone) -> None:
        """The process on the wire heard a key; one that came as an event, too, is Asterisk's."""
        one = self._at(tone.port)
        if one is not None and tone.events:
            one.events = True
        if one is None or one.events:
            return
        if tone.key in one.digits and not one.key.done():
            one.key.set_result(tone.key)
        if not one.heard:
            one.heard = True
            self.soon(self._judge(one, self.wall()))

    def on_message(self, message: Message) -> None:
        """An AMI event."""
        if (
            header_value(message, "Event") in ("DTMFBegin", "DTMFEnd")
            and header_value(message, "Direction") == "Received"
        ):
            channel = header_value(message, "Channel")
            for one in self._open:
                one.taken = one.taken or one.channel == channel

    def standing(self, at: float) -> Iterator[tuple[str, float, int]]:
        """Operators where it repeats that keys come only as tones: since when, how many calls lately."""
        for operator, (since, times) in self.repeated.repeated(at).items():
            yield operator, since, times

    def told(self) -> list[dict[str, Any]]:
        """For the doctor: calls by operator since the engine's start, the newest first."""
        rows = sorted(self._operators.items(), key=lambda row: -row[1].last)
        return [
            {
                "operator": operator,
                "only": found.only,
                "understood": found.understood,
                "last": datetime.fromtimestamp(found.last, UTC).isoformat(timespec="seconds"),
            }
            for operator, found in rows
        ]

    def again(self) -> None:
        """The process on the wire is there (again): it may know nothing of those who are in a menu."""
        for one in self._open:
            if one.named is not None and not one.key.done():
                self.wire.hear(one.port, one.named)

    async def _begin(self, one: MenuListener) -> None:
        for _ in range(TRIES):
            if one.key.done():
                return
            if (call := self.find(one.call)) is not None and call.channel:
                one.channel, one.operator = call.channel, call.word(w.OPERATOR)
                if await self._hear(one):
                    break
            await asyncio.sleep(KNOWN)
        for seconds in chain(AGAIN, repeat(AGAIN[-1])):
            await asyncio.wait({one.key}, timeout=seconds)
            if one.key.done() or not one.port:
                return
            await self._hear(one)

    async def _hear(self, one: MenuListener) -> bool:
        """Have the caller listened to where Asterisk hears them; False when it does not say where."""
        found = await source(self.ami, one.channel)
        if found is not None and found != (one.port, one.named) and not one.key.done():
            one.port, one.named = found
            self.wire.hear(*found)
        return found is not None

    def _at(self, port: int) -> MenuListener | None:
        """The newest at one of our ports: a call that has just gone may have had the same."""
        return next((one for one in reversed(self._open) if one.port == port), None)

    async def _end(self, one: MenuListener) -> None:
        """The key that ended the menu may be on its way to us, too: it is marked all the same."""
        await asyncio.sleep(self.late)
        if one.port and self._at(one.port) is one:
            self.wire.deaf(one.port)
        self._close(one, 1 if one.heard else 2)

    def _close(self, one: MenuListener, waits: int) -> None:
        one.waits -= waits
        if one.waits <= 0:
            self._open.pop(one, None)

    async def _judge(self, one: MenuListener, at: float) -> None:
        """Whether Asterisk had understood it: told once it must have said so."""
        await asyncio.sleep(self.grace)
        self._close(one, 1)
        if one.events:
            return
        kind: Kind = "keys_as_tones_understood" if one.taken else "keys_as_tones"
        self._marked[one.call, kind] += 1
        if self._marked[one.call, kind] > 1:
            return
        if len(self._marked) > REMEMBERED:
            del self._marked[next(iter(self._marked))]
        self._count(one.operator, kind, at)
        log.info("keys_as_tones", call=one.call, operator=one.operator, understood=one.taken)
        moment = datetime.fromtimestamp(at, UTC)
        if kind == "keys_as_tones":
            self.alarm("keys_as_tones", one.call, moment)
        else:
            self.alarm("keys_as_tones_understood", one.call, moment)
        self.changed()

    def _count(self, operator: str, kind: Kind, at: float) -> None:
        if not operator:  # no trunk's call
            return
        found = self._operators.setdefault(operator, ToneCallCount())
        found.last = max(found.last, at)
        if kind == "keys_as_tones":
            found.only += 1
            self.repeated.take(operator, at)
        else:
            found.understood += 1
        if len(self._operators) > OPERATORS:
            del self._operators[min(self._operators, key=lambda name: self._operators[name].last)]
