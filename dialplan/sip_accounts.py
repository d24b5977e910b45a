"""The consultants' accounts: who may register a softphone, with which languages."""

from dataclasses import dataclass
from typing import Final

from config.settings import Language


@dataclass(frozen=True, slots=True)
class SipAccount:
    """One consultant's softphone account. `languages` in order of preference; `secret` is 24+ characters."""

    id: str
    name: str
    languages: tuple[Language, ...]
    secret: str

    @property
    def supervisor(self) -> bool:
        """A supervisor's phone: rings for its owner's own orders only, dials nothing, is no consultant."""
        return self.id.startswith("s")


# Invented people; the lab starts with them, a site with nobody.
LAB: Final[tuple[tuple[str, str, tuple[Language, ...]], ...]] = (
    ("c101", "Айгүл Сынақ", ("kk", "ru")),
    ("c102", "Борис Пробный", ("ru", "kk")),
    ("c103", "Дана Үлгі", ("kk", "ru")),
    ("c104", "Виктор Образцов", ("ru", "kk")),
    ("s201", "Гүлнар Бақылау", ("kk", "ru")),
)
