"""Cookies: the session's token, and the sign by which a browser is known again; edge."""

import hashlib
import hmac
import secrets

from aiohttp import web

from console.http.request_context import PRESENT, YEAR, services
from console.identity.results import CurrentUser, SessionStarted


def token(request: web.Request) -> str:
    """The session's token, as the browser brought it; empty when it brought none."""
    return request.cookies.get(cookie(request, "session"), "")


def cookie(request: web.Request, name: str) -> str:
    """The cookie's full name: over HTTPS bound to this host, so that no neighbour can plant one."""
    return f"__Host-{name}" if request.secure else name


def set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, age: int | None
) -> None:
    """Set a cookie that no script reads and no other site sends."""
    response.set_cookie(
        cookie(request, name), value, max_age=age, httponly=True, secure=request.secure, samesite="Strict"
    )


async def start_session(request: web.Request, response: web.StreamResponse, started: SessionStarted) -> None:
    """The browser gets the new token, and once it is whole stays known for this login."""
    set_cookie(request, response, "session", started.token, None)
    if started.session.stage == "in":
        login = started.account.login
        sign = device_cookie(
            services(request).key, login, await services(request).sign_in.password_version(login)
        )
        set_cookie(request, response, "device", sign, YEAR)


async def end_session(request: web.Request) -> None:
    """Whoever signs in again in one browser leaves no session behind there."""
    who: CurrentUser | None = request.get(PRESENT)
    if who is not None:
        await services(request).sign_in.sessions.end(who.session.id)


def device_cookie(key: bytes, login: str, version: str, nonce: str | None = None) -> str:
    """A sign that `login` has signed in with this browser before, and with this password (`version`)."""
    nonce = nonce or secrets.token_hex(12)
    mark = hmac.new(key, f"{login}\0{version}\0{nonce}".encode(), hashlib.sha256).hexdigest()
    return f"{nonce}.{mark}"


def known_device(request: web.Request, login: str, version: str) -> str | None:
    """The device's name when its cookie is ours and for this login."""
    held = request.cookies.get(cookie(request, "device"), "")
    nonce = held.partition(".")[0]
    right = device_cookie(services(request).key, login, version, nonce) if nonce else ""
    return nonce if nonce and hmac.compare_digest(held.encode(errors="replace"), right.encode()) else None
