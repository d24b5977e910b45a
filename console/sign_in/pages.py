"""Signing in and out, the second factor, one's own language; edge."""

import hmac
from typing import Final, cast

from aiohttp import web

from console.http import context as w
from console.identity import second_factor
from console.identity.accounts import Speech
from console.identity.service import Begun, Throttled, Wrong

ENROLS: Final = ("enrol", "renew")


async def sign_in(request: web.Request) -> web.StreamResponse:
    """The form."""
    who = request.get(w.PRESENT)
    if who is not None and who.session.stage == "in":
        raise web.HTTPSeeOther(w.HOME[who.account.role])
    return w.page(request, "sign_in.html", wrong=False, wait=0, ended="ended" in request.query)


async def try_sign_in(request: web.Request) -> web.StreamResponse:
    """Login and password."""
    form = await w.form(request)
    login, password = form.get("login", ""), form.get("password", "")
    own = w.parts(request).door
    login = login.strip().lower()[:64]
    known = w.known_device(request, login, await own.version(login))
    answer = await own.password(login, password, w.address(request), known)
    match answer:
        case Begun():
            await w.leave(request)
            return await on(request, answer)
        case Throttled(seconds):
            return w.page(
                request, "sign_in.html", status=429, wrong=False, wait=_minutes(seconds), ended=False
            )
        case Wrong():
            return w.page(request, "sign_in.html", status=401, wrong=True, wait=0, ended=False)


async def code(request: web.Request) -> web.StreamResponse:
    """The form for the code."""
    return w.page(request, "code.html", wrong=False, wait=0)


async def try_code(request: web.Request) -> web.StreamResponse:
    """The code of the second factor."""
    form = await w.form(request)
    who = w.present(request)
    if who.session.stage != "code":
        raise web.HTTPForbidden
    own, login = w.parts(request).door, who.account.login
    known = w.known_device(request, login, await own.version(login))
    answer = await own.code(who, form.get("code", ""), w.address(request), known)
    match answer:
        case Begun():
            return await on(request, answer)
        case Throttled(seconds):
            return w.page(request, "code.html", status=429, wrong=False, wait=_minutes(seconds))
        case Wrong():
            return w.page(request, "code.html", status=401, wrong=True, wait=0)


async def enrol(request: web.Request) -> web.StreamResponse:
    """A new secret for the authenticator; it counts once a code has proved it."""
    if w.present(request).session.stage not in ENROLS:
        raise web.HTTPForbidden
    return _enrolment(request, wrong=False)


async def try_enrol(request: web.Request) -> web.StreamResponse:
    """The first code."""
    form = await w.form(request)
    who = w.present(request)
    if who.session.stage not in ENROLS:
        raise web.HTTPForbidden
    answer = await w.parts(request).door.enrol(
        who, _secret(request), form.get("code", ""), w.address(request)
    )
    if isinstance(answer, Begun):
        return await on(request, answer)
    if await w.parts(request).door.present(w.token(request)) is None:  # too many wrong codes
        raise web.HTTPSeeOther("/sign-in")
    return _enrolment(request, wrong=True)


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this session."""
    await w.parts(request).door.out(w.present(request))
    w.parts(request).streams.check()
    response = web.HTTPSeeOther("/sign-in")
    response.del_cookie(w.cookie(request, "session"), secure=request.secure, httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    raise response


async def choose_language(request: web.Request) -> web.StreamResponse:
    """Kazakh, Russian or English: for this browser, and for the account for ever."""
    form = await w.form(request)
    chosen, back = form.get("language", ""), form.get("back", "/")
    if chosen not in w.LANGUAGES:
        raise web.HTTPBadRequest
    who = request.get(w.PRESENT)
    if who is not None:
        if not hmac.compare_digest(form.get("csrf", "").encode(), who.session.csrf.encode()):
            raise web.HTTPForbidden
        await w.parts(request).door.accounts.change(who.account.login, language=cast(Speech, chosen))
    known = {r.resource.canonical for r in request.app.router.routes() if r.resource and r.method == "GET"}
    response = web.HTTPSeeOther(back if back in known else "/")
    response.set_cookie("language", chosen, max_age=w.YEAR, samesite="Strict", httponly=True)
    raise response


def _secret(request: web.Request) -> str:
    return second_factor.offered(w.parts(request).key, w.present(request).session.id)


def _enrolment(request: web.Request, *, wrong: bool) -> web.Response:
    login, secret = w.account(request).login, _secret(request)
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    link = second_factor.uri(secret, login)
    return w.page(
        request,
        "enrol.html",
        status=401 if wrong else 200,
        shown=shown,
        link=link,
        picture=second_factor.picture(link),
        wrong=wrong,
    )


async def on(request: web.Request, begun: Begun) -> web.StreamResponse:
    """With the new token to where this person works, or to the next step."""
    stage = begun.session.stage
    response = web.Response(
        status=303, headers={"Location": w.HOME[begun.account.role] if stage == "in" else w.STAGES[stage]}
    )
    await w.begin(request, response, begun)
    return response


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60 + 0.5))
