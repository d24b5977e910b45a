"""Link to the register for the receipt page: four questions over its socket, by link only; edge (A17)."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from appeals.model.hand_over import BodyAnswer
from appeals.model.receipt import ReceiptFault, ReceiptRefused, ReceiptText, ReceiptView
from receipt_page.door import RegisterSilent

T = TypeVar("T")

SECONDS: Final = 15.0
LONGEST: Final = 1024 * 1024  # bytes of an answer
_VIEW: Final = TypeAdapter(ReceiptView)
_TEXT: Final = TypeAdapter(ReceiptText)


@dataclass(frozen=True, slots=True)
class RegisterLink:
    """Answers as `ReceiptDoor`; a register that is away is met by each question anew."""

    socket: Path

    async def look(self, link: str) -> ReceiptView:
        """See ReceiptDoor."""
        return await self._asked(_VIEW, "receipt.look", link=link)

    async def unlock(self, link: str, form: str, code: str) -> ReceiptText:
        """See ReceiptDoor."""
        return await self._asked(_TEXT, "receipt.unlock", link=link, form=form, code=code)

    async def take(self, link: str, form: str, by: str, post: str) -> ReceiptView:
        """See ReceiptDoor."""
        return await self._asked(_VIEW, "receipt.take", link=link, form=form, by=by, post=post)

    async def answer(
        self, link: str, opened: str, answer: BodyAnswer, measures: str, by: str, post: str
    ) -> ReceiptText:
        """See ReceiptDoor."""
        said = {"answer": answer.value, "measures": measures, "by": by, "post": post}
        return await self._asked(_TEXT, "receipt.answer", link=link, opened=opened, **said)

    async def _asked(self, adapter: TypeAdapter[T], do: str, **fields: str) -> T:
        answer = await self._ask({"do": do, **fields})
        try:
            if "fault" in answer:
                until = answer.get("until")
                raise ReceiptRefused(
                    ReceiptFault(answer["fault"]), datetime.fromisoformat(until) if until else None
                )
            return adapter.validate_python(answer.get("result"))
        except ValidationError as why:
            raise RegisterSilent(type(why).__name__) from None

    async def _ask(self, asked: dict[str, str]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=LONGEST)
                try:
                    writer.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
                    answer: dict[str, Any] = json.loads(await reader.readline())
                finally:
                    writer.close()
        except (OSError, ValueError, TimeoutError) as why:
            raise RegisterSilent(type(why).__name__) from None
        if not answer.get("ok"):
            raise RegisterSilent(str(answer.get("code", "")))
        return answer
