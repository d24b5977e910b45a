"""Asking of appeals in writing over the register's socket: for the console; edge (A7)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from pydantic import TypeAdapter
from sqlalchemy.exc import SQLAlchemyError

from appeals.intake.results import Accepted, FieldFault, IntakeRefused
from appeals.intake.service import Intake
from config.refusals import Code, refused
from engine.process.local_socket import Answer, CommandRefused, Peer
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()

_ACCEPTED: Final = TypeAdapter(Accepted)
_FAULTS: Final = TypeAdapter(tuple[FieldFault, ...])


class IntakeAsking:
    """`intake`: made when first asked for; `console`: the one system user that may ask."""

    def __init__(
        self,
        intake: Callable[[], Intake],
        console: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._intake, self._console, self._clock = intake, console, clock

    async def accept(self, peer: Peer, asked: Mapping[str, Any]) -> Answer:
        """Command `intake.accept`. Raises CommandRefused."""
        if peer != self._console:
            raise CommandRefused(refused(Code.NOT_THE_CONSOLE))
        token, key, body = (str(asked.get(name, "")) for name in ("token", "key", "body"))
        try:
            done = await self._intake().accept(token, key, body.encode(), self._clock())
        except IntakeRefused as why:
            return {"refused": why.code.value, "faults": _FAULTS.dump_python(why.faults, mode="json")}
        except (SQLAlchemyError, OSError, KeyMissing) as why:
            log.error("written_appeal_not_kept", error=type(why).__name__)
            raise CommandRefused(refused(Code.ENGINE_FAULT)) from None
        return {"result": _ACCEPTED.dump_python(done, mode="json")}
