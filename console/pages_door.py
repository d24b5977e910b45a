"""Signing in and out, the second factor, one's own language."""

from typing import cast

from aiohttp import web

from console import web as w
from console.signing import second_factor
from console.signing.accounts import Speech
from console.signing.service import Begun, Throttled, Wrong


async def sign_in(request: web.Request) -> web.StreamResponse:
    """The form."""
    who = request.get(w.PRESENT)
    if who is not None and who.session.stage == "in":
        raise web.HTTPSeeOther(w.HOME[who.account.role])
    return w.page(request, "sign_in.html", wrong=False, wait=0, login="")


async def try_sign_in(request: web.Request) -> web.StreamResponse:
    """Login and password."""
    form = await request.post()
    login, password = str(form.get("login", "")), str(form.get("password", ""))
    known = w.known_device(request, login.strip().lower())
    answer = await w.parts(request).door.password(login, password, request.remote or "", known)
    match answer:
        case Begun():
            return on(request, answer)
        case Throttled(seconds):
            return w.page(request, "sign_in.html", status=429, wrong=False, wait=_minutes(seconds), login="")
        case Wrong():
            return w.page(request, "sign_in.html", status=401, wrong=True, wait=0, login="")


async def code(request: web.Request) -> web.StreamResponse:
    """The form for the code."""
    return w.page(request, "code.html", wrong=False, wait=0)


async def try_code(request: web.Request) -> web.StreamResponse:
    """The code of the second factor."""
    form = await request.post()
    who = w.present(request)
    if who.session.stage != "code":
        raise web.HTTPForbidden
    answer = await w.parts(request).door.code(who, str(form.get("code", "")), request.remote or "")
    match answer:
        case Begun():
            return on(request, answer)
        case Throttled(seconds):
            return w.page(request, "code.html", status=429, wrong=False, wait=_minutes(seconds))
        case Wrong():
            return w.page(request, "code.html", status=401, wrong=True, wait=0)


async def enrol(request: web.Request) -> web.StreamResponse:
    """A new secret for the authenticator; it counts once a code has proved it."""
    return _enrolment(request, second_factor.fresh(), wrong=False)


async def try_enrol(request: web.Request) -> web.StreamResponse:
    """The first code."""
    form = await request.post()
    who, secret = w.present(request), str(form.get("secret", ""))
    if who.session.stage != "enrol" or len(secret) != 32 or not secret.isalnum():
        raise web.HTTPForbidden
    answer = await w.parts(request).door.enrol(who, secret, str(form.get("code", "")), request.remote or "")
    return on(request, answer) if isinstance(answer, Begun) else _enrolment(request, secret, wrong=True)


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this session."""
    await w.parts(request).door.out(w.present(request))
    response = web.HTTPSeeOther("/sign-in")
    response.del_cookie(w.cookie(request, "session"), secure=request.secure, httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    raise response


async def choose_language(request: web.Request) -> web.StreamResponse:
    """Kazakh, Russian or English: for this browser, and for the account for ever."""
    form = await request.post()
    chosen, back = str(form.get("language", "")), str(form.get("back", "/"))
    if chosen not in w.LANGUAGES:
        raise web.HTTPBadRequest
    who = request.get(w.PRESENT)
    if who is not None:
        await w.parts(request).door.accounts.change(who.account.login, language=cast(Speech, chosen))
    known = {r.resource.canonical for r in request.app.router.routes() if r.resource and r.method == "GET"}
    response = web.HTTPSeeOther(back if back in known else "/")
    response.set_cookie("language", chosen, max_age=w.YEAR, samesite="Strict", httponly=True)
    raise response


def _enrolment(request: web.Request, secret: str, *, wrong: bool) -> web.Response:
    login = w.account(request).login
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    link = second_factor.uri(secret, login)
    return w.page(
        request,
        "enrol.html",
        status=401 if wrong else 200,
        secret=secret,
        shown=shown,
        link=link,
        picture=second_factor.picture(link),
        wrong=wrong,
    )


def on(request: web.Request, begun: Begun) -> web.StreamResponse:
    """With the new token to where this person works, or to the next step."""
    stage = begun.session.stage
    response = web.Response(
        status=303, headers={"Location": w.HOME[begun.account.role] if stage == "in" else f"/{stage}"}
    )
    w.begin(request, response, begun)
    return response


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60 + 0.5))
