"""At the door of every request: who asks, whether the route's right is theirs, where it came from; edge."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from config.rights import Right, may
from console.http.connections import asked
from console.http.context import HOME, PRESENT, STAGES, form, page, parts, token
from console.http.host_header import ours
from console.identity.service import DatabaseAway
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door(StrEnum):
    """Routes that need no right of a role."""

    OPEN = "open"  # nobody need have signed in
    HALF = "half"  # between password and second factor


@dataclass(frozen=True, slots=True)
class Route:
    """One route and what it needs; one that is not in the table is refused."""

    method: str
    path: str
    needs: Right | Door
    handler: Handler


RIGHTS_OF: Final = web.AppKey("rights_of", dict)
NAMES: Final = web.AppKey("names", frozenset)
SAFE: Final = frozenset({"GET", "HEAD"})
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, errors and streams included (app.on_response_prepare)."""
    response.headers.update(HEADERS)
    if request.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers.popall("Server", None)


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong is said in plain words, in the asker's language, and nothing of the inside."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return _fault(request, error.status)
    except KeyMissing:
        log.error("console_keys_missing")
        return _fault(request, 503)
    except (SQLAlchemyError, OSError) as error:
        log.error("console_database_away", why=type(error).__name__)
        return _fault(request, 503)
    except Exception:
        log.exception("console_fault", path=request.match_info.route.resource and request.path)
        return _fault(request, 500)


def _fault(request: web.Request, status: int) -> web.StreamResponse:
    if request.path.startswith(("/api/", "/stream/")):
        return web.json_response({"ok": False, "error": status}, status=status)
    try:
        return page(request, "error.html", status=status, code=status)
    except Exception:  # even the error page: say at least the number
        log.exception("error_page_failed")
        return web.Response(text=str(status), status=status)


@web.middleware
async def meant(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A whole request has come; one that was sent to another name is not answered under ours."""
    asked(request, known=False)
    if not _meant_for_us(request):
        raise web.HTTPMisdirectedRequest
    return await handler(request)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody gets past without what the route needs."""
    needs = request.app[RIGHTS_OF].get(request.match_info.route)
    if request.match_info.http_exception is not None:
        raise request.match_info.http_exception
    if needs is None:
        log.error("route_names_no_right", path=request.path)
        raise web.HTTPForbidden
    if request.method not in SAFE and not _from_here(request):
        raise web.HTTPForbidden
    try:
        who = await parts(request).door.present(token(request))
    except DatabaseAway:
        if needs is not Door.OPEN:
            raise
        who = None
    if who is not None:
        request[PRESENT] = who
        asked(request, known=who.session.stage == "in")
    if needs is Door.OPEN:
        return await handler(request)
    half = who is not None and who.session.stage != "in"
    if who is None or (half and needs is not Door.HALF):
        if request.method in SAFE and not request.path.startswith(("/api/", "/stream/")):
            raise web.HTTPSeeOther(STAGES[who.session.stage] if who is not None else "/sign-in")
        raise web.HTTPUnauthorized
    if request.method not in SAFE and not await _same_csrf(request, who.session.csrf):
        raise web.HTTPForbidden
    if isinstance(needs, Right) and not may(who.account.role, needs):
        if request.path == "/" and request.method in SAFE:  # what people type
            raise web.HTTPSeeOther(HOME[who.account.role])
        log.warning("right_missing", login=who.account.login, role=who.account.role, right=needs.value)
        raise web.HTTPForbidden
    await parts(request).door.seen(who.session)
    return await handler(request)


def _meant_for_us(request: web.Request) -> bool:
    here = request.transport.get_extra_info("sockname") if request.transport is not None else None
    hosts = request.headers.getall("Host", [])
    if (absolute := request.rel_url.raw_host) is not None:  # GET http://elsewhere/ HTTP/1.1
        hosts = [*hosts, absolute] if absolute not in [host.partition(":")[0] for host in hosts] else hosts
    return ours(hosts, request.app[NAMES], here[0] if here else "")


def _from_here(request: web.Request) -> bool:
    """A browser says where a form came from; who says nothing is refused (CSRF, sign-in included)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(request.headers.get("Origin", "")).netloc
    except ValueError:
        return False
    return bool(origin) and origin == request.host


async def _same_csrf(request: web.Request, wanted: str) -> bool:
    told = request.headers.get("X-CSRF") or (await form(request)).get("csrf", "")
    return hmac.compare_digest(told.encode(errors="replace"), wanted.encode())
