"""What every handler knows: the parts of the console, who asks, in which language."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast, get_args

from aiohttp import web

from config.settings import Settings
from console.link import EngineLink
from console.rendering import Rendering
from console.signing.accounts import Account, Speech
from console.signing.service import Begun, Present, SignIn
from console.stream import Streams
from recordings.reading import Reader

LANGUAGES: Final = get_args(Speech)
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


HOME: Final[Mapping[str, str]] = {
    "consultant": "/desk", "supervisor": "/", "administrator": "/", "auditor": "/"
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


def begin(request: web.Request, response: web.StreamResponse, begun: Begun) -> None:
    """The browser gets the new token, and stays known for this login."""
    keep(request, response, "session", begun.token, None)
    keep(request, response, "device", device(parts(request).key, begun.account.login), YEAR)


def device(key: bytes, login: str, nonce: str | None = None) -> str:
    """A sign that `login` has signed in with this browser before."""
    nonce = nonce or secrets.token_hex(12)
    mark = hmac.new(key, f"{login}\0{nonce}".encode(), hashlib.sha256).hexdigest()
    return f"{nonce}.{mark}"


def known_device(request: web.Request, login: str) -> str | None:
    """The device's name when its cookie is ours and for this login."""
    held = request.cookies.get(cookie(request, "device"), "")
    nonce = held.partition(".")[0]
    right = device(parts(request).key, login, nonce) if nonce else ""
    return nonce if nonce and hmac.compare_digest(held.encode(), right.encode()) else None
