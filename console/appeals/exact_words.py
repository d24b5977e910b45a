"""Exact words of a hand-over, cut at its marks: every byte that would leave, none more; pure (A18)."""

from collections.abc import Iterator
from dataclasses import dataclass

from appeals.handing_over.composer import BodyMessage


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; `mark` what it looks like, "" for all else."""

    text: str
    mark: str


def pieces(message: BodyMessage) -> tuple[Piece, ...]:
    """The whole text in its order; joined again it is the text to the byte."""
    return tuple(one for one in _cut(message) if one.text)


def _cut(message: BodyMessage) -> Iterator[Piece]:
    at = 0
    for line in message.lines:
        begins = message.text.find(f"{line.label}: {line.text}", at)
        if begins < 0:
            continue  # a line that is not there as it says has no place to be marked
        text = begins + len(line.label) + 2
        for mark in line.marks:
            yield Piece(message.text[at : text + mark.begins], "")
            yield Piece(message.text[text + mark.begins : text + mark.ends], mark.kind.value)
            at = text + mark.ends
    yield Piece(message.text[at:], "")
