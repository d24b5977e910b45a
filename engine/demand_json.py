"""Demands as the command line tells them; the letter's words and the number only when unmasked."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from engine.show import clock, one_line
from recordings.demands.demand import Demand, State
from recordings.demands.term import left
from recordings.demands.worker import RUNNING
from recordings.finding.criteria import Criteria
from recordings.mask import mask

_FOR_PROGRAMS = frozenset("criteria number_index from until chain access_seq".split())


def described(demand: Demand, zone: tzinfo, now: datetime, *, unmask: bool) -> dict[str, Any]:
    """As JSON."""
    letter = demand.letter
    return {
        "id": demand.id,
        "demand": demand.name,
        "state": demand.state.value,
        "authority": letter.authority,
        "basis": letter.basis,
        "letter_number": letter.number,
        "letter_date": letter.date.isoformat(),
        "received_at": _iso(letter.received_at, zone),
        "due_at": _iso(demand.due_at, zone),
        "term_source": demand.term_source,
        "left_seconds": round((demand.due_at - now).total_seconds()) if demand.state in RUNNING else None,
        "responsible": letter.responsible,
        "registered_by": demand.registered_by,
        "criteria": criteria(letter.criteria, unmask),
        **({"asked": letter.asked} if unmask else {}),
        "findings": [
            {"call_id": one.call_id, "recording": one.recording_id or None} for one in demand.findings
        ],
        "events": [
            {
                "at": _iso(event.at, zone),
                "step": event.step,
                "person": event.who.person,
                "system_user": event.who.system_user,
                "before": event.before,
                "after": event.after,
                "facts": event.facts,
            }
            for event in demand.events
        ],
    }


def row(demand: Demand, zone: tzinfo, now: datetime) -> tuple[str, ...]:
    """A line of the list."""
    letter = demand.letter
    return (
        demand.name,
        demand.state.value,
        left(demand.due_at, now) if demand.state in RUNNING else "",
        clock(demand.due_at, zone),
        letter.authority,
        letter.basis,
        one_line(f"{letter.number} of {letter.date}"),
        letter.responsible,
    )


def life(demand: Demand, zone: tzinfo, *, unmask: bool) -> Iterator[str]:
    """The demand for people, line by line."""
    letter = demand.letter
    yield f"{demand.name}: {demand.state}"
    yield f"letter {one_line(letter.number)} of {letter.date} from {letter.authority}, basis {letter.basis}"
    due = clock(demand.due_at, zone)
    yield f"received {clock(letter.received_at, zone)}, due {due} (by the {demand.term_source})"
    said = ", ".join(f"{name} {value}" for name, value in criteria(letter.criteria, unmask).items())
    yield f"search by: {one_line(said) or 'nothing'}"
    if unmask and letter.asked:
        yield f"asked: {one_line(letter.asked)}"
    for one in demand.findings:
        yield f"covers: call {one.call_id}, {one.recording_id or 'no recording'}"
    for event in demand.events:
        facts = (f"{name} {value}" for name, value in event.facts.items() if name not in _FOR_PROGRAMS)
        told = one_line(", ".join(facts))
        yield f"{clock(event.at, zone)}  {event.step:14}  {event.who.person}  {told}".rstrip()


def outcome(demand: Demand, now: datetime) -> Iterator[str]:
    """What came of a step, and what comes next."""
    yield f"{demand.name}: {demand.state}"
    facts = next((event.facts for event in reversed(demand.events) if event.step == "searched"), {})
    match demand.state:
        case State.RECEIVED:
            yield f"next: ivr111 demands search {demand.id}"
        case State.SEARCHING if facts.get("waiting"):
            yield f"{facts['waiting']} recordings wait for their seal: search again soon; see ivr111 doctor"
        case State.SEARCHING:
            yield from _nothing(facts)
            yield f"next: another administrator states it: ivr111 demands approve {demand.id}"
        case State.READY:
            yield (
                f"{facts['conversations']} conversations found: {facts['sealed']} recordings, "
                f"{facts['missing']} missing, {facts['destroyed']} destroyed"
            )
            if facts.get("withheld_that_day"):
                yield f"{facts['withheld_that_day']} calls of that day came with the number withheld"
            yield f"next: another administrator looks and approves: ivr111 demands approve {demand.id}"
        case State.APPROVED:
            yield f"next: ivr111 demands package {demand.id} --out FOLDER, then hand-over"
        case State.HANDED_OVER:
            yield f"next: ivr111 demands acknowledge {demand.id} --note NUMBER"
        case State.RETURNED | State.REFUSED | State.NOT_FOUND:
            yield f"the reply: ivr111 demands letter {demand.id}"
            yield f"as PDF, with its proof: ivr111 demands package {demand.id} --out FOLDER"
        case _:
            pass
    if demand.state in RUNNING:
        yield countdown(demand, now)


def countdown(demand: Demand, now: datetime) -> str:
    """The clock."""
    if demand.state not in RUNNING:
        return f"the clock stands: {demand.state}"
    return f"left: {left(demand.due_at, now)}"


def criteria(wanted: Criteria, unmask: bool) -> dict[str, Any]:
    """What is searched by, the number masked."""
    found: dict[str, Any] = {}
    for name in Criteria.__dataclass_fields__:
        value = getattr(wanted, name)
        if value in (None, False) or name == "limit":
            continue
        found[name] = (
            mask(value)
            if name == "number" and not unmask
            else value
            if isinstance(value, bool)
            else str(value)
        )
    return found


def _nothing(facts: dict[str, object]) -> Iterator[str]:
    yield "nothing found by what the letter says"
    if facts.get("calls_without_conversation"):
        yield f"{facts['calls_without_conversation']} calls ended without a conversation"
    if "calls_that_day" in facts:
        yield (
            f"{facts['calls_that_day']} calls came that day, "
            f"{facts['withheld_that_day']} of them with the number withheld"
        )


def _iso(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
