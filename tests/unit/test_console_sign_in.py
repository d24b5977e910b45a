"""Signing in: passwords, second factor, throttle, sessions; on a real database file and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from config.database import open_database
from config.settings import Person
from console.identity import passwords, second_factor
from console.identity.accounts import AccountRefused, new
from console.identity.current_user import SessionLookup
from console.identity.passwords import Passwords
from console.identity.results import CurrentUser, DatabaseUnavailable, Rejected, SessionStarted, Throttled
from console.identity.sign_in import WRONG_CODES, SignIn
from console.identity.sign_in_throttle import (
    OF_A_PAIR,
    OF_AN_ADDRESS,
    OF_STRANGERS,
    WHILE_GUESSED,
    WINDOW,
    SignInAttempt,
    Throttle,
)
from recordings.access.log import accesses
from recordings.privacy.keyring import Keyring
from tests.cheap import CHEAP, prepared

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
    await prepared(url)
    keys = Keyring(tmp_path / "keys")
    keys.make()
    database, clock = open_database(url), Clock()
    door = SignIn(database, keys.second_factors, clock, Passwords(CHEAP))
    door.clock, door.database = clock, database
    door.users = SessionLookup(door.accounts, door.sessions, clock)
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
    assert isinstance(begun, SessionStarted)
    return begun


async def test_the_right_password_begins_a_session_and_a_wrong_one_none(door):
    begun = await signed_in(door)
    assert (await door.users.find(begun.token)).account.login == "sara"
    assert isinstance(await door.password("sara", "another one of words", "192.0.2.1"), Rejected)
    assert isinstance(await door.password("nobody", PASSWORD, "192.0.2.1"), Rejected)


async def test_the_database_holds_neither_token_nor_password(door):
    begun = await signed_in(door)
    rows = [*await door.sessions.all(), await door.accounts.find("sara")]
    assert all(begun.token not in str(row) and PASSWORD not in str(row) for row in rows)


async def test_each_sign_in_has_a_token_of_its_own(door):
    assert (await signed_in(door)).token != (await signed_in(door)).token


async def test_a_session_ends_by_idleness_by_age_by_order_and_with_the_account(door):
    begun = await signed_in(door)
    door.clock.now = NOW + timedelta(minutes=31)
    assert await door.users.find(begun.token) is None
    door.clock.now = NOW
    for _ in range(25):  # alive all day, but not for ever
        door.clock.now += timedelta(minutes=29)
        if (present := await door.users.find(begun.token)) is not None:
            await door.users.seen(present.session)
    assert await door.users.find(begun.token) is None
    door.clock.now = NOW
    ordered, closed = await signed_in(door), await signed_in(door, "cora")
    assert await door.sessions.end_all("sara") >= 1
    await door.accounts.change("cora", disabled=True)
    assert await door.users.find(ordered.token) is None
    assert await door.users.find(closed.token) is None
    assert isinstance(await door.password("cora", PASSWORD, "192.0.2.1"), Rejected)


async def test_an_administrator_enrols_and_then_needs_each_code_once(door):
    begun = await signed_in(door, "adam")
    assert begun.session.stage == "enrol"
    secret = second_factor.offered(b"key", begun.session.id)
    present = await door.users.find(begun.token)
    wrong = "000000" if pyotp.TOTP(secret).at(NOW) != "000000" else "111111"
    assert isinstance(await door.enrol(present, secret, wrong, "192.0.2.1"), Rejected)
    code = pyotp.TOTP(secret).at(NOW)
    assert (await door.enrol(present, secret, code, "192.0.2.1")).session.stage == "in"
    assert await door.users.find(begun.token) is None  # the half session's token is worth nothing any more
    door.clock.now += timedelta(seconds=60)
    again = await signed_in(door, "adam")
    assert again.session.stage == "code"
    half = CurrentUser(again.session, again.account)
    code = pyotp.TOTP(secret).at(door.clock.now)
    assert (await door.code(half, code, "192.0.2.1")).session.stage == "in"
    twice = await signed_in(door, "adam")
    assert isinstance(await door.code(CurrentUser(twice.session, twice.account), code, "192.0.2.1"), Rejected)


async def test_ten_wrong_passwords_close_one_door_and_no_other(door):
    for _ in range(OF_A_PAIR):
        assert isinstance(await door.password("sara", "wrong words again", "192.0.2.66"), Rejected)
    refused = await door.password("sara", PASSWORD, "192.0.2.66")
    assert isinstance(refused, Throttled)
    assert 0 < refused.seconds <= WINDOW
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.1"), SessionStarted)
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.66", device="known"), SessionStarted)
    door.clock.now += timedelta(seconds=WINDOW + 1)
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.66"), SessionStarted)


async def test_what_happened_at_the_door_stands_in_the_access_log(door):
    begun = await signed_in(door)
    await door.password("sara", "wrong words again", "192.0.2.1")
    await door.password("my password by mistake", "wrong words again", "192.0.2.7")
    await door.sign_out(await door.users.find(begun.token))
    rows = [row.entry for row in await accesses(door.database, None, None, "", None, "", 10)]
    told = ["signed_in", "sign_in_refused", "sign_in_refused", "signed_out"]
    assert [row.action for row in rows] == told
    assert [(row.subject, row.reason) for row in rows[1:3]] == [
        ("account sara", "from 192.0.2.1"), ("account unknown", "from 192.0.2.7"),
    ]  # fmt: skip
    assert "mistake" not in str(rows)


async def test_who_is_told_to_wait_stands_in_the_access_log_once(door):
    for _ in range(OF_A_PAIR + 5):
        await door.password("sara", "wrong words again", "192.0.2.66")
    rows = [row.entry.reason for row in await accesses(door.database, None, None, "", None, "", 50)]
    assert rows == ["from 192.0.2.66"] * OF_A_PAIR + ["too many, from 192.0.2.66"]


async def test_a_whole_shift_signs_in_at_one_moment_from_one_address(door):
    door.passwords.fits = _right
    begun = await asyncio.gather(*(door.password("sara", PASSWORD, "192.0.2.1") for _ in range(9)))
    assert all(isinstance(one, SessionStarted) for one in begun)


async def _right(password, kept):
    await asyncio.sleep(0.01)
    return kept is not None


def attempt(throttle, one, now=0.0, *, right=False):
    """The seconds to wait; 0: it was looked at, and was wrong unless `right`."""
    wait = throttle.begin(one, now)
    if not wait:
        (throttle.succeeded(one) if right else throttle.failed(one, now))
        throttle.ended(one)
    return wait


def test_an_office_full_of_people_is_not_counted_as_an_attack():
    throttle = Throttle()
    for number in range(3 * OF_AN_ADDRESS):
        assert attempt(throttle, SignInAttempt(f"u{number}", "192.0.2.1"), right=True) == 0
    flying = [SignInAttempt(f"u{number}", "192.0.2.1") for number in range(OF_AN_ADDRESS + 10)]
    assert [throttle.begin(one, 0.0) for one in flying] == [0.0] * len(flying)


def test_an_address_that_tries_many_logins_is_closed_and_a_known_browser_there_is_not():
    throttle = Throttle()
    for number in range(OF_AN_ADDRESS):
        attempt(throttle, SignInAttempt(f"u{number}", "192.0.2.66"))
    assert attempt(throttle, SignInAttempt("sara", "192.0.2.66"), 1.0) > 0
    assert attempt(throttle, SignInAttempt("sara", "192.0.2.66", "known"), 1.0) == 0


def test_strangers_who_guess_at_a_login_close_it_for_themselves_and_not_for_its_owners_first_sign_in():
    throttle = Throttle()
    for number in range(OF_STRANGERS):
        assert attempt(throttle, SignInAttempt("sara", f"192.0.2.{number}")) == 0
    assert attempt(throttle, SignInAttempt("sara", "198.51.100.7")) == 0
    assert attempt(throttle, SignInAttempt("sara", "198.51.100.7"), right=True) == 0
    assert attempt(throttle, SignInAttempt("sara", "192.0.2.9", "known")) == 0


def test_a_login_that_is_guessed_at_from_everywhere_is_tried_three_times_an_hour_from_each_address():
    throttle = Throttle()
    for number in range(OF_STRANGERS):
        attempt(throttle, SignInAttempt("sara", f"192.0.2.{number}"))
    tried = [attempt(throttle, SignInAttempt("sara", "198.51.100.7")) for _ in range(20)]
    assert sum(wait == 0 for wait in tried) == WHILE_GUESSED
    at_once = [throttle.begin(SignInAttempt("sara", "198.51.100.8"), 0.0) for _ in range(20)]
    assert sum(wait == 0 for wait in at_once) == WHILE_GUESSED
    assert attempt(throttle, SignInAttempt("sara", "198.51.100.7"), 3601.0) == 0


def test_many_tries_at_once_are_no_way_round():
    throttle = Throttle()
    tries = [SignInAttempt("sara", "192.0.2.66")] * (2 * OF_A_PAIR)
    assert sum(throttle.begin(one, 0.0) == 0 for one in tries) == OF_A_PAIR


def test_no_login_can_be_written_so_that_it_closes_another_key():
    throttle = Throttle()
    for name in ("sara code", "pair", "device known", ""):
        for _ in range(OF_A_PAIR):
            attempt(throttle, SignInAttempt(name, "192.0.2.66"))
    assert attempt(throttle, SignInAttempt("sara", "192.0.2.1")) == 0


async def enrolled(door, login="adam"):
    """The account's secret."""
    begun = await signed_in(door, login)
    secret = second_factor.offered(b"key", begun.session.id)
    half = await door.users.find(begun.token)
    await door.enrol(half, secret, pyotp.TOTP(secret).at(door.clock.now), "192.0.2.1")
    door.clock.now += timedelta(seconds=60)
    return secret


