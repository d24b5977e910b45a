"""Commands from the pages: passed to the engine, which checks again; the stream shows their effect; edge."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from aiohttp import web

from config.rights import Right
from console.http import request_context as ctx
from console.http.engine_client import EngineRefused, EngineSilent
from console.http.i18n import Words
from console.http.refusals import N_, reason
from console.http.routes import Route
from console.identity.accounts import Account

DONE: Final = N_("Accepted: this page will show it when it is done.")
SILENT: Final = N_(
    "The system does not answer: the action may not have been done. Check this page, then repeat."
)
TOO_FAST: Final = N_("Too many actions at once: wait a moment.")
CHOOSE: Final = N_("Choose a consultant first.")
BAD: Final = N_("The form was not filled in correctly.")
ID_LETTERS: Final = 100  # of a consultant's or call's id

# Path below /orders/: the engine's order, the right, the fields it takes; "own" is the consultant's own seat,
# "a=b" is told as it stands.
Commands = Mapping[str, tuple[str, Right, tuple[str, ...]]]


def command_routes(commands: Commands) -> tuple[Route, ...]:
    """One route a command."""
    return tuple(
        Route("POST", f"/orders/{path}", right, _handler(do, fields))
        for path, (do, right, fields) in commands.items()
    )


def _handler(do: str, fields: tuple[str, ...]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def command(request: web.Request) -> web.StreamResponse:
        who = ctx.account(request)
        if not ctx.services(request).order_rate.take(who.login, monotonic()):
            return _say(request, TOO_FAST, 429)
        try:
            asked = _asked(await ctx.form(request), fields, who, ctx.services(request).settings.pause_reasons)
            await ctx.services(request).link.send_command(do, {**asked, "by": ctx.acting_for(who)})
        except FormRefused as why:
            return _say(request, str(why), 400)
        except EngineSilent:
            return _say(request, SILENT, 503)
        except EngineRefused as why:
            return _say(request, reason(why.code), 409)
        return _say(request, DONE, 200)

    return command


class FormRefused(ValueError):
    """The form was not filled in; the text is for the person."""


def _asked(
    form: Mapping[str, str], fields: tuple[str, ...], who: Account, reasons: Sequence[str]
) -> dict[str, Any]:
    """What the engine is asked. Raises FormRefused."""
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
            raise FormRefused(CHOOSE)
        elif not _fits(field, value, reasons):
            raise FormRefused(BAD)
        else:
            asked[field] = value
    return asked


def _fits(field: str, value: str, reasons: Sequence[str]) -> bool:
    """An id, or one of the reasons offered; whether it fits the engine says."""
    if field == "reason":
        return value in reasons
    return 0 < len(value) <= ID_LETTERS and value.isprintable()


def _say(request: web.Request, message: str, status: int) -> web.Response:
    """A sentence for the page's live region; for a browser without scripts a page of its own."""
    words = Words(ctx.language(request), ctx.services(request).settings.zone)
    if "HX-Request" not in request.headers:
        return ctx.page(
            request, "order_result.html", status=status, message=words.gettext(message), good=status == 200
        )
    text = ctx.services(request).rendering.page(
        "order_result_line.html", ctx.language(request), message=words.gettext(message), good=status == 200
    )
    return web.Response(text=text, content_type="text/html", charset="utf-8")
