"""Questions about a letter as typed, and who may answer which; pure (A19, C6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from config.told import N_, LocalizedText, joined, told
from recordings.finding.civil_day import bounds
from recordings.finding.criteria import Criteria


class QuestionKind(StrEnum):
    """What may be a slip of the pen, or makes an answer untrue."""

    NUMBER_IMPOSSIBLE = "number_impossible"
    TIME_TO_COME = "time_to_come"
    TIME_NOT_OVER = "time_not_over"
    NEAR_NUMBERS = "near_numbers"  # none by the number, and some by one a slip away
    NEAR_NUMBERS_EVER = "near_numbers_ever"  # the same, where the letter names no day, or a long time
    OTHER_DAYS = "other_days"  # none then, and some by the number on other days
    OTHER_FIELDS = "other_fields"  # the call or appeal named is there, and another field does not fit it
    UNKNOWN_NAME = "unknown_name"  # a call, an appeal or a consultant that no call of ours has
    AFTER_THE_LETTER = "after_the_letter"  # the letter is older than the conversation it names
    NO_CALLS_THEN = "no_calls_then"  # not one, of anybody, on a line that never closes
    ROWS_DESTROYED = "rows_destroyed"  # calls of that time went under a retention policy, their rows too
    DESTROYED_SINCE = "destroyed_since"  # what is asked for was destroyed after the letter came in


UNCONFIRMED = frozenset(
    {QuestionKind.NUMBER_IMPOSSIBLE, QuestionKind.TIME_TO_COME}
)  # no word makes these answerable


_SENTENCES: Final[Mapping[QuestionKind, str]] = {
    QuestionKind.NUMBER_IMPOSSIBLE: "{at}",
    QuestionKind.TIME_TO_COME: N_("that time has not come: it begins {at:%Y-%m-%d %H:%M}"),
    QuestionKind.TIME_NOT_OVER: N_("that time is not over before {at:%Y-%m-%d %H:%M}: calls may still come"),
    QuestionKind.NEAR_NUMBERS: N_(
        "no call has this number; numbers of that day that differ in one digit: {count}"
    ),
    QuestionKind.NEAR_NUMBERS_EVER: N_("no call has this number; numbers that differ in one digit: {count}"),
    QuestionKind.OTHER_DAYS: N_(
        "this number did not call then, and did at other times: {count} calls, "
        "the nearest came {at:%Y-%m-%d %H:%M}"
    ),
    QuestionKind.OTHER_FIELDS: N_(
        "there is a call by the {at} alone, and something else named does not fit it"
    ),
    QuestionKind.UNKNOWN_NAME: N_("no call of ours is known by the {at} named"),
    QuestionKind.AFTER_THE_LETTER: N_(
        "that time is later than the letter, which is dated {at:%Y-%m-%d %H:%M}"
    ),
    QuestionKind.NO_CALLS_THEN: N_(
        "not one call of that time is in the journal; its oldest came {at:%Y-%m-%d %H:%M}"
    ),
    QuestionKind.ROWS_DESTROYED: N_(
        "{count} recordings of that time were destroyed under a retention policy, with their calls' rows: "
        "what is not found may have been there"
    ),
    QuestionKind.DESTROYED_SINCE: N_(
        "{count} of the recordings asked for were DESTROYED AFTER THE LETTER CAME IN"
    ),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One doubt; `count` what it counts (near numbers, destroyed recordings), `at` the moment it is about."""

    doubt: QuestionKind
    count: int = 0
    at: str = ""

    def facts(self) -> dict[str, object]:
        """For an event: no personal data."""
        return {"doubt": str(self.doubt), "count": self.count, "at": self.at}


@dataclass(frozen=True, slots=True)
class JournalCounts:
    """What the journal shows around a letter: counts of calls, numbers, recordings."""

    found: int  # calls that fit
    near_numbers: int
    calls_then: int | None  # None: the letter names no time
    rows_destroyed: int
    destroyed_since: int
    first_call: datetime | None  # the journal's oldest
    number_reason: str = ""  # why the number cannot be one
    near_ever: int = 0
    other_days: int = 0  # calls of the number at any time
    nearest: datetime | None = None  # of those, the one nearest to the time named
    apart: tuple[str, ...] = ()  # fields that alone fit some call
    unknown: tuple[str, ...] = ()  # fields that fit no call at all


