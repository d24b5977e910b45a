"""Every route with every role and with nobody; CSRF, fixation, brute force, headers (ASVS level 2)."""

import pytest
from aiohttp import web

from config.rights import Right, may
from config.settings import Settings
from console.app import build, routes
from console.http.routes import RouteAccess
from console.identity.sign_in_throttle import OF_A_PAIR
from tests.console_home import PASSWORD, ROLES, console


@pytest.fixture
async def home(tmp_path):
    async with console(Settings(home=tmp_path / "home")) as home:
        yield home


def url(path: str) -> str:
    return path.replace("{name}", "console.css").replace("{id}", "1").replace("{hand_over}", "1")


STREAMS = tuple(route for route in routes() if route.path.startswith("/stream/"))
ENDS_IT = ("/sign-out", "/language", "/sign-in", "/code", "/enrol", "/change")


async def test_every_route_opens_for_the_roles_that_have_its_right_and_for_nobody_else(home):
    seen = set()
    for role in ROLES:
        client, session = await home.signed_in(role)
        for route in routes():
            if route in STREAMS or route.path in ENDS_IT or not isinstance(route.needs, Right):
                continue
            asked = await client.request(
                route.method, url(route.path), headers={**home.origin, "X-CSRF": session.csrf},
                allow_redirects=False,
            )  # fmt: skip
            allowed = may(role, route.needs)
            turned_away = asked.status == 403 or asked.headers.get("Location") == "/desk"
            assert turned_away != allowed, (role, route.method, route.path, asked.status)
            seen.add((route.method, route.path))
    assert len(seen) == sum(isinstance(route.needs, Right) for route in routes()) - len(STREAMS)


@pytest.mark.parametrize("route", STREAMS, ids=lambda route: route.path)
async def test_a_stream_opens_for_its_roles_only(home, route):
    for role in ROLES:
        client, _ = await home.signed_in(role)
        async with client.get(route.path) as response:
            assert (response.status == 200) == may(role, route.needs), role


async def test_nobody_gets_past_the_door(home):
    client = home.browser()
    for route in routes():
        if route.needs is RouteAccess.PUBLIC:
            continue
        asked = await client.request(
            route.method, url(route.path), headers=home.origin, allow_redirects=False
        )
        assert asked.status in (303, 401), (route.method, route.path, asked.status)
        if asked.status == 303:
            assert asked.headers["Location"] == "/sign-in"


async def test_who_has_not_given_the_second_factor_gets_no_further(home):
    client = home.browser()
    form = {"login": "administrator", "password": PASSWORD}
    answer = await client.post("/sign-in", data=form, headers=home.origin, allow_redirects=False)
    assert answer.headers["Location"] == "/code"
    for route in routes():
        if not isinstance(route.needs, Right):
            continue
        asked = await client.request(
            route.method, url(route.path), headers=home.origin, allow_redirects=False
        )
        assert asked.status in (303, 401), route.path


async def test_a_route_that_names_no_right_is_refused(home):
    async def secret(_: web.Request) -> web.Response:
        return web.Response(text="inside")

    app = build(home.services)
    app.router.add_get("/forgotten", secret)
    from aiohttp.test_utils import TestClient, TestServer

    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/forgotten")
        assert (answer.status, "inside" in await answer.text()) == (403, False)


def test_every_route_is_told_with_its_right_once():
    known = [(route.method, route.path) for route in routes()]
    assert len(known) == len(set(known))
    assert all(isinstance(route.needs, Right | RouteAccess) for route in routes())
    assert {route.path for route in routes() if route.needs is RouteAccess.PUBLIC} == {
        "/sign-in", "/language", "/static/{name}", "/static/files/{name}",
    }  # fmt: skip


