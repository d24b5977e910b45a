"""Words in Kazakh, Russian and English: gettext catalogues of pages and commands, read as written; edge."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from config.told import LocalizedText
from console.identity.accounts import Speech

LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
NONE: Final = "—"


class MissingWords(LookupError):
    """A message has no translation: the build must not pass."""


@cache
def catalogue(language: str, domain: str = "console") -> Catalog:
    """The catalogue of one language: `console`, the pages; `cli`, the command line."""
    with (LOCALE / language / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language, domain=domain)


class Words:
    """One language's words and forms; English is what the code says."""

    def __init__(self, language: Speech, zone: tzinfo) -> None:
        self.language = language
        self._zone = zone

    def gettext(self, message: str) -> str:
        """The message in this language. Raises MissingWords."""
        if self.language == "en" or not message:
            return message
        found = catalogue(self.language).get(message)
        if found is None or not found.string:
            raise MissingWords(f"{self.language}: {message!r}")
        return str(found.string)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The form for a number."""
        if self.language == "en":
            return one if number == 1 else many
        catalog = catalogue(self.language)
        found = catalog.get(one)
        if found is None or not isinstance(found.string, tuple | list) or not all(found.string):
            raise MissingWords(f"{self.language}: {one!r}")
        return str(found.string[_form(self.language, number)])

    def count(self, value: int | None) -> str:
        """A count, with this language's grouping."""
        return NONE if value is None else str(format_decimal(value, locale=self.language))

    def share(self, value: float | None) -> str:
        """0.834 as 83 %."""
        return NONE if value is None else str(format_percent(round(value, 2), locale=self.language))

    def span(self, seconds: float | None) -> str:
        """Seconds as m:ss, or h:mm:ss."""
        if seconds is None:
            return NONE
        whole = max(0, round(seconds))
        hours, minutes = divmod(whole // 60, 60)
        return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"

    def clock(self, at: float) -> str:
        """Time of day in the centre's zone, hh:mm:ss."""
        return f"{datetime.fromtimestamp(at, self._zone):%H:%M:%S}"

    def moment(self, at: datetime) -> str:
        """A day and a time of day."""
        return f"{self.day(at)}, {self.clock(at.timestamp())}"

    def day(self, at: datetime) -> str:
        """A date as this language writes it."""
        return str(format_datetime(at.astimezone(self._zone), "d MMMM y", locale=self.language))


def said(language: Speech, text: str) -> str:
    """A refusal of a service in a page's language, with its fields; any other text as it stands.

    Its words are those of the commands (`cli.po`); what nobody translated is said in English, never left out.
    """
    if language == "en" or not text:
        return str(text)
    if not isinstance(text, LocalizedText):
        return _found(language, text) or text
    fields = {
        name: said(language, str(value)) if isinstance(value, LocalizedText | Exception) else value
        for name, value in text.fields.items()
    }
    return (_found(language, text.message) or text.message).format(**fields)


def _found(language: str, message: str) -> str | None:
    for domain in ("cli", "console"):
        found = catalogue(language, domain).get(message)
        if found is not None and isinstance(found.string, str) and found.string:
            return found.string
    return None


def _form(language: str, number: int) -> int:
    form: Callable[[int], int] = {
        "kk": lambda n: int(n != 1),
        "ru": lambda n: (
            0 if n % 10 == 1 and n % 100 != 11 else 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2
        ),
    }[language]
    return form(number)
