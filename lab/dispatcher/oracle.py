"""A slow, naive second opinion on every decision: scans everybody, shares no code with the dispatcher."""

from dataclasses import dataclass, field

from config.settings import Language
from routing.dispatch.assigner import Rules
from routing.dispatch.decisions import Assign, Decision, NobodyOnShift, RaiseAlarm, SomebodyOnShift, Withdraw


class RuleBroken(AssertionError):
    """A rule of the line was broken."""


@dataclass(slots=True)
class KnownConsultant:
    """A consultant as the world knows them."""

    languages: tuple[Language, ...]
    reachable: bool = False
    paused: bool = False
    off: bool = False  # gone home
    doing: str = "idle"
    call: str | None = None
    free_since: float | None = None
    rang_at: float = 0.0
    rest_until: float = float("-inf")
    missed: int = 0  # rings in a row
    until: float = 0.0  # of wrap-up
    passed: dict[Language, float] = field(default_factory=dict)

    def on_shift(self) -> bool:
        """Reachable or talking, neither paused nor gone home."""
        return (self.reachable or self.doing == "talking") and not self.paused and not self.off

    def available(self, now: float) -> bool:
        """Could be rung now."""
        there = self.reachable and not self.paused and not self.off
        return self.doing == "idle" and there and now >= self.rest_until


@dataclass(slots=True)
class KnownCaller:
    """A caller as the world knows them; `rank` orders the queue."""

    language: Language
    rank: tuple[float, ...]
    state: str = "waiting"
    told: bool = False
    ordered_to: str | None = None


