"""Link to the register's process: its services as pages have them, called over its socket; edge.

The console has no key of appeals: it asks, and says for whom. A process that is away is told as
RegisterUnavailable, and the page keeps what was typed; the same save may be repeated as it is.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, get_args

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from appeals.bodies.service import Directory
from appeals.calendar.service import Calendar
from appeals.handing_over.service import HandOvers
from appeals.register.service import Register
from config.settings import Role
from console.http.register_methods import (
    ALLOWED,
    BODY,
    OF_BODIES,
    WHO,
    Method,
    UnknownMethod,
    loaded,
    method,
    refusal_from_json,
    refusal_to_json,
)
from recordings.model.access_entry import Actor
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()

CALL: Final = "register.call"
LONGEST: Final = 16 * 1024 * 1024  # bytes of one line: a directory as a file among them
SECONDS: Final = 15.0
AWAY: Final = "away"
ROLES: Final = get_args(Role)

Ask = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""One question as a JSON object, one answer. Raises RegisterUnavailable."""


class RegisterUnavailable(Exception):
    """The register does not answer, or its database does not: nothing was done, or nobody knows."""


@dataclass(frozen=True, slots=True)
class RegisterDoors:
    """The services of appeals: the real ones in the register's process, over its socket in the console."""

    register: Register
    hand_overs: HandOvers
    directory: Directory
    calendar: Calendar


async def carry_out(doors: RegisterDoors, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The process' side: one call, its result or its refusal as JSON; who may ask is looked at before.

    Raises UnknownMethod for what no page of ours asks.
    """
    service, name = str(asked.get("service")), str(asked.get("method"))
    found = method(service, name)
    try:
        arguments = found.loaded(asked.get("arguments") or {})
    except ValidationError as why:
        raise UnknownMethod(f"{service}.{name}: {_unfit(why)}") from None
    if WHO in found.signature.parameters:
        arguments[WHO] = _who(asked.get("by"), service, name)
    try:
        result = await getattr(getattr(doors, service), name)(**arguments)
    except (SQLAlchemyError, OSError, KeyMissing) as why:
        log.error("register_database_away", error=type(why).__name__)
        return {AWAY: type(why).__name__}
    except Exception as why:
        refusal = refusal_to_json(why)
        if refusal is None:
            raise
        return refusal
    return {"result": found.result.dump_python(result, mode="json")}


def _who(by: object, service: str, name: str) -> Actor:
    """Raises UnknownMethod for who is nobody of ours: our own processes ask nothing here."""
    match by:
        case {"person": str(person), "role": str(role), "user": str(user)} if role in ROLES or (
            role == BODY and (service, name) in OF_BODIES
        ):
            return Actor(person, role, user)
        case _:
            raise UnknownMethod(f"{service}.{name}: by whom?")


def over(ask: Ask) -> RegisterDoors:
    """The services as they are called through `ask`."""
    return RegisterDoors(
        cast(Register, _Service("register", ask)),
        cast(HandOvers, _Service("hand_overs", ask)),
        cast(Directory, _Service("directory", ask)),
        cast(Calendar, _Service("calendar", ask)),
    )


def at_socket(socket: Path) -> RegisterDoors:
    """The services of the process that listens there; a process that is away is met by each call anew."""

    async def ask(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return await _ask(socket, asked)

    return over(ask)


class _Service:
    """One service at the other end; its methods are the allowed ones of its class, awaited."""

    def __init__(self, name: str, ask: Ask) -> None:
        self._name, self._ask = name, ask

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        if name not in ALLOWED[self._name]:
            raise AttributeError(f"{self._name}.{name} is not called over the socket")

        async def called(*args: Any, **kwargs: Any) -> Any:
            return await self._call(name, args, kwargs)

        return called

    async def _call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        found = method(self._name, name)
        asked: dict[str, Any] = {"do": CALL, "service": self._name, "method": name}
        answer = await self._ask({**asked, **_asked(found, args, kwargs)})
        if AWAY in answer:
            raise RegisterUnavailable(answer[AWAY])
        if "refused" in answer:
            raise refusal_from_json(answer)
        return loaded(found.result, answer["result"])


def _asked(found: Method, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    who = found.signature.bind(*args, **kwargs).arguments.get(WHO)
    by = {"person": who.person, "role": who.role, "user": who.system_user} if who is not None else None
    return {"arguments": found.dumped(args, kwargs), **({"by": by} if by else {})}


async def _ask(socket: Path, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_unix_connection(str(socket), limit=LONGEST)
            try:
                writer.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
                answer: dict[str, Any] = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError) as why:
        raise RegisterUnavailable(type(why).__name__) from why
    if not answer.pop("ok", False):
        raise RegisterUnavailable(str(answer.get("code", "")))
    return answer


def _unfit(why: ValidationError) -> str:
    """What is wrong with a question, without a word of what stood in it."""
    found = why.errors(include_input=False, include_url=False, include_context=False)
    return ", ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in found)
