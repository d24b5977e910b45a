"""Bringing callers and consultants together: the rules of order, ring, wrap-up and nobody on shift."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from config.settings import Language
from routing.dispatch.consultant import GIVEN_UP, Activity, Seat
from routing.dispatch.decisions import (
    Assign,
    AssignReason,
    ConsultantReason,
    Decision,
    Fault,
    NobodyOnShift,
    RaiseAlarm,
    SomebodyOnShift,
    Withdraw,
    WithdrawReason,
)
from routing.dispatch.queue import Caller, Phase, Queue
from routing.dispatch.roster import Roster
from routing.dispatch.timers import DispatchTimers


@dataclass(frozen=True, slots=True)
class Rules:
    """Seconds, from settings."""

    ring_seconds: float = 20.0
    wrap_up_seconds: float = 30.0
    missed_ring_seconds: float = 60.0
    # A phone that refuses at once (busy, do not disturb) is not dialled again in a tight loop.
    between_rings_seconds: float = 2.0
    longest_rest_seconds: float = 60.0
    # The Dial itself ends after ring_seconds; with no word this much later it must have been answered.
    answer_grace_seconds: float = 5.0
    told_first_seconds: float = 10.0  # who was dropped by one phone hears so before the next one rings
    # A phone that failed and then answers has proved itself when it is still there so much later.
    proof_seconds: float = 1.0


FAULTS: Final[Mapping[str, Fault]] = {"forwards": "forwards", "drops": "drops"}
REFUSALS: Final = frozenset({"busy", "chanunavail", "congestion"})


@dataclass(slots=True)
class Assigner:
    """What the dispatcher's events have in common. Invariant: no caller waits whom somebody could take."""

    rules: Rules
    floor: Roster = field(default_factory=Roster)
    queue: Queue = field(default_factory=Queue)
    timers: DispatchTimers = field(default_factory=DispatchTimers)
    stale: Counter[str] = field(default_factory=Counter)  # events that came late, twice or for nobody
    rings: int = 0
    diverted: dict[Language, float] = field(default_factory=dict)  # to the duty phone, since then
    out: list[Decision] = field(default_factory=list)

    def decided(self) -> list[Decision]:
        """The decisions since the last event."""
        out, self.out = self.out, []
        return out

    def ignored(self, event: str) -> list[Decision]:
        """Count an event that changes nothing."""
        self.stale[event] += 1
        return self.decided()

    def wait(self, caller: Caller) -> None:
        """Into the queue; told at once when nobody is on shift, or when that has changed."""
        ordered = self.floor.seats.get(caller.pinned) if caller.pinned is not None else None
        if ordered is None or not ordered.on_shift:
            caller.pinned = None
        self.queue.enter(caller)
        if caller.pinned is not None or self.is_staffed(caller.waiting.language):
            self.tell_staffed(caller)
        else:
            self.tell_unstaffed(caller)

    def is_staffed(self, language: Language) -> bool:
        """Whether callers of this language have a consultant to wait for."""
        return self.floor.on_shift[language] > 0 and language not in self.diverted

    def tell_staffed(self, caller: Caller) -> None:
        """Somebody has come: follows only where nobody was said."""
        if caller.told:
            caller.told = False
            self.out.append(SomebodyOnShift(caller.waiting.call, caller.waiting.language))

    def tell_unstaffed(self, caller: Caller) -> None:
        """Nobody on shift: said once."""
        if not caller.told:
            caller.told = True
            self.out.append(NobodyOnShift(caller.waiting.call, caller.waiting.language))

    def settle(self, seat: Seat, now: float) -> None:
        """A seat has changed: shifts that opened or emptied are told, then everybody possible is served."""
        self.recount(seat, now)
        self.serve((seat,), now)

    def recount(self, seat: Seat, now: float) -> None:
        """The part of `settle` that joins nobody."""
        changed = self.floor.settle(seat, now)
        if not seat.on_shift:
            self.unpin(seat.who.id, now)
        for language in changed:
            if not self.floor.on_shift[language]:
                self.out.append(RaiseAlarm("nobody_on_shift", language))
            self.tell_all(language)

    def tell_all(self, language: Language) -> None:
        """Who waits in this language hears whether somebody is there, if that has changed."""
        for call in self.queue.order(language):
            if self.is_staffed(language):
                self.tell_staffed(self.queue.callers[call])
            else:
                self.tell_unstaffed(self.queue.callers[call])

    def unpin(self, consultant: str, now: float) -> None:
        """A supervisor's order ends when its consultant goes: the caller stays first for the others."""
        while (caller := self.queue.first_pinned(consultant)) is not None:
            self.queue.leave(caller)
            caller.pinned = None
            self.wait(caller)
            self.match((caller.waiting.language,), now)

    def serve(self, seats: Iterable[Seat], now: float) -> None:
        """Consultants may have come free: ordered callers first, then the longest waiting.

        Seats freed at one moment come together: else one who speaks both could get a younger caller.
        """
        languages: dict[Language, None] = {}
        for seat in seats:
            if seat.available and (caller := self.queue.first_pinned(seat.who.id)) is not None:
                self.queue.leave(caller)
                self.ring(caller, seat, "ordered", now)
            languages.update(dict.fromkeys(seat.who.languages))
        self.match(languages, now)

    def match(self, languages: Iterable[Language], now: float) -> None:
        """Join next caller and best consultant while there are both."""
        open_ = [
            language
            for language in languages
            if language not in self.diverted and self.floor.best(language) is not None
        ]
        while (caller := self.queue.first(open_)) is not None:
            seat = self.floor.best(caller.waiting.language)
            if seat is None:
                open_.remove(caller.waiting.language)
                continue
            self.queue.leave(caller)
            self.ring(caller, seat, self.reason(seat, caller.waiting.language), now)

    def reason(self, seat: Seat, language: Language) -> ConsultantReason:
        """Why this consultant."""
        if language in seat.passed_in:
            return "passed_over"
        return "first_language" if seat.who.languages[0] == language else "further_language"

    def ring(self, caller: Caller, seat: Seat, reason: ConsultantReason, now: float) -> None:
        """The caller (in no row) and the available consultant are joined."""
        idle = now - seat.free_since if seat.free_since is not None else 0.0
        caller.phase, caller.consultant, caller.told, caller.pinned = Phase.RINGING, seat.who.id, False, None
        seat.activity, seat.call, seat.withdrawn, seat.rang_at = (
            Activity.RINGING,
            caller.waiting.call,
            False,
            now,
        )
        seat.ends_at = now + self.rules.ring_seconds + self.rules.answer_grace_seconds
        if caller.told_first:
            seat.ends_at += self.rules.told_first_seconds
            caller.told_first = False
        self.timers.set("ends", seat.who.id, seat.ends_at)
        self.floor.settle(seat, now)
        self.rings += 1
        seat.ring = self.rings
        why = AssignReason(
            "stayed" if reason == "stayed" else caller.reason, reason, caller.waiting.priority, idle
        )
        self.out.append(Assign(caller.waiting.call, seat.who.id, self.rules.ring_seconds, why, seat.ring))

    def talk(self, seat: Seat, now: float, presumed: bool = False) -> None:
        """They hear each other: a missed ring is forgiven. Not yet what the phone did by itself."""
        self.timers.drop("ends", seat.who.id)
        if seat.fault is None:
            self.forgive(seat)
        else:
            self.timers.set("proof", seat.who.id, now + self.rules.proof_seconds)
        seat.activity, seat.ends_at, seat.free_since = Activity.TALKING, None, None
        seat.presumed, seat.withdrawn = presumed, False
        self.recount(seat, now)  # nobody comes free by talking

    def forgive(self, seat: Seat) -> None:
        """No more passed over, no more marked."""
        self.timers.drop("passed", seat.who.id)
        self.timers.drop("rest", seat.who.id)
        self.timers.drop("proof", seat.who.id)
        seat.missed, seat.passed_until, seat.passed_in, seat.rest_until = 0, None, frozenset(), None
        seat.fault, seat.faults = None, 0

    def over(self, seat: Seat, now: float) -> None:
        """The conversation is over: wrap-up, or free at once when that is 0."""
        seat.free_since = None
        if self.rules.wrap_up_seconds <= 0 or seat.forgotten:
            self.free(seat, now)
            return
        seat.activity, seat.call = Activity.WRAP_UP, None
        seat.ends_at = now + self.rules.wrap_up_seconds
        self.timers.set("ends", seat.who.id, seat.ends_at)
        self.settle(seat, now)

    def free(self, seat: Seat, now: float) -> None:
        """Nothing at hand any more: who waits is served."""
        self.hands_off(seat)
        self.settle(seat, now)

    def hands_off(self, seat: Seat) -> None:
        """Nothing at hand any more."""
        self.timers.drop("ends", seat.who.id)
        seat.activity, seat.call, seat.ends_at = Activity.IDLE, None, None
        seat.withdrawn = seat.presumed = False
        if seat.forgotten:
            self.forgive(seat)
            del self.floor.seats[seat.who.id]

    def missed(self, seat: Seat, caller: Caller, why: str, now: float) -> None:
        """Mark the consultant and pass over, in those languages in which somebody else is available.

        A phone that acts for its person (`why` one of FAULTS) is passed over in all: whoever comes free next
        goes before it.
        """
        language, fault = caller.waiting.language, FAULTS.get(why)
        self.timers.drop("proof", seat.who.id)
        seat.missed += 1
        seat.free_since = None
        others = frozenset(name for name in seat.who.languages if self.floor.free[name])
        passed = others if fault is None else frozenset(seat.who.languages)
        seat.passed_in = passed if self.rules.missed_ring_seconds > 0 else frozenset()
        seat.passed_until = now + self.rules.missed_ring_seconds if seat.passed_in else None
        if seat.passed_until is not None:
            self.timers.set("passed", seat.who.id, seat.passed_until)
        else:
            self.timers.drop("passed", seat.who.id)
        if fault is not None:
            seat.fault_at = now if seat.fault is None else seat.fault_at
            seat.fault, seat.faults = fault, seat.faults + 1
            self.out.append(
                RaiseAlarm(
                    "phone_drops" if fault == "drops" else "phone_forwards",
                    language,
                    seat.who.id,
                    caller.waiting.call,
                    seat.faults,
                )
            )
        if now < (rest := self._rest(seat, why, now)):
            seat.rest_until = rest
            self.timers.set("rest", seat.who.id, rest)
        last = language in seat.who.languages and language not in others
        if fault is None and seat.reachable and seat.on_shift and last:
            self.out.append(
                RaiseAlarm("last_consultant_missed", language, seat.who.id, caller.waiting.call, seat.missed)
            )

    def _rest(self, seat: Seat, why: str, now: float) -> float:
        """When the phone may be dialled again: each refusal in a row doubles the pause."""
        pause, longest = self.rules.between_rings_seconds, self.rules.longest_rest_seconds
        if seat.fault is not None and why in FAULTS:
            if seat.faults >= GIVEN_UP[seat.fault]:
                return now + longest
            return now + min(pause * 2.0 ** (seat.faults - 1), longest)
        if why in REFUSALS:
            pause = min(pause * 2.0 ** (seat.missed - 1), longest / 2)
        return seat.rang_at + pause

    def seat(self, consultant: str, activity: Activity) -> Seat | None:
        """The consultant's seat if this is what they do."""
        seat = self.floor.seats.get(consultant)
        return seat if seat is not None and seat.activity is activity else None

    def withdraw(self, seat: Seat, why: WithdrawReason) -> None:
        """Order the ring to stop; the caller is served on when that is confirmed."""
        if not seat.withdrawn:
            seat.withdrawn = True
            self.out.append(Withdraw(seat.call or "", seat.who.id, why))

    def serve_caller(self, caller: Caller, now: float) -> None:
        """A caller has come into the row."""
        seat = self.floor.seats.get(caller.pinned) if caller.pinned is not None else None
        if seat is not None:
            self.serve((seat,), now)
        else:
            self.match((caller.waiting.language,), now)
