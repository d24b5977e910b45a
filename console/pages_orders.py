"""Orders from the pages: passed to the engine, which checks them again; the stream shows their effect."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from aiohttp import web

from config.rights import Right
from console import web as w
from console.guard import Route
from console.i18n import Words
from console.link import EngineSilent, Refused
from console.said import N_, reason

log = structlog.get_logger()

DONE: Final = N_("Accepted: this page will show it when it is done.")
SILENT: Final = N_(
    "The system does not answer: the action may not have been done. Check this page, then repeat."
)
BAD: Final = N_("The form was not filled in correctly.")
LONGEST: Final = 100

# path: the engine's order, the right, the fields it takes; "own" is the consultant's own seat.
ORDERS: Final[Mapping[str, tuple[str, Right, tuple[str, ...]]]] = {
    "spy": ("steer.spy", Right.SPY, ("consultant", "mode", "phone")),
    "spy-end": ("steer.spy_end", Right.SPY, ("phone",)),
    "pause": ("consultants.pause", Right.STEER, ("id", "reason")),
    "release": ("consultants.unpause", Right.STEER, ("id",)),
    "log-out": ("shift.end", Right.STEER, ("id",)),
    "move-up": ("steer.move_up", Right.STEER, ("call",)),
    "assign": ("steer.assign", Right.STEER, ("call", "consultant")),
    "wrap-up-end": ("steer.wrap_up_end", Right.STEER, ("id",)),
    "divert": ("queue.divert", Right.STEER, ("language",)),
    "undivert": ("queue.undivert", Right.STEER, ("language",)),
    "own/start": ("shift.start", Right.OWN_DESK, ("own",)),
    "own/end": ("shift.end", Right.OWN_DESK, ("own",)),
    "own/pause": ("consultants.pause", Right.OWN_DESK, ("own", "reason")),
    "own/release": ("consultants.unpause", Right.OWN_DESK, ("own",)),
    "own/more": ("desk.wrap_up_more", Right.OWN_DESK, ("own",)),
    "own/ready": ("steer.wrap_up_end", Right.OWN_DESK, ("own",)),
    "own/1414": ("desk.transfer_1414", Right.OWN_DESK, ("own",)),
}


def routes() -> tuple[Route, ...]:
    """One route an order."""
    return tuple(
        Route("POST", f"/orders/{path}", right, _handler(do, fields))
        for path, (do, right, fields) in ORDERS.items()
    )


def _handler(do: str, fields: tuple[str, ...]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def order(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        who = w.account(request)
        asked: dict[str, Any] = {}
        for field in fields:
            value = str(form.get(field, ""))
            if field == "phone":  # always one's own, whatever the form says
                asked[field] = who.phone or ""
            elif field == "own":
                asked["id"] = who.consultant or ""
            elif not value or len(value) > LONGEST or not value.isprintable():
                return _say(request, BAD, 400)
            else:
                asked[field] = value
        if "reason" in asked and asked["reason"] not in w.parts(request).settings.pause_reasons:
            return _say(request, BAD, 400)
        by = {
            "person": who.person,
            "role": who.role,
            "user": who.login,
            "consultant": who.consultant if who.role == "consultant" else None,
        }
        try:
            await w.parts(request).link.order(do, {**asked, "by": by})
        except EngineSilent:
            return _say(request, SILENT, 503)
        except Refused as why:
            return _say(request, reason(str(why)), 409)
        return _say(request, DONE, 200)

    return order


def _say(request: web.Request, message: str, status: int) -> web.Response:
    """A sentence for the page's live region; for a browser without scripts a page of its own."""
    words = Words(w.language(request), w.parts(request).settings.zone)
    if "HX-Request" not in request.headers:
        return w.page(request, "said.html", status=status, message=words.gettext(message), good=status == 200)
    text = w.parts(request).rendering.page(
        "said_line.html", w.language(request), message=words.gettext(message), good=status == 200
    )
    return web.Response(text=text, content_type="text/html", charset="utf-8")
