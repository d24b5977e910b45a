"""Counting of appeals: by what, with what answer, how long, whether terms were kept; pure (B7, C7)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from appeals.form.form import Form
from appeals.model.appeal import Channel
from appeals.reports.values import AppealFacts, Axis, HandOverFacts, Label, ReportLine, Unit
from appeals.reports.values import Column as Of
from appeals.reports.words import WORDS
from appeals.topics.labels import Labels
from appeals.topics.topics import Topics

# Of several bodies' answers the weightiest counts, so that each appeal is counted once.
ANSWERS: Final = ("confirmed", "partly", "not_confirmed")
TERMS: Final = ("kept", "broken", "running", "no_term")
TIMES: Final = (
    Of("count", WORDS["count"]),
    Of("median", WORDS["median"], Unit.SECONDS),
    Of("p90", WORDS["p90"], Unit.SECONDS),
    Of("longest", WORDS["longest"], Unit.SECONDS),
)


def axes(form: Form, topics: Topics) -> dict[str, Axis]:
    """By id, as reports count: topic, reason, region, kind, channel, language, outcome."""
    labels = Labels(form, topics)

    def of_form(field: str) -> Callable[[str], Label]:
        def label(value: str) -> Label:
            if not value:
                return WORDS["no_outcome" if field == "outcome" else "not_stated"]
            kk, ru = (labels(field, value, language)[1] for language in ("kk", "ru"))
            return Label(kk, ru, kk)

        return label

    def own(value: str) -> Label:
        return WORDS.get(value) or WORDS["not_stated"]

    def choices(field: str) -> tuple[str, ...]:
        return tuple(choice.id for choice in form.fields[field].choices)

    found = (
        Axis("topic", lambda one: one.topic, tuple(d.id for d in topics.directions), of_form("topic")),
        Axis("reason", lambda one: one.reason, tuple(topics.reasons), of_form("reason")),
        Axis("region", lambda one: one.region, tuple(r.id for r in form.regions), of_form("region")),
        Axis("kind", lambda one: one.kind, choices("kind"), of_form("kind")),
        Axis("channel", lambda one: one.channel, tuple(map(str, Channel)), own, always=True),
        Axis("language", lambda one: one.language, ("kk", "ru"), own, always=True),
        Axis("outcome", lambda one: one.outcome, choices("outcome"), of_form("outcome")),
    )
    return {axis.id: axis for axis in found}


def groups(axis: Axis, appeals: Iterable[AppealFacts]) -> dict[str, list[AppealFacts]]:
    """Appeals by the axis' value, in its order; values it does not know behind, "" last; none empty."""
    found: dict[str, list[AppealFacts]] = {}
    for one in appeals:
        found.setdefault(axis.of(one), []).append(one)
    place = {value: number for number, value in enumerate(axis.values)}
    return {
        value: found[value]
        for value in sorted(found, key=lambda value: (value == "", place.get(value, len(place)), value))
    }


def answer_of(one: AppealFacts) -> str:
    """The weightiest answer, or `unanswered`."""
    given = {hand_over.answer for hand_over in one.hand_overs}
    return next((answer for answer in ANSWERS if answer in given), "unanswered")


def term_of(one: AppealFacts, now: datetime) -> str:
    """One of TERMS: whether it was closed before its term was over."""
    if one.due_at is None:
        return "no_term"
    if one.closed_at is not None:
        return "kept" if one.closed_at <= one.due_at else "broken"
    return "running" if now <= one.due_at else "broken"


def terms(appeals: Iterable[AppealFacts], now: datetime) -> Counter[str]:
    """How many of each."""
    return Counter(term_of(one, now) for one in appeals)


def times_line(
    id_: str, appeals: Iterable[AppealFacts], end: Callable[[HandOverFacts], datetime | None]
) -> ReportLine:
    """Of all hand-overs that came so far: count, median, p90, longest; by TIMES.

    Each is a time that really occurred (nearest rank), whole seconds.
    """
    spans = sorted(
        max(int((at - one.due_at).total_seconds()), 0)
        for appeal in appeals
        for one in appeal.hand_overs
        if (at := end(one)) is not None
    )
    cells = (len(spans), rank(spans, 50), rank(spans, 90), spans[-1] if spans else None)
    return ReportLine(id_, WORDS[id_], cells)


def rank(ordered: Sequence[int], percent: int) -> int | None:
    """Nearest rank: the smallest value that `percent` of all do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None