@dataclass(slots=True)
class Referee:
    """Holds the world's truth; `judge` checks decisions against it and brings it forward."""

    rules: Rules
    people: dict[str, KnownConsultant] = field(default_factory=dict)
    callers: dict[str, KnownCaller] = field(default_factory=dict)
    alarms: list[RaiseAlarm] = field(default_factory=list)
    diverted: set[Language] = field(default_factory=set)  # to the duty phone

    def free(self, person: KnownConsultant, now: float) -> None:
        """The person's hands are empty."""
        person.doing, person.call = "idle", None
        self.refresh(now)

    def refresh(self, now: float) -> None:
        """Idle time begins when somebody becomes available; pass-overs end; orders end with the shift."""
        for person in self.people.values():
            person.passed = {name: until for name, until in person.passed.items() if until > now}
            if person.available(now) and person.free_since is None:
                person.free_since = now
        for caller in self.callers.values():
            if caller.ordered_to is not None and not self.people[caller.ordered_to].on_shift():
                caller.ordered_to = None

    def missed(self, name: str, call: str, why: str, now: float) -> None:
        """A ring was missed: pass over only where somebody else is available, else expect an alarm."""
        person, language = self.people[name], self.callers[call].language
        others = [p for n, p in self.people.items() if n != name and p.available(now)]
        elsewhere = {lang for p in others for lang in p.languages if lang not in p.passed}
        until = now + self.rules.missed_ring_seconds
        person.passed = {lang: until for lang in person.languages if lang in elsewhere and until > now}
        person.free_since = None
        person.missed += 1
        pause = self.rules.between_rings_seconds
        if why == "busy":
            pause = min(pause * 2 ** (person.missed - 1), self.rules.longest_rest_seconds / 2)
        if now < person.rang_at + pause:
            person.rest_until = person.rang_at + pause
        if (
            language in person.languages
            and language not in elsewhere
            and person.on_shift()
            and person.reachable
        ):
            self.alarms.append(RaiseAlarm("last_consultant_missed", language, name, call))

    def judge(self, decisions: list[Decision], now: float) -> None:
        """Every decision is lawful, and afterwards nobody waits in vain. Raises RuleBroken."""
        self.refresh(now)
        for decision in decisions:
            match decision:
                case Assign():
                    self._assigned(decision, now)
                case NobodyOnShift(call, language):
                    self._must(
                        not self._shift(language), "told that nobody is on shift, but somebody is", call
                    )
                    self._must(not self.callers[call].told, "told twice", call)
                    self.callers[call].told = True
                case SomebodyOnShift(call, _):
                    self._must(
                        self.callers[call].told, "told that somebody came, though never sent away", call
                    )
                    self.callers[call].told = False
                case Withdraw(call, name, _):
                    self._must(self.people[name].call == call, "withdrawn, but not ringing", call)
                case RaiseAlarm("last_consultant_missed"):
                    self._must(decision.consultant == self.alarms[-1].consultant, "alarm for another", "")
                    self.alarms.pop()
                case RaiseAlarm():
                    pass
        self._must(not self.alarms, "the last consultant missed a ring without an alarm", "")
        self._nobody_waits_in_vain(now)

    def _assigned(self, decision: Assign, now: float) -> None:
        call, name, why = decision.call, decision.consultant, decision.why
        self._must(call in self.callers, "assigned after leaving", call)
        caller, person = self.callers[call], self.people[name]
        if why.consultant == "stayed":
            self._must(person.doing == "reserved" and person.call == call, "stays with a stranger", call)
            there = person.reachable and not person.paused and not person.off
            self._must(there, "stays with one who is gone", call)
        else:
            self._must(caller.state == "waiting", "served twice", call)
            self._must(
                person.available(now), f"{name} is {person.doing}, paused or gone: double-booked", call
            )
            if why.consultant == "ordered":
                self._must(caller.ordered_to == name, "nobody ordered this", call)
            else:
                self._in_order(decision, caller, person, now)
        caller.state, caller.told, caller.ordered_to = "ringing", False, None
        person.doing, person.call, person.rang_at = "ringing", call, now

    def _in_order(self, decision: Assign, caller: KnownCaller, person: KnownConsultant, now: float) -> None:
        call, language, why = decision.call, caller.language, decision.why
        self._must(language in person.languages, "does not speak the language", call)
        self._must(language not in self.diverted, "diverted, but rung for", call)
        before = [
            name
            for name, other in self.callers.items()
            if other.state == "waiting" and other.ordered_to is None
            if other.language not in self.diverted
            if other.language in person.languages and other.rank < caller.rank
        ]
        self._must(not before, f"{before} were before", call)
        rows = sorted(
            (language in p.passed, p.languages[0] != language, p.free_since or 0.0, name)
            for name, p in self.people.items()
            if p.available(now) and language in p.languages
        )
        passed, further, _, best = rows[0]
        self._must(best == decision.consultant, f"{best} was to be rung first", call)
        reason = "passed_over" if passed else "further_language" if further else "first_language"
        self._must(why.consultant == reason, f"explained as {why.consultant}, is {reason}", call)
        reasons = {0: ("moved_up", "ordered"), 1: ("returned",), 2: ("longest_waiting", "priority")}
        self._must(why.caller in reasons[int(caller.rank[0])], f"explained as {why.caller}", call)

    def _nobody_waits_in_vain(self, now: float) -> None:
        for call, caller in self.callers.items():
            if caller.state != "waiting":
                continue
            if caller.ordered_to is not None:
                self._must(not self.people[caller.ordered_to].available(now), "ordered, free, not rung", call)
                self._must(self.people[caller.ordered_to].on_shift(), "ordered to one who is gone", call)
                continue
            free = [n for n, p in self.people.items() if p.available(now) and caller.language in p.languages]
            self._must(not free or caller.language in self.diverted, f"waits while {free} could serve", call)
            self._must(caller.told != self._shift(caller.language), "not told who is on shift", call)

    def _shift(self, language: Language) -> bool:
        present = any(p.on_shift() and language in p.languages for p in self.people.values())
        return present and language not in self.diverted

    def _must(self, fine: bool, what: str, name: str) -> None:
        if not fine:
            raise RuleBroken(f"{name}: {what}")
