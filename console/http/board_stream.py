"""The board of a page as a stream of events, until the session ends or may see something else; edge."""

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from console.http import cookies
from console.http import request_context as ctx
from console.http.event_stream import View, event
from console.identity.accounts import Account
from routing.board.as_json import chart_to_json


def _sees_the_same(now: Account, then: Account) -> bool:
    """Whether the stream still shows what its person may see; a language chosen since needs a new page."""
    return (now.role, now.consultant) == (then.role, then.consultant)


async def stream_board(request: web.Request, template: str) -> web.StreamResponse:
    """Serve `template` anew whenever what it shows has changed."""
    own, who, language = ctx.services(request), ctx.account(request), ctx.language(request)
    token = cookies.token(request)

    async def alive() -> bool:
        try:
            present = await own.users.find(token)
            if present is None or present.session.stage != "in" or not _sees_the_same(present.account, who):
                return False
            await own.users.seen(present.session)  # who watches is there
        except (SQLAlchemyError, OSError):
            return True  # no session can be ended while the database is away
        return True

    def state() -> View | None:
        board = own.link.board
        if board is None:
            return None
        html = own.rendering.board(template, language, who, board)
        chart = chart_to_json(board.chart) if template == "board.html" else None
        told = {"html": html, "chart": chart}

        def message() -> bytes:
            return event(
                "board", own.rendering.message(template, language, who, own.link.beat_fields(), told)
            )

        return View((*told.values(), own.link.fresh), message)

    return await own.streams.serve(request, who.login, state, own.link.beat_fields, alive)
