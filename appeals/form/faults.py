"""Faults of the form's data, each in a plain line: missing words, unknown ids, circles; pure."""

from collections.abc import Iterator

from appeals.form.checks import DIRECTIONS
from appeals.form.form import Condition, FieldType, Form, FormField, Search
from appeals.model.body import REGIONS
from appeals.model.words import BilingualText, wrong_with
from config.rights import Right

HIDDEN = frozenset(
    {FieldType.LONG_TEXT, FieldType.IIN, FieldType.BIN, FieldType.PHONE, FieldType.EMAIL}
)  # always of one person, or free words about one
WITH_CHOICES = frozenset({FieldType.CHOICE, FieldType.YES_NO, FieldType.REGION})


def faults_of(form: Form) -> list[str]:
    """Every fault, "id: what is wrong"; empty where there is none."""
    found = [
        f"{whose}: {wrong}" for whose, words in all_words(form) for wrong in [wrong_with(words)] if wrong
    ]
    for one in form.fields.values():
        found.extend(f"{one.id}: {fault}" for fault in _faults_of_field(form, one))
    for doubt in form.every_doubt:
        found.extend(f"{doubt.id}: no field {name}" for name in doubt.fields if name not in form.fields)
        found.extend(f"{doubt.id}: {fault}" for fault in _faults_of_conditions(form, doubt.when))
        if not doubt.when:
            found.append(f"{doubt.id}: doubts everything")
    found.extend(_faults_of_whole(form))
    return found


def all_words(form: Form) -> Iterator[tuple[str, BilingualText]]:
    """Every text of the form, with whose it is."""
    for section in form.sections:
        yield from ((section.id, section.label), (section.id, section.help))
    for one in form.fields.values():
        yield from ((one.id, one.label), (one.id, one.help))
        yield from ((f"{one.id}={choice.id}", choice) for choice in one.choices)
    yield from ((doubt.id, doubt.label) for doubt in form.every_doubt)


def _faults_of_whole(form: Form) -> Iterator[str]:
    sections = [section.id for section in form.sections]
    used = {one.section for one in form.fields.values()}
    if len(set(sections)) != len(sections):
        yield "a section stands twice"
    yield from (f"{one}: a section without fields" for one in sections if one not in used)
    if tuple(region.id for region in form.regions) != REGIONS:
        yield "regions: not those of appeals/model/body.py in their order"
    doubts = [doubt.id for doubt in form.every_doubt]
    if len(set(doubts)) != len(doubts):
        yield "a doubt stands twice"
    yield from (f"{one}: shown by what it shows itself" for one in form.fields if _circle(form, one))


def _faults_of_field(form: Form, one: FormField) -> Iterator[str]:
    if one.section not in {section.id for section in form.sections}:
        yield f"no section {one.section}"
    ids = [choice.id for choice in one.choices]
    if (one.type in WITH_CHOICES) != (len(ids) > 1):
        yield "choices: two at least, and only for a choice"
    if len(set(ids)) != len(ids):
        yield "a choice stands twice"
    if one.type in HIDDEN and not one.personal:
        yield "holds what is personal, and is not marked so"
    if (one.search is Search.PHONE) != (one.type is FieldType.PHONE):
        yield "search: by phone number where it is one, and only there"
    if one.type is FieldType.NUMBER and not one.least < one.greatest:
        yield "a number without least and greatest"
    if (one.urgent or one.needed_when) and one.needed is None:
        yield "no moment needs it"
    if one.seen_by not in {Right.APPEALS, Right.APPEALS_READ}:
        yield "seen_by: appeals or appeals_read"
    if one.most < 1:
        yield "most: no letter at all"
    yield from (f"no direction {topic}" for topic in sorted(one.topics - set(DIRECTIONS)))
    yield from _faults_of_conditions(form, (*one.when, *one.needed_when))


def _faults_of_conditions(form: Form, conditions: tuple[Condition, ...]) -> Iterator[str]:
    for one in conditions:
        field = form.fields.get(one.field)
        if field is None:
            yield f"no field {one.field}"
            continue
        ids = {choice.id for choice in field.choices}
        yield from (
            f"{one.field} has no choice {value}" for value in (*one.one_of, *one.none_of) if value not in ids
        )
        numbers = one.below is not None or one.at_least is not None
        if numbers and field.type is not FieldType.NUMBER:
            yield f"{one.field} is no number"
        if not (one.one_of or one.none_of or one.filled is not None or numbers):
            yield f"nothing is asked of {one.field}"


def _circle(form: Form, start: str) -> bool:
    ahead, seen = [condition.field for condition in form.fields[start].when], set[str]()
    while ahead:
        name = ahead.pop()
        if name == start:
            return True
        if name not in seen and name in form.fields:
            seen.add(name)
            ahead.extend(condition.field for condition in form.fields[name].when)
    return False
