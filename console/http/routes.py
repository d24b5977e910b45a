"""What a route is: its path, its handler and the right that it needs; edge (aiohttp's types)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aiohttp import web

from config.rights import Right

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RouteAccess(StrEnum):
    """Routes that need no right of a role."""

    PUBLIC = "open"  # nobody need have signed in
    BEARER = "bearer"  # machines: the handler asks the register whose token it is; no session, no cookie
    HALF_SIGNED_IN = "half"  # between password and second factor


@dataclass(frozen=True, slots=True)
class Route:
    """One route and what it needs; one that is not in the table is refused."""

    method: str
    path: str
    needs: Right | RouteAccess
    handler: Handler


RIGHTS_OF: Final = web.AppKey("rights_of", dict)
NAMES: Final = web.AppKey("names", frozenset)
