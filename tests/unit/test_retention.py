"""Retention: nothing without a policy, nothing that is held; what went is told by the chain."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from config.evidence import RetentionPolicy
from engine.evidence import rotate_cel as channel_log
from engine.evidence.services import EvidenceServices
from recordings.chain.entry import START, ChainEntryKind
from recordings.chain.store import links
from recordings.demands.demand import DemandState, Letter
from recordings.demands.service import Demands
from recordings.finding.criteria import Criteria
from recordings.finding.registrations import link
from recordings.finding.service import Finder
from recordings.model.access_entry import Actor, ReasonMissing
from recordings.model.evidence_tables import sealed
from recordings.model.tables import calls
from recordings.retention import store
from recordings.retention.all_holds import AllHolds
from recordings.retention.holds import period_of
from recordings.retention.service import Retention
from recordings.sealing.service import RecordingDestroyed, SealedRecordings
from recordings.sealing.worker import Sealer
from tests.chains import verify
from tests.evidence_home import T0, EvidenceHome

pytest_plugins = ("tests.postgres",)

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")
DAULET = Actor("Дәулет Сынақов", "administrator", "daulet")
AUDIO = RetentionPolicy(id="audio-year", what="audio", days=365, source="сынақ бұйрығы")
ROWS = RetentionPolicy(id="rows-year", what="journal", days=365, source="сынақ бұйрығы")
LATER = T0 + timedelta(days=366)


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def service(home: EvidenceHome, *policies: RetentionPolicy) -> Retention:
    sealed_ones = SealedRecordings(home.database, home.keys, home.settings.sealed)
    return Retention(home.database, sealed_ones, holds(home), policies)


def holds(home: EvidenceHome) -> AllHolds:
    """As wired."""
    return EvidenceServices(home.settings, home.database, home.keys).holds


async def sealed_talk(home: EvidenceHome, number: int = 1, **options):
    talk = await home.talk(number, **options)
    await Sealer(home.database, home.keys, home.settings).pass_once()
    return talk


async def left(home: EvidenceHome) -> tuple[int, int, int]:
    """Keys, files, calls."""
    async with home.database.connect() as connection:
        keys = (await connection.execute(select(sealed.c.wrapped_key))).scalars().all()
        rows = (await connection.execute(select(calls.c.call_id))).all()
    files = len(list(home.settings.sealed.rglob("*.sealed")))
    return sum(key is not None for key in keys), files, len(rows)


async def test_without_a_policy_nothing_is_ever_deleted(home):
    await sealed_talk(home)
    applied = await service(home).apply(AIGUL, T0 + timedelta(days=36500), "тексеру")
    assert (0, 0) == (applied.recordings, applied.calls)
    assert (1, 1, 1) == await left(home)


async def test_the_plan_says_what_goes_and_deletes_nothing(home):
    await sealed_talk(home)
    assert {} == dict((await service(home, AUDIO).plan(T0 + timedelta(days=364))).goes)
    assert {"audio-year": 1} == dict((await service(home, AUDIO).plan(LATER)).goes)
    assert (1, 1, 1) == await left(home)


async def test_audio_and_key_go_and_the_chain_tells_it_and_still_verifies(home):
    talk = await sealed_talk(home)
    await sealed_talk(home, 2, at=LATER)
    applied = await service(home, AUDIO).apply(AIGUL, LATER, "жылдық тазалау")
    assert (1, 0) == (applied.recordings, applied.calls)
    assert (1, 1, 2) == await left(home)
    entries = [one async for one in links(home.database)]
    assert [] == list(verify(START, entries))
    assert (ChainEntryKind.DESTROYED, talk.recording_id) == (
        entries[-1].entry.kind,
        entries[-1].entry.subject,
    )
    assert "сынақ" in entries[-1].entry.facts.encode().decode("unicode_escape")
    reading = SealedRecordings(home.database, home.keys, home.settings.sealed)
    with pytest.raises(RecordingDestroyed):
        reading.open((await reading.of([talk.recording_id]))[talk.recording_id])


async def test_rows_go_only_once_their_audio_has_gone(home):
    await sealed_talk(home)
    await service(home, ROWS).apply(AIGUL, LATER, "тексеру")
    assert (1, 1, 1) == await left(home)
    applied = await service(home, AUDIO, ROWS).apply(AIGUL, LATER, "тексеру")
    assert (1, 1) == (applied.recordings, applied.calls)
    assert (0, 0, 0) == await left(home)
    assert [] == list(verify(START, [one async for one in links(home.database)]))


async def test_the_policy_that_keeps_longest_counts(home):
    await sealed_talk(home)
    longer = replace_days(AUDIO, "audio-served", 3650, ("served",))
    assert {} == dict((await service(home, AUDIO, longer).plan(LATER)).goes)


def replace_days(policy: RetentionPolicy, id_: str, days: int, outcomes: tuple[str, ...]) -> RetentionPolicy:
    return policy.model_copy(update={"id": id_, "days": days, "outcomes": outcomes})


async def demanded(home: EvidenceHome, call_id: str) -> tuple[Demands, int]:
    numbers = home.keys.numbers()
    register = Demands(
        home.database,
        Finder(home.database, numbers, home.settings.zone),
        numbers,
        home.settings.authorities,
        home.settings.bases,
    )
    letter = Letter(
        "informatisation", "A19", "1", date(2026, 11, 22), "", Criteria(call_id=call_id), T0, None, "aigul"
    )
    demand = await register.search((await register.register(letter, AIGUL, T0)).id, AIGUL, T0)
    assert DemandState.READY is demand.state
    return register, demand.id


@pytest.mark.parametrize("keeper", ["open demand", "open appeal", "manual hold"])
async def test_whatever_holds_wins_over_any_policy_until_it_is_over(home, keeper):
    talk = await sealed_talk(home)
    id_ = talk.record.call_id
    one = service(home, AUDIO, ROWS)
    if keeper == "open demand":
        register, demand = await demanded(home, id_)
    elif keeper == "open appeal":
        await link(home.database, "2026-7", id_, True, T0)
    else:
        hold = await one.hold(id_, AIGUL, "сот", None, T0)
    plan = await one.plan(LATER)
    assert ({}, {f"audio-year: {keeper}": 1}) == (dict(plan.goes), dict(plan.held))
    await one.apply(AIGUL, LATER, "тексеру")
    assert (1, 1, 1) == await left(home)
    if keeper == "open demand":
        for to, who in (
            (DemandState.APPROVED, DAULET),
            (DemandState.HANDED_OVER, AIGUL),
            (DemandState.ACKNOWLEDGED, AIGUL),
        ):
            await register.move(demand, to, who, T0, "жеткізілді")
    elif keeper == "open appeal":
        await link(home.database, "2026-7", id_, False, T0)
    else:
        await one.lift(hold, AIGUL, "сот аяқталды", LATER)
    await one.apply(AIGUL, LATER, "тексеру")
    assert (0, 0, 0) == await left(home)


async def test_a_hold_set_after_the_plan_was_read_still_wins(home):
    talk = await sealed_talk(home)
    one = service(home, AUDIO)
    going = [item async for item in one._expired(LATER)]
    await one.hold(talk.record.call_id, AIGUL, "сот", None, LATER)
    reading = SealedRecordings(home.database, home.keys, home.settings.sealed)
    assert await store.destroy(home.database, reading, holds(home), going[0], "run", LATER) is None
    assert 0 == await store.delete_rows(home.database, holds(home), [talk.record.call_id], LATER)
    assert (1, 1, 1) == await left(home)


async def test_a_hold_ends_at_its_date(home):
    talk = await sealed_talk(home)
    one = service(home, AUDIO)
    await one.hold(talk.record.call_id, AIGUL, "сот", LATER + timedelta(days=1), T0)
    assert {} == dict((await one.plan(LATER)).goes)
    assert {"audio-year": 1} == dict((await one.plan(LATER + timedelta(days=2))).goes)


async def test_a_file_that_outlived_a_crash_goes_with_the_next_run(home):
    await sealed_talk(home)
    one = service(home, AUDIO)
    going = [item async for item in one._expired(LATER)]
    reading = SealedRecordings(home.database, home.keys, home.settings.sealed)
    await store.destroy(
        home.database, reading, holds(home), going[0], "run", LATER
    )  # and then the power went
    assert (0, 1, 1) == await left(home)
    await one.apply(AIGUL, LATER, "тексеру")
    assert (0, 0, 1) == await left(home)


async def test_nothing_goes_without_a_reason(home):
    await sealed_talk(home)
    with pytest.raises(ReasonMissing):
        await service(home, AUDIO).apply(AIGUL, LATER, " ")
    assert (1, 1, 1) == await left(home)


def test_the_channel_event_log_is_rotated_once_a_day_and_goes_only_when_it_was_read(tmp_path):
    import os

    policy = RetentionPolicy(id="cel", what="channel_log", days=30, source="сынақ")
    home = EvidenceHome(tmp_path / "home", retention=(policy,))
    log = home.settings.cel_file
    log.parent.mkdir(parents=True)
    log.write_text("row\n")
    assert channel_log.rotate(home.settings, T0.replace(hour=20)) is None  # 01:00 in Almaty: not yet
    night = T0.replace(hour=22)  # 03:00 in Almaty
    aside = channel_log.rotate(home.settings, night)
    assert aside is not None
    log.write_text("row\n")
    assert channel_log.rotate(home.settings, night + timedelta(minutes=5)) is None
    old = (T0 - timedelta(days=1)).timestamp()
    os.utime(aside, (old, old))
    later = T0 + timedelta(days=31)
    (home.settings.home / "db").mkdir(exist_ok=True)
    mark = home.settings.home / "db" / "cel.mark"
    assert 0 == channel_log.expire(home.settings, later)  # nobody knows whether it was read
    mark.write_text(f"{aside.stat().st_ino} 0\n")
    assert 0 == channel_log.expire(home.settings, later)
    mark.write_text(f"{log.stat().st_ino} 0\n")
    assert 0 == channel_log.expire(home.settings, T0 + timedelta(days=20))
    assert 1 == channel_log.expire(home.settings, later)


class Inquiry:
    """A ground that retention has never heard of."""

    tables = ("calls",)

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id

    async def why(self, connection, call_ids, now):
        return {self._call_id: ("inquiry",)} if self._call_id in call_ids else {}

    async def periods(self, connection, now):
        return [period_of(self._call_id)]


async def test_who_answers_as_holds_keeps_calls_beside_all_others(home):
    talk = await sealed_talk(home)
    await sealed_talk(home, 2)
    id_ = talk.record.call_id
    both = AllHolds(Inquiry(id_), holds(home))
    sealed_ones = SealedRecordings(home.database, home.keys, home.settings.sealed)
    one = Retention(home.database, sealed_ones, both, (AUDIO, ROWS))
    await one.hold(id_, AIGUL, "сот", None, T0)
    assert ("appeal_contacts", "appeals", "calls", "demands", "holds", "registrations") == both.tables
    async with home.database.connect() as connection:
        assert {id_: ("inquiry", "manual hold")} == await both.why(connection, [id_, "another"], LATER)
        assert [period_of(id_)] * 2 == await both.periods(connection, LATER)
    assert (1, 1) == ((done := await one.apply(AIGUL, LATER, "тексеру")).recordings, done.calls)
    assert (1, 1, 1) == await left(home)
