"""All routes with the right that each needs, and the application made of them; wiring."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from console.accounts import own_account
from console.accounts import pages as accounts_pages
from console.appeals import labels as appeals_labels
from console.appeals import pages as appeals_pages
from console.appeals.asking import LOOKS, Looks
from console.appeals_watch import labels as appeals_watch_labels
from console.appeals_watch import pages as appeals_watch_pages
from console.desk import commands as desk_commands
from console.desk import pages as desk_pages
from console.figures import pages as figures_pages
from console.http import labels as shared_labels
from console.http.access_control import authorise, require_our_host
from console.http.commands import command_routes
from console.http.error_pages import answer_errors
from console.http.host_header import allowed_names
from console.http.request_context import SERVICES, Services
from console.http.routes import NAMES, RIGHTS_OF, Route, RouteAccess
from console.http.security_headers import add_security_headers
from console.intake import api as intake_api
from console.sign_in import pages as sign_in_pages
from console.wallboard import commands as wallboard_commands
from console.wallboard import labels as wallboard_labels
from console.wallboard import pages as wallboard_pages

STATIC: Final = Path(__file__).resolve().parent / "static"
LONGEST_NAME: Final = 100
LARGEST: Final = 1024 * 1024  # bytes of a form: all that bodies are told of one appeal
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
# What templates find under `labels`.
LABELS: Final[Mapping[str, Any]] = {
    name: value
    for module in (shared_labels, wallboard_labels, appeals_labels, appeals_watch_labels)
    for name, value in vars(module).items()
    if name.isupper()
}


def routes() -> tuple[Route, ...]:
    """All routes of the console; tests walk through this list with every role, and with nobody."""
    return (
        *wallboard_pages.routes(),
        *command_routes(wallboard_commands.COMMANDS),
        *desk_pages.routes(),
        *command_routes(desk_commands.COMMANDS),
        *appeals_watch_pages.routes(),
        *appeals_pages.routes(),
        *figures_pages.routes(),
        *accounts_pages.routes(),
        *own_account.routes(),
        *sign_in_pages.routes(),
        *intake_api.routes(),
        Route("GET", "/static/{name}", RouteAccess.PUBLIC, static),
        Route("GET", "/static/files/{name}", RouteAccess.PUBLIC, static),
    )


def build(services: Services) -> web.Application:
    """The application; a route beside `routes` would be refused by access control."""
    app = web.Application(middlewares=[answer_errors, require_our_host, authorise], client_max_size=LARGEST)
    app[SERVICES] = services
    app[LOOKS] = Looks()
    app[RIGHTS_OF] = {}
    app[NAMES] = allowed_names((services.settings.console_address, *services.settings.console_names))
    for route in routes():
        added = app.router.add_route(route.method, route.path, route.handler)
        app[RIGHTS_OF][added] = route.needs
    app.on_response_prepare.append(add_security_headers)
    return app


async def static(request: web.Request) -> web.StreamResponse:
    """Our own files and the browser's parts, by plain name only."""
    name = request.match_info["name"]
    parts = request.app[SERVICES].settings.web
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
