"""Drawing of the form: each field as a page shows it, what is missing, what contradicts; pure (A5, A10, A11).

Kazakh and Russian stand in the form's data; the English page shows the form in Kazakh.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from appeals.form.checks import check
from appeals.form.form import Condition, FieldType, Form, FormField, Needed, Values
from appeals.model.appeal import Appeal
from appeals.register.form_rules import FormAsRules
from appeals.topics.topics import Reason, Topics
from config.told import LocalizedText

RADIO_AT_MOST: Final = 4  # choices that are shown at once; more are a list
_EMPTY: Final = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the page. `when`: its conditions as JSON, for the page shows what depends by itself.

    `control`: radio, select, text or textarea; `choices` (value, words) without the empty one.
    """

    id: str
    label: str
    help: str
    control: str
    choices: tuple[tuple[str, str], ...]
    text: str
    version: int
    saved_at: datetime | None
    visible: bool
    when: str
    topics: str
    most: int
    kind: str
    wrong: LocalizedText | None


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the page with its fields."""

    id: str
    label: str
    help: str
    fields: tuple[FieldView, ...]


def speech(language: str) -> str:
    """The language of the form's own words on a page in `language`."""
    return "ru" if language == "ru" else "kk"


def texts(appeal: Appeal) -> dict[str, str]:
    """What stands in the fields, as the form asks it."""
    return {name: value.text for name, value in appeal.values.items() if value.text}


def sections(
    form: Form, topics: Topics, appeal: Appeal, role: str, language: str, names: Mapping[str, str]
) -> tuple[SectionView, ...]:
    """The form for a reader in `role`: fields they may not see are not there at all.

    `names`: of bodies by id, as they are shown in place of it.
    """
    visible = frozenset(form.visible(texts(appeal)))
    tongue = speech(language)
    return tuple(
        SectionView(
            section.id,
            section.label.of(tongue),
            section.help.of(tongue),
            tuple(
                _field(form, topics, one, appeal, one.id in visible, tongue, names)
                for one in form.fields.values()
                if one.section == section.id and one.seen(role)
            ),
        )
        for section in form.sections
    )


def _field(
    form: Form,
    topics: Topics,
    one: FormField,
    appeal: Appeal,
    visible: bool,
    tongue: str,
    names: Mapping[str, str],
) -> FieldView:
    value = appeal.values.get(one.id)
    text = value.text if value is not None else _EMPTY
    choices = choices_of(one, topics, tongue)
    unfit = check(form, one.id, text)
    return FieldView(
        id=one.id,
        label=one.label.of(tongue),
        help=one.help.of(tongue),
        control=_control(one, choices),
        choices=choices,
        text=shown_text(one, text, names),
        version=value.version if value is not None else 0,
        saved_at=value.at if value is not None else None,
        visible=visible,
        when=json.dumps([_condition(each) for each in one.when]),
        topics=" ".join(sorted(one.topics)),
        most=one.most,
        kind=one.type.value,
        wrong=unfit.told() if unfit is not None else None,
    )


def _condition(one: Condition) -> dict[str, object]:
    return {name: value for name, value in asdict(one).items() if value not in (None, ())}


def choices_of(one: FormField, topics: Topics, tongue: str) -> tuple[tuple[str, str], ...]:
    """Values a field may take, with their words; empty where it is free."""
    match one.type:
        case FieldType.TOPIC:
            return tuple((each.id, f"{each.id}. {each.name.of(tongue)}") for each in topics.directions)
        case FieldType.REASON:
            return tuple((each.id, f"{each.id} {each.label.of(tongue)}") for each in topics.reasons.values())
        case _:
            return tuple((each.id, each.of(tongue)) for each in one.choices)


def _control(one: FormField, choices: Sequence[object]) -> str:
    if choices:
        few = len(choices) <= RADIO_AT_MOST and one.type not in (FieldType.TOPIC, FieldType.REASON)
        return "radio" if few else "select"
    return "textarea" if one.type is FieldType.LONG_TEXT else "text"


def shown_text(one: FormField, text: str, names: Mapping[str, str]) -> str:
    """As it stands in its control: a body by its name."""
    return names.get(text, text) if one.type is FieldType.BODY else text


def kept_text(one: FormField, text: str, ids: Mapping[str, str]) -> str:
    """What a control holds as the register keeps it: a body's name as its id, line ends as one sign."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    return ids.get(clean.strip(), clean) if one.type is FieldType.BODY else clean


def missing(rules: FormAsRules, values: Values) -> dict[str, tuple[str, ...]]:
    """By moment: ids of the fields that are still to be filled in before it."""
    return {moment.value: rules.missing(moment, values) for moment in Needed}


def doubts(
    form: Form, topics: Topics, values: Values, language: str
) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What contradicts: fields and a sentence each; never in the way."""
    tongue = speech(language)
    return (
        *((one.fields, one.label.of(tongue)) for one in form.doubts(values)),
        *((one.fields, one.label.of(tongue)) for one in topics.doubts(values)),
    )


def reason_json(topics: Topics, reason: Reason, language: str) -> dict[str, object]:
    """A reason with its guide, as a page shows it beside the field."""
    tongue = speech(language)
    direction = topics.direction(reason.topic)
    return {
        "id": reason.id,
        "topic": reason.topic,
        "direction": direction.name.of(tongue) if direction is not None else "",
        "label": reason.label.of(tongue),
        "guide": [{"part": one.part.value, "text": one.of(tongue)} for one in reason.guide],
    }
