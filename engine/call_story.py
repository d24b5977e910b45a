"""A call told as a timeline, the way `calls show` prints it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.settings import Settings
from engine.call_json import Teller, queue, waited
from engine.leg_story import leg_moments, unheard_in
from engine.show import one_line
from recordings.entries import Alarm
from recordings.record import CallRecord, Connection, Moment
from recordings.recording import Recording
from recordings.spans import holes

ENDED = {
    "caller": ", by the caller",
    "consultant": ", by the consultant",
    "engine": ", by the engine",
    "1414": ", by the 1414",
    "cut_off": ": cut off, Asterisk ended in the midst of it",
    "no_ack": ": cut off, the operator never confirmed our answer (no ACK within 32 s)",
}
RINGS = {
    "drops": "was gone at once: nobody was served, the caller kept the place",
    "forwards": "forwards calls, and nothing it names is dialled: the ring counts as refused",
    "busy": "was busy, or set to take no calls",
    "refused": "refused the call",
    "no_answer": "did not answer in {seconds:.1f} s",
    "unreachable": "could not be reached",
    "withdrawn": "rings no longer: the ring was taken back after {seconds:.1f} s",
    "caller_left": "rings no longer: the caller had hung up",
}
LANGUAGES = {"kk": "Kazakh", "ru": "Russian"}
UCC = {
    "answered": "1414 answered",
    "busy": "1414 was busy: told so",
    "silent": "1414 did not answer: told so",
    "rejected": "1414 rejected the call: told so",
    "unreachable": "1414 could not be reached: told so",
    "dropped": "1414 answered and was gone at once: told so",
    "no_notice": "the notice could not be played: 1414 was not dialled",
}


def story(
    record: CallRecord,
    recordings: list[Recording],
    tell: Teller,
    settings: Settings,
    legs: Sequence[Alarm] = (),
) -> Iterator[str]:
    """The lines of `calls show`: the moments in order, the wait against the law's, each recording.

    `legs`: what was told of the call's legs (Reader.leg_alarms).
    """
    arrived = record.arrived_at.astimezone(tell.zone)
    yield f"call {record.call_id}, {arrived:%Y-%m-%d}, times UTC{arrived:%z}"
    moments = [*_moments(record, tell), *leg_moments(legs)]
    for at, text in sorted(moments, key=lambda moment: moment[0]):
        seconds = (at - record.arrived_at).total_seconds()
        yield f"  {at.astimezone(tell.zone):%H:%M:%S}.{at.microsecond // 1000:03d}  {seconds:+9.3f} s  {text}"
    if record.ended_at is None:
        yield "  the end is not known yet: the call goes on, or its end has yet to be read"
    yield _result(record)
    yield _wait(record, settings.law_wait_seconds)
    recordings = [one for one in recordings if one.of_a_conversation]
    if not recordings:
        yield "no recording" + ("" if record.connections else ": nobody spoke with the caller")
    for one in recordings:
        yield from _recording(one, tell, legs)


def _moments(record: CallRecord, tell: Teller) -> Iterator[tuple[datetime, str]]:
    caller = tell.caller(record)
    yield record.arrived_at, f"arrived, from {one_line(caller) if caller else 'a withheld number'}"
    language = LANGUAGES.get(record.language or "", "no language")
    told = (
        (record.line_answered_at, "the line answered"),
        (record.language_at, f"language: {language}"),
        (record.queued_at, f"waits in {queue(record) or 'the queue'}"),
        (record.first_ring_at, "the first phone rings"),
        (record.notice_at, "had heard the notice of the transfer to 1414" + _ucc(record)),
        (record.rated_at, f"rating: {record.rating}" if record.rating else "rating: none given"),
        (record.ended_at, "the call ended" + ENDED.get(record.ended_by or "", "")),
        (
            record.wrap_up_ended_at if record.served_by else None,
            f"{record.served_by} had finished the wrap-up",
        ),
    )
    yield from ((at, text) for at, text in told if at is not None)
    rings = [one for one in record.moments if one.kind == "ring"]
    for talk in record.connections:
        told_apart = any(one.party == talk.party and one.at == talk.rang_at for one in rings)
        yield from _talk(talk, rang=not told_apart)
    for one in record.moments:
        yield from _moment(one)


def _moment(one: Moment) -> Iterator[tuple[datetime, str]]:
    match one.kind:
        case "ring":
            yield one.at, f"{one.party} rings"
            if one.result in RINGS and one.until is not None:
                seconds = (one.until - one.at).total_seconds()
                yield one.until, f"{one.party} {RINGS[one.result].format(seconds=seconds)}"
        case "hold":
            other = "the other side" if one.party == "caller" else "the caller"
            yield one.at, f"{'the caller' if one.party == 'caller' else one.party} put {other} on hold"
            if one.until is not None:
                seconds = (one.until - one.at).total_seconds()
                yield one.until, f"the hold was over after {seconds:.1f} s"
        case "divert":
            yield one.at, "a supervisor had diverted the queue: on to the duty phone"


def _talk(talk: Connection, *, rang: bool) -> Iterator[tuple[datetime, str]]:
    if talk.rang_at is not None and rang:
        yield talk.rang_at, f"{talk.party} rings"
    yield talk.answered_at, f"{talk.party} answered: conversation {talk.number}"
    if talk.ended_at is not None:
        seconds = (talk.ended_at - talk.answered_at).total_seconds()
        yield talk.ended_at, f"conversation {talk.number} with {talk.party} ended after {seconds:.1f} s"


def _ucc(record: CallRecord) -> str:
    return f"; {UCC.get(record.ucc_result, record.ucc_result)}" if record.ucc_result else ""


def _result(record: CallRecord) -> str:
    parts = [f"outcome: {record.outcome.value if record.outcome else 'none yet'}"]
    if record.ucc_result and record.notice_at is None:
        parts.append(UCC.get(record.ucc_result, record.ucc_result))
    if record.rating_asked and not record.rating:
        parts.append("was asked for a rating and gave none")
    if record.rating:
        parts.append(f"rated {record.rating} of 5")
    if record.survived:
        parts.append("served at least partly by Asterisk alone")
    return "; ".join(parts)


def _wait(record: CallRecord, law: float) -> str:
    seconds = waited(record)
    if seconds is None:
        return f"no consultant answered (C1 asks for {law:.0f} s)"
    verdict = "within" if seconds <= law else "longer than"
    return f"waited {seconds:.1f} s from arrival to the consultant's answer: {verdict} {law:.0f} s (C1)"


def _recording(one: Recording, tell: Teller, legs: Sequence[Alarm]) -> Iterator[str]:
    talk = f"conversation {one.connection}" if one.connection else "a conversation"
    length = "length unknown" if one.seconds is None else f"{one.seconds:.1f} s"
    yield f"recording of {talk}: {one.state.value}, {length}"
    yield f"  levels: caller {_level(one.caller_level)}, consultant {_level(one.consultant_level)}"
    if one.checks:
        yield f"  found: {', '.join(one.checks)}"
    for begin, end in holes(one.pieces):
        since = one.started_at or begin
        yield (
            f"  nothing was recorded from {(begin - since).total_seconds():.1f} "
            f"to {(end - since).total_seconds():.1f} s"
        )
    yield from unheard_in(one.started_at, one.seconds, legs)
    files = [("both", one.stereo_file)]
    for part in one.segments:
        files += [("caller", part.caller_file), ("consultant", part.consultant_file)]
    lying = [(leg, file) for leg, name in files if (file := tell.file(name))]
    for leg, file in lying:
        yield f"  {leg:<10} {file}"
    if one.stereo_file and not lying:
        yield f"  sealed; to hear it: ivr111 recordings play {one.id} --out FILE --reason WHY"


def _level(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} dBFS"
