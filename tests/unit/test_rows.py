"""Rows that a court may ask for stand in a chain: altered, deleted or planted ones are named, no other."""

import asyncio
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, insert, select, text, update

from appeals.bodies.service import Directory
from appeals.calendar.day import Day, DayKind
from appeals.calendar.service import Calendar
from appeals.handing_over import store as hand_overs
from appeals.model.appeal import NoCase
from appeals.model.body import Body, BodyContact, BodyKind, ChannelKind
from appeals.register.door import RegisterParts
from appeals.register.service import Register
from config.database import open_database
from config.evidence import FolderCopy
from config.utc_time import UtcTime
from console.identity.accounts import new
from console.identity.sessions import Session
from console.identity.store import AccountStore, SessionStore
from console.identity.tables import ACCOUNTS, EVERY, accounts
from engine.evidence.deliver_statements import StatementDelivery
from engine.evidence.services import EvidenceServices
from engine.evidence.verify_all import VerifiedCounts, all_faults
from recordings.demands import store as demands
from recordings.demands.demand import DemandState, Finding
from recordings.finding.registrations import link
from recordings.journal.alarming import alarm
from recordings.journal.migrating import migrate
from recordings.journal.writing import write
from recordings.model.access_entry import Actor
from recordings.model.entries import ConsultantState, ConsultantStint
from recordings.model.evidence_tables import row_chain
from recordings.model.link_quality import LinkHeard
from recordings.model.tables import calls
from recordings.retention import manual_holds
from recordings.retention import store as retention
from recordings.rows import service
from recordings.rows.adoption import complete
from recordings.rows.bound_tables import CALLS
from recordings.rows.entry import RowEntryKind
from recordings.rows.service import enter_new, entered, keyed
from recordings.rows.worker import Adoption
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome
from tests.register_home import LooseForm
from tests.unit.test_evidence_altered import alter

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")


async def fill(home: EvidenceHome) -> None:
    """Three rows or more in every table that is bound."""
    for number in range(1, 4):
        await home.talk(number)
        call = f"n1-{int(T0.timestamp() * 1000)}-{number}"
        await link(home.database, f"KZ-{number}/26", call, True, T0)
        assert await manual_holds.hold(home.database, call, AIGUL, "сұрау", None, T0) is not None
        await alarm(home.database, "recording_missing", call, T0)
        await retention.log_run(home.database, AIGUL, T0, {"run": number})
        async with home.database.begin() as connection:
            heard = LinkHeard(f"{call}-c1", "caller", 100, 1, 0.01, T0)
            stint = ConsultantStint(f"c10{number}", T0, "talking", call_id=call)
            state = ConsultantState(f"c10{number}", "state", "{}", T0)
            await write(connection, [stint, heard, state])
            id_ = await demand(connection, home, number)
            await demands.set_findings(connection, id_, [Finding(call, f"{call}-c1")])
            await demands.set_state(connection, id_, DemandState.SEARCHING)
        person = new(f"p{number}", "Біреу", "auditor", consultant=None, phone=None, language="kk", people={})
        await AccountStore(home.database).add(person, "hash", T0)
        assert await AccountStore(home.database).enrol(f"p{number}", f"h1:secret {number}", 0, again=False)
        await hand_over(home, await appeal(home, number, call), number)
        session = Session(f"{number:064}", f"p{number}", "in", "csrf", T0, T0, "127.0.0.1")
        assert await SessionStore(home.database).begin(session, "hash")
    await register(home)
    await Sealer(home.database, home.keys, home.settings).pass_once()
    for number in range(1, 4):
        await evidence(home).statements.nightly(
            T0.date() + timedelta(days=number), T0 + timedelta(days=number)
        )
    handing = StatementDelivery(home.database, lambda: evidence(home).statements, (elsewhere(home),))
    assert await handing.deliver("elsewhere", T0)
    await rows_of_the_rest(home)
    await evidence(home).statements.nightly(T0.date() + timedelta(days=4), T0 + timedelta(days=4))


