"""What every handler knows: the parts of the console, who asks, in which language; edge."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast, get_args
from urllib.parse import parse_qsl

from aiohttp import web

from config.settings import Settings
from console.http.connections import neighbourhood
from console.http.engine_client import EngineLink
from console.http.event_stream import Streams
from console.http.rate_limit import Pace
from console.http.rendering import Rendering
from console.identity.accounts import Account, Speech
from console.identity.service import Begun, Present, SignIn
from recordings.journal.reading import Reader

LANGUAGES: Final = get_args(Speech)
FORM_WITHIN: Final = 10.0  # seconds
FIELDS: Final = 40
YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the console is made of; joined in engine/console_main.py."""

    settings: Settings
    link: EngineLink
    door: SignIn
    streams: Streams
    rendering: Rendering
    reader: Reader
    key: bytes  # signs device cookies
    pace: Pace = field(default_factory=Pace)  # of orders


HOME: Final[Mapping[str, str]] = {
    "consultant": "/desk", "supervisor": "/", "administrator": "/", "auditor": "/"
}  # fmt: skip
STAGES: Final[Mapping[str, str]] = {
    "code": "/code", "enrol": "/enrol", "renew": "/enrol", "change": "/change"
}  # fmt: skip
PARTS: Final = web.AppKey("parts", Parts)
PRESENT: Final = web.RequestKey("present", Present)


def parts(request: web.Request) -> Parts:
    """The console's parts."""
    return request.app[PARTS]


def present(request: web.Request) -> Present:
    """Who asks; the middleware has let nobody else in."""
    return request[PRESENT]


def account(request: web.Request) -> Account:
    """The account of whoever asks."""
    return present(request).account


def by(who: Account) -> Mapping[str, str | None]:
    """For whom the engine is asked; it checks the right again."""
    return {
        "person": who.person,
        "role": who.role,
        "user": who.login,
        "consultant": who.consultant if who.role == "consultant" else None,
    }


def language(request: web.Request) -> Speech:
    """The account's; before signing in the cookie's, the browser's, else Kazakh."""
    who: Present | None = request.get(PRESENT)
    if who is not None:
        return who.account.language
    chosen: str = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return cast(Speech, chosen)
    for part in request.headers.get("Accept-Language", "").split(","):
        code = part.split(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return cast(Speech, code)
    return "kk"


def address(request: web.Request) -> str:
    """Where the request came from, as tries are counted; never what a header says."""
    return neighbourhood(request.remote or "")


async def form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form; the last of a name counts.

    Raises HTTPBadRequest for what no page of ours sends, HTTPRequestTimeout for one that does not come.
    """
    if request.content_type != "application/x-www-form-urlencoded" and request.can_read_body:
        raise web.HTTPBadRequest
    try:
        async with asyncio.timeout(FORM_WITHIN):
            body = await request.read()
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None


def page(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """A page in the asker's language."""
    who = request.get(PRESENT)
    whole = who is not None and who.session.stage == "in"
    text = parts(request).rendering.page(
        template,
        language(request),
        me=who.account if who and whole else None,
        role=who.account.role if who and whole else None,
        csrf=who.session.csrf if who else "",
        here=request.path if request.method == "GET" else f"/{request.path.split('/')[1]}",
        home=HOME[who.account.role] if who and whole else "/",
        **values,
    )
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def token(request: web.Request) -> str:
    """The session's token, as the browser brought it; empty when it brought none."""
    return request.cookies.get(cookie(request, "session"), "")


def cookie(request: web.Request, name: str) -> str:
    """The cookie's full name: over HTTPS bound to this host, so that no neighbour can plant one."""
    return f"__Host-{name}" if request.secure else name


def keep(request: web.Request, response: web.StreamResponse, name: str, value: str, age: int | None) -> None:
    """Set a cookie that no script reads and no other site sends."""
    response.set_cookie(
        cookie(request, name), value, max_age=age, httponly=True, secure=request.secure, samesite="Strict"
    )


async def begin(request: web.Request, response: web.StreamResponse, begun: Begun) -> None:
    """The browser gets the new token, and once it is whole stays known for this login."""
    keep(request, response, "session", begun.token, None)
    if begun.session.stage == "in":
        login = begun.account.login
        sign = device(parts(request).key, login, await parts(request).door.version(login))
        keep(request, response, "device", sign, YEAR)


async def leave(request: web.Request) -> None:
    """Whoever signs in again in one browser leaves no session behind there."""
    who: Present | None = request.get(PRESENT)
    if who is not None:
        await parts(request).door.sessions.end(who.session.id)


def device(key: bytes, login: str, version: str, nonce: str | None = None) -> str:
    """A sign that `login` has signed in with this browser before, and with this password (`version`)."""
    nonce = nonce or secrets.token_hex(12)
    mark = hmac.new(key, f"{login}\0{version}\0{nonce}".encode(), hashlib.sha256).hexdigest()
    return f"{nonce}.{mark}"


def known_device(request: web.Request, login: str, version: str) -> str | None:
    """The device's name when its cookie is ours and for this login."""
    held = request.cookies.get(cookie(request, "device"), "")
    nonce = held.partition(".")[0]
    right = device(parts(request).key, login, version, nonce) if nonce else ""
    return nonce if nonce and hmac.compare_digest(held.encode(errors="replace"), right.encode()) else None
