"""The register of demands: states, terms, two people, and what a search proves (A19, C6)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from recordings.demands.demand import DemandState, Letter
from recordings.demands.letter import reply
from recordings.demands.letter_check import WrongLetter
from recordings.demands.service import Demands
from recordings.demands.steps import MOVES, StepForbidden, WrongStep, move
from recordings.demands.store import DemandUnreadable, load
from recordings.demands.term import marks, time_left
from recordings.demands.term_watch import TermWatch
from recordings.finding.criteria import Criteria
from recordings.finding.service import Finder
from recordings.model.access_entry import Actor
from recordings.model.evidence_tables import demands as table
from recordings.model.tables import access_log, alarms
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

pytest_plugins = ("tests.postgres",)

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")
DAULET = Actor("Дәулет Сынақов", "administrator", "daulet")
CONSULTANT = Actor("Консультант", "consultant", "c101")
NOW = T0 + timedelta(hours=11)  # the day asked for is over
BY_NUMBER = Letter(
    authority="informatisation",
    basis="C6",
    number="12-3/45",
    date=date(2026, 11, 22),
    asked="Запись разговора гражданина с номера 8 700 000 00 01 за 22 ноября",
    criteria=Criteria(number="8 700 000 00 01", day=date(2026, 11, 22)),
    received_at=T0 + timedelta(hours=1),
    due_at=None,
    responsible="aigul",
)


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def register(home: EvidenceHome) -> Demands:
    numbers = home.keys.numbers()
    finder = Finder(home.database, numbers, home.settings.zone)
    return Demands(home.database, finder, numbers, home.settings.authorities, home.settings.bases)


async def seal(home: EvidenceHome) -> None:
    await Sealer(home.database, home.keys, home.settings).pass_once()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(DemandState), max_size=12), st.sampled_from([AIGUL, DAULET, CONSULTANT]))
def test_no_way_leads_past_the_allowed_moves(ways, who):
    state, passed = DemandState.RECEIVED, [DemandState.RECEIVED]
    for to in ways:
        try:
            state = move(state, to, who, frozenset({"aigul"}), "words")
        except (WrongStep, StepForbidden):
            continue
        passed.append(state)
    assert all(pair in MOVES for pair in pairwise(passed))
    if DemandState.APPROVED in passed:
        assert who is DAULET
        assert passed[passed.index(DemandState.APPROVED) - 1] is DemandState.READY


async def test_a_demand_goes_from_the_letter_to_the_acknowledgement(home):
    talk = await home.talk(1)
    await home.talk(2, caller="+77000000002")
    await seal(home)
    service = register(home)
    demand = await service.register(BY_NUMBER, AIGUL, NOW)
    assert DemandState.RECEIVED is demand.state
    assert BY_NUMBER == demand.letter
    assert BY_NUMBER.received_at + timedelta(hours=4) == demand.due_at
    demand = await service.search(demand.id, AIGUL, NOW)
    assert DemandState.READY is demand.state
    assert [(talk.record.call_id, talk.recording_id)] == [
        (f.call_id, f.recording_id) for f in demand.findings
    ]
    demand = await service.move(demand.id, DemandState.APPROVED, DAULET, NOW)
    demand = await service.move(demand.id, DemandState.HANDED_OVER, AIGUL, NOW, "by courier")
    demand = await service.move(demand.id, DemandState.ACKNOWLEDGED, AIGUL, NOW, "their no. 7")
    assert ["registered", "searched", "ready", "approved", "handed_over", "acknowledged"] == [
        event.step for event in demand.events
    ]


@pytest.mark.parametrize("who", [AIGUL, CONSULTANT])
async def test_who_registered_cannot_approve_nor_can_a_consultant(home, who):
    await home.talk(1)
    await seal(home)
    service = register(home)
    demand = await service.register(BY_NUMBER, AIGUL, NOW)
    await service.search(demand.id, AIGUL, NOW)
    with pytest.raises(StepForbidden):
        await service.move(demand.id, DemandState.APPROVED, who, NOW)
    assert DemandState.READY is (await service.get(demand.id)).state


async def test_who_searched_cannot_approve_either(home):
    await home.talk(1)
    await seal(home)
    service = register(home)
    demand = await service.register(BY_NUMBER, AIGUL, NOW)
    await service.search(demand.id, DAULET, NOW)
    with pytest.raises(StepForbidden):
        await service.move(demand.id, DemandState.APPROVED, DAULET, NOW)


@pytest.mark.parametrize(
    "criteria, lacks",
    [
        (Criteria(number="87000000001"), ["date"]),
        (Criteria(day=date(2026, 11, 22)), ["number"]),
        (Criteria(), ["date", "number"]),
    ],
)
async def test_under_c6_a_letter_without_date_or_number_is_returned_with_its_reply(home, criteria, lacks):
    service = register(home)
    demand = await service.register(replace(BY_NUMBER, criteria=criteria), AIGUL, NOW)
    assert DemandState.RETURNED is demand.state
    assert lacks == demand.events[-1].facts["lacks"]
    said = reply(demand, service.authority("informatisation"), service.basis("C6"), home.settings.zone)
    assert ("қайтар" in said.title_kk, "возврат" in said.title_ru) == (True, True)
    for field, kk, ru in (
        ("date", "қоңырау күні", "дата звонка"),
        ("number", "телефон нөмірі", "номер телефона"),
    ):
        assert (field in lacks) == (kk in said.kk[-1]) == (ru in said.ru[-1])


async def test_under_a19_a_conversation_identified_in_another_way_is_searched(home):
    talk = await home.talk(1)
    await seal(home)
    service = register(home)
    letter = replace(BY_NUMBER, basis="A19", criteria=Criteria(call_id=talk.record.call_id))
    demand = await service.register(letter, AIGUL, NOW)
    demand = await service.search(demand.id, AIGUL, NOW)
    assert DemandState.READY is demand.state
    nothing = await service.register(
        replace(letter, number="2", criteria=Criteria(language="kk")), AIGUL, NOW
    )
    with pytest.raises(WrongStep, match="nothing to search by"):
        await service.search(nothing.id, AIGUL, NOW)


async def test_nothing_found_is_stated_by_a_second_person_with_proof_of_the_search(home):
    await home.talk(1)
    await home.talk(2, caller=None)
    await seal(home)
    service = register(home)
    wrong = replace(BY_NUMBER, criteria=Criteria(number="+77000000009", day=date(2026, 11, 22)))
    demand = await service.register(wrong, AIGUL, NOW)
    with pytest.raises(WrongStep):
        await service.move(demand.id, DemandState.NOT_FOUND, DAULET, NOW)
    demand = await service.search(demand.id, AIGUL, NOW)
    assert (DemandState.SEARCHING, ()) == (demand.state, demand.findings)
    facts = demand.events[-1].facts
    assert (2, 1, 2) == (facts["calls_that_day"], facts["withheld_that_day"], facts["chain"]["seq"])  # type: ignore[index]
    assert "77000000009" not in str(facts)
    with pytest.raises(StepForbidden):
        await service.move(demand.id, DemandState.NOT_FOUND, AIGUL, NOW)
    demand = await service.move(demand.id, DemandState.NOT_FOUND, DAULET, NOW, confirmed=["near_numbers"])
    said = reply(demand, service.authority("informatisation"), service.basis("C6"), home.settings.zone)
    assert "табылмады" in said.kk[1]
    assert "не найдено" in said.ru[1]


async def test_a_recording_that_waits_for_sealing_keeps_the_demand_searching(home):
    await home.talk(1)
    service = register(home)
    demand = await service.register(BY_NUMBER, AIGUL, NOW)
    demand = await service.search(demand.id, AIGUL, NOW)
    assert (DemandState.SEARCHING, 1) == (demand.state, demand.events[-1].facts["waiting"])
    await seal(home)
    assert DemandState.READY is (await service.search(demand.id, AIGUL, NOW)).state


async def test_the_letters_words_and_numbers_are_hidden_in_the_database_and_absent_from_the_access_log(home):
    service = register(home)
    demand = await service.register(BY_NUMBER, AIGUL, NOW)
    await service.search(demand.id, AIGUL, NOW)
    async with home.database.connect() as connection:
        row = (await connection.execute(select(table))).mappings().one()
        entries = (await connection.execute(select(access_log.c.subject, access_log.c.reason))).all()
    stored = " ".join(str(value) for value in row.values())
    assert "700" not in stored.replace(str(row["id"]), "").split("h1:")[0]
    assert "гражданина" not in stored
    assert 2 == len(entries)
    assert all(
        "0000001" not in f"{subject} {reason}".replace("111-D-000001", "") for subject, reason in entries
    )


@pytest.mark.parametrize(
    "change",
    [
        {"authority": "nobody"},
        {"basis": "B7"},
        {"number": " "},
        {"received_at": NOW + timedelta(hours=1)},
        {"date": date(2026, 11, 24)},
        {"due_at": T0},
        {"criteria": Criteria(number="жоқ", day=date(2026, 11, 22))},
    ],
)
async def test_a_letter_that_cannot_be_is_refused_in_plain_words(home, change):
    with pytest.raises(WrongLetter):
        await register(home).register(replace(BY_NUMBER, **change), AIGUL, NOW)
    assert [] == await register(home).list()


async def test_the_same_letter_is_not_entered_twice_by_mistake(home):
    service = register(home)
    await service.register(BY_NUMBER, AIGUL, NOW)
    with pytest.raises(WrongLetter, match="111-D-000001"):
        await service.register(BY_NUMBER, AIGUL, NOW)
    assert 2 == (await service.register(BY_NUMBER, AIGUL, NOW, again=True)).id


async def test_each_warning_is_one_alarm_whatever_restarts_lie_between(home):
    demand = await register(home).register(BY_NUMBER, AIGUL, NOW)
    begun = BY_NUMBER.received_at
    told = []
    for minutes in (119, 120, 121, 191, 192, 239, 240, 500):
        told.append(await TermWatch(home.database, home.settings).poll(begun + timedelta(minutes=minutes)))
    assert [[], ["demand_50"], [], [], ["demand_80"], [], ["demand_overdue"], []] == told
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(alarms.c.kind, alarms.c.about, alarms.c.at))).all()
    expected = [(mark.kind, demand.name, mark.at) for mark in marks(begun, demand.due_at, (0.5, 0.8))]
    assert expected == [tuple(row) for row in rows]
    last = (await register(home).get(demand.id)).events[-1]
    assert ("demand_overdue", "aigul") == (last.step, last.facts["escalated_to"])


async def test_warnings_of_a_demand_end_once_its_term_runs_no_more(home):
    demand = await register(home).register(BY_NUMBER, AIGUL, NOW)
    at = BY_NUMBER.received_at + timedelta(minutes=500)
    await TermWatch(home.database, home.settings).poll(at)
    async with home.database.begin() as connection:
        await connection.execute(text("UPDATE demands SET state = 'acknowledged'"))
    for _ in range(2):
        await TermWatch(home.database, home.settings).poll(at)
    async with home.database.connect() as connection:
        rows = [(row.kind, row.about) for row in await connection.execute(alarms.select())]
    kinds = ("demand_50", "demand_80", "demand_overdue")
    assert sorted([(k, demand.name) for k in kinds] + [(f"{k}_ended", demand.name) for k in kinds]) == sorted(
        rows
    )


async def test_the_letters_own_term_is_the_term(home):
    letter = replace(BY_NUMBER, due_at=NOW + timedelta(days=3))
    demand = await register(home).register(letter, AIGUL, NOW)
    assert (NOW + timedelta(days=3), "letter") == (demand.due_at, demand.term_source)


def test_what_is_left_is_said_as_a_clock():
    assert "3:59:07" == time_left(NOW + timedelta(hours=3, minutes=59, seconds=7), NOW)
    assert "2 d 3:00:00" == time_left(NOW + timedelta(days=2, hours=3), NOW)
    assert "overdue by 0:12:44" == time_left(NOW - timedelta(minutes=12, seconds=44), NOW)


async def test_an_altered_demand_is_named_and_the_terms_of_the_others_run_on(home):
    if home.database.dialect.name == "postgresql":
        pytest.skip("its columns take no such values")
    for number in ("1", "2"):
        await register(home).register(replace(BY_NUMBER, number=number), AIGUL, NOW - timedelta(hours=10))
    async with home.database.begin() as connection:
        await connection.execute(text("UPDATE demands SET due_at = 'yesterday' WHERE id = 1"))
    clock = TermWatch(home.database, home.settings)
    assert "demand_overdue" in await clock.poll(NOW)
    assert [] == await clock.poll(NOW)
    state = await clock.state()
    assert (2, 2) == (state.running, len(state.overdue))
    async with home.database.connect() as connection:
        told = (await connection.execute(select(alarms.c.kind, alarms.c.about))).all()
    assert 1 == told.count(("demand_unreadable", "111-D-000001"))
    assert 0 == told.count(("demand_unreadable_ended", "111-D-000001"))
    with pytest.raises(DemandUnreadable) as why:
        await load(home.database, home.keys.numbers())
    assert (1,) == why.value.ids
    assert [2] == [one.id for one in await load(home.database, home.keys.numbers(), [2])]
    async with home.database.begin() as connection:
        await connection.execute(
            text("UPDATE demands SET due_at = (SELECT due_at FROM demands WHERE id = 2)")
        )
    await clock.poll(NOW)
    async with home.database.connect() as connection:
        told = (await connection.execute(select(alarms.c.kind, alarms.c.about))).all()
    assert 1 == told.count(("demand_unreadable_ended", "111-D-000001"))
