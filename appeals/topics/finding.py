"""Finding of reasons by the words a consultant types in a call, in either language; pure (A13, A22)."""

from typing import Final

from appeals.topics.topics import Reason, Topics

# Typed on another keyboard, copied from a PDF, or written without the dots: one key for each letter.
_FOLDED: Final = str.maketrans("iәғқңөұүһё", "іагкноуухе")


def find(topics: Topics, text: str) -> tuple[Reason, ...]:
    """Reasons in which every typed word begins a word, the likeliest first; an id (4.02) finds itself.

    A label counts before its direction's name, and the more the nearer to its beginning the first word
    stands. Nothing typed finds nothing.
    """
    typed = _words(text)
    if not typed:
        return ()
    labels, directions = [], []
    for direction in topics.directions:
        names = _words(f"{direction.name.kk} {direction.name.ru}")
        for reason in direction.reasons:
            label = [reason.id, *_words(f"{reason.label.kk} {reason.label.ru}")]
            if _all_begin(typed, label):
                labels.append(reason)
            elif _all_begin(typed, label + names):
                directions.append(reason)
    return (*sorted(labels, key=lambda one: _place(typed[0], one)), *directions)


def _place(word: str, reason: Reason) -> int:
    """How far from a label's beginning the word stands; 0 too where it is the id."""
    places = [
        at
        for label in (reason.id, reason.label.kk, reason.label.ru)
        for at, there in enumerate(_words(label))
        if there.startswith(word)
    ]
    return min(places)


def _all_begin(typed: list[str], there: list[str]) -> bool:
    return all(any(word.startswith(one) for word in there) for one in typed)


def _words(text: str) -> list[str]:
    folded = text.casefold().translate(_FOLDED)
    return "".join(sign if sign.isalnum() or sign == "." else " " for sign in folded).split()
