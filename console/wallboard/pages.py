"""The wallboard, its television mode, the consultant's own page, and their live streams; edge."""

import json

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from console.http import context as w
from console.http.event_stream import View, event
from console.http.rendering import own_seat
from console.identity.accounts import Account
from routing.board.as_json import board_to_json, chart_to_json


async def wallboard(request: web.Request) -> web.StreamResponse:
    """Who waits, who is free, what to do."""
    link = w.parts(request).link
    return w.page(request, "wallboard.html", board=link.board, fresh=link.fresh, stream="/stream/board")


async def television(request: web.Request) -> web.StreamResponse:
    """For a wall that anybody may look at: no personal data."""
    link = w.parts(request).link
    return w.page(request, "tv.html", board=link.board, fresh=link.fresh, stream="/stream/tv")


async def desk(request: web.Request) -> web.StreamResponse:
    """A consultant's own state and call."""
    link, who = w.parts(request).link, w.account(request)
    seat = own_seat(link.board, who)
    return w.page(request, "desk.html", board=link.board, seat=seat, fresh=link.fresh, stream="/stream/desk")


async def board_stream(request: web.Request) -> web.StreamResponse:
    """The wallboard as it changes."""
    return await _stream(request, "board.html")


async def television_stream(request: web.Request) -> web.StreamResponse:
    """The television's as it changes."""
    return await _stream(request, "tv_board.html")


async def desk_stream(request: web.Request) -> web.StreamResponse:
    """The consultant's page as it changes."""
    return await _stream(request, "desk_board.html")


async def board_json(request: web.Request) -> web.StreamResponse:
    """The same board for programs: what the page shows at this event number."""
    link = w.parts(request).link
    if link.board is None:
        raise web.HTTPServiceUnavailable
    fresh = {"fresh": link.fresh, "no_data_since": None if link.fresh else link.true_until}
    return web.json_response(
        {**board_to_json(link.board), **fresh}, dumps=lambda value: json.dumps(value, ensure_ascii=False)
    )


def _same(now: Account, then: Account) -> bool:
    """Whether the stream still shows what its person may see; a language chosen since needs a new page."""
    return (now.role, now.consultant) == (then.role, then.consultant)


async def _stream(request: web.Request, template: str) -> web.StreamResponse:
    own, who, language = w.parts(request), w.account(request), w.language(request)
    token = w.token(request)

    async def alive() -> bool:
        try:
            present = await own.door.present(token)
            if present is None or present.session.stage != "in" or not _same(present.account, who):
                return False
            await own.door.seen(present.session)  # who watches is there
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
            return event("board", own.rendering.message(template, language, who, own.link.now(), told))

        return View((*told.values(), own.link.fresh), message)

    return await own.streams.serve(request, who.login, state, own.link.now, alive)
