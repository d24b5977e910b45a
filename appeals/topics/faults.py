"""Faults of the topics' data, each in a plain line: no words, unknown ids, lists that tell too much; pure."""

from collections.abc import Iterator
from typing import Final

from appeals.form.checks import DIRECTIONS, check
from appeals.form.form import Form
from appeals.model.appeal import HelpKind
from appeals.model.body import BodyKind
from appeals.model.words import BilingualText, wrong_with
from appeals.topics.topics import DOUBTS, GuidePart, Reason, Topics

REASONS: Final = range(6, 13)  # of a direction: fewer tell nothing, more are not read in a call
LINES: Final = range(4, 9)  # of a guide
LONGEST_LINE: Final = 160  # letters of a line: it is read while somebody speaks
# What stays here: our own decisions and notes, and consent, which the hand-over itself stands on.
OURS: Final = frozenset(
    {"consent_to_pass", "help_kind", "help_scope", "outcome", "closing_note", "referred_to"}
)


def faults_of(topics: Topics, form: Form) -> list[str]:
    """Every fault, "whose: what is wrong"; empty where there is none."""
    words = [f"{whose}: {wrong}" for whose, one in all_words(topics) for wrong in [wrong_with(one)] if wrong]
    return [
        *words,
        *_faults_of_directions(topics),
        *(f"{one.id}: {fault}" for one in topics.reasons.values() for fault in _faults_of_reason(one, form)),
        *_faults_of_lists(topics, form),
    ]


def all_words(topics: Topics) -> Iterator[tuple[str, BilingualText]]:
    """Every text, with whose it is."""
    for direction in topics.directions:
        yield from ((direction.id, direction.name), (direction.id, direction.law))
    for reason in topics.reasons.values():
        yield reason.id, reason.label
        yield from ((f"{reason.id} {line.part}", line) for line in reason.guide)
    for help_ in topics.helps:
        yield from ((help_.id, help_.label), (help_.id, help_.guide))
    yield from ((doubt.id, doubt.label) for doubt in topics.every_doubt)


def _faults_of_directions(topics: Topics) -> Iterator[str]:
    if tuple(one.id for one in topics.directions) != DIRECTIONS:
        yield "directions: not the 13 of clause 10 in their order"
    for one in topics.directions:
        if len(one.reasons) not in REASONS:
            yield f"{one.id}: {len(one.reasons)} reasons"
        numbers = [reason.id.partition(".")[2] for reason in one.reasons]
        if numbers != [f"{number:02}" for number in range(1, len(numbers) + 1)]:
            yield f"{one.id}: its reasons are not numbered one after another"
        if not one.competent:
            yield f"{one.id}: nobody is competent"
    for reason in topics.reasons.values():
        if topics.direction(reason.topic) is None:
            yield f"{reason.id}: no such direction"
    if tuple(one.id for one in topics.helps) != tuple(HelpKind):
        yield "help: not the three kinds in their order"
    if tuple(one.id for one in topics.every_doubt) != DOUBTS:
        yield "doubts: not those that can arise"


def _faults_of_reason(reason: Reason, form: Form) -> Iterator[str]:
    if check(form, "reason", reason.id) is not None:
        yield "an id that the form does not take"
    if len(set(reason.competent)) != len(reason.competent) or not reason.competent:
        yield "competent: somebody, and each once"
    if len(reason.guide) not in LINES:
        yield f"a guide of {len(reason.guide)} lines"
    parts = [line.part for line in reason.guide]
    if sorted(parts, key=tuple(GuidePart).index) != parts or set(parts) != set(GuidePart):
        yield "a guide asks, says, avoids, tells, in this order"
    for line in reason.guide:
        if max(len(line.kk), len(line.ru)) > LONGEST_LINE:
            yield f"a line too long to be read in a call: {line.kk}"


def _faults_of_lists(topics: Topics, form: Form) -> Iterator[str]:
    based = {body for one in topics.lists if not one.topics for body in one.bodies}
    yield from (f"{body}: no white-list" for body in BodyKind if body not in based)
    for one in topics.lists:
        whose = "white-list of " + ", ".join(one.bodies)
        yield from (f"{whose}: no field {field}" for field in sorted(one.fields - set(form.fields)))
        yield from (f"{whose}: {field} never leaves" for field in sorted(one.fields & OURS))
        yield from (f"{whose}: no direction {topic}" for topic in sorted(one.topics - set(DIRECTIONS)))
        if not one.fields or not one.bodies:
            yield f"{whose}: nothing"
