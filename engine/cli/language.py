"""The command line's language: --lang, IVR111_LANG or settings.toml; words from the catalogues; edge (A2)."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Final, Literal, cast, get_args

from config.home import UnsafePlace, default_home, require_trusted
from config.told import LocalizedText

Tongue = Literal["en", "kk", "ru"]
OPTION: Final = "--lang"
CHOSEN: Final[ContextVar[Tongue]] = ContextVar("CHOSEN", default="en")
DAY: Final = "%d.%m.%Y"  # as Kazakh and Russian write it


class NoSuchLanguage(Exception):
    """The language asked for is none of ours; the text says which there are."""


def taken(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """What --lang says, wherever it stands, and the other words; what follows `--` is nobody's option."""
    rest, said = list(words), None
    end = rest.index("--") if "--" in rest else len(rest)
    at = 0
    while at < end:
        width = 2 if rest[at] == OPTION else 1 if rest[at].startswith(f"{OPTION}=") else 0
        if not width:
            at += 1
            continue
        said = rest[at].partition("=")[2] if width == 1 else "".join(rest[at + 1 : min(at + 2, end)])
        del rest[at : at + width]
        end -= width
    return said, rest


def chosen(said: str | None, environment: Mapping[str, str] = os.environ) -> Tongue:
    """What --lang says, else the environment, else settings.toml, else English. Raises NoSuchLanguage."""
    if said is not None:
        return _known(said, OPTION)
    if "IVR111_LANG" in environment:
        return _known(environment["IVR111_LANG"], "IVR111_LANG")
    return _settled(environment)


def _known(word: str, where: str) -> Tongue:
    if word not in get_args(Tongue):
        raise NoSuchLanguage(f"{where}: kk, ru or en")
    return cast(Tongue, word)


def _settled(environment: Mapping[str, str]) -> Tongue:
    """What settings.toml says; a file that cannot be read is told by whoever needs it, not here."""
    try:
        home = environment.get("IVR111_HOME")
        file = Path(environment.get("IVR111_SETTINGS", Path(home or default_home(), "settings.toml")))
        require_trusted(file)
        if not file.is_file():
            return "en"
        word = tomllib.loads(file.read_text(encoding="utf-8")).get("lang", "en")
    except (OSError, UnsafePlace, ValueError):
        return "en"
    return cast(Tongue, word) if word in get_args(Tongue) else "en"


def spoken(text: str) -> str:
    """In the asker's language: a Told with its fields; any other text as the message it is, or as it stands.

    Never fails: a message nobody translated is said in English (and tests/unit/test_cli_words.py is red).
    """
    if CHOSEN.get() == "en" or not text:
        return str(text)
    if not isinstance(text, LocalizedText):
        return _found(text) or text
    fields = {name: _held(value) for name, value in text.fields.items()}
    return (_found(text.message) or text.message).format(**fields)


def _held(value: object) -> object:
    """What stands in a {name}: words in the language too, numbers and moments as they are."""
    if isinstance(value, Exception):
        value = str(value)
    return spoken(value) if isinstance(value, LocalizedText) else value


def _found(message: str) -> str | None:
    from console.http.i18n import catalogue  # noqa: PLC0415 - English waits for no catalogue

    for domain in ("cli", "console"):
        found = catalogue(CHOSEN.get(), domain).get(message)
        if found is not None and isinstance(found.string, str) and found.string:
            return found.string
    return None