class OpenQuestions(ValueError):
    """An answer must not leave before these are answered: corrected, or confirmed as the letter says it."""

    def __init__(self, name: str, questions: Iterable[Question], zone: ZoneInfo) -> None:
        self.questions = tuple(questions)
        codes = " ".join(f"--confirm {one.doubt}" for one in self.questions if one.doubt not in UNCONFIRMED)
        lines = [told("{name} is not answered yet. Compare with the letter:", name=name)]
        lines += [
            told("  {doubt}: {question}", doubt=one.doubt, question=sentence(one, zone))
            for one in self.questions
        ]
        mistyped = told("what was mistyped: ivr111 demands correct {name} ...", name=name)
        if codes:
            confirm = told("what the letter really says, confirm: {codes}", codes=codes)
            mistyped = joined([mistyped, confirm], "{one}; {other}")
        super().__init__(joined([*lines, mistyped]))


def time_named(wanted: Criteria, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From when (included) to when (not) the letter names, None without end; (None, None): no time."""
    since, until = wanted.since, wanted.until
    if wanted.day is not None:
        first, last = bounds(wanted.day, zone)
        since, until = max(since or first, first), min(until or last, last)
    return since, until


def questions(
    wanted: Criteria, written: date, seen: JournalCounts, now: datetime, zone: ZoneInfo
) -> list[Question]:
    """What is to be asked at `now`, the gravest first; `written`: the letter's date."""
    found: list[Question] = []
    since, until = time_named(wanted, zone)
    if seen.number_reason:
        found.append(Question(QuestionKind.NUMBER_IMPOSSIBLE, at=seen.number_reason))
    if since is not None and since > now:
        found.append(Question(QuestionKind.TIME_TO_COME, at=since.isoformat()))
        return found
    if seen.destroyed_since:
        found.append(Question(QuestionKind.DESTROYED_SINCE, seen.destroyed_since))
    if until is not None and until > now:
        found.append(Question(QuestionKind.TIME_NOT_OVER, at=until.isoformat()))
    return found if seen.found else [*found, *_of_nothing(since, written, seen, zone)]


def _of_nothing(since: datetime | None, written: date, seen: JournalCounts, zone: ZoneInfo) -> list[Question]:
    """Where nothing was found: what may have been meant, or was there."""
    found: list[Question] = []
    if seen.rows_destroyed:
        found.append(Question(QuestionKind.ROWS_DESTROYED, seen.rows_destroyed))
    if since is not None and since >= bounds(written, zone)[1]:
        found.append(Question(QuestionKind.AFTER_THE_LETTER, at=bounds(written, zone)[0].isoformat()))
    if seen.near_numbers:
        found.append(Question(QuestionKind.NEAR_NUMBERS, seen.near_numbers))
    if seen.near_ever:
        found.append(Question(QuestionKind.NEAR_NUMBERS_EVER, seen.near_ever))
    if seen.other_days:
        nearest = seen.nearest.isoformat() if seen.nearest else ""
        found.append(Question(QuestionKind.OTHER_DAYS, seen.other_days, nearest))
    for doubt, names in ((QuestionKind.OTHER_FIELDS, seen.apart), (QuestionKind.UNKNOWN_NAME, seen.unknown)):
        if names:
            found.append(Question(doubt, len(names), ", ".join(names)))
    if seen.calls_then == 0:
        first = seen.first_call
        found.append(Question(QuestionKind.NO_CALLS_THEN, at=first.isoformat() if first else ""))
    return found


def open_ones(found: Iterable[Question], confirmed: Iterable[str]) -> list[Question]:
    """Those that no word of `confirmed` answers."""
    answered = {QuestionKind(code) for code in confirmed} - UNCONFIRMED
    return [one for one in found if one.doubt not in answered]


def sentence(question: Question, zone: ZoneInfo) -> LocalizedText:
    """One line for whoever must answer."""
    at = _clock(question.at, zone)
    if question.doubt is QuestionKind.NO_CALLS_THEN and not at:
        return told("not one call of that time is in the journal")
    if question.doubt is QuestionKind.NUMBER_IMPOSSIBLE:
        at = told(question.at.replace("{", "(").replace("}", ")"))
    return told(_SENTENCES[question.doubt], at=at, count=question.count)


def _clock(at: str, zone: ZoneInfo) -> datetime | str:
    try:
        return datetime.fromisoformat(at).astimezone(zone) if at else ""
    except ValueError:
        return at
