"""Demands as the command line tells them; the letter's words and the number only when unmasked; edge."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from config.masking import masked_number
from config.told import told
from engine.cli.language import spoken
from engine.cli.output import clock, day, one_line
from recordings.capture.match_conversations import NOT_RECORDED
from recordings.demands.demand import Demand, DemandState
from recordings.demands.question import Question, QuestionKind, sentence
from recordings.demands.term import time_left
from recordings.demands.term_watch import RUNNING
from recordings.finding.criteria import Criteria, FoundCall, FoundRecording, state_of
from recordings.model.call_record import Connection

_ASKING = frozenset({"questioned", "confirmed", "corrected", "searched"})
_FOR_PROGRAMS = frozenset(
    "criteria number_index from until chain access_seq hidden_before was questions confirmed".split()
)


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
        "questions": [one.facts() for one in asked(demand)],
        "destroyed_since_receipt": destroyed_since(demand),
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
        spoken(demand.state.value),
        time_left(demand.due_at, now) if demand.state in RUNNING else "",
        clock(demand.due_at, zone),
        letter.authority,
        letter.basis,
        one_line(spoken(told("{number} of {date}", number=letter.number, date=day(letter.date)))),
        letter.responsible,
    )


def life(demand: Demand, zone: ZoneInfo, *, unmask: bool) -> Iterator[str]:
    """The demand for people, line by line."""
    letter = demand.letter
    yield told("{name}: {state}", name=demand.name, state=told(demand.state.value))
    yield told(
        "letter {number} of {date} from {authority}, basis {basis}",
        number=one_line(letter.number),
        date=day(letter.date),
        authority=letter.authority,
        basis=letter.basis,
    )
    yield told(
        "received {received_at}, due {due} (by the {term_source})",
        received_at=clock(letter.received_at, zone),
        due=clock(demand.due_at, zone),
        term_source=told(demand.term_source),
    )
    said = ", ".join(f"{name} {value}" for name, value in criteria(letter.criteria, unmask).items())
    yield told("search by: {what}", what=one_line(said) or told("nothing"))
    if unmask and letter.asked:
        yield told("asked: {asked}", asked=one_line(letter.asked))
    for one in demand.findings:
        yield told(
            "covers: call {call_id}, {what}",
            call_id=one.call_id,
            what=one.recording_id or told("no recording"),
        )
    for question in asked(demand):
        yield told("asked back: {question}", question=sentence(question, zone))
    for event in demand.events:
        facts = (f"{name} {value}" for name, value in event.facts.items() if name not in _FOR_PROGRAMS)
        said = one_line(", ".join([*facts, *_doubts(event.facts)]))
        yield f"{clock(event.at, zone)}  {spoken(event.step):14}  {event.who.person}  {said}".rstrip()


def _doubts(facts: dict[str, object]) -> list[str]:
    """Names of the doubts an event is about."""
    found = cast(list[Any], facts.get("questions", facts.get("confirmed", [])))
    return [str(one["doubt"] if isinstance(one, dict) else one) for one in found]


def asked(demand: Demand) -> list[Question]:
    """What was asked back about it and nobody answered yet; nothing once it is decided."""
    if demand.state not in (DemandState.RECEIVED, DemandState.SEARCHING, DemandState.READY):
        return []
    said = next((event for event in reversed(demand.events) if event.step in _ASKING), None)
    found = said.facts.get("questions", []) if said and said.step != "confirmed" else []
    return [Question(QuestionKind(one["doubt"]), one["count"], one["at"]) for one in cast(list[Any], found)]


def destroyed_since(demand: Demand) -> list[str]:
    """Recordings it asks for that were destroyed after the letter came in, by its last search."""
    said = next((event.facts for event in reversed(demand.events) if event.step == "searched"), {})
    return [str(one) for one in cast(list[Any], said.get("destroyed_since", []))]


def alarms(demand: Demand) -> Iterator[str]:
    """What is to be said in red."""
    late = destroyed_since(demand)
    if late:
        yield told("DESTROYED AFTER THE LETTER CAME IN: {names}", names=", ".join(late))


def outcome(demand: Demand, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """What came of a step, and what comes next."""
    yield told("{name}: {state}", name=demand.name, state=told(demand.state.value))
    yield from _asked_back(demand, zone)
    facts = next((event.facts for event in reversed(demand.events) if event.step == "searched"), {})
    match demand.state:
        case DemandState.RECEIVED:
            yield told("next: ivr111 demands search {id}", id=demand.id)
        case DemandState.SEARCHING if facts.get("waiting"):
            yield told(
                "{count} recordings wait for their seal: search again soon; see ivr111 doctor",
                count=facts["waiting"],
            )
        case DemandState.SEARCHING if facts.get("destroyed_since"):
            yield told(
                "find out how that could be; to go on with what is left: ivr111 demands search {id} "
                "--confirm {doubt}",
                id=demand.id,
                doubt=QuestionKind.DESTROYED_SINCE,
            )
        case DemandState.SEARCHING:
            yield from _nothing(facts)
            yield told("next: another administrator states it: ivr111 demands approve {id}", id=demand.id)
        case DemandState.READY:
            yield from _found(demand, facts)
        case DemandState.APPROVED:
            yield told("next: ivr111 demands package {id} --out FOLDER, then hand-over", id=demand.id)
        case DemandState.HANDED_OVER:
            yield told("next: ivr111 demands acknowledge {id} --note NUMBER", id=demand.id)
        case DemandState.RETURNED | DemandState.REFUSED | DemandState.NOT_FOUND:
            yield told("the reply: ivr111 demands letter {id}", id=demand.id)
            yield told("as PDF, with its proof: ivr111 demands package {id} --out FOLDER", id=demand.id)
        case _:
            pass
    if demand.state in RUNNING:
        yield countdown(demand, now)


def conversations(demand: Demand, calls: Sequence[FoundCall], zone: ZoneInfo) -> list[tuple[str, ...]]:
    """What it covers, oldest first: number, began, length, consultant, language, recording, state, call."""
    covered = {one.call_id for one in demand.findings}
    rows: list[tuple[str, ...]] = []
    for found in calls:
        kept = {one.recording.connection: one for one in found.recordings}
        for talk in found.call.connections:
            if talk.party in NOT_RECORDED or found.call.call_id not in covered:
                continue
            one = kept.get(talk.number)
            rows.append(
                (
                    str(len(rows) + 1),
                    clock(talk.answered_at, zone),
                    _length(one, talk),
                    talk.party,
                    found.call.language or "",
                    one.recording.id if one else "",
                    spoken(state_of(one)),
                    found.call.call_id,
                )
            )
    return rows


def _length(kept: FoundRecording | None, talk: Connection) -> str:
    """Minutes and seconds, of the sealed sound where there is one, else of the conversation."""
    if kept is not None and kept.sealed is not None:
        seconds = round(kept.sealed.seconds)
    elif talk.ended_at is not None:
        seconds = round((talk.ended_at - talk.answered_at).total_seconds())
    else:
        return ""
    return f"{seconds // 60}:{seconds % 60:02}"


def countdown(demand: Demand, now: datetime) -> str:
    """The clock."""
    if demand.state not in RUNNING:
        return told("the clock stands: {state}", state=told(demand.state.value))
    return told("left: {left}", left=time_left(demand.due_at, now))


def criteria(wanted: Criteria, unmask: bool) -> dict[str, Any]:
    """What is searched by, the number masked."""
    found: dict[str, Any] = {}
    for name in Criteria.__dataclass_fields__:
        value = getattr(wanted, name)
        if value in (None, False) or name == "limit":
            continue
        found[name] = (
            masked_number(value)
            if name == "number" and not unmask
            else value
            if isinstance(value, bool)
            else str(value)
        )
    return found


def _asked_back(demand: Demand, zone: ZoneInfo) -> Iterator[str]:
    questions = asked(demand)
    if not questions:
        return
    yield told("compare with the letter:")
    for question in questions:
        yield told("  {doubt}: {question}", doubt=question.doubt, question=sentence(question, zone))
    yield told("what was mistyped: ivr111 demands correct {id} --reason ...", id=demand.id)


def _found(demand: Demand, facts: dict[str, object]) -> Iterator[str]:
    yield told(
        "{conversations} conversations found: {sealed} recordings, {missing} missing, {destroyed} destroyed",
        conversations=facts["conversations"],
        sealed=facts["sealed"],
        missing=facts["missing"],
        destroyed=facts["destroyed"],
    )
    if facts.get("withheld_that_day"):
        yield told(
            "{count} calls of that day came with the number withheld",
            count=facts["withheld_that_day"],
        )
    if facts.get("near_numbers"):
        yield told("numbers of that day that differ in one digit: {count}", count=facts["near_numbers"])
    yield told(
        "next: another administrator looks (ivr111 demands review {id}) and approves: ivr111 demands "
        "approve {id}",
        id=demand.id,
    )


def _nothing(facts: dict[str, object]) -> Iterator[str]:
    yield told("nothing found by what the letter says")
    if facts.get("calls_without_conversation"):
        yield told(
            "{count} calls ended without a conversation",
            count=facts["calls_without_conversation"],
        )
    if "calls_that_day" in facts:
        yield told(
            "{count} calls came that day, {withheld} of them with the number withheld",
            count=facts["calls_that_day"],
            withheld=facts["withheld_that_day"],
        )
    if facts.get("near_numbers"):
        yield told("numbers of that day that differ in one digit: {count}", count=facts["near_numbers"])
    if facts.get("rows_destroyed"):
        yield told(
            "{rows_destroyed} recordings of that time were destroyed, their calls' rows too",
            rows_destroyed=facts["rows_destroyed"],
        )


def _iso(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