async def test_an_order_without_the_csrf_token_or_from_another_site_is_refused(home):
    client, session = await home.signed_in("supervisor")
    good = {**home.origin, "X-CSRF": session.csrf}
    wrong = (
        home.origin,
        {**home.origin, "X-CSRF": "another"},
        {"X-CSRF": session.csrf},
        {"X-CSRF": session.csrf, "Origin": "https://evil.example"},
        {**good, "Sec-Fetch-Site": "cross-site"},
        {**good, "Sec-Fetch-Site": "same-site"},
    )
    for headers in wrong:
        answer = await client.post("/orders/release", data={"id": "c101"}, headers=headers)
        assert answer.status == 403, headers
    assert home.link.orders == []
    assert (await client.post("/orders/release", data={"id": "c101"}, headers=good)).status == 200
    assert [do for do, _ in home.link.orders] == ["consultants.unpause"]


async def test_even_signing_in_is_refused_from_another_site(home):
    client = home.browser()
    form = {"login": "supervisor", "password": PASSWORD}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = await client.post("/sign-in", data=form, headers=headers, allow_redirects=False)
        assert answer.status == 403


async def test_a_planted_session_is_worth_nothing(home):
    client = home.browser()
    client.session.cookie_jar.update_cookies({"session": "planted"})
    form = {"login": "supervisor", "password": PASSWORD}
    answer = await client.post("/sign-in", data=form, headers=home.origin, allow_redirects=False)
    token = answer.cookies["session"]
    assert token.value != "planted"
    assert (token["httponly"], token["samesite"]) == (True, "Strict")
    assert await home.users.find("planted") is None


