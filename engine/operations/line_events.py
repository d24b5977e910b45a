"""Events of the line and what follows from them: live state, dispatcher, journal; edge."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from config.settings import Language
from dialplan import mixmonitor
from dialplan import words as w
from routing.ami.client import Ami, Message
from routing.ami.rtp_count import value
from routing.dispatch.assigner import FAULTS
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService
from routing.live.ami_events import read
from routing.live.call_summary import CallSummary
from routing.live.endpoints import device_of, is_consultant
from routing.live.events import (
    BridgeEntered,
    ChannelGone,
    DialBegan,
    Event,
    HoldChanged,
    QueueRinging,
    ReachChanged,
    VariableSet,
)
from routing.live.live import Ended, Live
from routing.live.live_call import OngoingCall
from routing.live.resync import ON_HOLD, snapshot

log = structlog.get_logger()


@dataclass(slots=True)
class LineEvents:
    """Takes in AMI events one by one; on every login the state is made anew from Asterisk's own lists."""

    desk: DispatchService
    tell: Callable[[CallSummary], None]  # a call is over
    unheld: Callable[[OngoingCall], None]  # a phone came back from hold: its recording must begin anew
    rung_out: Callable[[], object]  # survival stopped ringing somebody: callers may be fetched
    released: Callable[[str, str], None]  # 1414 answered: call id, consultant
    ours: Callable[[str], bool]  # whether a session of this engine holds the call
    live: Live = field(default_factory=Live)
    up: bool = False
    away_since: float = field(default_factory=time.time)  # when the connection was lost last
    changed: Callable[[], None] = lambda: None
    held: Callable[[OngoingCall, mixmonitor.Side], object] = lambda call, by: (
        None
    )  # that side holds the other
    ends: Callable[[float], Ended] | None = None  # when calls that are no more ended, asked at a moment
    _queued: list[Event] | None = None

    def on_message(self, message: Message) -> None:
        """An AMI event."""
        event = read(message)
        if event is None:
            return
        if self._queued is not None:
            self._queued.append(event)
        else:
            self._take(event)

    async def on_up(self, ami: Ami) -> None:
        """After each login: queue events, take the lists, build, apply what was queued, swap in."""
        self._queued = []
        try:
            at = time.time()
            status = await ami.list("Status", {"Variables": ",".join((*w.FACTS, w.IDENTITY))}, deadline=10)
            # By itself, never by Status, which may stop Asterisk for good (engine/media/leg_counts.py).
            names = [str(row.get("Channel", "")) for row in status]
            holds = await asyncio.gather(*(value(ami, name, ON_HOLD) for name in names if name))
            held = frozenset(
                name for name, told in zip(filter(None, names), holds, strict=True) if told == "1"
            )
            devices = await ami.list("DeviceStateList", deadline=10)
            fresh = snapshot(at, status, devices, held)
            fresh.inherit(self.live, at, None if self.ends is None else self.ends(at))
            self.live = fresh
        finally:
            queued, self._queued = self._queued or [], None
        self._agree()
        for event in queued:
            self._take(event)
        self._tell()
        self.up = True
        self.changed()
        log.info("snapshot_taken", channels=len(status), calls=len(self.live.calls))

    def on_down(self, why: str) -> None:
        """The connection is lost; what is known stays, and is made anew at the next login."""
        self.up, self.away_since = False, time.time()
        self.changed()
        log.warning("ami_down", why=why)

    def find(self, call_id: str) -> OngoingCall | None:
        """The living call of this id."""
        return next((call for call in self.live.calls.values() if call.word(w.CALL) == call_id), None)

    def living(self) -> list[OngoingCall]:
        """All calls on the line now."""
        return list(self.live.calls.values())

    def _take(self, event: Event) -> None:
        before = self.live.calls.get(getattr(event, "linked", ""))
        self.live.apply(event)
        self._follow(event, before)
        self._tell()
        self.changed()

    def _follow(self, event: Event, call: OngoingCall | None) -> None:
        match event:
            case ReachChanged():
                self._reach(event.device, event.reach == "reachable")
            case BridgeEntered():
                self._bridged(event.linked)
            case VariableSet(name=w.UCC, value="answered") if call is not None:
                self.released(call.word(w.CALL), call.word(w.CONSULTANT))
            case HoldChanged(held=False) if call is not None and call.legs.talking():
                self.unheld(call)
            case HoldChanged(held=True, id=id_) if call is not None and call.legs.talking():
                self.held(call, "caller" if id_ == call.id else "consultant")
            case DialBegan() | QueueRinging(ringing=True):
                self._occupied(event.linked)
            case QueueRinging(ringing=False) | VariableSet(name=w.SURVIVED):
                self.rung_out()
            case ChannelGone(channel=channel) if is_consultant(device_of(channel)):
                self._leg_gone(event)
            case ChannelGone(id=id_, linked=linked) if id_ == linked and call is not None:
                self._caller_gone(call.word(w.CALL))

    def found_talking(self, linked: str, consultant: str) -> None:
        """A conversation that the dispatcher has not heard of."""
        if (call := self.live.calls.get(linked)) is not None:
            self._talking(call, consultant)

    def _bridged(self, linked: str) -> None:
        call = self.live.calls.get(linked)
        if call is None:
            return
        for leg in call.legs.talking():
            if is_consultant(leg.device):
                self._talking(call, leg.device)

    def _occupied(self, linked: str) -> None:
        """Survival rings or connects a consultant: nobody else may ring them."""
        call = self.live.calls.get(linked)
        if call is None or self.ours(call.word(w.CALL)):
            return
        for leg in call.legs.known.values():
            if is_consultant(leg.device) and (leg.ringing or leg.talking):
                self._talking(call, leg.device)

    def _talking(self, call: OngoingCall, consultant: str) -> None:
        language: Language = "ru" if call.word(w.LANGUAGE) == "ru" else "kk"
        arrived = call.queued_at or call.born_at or time.time()
        self.desk.found_talking(Waiting(call.word(w.CALL), language, arrived), consultant)

    def _leg_gone(self, event: ChannelGone) -> None:
        """A conversation or ring that no session of ours waits for (it outlived an engine) ends here."""
        call = self.live.calls.get(event.linked)
        if call is None:
            return
        call_id, consultant = call.word(w.CALL), device_of(event.channel)
        if call.word(w.WISH) == "1414":
            self.desk.reserved(call_id, consultant)
            return
        for seat in self.desk.snapshot().consultants:
            if seat.id != consultant or seat.call != call_id:
                continue
            leg = call.legs.known.get(event.id)
            if leg is not None and leg.failed in FAULTS and not leg.caller_left_first:
                if not self.ours(call_id):  # else the flow that rang it tells, with the caller's place
                    self.desk.failed(call_id, consultant, FAULTS[leg.failed], back=False)
            elif seat.state == "talking" or (seat.state == "reserved" and not self.ours(call_id)):
                self.desk.conversation_ended(call_id, consultant)
                if leg is not None and leg.talked_at is None:
                    self.desk.wrap_up_ended(consultant)  # survival rang, nobody talked

    def _caller_gone(self, call_id: str) -> None:
        """Whoever was tied to a call that no session of ours has is free."""
        if self.ours(call_id):
            return
        for seat in self.desk.snapshot().consultants:
            if seat.call == call_id:
                self.desk.conversation_ended(call_id, seat.id)

    def _reach(self, device: str, reachable: bool) -> None:
        if not is_consultant(device):
            return
        if reachable:
            self.desk.reachable(device)
        else:
            self.desk.unreachable(device)

    def _agree(self) -> None:
        """The dispatcher and a fresh snapshot: who can be reached, who talks."""
        for seat in self.desk.snapshot().consultants:
            reach = self.live.reach.get(seat.id)
            self._reach(seat.id, reach == "reachable")
        alive = {call.word(w.CALL) for call in self.live.calls.values()}
        for seat in self.desk.snapshot().consultants:
            if seat.call and seat.call not in alive:
                self._caller_gone(seat.call)
        for linked in tuple(self.live.calls):
            self._occupied(linked)
            self._bridged(linked)

    def _tell(self) -> None:
        for story in self.live.ended():
            self.tell(story)
