"""What `calls show` tells of a call's legs: no sign of life, sound from elsewhere; pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from config.told import N_, told
from recordings.model.entries import ENDED, Alarm

WORDS: Final = {
    "caller_unanswered": N_("no packet and no answer came from the caller's leg: others were served first"),
    "keys_as_tones": N_(
        "a key came only as tones in the sound: Asterisk did not understand it, the engine did"
    ),
    "keys_as_tones_understood": N_("a key came as tones in the sound, and Asterisk understood it"),
    "caller_unanswered_ended": N_("the caller's leg gave a sign of life, or was gone: the old place again"),
    "sound_unheard_caller": N_("the caller was not heard any more: its sound came from elsewhere"),
    "sound_unheard_caller_ended": N_("that was over"),
    "sound_unheard_consultant": N_("the consultant was not heard any more: its sound came from elsewhere"),
    "sound_unheard_consultant_ended": N_("that was over"),
    "sound_followed_caller": N_("the caller's sound came from another port, and was heard from now on"),
    "sound_followed_consultant": N_(
        "the consultant's sound came from another port, and was heard from now on"
    ),
}


def leg_moments(alarms: Iterable[Alarm]) -> Iterator[tuple[datetime, str]]:
    """Each with its time; an end that says nothing (a call's own end) is left out."""
    for one in alarms:
        if one.kind in WORDS:
            yield one.at, told(WORDS[one.kind])


def unheard_in(began: datetime | None, seconds: float | None, alarms: Sequence[Alarm]) -> Iterator[str]:
    """The verdict on a recording that `began` then: what of a side it cannot hold, in its own seconds."""
    if began is None or not seconds:
        return
    for side in ("caller", "consultant"):
        kind = f"sound_unheard_{side}"
        for begin, end in _spans(kind, alarms):
            first = max(0.0, (begin - began).total_seconds())
            last = seconds
            if end is not None:
                last = min(last, (end - began).total_seconds())
            if first < last:
                yield told(
                    "  nothing of the {side} from {first:.1f} to {last:.1f} s: "
                    "the sound came from elsewhere and was not heard",
                    side=told(side),
                    first=first,
                    last=last,
                )


def _spans(kind: str, alarms: Iterable[Alarm]) -> Iterator[tuple[datetime, datetime | None]]:
    begin: datetime | None = None
    for one in sorted(alarms, key=lambda alarm: alarm.at):
        if one.kind == kind and begin is None:
            begin = one.at
        elif one.kind == kind + ENDED and begin is not None:
            yield begin, one.at
            begin = None
    if begin is not None:
        yield begin, None
