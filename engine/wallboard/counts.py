"""Counts of one queue or of all, and the limits beside them; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from config.settings import Language, Settings
from routing.board.values import ALL, LANGUAGES, CallerRow, ConsultantRow, QueueRow, Thresholds
from routing.live.phases import PHASES, UNANSWERED

STATES: Final = ("available", "ringing", "talking", "wrap_up", "paused", "unreachable", "off_shift")
States = Mapping[tuple[str, tuple[Language, ...]], int]  # how many of each state and languages
COUNTED: Final = {"hold": "talking", "reserved": "talking"}


def by_state(consultants: Iterable[ConsultantRow]) -> States:
    """Consultants of each state and languages: counted once for all queues."""
    return Counter((one.state, one.languages) for one in consultants)


def counts(
    language: Language | None,
    callers: Iterable[CallerRow],
    consultants: States,
    **more: Any,
) -> QueueRow:
    """One queue, or all: a consultant of two languages counts once in each row and once in the total.

    `consultants`: as `by_state`; `more`: the queue's shift and diversion.
    """
    ours = [one for one in callers if language in (None, one.language)]
    waiting = [one for one in ours if one.phase in UNANSWERED]
    phases = Counter(one.phase for one in ours)
    states = Counter[str]()
    for (state, languages), count in consultants.items():
        if language is None or language in languages:
            states[COUNTED.get(state, state)] += count
    return QueueRow(
        language=language,
        waiting=len(waiting),
        # Who shows no sign of life is told of by an alert of their own.
        longest_since=min((one.since for one in waiting if not one.unanswered), default=None),
        line={phase: phases[phase] for phase in PHASES},
        **{state: states[state] for state in STATES},
        **more,
    )


def thresholds(settings: Settings) -> Mapping[str, Thresholds]:
    """Limits of each figure, for all queues together and for each."""
    return {ALL: _limits(settings, None), **{name: _limits(settings, name) for name in LANGUAGES}}


def _limits(settings: Settings, language: Language | None) -> Thresholds:
    def pair(warning: str, critical: str) -> tuple[float, float]:
        return settings.limit(warning, language), settings.limit(critical, language)

    return Thresholds(
        wait=pair("wait_warning_seconds", "wait_critical_seconds"),
        waiting=pair("waiting_warning", "waiting_critical"),
        service_level=pair("service_level_warning", "service_level_critical"),
        abandoned=pair("abandoned_warning", "abandoned_critical"),
    )
