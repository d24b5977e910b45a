"""Loading of the form from form.toml; any fault refuses the start; edge.

What of it must hold besides its shape stands in `faults`.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from appeals.form.faults import faults_of
from appeals.form.form import (
    Choice,
    Condition,
    Doubt,
    FieldType,
    Form,
    FormField,
    FormSection,
    Needed,
    Search,
)
from appeals.model.words import BilingualText
from config.rights import Right

FILE = Path(__file__).with_name("form.toml")
LONGEST = {FieldType.LONG_TEXT: 5000}
LONGEST_OTHERWISE = 200


class FormUnfit(ValueError):
    """The form's data are at fault; every fault a line."""


@dataclass(frozen=True, slots=True)
class _Field:
    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    section: str
    type: FieldType
    label: BilingualText
    help: BilingualText
    choices: tuple[Choice, ...] = ()
    personal: bool = False
    search: Search = Search.NONE
    needed: Needed | None = None
    urgent: bool = False
    when: tuple[Condition, ...] = ()
    needed_when: tuple[Condition, ...] = ()
    topics: frozenset[str] = frozenset()
    seen_by: Right = Right.APPEALS_READ
    most: int = 0
    least: int = 0
    greatest: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    __pydantic_config__ = ConfigDict(extra="forbid")
    yes: BilingualText
    no: BilingualText
    section: tuple[FormSection, ...]
    field: tuple[_Field, ...]
    doubt: tuple[Doubt, ...]
    regions: dict[str, BilingualText]


def load_form(file: Path = FILE) -> Form:
    """The form. Raises FormUnfit with every fault, OSError."""
    return form_of(tomllib.loads(file.read_text(encoding="utf-8")))


def form_of(data: dict[str, Any]) -> Form:
    """The form from TOML that was read. Raises FormUnfit."""
    try:
        read = TypeAdapter(_File).validate_python(data)
    except ValidationError as why:
        raise FormUnfit(
            "\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in why.errors())
        ) from why
    yes_no = (Choice(read.yes.kk, read.yes.ru, "yes"), Choice(read.no.kk, read.no.ru, "no"))
    regions = tuple(Choice(words.kk, words.ru, id_) for id_, words in read.regions.items())
    given = {FieldType.YES_NO: yes_no, FieldType.REGION: regions}
    fields = tuple(_field(one, given.get(one.type, ())) for one in read.field)
    form = Form(read.section, {one.id: one for one in fields}, read.doubt, regions)
    twice = [f"{one.id}: stands twice" for one in fields if form.fields[one.id] is not one]
    faults = [*twice, *faults_of(form)]
    if faults:
        raise FormUnfit("\n".join(faults))
    return form


def _field(one: _Field, given: tuple[Choice, ...]) -> FormField:
    if given and one.choices:
        raise FormUnfit(f"{one.id}: the choices of this type are given")
    return FormField(
        id=one.id,
        section=one.section,
        type=one.type,
        label=one.label,
        help=one.help,
        choices=one.choices or given,
        personal=one.personal,
        search=one.search,
        needed=one.needed,
        urgent=one.urgent,
        when=one.when,
        needed_when=one.needed_when,
        topics=one.topics,
        seen_by=one.seen_by,
        most=one.most or LONGEST.get(one.type, LONGEST_OTHERWISE),
        least=one.least,
        greatest=one.greatest,
    )
