"""The consultant's own page, and its live stream; edge."""

from aiohttp import web

from config.rights import Right
from console.http import request_context as ctx
from console.http.board_stream import stream_board
from console.http.rendering import own_seat
from console.http.routes import Route


def routes() -> tuple[Route, ...]:
    """The page and its stream."""
    return (
        Route("GET", "/desk", Right.OWN_DESK, desk),
        Route("GET", "/stream/desk", Right.OWN_DESK, desk_stream),
    )


async def desk(request: web.Request) -> web.StreamResponse:
    """A consultant's own state and call."""
    link, who = ctx.services(request).link, ctx.account(request)
    seat = own_seat(link.board, who)
    return ctx.page(
        request, "desk.html", board=link.board, seat=seat, fresh=link.fresh, stream="/stream/desk"
    )


async def desk_stream(request: web.Request) -> web.StreamResponse:
    """The consultant's page as it changes."""
    return await stream_board(request, "desk_board.html")
