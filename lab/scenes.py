"""The six calls of the demo: what each caller does, and what must come of it."""

from dataclasses import dataclass

from recordings.model.call_record import Outcome

START = ("welcome_choose", "recorded_notice")
RATED = ("rate", "rate_thanks", "goodbye")
NOTICE = "transfer_1414_notice"


@dataclass(frozen=True, slots=True)
class Scene:
    """One call and what the journal and the disk must hold of it; `tone` is the caller's voice in Hz.

    `hears` names the prompts the caller must have heard, in this order.
    """

    number: int
    title: str
    tone: int
    key: str
    outcome: Outcome
    language: str
    hears: tuple[str, ...]
    rating: int | None = None
    ucc: str | None = None
    recordings: int = 1


def scenes(default: str) -> tuple[Scene, ...]:
    """The six; `default` is the language of a caller who presses nothing."""
    silent = ("welcome_choose", "choose_again", "recorded_notice", "rate", "goodbye")
    back = (*START, NOTICE, "ucc_busy", "back_to_consultant", *RATED)
    served, left, gone = Outcome.SERVED, Outcome.ABANDONED_WAITING, Outcome.TRANSFERRED_1414
    return (
        Scene(1, "Kazakh", 400, "1", served, "kk", (*START, *RATED), rating=5),
        Scene(2, "Russian", 450, "2", served, "ru", (*START, *RATED), rating=4),
        Scene(3, "presses nothing", 500, "", served, default, silent),
        Scene(4, "hangs up while waiting", 550, "1", left, "kk", (*START, "wait_begin"), recordings=0),
        Scene(5, "transferred to 1414", 600, "1", gone, "kk", (*START, NOTICE), ucc="answered"),
        Scene(6, "1414 busy", 650, "2", served, "ru", back, rating=5, ucc="busy", recordings=2),
    )
