"""Words in the two languages of the service, side by side; pure (A2)."""

import re
from dataclasses import dataclass

KAZAKH_LETTERS = frozenset("әғқңөұүі")  # that Russian does not have; һ is rare
_MIXED = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_CYRILLIC = re.compile("[\u0400-\u04ff]")


@dataclass(frozen=True, slots=True)
class BilingualText:
    """One text in Kazakh and in Russian; neither is ever missing."""

    kk: str
    ru: str

    def of(self, language: str) -> str:
        """In Kazakh, or in Russian where `language` is "ru"."""
        return self.ru if language == "ru" else self.kk


def wrong_with(words: BilingualText) -> str:
    """What is wrong with a text, in plain English; "" where nothing is.

    A text copied from a PDF holds Latin letters that look Kazakh: search and speech would miss the word.
    """
    for language, text in (("kk", words.kk), ("ru", words.ru)):
        if not text.strip():
            return f"no {language} text"
        if text != " ".join(text.split()):
            return f"{language}: a blank too many: {text!r}"
        if not _CYRILLIC.search(text):
            return f"{language}: no Cyrillic letter: {text!r}"
        if _MIXED.search(text):
            return f"{language}: Latin letters inside a word: {text!r}"
    if _KAZAKH.search(words.ru):
        return f"ru: Kazakh letters: {words.ru!r}"
    return ""
