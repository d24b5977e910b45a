"""All routes with the right that each needs, and the application made of them; wiring."""

from pathlib import Path
from typing import Final

from aiohttp import web

from config.rights import Right
from console.accounts import own_account as pages_account
from console.accounts import pages as pages_accounts
from console.figures import pages as pages_figures
from console.http.context import PARTS, Parts
from console.http.guard import NAMES, RIGHTS_OF, Door, Route, faults, guard, headers, meant
from console.http.host_header import names
from console.sign_in import pages as pages_door
from console.wallboard import commands as pages_orders
from console.wallboard import pages as pages_board

STATIC: Final = Path(__file__).resolve().parent / "static"
LONGEST_NAME: Final = 100
LARGEST: Final = 64 * 1024  # bytes of a form
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


def routes() -> tuple[Route, ...]:
    """Every door of the console; tests walk through this list with every role, and with nobody."""
    return (
        Route("GET", "/", Right.WATCH, pages_board.wallboard),
        Route("GET", "/tv", Right.WATCH, pages_board.television),
        Route("GET", "/desk", Right.OWN_DESK, pages_board.desk),
        Route("GET", "/stream/board", Right.WATCH, pages_board.board_stream),
        Route("GET", "/stream/tv", Right.WATCH, pages_board.television_stream),
        Route("GET", "/stream/desk", Right.OWN_DESK, pages_board.desk_stream),
        Route("GET", "/api/board", Right.WATCH, pages_board.board_json),
        Route("GET", "/figures", Right.FIGURES, pages_figures.days),
        Route("GET", "/sign-in", Door.OPEN, pages_door.sign_in),
        Route("POST", "/sign-in", Door.OPEN, pages_door.try_sign_in),
        Route("GET", "/code", Door.HALF, pages_door.code),
        Route("POST", "/code", Door.HALF, pages_door.try_code),
        Route("GET", "/enrol", Door.HALF, pages_door.enrol),
        Route("POST", "/enrol", Door.HALF, pages_door.try_enrol),
        Route("GET", "/change", Door.HALF, pages_account.first_change),
        Route("POST", "/change", Door.HALF, pages_account.try_first_change),
        Route("GET", "/account", Right.OWN_ACCOUNT, pages_account.account),
        Route("POST", "/account/password", Right.OWN_ACCOUNT, pages_account.change_password),
        Route("POST", "/account/end-session", Right.OWN_ACCOUNT, pages_account.end_session),
        Route("POST", "/account/second-factor", Right.OWN_ACCOUNT, pages_account.second_factor),
        Route("POST", "/sign-out", Door.HALF, pages_door.sign_out),
        Route("POST", "/language", Door.OPEN, pages_door.choose_language),
        Route("GET", "/static/{name}", Door.OPEN, static),
        Route("GET", "/static/files/{name}", Door.OPEN, static),
        *pages_orders.routes(),
        *pages_accounts.routes(),
    )


def build(parts: Parts) -> web.Application:
    """The application; a route beside `routes` would be refused by the guard."""
    app = web.Application(middlewares=[faults, meant, guard], client_max_size=LARGEST)
    app[PARTS] = parts
    app[RIGHTS_OF] = {}
    app[NAMES] = names((parts.settings.console_address, *parts.settings.console_names))
    for route in routes():
        added = app.router.add_route(route.method, route.path, route.handler)
        app[RIGHTS_OF][added] = route.needs
    app.on_response_prepare.append(_headers)
    return app


async def static(request: web.Request) -> web.StreamResponse:
    """Our own files and the browser's parts, by plain name only."""
    name = request.match_info["name"]
    parts = request.app[PARTS].settings.web
    folders = (parts / "files",) if request.path.startswith("/static/files/") else (STATIC, parts)
    kind = KINDS.get(Path(name).suffix)
    if kind is None or len(name) > LONGEST_NAME or name != Path(name).name or name.startswith("."):
        raise web.HTTPNotFound
    for folder in folders:
        file = folder / name
        if file.is_file() and file.resolve().parent == folder.resolve():
            response = web.FileResponse(file)
            response.content_type = kind
            response.headers["Cache-Control"] = "public, max-age=300"
            return response
    raise web.HTTPNotFound


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    headers(request, response)