async def rows_of_the_rest(home: EvidenceHome) -> None:
    """Of rooms whose services are not gone through here: rows of any words, entered as their stores do."""
    async with home.database.begin() as connection:
        for bound in EVERY:
            table = bound.table
            there = len((await connection.execute(select(table))).all())
            for number in range(there, 3):
                values = {
                    column.name: anything(column, number) for column in table.columns if not column.nullable
                }
                async with entered(connection, [(bound, [])]) as rows:
                    await connection.execute(insert(table).values(values))
                    rows.add(bound, tuple(values[name] for name in bound.key))


def anything(column: Column, number: int) -> object:
    if isinstance(column.type, UtcTime):
        return T0
    return {int: number + 1, bool: False}.get(column.type.python_type, f"x{number}")


async def appeal(home: EvidenceHome, number: int, call: str) -> int:
    """Of a year of its own, with a field that the history has and one that it has not yet."""
    keys, zone = (home.keys.appeals(), home.keys.numbers()), home.settings.zone
    register = Register(RegisterParts(home.database, *keys, LooseForm(), zone))
    draft = await register.draft_from_call(call, AIGUL, T0)
    await register.save_field(draft.id, "matter", "хат", 0, AIGUL, T0)
    await register.register(draft.id, AIGUL, T0 + timedelta(days=366 * (number - 1)))
    await register.save_field(draft.id, "topic", "4", 0, AIGUL, T0)
    await register.no_case(f"n1-{int(T0.timestamp() * 1000)}-{number + 20}", NoCase.JOKE, AIGUL, T0)
    return draft.id


async def hand_over(home: EvidenceHome, appeal_id: int, number: int) -> None:
    """Written down, with one try that left and the step that says so."""
    hide = home.keys.appeals().hide
    row = {
        "appeal_id": appeal_id, "number": f"{number}", "body": "b1", "rules": "[]", "urgent": True,
        "state": "sending", "due_at": T0, "why_then": "{}", "language": "kk", "pii_text": hide("хат"),
        "pii_data": hide("{}"), "pii_grounds": hide("{}"), "sha256": "0", "request_id": f"r{number}",
        "created_by": "aigul", "created_person": "Айгүл", "created_at": T0, "steps_done": 0,
    }  # fmt: skip
    async with home.database.begin() as connection:
        id_ = await hand_overs.add(connection, row)
        attempt = await hand_overs.add_attempt(connection, id_, ChannelKind.EMAIL, 1, f"m{number}", T0)
        await hand_overs.change_attempt(connection, attempt, {"pii_sent": hide("хат"), "state": "accepted"})
        await hand_overs.happened(connection, id_, AIGUL, T0, "confirmed", "", "sending")


async def demand(connection, home: EvidenceHome, number: int) -> int:
    row = {
        "authority": "informatisation", "basis": "A19", "letter_number": f"{number}",
        "letter_date": "2026-11-22",
        "pii_asked": home.keys.numbers().hide("хат"), "pii_criteria": home.keys.numbers().hide("{}"),
        "received_at": T0, "due_at": T0, "term_source": "basis", "responsible": "aigul",
        "registered_by": "aigul", "registered_at": T0, "state": "received",
    }  # fmt: skip
    table = demands.demands
    async with entered(connection, [(demands.DEMANDS, [])]) as rows:
        key = (await connection.execute(insert(table).values(row))).inserted_primary_key
        rows.add(demands.DEMANDS, tuple(key))
    await demands.add_event(connection, key[0], AIGUL, T0, "registered", "", "received", {})
    return int(key[0])


async def register(home: EvidenceHome) -> None:
    directory = Directory(home.database, home.keys.numbers(), lab=True)
    calendar = Calendar(home.database, home.settings.zone)
    for number in range(1, 4):
        contact = BodyContact(0, "", ChannelKind.TELEPHONE, f"+7700000000{number}", "кезекші", 1)
        body = Body(f"b{number}", BodyKind.LOCAL, "abai", "Мектеп", "Школа", contacts=(contact,))
        await directory.add(body, AIGUL, T0)
        await calendar.set([Day(T0.date() + timedelta(days=number), DayKind.HOLIDAY)], AIGUL, T0)


