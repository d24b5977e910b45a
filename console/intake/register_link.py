"""Link to the register for appeals in writing: one question over its socket; edge (A7)."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from appeals.intake.results import Accepted, FieldFault, IntakeCode, IntakeRefused

ACCEPT: Final = "intake.accept"
SECONDS: Final = 30.0
LONGEST: Final = 1024 * 1024  # bytes of an answer
_ACCEPTED: Final = TypeAdapter(Accepted)
_FAULTS: Final = TypeAdapter(tuple[FieldFault, ...])


class RegisterAway(Exception):
    """Nothing was done, or nobody knows: the sender repeats it with the same key."""


@dataclass(frozen=True, slots=True)
class IntakeLink:
    """`socket`: the register's."""

    socket: Path

    async def accept(self, token: str, key: str, body: str) -> Accepted:
        """Raises IntakeRefused, RegisterAway."""
        answer = await self._ask({"do": ACCEPT, "token": token, "key": key, "body": body})
        try:
            if "refused" in answer:
                faults = _FAULTS.validate_json(json.dumps(answer["faults"]))
                raise IntakeRefused(IntakeCode(answer["refused"]), faults)
            return _ACCEPTED.validate_json(json.dumps(answer["result"]))
        except (ValidationError, KeyError) as why:
            raise RegisterAway(type(why).__name__) from None

    async def _ask(self, asked: dict[str, str]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=LONGEST)
                try:
                    writer.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
                    await writer.drain()
                    answer: dict[str, Any] = json.loads(await reader.readline())
                finally:
                    writer.close()
        except (OSError, ValueError, TimeoutError) as why:
            raise RegisterAway(type(why).__name__) from None
        if not answer.get("ok"):
            raise RegisterAway(str(answer.get("code", "")))
        return answer
