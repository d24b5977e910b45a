"""The demo's timeline: who did what, when; told live."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `at` in seconds from the first, `call` from 1 or None for the line."""

    at: float
    who: str
    what: str
    call: int | None = None


def clock(seconds: float) -> str:
    """mm:ss.s"""
    tenths = round(seconds * 10)
    return f"{tenths // 600:02d}:{tenths % 600 / 10:04.1f}"


class Story:
    """Keeps every moment and hands each at once, as a line, to `say`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.moments: list[Moment] = []
        self._say = say
        self._begun: float | None = None

    def tell(self, who: str, what: str, call: int | None = None) -> None:
        """Something has happened."""
        now = monotonic()
        self._begun = now if self._begun is None else self._begun
        moment = Moment(now - self._begun, who, what, call)
        self.moments.append(moment)
        of = f"call {call}" if call else ""
        self._say(f"{clock(moment.at)}  {of:<6}  {who:<8}  {what}")
