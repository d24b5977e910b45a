"""One's own account and, for administrators, everybody's: each act in the access log, sessions ended."""

import pytest

from config.settings import Settings
from recordings.access.log import accesses
from tests.console_home import PASSWORD, console

FRESH = "тағы төрт ұзақ сөз"


@pytest.fixture
async def home(tmp_path):
    async with console(Settings(home=tmp_path / "home")) as home:
        yield home


async def post(client, home, mine, path, **form):
    data = {"csrf": mine.csrf, **form}
    return await client.post(path, data=data, headers=home.origin, allow_redirects=False)


async def told(home) -> list[tuple[str, str]]:
    rows = await accesses(home.services.reader._database, None, None, "", None, "", 100)
    return [(row.entry.subject, row.entry.reason) for row in rows if row.entry.action == "account"]


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(home):
    client, session = await home.signed_in("consultant")
    other, _ = await home.signed_in("consultant")
    new = {"password": FRESH, "again": FRESH}
    assert (await post(client, home, session, "/account/password", current="wrong", **new)).status == 401
    unequal = {**new, "again": "another one of words"}
    assert (await post(client, home, session, "/account/password", current=PASSWORD, **unequal)).status == 400
    weak = {"password": "password1234", "again": "password1234"}
    assert (await post(client, home, session, "/account/password", current=PASSWORD, **weak)).status == 400
    assert (await post(client, home, session, "/account/password", current=PASSWORD, **new)).status == 200
    assert (await client.get("/desk")).status == 200
    assert (await other.get("/desk", allow_redirects=False)).status == 303
    assert ("account consultant", "password changed") in await told(home)
    again = home.browser()
    form = {"login": "consultant", "password": FRESH}
    signed = await again.post("/sign-in", data=form, headers=home.origin, allow_redirects=False)
    assert signed.headers["Location"] == "/desk"


async def test_guessing_the_password_at_an_open_screen_is_slowed_down(home):
    client, session = await home.signed_in("consultant")
    statuses = [
        (await post(client, home, session, "/account/second-factor", current="wrong")).status
        for _ in range(11)
    ]
    assert statuses == [401] * 10 + [429]


async def test_sessions_are_listed_and_ended_one_or_all_but_never_anothers(home):
    client, session = await home.signed_in("supervisor")
    other, second = await home.signed_in("supervisor")
    stranger, theirs = await home.signed_in("consultant")
    text = await (await client.get("/account")).text()
    assert second.id in text and theirs.id not in text
    await post(client, home, session, "/account/end-session", session=theirs.id)
    assert (await stranger.get("/desk")).status == 200
    await post(client, home, session, "/account/end-session", session=second.id)
    assert (await other.get("/", allow_redirects=False)).status == 303
    third, _ = await home.signed_in("supervisor")
    await post(client, home, session, "/account/end-session", all="1")
    assert (await third.get("/", allow_redirects=False)).status == 303
    gone = await post(client, home, session, "/account/end-session", session=session.id)
    assert (gone.status, gone.headers["Location"]) == (303, "/sign-in")


async def test_a_second_factor_is_set_up_anew_and_the_old_one_counts_until_then(home):
    client, session = await home.signed_in("auditor")
    before = (await home.sign_in.accounts.find("auditor")).totp
    answer = await post(client, home, session, "/account/second-factor", current=PASSWORD)
    assert answer.headers["Location"] == "/enrol"
    assert (await home.sign_in.accounts.find("auditor")).totp == before
    text = await (await client.get("/enrol")).text()
    assert "data:image/svg+xml" in text
    half = max(await home.sign_in.sessions.all("auditor"), key=lambda one: one.began_at)
    assert (await post(client, home, half, "/enrol", code="000000")).status == 401
    assert (await client.get("/", allow_redirects=False)).headers["Location"] == "/enrol"


