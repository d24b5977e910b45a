"""Ports of the register: what it asks of rooms above it and of the form; protocols, pure (A9, A11, A23)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from appeals.form.form import Needed, Search

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from appeals.model.appeal import Appeal


class FieldRefused(ValueError):
    """The form has no such field, or not this text in it; the text says what to do."""


class FormRules(Protocol):
    """The form, as far as the register needs it; `appeals/form` has it."""

    def check(self, field: str, text: str) -> str:
        """The text as it is kept. Raises FieldRefused."""
        ...

    def in_clear(self, field: str, text: str) -> bool:
        """Nothing personal and no free text: kept in clear, for lists and reports; all else is hidden."""
        ...

    def found_by(self, field: str) -> Search:
        """What the field's text is searched by."""
        ...

    def missing(self, before: Needed, values: Mapping[str, str]) -> tuple[str, ...]:
        """Fields that must still be filled in before that moment."""
        ...


class OpenHandOvers(Protocol):
    """Hand-overs as the register asks for them before it closes; `appeals/handing_over` has them."""

    async def open_of(self, connection: "AsyncConnection", appeal_id: int) -> Sequence[str]:
        """Bodies that were told and have not answered, by their ids; within the closing transaction."""
        ...


class Terms(Protocol):
    """When an answer is owed (A23, C2)."""

    async def due(self, appeal: "Appeal", registered_at: datetime) -> tuple[datetime, str] | None:
        """The moment, and the id of its term in settings; None where no term is set."""
        ...


class NoHandOvers:
    """Where nothing is handed over yet."""

    async def open_of(self, connection: "AsyncConnection", appeal_id: int) -> Sequence[str]:
        """None."""
        return ()


class NoTerms:
    """Where no term is set."""

    async def due(self, appeal: "Appeal", registered_at: datetime) -> tuple[datetime, str] | None:
        """None."""
        return None