def elsewhere(home: EvidenceHome) -> FolderCopy:
    folder = home.settings.home / "elsewhere"
    folder.mkdir(exist_ok=True)
    return FolderCopy(kind="folder", id="elsewhere", folder=folder)


def evidence(home: EvidenceHome) -> EvidenceServices:
    return EvidenceServices(home.settings, home.database, home.keys)


async def found(home: EvidenceHome) -> list[str]:
    return [line async for line in all_faults(evidence(home), None, False, VerifiedCounts(), int)]


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    await fill(opened)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A home made once and copied for each test that breaks one."""

    async def make(home: EvidenceHome) -> Path:
        await fill(await home.open())
        await home.close()
        return home.settings.home

    return asyncio.run(make(EvidenceHome(tmp_path_factory.mktemp("filled") / "home")))


@pytest.fixture
async def lite(filled, tmp_path):
    opened = await EvidenceHome(Path(shutil.copytree(filled, tmp_path / "home"))).open()
    yield opened
    await opened.close()


async def test_rows_that_nobody_touched_are_not_accused(home):
    assert [] == await found(home)


@pytest.mark.parametrize("bound", EVERY, ids=lambda bound: bound.name)
@pytest.mark.parametrize("place", ["0", "1", "2"])
async def test_a_row_deleted_from_any_table_is_named_and_no_other(lite, bound, place):
    keys, table = ", ".join(bound.key), bound.table.name
    one = f"SELECT rowid FROM {table} ORDER BY {keys} LIMIT 1 OFFSET {place}"
    with sqlite3.connect(lite.settings.home / "db" / "journal.sqlite") as database:
        [gone] = database.execute(f"SELECT {bound.key[0]} FROM {table} WHERE rowid IN ({one})").fetchone()
    alter(lite, f"DELETE FROM {table} WHERE rowid IN ({one})")
    lines = await found(lite)
    assert [line for line in lines if line.startswith(f"{table} row {gone}") and line.endswith(": missing")]
    about = {f"{table} row {gone}"}
    if bound.name == "statements":
        about |= {f"statement {gone}", f"statement {int(gone) + 1}"}
    assert [] == [line for line in lines if not any(line.startswith(one) for one in about)]


CHANGES = {
    "calls": (
        "rating = 5",
        "caller = NULL",
        "caller = caller || '0'",
        "served_by = 'c999'",
        "caller_index = '2:x'",
    ),
    "connections": ("ended_at = answered_at", "party = 'c999'"),
    "call_moments": ("result = 'busy'", "party = 'c999'"),
    "recordings": ("seconds = seconds + 0.001", "state = 'missing'", "checks = 'x'"),
    "segments": ("caller_file = 'x'",),
    "recording_links": ("lost = 90", "jitter = 0.5"),
    "alarms": ("about = 'x'",),
    "consultant_stints": ("call_id = NULL", "missed = 1"),
    "demands": ("due_at = '2030-01-01 00:00:00.000000'", "responsible = 'x'", "pii_asked = 'басқа'"),
    "demand_events": ("system_user = 'x'", "person = 'x'", "at = '2030-01-01 00:00:00.000000'"),
    "demand_findings": ("recording_id = 'x'",),
    "holds": ("until = '2030-01-01 00:00:00.000000'", "reason = 'x'"),
    "registrations": ("open = 0",),
    "retention_runs": ("facts = '{}'",),
    "consultant_states": ("value = '{\"paused\": true}'", "at = '2030-01-01 00:00:00.000000'", "name = 'x'"),
    "statement_copies": ("at = '2030-01-01 00:00:00.000000'", "copy = 'x'"),
    "sessions": ("login = 'p9'", "stage = 'code'", "address = 'x'"),
    "calendar_days": ("kind = 'ordinary'", "name_ru = 'x'", "day = '2026-12-31'"),
    "calendar_events": ("person = 'x'", "before = 'x'"),
    "bodies": ("above = 'b3'", "hours = '1 09:00-10:00'", "closed = 1", "topics = '4'"),
    "body_contacts": ("place = 2", "pii_address = '102'", "body = 'b3'", "example = 1"),
    "body_events": ("person = 'x'", "pii_after = 'x'"),
    "appeals": ("state = 'closed'", "owner = 'x'", "number = '1'", "due_source = 'x'"),
    "appeal_values": ("pii_text = 'h1:x'", "system_user = 'x'", "version = 9"),
    "appeal_events": ("pii_after = 'x'", "system_user = 'x'", "at = '2030-01-01 00:00:00.000000'"),
    "appeal_contacts": ("call_id = 'x'", "kind = 'letter'"),
    "no_case_contacts": ("kind = 'thanks'",),
    "appeal_numbers": ("last = 9",),
    "hand_overs": ("state = 'answered'", "sha256 = 'x'", "pii_text = 'h1:x'", "answer = 'confirmed'"),
    "hand_over_attempts": ("state = 'planned'", "message_id = 'x'", "pii_sent = 'h1:x'"),
    "hand_over_events": ("step = 'x'", "person = 'x'", "facts = '[]'"),
    "accounts": ("role = 'administrator'", "password_hash = 'x'", "disabled = 1"),
}


@pytest.mark.parametrize("table, change", [(table, one) for table in CHANGES for one in CHANGES[table]])
async def test_a_row_altered_in_any_column_is_named_and_no_other(lite, table, change):
    alter(lite, f"UPDATE {table} SET {change} WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1 OFFSET 1)")
    lines = await found(lite)
    assert lines
    rekeyed = ("alarms", "demand_findings", "consultant_states", "statement_copies", "calendar_days")
    assert 1 == len({line.rpartition(":")[0] for line in lines}) or table in rekeyed
    assert all(line.startswith(f"{table} row ") for line in lines)


async def test_two_rows_with_their_contents_exchanged_are_both_named(lite):
    alter(
        lite,
        *(f"UPDATE demand_events SET seq = {to} WHERE seq = {seq}" for seq, to in ((1, 99), (3, 1), (99, 3))),
    )
    assert ["demand_events row 1: changed", "demand_events row 3: changed"] == await found(lite)


async def test_a_planted_row_is_named(lite):
    alter(lite, "INSERT INTO holds (subject, person, system_user, reason, set_at) VALUES ('x', 'x', 'x', 'x', '2026-11-22 00:00:00.000000')")  # fmt: skip  # noqa: E501
    assert ["holds row 4: was never entered: put there by another hand"] == await found(lite)


async def test_what_another_hand_changed_is_not_covered_by_our_next_write(home):
    """The tamperer's change would else be entered as ours with the next lawful one."""
    async with home.database.connect() as connection:
        await connection.execute(text("UPDATE holds SET reason = 'x' WHERE id = 2"))
        await connection.commit()
    assert await manual_holds.lift(home.database, 2, AIGUL, "біткен", T0)
    [line] = await found(home)
    assert line.startswith("holds row 2: was changed by another hand before ")


