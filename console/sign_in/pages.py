"""Signing in and out, the second factor, one's own language; edge."""

import hmac
from typing import Final, cast

from aiohttp import web

from console.http import cookies
from console.http import request_context as ctx
from console.http.routes import Route, RouteAccess
from console.identity import second_factor
from console.identity.accounts import Speech
from console.identity.results import Rejected, SessionStarted, Throttled

ENROLS: Final = ("enrol", "renew")


def routes() -> tuple[Route, ...]:
    """What needs no session, or one that is not whole."""
    return (
        Route("GET", "/sign-in", RouteAccess.PUBLIC, sign_in),
        Route("POST", "/sign-in", RouteAccess.PUBLIC, try_sign_in),
        Route("GET", "/code", RouteAccess.HALF_SIGNED_IN, code),
        Route("POST", "/code", RouteAccess.HALF_SIGNED_IN, try_code),
        Route("GET", "/enrol", RouteAccess.HALF_SIGNED_IN, enrol),
        Route("POST", "/enrol", RouteAccess.HALF_SIGNED_IN, try_enrol),
        Route("POST", "/sign-out", RouteAccess.HALF_SIGNED_IN, sign_out),
        Route("POST", "/language", RouteAccess.PUBLIC, choose_language),
    )


async def sign_in(request: web.Request) -> web.StreamResponse:
    """The form."""
    who = request.get(ctx.PRESENT)
    if who is not None and who.session.stage == "in":
        raise web.HTTPSeeOther(ctx.HOME[who.account.role])
    return ctx.page(request, "sign_in.html", wrong=False, wait=0, ended="ended" in request.query)


async def try_sign_in(request: web.Request) -> web.StreamResponse:
    """Login and password."""
    form = await ctx.form(request)
    login, password = form.get("login", ""), form.get("password", "")
    own = ctx.services(request).sign_in
    login = login.strip().lower()[:64]
    known = cookies.known_device(request, login, await own.password_version(login))
    answer = await own.password(login, password, ctx.address(request), known)
    match answer:
        case SessionStarted():
            await cookies.end_session(request)
            return await to_next_step(request, answer)
        case Throttled(seconds):
            return ctx.page(
                request, "sign_in.html", status=429, wrong=False, wait=_minutes(seconds), ended=False
            )
        case Rejected():
            return ctx.page(request, "sign_in.html", status=401, wrong=True, wait=0, ended=False)


async def code(request: web.Request) -> web.StreamResponse:
    """The form for the code."""
    return ctx.page(request, "second_factor.html", wrong=False, wait=0)


async def try_code(request: web.Request) -> web.StreamResponse:
    """The code of the second factor."""
    form = await ctx.form(request)
    who = ctx.current_user(request)
    if who.session.stage != "code":
        raise web.HTTPForbidden
    own, login = ctx.services(request).sign_in, who.account.login
    known = cookies.known_device(request, login, await own.password_version(login))
    answer = await own.code(who, form.get("code", ""), ctx.address(request), known)
    match answer:
        case SessionStarted():
            return await to_next_step(request, answer)
        case Throttled(seconds):
            return ctx.page(request, "second_factor.html", status=429, wrong=False, wait=_minutes(seconds))
        case Rejected():
            return ctx.page(request, "second_factor.html", status=401, wrong=True, wait=0)


async def enrol(request: web.Request) -> web.StreamResponse:
    """A new secret for the authenticator; it counts once a code has proved it."""
    if ctx.current_user(request).session.stage not in ENROLS:
        raise web.HTTPForbidden
    return _enrolment(request, wrong=False)


async def try_enrol(request: web.Request) -> web.StreamResponse:
    """The first code."""
    form = await ctx.form(request)
    who = ctx.current_user(request)
    if who.session.stage not in ENROLS:
        raise web.HTTPForbidden
    answer = await ctx.services(request).sign_in.enrol(
        who, _secret(request), form.get("code", ""), ctx.address(request)
    )
    if isinstance(answer, SessionStarted):
        return await to_next_step(request, answer)
    if await ctx.services(request).users.find(cookies.token(request)) is None:  # too many wrong codes
        raise web.HTTPSeeOther("/sign-in")
    return _enrolment(request, wrong=True)


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this session."""
    await ctx.services(request).sign_in.sign_out(ctx.current_user(request))
    ctx.services(request).streams.check()
    response = web.HTTPSeeOther("/sign-in")
    response.del_cookie(
        cookies.cookie(request, "session"), secure=request.secure, httponly=True, samesite="Strict"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    raise response


async def choose_language(request: web.Request) -> web.StreamResponse:
    """Kazakh, Russian or English: for this browser, and for the account for ever."""
    form = await ctx.form(request)
    chosen, back = form.get("language", ""), form.get("back", "/")
    if chosen not in ctx.LANGUAGES:
        raise web.HTTPBadRequest
    who = request.get(ctx.PRESENT)
    if who is not None:
        if not hmac.compare_digest(form.get("csrf", "").encode(), who.session.csrf.encode()):
            raise web.HTTPForbidden
        await ctx.services(request).sign_in.accounts.change(who.account.login, language=cast(Speech, chosen))
    known = {r.resource.canonical for r in request.app.router.routes() if r.resource and r.method == "GET"}
    response = web.HTTPSeeOther(back if back in known else "/")
    response.set_cookie("language", chosen, max_age=ctx.YEAR, samesite="Strict", httponly=True)
    raise response


def _secret(request: web.Request) -> str:
    return second_factor.offered(ctx.services(request).key, ctx.current_user(request).session.id)


def _enrolment(request: web.Request, *, wrong: bool) -> web.Response:
    login, secret = ctx.account(request).login, _secret(request)
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    link = second_factor.uri(secret, login)
    return ctx.page(
        request,
        "enrol.html",
        status=401 if wrong else 200,
        shown=shown,
        link=link,
        picture=second_factor.picture(link),
        wrong=wrong,
    )


async def to_next_step(request: web.Request, started: SessionStarted) -> web.StreamResponse:
    """With the new token to where this person works, or to the next step."""
    stage = started.session.stage
    response = web.Response(
        status=303,
        headers={"Location": ctx.HOME[started.account.role] if stage == "in" else ctx.STAGES[stage]},
    )
    await cookies.start_session(request, response, started)
    return response


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60 + 0.5))
