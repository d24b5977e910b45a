"""The first working minute: a table worked out by hand, and a slow reckoning of its own (A16)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appeals.calendar.day import Day, DayKind, for_body
from appeals.calendar.holiday_library import from_library
from appeals.calendar.terms import NoSuchTerm, due, term_of, works
from appeals.calendar.words import words
from appeals.calendar.working_time import NeverWorks, next_working_minute
from appeals.model.body import Hours
from config.appeals import TERMS, Term
from tests.working_moments import MOMENTS

ZONE = ZoneInfo("Asia/Almaty")


def week(days, *stretches) -> tuple[Hours, ...]:
    def clock(text):
        return time.max if text == "24" else time(*map(int, text.split(":")))

    return tuple(Hours(day, clock(a), clock(b)) for day in days for a, b in stretches)


BODIES = {
    "office": week(range(1, 6), ("9", "13"), ("14", "18")),
    "police_desk": week(range(1, 6), ("9", "18")) + week([6], ("9", "13")),
    "night": week(range(1, 8), ("20", "8")),
    "friday_night": week([5], ("22", "6")),
    "always": (),
    "full": week(range(1, 8), ("0", "24")),
    "sunday": week([7], ("10", "12")),
    "evening": week(range(1, 6), ("18", "24")),
}
FREE = (
    "2026-01-01 2026-01-02 2026-01-07 2026-03-08 2026-03-09 2026-03-21 2026-03-22 2026-03-23 2026-03-24 "
    "2026-03-25 2026-05-01 2026-05-07 2026-05-09 2026-05-11 2026-05-18 2026-07-06 2026-10-26 2026-12-16 "
    "2027-01-01 2027-01-02 2027-01-04 2027-01-07 2024-03-08 2024-03-21 2024-03-22 2024-03-23 2024-03-25"
).split()
DAYS = [
    *(Day(date.fromisoformat(day), DayKind.HOLIDAY) for day in FREE),
    Day(date(2026, 4, 30), DayKind.SHORT, shorter=60),
    Day(date(2026, 12, 31), DayKind.SHORT, shorter=60),
    Day(date(2026, 5, 16), DayKind.WORKING, like=1),
    Day(date(2026, 6, 10), DayKind.CLOSED, body="office"),
    Day(date(2026, 6, 11), DayKind.CLOSED, body="always"),
    Day(date(2026, 10, 26), DayKind.ORDINARY, body="office"),
]
CASES = [tuple(cell.strip() for cell in line.split("|")) for line in MOMENTS.strip().splitlines()]


def at(text: str) -> datetime:
    """Almaty's wall clock; ~ marks the second of an hour that came twice."""
    return datetime.fromisoformat(text.rstrip("~")).replace(tzinfo=ZONE, fold=int(text.endswith("~")))


def test_the_table_is_long_enough():
    assert len(CASES) == len(set(CASES))
    assert len(CASES) >= 120


@pytest.mark.parametrize(("body", "moment", "first", "reason"), CASES)
def test_the_first_working_minute_is_as_worked_out_by_hand(body, moment, first, reason):
    found, why = next_working_minute(BODIES[body], at(moment), for_body(DAYS, body), ZONE)
    assert (found.astimezone(UTC), why.reason) == (at(first).astimezone(UTC), reason)


@pytest.mark.parametrize(("body", "moment", "first", "reason"), CASES)
def test_it_is_the_same_moment_in_whatever_zone_it_is_asked(body, moment, first, reason):
    asked = at(moment).astimezone(UTC)
    found, _ = next_working_minute(BODIES[body], asked, for_body(DAYS, body), ZONE)
    assert found == at(first).astimezone(UTC)


def test_the_offset_that_was_law_then_is_used():
    office = BODIES["office"]
    before, _ = next_working_minute(office, datetime(2024, 2, 28, 1, tzinfo=UTC), {}, ZONE)
    after, _ = next_working_minute(office, datetime(2024, 3, 5, 1, tzinfo=UTC), {}, ZONE)
    assert (before.hour, after.hour) == (3, 4)  # UTC: 9 o'clock at +06, then at +05


# A reckoning of its own: what the wall clock shows, minute by minute, and nothing else.


