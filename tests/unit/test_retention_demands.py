"""A registered demand keeps all it could mean, in every state, whatever runs at the same moment (A19, C6)."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from config.evidence import RetentionPolicy
from engine.evidence import rotate_cel as channel_log
from engine.evidence.services import EvidenceServices
from recordings.demands import store as register_store
from recordings.demands.demand import DemandState, Letter
from recordings.demands.service import Demands
from recordings.finding.criteria import Criteria
from recordings.finding.near_numbers import asked_for, near, one_slip, sent, slips
from recordings.finding.registrations import link
from recordings.finding.service import Finder
from recordings.model.access_entry import Actor
from recordings.model.evidence_tables import demands, sealed
from recordings.model.tables import calls, consultant_stints
from recordings.retention import store
from recordings.retention.all_holds import AllHolds
from recordings.retention.service import NoSuchHold, Retention
from recordings.rows.bound_tables import CALLS, DEMANDS, STINTS
from recordings.rows.service import entered
from recordings.sealing.service import SealedRecordings
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome, Talk

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")
DAULET = Actor("Дәулет Сынақов", "administrator", "daulet")
POLICIES = (
    RetentionPolicy(id="audio", what="audio", days=365, source="сынақ"),
    RetentionPolicy(id="rows", what="journal", days=365, source="сынақ"),
)
DAY = date(2026, 11, 22)
LATER = T0 + timedelta(days=400)
NUMBER = "+77010000001"


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def holds(home: EvidenceHome) -> AllHolds:
    """As wired."""
    return EvidenceServices(home.settings, home.database, home.keys).holds


def retention(home: EvidenceHome, *policies: RetentionPolicy) -> Retention:
    opened = SealedRecordings(home.database, home.keys, home.settings.sealed)
    return Retention(home.database, opened, holds(home), policies or POLICIES)


def register(home: EvidenceHome) -> Demands:
    numbers = home.keys.numbers()
    finder = Finder(home.database, numbers, home.settings.zone)
    return Demands(home.database, finder, numbers, home.settings.authorities, home.settings.bases)


def letter(criteria: Criteria, basis: str = "A19", number: str = "1") -> Letter:
    received = LATER - timedelta(hours=1)
    day = received.date()
    return Letter("informatisation", basis, number, day, "", criteria, received, None, "aigul")


async def talk(home: EvidenceHome, number: int = 1, caller: str | None = NUMBER, **options) -> Talk:
    made = await home.talk(number, caller=caller, **options)
    await Sealer(home.database, home.keys, home.settings).pass_once()
    return made


async def left(home: EvidenceHome) -> set[str]:
    """Calls whose recording can still be opened."""
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(sealed).where(sealed.c.wrapped_key.is_not(None)))).all()
        known = set((await connection.execute(select(calls.c.call_id))).scalars())
    return {row.call_id for row in rows} & known


NAMED = {
    "number": Criteria(number="8 701 000 00 01"),
    "number and day": Criteria(number="8 701 000 00 01", day=DAY),
    "number, the day mistaken": Criteria(number="8 701 000 00 01", day=date(2026, 11, 3)),
    "day, a digit mistaken": Criteria(number="8 701 000 00 07", day=DAY),
    "day, two digits swapped": Criteria(number="8 710 000 00 01", day=DAY),
    "day": Criteria(day=DAY),
    "moments": Criteria(since=T0 - timedelta(minutes=1), until=T0 + timedelta(minutes=1)),
    "since": Criteria(since=T0),
    "day and another consultant": Criteria(day=DAY, consultant="c102"),
    "call": Criteria(call_id="n1-1795338000000-1"),
    "call that nobody knows": Criteria(call_id="n1-1795338000001-1"),
    "registration": Criteria(registration="2026-7"),
    "registration that nobody tied": Criteria(registration="2026-8"),
    "consultant": Criteria(consultant="c101"),
    "language": Criteria(language="ru"),
    "nothing": Criteria(),
}


@pytest.mark.parametrize("named", NAMED)
async def test_what_a_letter_could_mean_stays_from_its_registration(home, named):
    made = await talk(home)
    await link(home.database, "2026-7", made.record.call_id, False, T0)
    await register(home).register(letter(NAMED[named]), AIGUL, LATER)
    plan = await retention(home).plan(LATER)
    assert ({}, {"audio: open demand": 1}) == (dict(plan.goes), dict(plan.held))
    await retention(home).apply(AIGUL, LATER, "тазалау")
    assert {made.record.call_id} == await left(home)


async def test_a_number_withheld_that_day_could_be_the_one_that_is_asked_for(home):
    made = await talk(home, caller=None)
    await register(home).register(letter(NAMED["number and day"]), AIGUL, LATER)
    await retention(home).apply(AIGUL, LATER, "тазалау")
    assert {made.record.call_id} == await left(home)


async def test_what_no_letter_could_mean_goes(home):
    kept = await talk(home)
    await talk(home, 2, caller="+77029999999")  # that day, another number
    await talk(home, 3, caller="+77010000002", at=T0 - timedelta(days=2))  # a slip away, another day
    await register(home).register(letter(NAMED["number and day"]), AIGUL, LATER)
    done = await retention(home).apply(AIGUL, LATER, "тазалау")
    assert (2, 2) == (done.recordings, done.calls)
    assert {kept.record.call_id} == await left(home)


STEPS = {
    DemandState.RECEIVED: (),
    DemandState.READY: ("search",),
    DemandState.APPROVED: ("search", DemandState.APPROVED),
    DemandState.HANDED_OVER: ("search", DemandState.APPROVED, DemandState.HANDED_OVER),
    DemandState.ACKNOWLEDGED: (
        "search",
        DemandState.APPROVED,
        DemandState.HANDED_OVER,
        DemandState.ACKNOWLEDGED,
    ),
    DemandState.REFUSED: (DemandState.REFUSED,),
    DemandState.RETURNED: (DemandState.RETURNED,),
}


@pytest.mark.parametrize("state", STEPS)
async def test_every_state_keeps_what_is_named_an_open_one_without_end_a_closed_one_for_its_time(home, state):
    made = await talk(home)
    service = register(home)
    demand = await service.register(letter(NAMED["number and day"]), AIGUL, LATER)
    for step in STEPS[state]:
        if step == "search":
            demand = await service.search(demand.id, AIGUL, LATER)
        else:
            who = DAULET if step in (DemandState.APPROVED, DemandState.REFUSED) else AIGUL
            demand = await service.move(demand.id, step, who, LATER, "сөз")
    assert state is demand.state
    closed = state in (DemandState.ACKNOWLEDGED, DemandState.REFUSED, DemandState.RETURNED)
    for days in (0, 91):
        plan = await retention(home).plan(LATER + timedelta(days=days))
        assert {f"audio: {'closed' if closed else 'open'} demand": 1} == dict(plan.held)
    await retention(home).apply(AIGUL, LATER + timedelta(days=93), "тазалау")
    assert (set() if closed else {made.record.call_id}) == await left(home)


async def test_a_demand_returned_and_sent_again_finds_all(home):
    await talk(home)
    service = register(home)
    first = await service.register(letter(Criteria(day=DAY), "C6"), AIGUL, LATER)
    assert DemandState.RETURNED is first.state
    await retention(home).apply(AIGUL, LATER + timedelta(days=30), "тазалау")
    whole = replace(letter(NAMED["number and day"], "C6", "2"), received_at=LATER + timedelta(days=30))
    again = await service.register(whole, AIGUL, LATER + timedelta(days=30))
    assert DemandState.READY is (await service.search(again.id, AIGUL, LATER + timedelta(days=30))).state


async def test_a_closed_letter_that_named_nothing_does_not_keep_everything(home):
    await talk(home)
    service = register(home)
    await service.register(letter(Criteria(), "C6"), AIGUL, LATER)  # returned at once
    await retention(home).apply(AIGUL, LATER, "тазалау")
    assert set() == await left(home)


async def test_a_demand_nobody_can_read_keeps_everything(home):
    made = await talk(home)
    demand = await register(home).register(letter(Criteria(number="87029999999")), AIGUL, LATER)
    async with home.database.begin() as connection, entered(connection, [(DEMANDS, [])]):
        changed = demands.update().where(demands.c.id == demand.id)
        await connection.execute(
            changed.values(pii_criteria="h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        )
    await retention(home).apply(AIGUL, LATER, "тазалау")
    assert {made.record.call_id} == await left(home)


async def going(home: EvidenceHome):
    [one] = [one async for one in retention(home)._expired(LATER, "audio")]
    return one


def reader(home: EvidenceHome) -> SealedRecordings:
    return SealedRecordings(home.database, home.keys, home.settings.sealed)


async def test_a_registration_under_way_is_waited_for_before_a_key_goes(home):
    made = await talk(home)
    one = await going(home)
    asked, numbers = letter(NAMED["number and day"]), home.keys.numbers()
    async with home.database.begin() as connection:
        await register_store.add(connection, asked, LATER, "basis", AIGUL, LATER, numbers)
        destroying = asyncio.create_task(
            store.destroy(home.database, reader(home), holds(home), one, "run", LATER)
        )
        done, _ = await asyncio.wait([destroying], timeout=0.3)
        assert set() == done
    assert await destroying is None
    assert {made.record.call_id} == await left(home)


@pytest.mark.parametrize("what", ["demand", "hold", "appeal"])
async def test_nothing_slips_between_the_look_and_the_commit(home, what):
    made = await talk(home)
    one = await going(home)
    id_ = made.record.call_id
    deeds = {
        "demand": lambda: register(home).register(letter(NAMED["call"]), AIGUL, LATER),
        "hold": lambda: retention(home).hold(id_, AIGUL, "сот", None, LATER),
        "appeal": lambda: link(home.database, "2026-7", id_, True, LATER),
    }
    async with home.database.begin() as connection:
        await holds(home).lock(connection)
        assert {} == await holds(home).why(connection, [id_], LATER)
        keeping = asyncio.create_task(deeds[what]())
        done, _ = await asyncio.wait([keeping], timeout=0.3)
        assert set() == done  # whoever comes now comes after the commit, and is told the truth then
        [row] = await store.sealed_rows(connection, one.candidate.recording_id)
        await reader(home).forget(connection, row, datetime.now(UTC))
    await keeping
    assert set() == await left(home)


@pytest.mark.parametrize("what", ["hold", "appeal"])
async def test_a_call_that_goes_in_that_moment_is_not_said_to_be_kept(home, what):
    made = await talk(home, audio=False)
    id_ = made.record.call_id
    touched = [*((store._BOUND[table], []) for table in store.OF_A_CALL), (CALLS, [])]
    async with home.database.begin() as connection, entered(connection, touched):
        await holds(home).lock(connection)
        deed = (
            retention(home).hold(id_, AIGUL, "сот", None, LATER)
            if what == "hold"
            else link(home.database, "2026-7", id_, True, LATER)
        )
        keeping = asyncio.create_task(deed)
        await asyncio.wait([keeping], timeout=0.3)
        for table in store.OF_A_CALL:
            await connection.execute(table.delete())
        await connection.execute(calls.delete())
    if what == "hold":
        with pytest.raises(NoSuchHold):
            await keeping
    else:
        assert not await keeping
    assert [] == await retention(home).holds()


async def test_of_twenty_demands_registered_while_retention_runs_each_keeps_what_was_there(home):
    made = [await home.talk(n, caller=f"+770100000{n:02}", seconds=0.2) for n in range(20)]
    await Sealer(home.database, home.keys, home.settings).pass_once()
    service, seen = register(home), set()

    async def ask() -> None:
        for n, one in reversed(list(enumerate(made))):
            criteria = Criteria(call_id=one.record.call_id)
            await service.register(letter(criteria, number=str(n)), AIGUL, LATER)
            if one.record.call_id in await left(home):
                seen.add(one.record.call_id)

    _, done = await asyncio.gather(ask(), retention(home).apply(AIGUL, LATER, "тазалау"))
    assert seen == await left(home)
    assert len(made) - len(seen) == done.recordings


async def test_the_channel_log_of_a_time_that_a_demand_names_stays(home):
    import os

    policy = RetentionPolicy(id="cel", what="channel_log", days=30, source="сынақ")
    at = EvidenceHome(home.settings.home, retention=(policy,)).settings
    at.cel_file.parent.mkdir(parents=True)
    at.cel_file.write_text("row\n")
    (at.home / "db").mkdir(exist_ok=True)
    (at.home / "db" / "cel.mark").write_text(f"{at.cel_file.stat().st_ino} 0\n")
    for days in (-20, 1, 20):
        aside = at.cel_file.with_name(f"cel.csv.{days}")
        aside.write_text("row\n")
        moment = (T0 + timedelta(days=days)).timestamp()
        os.utime(aside, (moment, moment))
    await register(home).register(letter(NAMED["day"]), AIGUL, LATER)
    one = retention(home)
    assert 1 == await one.expire_logs(LATER, lambda kept: channel_log.expire(at, LATER, kept))
    assert ["cel.csv", "cel.csv.1", "cel.csv.20"] == sorted(f.name for f in at.cel_file.parent.iterdir())


async def test_what_consultants_did_goes_by_policy_but_for_the_times_a_demand_names(home):
    async with home.database.begin() as connection, entered(connection, [(STINTS, [])]):
        for days in (-9, 0, 9, 399):
            began = T0 + timedelta(days=days)
            row = {"consultant": "c101", "began_at": began, "state": "talk", "missed": False}
            await connection.execute(
                consultant_stints.insert().values(**row, ended_at=began + timedelta(minutes=5))
            )
    await register(home).register(letter(NAMED["day"]), AIGUL, LATER)
    policy = RetentionPolicy(id="stints", what="stints", days=365, source="сынақ")
    assert 2 == (await retention(home, policy).apply(AIGUL, LATER, "тазалау")).stints
    async with home.database.connect() as connection:
        began = (await connection.execute(select(consultant_stints.c.began_at))).scalars().all()
    assert {T0, T0 + timedelta(days=399)} == set(began)


@pytest.mark.parametrize(
    "one, other, slip",
    [
        ("+77010000001", "+77010000002", True),  # one wrong
        ("+77010000001", "+7701000001", True),  # one missing
        ("+77010000001", "+770100000011", True),  # one too many
        ("+77010000001", "+77100000001", True),  # two swapped
        ("+77010000001", "+77010000001", False),
        ("+77010000001", "+77020000002", False),
        ("+77010000001", "+77010000100", False),
        ("+77010000012", "+77010002100", False),
    ],
)
def test_a_slip_of_the_pen_is_one_digit_or_two_neighbours_swapped(one, other, slip):
    assert slip == one_slip(one, other) == one_slip(other, one)
    assert slip == (other in slips(one))


@pytest.mark.parametrize(
    "asked", ["8 701 000 00 0", "701 000 00 001", "+7 701 000 000 01", "8 7010 000 0001"]
)
def test_a_number_that_cannot_be_one_is_near_the_one_that_was_meant(asked):
    assert near(asked_for(asked), sent(NUMBER))