async def test_an_administrator_adds_an_account_whose_password_must_be_changed(home):
    client, session = await home.signed_in("administrator")
    answer = await post(
        client, home, session, "/accounts/add", login="nova", person="Жаңа Адам", role="supervisor",
        phone="s202", consultant="c101", language="ru",
    )  # fmt: skip
    text = await answer.text()
    password = text.split('<code class="key">')[1].split("</code>")[0]
    browser = home.browser()
    form = {"login": "nova", "password": password}
    signed = await browser.post("/sign-in", data=form, headers=home.origin, allow_redirects=False)
    assert signed.headers["Location"] == "/change"
    assert (await browser.get("/", allow_redirects=False)).headers["Location"] == "/change"
    [half] = await home.sign_in.sessions.all("nova")
    new = {"password": FRESH, "again": FRESH}
    assert (await post(browser, home, half, "/change", **new)).headers["Location"] == "/"
    kept = await home.sign_in.accounts.find("nova")
    assert (kept.account.phone, kept.account.consultant, kept.must_change) == ("s202", None, False)
    assert ("account nova", "added, supervisor") in await told(home)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"login": "supervisor", "person": "Б", "role": "auditor"}, "логинмен"),
        ({"login": "UPPER CASE", "person": "Б", "role": "auditor"}, "латын"),
        ({"login": "nova", "person": "", "role": "auditor"}, "80"),
        ({"login": "nova", "person": "Б", "role": "consultant"}, "консультанттың"),
        ({"login": "nova", "person": "Б", "role": "supervisor", "phone": "s201"}, "басқа есептік"),
        ({"login": "nova", "person": "Б", "role": "boss"}, "орындалмады"),
    ],
)
async def test_what_cannot_be_added_is_said_in_plain_words(home, form, said):
    client, session = await home.signed_in("administrator")
    answer = await post(client, home, session, "/accounts/add", **form)
    assert (answer.status, said in await answer.text()) == (400, True)


async def test_closing_an_account_ends_its_sessions_and_its_listening(home):
    client, session = await home.signed_in("administrator")
    theirs, _ = await home.signed_in("supervisor")
    await post(client, home, session, "/accounts/disable", login="supervisor")
    assert (await theirs.get("/", allow_redirects=False)).status == 303
    [(do, order)] = home.link.orders
    assert (do, order["phone"], order["closes"], order["by"]["role"]) == (
        "steer.spy_end", "s201", True, "administrator",
    )  # fmt: skip
    form = {"login": "supervisor", "password": PASSWORD}
    assert (await home.browser().post("/sign-in", data=form, headers=home.origin)).status == 401
    await post(client, home, session, "/accounts/enable", login="supervisor")
    signed = await home.browser().post("/sign-in", data=form, headers=home.origin, allow_redirects=False)
    assert signed.status == 303
    reasons = [what for about, what in await told(home) if about == "account supervisor"]
    assert reasons == ["disabled", "enabled"]


async def test_a_new_password_and_a_lost_authenticator(home):
    client, session = await home.signed_in("administrator")
    text = await (await post(client, home, session, "/accounts/password", login="auditor")).text()
    assert '<code class="key">' in text
    assert (await home.sign_in.accounts.find("auditor")).must_change
    await post(client, home, session, "/accounts/forget-second-factor", login="auditor")
    assert (await home.sign_in.accounts.find("auditor")).totp is None


@pytest.mark.parametrize("act", ["disable", "forget-second-factor", "password"])
async def test_nobody_does_this_to_their_own_account(home, act):
    client, session = await home.signed_in("administrator")
    assert (await post(client, home, session, f"/accounts/{act}", login="administrator")).status == 400
    kept = await home.sign_in.accounts.find("administrator")
    assert (kept.account.disabled, kept.totp is None) == (False, False)


async def test_an_account_that_is_not_there(home):
    client, session = await home.signed_in("administrator")
    assert (await post(client, home, session, "/accounts/disable", login="nobody")).status == 400


async def test_a_successor_gets_the_phone_of_whoever_was_closed(home):
    client, session = await home.signed_in("administrator")
    nova = {"login": "nova", "person": "Жаңа Адам", "role": "supervisor", "phone": "s201"}
    assert (await post(client, home, session, "/accounts/add", **nova)).status == 400
    await post(client, home, session, "/accounts/disable", login="supervisor")
    assert (await post(client, home, session, "/accounts/add", **nova)).status == 200
    assert (await post(client, home, session, "/accounts/enable", login="supervisor")).status == 400
    assert (await home.sign_in.accounts.find("supervisor")).account.disabled
