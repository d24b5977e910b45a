"""Moments and numbers as the board shows them: to a tenth of a second, by the wall; masked; pure."""

from collections.abc import Callable
from dataclasses import dataclass

from config.masking import masked
from routing.live.live_view import CallNow


@dataclass(frozen=True, slots=True)
class WallClock:
    """The wall's clock of a moment by the dispatcher's; `offset` is their difference now."""

    offset: Callable[[], float]

    def __call__(self, moment: float | None) -> float | None:
        """Epoch seconds."""
        return None if moment is None else round(moment + self.offset(), 1)


def rounded(at: float | None) -> float | None:
    """To a tenth of a second."""
    return None if at is None else round(at, 1)


def shown(call: CallNow | None) -> str | None:
    """The caller's number, masked (A5); None when it is withheld or the caller asks that nobody sees it."""
    if call is None or call.private:
        return None
    return str(masked(call.pii_caller)) if call.pii_caller else None