async def test_an_ended_session_is_signed_out_at_its_next_request(home):
    client, session = await home.signed_in("supervisor")
    await home.sign_in.sessions.end_all("supervisor")
    answer = await client.get("/", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    order = await client.post(
        "/orders/release", data={"id": "c1"}, headers={"X-CSRF": session.csrf, **home.origin}
    )
    assert order.status == 401


async def test_signing_out_ends_the_session_on_the_server(home):
    client, session = await home.signed_in("supervisor")
    token = next(c.value for c in client.session.cookie_jar if c.key == "session")
    data = {"csrf": session.csrf}
    answer = await client.post("/sign-out", data=data, headers=home.origin, allow_redirects=False)
    assert answer.status == 303
    assert await home.users.find(token) is None


async def test_guessing_is_slowed_down_and_locks_nobody_else_out(home):
    attacker = home.browser()
    known, _ = await home.signed_in("supervisor")  # this browser is known for the login
    form = {"login": "supervisor", "password": "wrong words again"}
    answers = [await attacker.post("/sign-in", data=form, headers=home.origin) for _ in range(OF_A_PAIR + 1)]
    assert [answer.status for answer in answers] == [401] * OF_A_PAIR + [429]
    await home.sign_in.sessions.end_all("supervisor")
    right = {"login": "supervisor", "password": PASSWORD}
    again = await known.post("/sign-in", data=right, headers=home.origin, allow_redirects=False)
    assert (again.status, again.headers["Location"]) == (303, "/")


async def test_what_is_wrong_is_not_told(home):
    client = home.browser()
    pages = []
    for login in ("supervisor", "nobody"):
        form = {"login": login, "password": "wrong words again"}
        answer = await client.post("/sign-in", data=form, headers=home.origin)
        pages.append((answer.status, await answer.text()))
    assert pages[0] == pages[1]


async def test_every_answer_carries_the_strict_headers(home):
    client, _ = await home.signed_in("supervisor")
    for path in ("/", "/sign-in", "/static/console.css", "/nowhere", "/api/board"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in policy
        assert "Server" not in answer.headers
    assert (await client.get("/")).headers["Cache-Control"] == "no-store"


async def test_no_page_holds_a_script_or_a_style_of_its_own(home):
    client, _ = await home.signed_in("supervisor")
    for path in ("/", "/tv", "/figures", "/sign-in"):
        text = await (await client.get(path)).text()
        assert " style=" not in text and "<style" not in text and " onclick" not in text
        assert text.count("<script") == text.count("<script src=")


@pytest.mark.parametrize(
    "path",
    ["/static/..%2f..%2fpyproject.toml", "/static/%2e%2e/app.py", "/static/files/..%2finter.css",
     "/static//etc/passwd", "/static/.hidden.css", "/static/app.py", "/static/console.css%00.js"],
)  # fmt: skip
async def test_no_path_leads_out_of_the_static_files(home, path):
    from yarl import URL

    answer = await home.browser().get(URL(path, encoded=True))
    assert answer.status in (400, 404)


async def test_a_name_with_markup_is_text_and_nothing_else(home):
    evil = '"><img src=x onerror=alert(1)>{{7*7}}'
    home.link.shown["callers"][0]["number"] = evil
    home.link.shown["consultants"][0]["name"] = evil
    home.link.shown["consultants"][3]["reason"] = evil
    home.link.shown["alerts"][0]["subject"] = evil
    home.link.show(home.link.shown)
    client, _ = await home.signed_in("supervisor")
    text = await (await client.get("/")).text()
    assert "<img" not in text and "49" not in text.replace("&#34;", "").split("<tbody>")[1][:400]
    assert "&lt;img" in text


@pytest.mark.parametrize("field", ["c101\r\nAction: Originate", "c101\0", "x" * 101, "", "c101\u2028"])
async def test_a_field_that_could_be_read_as_more_is_refused(home, field):
    client, session = await home.signed_in("supervisor")
    headers = {**home.origin, "X-CSRF": session.csrf}
    answer = await client.post("/orders/release", data={"id": field}, headers=headers)
    assert (answer.status, home.link.orders) == (400, [])


async def test_a_language_leads_back_to_a_page_of_ours_only(home):
    client = home.browser()
    form = {"language": "ru", "back": "//evil.example/"}
    answer = await client.post("/language", data=form, headers=home.origin, allow_redirects=False)
    assert answer.headers["Location"] == "/"
    form = {"language": "ru\r\nSet-Cookie: a=b", "back": "/"}
    answer = await client.post("/language", data=form, headers=home.origin, allow_redirects=False)
    assert answer.status == 400


async def test_the_supervisors_phone_is_their_own_whatever_the_form_says(home):
    client, session = await home.signed_in("supervisor")
    headers = {**home.origin, "X-CSRF": session.csrf}
    form = {"consultant": "c101", "mode": "listen", "phone": "s999", "call": "n1-1-3"}
    await client.post("/orders/spy", data=form, headers=headers)
    [(do, asked)] = home.link.orders
    assert (do, asked["phone"]) == ("steer.spy", "s201")
    assert asked["by"] == {
        "person": "Сынақ supervisor", "role": "supervisor", "user": "supervisor", "consultant": None,
    }  # fmt: skip


async def test_a_consultant_steers_their_own_seat_only(home):
    client, session = await home.signed_in("consultant")
    headers = {**home.origin, "X-CSRF": session.csrf}
    await client.post("/orders/own/pause", data={"id": "c102", "reason": "lunch"}, headers=headers)
    [(do, asked)] = home.link.orders
    assert (do, asked["id"], asked["reason"]) == ("consultants.pause", "c101", "lunch")
    answer = await client.post("/orders/own/pause", data={"reason": "invented"}, headers=headers)
    assert answer.status == 400


def asked(home, method, path, headers=None, **more):
    return home.browser().request(
        method, path, headers={**home.origin, **(headers or {})}, allow_redirects=False, **more
    )


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MALFORMED = (
    ("POST", "/sign-in", {**FORM, "Origin": "http://["}, b"login=a"),
    ("POST", "/sign-in", {"Content-Type": "application/x-www-form-urlencoded; charset=xyz"}, b"login=a"),
    ("POST", "/sign-in", FORM, b"login=\xff\xfe&password=\x80"),
    ("POST", "/sign-in", {"Content-Type": "multipart/form-data"}, b"--x"),
    ("POST", "/sign-in", {**FORM, "Content-Encoding": "gzip"}, b"no gzip at all"),
    ("POST", "/sign-in", FORM, "&".join(f"f{n}=1" for n in range(200)).encode()),
    ("POST", "/sign-in", {**FORM, "Cookie": "device=\xff.\xff; session=\xff"}, b"login=a&password=b"),
    ("GET", "/static/" + "a" * 300 + ".css", {}, None),
)


@pytest.mark.parametrize(("method", "path", "headers", "body"), MALFORMED)
async def test_what_no_page_of_ours_sends_is_refused_and_no_fault(home, method, path, headers, body):
    answer = await asked(home, method, path, headers, data=body)
    assert 400 <= answer.status < 500, answer.status


@pytest.mark.parametrize(
    "days", ["to=0001-01-01", "to=9999-12-31", "from=0001-01-01&to=0001-01-03", "from=x", "to=2026-11-24T00"]
)
async def test_days_that_cannot_be_shown_are_said_to_be_wrong(home, days):
    client, _ = await home.signed_in("auditor")
    assert (await client.get(f"/figures?{days}")).status == 400


@pytest.mark.parametrize("code", ["٠١٢٣٤٥", "000 000 000", "²²²²²²", "", "12345a"])
async def test_a_code_of_other_signs_is_a_wrong_code(home, code):
    await home.sign_in.accounts.change("auditor", totp=None)
    client = home.browser()
    form = {"login": "auditor", "password": PASSWORD}
    await client.post("/sign-in", data=form, headers=home.origin, allow_redirects=False)
    half = (await home.sign_in.sessions.all("auditor"))[-1]
    form = {"csrf": half.csrf, "code": code, "secret": "A" * 32}
    assert (await client.post("/enrol", data=form, headers=home.origin)).status == 401


async def test_orders_in_a_flood_are_told_to_wait(home):
    client, session = await home.signed_in("consultant")
    headers = {**home.origin, "X-CSRF": session.csrf}
    answers = [await client.post("/orders/own/release", headers=headers) for _ in range(40)]
    assert {answer.status for answer in answers[:20]} == {200}
    assert 429 in {answer.status for answer in answers[20:]}


async def test_a_language_of_the_account_needs_the_csrf_token(home):
    client, session = await home.signed_in("supervisor")
    form = {"language": "ru", "back": "/"}
    assert (await client.post("/language", data=form, headers=home.origin)).status == 403
    form["csrf"] = session.csrf
    answer = await client.post("/language", data=form, headers=home.origin, allow_redirects=False)
    assert answer.status == 303


async def test_what_a_consultant_types_at_first_leads_to_their_desk(home):
    client, _ = await home.signed_in("consultant")
    answer = await client.get("/", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk")
    assert 'href="/desk"' in await (await client.get("/figures")).text()


async def test_while_the_database_is_away_the_wallboard_goes_on_and_steers(home, monkeypatch):
    client, session = await home.signed_in("supervisor")
    await client.get("/")

    async def away(*_):
        raise OSError

    for gone in ("find", "seen"):
        monkeypatch.setattr(home.sign_in.sessions, gone, away)
    assert (await client.get("/")).status == 200
    headers = {**home.origin, "X-CSRF": session.csrf}
    assert (await client.post("/orders/release", data={"id": "c101"}, headers=headers)).status == 200
    stranger = home.browser()
    stranger.session.cookie_jar.update_cookies({"session": "somebody"})
    assert (await stranger.get("/")).status == 503


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "0.0.0.0"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/console.css", "/api/board", "/no-such-page"])
async def test_a_request_by_a_name_that_is_not_the_consoles_is_refused_in_plain_words(home, host, path):
    browser = home.browser()
    headers = {"Host": host, "Accept-Language": "ru"}
    answer = await browser.get(path, headers=headers, allow_redirects=False)
    assert answer.status == 421
    if not path.startswith("/api/"):
        assert "console_names" in await answer.text()
