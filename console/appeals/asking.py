"""Asking of the register for a page: who asks, why they look, refusals in their language; edge (A18)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from time import monotonic
from typing import Final

from aiohttp import web

from appeals.bodies.service import NoSuchBody
from appeals.handing_over.results import HandOverRefused
from appeals.handing_over.status import WrongHandOverStep
from appeals.handing_over.store import NoSuchHandOver
from appeals.model.body import Body
from appeals.register.number import WrongNumber
from appeals.register.ports import FieldRefused
from appeals.register.results import AppealRefused, AppealUnreadable, FieldsMissing, NoSuchAppeal
from config.reasons import ReasonRefused
from config.told import told
from console.appeals.drawing import speech
from console.appeals.rulebook import the_form
from console.http import request_context as ctx
from console.http.i18n import said
from console.http.register_link import RegisterDoors, RegisterUnavailable
from console.http.routes import Handler
from recordings.demands.steps import StepForbidden, WrongStep
from recordings.model.access_entry import Actor, ReasonMissing
from recordings.privacy.phone_number import NotAPhoneNumber

REASON_COUNTS: Final = 30 * 60.0  # seconds without a look at the appeal
MOST_REASONS: Final = 5000
NAMES_COUNT: Final = 60.0  # seconds: how long the directory's names are good for a page

# What a person can do something about; each text says what.
Refusal = (
    AppealRefused,
    FieldRefused,
    WrongStep,
    WrongNumber,
    StepForbidden,
    HandOverRefused,
    WrongHandOverStep,
    NoSuchBody,
    ReasonMissing,
    ReasonRefused,
    NotAPhoneNumber,
)


@dataclass(slots=True)
class Looks:
    """Why each session looks at others' appeals: said once, in no address; names of bodies."""

    _reasons: dict[tuple[str, int], tuple[str, float]] = field(default_factory=dict)
    names: tuple[tuple[Body, ...], float] = ((), float("-inf"))

    def reason(self, session: str, appeal_id: int, now: float) -> str:
        """What was said; "" where nothing was, or long ago. `now` monotonic seconds."""
        text, at = self._reasons.get((session, appeal_id), ("", now))
        if now - at > REASON_COUNTS:
            del self._reasons[session, appeal_id]
            return ""
        if text:
            self._reasons[session, appeal_id] = (text, now)
        return text

    def say(self, session: str, appeal_id: int, text: str, now: float) -> None:
        """Keep a reason for the pages of this appeal."""
        if len(self._reasons) >= MOST_REASONS:
            oldest = min(self._reasons, key=lambda key: self._reasons[key][1])
            del self._reasons[oldest]
        self._reasons[session, appeal_id] = (text, now)


LOOKS: Final = web.AppKey("looks", Looks)


def doors(request: web.Request) -> RegisterDoors:
    """The register's services."""
    return ctx.services(request).register


def who(request: web.Request) -> Actor:
    """For whom the register is asked; it checks the right again."""
    account = ctx.account(request)
    return Actor(account.person, account.role, account.login)


def now() -> datetime:
    """The clock that the register is told."""
    return datetime.now(UTC)


def number_in(request: web.Request, name: str = "id") -> int:
    """A row's id of the path. Raises HTTPNotFound."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise web.HTTPNotFound
    return int(text)


def why(request: web.Request, appeal_id: int) -> str:
    """The reason this session gave for looking at another's appeal."""
    return request.app[LOOKS].reason(ctx.current_user(request).session.id, appeal_id, monotonic())


def say_why(request: web.Request, appeal_id: int, text: str) -> None:
    """Keep the reason for this session."""
    request.app[LOOKS].say(ctx.current_user(request).session.id, appeal_id, text, monotonic())


def answered(handler: Handler) -> Handler:
    """A handler whose register may be away, or have no such row."""

    @wraps(handler)
    async def asked(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (NoSuchAppeal, NoSuchHandOver):
            raise web.HTTPNotFound from None
        except (RegisterUnavailable, AppealUnreadable):
            raise web.HTTPServiceUnavailable from None

    return asked


def sentence(request: web.Request, refusal: Exception) -> str:
    """A refusal in the reader's language, with fields and bodies by their names."""
    language = ctx.language(request)
    if isinstance(refusal, FieldsMissing):
        fields, tongue = the_form().fields, speech(language)
        names = ", ".join(fields[one].label.of(tongue) for one in refusal.fields if one in fields)
        return said(language, told("not filled in yet: {fields}", fields=names))
    return said(language, str(refusal))


def said_to(request: web.Request, text: str) -> str:
    """A sentence of the services in the reader's language."""
    return said(ctx.language(request), text)


def tongue(request: web.Request) -> str:
    """The language of the form's own words."""
    return speech(ctx.language(request))


async def every_body(request: web.Request) -> tuple[Body, ...]:
    """The directory, as it was within the last minute."""
    looks = request.app[LOOKS]
    if monotonic() - looks.names[1] > NAMES_COUNT:
        looks.names = (tuple(await doors(request).directory.listed()), monotonic())
    return looks.names[0]


async def names(request: web.Request) -> Mapping[str, str]:
    """Names of the bodies by id, in the reader's language."""
    tongue = speech(ctx.language(request))
    return {one.id: one.name(tongue) for one in await every_body(request)}


async def ids(request: web.Request) -> Mapping[str, str]:
    """Ids of the bodies by either name: what is chosen from a list is written as a name."""
    return {name: one.id for one in await every_body(request) for name in (one.name_kk, one.name_ru)}