def open_then(hours, wall: datetime, days) -> bool:
    closed_at = {}
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        known = days.get(day)
        if known and known.kind in ("holiday", "closed"):
            continue
        weekday = known.like if known and known.kind == "working" else day.isoweekday()
        mine = []
        for one in hours:
            if one.weekday == weekday:
                a = one.begins.hour * 60 + one.begins.minute
                b = 1440 if one.ends == time.max else one.ends.hour * 60 + one.ends.minute
                mine.append((a, b if b > a else b + 1440))
        closed_at[back] = max((b for _, b in mine), default=0)
        if known and known.kind == "short":
            closed_at[back] -= known.shorter
        minute = back * 1440 + wall.hour * 60 + wall.minute
        if any(a <= minute < b and minute < closed_at[back] for a, b in mine):
            return True
    return False


def slowly(hours, moment: datetime, days, zone) -> datetime:
    now = moment.astimezone(UTC)
    if open_then(hours, now.astimezone(zone), days):
        return now
    now = now.replace(second=0, microsecond=0)
    for _ in range(60 * 24 * 40):
        now += timedelta(minutes=1)
        if open_then(hours, now.astimezone(zone), days):
            return now
    raise AssertionError("never")


MINUTES = st.integers(0, 1439).map(lambda n: time(n // 60, n % 60))
STRETCH = st.builds(Hours, st.integers(1, 7), MINUTES, st.one_of(MINUTES, st.just(time.max)))
FIRST = date(2024, 2, 25)
SPECIAL = st.builds(
    lambda n, kind, like, shorter: Day(FIRST + timedelta(days=n), kind, "b", like, shorter),
    st.integers(0, 12),
    st.sampled_from(DayKind),
    st.integers(1, 7),
    st.integers(0, 300),
)
# New York, in whose spring an hour never comes, beside Almaty, where one came twice.
ZONES = st.sampled_from([ZONE, ZoneInfo("America/New_York")])


@settings(max_examples=150, deadline=None)
@given(
    hours=st.lists(STRETCH, min_size=1, max_size=8),
    special=st.lists(SPECIAL, max_size=6),
    seconds=st.integers(0, 14 * 86400),
    zone=ZONES,
)
def test_any_moment_of_any_hours_agrees_with_a_reckoning_minute_by_minute(hours, special, seconds, zone):
    days = for_body(special, "b")
    moment = datetime(2024, 2, 26, tzinfo=UTC) + timedelta(seconds=seconds)
    found, why = next_working_minute(hours, moment, days, zone)
    assert found == slowly(hours, moment, days, zone)
    assert words(why, "kk") != words(why, "ru")


def test_a_body_whose_hours_leave_nothing_free_works_round_the_clock():
    round_ = week(range(1, 8), ("8", "8"))
    moment = at("2026-03-22 02:10")
    found, why = next_working_minute(round_, moment, for_body(DAYS, ""), ZONE)
    assert (found, why.reason) == (moment, "round_the_clock")


def test_a_body_that_never_works_is_refused():
    shut = {date(2026, 1, 1) + timedelta(days=n): DayKind.CLOSED for n in range(500)}
    days = for_body([Day(day, kind, "office") for day, kind in shut.items()], "office")
    with pytest.raises(NeverWorks, match="no working minute from 2026-01-02 on"):
        next_working_minute(BODIES["office"], at("2026-01-02 12:00"), days, ZONE)


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="without its zone"):
        next_working_minute((), datetime(2026, 1, 1), {}, ZONE)


LIBRARY = for_body(from_library([2024, 2025, 2026, 2027]).values(), "")
SAID = {
    ("office", "2026-03-22 02:10"): (
        "түскен уақыты: 02:10, 22 наурыз (Наурыз мейрамы); алғашқы жұмыс минуты: 09:00, 26 наурыз",
        "поступило: 02:10, 22 марта (Наурыз мейрамы); первая рабочая минута: 09:00, 26 марта",
    ),
    ("office", "2026-03-20 19:40"): (
        "түскен уақыты: 19:40, 20 наурыз (жұмыс уақыты аяқталғаннан кейін); одан кейін 21–25 наурыз "
        "(Наурыз мейрамы); алғашқы жұмыс минуты: 09:00, 26 наурыз",
        "поступило: 19:40, 20 марта (после окончания рабочего времени); затем 21–25 марта "
        "(Наурыз мейрамы); первая рабочая минута: 09:00, 26 марта",
    ),
    ("office", "2026-12-31 19:00"): (
        "түскен уақыты: 19:00, 2026 жылғы 31 желтоқсан (жұмыс уақыты аяқталғаннан кейін); одан кейін 1–2 "
        "қаңтар (Жаңа жыл); одан кейін 4 қаңтар (Жаңа жыл); алғашқы жұмыс минуты: 09:00, 2027 жылғы 5 қаңтар",
        "поступило: 19:00, 31 декабря 2026 года (после окончания рабочего времени); затем 1–2 января "
        "(Новый год); затем 4 января (Новый год); первая рабочая минута: 09:00, 5 января 2027 года",
    ),
    ("office", "2024-05-03 19:00"): (
        "түскен уақыты: 19:00, 3 мамыр (жұмыс уақыты аяқталғаннан кейін); алғашқы жұмыс минуты: 09:00, "
        "4 мамыр (ауыстырылған жұмыс күні)",
        "поступило: 19:00, 3 мая (после окончания рабочего времени); первая рабочая минута: 09:00, "
        "4 мая (перенесённый рабочий день)",
    ),
    ("always", "2026-03-22 02:10"): (
        "түскен уақыты: 02:10, 22 наурыз (тәулік бойы жұмыс істейді); бірден беріледі",
        "поступило: 02:10, 22 марта (работает круглосуточно); передаётся сразу",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_the_why_is_a_sentence_in_both_languages(case):
    body, moment = case
    _, why = next_working_minute(BODIES[body], at(moment), LIBRARY, ZONE)
    assert (words(why, "kk"), words(why, "ru")) == SAID[case]


def test_the_library_fills_in_a_years_holidays_and_moved_days_with_names():
    days = from_library([2024])
    free = [f"{day:%m-%d}" for day, one in days.items() if one.kind is DayKind.HOLIDAY]
    assert (
        free
        == (
            "01-01 01-02 01-07 03-08 03-21 03-22 03-23 03-25 05-01 05-07 05-08 05-09 06-16 07-06 07-08 08-30 "
            "10-25 12-16"
        ).split()
    )
    moved = days[date(2024, 5, 4)]
    assert (moved.kind, moved.like, moved.name_ru) == ("working", 3, "рабочий день вместо 08.05.2024")
    assert [day for day in days.values() if not (day.name_kk and day.name_ru)] == []


def test_an_eid_that_is_reckoned_is_marked_as_estimated():
    assert [one.name_ru for one in from_library([2026]).values() if one.estimated] == ["Курбан-айт"]


@pytest.mark.parametrize(
    ("term", "received", "ends"),
    [
        (Term(id="t", amount=2, unit="working_days", source="x"), "2026-03-26 10:00", "2026-03-30 23:59:59"),
        (Term(id="t", amount=2, unit="working_days", source="x"), "2026-03-20 19:40", "2026-03-27 23:59:59"),
        (Term(id="t", amount=1, unit="working_days", source="x"), "2026-03-22 02:10", "2026-03-26 23:59:59"),
        (Term(id="t", amount=1, unit="working_days", source="x"), "2024-05-03 10:00", "2024-05-04 23:59:59"),
        (Term(id="t", amount=1, unit="working_days", source="x"), "2024-02-29 23:30", "2024-03-01 23:59:59"),
        (Term(id="t", amount=15, unit="working_days", source="x"), "2026-03-02 10:00", "2026-03-27 23:59:59"),
        (Term(id="t", amount=5, unit="calendar_days", source="x"), "2026-03-16 10:00", "2026-03-26 23:59:59"),
        (Term(id="t", amount=5, unit="calendar_days", source="x"), "2026-03-10 10:00", "2026-03-16 23:59:59"),
        (
            Term(id="t", amount=1, unit="calendar_days", source="x"),
            "2024-02-28 10:00",
            "2024-02-29 23:59:59~",
        ),
        (Term(id="t", amount=24, unit="hours", source="x"), "2026-03-21 02:10", "2026-03-22 02:10"),
        (Term(id="t", amount=24, unit="hours", source="x"), "2024-02-29 12:00", "2024-03-01 11:00"),
    ],
)
def test_a_term_ends_where_the_law_says(term, received, ends):
    assert due(term, at(received), LIBRARY, ZONE).astimezone(UTC) == at(ends).astimezone(UTC)


def test_a_term_is_found_by_its_id_or_names_those_there_are():
    assert (term_of("written_reply", TERMS).amount, term_of("written_reply", TERMS).unit) == (
        2,
        "working_days",
    )
    with pytest.raises(NoSuchTerm, match="there is no term x; there are: written_reply, redirect"):
        term_of("x", TERMS)
    assert not works(date(2026, 3, 22), LIBRARY)
    with pytest.raises(ValueError, match="without its zone"):
        due(TERMS[0], datetime(2026, 1, 1), {}, ZONE)
