"""What happens on the line now: a pure function of the event stream."""

from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import Final

from routing.live.call_summary import CallSummary, is_helpline_call, summarise
from routing.live.endpoints import device_of, is_caller, is_consultant
from routing.live.events import (
    ChannelBorn,
    ChannelGone,
    DialBegan,
    Event,
    Reach,
    ReachChanged,
    SpyBegan,
    SpyEnded,
)
from routing.live.live_call import CallEvent, OngoingCall
from routing.live.monitoring import Spy, spy

Ended = Callable[[OngoingCall], float]  # the end of a call that is no more (epoch seconds)

REMEMBERED: Final = 10_000  # calls that have ended: late and repeated events of theirs are no news


@dataclass(slots=True)
class Counters:
    """Since this state was made: events taken in, of calls unknown, of calls over; calls begun, ended."""

    applied: int = 0
    unknown: int = 0
    late: int = 0
    begun: int = 0
    ended: int = 0


@dataclass(slots=True)
class Live:
    """The calls and phones of one node; `apply` never raises, whatever the order of events."""

    calls: dict[str, OngoingCall] = field(default_factory=dict)  # by the caller's channel id
    reach: dict[str, Reach] = field(default_factory=dict)  # by device, once told
    spies: dict[str, Spy] = field(default_factory=dict)  # by the supervisor's channel id
    counters: Counters = field(default_factory=Counters)
    _channels: dict[str, str] = field(default_factory=dict)  # channel id -> device, all that live
    _owners: dict[str, str] = field(default_factory=dict)  # leg's channel id -> its call
    _told: deque[CallSummary] = field(default_factory=deque)
    _over: dict[str, None] = field(default_factory=dict)  # in order of their end

    def apply(self, event: Event) -> None:
        """Take in one event; its own time is the only clock."""
        if isinstance(event, ReachChanged):
            self.reach[event.device] = event.reach
            self.counters.applied += 1
            return
        if isinstance(event, SpyBegan | SpyEnded):
            self._spied(event)
            return
        self._count_channels(event)
        call = self._call_of(event)
        if call is None:
            return
        self.counters.applied += 1
        call.apply(event)
        if call.gone_at is not None:
            self._finish(call)

    def ended(self) -> Iterator[CallSummary]:
        """The stories of calls whose caller has gone, each once."""
        while self._told:
            yield self._told.popleft()

    def lose(self, alive: Container[str], at: float, ended: Ended | None = None) -> None:
        """End the calls whose caller's channel id is not in `alive`: Asterisk was restarted.

        What was missed of them makes their stories not `whole`. They end when `ended` says, else `at`.
        """
        for call in [c for c in self.calls.values() if c.id not in alive]:
            self._close(call, at, ended)

    def inherit(self, old: "Live", at: float, ended: Ended | None = None) -> None:
        """After a lost connection: keep what `old` had seen of the calls this snapshot still has.

        Calls that ended meanwhile are told, not `whole`: the channel event log knows better. They end when
        `ended` says, else `at`.
        """
        for call in old.calls.values():
            if now := self.calls.get(call.id):
                call.correct(now, at)
            else:
                self.counters.begun += 1
            self.calls[call.id] = call
            self._owners.update(dict.fromkeys(call.legs.known, call.id))
        self._told.extend(old.ended())
        self._over |= old._over
        self.spies = {id_: one for id_, one in old.spies.items() if id_ in self._channels}
        for call in [c for c in old.calls.values() if not self._channels.get(c.id)]:
            self._close(call, at, ended)

    def busy(self) -> frozenset[str]:
        """Consultants' devices that ring or talk, with the engine or past it."""
        return frozenset(device for device in self._channels.values() if is_consultant(device))

    def _count_channels(self, event: CallEvent) -> None:
        match event:
            case ChannelBorn(channel=channel, id=id_, linked=linked):
                if linked not in self._over:
                    self._channels[id_] = device_of(channel)
            case ChannelGone(id=id_):
                self._channels.pop(id_, None)
                self.spies.pop(id_, None)

    def _spied(self, event: SpyBegan | SpyEnded) -> None:
        self.counters.applied += 1
        if isinstance(event, SpyBegan):
            self.spies[event.id] = spy(event)
        else:
            self.spies.pop(event.id, None)

    def _call_of(self, event: CallEvent) -> OngoingCall | None:
        """The call an event belongs to, made when it is a caller's birth."""
        id_ = getattr(event, "id", "")
        key = self._owners.get(id_, event.linked)
        if id_ in self.calls:  # a caller's own channel, even if its linked id has changed since
            key = id_
        call = self.calls.get(key)
        if key in self._over:
            self.counters.late += 1
        elif call is not None:
            if isinstance(event, ChannelBorn | DialBegan) and id_ != key:
                self._owners[id_] = key
        elif isinstance(event, ChannelBorn) and id_ == event.linked and is_caller(device_of(event.channel)):
            call = self.calls[id_] = OngoingCall(id_)
            self.counters.begun += 1
        else:
            self.counters.unknown += 1
        return call

    def _close(self, call: OngoingCall, at: float, ended: Ended | None) -> None:
        """A call that ended unseen."""
        call.gap = True
        call.close(at if ended is None else ended(call))
        self._finish(call)

    def _finish(self, call: OngoingCall) -> None:
        del self.calls[call.id]
        for leg in call.legs.known:
            self._owners.pop(leg, None)
        self._over[call.id] = None
        if len(self._over) > REMEMBERED:
            del self._over[next(iter(self._over))]
        self.counters.ended += 1
        if is_helpline_call(call):
            self._told.append(summarise(call))
