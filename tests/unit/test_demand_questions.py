"""A slip of the pen is asked back and never answered by a letter; the letter says what is true (A19, C6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from recordings.demands import store
from recordings.demands.demand import Demand, DemandState, Letter
from recordings.demands.letter import reply
from recordings.demands.letter_check import WrongLetter
from recordings.demands.question import OpenQuestions, QuestionKind
from recordings.demands.service import Demands
from recordings.demands.steps import StepForbidden, WrongStep
from recordings.finding.criteria import Criteria
from recordings.finding.service import Finder
from recordings.model.access_entry import Actor
from recordings.model.evidence_tables import demands
from recordings.model.tables import access_log, alarms
from recordings.package.pdf import Letterhead
from recordings.package.pdf import letter as as_pdf
from recordings.rows.bound_tables import DEMANDS
from recordings.rows.service import entered
from recordings.sealing.service import SealedRecordings
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome, Talk

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")
DAULET = Actor("Дәулет Сынақов", "administrator", "daulet")
DAY = date(2026, 11, 22)
NOON, NIGHT = T0 + timedelta(hours=2), T0 + timedelta(hours=11)  # the day goes on; it is over
ASKED = Criteria(number="8 701 234 56 78", day=DAY)
CALLER = "+77012345678"


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def register(home: EvidenceHome) -> Demands:
    numbers = home.keys.numbers()
    finder = Finder(home.database, numbers, home.settings.zone)
    return Demands(home.database, finder, numbers, home.settings.authorities, home.settings.bases)


def letter(criteria: Criteria = ASKED, basis: str = "A19", **other) -> Letter:
    made = Letter("informatisation", basis, "1", DAY, "", criteria, T0 + timedelta(hours=1), None, "aigul")
    return replace(made, **other)


async def talk(home: EvidenceHome, number: int = 1, caller: str | None = CALLER, **options) -> Talk:
    made = await home.talk(number, caller=caller, seconds=options.pop("seconds", 1), **options)
    await Sealer(home.database, home.keys, home.settings).pass_once()
    return made


async def searched(service: Demands, asked: Letter, at: datetime = NIGHT) -> Demand:
    return await service.search((await service.register(asked, AIGUL, at)).id, AIGUL, at)


async def approve(service: Demands, demand: Demand, at: datetime, *confirmed: str) -> Demand:
    to = DemandState.APPROVED if demand.findings else DemandState.NOT_FOUND
    return await service.move(demand.id, to, DAULET, at, confirmed=confirmed)


def said(service: Demands, home: EvidenceHome, demand: Demand) -> tuple[str, str]:
    """The letter, in Kazakh and in Russian."""
    made = reply(demand, service.authority("informatisation"), service.basis("A19"), home.settings.zone)
    return "\n".join((made.title_kk, *made.kk)), "\n".join((made.title_ru, *made.ru))


@pytest.mark.parametrize("there", ["+77012345679", "+77012345687", "+77102345678"])
async def test_nothing_found_with_near_numbers_that_day_is_a_question_and_not_a_letter(home, there):
    await talk(home, caller=there)
    await talk(home, 2, caller=there)
    await talk(home, 3, caller="+77777777777")
    await talk(home, 4, caller="+77012345670", at=T0 - timedelta(days=1))
    service = register(home)
    demand = await searched(service, letter())
    assert ["registered", "questioned", "searched"] == [event.step for event in demand.events]
    with pytest.raises(OpenQuestions, match="differ in one digit: 1"):
        await approve(service, demand, NIGHT)
    demand = await service.get(demand.id)
    assert (DemandState.SEARCHING, "questioned", "daulet") == (
        demand.state,
        demand.events[-1].step,
        demand.events[-1].who.system_user,
    )
    demand = await approve(service, demand, NIGHT, "near_numbers")
    assert (DemandState.NOT_FOUND, [{"doubt": "near_numbers", "count": 1, "at": ""}]) == (
        demand.state,
        demand.events[-1].facts["confirmed"],
    )


async def test_a_corrected_number_is_searched_anew_and_found_and_who_corrected_cannot_approve(home):
    await talk(home, caller="+77012345679")
    service = register(home)
    demand = await searched(service, letter())
    mended = replace(ASKED, number="8 701 234 56 79")
    demand = await service.correct(demand.id, mended, DAULET, NIGHT, "бір цифр қате терілген")
    assert (DemandState.RECEIVED, mended, "corrected") == (
        demand.state,
        demand.letter.criteria,
        demand.events[-1].step,
    )
    assert "2345679" not in str([event.facts for event in demand.events])
    with pytest.raises(WrongStep):
        await service.move(demand.id, DemandState.NOT_FOUND, DAULET, NIGHT)
    demand = await service.search(demand.id, AIGUL, NIGHT)
    assert DemandState.READY is demand.state
    with pytest.raises(StepForbidden):
        await service.move(demand.id, DemandState.APPROVED, DAULET, NIGHT)


async def test_a_demand_under_c6_cannot_be_corrected_into_one_without_its_fields(home):
    service = register(home)
    demand = await service.register(letter(basis="C6"), AIGUL, NIGHT)
    with pytest.raises(WrongLetter, match="number"):
        await service.correct(demand.id, Criteria(day=DAY), AIGUL, NIGHT, "қате")
    with pytest.raises(WrongLetter, match="nothing is different"):
        await service.correct(demand.id, ASKED, AIGUL, NIGHT, "қате")


@pytest.mark.parametrize("found", [True, False])
async def test_a_day_that_goes_on_is_asked_about_and_the_letter_says_until_when_was_searched(home, found):
    await talk(home, caller=CALLER if found else "+77777777777")
    service = register(home)
    demand = await searched(service, letter(), NOON)
    with pytest.raises(OpenQuestions, match="not over before 2026-11-23 00:00"):
        await approve(service, demand, NOON)
    demand = await approve(service, demand, NOON, "time_not_over")
    kk, ru = said(service, home, demand)
    assert ("22.11.2026 16:00" in kk, "22.11.2026 16:00, до окончания" in ru) == (True, True)


async def test_a_search_from_before_the_days_end_is_no_answer_after_it(home):
    await talk(home, caller="+77777777777")
    service = register(home)
    demand = await searched(service, letter(), NOON)
    await talk(home, 2, at=T0 + timedelta(hours=9))
    with pytest.raises(WrongStep, match="search"):
        await approve(service, demand, NIGHT, *QuestionKind)
    assert DemandState.READY is (await service.search(demand.id, AIGUL, NIGHT)).state


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 11, 22)])
async def test_a_day_that_has_not_come_is_never_answered_whatever_is_confirmed(home, day):
    await talk(home)
    service = register(home)
    demand = await searched(service, letter(replace(ASKED, day=day)))
    with pytest.raises(OpenQuestions, match="has not come"):
        await approve(service, demand, NIGHT, *QuestionKind)
    assert DemandState.SEARCHING is (await service.get(demand.id)).state


async def test_a_day_before_the_line_existed_is_asked_about(home):
    await talk(home)
    service = register(home)
    demand = await searched(service, letter(replace(ASKED, day=date(2019, 11, 22))))
    with pytest.raises(OpenQuestions, match=r"not one call of that time.*oldest came 2026-11-22"):
        await approve(service, demand, NIGHT)
    assert (
        DemandState.NOT_FOUND is (await approve(service, demand, NIGHT, "no_calls_then", "other_days")).state
    )


async def test_the_number_on_another_day_is_asked_about(home):
    await talk(home, at=T0 - timedelta(days=1))
    await talk(home, 2, at=T0 - timedelta(days=30))
    await talk(home, 3, caller="+77777777777")
    service = register(home)
    demand = await searched(service, letter())
    with pytest.raises(OpenQuestions, match="2 calls, the nearest came 2026-11-21 14:00"):
        await approve(service, demand, NIGHT)


@pytest.mark.parametrize(
    "wanted, asks",
    [
        (Criteria(number="8 701 234 56 79"), "numbers that differ in one digit: 1"),
        (Criteria(call_id="n1-1795338000000-9"), "known by the call id"),
        (Criteria(registration="2026-8"), "known by the registration number"),
        (Criteria(day=DAY, consultant="c901"), "known by the consultant"),
        (Criteria(call_id="n1-1795338000000-1", day=date(2026, 11, 3)), "by the call id alone"),
    ],
)
async def test_whatever_else_is_mistyped_is_asked_about_too(home, wanted, asks):
    await talk(home)
    service = register(home)
    demand = await searched(service, letter(wanted))
    with pytest.raises(OpenQuestions, match=asks):
        await approve(service, demand, NIGHT)


async def test_a_conversation_later_than_the_letter_is_asked_about(home):
    await talk(home, caller="+77777777777")
    service = register(home)
    demand = await searched(service, letter(date=date(2026, 11, 20)))
    with pytest.raises(OpenQuestions, match="later than the letter, which is dated 2026-11-20"):
        await approve(service, demand, NIGHT)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
async def test_a_day_of_another_age_is_refused(home, year):
    with pytest.raises(WrongLetter):
        await register(home).register(letter(Criteria(day=date(year, 12, 31))), AIGUL, NIGHT)


async def test_moments_that_hold_none_are_refused(home):
    for wanted in (
        Criteria(since=NOON, until=T0),
        Criteria(day=DAY, since=T0 + timedelta(days=3), until=T0 + timedelta(days=4)),
    ):
        with pytest.raises(WrongLetter):
            await register(home).register(letter(wanted), AIGUL, NIGHT)


async def test_a_number_let_in_by_an_earlier_version_is_put_right_before_anything_is_answered(home):
    await talk(home)
    service = register(home)
    demand = await searched(service, letter(replace(ASKED, number="8 777 777 77 77")))
    short = store.hidden_criteria(replace(ASKED, number="8 701 234 56 7"), home.keys.numbers())
    async with home.database.begin() as connection, entered(connection, [(DEMANDS, [])]):
        await connection.execute(update(demands).values(pii_criteria=short))
    for deed in (approve(service, demand, NIGHT, *QuestionKind), service.search(demand.id, AIGUL, NIGHT)):
        with pytest.raises(WrongStep, match=r"too short.*demands correct"):
            await deed
    await service.correct(demand.id, ASKED, AIGUL, NIGHT, "хаттағыдай")
    assert DemandState.READY is (await service.search(demand.id, AIGUL, NIGHT)).state


async def test_what_came_after_the_search_is_no_surprise_after_the_approval(home):
    await talk(home)
    service = register(home)
    demand = await searched(service, letter())
    await talk(home, 2)
    with pytest.raises(WrongStep, match="not what the search found any more"):
        await approve(service, demand, NIGHT)


async def test_what_was_destroyed_after_the_letter_came_in_is_an_alarm_and_does_not_become_ready(home):
    made = await talk(home)
    await talk(home, 2)
    service = register(home)
    now = datetime.now(UTC)
    demand = await service.register(letter(received_at=now - timedelta(hours=1), date=now.date()), AIGUL, now)
    sealed = SealedRecordings(home.database, home.keys, home.settings.sealed)
    known = (await sealed.of([made.recording_id]))[made.recording_id]
    async with home.database.begin() as connection:  # as a version without holds did
        await sealed.forget(connection, known, datetime.now(UTC))
    demand = await service.search(demand.id, AIGUL, now)
    facts = demand.events[-1].facts
    assert (DemandState.SEARCHING, [made.recording_id]) == (demand.state, facts["destroyed_since"])
    async with home.database.connect() as connection:
        kinds = (await connection.execute(select(alarms.c.kind, alarms.c.about))).all()
    assert [("demand_destroyed", demand.name)] == [tuple(row) for row in kinds]
    with pytest.raises(WrongStep):
        await service.move(demand.id, DemandState.APPROVED, DAULET, now, confirmed=["destroyed_since"])
    demand = await service.search(demand.id, AIGUL, now, ["destroyed_since"])
    assert DemandState.READY is demand.state
    with pytest.raises(OpenQuestions, match="DESTROYED AFTER THE LETTER CAME IN"):
        await approve(service, demand, now)
    demand = await approve(service, demand, now, "destroyed_since")
    made_letter = reply(
        demand, service.authority("informatisation"), service.basis("A19"), home.settings.zone
    )
    assert (
        "Талап түскеннен кейін жойылған жазбалар саны: 1.",
        "Уничтожено записей после поступления требования: 1.",
    ) == (made_letter.alarm_kk, made_letter.alarm_ru)
    assert "Прилагается записей: 1." in made_letter.ru
    head = Letterhead("111-D-1", "кімге", "кому", now, "00" * 32, "00" * 32, ("a", "b"))
    assert as_pdf(made_letter, head, []) != as_pdf(replace(made_letter, alarm_ru=""), head, [])


async def test_before_its_approval_the_letter_of_an_empty_demand_encloses_nothing(home):
    await talk(home, caller="+77777777777")
    service = register(home)
    demand = await service.register(letter(), AIGUL, NIGHT)
    kk, ru = said(service, home, demand)
    assert ("жазбалар" in kk.lower().split("тіркелді")[-1], "прилага" in ru) == (False, False)
    demand = await service.search(demand.id, AIGUL, NIGHT)
    kk, ru = said(service, home, demand)
    assert ("Жоба" in kk, "Проект" in ru, "табылмады" in kk, "не найдено" in ru) == (True,) * 4
    assert ("Жазбалар," in kk, "Записи," in ru) == (False, False)
    demand = await approve(service, demand, NIGHT)
    kk, ru = said(service, home, demand)
    assert ("Жоба" in kk, "Проект" in ru, "табылмады" in kk, "не найдено" in ru) == (False, False, True, True)


@pytest.mark.parametrize(
    "audio, kk_says, ru_says", [(True, "қоса беріледі", "прилагаются"), (False, "жоқ", "отсут")]
)
async def test_the_letter_encloses_what_is_there(home, audio, kk_says, ru_says):
    await talk(home, audio=audio)
    service = register(home)
    demand = await searched(service, letter())
    assert DemandState.READY is demand.state
    kk, ru = said(service, home, await approve(service, demand, NIGHT))
    assert (kk_says in kk, ru_says in ru) == (True, True)
    assert audio == ("Жазбалар, олардың" in kk) == ("Записи, их перечень" in ru)
    assert audio != ("Жазбалар қоса берілмейді" in kk)
    assert audio != ("Записи не прилагаются" in ru)


async def test_the_second_person_sees_what_would_go_and_looking_is_logged(home):
    made = await talk(home, consultant="c102", seconds=2)
    service = register(home)
    demand = await searched(service, letter())
    demand, [call] = await service.review(demand.id, DAULET, NIGHT)
    assert made.recording_id == call.recordings[0].recording.id
    assert ("reviewed", "daulet") == (demand.events[-1].step, demand.events[-1].who.system_user)
    async with home.database.connect() as connection:
        subjects = (await connection.execute(select(access_log.c.subject))).scalars().all()
    assert f"{demand.name}: review" in subjects
