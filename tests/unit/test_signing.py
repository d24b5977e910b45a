"""Signing in: passwords, second factor, throttle, sessions; on a real database file and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from config.database import open_database
from config.settings import Person
from console.signing import passwords, second_factor
from console.signing.accounts import AccountRefused, new
from console.signing.service import Begun, Present, SignIn, Throttled, Wrong
from console.signing.throttle import OF_A_PAIR, OF_AN_ADDRESS, WINDOW, Throttle
from recordings.access_store import accesses
from recordings.keys import Keyring
from recordings.migrating import migrate

pytest_plugins = ("tests.postgres",)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PASSWORD = "төрт жақсы сөз тіркесі"


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
async def door(url, tmp_path):
    await migrate(url)
    keys = Keyring(tmp_path / "keys")
    keys.make()
    database, clock = open_database(url), Clock()
    door = SignIn(database, keys.numbers, clock)
    door.clock, door.database = clock, database
    kept = await door.passwords.hash(PASSWORD)
    for login, role, consultant in (
        ("sara", "supervisor", None),
        ("adam", "administrator", None),
        ("cora", "consultant", "c101"),
    ):
        account = new(login, login, role, consultant=consultant, phone=None, language="kk", people={})
        await door.accounts.add(account, kept, NOW)
    yield door
    await database.dispose()


async def signed_in(door, login="sara"):
    begun = await door.password(login, PASSWORD, "192.0.2.1")
    assert isinstance(begun, Begun)
    return begun


async def test_the_right_password_begins_a_session_and_a_wrong_one_none(door):
    begun = await signed_in(door)
    assert (await door.present(begun.token)).account.login == "sara"
    assert isinstance(await door.password("sara", "another one of words", "192.0.2.1"), Wrong)
    assert isinstance(await door.password("nobody", PASSWORD, "192.0.2.1"), Wrong)


async def test_the_database_holds_neither_token_nor_password(door):
    begun = await signed_in(door)
    rows = [*await door.sessions.all(), await door.accounts.find("sara")]
    assert all(begun.token not in str(row) and PASSWORD not in str(row) for row in rows)


async def test_each_sign_in_has_a_token_of_its_own(door):
    assert (await signed_in(door)).token != (await signed_in(door)).token


async def test_a_session_ends_by_idleness_by_age_by_order_and_with_the_account(door):
    begun = await signed_in(door)
    door.clock.now = NOW + timedelta(minutes=31)
    assert await door.present(begun.token) is None
    door.clock.now = NOW
    for _ in range(25):  # alive all day, but not for ever
        door.clock.now += timedelta(minutes=29)
        if (present := await door.present(begun.token)) is not None:
            await door.seen(present.session)
    assert await door.present(begun.token) is None
    door.clock.now = NOW
    ordered, closed = await signed_in(door), await signed_in(door, "cora")
    assert await door.sessions.end_all("sara") >= 1
    await door.accounts.change("cora", disabled=True)
    assert await door.present(ordered.token) is None
    assert await door.present(closed.token) is None
    assert isinstance(await door.password("cora", PASSWORD, "192.0.2.1"), Wrong)


async def test_an_administrator_enrols_and_then_needs_each_code_once(door):
    begun = await signed_in(door, "adam")
    assert begun.session.stage == "enrol"
    secret = second_factor.fresh()
    present = await door.present(begun.token)
    wrong = "000000" if pyotp.TOTP(secret).at(NOW) != "000000" else "111111"
    assert isinstance(await door.enrol(present, secret, wrong, "192.0.2.1"), Wrong)
    code = pyotp.TOTP(secret).at(NOW)
    assert (await door.enrol(present, secret, code, "192.0.2.1")).session.stage == "in"
    assert await door.present(begun.token) is None  # the half session's token is worth nothing any more
    door.clock.now += timedelta(seconds=60)
    again = await signed_in(door, "adam")
    assert again.session.stage == "code"
    half = Present(again.session, again.account)
    code = pyotp.TOTP(secret).at(door.clock.now)
    assert (await door.code(half, code, "192.0.2.1")).session.stage == "in"
    twice = await signed_in(door, "adam")
    assert isinstance(await door.code(Present(twice.session, twice.account), code, "192.0.2.1"), Wrong)


async def test_ten_wrong_passwords_close_one_door_and_no_other(door):
    for _ in range(OF_A_PAIR):
        assert isinstance(await door.password("sara", "wrong words again", "192.0.2.66"), Wrong)
    refused = await door.password("sara", PASSWORD, "192.0.2.66")
    assert isinstance(refused, Throttled)
    assert 0 < refused.seconds <= WINDOW
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.1"), Begun)
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.66", device="known"), Begun)
    door.clock.now += timedelta(seconds=WINDOW + 1)
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.66"), Begun)


async def test_what_happened_at_the_door_stands_in_the_access_log(door):
    begun = await signed_in(door)
    await door.password("sara", "wrong words again", "192.0.2.1")
    await door.password("my password by mistake", "wrong words again", "192.0.2.1")
    await door.out(await door.present(begun.token))
    rows = await accesses(door.database, None, None, "", None, "", 10)
    assert [row.entry.action for row in rows] == ["signed_in", "sign_in_refused", "signed_out"]


def test_an_office_full_of_people_is_not_counted_as_an_attack():
    throttle = Throttle()
    for number in range(3 * OF_AN_ADDRESS):
        assert throttle.wait(f"u{number}", "192.0.2.1", 0.0) == 0
        throttle.failed(f"u{number}", "192.0.2.1", 0.0)
        throttle.succeeded(f"u{number}", "192.0.2.1")


def test_an_address_that_tries_many_logins_is_closed():
    throttle = Throttle()
    for number in range(OF_AN_ADDRESS):
        throttle.failed(f"u{number}", "192.0.2.66", 0.0)
    assert throttle.wait("sara", "192.0.2.66", 1.0) > 0
    assert throttle.wait("sara", "device 1", 1.0) == 0


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "qwertyuiop12345"[:12],
        "aaaaaaaaaaaaaa",
        "123456789012",
        "йцукенгшщзхъ",
        "sara.bakylau1",
        "x" * 129,
        "adminadmin123",
        "abababababab",
    ],
)
def test_a_password_that_others_try_first_is_refused(password):
    with pytest.raises(passwords.PasswordRefused):
        passwords.check(password, login="sara.bakylau", person="Сара Бақылау")


@pytest.mark.parametrize("password", [PASSWORD, "correct horse battery staple", "қарлығаш ұшып кетті 7"])
def test_several_words_are_a_password(password):
    passwords.check(password, login="sara", person="Сара Бақылау")


PEOPLE = {"root": Person(person="Root", role="administrator")}


@pytest.mark.parametrize(
    ("login", "role", "wrong", "said"),
    [
        ("Sara", "supervisor", {}, "login"),
        ("sara", "boss", {}, "role"),
        ("sara", "consultant", {}, "names the consultant"),
        ("sara", "supervisor", {"consultant": "c101"}, "names the consultant"),
        ("sara", "consultant", {"consultant": "101"}, "c101"),
        ("sara", "auditor", {"phone": "s201"}, "phone"),
        ("sara", "supervisor", {"phone": "c101"}, "phone"),
        ("sara", "supervisor", {"language": "de"}, "language"),
        ("root", "supervisor", {}, "settings.toml"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_the_reason(login, role, wrong, said):
    asked = {"consultant": None, "phone": None, "language": "kk", "people": PEOPLE, **wrong}
    with pytest.raises(AccountRefused, match=said):
        new(login, "Сара", role, **asked)


def test_a_system_user_of_the_access_log_is_the_same_person():
    account = new("root", "", "", consultant=None, phone=None, language="kk", people=PEOPLE)
    assert (account.person, account.role) == ("Root", "administrator")
    assert replace(account, role="auditor").needs_second_factor
