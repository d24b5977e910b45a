"""Access control of every request: who asks, whether the route's right is theirs, where from; edge."""

import hmac
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from config.rights import Right, may
from console.http.connections import note_request
from console.http.cookies import token
from console.http.host_header import is_ours
from console.http.request_context import HOME, PRESENT, STAGES, form, services
from console.http.routes import NAMES, RIGHTS_OF, Handler, RouteAccess
from console.identity.results import DatabaseUnavailable

log = structlog.get_logger()

SAFE: Final = frozenset({"GET", "HEAD"})
# Of a bearer's route no cookie is looked at, so no site can send it in somebody's name.
OPEN: Final = frozenset({RouteAccess.PUBLIC, RouteAccess.BEARER})


@web.middleware
async def require_our_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A whole request has come; one that was sent to another name is not answered under ours."""
    note_request(request, known=False)
    if not _is_for_us(request):
        raise web.HTTPMisdirectedRequest
    return await handler(request)


@web.middleware
async def authorise(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody gets past without what the route needs."""
    needs = request.app[RIGHTS_OF].get(request.match_info.route)
    if request.match_info.http_exception is not None:
        raise request.match_info.http_exception
    if needs is None:
        log.error("route_names_no_right", path=request.path)
        raise web.HTTPForbidden
    if request.method not in SAFE and needs is not RouteAccess.BEARER and not _from_here(request):
        raise web.HTTPForbidden
    try:
        who = await services(request).users.find(token(request))
    except DatabaseUnavailable:
        if needs not in OPEN:
            raise
        who = None
    if who is not None:
        request[PRESENT] = who
        note_request(request, known=who.session.stage == "in")
    if needs in OPEN:
        return await handler(request)
    half = who is not None and who.session.stage != "in"
    if who is None or (half and needs is not RouteAccess.HALF_SIGNED_IN):
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
    await services(request).users.seen(who.session)
    return await handler(request)


def _is_for_us(request: web.Request) -> bool:
    here = request.transport.get_extra_info("sockname") if request.transport is not None else None
    hosts = request.headers.getall("Host", [])
    if (absolute := request.rel_url.raw_host) is not None:  # GET http://elsewhere/ HTTP/1.1
        hosts = [*hosts, absolute] if absolute not in [host.partition(":")[0] for host in hosts] else hosts
    return is_ours(hosts, request.app[NAMES], here[0] if here else "")


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
