"""The phones dialled for one call, and who of them talks with the caller."""

from dataclasses import dataclass, field

from routing.live.endpoints import device_of
from routing.live.events import BridgeEntered, BridgeLeft


@dataclass(slots=True)
class Leg:
    """A phone that was dialled for the call, and the conversation it had, if any (epoch seconds)."""

    id: str
    device: str
    rang_at: float | None = None
    ringing: bool = False
    talked_at: float | None = None
    ended_at: float | None = None
    caller_left_first: bool = False
    channel: str = ""
    gone_at: float | None = None  # the phone's channel ended, with this Q.850 cause
    cause: int = 0
    failed: str = ""  # what the phone did in place of serving: forwards | drops (dialplan/words.py: RING)

    @property
    def dropped(self) -> bool:
        """Answered, and gone at once by itself: nobody was served (decision 0083)."""
        return self.failed == "drops" and not self.caller_left_first

    @property
    def talking(self) -> bool:
        """In conversation with the caller now."""
        return self.talked_at is not None and self.ended_at is None

    def end(self, at: float) -> None:
        """No longer rings or talks; what had ended before keeps its time."""
        self.ringing = False
        if self.talking:
            self.ended_at = at


@dataclass(slots=True)
class Legs:
    """All legs of one call; `caller` is the unique id of the caller's channel.

    A conversation is the time caller and leg spend in one bridge: ANSWEREDTIME counts from elsewhere.
    """

    caller: str
    known: dict[str, Leg] = field(default_factory=dict)  # by unique id
    bridges: dict[str, str] = field(default_factory=dict)  # unique id -> bridge it is in

    def leg(self, id_: str, device: str) -> Leg | None:
        """The leg of that unique id, new when never heard of; None for the caller's own channel."""
        if not id_ or id_ == self.caller:
            return None
        return self.known.setdefault(id_, Leg(id_, device))

    def talking(self) -> list[Leg]:
        """Those in conversation with the caller now."""
        return [leg for leg in self.known.values() if leg.talking]

    def dial(self, at: float, id_: str, device: str, channel: str = "") -> None:
        """A phone rings."""
        leg = self.leg(id_, device)
        if leg:
            leg.channel = channel or leg.channel
        if leg and leg.rang_at is None:
            leg.rang_at, leg.ringing = at, True

    def quiet(self, device: str) -> None:
        """That device no longer rings."""
        for leg in self.known.values():
            leg.ringing = leg.ringing and leg.device != device

    def enter(self, event: BridgeEntered) -> None:
        """Whoever now shares the caller's bridge talks with the caller."""
        self.bridges[event.id] = event.bridge
        if leg := self.leg(event.id, device_of(event.channel)):
            leg.channel = event.channel
        if self.bridges.get(self.caller) != event.bridge:
            return
        for leg in self.known.values():
            if self.bridges.get(leg.id) == event.bridge:
                leg.ringing = False
                leg.talked_at = event.at if leg.talked_at is None else leg.talked_at
                leg.ended_at, leg.caller_left_first = (
                    None,
                    False,
                )  # the same phone came back: one conversation

    def leave(self, event: BridgeLeft) -> None:
        """The first of two to leave ends the conversation."""
        if self.bridges.get(event.id) != event.bridge:
            return
        del self.bridges[event.id]
        for leg in self.known.values():
            if event.id == self.caller and leg.talking:
                leg.caller_left_first = True
                leg.end(event.at)
            elif event.id == leg.id:
                leg.end(event.at)

    def gone(self, id_: str, at: float, cause: int = 0) -> None:
        """A phone's channel has ended."""
        self.bridges.pop(id_, None)
        if leg := self.known.get(id_):
            if leg.gone_at is None:
                leg.gone_at, leg.cause = at, cause
            leg.end(at)

    def end_all(self, at: float) -> None:
        """The caller has gone, so has every conversation."""
        self.bridges.clear()
        for leg in self.known.values():
            leg.end(at)

    def correct(self, now: "Legs", at: float) -> None:
        """Take the present from a snapshot and keep the past: what changed unseen changed `at`."""
        self.bridges = now.bridges
        for id_, leg in self.known.items():
            there = now.known.get(id_)
            if there is None or (leg.talking and not there.talking):
                leg.end(at)
            elif there.talking and not leg.talking:
                leg.ringing, leg.talked_at, leg.ended_at = False, leg.talked_at or at, None
        for id_, there in now.known.items():
            self.known.setdefault(id_, there)
