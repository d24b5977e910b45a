"""Orders from the pages: passed to the engine, which checks again; the stream shows their effect; edge."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final

import structlog
from aiohttp import web

from config.rights import Right
from console.http import context as w
from console.http.engine_client import EngineSilent, Refused
from console.http.guard import Route
from console.http.i18n import Words
from console.http.refusals import N_, reason
from console.identity.accounts import Account

log = structlog.get_logger()

DONE: Final = N_("Accepted: this page will show it when it is done.")
SILENT: Final = N_(
    "The system does not answer: the action may not have been done. Check this page, then repeat."
)
TOO_FAST: Final = N_("Too many actions at once: wait a moment.")
CHOOSE: Final = N_("Choose a consultant first.")
BAD: Final = N_("The form was not filled in correctly.")
LONGEST: Final = 100

# path: the engine's order, the right, the fields it takes; "own" is the consultant's own seat,
# "a=b" is told as it stands.
ORDERS: Final[Mapping[str, tuple[str, Right, tuple[str, ...]]]] = {
    "spy": ("steer.spy", Right.SPY, ("consultant", "mode", "phone", "call")),
    "spy-end": ("steer.spy_end", Right.SPY, ("phone",)),
    "pause": ("consultants.pause", Right.STEER, ("id", "reason")),
    "release": ("consultants.unpause", Right.STEER, ("id", "only=pause")),
    "shift-start": ("shift.start", Right.STEER, ("id",)),
    "log-out": ("shift.end", Right.STEER, ("id",)),
    "move-up": ("steer.move_up", Right.STEER, ("call",)),
    "assign": ("steer.assign", Right.STEER, ("call", "consultant")),
    "unassign": ("steer.unassign", Right.STEER, ("call",)),
    "wrap-up-end": ("steer.wrap_up_end", Right.STEER, ("id",)),
    "divert": ("queue.divert", Right.STEER, ("language",)),
    "undivert": ("queue.undivert", Right.STEER, ("language",)),
    "own/start": ("shift.start", Right.OWN_DESK, ("own",)),
    "own/end": ("shift.end", Right.OWN_DESK, ("own",)),
    "own/pause": ("consultants.pause", Right.OWN_DESK, ("own", "reason")),
    "own/release": ("consultants.unpause", Right.OWN_DESK, ("own", "only=pause")),
    "own/more": ("desk.wrap_up_more", Right.OWN_DESK, ("own",)),
    "own/ready": ("steer.wrap_up_end", Right.OWN_DESK, ("own",)),
    "own/1414": ("desk.transfer_1414", Right.OWN_DESK, ("own", "call")),
}


def routes() -> tuple[Route, ...]:
    """One route an order."""
    return tuple(
        Route("POST", f"/orders/{path}", right, _handler(do, fields))
        for path, (do, right, fields) in ORDERS.items()
    )


def _handler(do: str, fields: tuple[str, ...]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def order(request: web.Request) -> web.StreamResponse:
        who = w.account(request)
        if not w.parts(request).pace.take(who.login, monotonic()):
            return _say(request, TOO_FAST, 429)
        try:
            asked = _asked(await w.form(request), fields, who, w.parts(request).settings.pause_reasons)
            await w.parts(request).link.order(do, {**asked, "by": w.by(who)})
        except Unfit as why:
            return _say(request, str(why), 400)
        except EngineSilent:
            return _say(request, SILENT, 503)
        except Refused as why:
            return _say(request, reason(str(why)), 409)
        return _say(request, DONE, 200)

    return order


class Unfit(ValueError):
    """The form was not filled in; the text is for the person."""


def _asked(
    form: Mapping[str, str], fields: tuple[str, ...], who: Account, reasons: Sequence[str]
) -> dict[str, Any]:
    """What the engine is asked. Raises Unfit."""
    asked: dict[str, Any] = {}
    for field in fields:
        value = form.get(field, "")
        if "=" in field:  # always so, whatever the form says
            name, _, asked[name] = field.partition("=")
            continue
        if field == "phone":  # always one's own, whatever the form says
            asked[field] = who.phone or ""
        elif field == "own":
            asked["id"] = who.consultant or ""
        elif field == "consultant" and not value:
            raise Unfit(CHOOSE)
        elif not value or len(value) > LONGEST or not value.isprintable():
            raise Unfit(BAD)
        else:
            asked[field] = value
    if "reason" in asked and asked["reason"] not in reasons:
        raise Unfit(BAD)
    return asked


def _say(request: web.Request, message: str, status: int) -> web.Response:
    """A sentence for the page's live region; for a browser without scripts a page of its own."""
    words = Words(w.language(request), w.parts(request).settings.zone)
    if "HX-Request" not in request.headers:
        return w.page(request, "said.html", status=status, message=words.gettext(message), good=status == 200)
    text = w.parts(request).rendering.page(
        "said_line.html", w.language(request), message=words.gettext(message), good=status == 200
    )
    return web.Response(text=text, content_type="text/html", charset="utf-8")
