"""Application of the receipt page: three addresses, plain forms, strict headers, limits; edge (A17, B2).

A GET changes nothing. Neither link nor words of anybody reach the log.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from appeals.model.hand_over import BodyAnswer
from appeals.model.receipt import ReceiptFault, ReceiptRefused, ReceiptText, ReceiptView
from receipt_page.door import ReceiptDoor, RegisterSilent
from receipt_page.rate import Buckets, network_of
from receipt_page.words import LANGUAGES, fault_said, said

HERE: Final = Path(__file__).parent
LARGEST: Final = 64 * 1024  # bytes of one form
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_STATUS: Final[Mapping[ReceiptFault, int]] = {
    ReceiptFault.NO_SUCH_LINK: 404,
    ReceiptFault.NOT_YET: 404,
    ReceiptFault.EXPIRED: 410,
    ReceiptFault.WITHDRAWN: 410,
    ReceiptFault.WRONG_CODE: 403,
    ReceiptFault.LOCKED: 429,
    ReceiptFault.FORM_OLD: 409,
    ReceiptFault.EMPTY: 422,
    ReceiptFault.TOO_LONG: 422,
}
_TYPED: Final = ("by", "post", "measures", "answer")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


@dataclass(slots=True)
class ReceiptPage:
    """The handlers. `door`: the register; `clock`: monotonic seconds."""

    door: ReceiptDoor
    zone: ZoneInfo
    clock: Callable[[], float] = time.monotonic
    networks: Buckets = field(default_factory=lambda: Buckets(60.0, 1.0))
    links: Buckets = field(default_factory=lambda: Buckets(30.0, 0.5))
    template: Template = field(init=False)

    def __post_init__(self) -> None:
        made = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
        self.template = made.get_template("page.html")

    async def show(self, request: web.Request) -> web.Response:
        """GET: what the link alone shows."""
        if self._too_fast(request):
            return self.page(_language(request, None), 429, bad=said("too_fast", _language(request, None)))
        try:
            view = await self.door.look(request.match_info["link"])
        except ReceiptRefused as why:
            return self._refused(_language(request, None), why, None)
        except RegisterSilent:
            return self.page(_language(request, None), 503, bad=said("away", _language(request, None)))
        return self.page(_language(request, view), 200, view=view)

    async def send(self, request: web.Request) -> web.Response:
        """POST: the code, a receipt, an answer; what was typed stays on the page that refuses it."""
        language = _language(request, None)
        if self._too_fast(request):
            return self.page(language, 429, bad=said("too_fast", language))
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        typed = {name: form.get(name, "") for name in _TYPED}
        link = request.match_info["link"]
        try:
            return await self._done(request, link, form, typed)
        except ReceiptRefused as why:
            return await self._refused_with(request, link, why, typed)
        except RegisterSilent:
            return self.page(language, 503, bad=said("away", language), typed=typed)

    async def _done(
        self, request: web.Request, link: str, form: Mapping[str, str], typed: Mapping[str, str]
    ) -> web.Response:
        match form.get("do"):
            case "unlock":
                text = await self.door.unlock(link, form.get("form", ""), form.get("code", ""))
                return self.page(_language(request, text.view), 200, view=text.view, text=text, typed=typed)
            case "take":
                view = await self.door.take(link, form.get("form", ""), typed["by"], typed["post"])
                language = _language(request, view)
                return self.page(language, 200, view=view, good=said("thanks_take", language))
            case "answer" if typed["answer"] in set(BodyAnswer):
                answer, opened = BodyAnswer(typed["answer"]), form.get("opened", "")
                text = await self.door.answer(
                    link, opened, answer, typed["measures"], typed["by"], typed["post"]
                )
                language = _language(request, text.view)
                good = said("thanks_answer", language)
                return self.page(language, 200, view=text.view, text=text, good=good)
        view = await self.door.look(link)
        language = _language(request, view)
        return self.page(language, 422, view=view, bad=said("choose", language), typed=typed)

    async def _refused_with(
        self, request: web.Request, link: str, why: ReceiptRefused, typed: Mapping[str, str]
    ) -> web.Response:
        """With the form again, where the link is good."""
        try:
            view = await self.door.look(link)
        except (ReceiptRefused, RegisterSilent):
            return self._refused(_language(request, None), why, None)
        return self._refused(_language(request, view), why, view, typed)

    def _refused(
        self,
        language: str,
        why: ReceiptRefused,
        view: ReceiptView | None,
        typed: Mapping[str, str] | None = None,
    ) -> web.Response:
        until = self._at(why.until) if why.until is not None else ""
        bad = fault_said(why.fault, language, until)
        return self.page(language, _STATUS[why.fault], bad=bad, view=view, typed=typed)

    def page(
        self,
        language: str,
        status: int,
        *,
        view: ReceiptView | None = None,
        text: ReceiptText | None = None,
        typed: Mapping[str, str] | None = None,
        bad: str = "",
        good: str = "",
    ) -> web.Response:
        """The one page there is, with what is known."""
        [other] = [one for one in LANGUAGES if one != language]
        made = self.template.render(
            lang=language,
            other=other,
            view=view,
            text=text,
            typed={name: (typed or {}).get(name, "") for name in _TYPED},
            bad=bad,
            good=good,
            answers=[one.value for one in BodyAnswer],
            w=lambda key, **fields: said(key, language, **fields),
            at=self._at,
        )
        return web.Response(status=status, text=made, content_type="text/html", charset="utf-8")

    def _at(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%d.%m.%Y %H:%M}"

    def _too_fast(self, request: web.Request) -> bool:
        now = self.clock()
        link = request.match_info["link"]
        return not (self.networks.take(_network(request), now) and self.links.take(link, now))


def build(page: ReceiptPage) -> web.Application:
    """The whole application: nothing else is served."""

    @web.middleware
    async def errors(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as why:
            language = _language(request, None)
            return page.page(language, why.status, bad=said("nothing", language))

    app = web.Application(client_max_size=LARGEST, middlewares=[errors])
    app.router.add_get("/r/{link:[A-Za-z0-9_=-]{1,100}}", page.show)
    app.router.add_post("/r/{link:[A-Za-z0-9_=-]{1,100}}", page.send)
    app.router.add_get("/robots.txt", _robots)
    app.router.add_get("/page.css", _style)
    app.on_response_prepare.append(_headers)
    return app


async def _robots(request: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nDisallow: /\n")


async def _style(request: web.Request) -> web.Response:
    style = await asyncio.to_thread((HERE / "page.css").read_text, "utf-8")
    return web.Response(text=style, content_type="text/css")


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    if request.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers.popall("Server", None)


def _language(request: web.Request, view: ReceiptView | None) -> str:
    """As asked by the switch; else the body's."""
    asked = request.query.get("lang", "")
    return asked if asked in LANGUAGES else view.language if view is not None else LANGUAGES[0]


def _network(request: web.Request) -> str:
    """Whose request it is; a proxy on this machine says for whom it asks."""
    address = request.remote or ""
    if address in _LOOPBACK:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return network_of(address)
