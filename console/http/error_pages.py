"""Error pages: what goes wrong is answered in plain words, in the asker's language; edge."""

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from console.http.request_context import page
from console.http.routes import Handler
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong is said in plain words, in the asker's language, and nothing of the inside."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return _error_page(request, error.status)
    except KeyMissing:
        log.error("console_keys_missing")
        return _error_page(request, 503)
    except (SQLAlchemyError, OSError) as error:
        log.error("console_database_away", why=type(error).__name__)
        return _error_page(request, 503)
    except Exception:
        log.exception("console_fault", path=request.match_info.route.resource and request.path)
        return _error_page(request, 500)


def _error_page(request: web.Request, status: int) -> web.StreamResponse:
    if request.path.startswith(("/api/", "/stream/")):
        return web.json_response({"ok": False, "error": status}, status=status)
    try:
        return page(request, "error.html", status=status, code=status)
    except Exception:  # even the error page: say at least the number
        log.exception("error_page_failed")
        return web.Response(text=str(status), status=status)