async def test_an_entry_without_the_homes_keys_is_named(lite):
    """Who has the database alone can compute hashes, but no marks."""
    with sqlite3.connect(lite.settings.home / "db" / "journal.sqlite") as database:
        last = database.execute("SELECT max(seq) FROM row_chain").fetchone()[0]
    other = EvidenceHome(lite.settings.home.parent / "other")
    forged = keyed(open_database(lite.settings.database), other.keys.numbers)
    assert await manual_holds.lift(forged, 1, AIGUL, "x", T0)
    await forged.dispose()
    lines = await found(lite)
    # It could not even say truly how the row stood before.
    assert [
        f"row chain row {seq}: was not made with this home's keys" for seq in (last + 1, last + 2)
    ] == lines


@pytest.mark.parametrize(
    "column", ["kind", "table_name", "row_key", "at", "digest", "previous", "hash", "mark"]
)
async def test_an_altered_entry_is_named_and_not_its_row(lite, column):
    place = f"CASE substr({column}, 2, 1) WHEN '0' THEN '1' ELSE '0' END"
    query = "SELECT seq FROM row_chain WHERE table_name = 'retention_runs' ORDER BY seq DESC LIMIT 1"
    with sqlite3.connect(lite.settings.home / "db" / "journal.sqlite") as database:
        [seq] = database.execute(query).fetchone()
    alter(lite, f"UPDATE row_chain SET {column} = substr({column}, 1, 1) || {place} || substr({column}, 3) WHERE seq = {seq}")  # fmt: skip  # noqa: E501
    lines = await found(lite)
    assert any(line.startswith(f"row chain row {seq}: ") for line in lines)


