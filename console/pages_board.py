"""The wallboard, its television mode, the consultant's own page, and their live streams."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from console import web as w
from console.rendering import Rendering
from console.signing.accounts import Account, Speech

Board = Mapping[str, Any]


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
    who, language = w.account(request), w.language(request)
    return await _stream(
        request, lambda rendering, board: rendered(rendering, "board.html", language, who, board)
    )


async def television_stream(request: web.Request) -> web.StreamResponse:
    """The television's as it changes."""
    who, language = w.account(request), w.language(request)
    return await _stream(
        request, lambda rendering, board: rendered(rendering, "tv_board.html", language, who, board)
    )


async def desk_stream(request: web.Request) -> web.StreamResponse:
    """The consultant's page as it changes."""
    who, language = w.account(request), w.language(request)

    def made(rendering: Rendering, board: Board) -> str:
        return rendering.page(
            "desk_board.html", language, board=board, seat=own_seat(board, who), role=who.role, me=who
        )

    return await _stream(request, made)


async def board_json(request: web.Request) -> web.StreamResponse:
    """The same board for programs: what the page shows at this event number."""
    link = w.parts(request).link
    if link.board is None:
        raise web.HTTPServiceUnavailable
    fresh = {"fresh": link.fresh, "no_data_since": None if link.fresh else link.true_until}
    return web.json_response(
        {**link.board, **fresh}, dumps=lambda value: json.dumps(value, ensure_ascii=False)
    )


def own_seat(board: Board | None, who: Account) -> Mapping[str, Any] | None:
    """The consultant's own row."""
    for seat in board["consultants"] if board else ():
        if seat["id"] == who.consultant:
            row: Mapping[str, Any] = seat
            return row
    return None


def rendered(rendering: Rendering, template: str, language: Speech, who: Account, board: Board) -> str:
    """Once for all who see the same."""
    key = (template, language, who.role, board["event"])
    if rendering.last.get(key[:3], ("", ""))[0] != str(board["event"]):
        html = rendering.page(template, language, board=board, role=who.role)
        rendering.last[key[:3]] = (str(board["event"]), html)
    return rendering.last[key[:3]][1]


async def _stream(request: web.Request, made: Callable[[Rendering, Board], str]) -> web.StreamResponse:
    own = w.parts(request)
    token = request.cookies.get(w.cookie(request, "session"), "")

    async def alive() -> bool:
        who = await own.door.present(token)
        if who is None or who.session.stage != "in":
            return False
        await own.door.seen(who.session)  # who watches is there
        return True

    def state() -> tuple[int, str] | None:
        board = own.link.board
        if board is None:
            return None
        number = board["event"] * 2 + own.link.fresh
        message = {
            **own.link.now(),
            "event": board["event"],
            "at": board["at"],
            "html": made(own.rendering, board),
            "chart": board["chart"],
        }
        return number, json.dumps(message, ensure_ascii=False)

    return await own.streams.serve(request, state, own.link.now, alive)
