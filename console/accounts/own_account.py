"""One's own account: password, second factor, open sessions; edge."""

from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from config.rights import Right
from console.http import cookies
from console.http import request_context as ctx
from console.http.refusals import N_
from console.http.routes import Route, RouteAccess
from console.identity.passwords import PasswordRefused
from console.identity.results import SessionStarted, Throttled
from console.sign_in.pages import to_next_step

CHANGED: Final = N_("The password is changed; your other sessions have ended.")
WRONG: Final = N_("The current password is wrong.")
WAIT: Final = N_("Too many failed tries: wait a quarter of an hour, then try again.")
UNEQUAL: Final = N_("The two new passwords differ.")
WEAK: Final = N_("Too short, too long or easy to guess: choose several words, 12 characters or more.")
ENDED: Final = N_("The session has ended.")


def routes() -> tuple[Route, ...]:
    """One's own account, and the first change of a given password."""
    return (
        Route("GET", "/change", RouteAccess.HALF_SIGNED_IN, first_change),
        Route("POST", "/change", RouteAccess.HALF_SIGNED_IN, try_first_change),
        Route("GET", "/account", Right.OWN_ACCOUNT, account),
        Route("POST", "/account/password", Right.OWN_ACCOUNT, change_password),
        Route("POST", "/account/end-session", Right.OWN_ACCOUNT, end_session),
        Route("POST", "/account/second-factor", Right.OWN_ACCOUNT, second_factor),
    )


async def account(request: web.Request) -> web.StreamResponse:
    """What the account is, and what its owner may change."""
    return await _page(request)


async def change_password(request: web.Request) -> web.StreamResponse:
    """The current one, and a new one twice."""
    form = await ctx.form(request)
    who = ctx.current_user(request)
    if (refused := await _unproved(request, form.get("current", ""))) is not None:
        return refused
    fresh = form.get("password", "")
    if fresh != form.get("again", ""):
        return await _page(request, bad=UNEQUAL)
    try:
        await ctx.services(request).sign_in.set_password(who, fresh)
    except PasswordRefused:
        return await _page(request, bad=WEAK)
    ctx.services(request).streams.check()
    return await _page(request, good=CHANGED)


async def end_session(request: web.Request) -> web.StreamResponse:
    """One of one's own, or all but this."""
    form = await ctx.form(request)
    who, sessions = ctx.current_user(request), ctx.services(request).sign_in.sessions
    if form.get("all"):
        await sessions.end_all(who.account.login, but=who.session.id)
    else:
        await sessions.end(form.get("session", ""), who.account.login)
    ctx.services(request).streams.check()
    if await ctx.services(request).users.find(cookies.token(request)) is None:  # it was this one
        raise web.HTTPSeeOther("/sign-in")
    return await _page(request, good=ENDED)


async def second_factor(request: web.Request) -> web.StreamResponse:
    """To a new second factor: the password first."""
    form = await ctx.form(request)
    if (refused := await _unproved(request, form.get("current", ""))) is not None:
        return refused
    begun = await ctx.services(request).sign_in.renew_second_factor(
        ctx.current_user(request), ctx.address(request)
    )
    if not isinstance(begun, SessionStarted):
        raise web.HTTPSeeOther("/sign-in")
    return await to_next_step(request, begun)


async def first_change(request: web.Request) -> web.StreamResponse:
    """The form for who signed in with a password that somebody else chose."""
    return ctx.page(request, "change_password.html", bad=None)


async def try_first_change(request: web.Request) -> web.StreamResponse:
    """A password of one's own."""
    form = await ctx.form(request)
    who, fresh = ctx.current_user(request), form.get("password", "")
    if who.session.stage != "change":
        raise web.HTTPForbidden
    if fresh != form.get("again", ""):
        return ctx.page(request, "change_password.html", status=400, bad=UNEQUAL)
    try:
        begun = await ctx.services(request).sign_in.replace_given_password(who, fresh, ctx.address(request))
    except PasswordRefused:
        return ctx.page(request, "change_password.html", status=400, bad=WEAK)
    if not isinstance(begun, SessionStarted):
        raise web.HTTPSeeOther("/sign-in")
    return await to_next_step(request, begun)


async def _unproved(request: web.Request, password: str) -> web.Response | None:
    """None when the password was right."""
    proved = await ctx.services(request).sign_in.confirm_password(ctx.current_user(request), password)
    if isinstance(proved, Throttled):
        return await _page(request, bad=WAIT, status=429)
    return None if proved else await _page(request, bad=WRONG, status=401)


async def _page(
    request: web.Request, *, good: str | None = None, bad: str | None = None, status: int = 200
) -> web.Response:
    who = ctx.current_user(request)
    now = datetime.now(UTC)
    every = await ctx.services(request).sign_in.sessions.all(who.account.login)
    return ctx.page(
        request,
        "account.html",
        status=400 if bad and status == 200 else status,
        sessions=[one for one in every if one.stage == "in" and one.alive(now)],
        own=who.session.id,
        good=good,
        bad=bad,
    )