async def test_the_chain_of_rows_cut_off_is_named_by_the_statement(lite):
    with sqlite3.connect(lite.settings.home / "db" / "journal.sqlite") as database:
        [last] = database.execute("SELECT max(seq) FROM row_chain").fetchone()
    alter(lite, *(f"DELETE FROM row_chain WHERE seq = {seq}" for seq in (last, last - 1, last - 2)))
    lines = await found(lite)
    assert f"row chain row {last - 1}: cut" in lines


async def test_lawful_deletion_is_no_fault_and_its_return_is(lite):
    call = f"n1-{int(T0.timestamp() * 1000)}-1"
    async with lite.database.begin() as connection:
        rows = [(retention.CALLS, [(call,)])]
        kept = dict((await connection.execute(select(calls).where(calls.c.call_id == call))).mappings().one())
        async with entered(connection, rows):
            for table in ("connections", "call_moments"):
                await connection.execute(text(f"DELETE FROM {table} WHERE call_id = '{call}'"))
            await connection.execute(calls.delete().where(calls.c.call_id == call))
    names = [line for line in await found(lite) if not line.startswith(("connections", "call_moments"))]
    assert [] == names
    with sqlite3.connect(lite.settings.home / "db" / "journal.sqlite") as database:
        at = "2026-11-22 00:00:00.000000"
        database.execute("INSERT INTO calls (call_id, arrived_at, rating_asked, survived) VALUES (?, ?, 0, 0)", (kept["call_id"], at))  # fmt: skip  # noqa: E501
    assert f"calls row {call}: was removed, and is there again" in await found(lite)


async def test_a_second_factor_put_in_the_place_of_another_is_named(lite):
    """Bound as present or absent alone, it was not: who puts his own there signs in as somebody else."""
    alter(
        lite, "UPDATE accounts SET totp = (SELECT totp FROM accounts WHERE login = 'p3') WHERE login = 'p1'"
    )
    assert ["second_factors row p1: changed"] == await found(lite)


async def test_a_session_is_entered_as_it_begins_and_ends(home):
    kept = SessionStore(home.database)
    after = Session("a" * 64, "p1", "in", "csrf", T0, T0, "127.0.0.1")
    assert await kept.begin(after, "hash", f"{1:064}")
    assert not await kept.begin(after, "hash", f"{1:064}")  # ended meanwhile
    await kept.seen(after.id, T0 + timedelta(minutes=1))
    assert await kept.end(after.id, "p1")
    assert not await kept.end(after.id)
    half = Session("b" * 64, "p2", "code", "csrf", T0, T0, "127.0.0.1")
    assert await kept.begin(half, "hash")
    await kept.end_halves("p2", "")
    assert 1 == await kept.end_all("p2")
    late = Session("c" * 64, "p3", "in", "csrf", T0 + timedelta(days=2), T0 + timedelta(days=2), "127.0.0.1")
    assert await kept.begin(late, "hash")
    assert [late.id] == [one.id for one in await kept.all()]
    assert [] == await found(home)


async def test_a_session_that_another_hand_began_is_named_for_good(lite):
    alter(lite, f"INSERT INTO sessions SELECT '{'d' * 64}', 'p1', stage, csrf, began_at, seen_at, address FROM sessions LIMIT 1")  # fmt: skip  # noqa: E501
    assert [f"sessions row {'d' * 64}: was never entered: put there by another hand"] == await found(lite)
    assert 2 == await SessionStore(lite.database).end_all("p1")
    [line] = await found(lite)
    assert line.startswith(f"sessions row {'d' * 64}: was changed by another hand before ")


