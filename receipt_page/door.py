"""Door to the register, as the page knows it: by link only; protocol, pure (A17)."""

from typing import Protocol

from appeals.model.hand_over import BodyAnswer
from appeals.model.receipt import ReceiptText, ReceiptView


class RegisterSilent(Exception):
    """The register does not answer: nothing was done, or nobody knows; the same may be sent again."""


class ReceiptDoor(Protocol):
    """All raise ReceiptRefused, RegisterSilent."""

    async def look(self, link: str) -> ReceiptView:
        """What the link alone shows; changes nothing."""
        ...

    async def unlock(self, link: str, form: str, code: str) -> ReceiptText:
        """The text, by the six digits."""
        ...

    async def take(self, link: str, form: str, by: str, post: str) -> ReceiptView:
        """They have it."""
        ...

    async def answer(
        self, link: str, opened: str, answer: BodyAnswer, measures: str, by: str, post: str
    ) -> ReceiptText:
        """What they found."""
        ...
