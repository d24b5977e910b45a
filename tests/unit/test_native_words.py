"""Kazakh and Russian as a native reader wants them: words that were wrong once stay away (A2)."""

import re
from pathlib import Path

import pytest

from console.http.i18n import catalogue
from ivr.prompts.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
# What was wrong, and what is said instead.
FORBIDDEN = {
    "kk": {
        r"Бірінші қою": "Алға шығару",
        r"\S*-күтуші\b": "кезектегі № 3",
        r"шыққан бойда": "келісімен",
        r"(?<!телефон )(?<!SIP )тіркелгі": "есептік жазба (консоль); телефон тіркелгісі",
        r"\bтранскри": "жазба",
        r"консультантпен қосамыз": "консультантпен байланыстырамыз",
    },
    "ru": {
        r"Закрыть запись": "Закрыть учётную запись",
        r"Тот разговор": "Разговор с этим центром",
        r"[Зз]апечат": "опечатать, как в письмах",
        r"«Завершить паузу»|\bпауз[аыуе]\b": "перерыв",
        r"\bаккаунт": "учётная запись",
        r"\bзалогин": "войти",
        r"\bнажмите сюда": "",
    },
}
# A suffix after something filled in: nobody knows whether it is hard or soft, -ның or -нің.
SUFFIX = re.compile(r"(?:\}|\)s)-?[а-яәіңғүұқөһ]", re.IGNORECASE)


def texts(language):
    """All that people read and hear in one language, by where it stands."""
    for domain in ("console", "cli"):
        for message in catalogue(language, domain):
            strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
            for text in strings if message.id else ():
                yield f"{domain}.po: {message.id}", str(text)
    for prompt in CATALOGUE.values():
        yield f"prompt {prompt.name}", getattr(prompt, language)
    for page in ("administrator", "supervisor", "consultant", "system-administrator"):
        yield f"docs/{page}.md", (ROOT / "docs" / f"{page}.md").read_text()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_words_that_were_wrong_once_stay_away(language):
    found = [
        f"{place}: {match[0]!r}; say {better!r}"
        for place, text in texts(language)
        for word, better in FORBIDDEN[language].items()
        for match in re.finditer(word, text)
    ]
    assert [] == found


def test_no_kazakh_suffix_hangs_on_what_is_filled_in():
    found = [place for place, text in texts("kk") if place.endswith(".md") is False and SUFFIX.search(text)]
    assert [] == found


def test_the_repeat_says_which_key_to_press():
    again = CATALOGUE["choose_again"]
    assert ("басыңыз" in again.kk, "нажмите" in again.ru) == (True, True)
