"""One's own account: password, second factor, open sessions; edge."""

from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from console.http import context as w
from console.http.refusals import N_
from console.identity.passwords import PasswordRefused
from console.identity.service import Begun, Throttled
from console.sign_in.pages import on

CHANGED: Final = N_("The password is changed; your other sessions have ended.")
WRONG: Final = N_("The current password is wrong.")
WAIT: Final = N_("Too many failed tries: wait a quarter of an hour, then try again.")
UNEQUAL: Final = N_("The two new passwords differ.")
WEAK: Final = N_("Too short, too long or easy to guess: choose several words, 12 characters or more.")
ENDED: Final = N_("The session has ended.")


async def account(request: web.Request) -> web.StreamResponse:
    """What the account is, and what its owner may change."""
    return await _page(request)


async def change_password(request: web.Request) -> web.StreamResponse:
    """The current one, and a new one twice."""
    form = await w.form(request)
    who = w.present(request)
    if (refused := await _unproved(request, form.get("current", ""))) is not None:
        return refused
    fresh = form.get("password", "")
    if fresh != form.get("again", ""):
        return await _page(request, bad=UNEQUAL)
    try:
        await w.parts(request).door.set_password(who, fresh)
    except PasswordRefused:
        return await _page(request, bad=WEAK)
    w.parts(request).streams.check()
    return await _page(request, good=CHANGED)


async def end_session(request: web.Request) -> web.StreamResponse:
    """One of one's own, or all but this."""
    form = await w.form(request)
    who, door = w.present(request), w.parts(request).door
    if form.get("all"):
        await door.sessions.end_all(who.account.login, but=who.session.id)
    else:
        await door.sessions.end(form.get("session", ""), who.account.login)
    w.parts(request).streams.check()
    if await door.present(w.token(request)) is None:  # it was this one
        raise web.HTTPSeeOther("/sign-in")
    return await _page(request, good=ENDED)


async def second_factor(request: web.Request) -> web.StreamResponse:
    """To a new second factor: the password first."""
    form = await w.form(request)
    if (refused := await _unproved(request, form.get("current", ""))) is not None:
        return refused
    begun = await w.parts(request).door.enrol_again(w.present(request), w.address(request))
    if not isinstance(begun, Begun):
        raise web.HTTPSeeOther("/sign-in")
    return await on(request, begun)


async def first_change(request: web.Request) -> web.StreamResponse:
    """The form for who signed in with a password that somebody else chose."""
    return w.page(request, "change.html", bad=None)


async def try_first_change(request: web.Request) -> web.StreamResponse:
    """A password of one's own."""
    form = await w.form(request)
    who, fresh = w.present(request), form.get("password", "")
    if who.session.stage != "change":
        raise web.HTTPForbidden
    if fresh != form.get("again", ""):
        return w.page(request, "change.html", status=400, bad=UNEQUAL)
    try:
        begun = await w.parts(request).door.change(who, fresh, w.address(request))
    except PasswordRefused:
        return w.page(request, "change.html", status=400, bad=WEAK)
    if not isinstance(begun, Begun):
        raise web.HTTPSeeOther("/sign-in")
    return await on(request, begun)


async def _unproved(request: web.Request, password: str) -> web.Response | None:
    """None when the password was right."""
    proved = await w.parts(request).door.proves(w.present(request), password)
    if isinstance(proved, Throttled):
        return await _page(request, bad=WAIT, status=429)
    return None if proved else await _page(request, bad=WRONG, status=401)


async def _page(
    request: web.Request, *, good: str | None = None, bad: str | None = None, status: int = 200
) -> web.Response:
    who = w.present(request)
    now = datetime.now(UTC)
    every = await w.parts(request).door.sessions.all(who.account.login)
    return w.page(
        request,
        "account.html",
        status=400 if bad and status == 200 else status,
        sessions=[one for one in every if one.stage == "in" and one.alive(now)],
        own=who.session.id,
        good=good,
        bad=bad,
    )