async def test_of_two_enrolments_the_first_one_wins(door):
    mine, theirs = await signed_in(door, "adam"), await signed_in(door, "adam")
    secrets = [second_factor.offered(b"key", one.session.id) for one in (mine, theirs)]
    halves = [await door.users.find(one.token) for one in (mine, theirs)]
    codes = [pyotp.TOTP(secret).at(NOW) for secret in secrets]
    assert isinstance(await door.enrol(halves[0], secrets[0], codes[0], "192.0.2.1"), SessionStarted)
    kept = (await door.accounts.find("adam")).totp
    assert isinstance(await door.enrol(halves[1], secrets[1], codes[1], "192.0.2.66"), Rejected)
    assert (await door.accounts.find("adam")).totp == kept
    assert await door.users.find(theirs.token) is None


@pytest.mark.parametrize("change", [{"password_hash": "another"}, {"disabled": True}])
async def test_a_sign_in_under_way_does_not_survive_a_new_password_or_a_closed_account(door, change):
    async def fits(password, kept):
        await door.accounts.change("sara", **change)
        await door.sessions.end_all("sara")
        return True

    door.passwords.fits = fits
    assert isinstance(await door.password("sara", PASSWORD, "192.0.2.1"), Rejected)
    assert await door.sessions.all("sara") == []


