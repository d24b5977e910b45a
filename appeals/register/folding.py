"""Folding of names and words into keys to search by, for both languages; pure (A12).

Kazakh text copied from PDFs holds Latin "i" for і; ё is written е; case says nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

SHORTEST: Final = 3  # letters of a prefix
_LONGEST_NAME: Final = 8
_LONGEST_WORD: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")
_SAME: Final = str.maketrans(
    {"i": "і", "ё": "е", "a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "y": "у", "h": "һ"}
)
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
# Endings of both languages, the longest first; what is left keeps three letters.
_ENDINGS: Final = tuple(
    sorted(
        (
            "лар лер дар дер тар тер ның нің дың дің тың тің ға ге қа ке на не да де та те нда нде "
            "дан ден тан тен нан нен ды ді ты ті ны ні мен бен пен "
            "ым ім ың ің сы сі ымыз іміз мыз міз ңыз ңіз "
            "ған ген қан кен ып іп у "
            "ами ями ого его ому ему ыми ими ых их ой ей ый ий ая яя ое ее ые ие ов ев ам ям ах ях ом ем "
            "ую юю ешь ет ут ют ит ат ят ал ала али ил ила или ть ться лся лась лись ся"
        ).split(),
        key=lambda ending: (-len(ending), ending),
    )
)
_VOWELS: Final = "аәеиоөуұүыіэюяйьъ"


def words_of(text: str) -> Iterator[str]:
    """The words of a text, folded. Latin letters that look Cyrillic are, within a Cyrillic word."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        mixed = _CYRILLIC.search(word) is not None
        yield word.translate(_SAME) if mixed else word.replace("i", "і")


def name_keys(text: str) -> frozenset[str]:
    """What a name is found by: each word's beginnings, from three letters to eight."""
    return frozenset(
        word[:length]
        for word in words_of(text)
        for length in range(SHORTEST, min(len(word), _LONGEST_NAME) + 1)
    )


def asked_names(text: str) -> tuple[str, ...]:
    """Keys that must all be there; "" and words shorter than three letters ask for nothing."""
    return tuple(dict.fromkeys(word[:_LONGEST_NAME] for word in words_of(text) if len(word) >= SHORTEST))


def word_keys(text: str) -> frozenset[str]:
    """What a text is found by: the first six letters of each word without its endings."""
    return frozenset(stem(word) for word in words_of(text) if len(word) >= SHORTEST)


def asked_words(text: str) -> tuple[str, ...]:
    """As word_keys, in the order they were typed."""
    return tuple(dict.fromkeys(stem(word) for word in words_of(text) if len(word) >= SHORTEST))


def stem(word: str) -> str:
    """`word` folded: its beginning, the same for as many of its forms as the two lists of endings reach."""
    left = word
    shorter = True
    while shorter:
        shorter = False
        for ending in _ENDINGS:
            if left.endswith(ending) and len(left) - len(ending) >= SHORTEST:
                left, shorter = left[: -len(ending)], True
                break
    bare = left.rstrip(_VOWELS)
    return (bare if len(bare) >= SHORTEST else left)[:_LONGEST_WORD]


def same_text(text: str) -> str:
    """A text as it is compared with another: folded words with one blank between."""
    return " ".join(words_of(text))
