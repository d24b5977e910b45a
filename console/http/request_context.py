"""Request context: the services, who asks, in which language, the form, the page; edge."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast, get_args
from urllib.parse import parse_qsl

from aiohttp import web

from appeals.reports.watching import Watching
from config.settings import Settings
from console.http.connections import client_network
from console.http.engine_client import EngineClient
from console.http.event_stream import EventStreams
from console.http.rate_limit import RateLimit
from console.http.register_link import RegisterDoors
from console.http.rendering import Rendering
from console.identity.accounts import Account, Speech
from console.identity.current_user import SessionLookup
from console.identity.results import CurrentUser
from console.identity.sign_in import SignIn
from recordings.journal.reading import Reader

LANGUAGES: Final = get_args(Speech)
FORM_WITHIN: Final = 10.0  # seconds
FIELDS: Final = 40
FIELDS_SIGNED_IN: Final = 600  # a whole appeal, or hand-overs to several bodies
LARGEST: Final = 64 * 1024  # bytes of a form from whoever has not signed in
YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Services:
    """All that handlers use; joined in engine/console_main.py."""

    settings: Settings
    link: EngineClient
    sign_in: SignIn
    users: SessionLookup
    streams: EventStreams
    rendering: Rendering
    reader: Reader
    key: bytes  # signs device cookies
    register: RegisterDoors  # the appeals' services, in the register's process
    watching: Watching
    order_rate: RateLimit = field(default_factory=RateLimit)


HOME: Final[Mapping[str, str]] = {
    "consultant": "/desk", "supervisor": "/", "administrator": "/", "auditor": "/"
}  # fmt: skip
STAGES: Final[Mapping[str, str]] = {
    "code": "/code", "enrol": "/enrol", "renew": "/enrol", "change": "/change"
}  # fmt: skip
SERVICES: Final = web.AppKey("services", Services)
PRESENT: Final = web.RequestKey("present", CurrentUser)


def services(request: web.Request) -> Services:
    """What the console is made of."""
    return request.app[SERVICES]


def current_user(request: web.Request) -> CurrentUser:
    """Who asks; the middleware has let nobody else in."""
    return request[PRESENT]


def account(request: web.Request) -> Account:
    """The account of whoever asks."""
    return current_user(request).account


def acting_for(who: Account) -> Mapping[str, str | None]:
    """For whom the engine is asked; it checks the right again."""
    return {
        "person": who.person,
        "role": who.role,
        "user": who.login,
        "consultant": who.consultant if who.role == "consultant" else None,
    }


def language(request: web.Request) -> Speech:
    """The account's; before signing in the cookie's, the browser's, else Kazakh."""
    who: CurrentUser | None = request.get(PRESENT)
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
    return client_network(request.remote or "")


async def form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form; the last of a name counts.

    Raises HTTPBadRequest for what no page of ours sends, HTTPRequestTimeout for one that does not come.
    """
    if request.content_type != "application/x-www-form-urlencoded" and request.can_read_body:
        raise web.HTTPBadRequest
    known = request.get(PRESENT) is not None
    if not known and request.can_read_body and (request.content_length or LARGEST + 1) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    try:
        async with asyncio.timeout(FORM_WITHIN):
            body = await request.read()
        most = FIELDS_SIGNED_IN if known else FIELDS
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None


def page(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """A page in the asker's language."""
    who = request.get(PRESENT)
    whole = who is not None and who.session.stage == "in"
    text = services(request).rendering.page(
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
