"""Route of appeals in writing: POST /api/v1/appeals, by token, once for each key; edge (A7, C2)."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiohttp import web
from pydantic import TypeAdapter

from appeals.intake.letter import LARGEST
from appeals.intake.results import Accepted, FieldFault, IntakeCode, IntakeRefused
from console.http.request_context import services
from console.http.routes import Route, RouteAccess
from console.intake.register_link import IntakeLink, RegisterAway

log = structlog.get_logger()

WITHIN: Final = 60.0  # seconds for the whole body
_ACCEPTED: Final = TypeAdapter(Accepted)
_FAULTS: Final = TypeAdapter(tuple[FieldFault, ...])
_STATUS: Final[Mapping[str, tuple[int, str]]] = {
    IntakeCode.NOT_A_SENDER: (401, "No such token, or it is revoked or expired"),
    IntakeCode.NO_KEY: (400, "Idempotency-Key: 8 to 128 visible ASCII signs are needed"),
    IntakeCode.KEY_REUSED: (422, "This Idempotency-Key came with another body before"),
    IntakeCode.NOT_JSON: (400, "The body is no JSON object in UTF-8"),
    IntakeCode.FIELDS_UNFIT: (422, "Fields are unfit; nothing was registered"),
    IntakeCode.TOO_LARGE: (413, "The request is too large"),
}


def routes() -> tuple[Route, ...]:
    """The one route there is."""
    return (Route("POST", "/api/v1/appeals", RouteAccess.BEARER, accept),)


async def accept(request: web.Request) -> web.Response:
    """201 with number and term; a repeat of the same is answered alike."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return _problem(IntakeRefused(IntakeCode.NOT_A_SENDER))
    link = IntakeLink(services(request).settings.register_socket)
    try:
        body = (await _body(request)).decode()
        done = await link.accept(token.strip(), request.headers.get("Idempotency-Key", ""), body)
    except UnicodeDecodeError:
        return _problem(IntakeRefused(IntakeCode.NOT_JSON))
    except IntakeRefused as why:
        log.info("written_appeal_refused", code=why.code)
        return _problem(why)
    except RegisterAway as why:
        log.error("register_away", why=str(why))
        answer = {"type": "about:blank", "title": "Repeat it with the same key", "code": "away"}
        return _json({**answer, "status": 503}, 503, {"Retry-After": "10"})
    return web.json_response(_ACCEPTED.dump_python(done, mode="json"), status=201)


async def _body(request: web.Request) -> bytes:
    """Raises IntakeRefused where it is too large, HTTPRequestTimeout where it does not come."""
    raw = bytearray()
    try:
        async with asyncio.timeout(WITHIN):
            async for part in request.content.iter_chunked(64 * 1024):
                raw += part
                if len(raw) > LARGEST:
                    raise IntakeRefused(IntakeCode.TOO_LARGE)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(raw)


def _problem(why: IntakeRefused) -> web.Response:
    """RFC 9457; `code` and the codes of fields are the form's, stable for machines."""
    status, title = _STATUS[why.code]
    said = {"type": "about:blank", "title": title, "status": status, "code": why.code.value}
    faults = _FAULTS.dump_python(why.faults, mode="json")
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return _json({**said, "faults": faults}, status, headers)


def _json(said: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> web.Response:
    kind = "application/problem+json"
    return web.json_response(said, status=status, content_type=kind, headers=headers)