async def test_a_quiet_night_hands_out_statements_and_makes_no_other(home):
    """Where a statement was handed to is a row of the chain, and no reason for the next statement."""
    statements = evidence(home).statements
    made = len(await statements.all())
    assert await StatementDelivery(home.database, lambda: statements, (elsewhere(home),)).deliver(
        "elsewhere", T0
    )
    assert made == (await statements.interim(T0 + timedelta(days=5))).seq
    assert [] == await found(home)


async def test_rows_of_tables_bound_later_are_adopted_once(url, tmp_path):
    """A home whose rows are in the chain already, but for those that were bound with revision 0009."""
    home = EvidenceHome(tmp_path / "home", database_url=url)
    await migrate(home.settings.database, "0008")
    at = "2026-11-22 00:00:00+00:00" if "postgresql" in url else "2026-11-22 00:00:00.000000"
    home.database = database = keyed(open_database(home.settings.database), home.keys.numbers)
    await evidence(home).statements.nightly(T0.date(), T0)
    async with database.begin() as connection:
        await complete(connection, home.keys.numbers(), "")
        async with entered(connection, [(ACCOUNTS, [("p1",)])]):
            await connection.execute(text(f"INSERT INTO accounts (login, person, role, language, password_hash, totp, totp_used, disabled, made_at, must_change) VALUES ('p1', 'x', 'auditor', 'kk', 'x', 'h1:x', 0, false, '{at}', false)"))  # fmt: skip  # noqa: E501
        await connection.execute(
            text(f"INSERT INTO consultant_states VALUES ('c101', 'state', '{{}}', '{at}')")
        )
        await connection.execute(text(f"INSERT INTO statement_copies VALUES ('folder', 1, '{at}')"))
        await connection.execute(text(f"INSERT INTO sessions VALUES ('{'a' * 64}', 'p1', 'in', 'x', '{at}', '{at}', 'x')"))  # fmt: skip  # noqa: E501
    await database.dispose()
    await home.open()
    checked = VerifiedCounts()
    lines = [line async for line in all_faults(evidence(home), None, False, checked, int)]
    assert ([], 1) == (lines, len(checked.rows.notes))
    await Adoption(home.database, EVERY).run(0)
    assert 0 == await Adoption(home.database, EVERY).run(0)
    async with home.database.connect() as connection:
        query = select(row_chain.c.table_name, row_chain.c.kind).where(
            row_chain.c.kind == RowEntryKind.ADOPTED
        )
        adopted = sorted(row[0] for row in await connection.execute(query))
    assert ["consultant_states", "second_factors", "sessions", "statement_copies"] == adopted
    assert [] == await found(home)
    async with home.database.connect() as connection:
        await connection.execute(text("UPDATE consultant_states SET value = 'x'"))
        await connection.execute(text("UPDATE accounts SET totp = 'h1:y'"))
        await connection.execute(text("DELETE FROM statement_copies"))
        await connection.execute(text("UPDATE sessions SET login = 'p2'"))
        await connection.commit()
    changed = ["consultant_states row c101 state: changed", "second_factors row p1: changed"]
    gone = [f"sessions row {'a' * 64}: changed", "statement_copies row folder 1: missing"]
    assert [*changed, *gone] == sorted(await found(home))
    await home.close()


async def test_rows_from_before_are_adopted_once(url, tmp_path):
    home = await EvidenceHome(tmp_path / "home", database_url=url).open()
    await home.talk(1)
    async with home.database.connect() as connection:  # as an older version left it
        await trigger_off(connection)
        await connection.execute(text("DELETE FROM row_chain"))
        await connection.execute(text("UPDATE rows_before SET count = 1 WHERE table_name = 'calls'"))
        await connection.commit()
    checked = VerifiedCounts()
    lines = [line async for line in all_faults(evidence(home), None, False, checked, int)]
    assert ([], 1) == (lines, len(checked.rows.notes))
    await Adoption(home.database, EVERY).run(0)
    async with home.database.connect() as connection:
        kinds = list(await connection.scalars(select(row_chain.c.kind).order_by(row_chain.c.seq)))
        await connection.execute(text("UPDATE calls SET rating = 1"))
        await connection.commit()
    assert [RowEntryKind.ADOPTED] * (len(kinds) - 2) + [RowEntryKind.COMPLETE] * 2 == kinds
    assert 4 <= len(kinds)
    assert 0 == await Adoption(home.database, EVERY).run(0)
    assert [f"calls row n1-{int(T0.timestamp() * 1000)}-1: changed"] == await found(home)
    await home.close()


