"""The wallboard, its television mode, their live streams, and the board for programs; edge."""

import json

from aiohttp import web

from config.rights import Right
from console.http import request_context as ctx
from console.http.board_stream import stream_board
from console.http.routes import Route
from routing.board.as_json import board_to_json


def routes() -> tuple[Route, ...]:
    """Pages, streams, JSON."""
    return (
        Route("GET", "/", Right.WATCH, wallboard),
        Route("GET", "/tv", Right.WATCH, television),
        Route("GET", "/stream/board", Right.WATCH, board_stream),
        Route("GET", "/stream/tv", Right.WATCH, television_stream),
        Route("GET", "/api/board", Right.WATCH, board_json),
    )


async def wallboard(request: web.Request) -> web.StreamResponse:
    """Who waits, who is free, what to do."""
    link = ctx.services(request).link
    return ctx.page(request, "wallboard.html", board=link.board, fresh=link.fresh, stream="/stream/board")


async def television(request: web.Request) -> web.StreamResponse:
    """For a wall that anybody may look at: no personal data."""
    link = ctx.services(request).link
    return ctx.page(request, "tv.html", board=link.board, fresh=link.fresh, stream="/stream/tv")


async def board_stream(request: web.Request) -> web.StreamResponse:
    """The wallboard as it changes."""
    return await stream_board(request, "board.html")


async def television_stream(request: web.Request) -> web.StreamResponse:
    """The television's as it changes."""
    return await stream_board(request, "tv_board.html")


async def board_json(request: web.Request) -> web.StreamResponse:
    """The same board for programs: what the page shows at this event number."""
    link = ctx.services(request).link
    if link.board is None:
        raise web.HTTPServiceUnavailable
    fresh = {"fresh": link.fresh, "no_data_since": None if link.fresh else link.true_until}
    return web.json_response(
        {**board_to_json(link.board), **fresh}, dumps=lambda value: json.dumps(value, ensure_ascii=False)
    )