async def test_a_code_is_worth_nothing_once_its_half_session_was_ended(door):
    secret = await enrolled(door)
    half = await signed_in(door, "adam")
    present = await door.users.find(half.token)
    await door.sessions.end_all("adam")
    code = pyotp.TOTP(secret).at(door.clock.now)
    assert isinstance(await door.code(present, code, "192.0.2.1"), Rejected)
    assert await door.sessions.all("adam") == []


async def test_five_wrong_codes_end_the_half_session(door):
    await enrolled(door)
    half = await signed_in(door, "adam")
    present = await door.users.find(half.token)
    for _ in range(WRONG_CODES):
        assert isinstance(await door.code(present, "000000", "192.0.2.1"), Rejected)
    assert await door.users.find(half.token) is None


async def test_guesses_from_the_same_address_do_not_close_the_code_step(door):
    secret = await enrolled(door)
    for number in range(OF_AN_ADDRESS):
        await door.password(f"u{number}", "wrong words again", "192.0.2.1")
    half = await door.password("adam", PASSWORD, "192.0.2.1", device="known")
    code = pyotp.TOTP(secret).at(door.clock.now)
    present = await door.users.find(half.token)
    assert isinstance(await door.code(present, code, "192.0.2.1", device="known"), SessionStarted)


async def test_a_password_somebody_else_chose_is_changed_before_anything_else(door):
    await door.accounts.change("cora", must_change=True)
    begun = await signed_in(door, "cora")
    assert begun.session.stage == "change"
    present = await door.users.find(begun.token)
    with pytest.raises(passwords.PasswordRefused):
        await door.replace_given_password(present, "short", "192.0.2.1")
    whole = await door.replace_given_password(present, "тағы төрт ұзақ сөз", "192.0.2.1")
    assert whole.session.stage == "in"
    assert await door.users.find(begun.token) is None
    assert isinstance(await door.password("cora", PASSWORD, "192.0.2.1"), Rejected)


async def test_while_the_database_is_away_who_was_in_stays_in_and_nobody_else_comes(door):
    begun, stranger = await signed_in(door), await signed_in(door)
    assert await door.users.find(begun.token)

    async def away(_):
        raise OSError

    door.sessions.find = away
    assert (await door.users.find(begun.token)).account.login == "sara"
    with pytest.raises(DatabaseUnavailable):
        await door.users.find(stranger.token)
    door.clock.now += timedelta(hours=13)
    assert await door.users.find(begun.token) is None


async def test_browsers_that_knew_an_older_password_are_strangers_again(door):
    before = await door.password_version("sara")
    await door.accounts.change("sara", password_hash="another")
    assert await door.password_version("sara") != before
    assert await door.password_version("nobody") == ""


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
        "qazwsxedcrfv",
        "P@ssw0rd1234",
        "manchesterunited",
        "qwe123qwe123",
        "қазақстан2026!",
        "люблюлюблю12",
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