async def trigger_off(connection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("ALTER TABLE row_chain DISABLE TRIGGER ALL"))
        return
    for name in ("update", "delete", "replace"):
        await connection.execute(text(f"DROP TRIGGER row_chain_no_{name}"))


async def test_a_home_that_began_with_the_chain_adopts_nothing(lite):
    alter(lite, "INSERT INTO holds (subject, person, system_user, reason, set_at) VALUES ('x', 'x', 'x', 'x', '2026-11-22 00:00:00.000000')")  # fmt: skip  # noqa: E501
    await Adoption(lite.database, EVERY).run(0)
    assert ["holds row 4: was never entered: put there by another hand"] == await found(lite)


async def test_the_same_written_twice_is_one_entry(home):
    async with home.database.connect() as connection:
        before = await connection.scalar(select(row_chain.c.seq).order_by(row_chain.c.seq.desc()).limit(1))
    await alarm(home.database, "recording_missing", f"n1-{int(T0.timestamp() * 1000)}-1", T0)
    async with home.database.connect() as connection:
        assert before == await connection.scalar(
            select(row_chain.c.seq).order_by(row_chain.c.seq.desc()).limit(1)
        )


async def test_many_new_rows_are_entered_as_if_written_one_by_one(home):
    values = {column.name: None for column in calls.c}
    rows = [
        {**values, "call_id": f"g{n}", "arrived_at": T0, "rating_asked": False, "survived": False}
        for n in range(700)
    ]
    async with home.database.begin() as connection:
        await enter_new(connection, CALLS, rows)
    assert [] == await found(home)


async def test_a_writer_that_forgets_the_chain_is_noticed(lite, monkeypatch):
    told = []
    monkeypatch.setattr(service, "unentered", told.append)
    database = keyed(open_database(lite.settings.database), lite.keys.numbers, EVERY)
    async with database.begin() as connection:
        await connection.execute(update(calls).values(caller_index="2:x"))  # says nothing new
        await connection.execute(update(accounts).values(totp_used=5))
        assert [] == told
        await connection.execute(update(calls).values(rating=1))
    await database.dispose()
    assert ["calls"] == told


@pytest.mark.parametrize(
    "change",
    [
        "calls SET arrived_at = 'garbage'",
        "calls SET caller = x'00ff'",
        "calls SET caller = 'h1:!'",
        "recordings SET seconds = 'long'",
        "holds SET reason = x'00'",
        "row_chain SET row_key = '[x'",
        "row_chain SET row_key = '[\"x\",99999999999999999999]'",
    ],
)
async def test_what_no_column_can_hold_is_named_and_ends_no_verification(lite, change):
    table = change.split()[0]
    alter(lite, f"UPDATE {change} WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1 OFFSET 1)")
    lines = await found(lite)
    name = "row chain" if table == "row_chain" else table
    assert any(line.startswith(f"{name} row ") for line in lines)


async def test_what_the_console_enters_without_the_number_keys_is_ours(lite):
    console = keyed(open_database(lite.settings.database), lite.keys.second_factors, EVERY)
    assert await AccountStore(console).enrol("p1", lite.keys.second_factors().hide("secret"), 1, again=True)
    await AccountStore(console).change("p2", disabled=True)
    await console.dispose()
    assert [] == await found(lite)


async def test_without_the_key_of_rows_they_are_written_and_named(lite):
    (lite.settings.keys_dir / "rows.key").rename(lite.settings.keys_dir / "elsewhere")
    keyless = keyed(open_database(lite.settings.database), lite.keys.numbers, EVERY)
    await alarm(keyless, "recording_missing", "x", T0)
    await keyless.dispose()
    (lite.settings.keys_dir / "elsewhere").rename(lite.settings.keys_dir / "rows.key")
    [line] = await found(lite)
    assert line.startswith("alarms row recording_missing x ")
