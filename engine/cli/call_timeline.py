"""A call told as a timeline, the way `calls show` prints it; edge."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.settings import Settings
from config.told import N_, LocalizedText, joined, told
from engine.cli.call_json import CallJson, queue, waited
from engine.cli.language import spoken
from engine.cli.leg_timeline import leg_moments, unheard_in
from engine.cli.output import day, one_line
from recordings.model.call_record import CallRecord, Connection, Moment
from recordings.model.entries import Alarm
from recordings.model.recording import Recording
from recordings.model.spans import holes

ENDED = {
    "caller": N_("the call ended, by the caller"),
    "consultant": N_("the call ended, by the consultant"),
    "engine": N_("the call ended, by the engine"),
    "1414": N_("the call ended, by the 1414"),
    "cut_off": N_("the call ended: cut off, Asterisk ended in the midst of it"),
    "no_ack": N_("the call ended: cut off, the operator never confirmed our answer (no ACK within 32 s)"),
}
RINGS = {
    "drops": N_("{party} was gone at once: nobody was served, the caller kept the place"),
    "forwards": N_("{party} forwards calls, and nothing it names is dialled: the ring counts as refused"),
    "busy": N_("{party} was busy, or set to take no calls"),
    "refused": N_("{party} refused the call"),
    "no_answer": N_("{party} did not answer in {seconds:.1f} s"),
    "unreachable": N_("{party} could not be reached"),
    "withdrawn": N_("{party} rings no longer: the ring was taken back after {seconds:.1f} s"),
    "caller_left": N_("{party} rings no longer: the caller had hung up"),
}
LANGUAGES = {"kk": N_("Kazakh"), "ru": N_("Russian")}
UCC = {
    "answered": N_("1414 answered"),
    "busy": N_("1414 was busy: told so"),
    "silent": N_("1414 did not answer: told so"),
    "rejected": N_("1414 rejected the call: told so"),
    "unreachable": N_("1414 could not be reached: told so"),
    "dropped": N_("1414 answered and was gone at once: told so"),
    "no_notice": N_("the notice could not be played: 1414 was not dialled"),
}
LISTED = N_("{one}, {other}")
ADDED = N_("{one}; {other}")


def story(
    record: CallRecord,
    recordings: list[Recording],
    tell: CallJson,
    settings: Settings,
    legs: Sequence[Alarm] = (),
) -> Iterator[str]:
    """The lines of `calls show`: the moments in order, the wait against the law's, each recording.

    `legs`: what was told of the call's legs (Reader.leg_alarms).
    """
    arrived = record.arrived_at.astimezone(tell.zone)
    yield told(
        "call {call_id}, {date}, times UTC{offset}",
        call_id=record.call_id,
        date=day(arrived),
        offset=f"{arrived:%z}",
    )
    moments = [*_moments(record, tell), *leg_moments(legs)]
    for at, text in sorted(moments, key=lambda moment: moment[0]):
        yield told(
            "  {time}  {seconds:+9.3f} s  {text}",
            time=f"{at.astimezone(tell.zone):%H:%M:%S}.{at.microsecond // 1000:03d}",
            seconds=(at - record.arrived_at).total_seconds(),
            text=text,
        )
    if record.ended_at is None:
        yield told("  the end is not known yet: the call goes on, or its end has yet to be read")
    yield _result(record)
    yield _wait(record, settings.law_wait_seconds)
    recordings = [one for one in recordings if one.of_a_conversation]
    if not recordings:
        yield told("no recording" if record.connections else "no recording: nobody spoke with the caller")
    for one in recordings:
        yield from _recording(one, tell, legs)


def _moments(record: CallRecord, tell: CallJson) -> Iterator[tuple[datetime, str]]:
    caller = tell.caller(record)
    number = one_line(caller) if caller else told("a withheld number")
    yield record.arrived_at, told("arrived, from {number}", number=number)
    language = told(LANGUAGES.get(record.language or "", N_("no language")))
    known = (
        (record.line_answered_at, told("the line answered")),
        (record.language_at, told("language: {language}", language=language)),
        (record.queued_at, told("waits in {queue}", queue=queue(record) or told("the queue"))),
        (record.first_ring_at, told("the first phone rings")),
        (record.notice_at, _notice(record)),
        (record.rated_at, told("rating: {rating}", rating=record.rating or told("none given"))),
        (record.ended_at, told(ENDED.get(record.ended_by or "", N_("the call ended")))),
        (
            record.wrap_up_ended_at if record.served_by else None,
            told("{party} had finished the wrap-up", party=record.served_by),
        ),
    )
    yield from ((at, text) for at, text in known if at is not None)
    rings = [one for one in record.moments if one.kind == "ring"]
    for talk in record.connections:
        told_apart = any(one.party == talk.party and one.at == talk.rang_at for one in rings)
        yield from _talk(talk, rang=not told_apart)
    for one in record.moments:
        yield from _moment(one)


def party_told(party: str) -> str:
    """Who it is, for a person: the duty phone has a word of its own."""
    return told("duty") if party == "duty" else party


def _moment(one: Moment) -> Iterator[tuple[datetime, str]]:
    party = party_told(one.party)
    seconds = (one.until - one.at).total_seconds() if one.until is not None else 0.0
    match one.kind:
        case "ring":
            yield one.at, told("{party} rings", party=party)
            if one.result in RINGS and one.until is not None:
                yield one.until, told(RINGS[one.result], party=party, seconds=seconds)
        case "hold":
            if one.party == "caller":
                yield one.at, told("the caller put the other side on hold")
            else:
                yield one.at, told("{party} put the caller on hold", party=party)
            if one.until is not None:
                yield one.until, told("the hold was over after {seconds:.1f} s", seconds=seconds)
        case "divert":
            yield one.at, told("a supervisor had diverted the queue: on to the duty phone")


def _talk(talk: Connection, *, rang: bool) -> Iterator[tuple[datetime, str]]:
    party = party_told(talk.party)
    if talk.rang_at is not None and rang:
        yield talk.rang_at, told("{party} rings", party=party)
    said = told("{party} answered: conversation {number}", party=party, number=talk.number)
    yield talk.answered_at, said
    if talk.ended_at is not None:
        yield (
            talk.ended_at,
            told(
                "conversation {number} with {party} ended after {seconds:.1f} s",
                number=talk.number,
                party=party,
                seconds=(talk.ended_at - talk.answered_at).total_seconds(),
            ),
        )


def _notice(record: CallRecord) -> LocalizedText:
    heard = told("had heard the notice of the transfer to 1414")
    return joined([heard, _ucc(record.ucc_result)], ADDED) if record.ucc_result else heard


def _ucc(result: str) -> LocalizedText:
    return told(UCC.get(result, result))


def _result(record: CallRecord) -> LocalizedText:
    outcome = told(record.outcome.value if record.outcome else N_("none yet"))
    parts = [told("outcome: {outcome}", outcome=outcome)]
    if record.ucc_result and record.notice_at is None:
        parts.append(_ucc(record.ucc_result))
    if record.rating_asked and not record.rating:
        parts.append(told("was asked for a rating and gave none"))
    if record.rating:
        parts.append(told("rated {rating} of 5", rating=record.rating))
    if record.survived:
        parts.append(told("served at least partly by Asterisk alone"))
    return joined(parts, ADDED)


def _wait(record: CallRecord, law: float) -> LocalizedText:
    seconds = waited(record)
    if seconds is None:
        return told("no consultant answered (C1 asks for {law:.0f} s)", law=law)
    if seconds <= law:
        return told(
            "waited {seconds:.1f} s from arrival to the consultant's answer: within {law:.0f} s (C1)",
            seconds=seconds,
            law=law,
        )
    return told(
        "waited {seconds:.1f} s from arrival to the consultant's answer: longer than {law:.0f} s (C1)",
        seconds=seconds,
        law=law,
    )


def _recording(one: Recording, tell: CallJson, legs: Sequence[Alarm]) -> Iterator[str]:
    talk = told("conversation {number}", number=one.connection) if one.connection else told("a conversation")
    length = told("length unknown") if one.seconds is None else told("{seconds:.1f} s", seconds=one.seconds)
    state = told(one.state.value)
    yield told("recording of {talk}: {state}, {length}", talk=talk, state=state, length=length)
    yield told(
        "  levels: caller {caller}, consultant {consultant}",
        caller=_level(one.caller_level),
        consultant=_level(one.consultant_level),
    )
    if one.checks:
        yield told("  found: {checks}", checks=joined([told(check) for check in one.checks], LISTED))
    for begin, end in holes(one.pieces):
        since = one.started_at or begin
        yield told(
            "  nothing was recorded from {first:.1f} to {last:.1f} s",
            first=(begin - since).total_seconds(),
            last=(end - since).total_seconds(),
        )
    yield from unheard_in(one.started_at, one.seconds, legs)
    files = [(N_("both"), one.stereo_file)]
    for part in one.segments:
        files += [(N_("caller"), part.caller_file), (N_("consultant"), part.consultant_file)]
    lying = [(leg, file) for leg, name in files if (file := tell.file(name))]
    for leg, file in lying:
        yield f"  {spoken(leg):<10} {file}"
    if one.stereo_file and not lying:
        yield told("  sealed; to hear it: ivr111 recordings play {id} --out FILE --reason WHY", id=one.id)


def _level(value: float | None) -> str:
    return told("unknown") if value is None else f"{value:.1f} dBFS"
