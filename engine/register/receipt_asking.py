"""Asking of receipts over a socket: four commands by link, for whoever may open the socket; edge (A17).

A socket of its own: the page's process reaches nothing else of the register.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from pydantic import TypeAdapter
from sqlalchemy.exc import SQLAlchemyError

from appeals.handing_over.receipts import Receipts
from appeals.model.hand_over import BodyAnswer
from appeals.model.receipt import ReceiptRefused, ReceiptText, ReceiptView
from config.refusals import Code, refused
from engine.process.local_socket import Answer as SocketAnswer
from engine.process.local_socket import Command, CommandRefused, Peer, ping
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()

_VIEW: Final = TypeAdapter(ReceiptView)
_TEXT: Final = TypeAdapter(ReceiptText)
_FIELDS: Final = ("link", "form", "opened", "code", "by", "post", "measures", "answer")


class ReceiptAsking:
    """`receipts`: made when first asked for. Raises nothing but CommandRefused."""

    def __init__(
        self, receipts: Callable[[], Receipts], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._receipts, self._clock = receipts, clock

    @property
    def commands(self) -> Mapping[str, Command]:
        """For a ControlSocket."""
        return {
            "ping": ping,
            "receipt.look": self._command(self._look),
            "receipt.unlock": self._command(self._unlock),
            "receipt.take": self._command(self._take),
            "receipt.answer": self._command(self._answer),
        }

    def _command(self, ask: Callable[[Mapping[str, str], datetime], Awaitable[object]]) -> Command:
        async def command(asker: Peer, asked: Mapping[str, Any]) -> SocketAnswer:
            said = {name: str(asked.get(name, "")) for name in _FIELDS}
            try:
                return {"result": await ask(said, self._clock())}
            except ReceiptRefused as why:
                until = why.until.isoformat() if why.until is not None else None
                return {"fault": why.fault.value, "until": until}
            except (SQLAlchemyError, OSError, KeyMissing) as why:
                log.error("receipt_database_away", error=type(why).__name__)
                raise CommandRefused(refused(Code.ENGINE_FAULT)) from None

        return command

    async def _look(self, said: Mapping[str, str], now: datetime) -> object:
        return _VIEW.dump_python(await self._receipts().look(said["link"], now), mode="json")

    async def _unlock(self, said: Mapping[str, str], now: datetime) -> object:
        found = await self._receipts().unlock(said["link"], said["form"], said["code"], now)
        return _TEXT.dump_python(found, mode="json")

    async def _take(self, said: Mapping[str, str], now: datetime) -> object:
        found = await self._receipts().take(said["link"], said["form"], said["by"], said["post"], now)
        return _VIEW.dump_python(found, mode="json")

    async def _answer(self, said: Mapping[str, str], now: datetime) -> object:
        if said["answer"] not in set(BodyAnswer):
            raise CommandRefused(refused(Code.UNKNOWN_ORDER))
        found = await self._receipts().answer(
            said["link"], said["opened"], BodyAnswer(said["answer"]), said["measures"], said["by"],
            said["post"], now,
        )  # fmt: skip
        return _TEXT.dump_python(found, mode="json")
