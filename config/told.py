"""A sentence for a person that still knows its message and what was put in: pure (docs/decisions/0095)."""

from collections.abc import Mapping, Sequence
from typing import Any


class LocalizedText(str):
    """English as text, so logs and the journal keep it; the edge says it in the asker's language.

    `message`: as it stands in the catalogue, with {names}; `fields`: what they hold, such texts too.
    """

    message: str
    fields: Mapping[str, object]

    def __new__(cls, message: str, fields: Mapping[str, object]) -> "LocalizedText":
        """Made by `told`. Raises KeyError where a name holds nothing."""
        made = super().__new__(cls, message.format(**fields))
        made.message, made.fields = message, fields
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, object]]:  # type: ignore[override]
        """What a copy is made of."""
        return self.message, self.fields

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        """As JSON what `packed` makes, so a value with sentences in it can cross a socket."""
        from pydantic_core import core_schema  # noqa: PLC0415 - commands start without it

        written = core_schema.plain_serializer_function_ser_schema(packed)
        return core_schema.no_info_plain_validator_function(_read, serialization=written)

    def __str__(self) -> str:
        """Itself: `str(why)` of an exception loses neither message nor fields."""
        return self


def told(message: str, /, **fields: object) -> LocalizedText:
    """`message` with its {names} filled in. Every message given here stands in both catalogues."""
    return LocalizedText(message, fields)


def either(words: Sequence[str]) -> LocalizedText:
    """Words of the catalogue as a choice: "administrator or auditor"."""
    return joined([told(word) for word in words], N_("{one} or {other}"))


def joined(parts: Sequence[LocalizedText], with_: str = "{one}\n{other}") -> LocalizedText:
    """Several as one, each still known by its message; `with_` says how two stand together."""
    made = told("")
    for number, part in enumerate(parts):
        made = told(with_, one=made, other=part) if number else part
    return made


def packed(text: str) -> dict[str, Any]:
    """A LocalizedText as a JSON object, for another process; empty for any other text."""
    if not isinstance(text, LocalizedText):
        return {}
    fields = {name: packed(str(value)) or _plain(value) for name, value in text.fields.items()}
    return {"message": text.message, "fields": fields}


def unpacked(value: object) -> LocalizedText | None:
    """What `packed` made; None where it is nothing of the kind."""
    match value:
        case {"message": str(message), "fields": dict(fields)}:
            try:
                return LocalizedText(message, {name: unpacked(one) or one for name, one in fields.items()})
            except (LookupError, ValueError, AttributeError):
                return None
        case _:
            return None


def _read(value: object) -> LocalizedText:
    """Raises ValueError."""
    made = value if isinstance(value, LocalizedText) else unpacked(value)
    if made is None:
        raise ValueError("no sentence of ours")
    return made


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a message that is said elsewhere, by `spoken`; stands in both catalogues."""
    return message
