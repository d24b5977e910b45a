"""Waiting callers from whom nothing comes: asked on the wire, passed over while they do not answer; edge.

Nobody is dropped for silence: who is muted, held, or sends nothing in pauses answers (decision 0081).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from engine.media.leg_counts import AlarmWriter, CountedLeg, LegCounts
from engine.media.options_history import OptionsHistory
from engine.media.wire_client import WireClient
from engine.wire.options_request import FACTS, ROUTES, Dialog, dialog
from routing.ami.client import Ami
from routing.ami.rtp_count import value
from routing.dispatch.service import DispatchService

log = structlog.get_logger()

# Not the leg's own answer: some proxy says that it got none, or the leg's end that it knows no such call.
NO_ANSWER: Final = frozenset({408, 481, 503, 504})
WITNESS: Final = 2.0  # seconds between questions to another leg of the same operator
WITNESSES: Final = 3  # legs asked for it at once
UNSENT: Final = 2.0  # seconds: a question that was not sent by then is made anew
AT_ONCE: Final = 16


@dataclass(slots=True)
class SilentCallers:
    """Asks and judges after each count; `alarm` and `over` write a moment into the journal.

    Silence alone proves nothing, nor does a missing answer of a leg that never answers: each waiting caller
    is asked while it is heard. Only of one who answered then a missing answer says something; of a leg that
    was not heard for so long the others of its operator's address speak (decision 0105).
    """

    ami: Ami
    legs: LegCounts
    desk: DispatchService
    wire: WireClient
    alarm: AlarmWriter
    over: AlarmWriter  # what an alarm told of is so no more
    changed: Callable[[], None]
    soon: Callable[[Coroutine[Any, Any, None]], object]
    wall: Callable[[], float] = time.time
    since: dict[str, float] = field(default_factory=dict)  # call -> no answer since (epoch): the board's
    _habits: OptionsHistory = field(default_factory=OptionsHistory)
    _hosts: dict[str, str] = field(default_factory=dict)  # by channel: the operator's address
    _dialogs: dict[str, Dialog] = field(default_factory=dict)  # by channel, while it owes an answer
    _asked: dict[str, str] = field(default_factory=dict)  # branch -> channel
    _unsent: dict[str, tuple[str, float]] = field(default_factory=dict)  # channel -> branch, when
    _busy: set[str] = field(default_factory=set)  # channels whose question is being made
    _witness: dict[str, float] = field(default_factory=dict)  # address -> when another leg was asked
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def look(self, now: float) -> None:
        """After each count."""
        waiting = {leg.channel: leg for leg in self.legs.callers() if self._waits(leg.call)}
        for leg in waiting.values():
            if leg.state.due(now) and self.wire.up:
                self._ask(leg)
            self._judge(leg, now)
        calls = {leg.call for leg in waiting.values()}
        for call in [call for call in self.since if call not in calls]:
            self._again(call)
        self._forget()

    def sent(self, branch: str) -> None:
        """The question is on its way; one that was made anew meanwhile does not count."""
        channel = self._asked.get(branch, "")
        if self._unsent.get(channel, ("", 0.0))[0] != branch:
            return
        del self._unsent[channel]
        if (leg := self.legs.legs.get(channel)) is not None:
            leg.state.ask(self.legs.clock())

    def answered(self, branch: str, status: int) -> None:
        """An answer came."""
        leg = self.legs.legs.get(self._asked.pop(branch, ""))
        if leg is None or status in NO_ANSWER:
            return
        leg.state.answer(self.legs.clock())
        if leg.call in self.since:
            self._again(leg.call)

    def _waits(self, call: str) -> bool:
        return self.desk.unanswered(call)

    def _judge(self, leg: CountedLeg, now: float) -> None:
        host = self._hosts.get(leg.channel)
        if host is not None:
            self._habits.learn(host, leg.channel, leg.state.answers)
        if leg.state.sign(now) != "unanswered":
            if leg.call in self.since:
                self._again(leg.call)
            return
        if leg.call in self.since or host is None or leg.state.answers is False:
            return
        if leg.state.answers is None and not self._habits.answers(host):
            self._call_witness(host, leg, now)
            return
        self.since[leg.call] = self.wall() - (now - leg.state.since)
        log.warning("caller_unanswered", call=leg.call)
        self.alarm("caller_unanswered", leg.call, self.since[leg.call])
        self.desk.doubted(leg.call)
        self.changed()

    def _again(self, call: str) -> None:
        del self.since[call]
        log.info("caller_back", call=call)
        self.over("caller_unanswered", call, self.wall())
        self.desk.trusted(call)
        self.changed()

    def _call_witness(self, host: str, doubtful: CountedLeg, now: float) -> None:
        """Other legs of the same operator, from which sound comes: do they answer such questions at all?"""
        if now - self._witness.get(host, 0.0) < WITNESS:
            return
        self._witness[host] = now
        others = [one for one in self.legs.callers() if self._hosts.get(one.channel, host) == host]
        heard = [one for one in others if one is not doubtful and one.state.sign(now) == "heard"]
        for leg in heard[:WITNESSES]:
            self._habits.learn(host, leg.channel, leg.state.answers)
            self._ask(leg)

    def _ask(self, leg: CountedLeg) -> None:
        _, when = self._unsent.get(leg.channel, ("", 0.0))
        if leg.channel not in self._busy and self.legs.clock() - when >= UNSENT:
            self._busy.add(leg.channel)
            self.soon(self._question(leg))

    async def _question(self, leg: CountedLeg) -> None:
        try:
            found = self._dialogs.get(leg.channel) if leg.state.missed else None
            if found is None:
                async with self._at_once:
                    found = await self._dialog(leg.channel)
            if found is None:
                return
            self._hosts[leg.channel] = found.there[0]
            branch = self.wire.ask(found)
            if branch is None:
                return
            self._dialogs[leg.channel] = found
            self._asked[branch] = leg.channel
            self._unsent[leg.channel] = (branch, self.legs.clock())
        finally:
            self._busy.discard(leg.channel)

    async def _dialog(self, channel: str) -> Dialog | None:
        facts: dict[str, str] = {}
        for name in FACTS:
            facts[name] = await value(self.ami, channel, name)
            if name in ROUTES and not facts[name]:
                break
        return dialog(facts)

    def _forget(self) -> None:
        kept: tuple[dict[str, Any], ...] = (self._dialogs, self._hosts, self._unsent)
        for of_legs in kept:
            for channel in [channel for channel in of_legs if channel not in self.legs.legs]:
                del of_legs[channel]
        for branch in [b for b, channel in self._asked.items() if channel not in self.legs.legs]:
            del self._asked[branch]
