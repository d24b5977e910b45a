"""Planned hand-overs as a page's form: what is told, changed, left out, and why, both ways; pure (A18).

Each body has a number in the form: body.0, sha.0, tell.0, out.0, added.0, w.0.FIELD (other words),
x.0.FIELD (taken out), k.0.FIELD (why marks stay), e.0.FIELD (why more is told than the list).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from appeals.handing_over.composer import FREE, Extra
from appeals.handing_over.planned import PlannedHandOver, Wishes
from appeals.handing_over.results import Confirmed
from console.appeals.exact_words import Piece, pieces

MOST_BODIES = 20


@dataclass(frozen=True, slots=True)
class BodyForm:
    """What stands in the form of one body."""

    body: str
    sha256: str = ""
    tell: bool = True
    out: str = ""
    added: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)

    def wishes(self) -> Wishes:
        """As planning takes them."""
        return Wishes(self.changes, [Extra(name, why) for name, why in self.extra.items()])

    def confirmed(self) -> Confirmed:
        """As it is confirmed."""
        return Confirmed(self.body, self.sha256, self.changes, self.extra, self.kept, self.added)


@dataclass(frozen=True, slots=True)
class LineView:
    """One field of what is told. `free`: its words may be changed; `why`: why its marks stay."""

    field: str
    label: str
    words: str
    free: bool
    marks: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class PlannedView:
    """One body as the page shows it; `taken_out` fields may be put back, `more` may be added."""

    planned: PlannedHandOver
    form: BodyForm
    pieces: tuple[Piece, ...]
    lines: tuple[LineView, ...]
    taken_out: tuple[str, ...]
    more: tuple[str, ...]


def read(form: Mapping[str, str], values: Mapping[str, str]) -> dict[str, BodyForm]:
    """By body, in the form's order; `values` of the appeal, for words that were not changed."""
    return {one.body: one for one in _read(form, values)}


def _read(form: Mapping[str, str], values: Mapping[str, str]) -> Iterator[BodyForm]:
    for number in range(MOST_BODIES):
        body = form.get(f"body.{number}", "")
        if not body:
            continue
        words = {name: _lines(text).strip() for name, text in _under(form, f"w.{number}.")}
        changes = {name: text for name, text in words.items() if text != values.get(name, "").strip()}
        out = {name: "" for name, text in _under(form, f"x.{number}.") if text}
        extra = {name: why.strip() for name, why in _under(form, f"e.{number}.")}
        if form.get(f"more.{number}"):
            extra[form[f"more.{number}"]] = form.get(f"more_why.{number}", "").strip()
        yield BodyForm(
            body=body,
            sha256=form.get(f"sha.{number}", ""),
            tell=bool(form.get(f"tell.{number}")),
            out=form.get(f"out.{number}", "").strip(),
            added=form.get(f"added.{number}", "").strip(),
            changes={**changes, **out},
            kept={name: why.strip() for name, why in _under(form, f"k.{number}.") if why.strip()},
            extra=extra,
        )


def _under(form: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    return ((name[len(prefix) :], text) for name, text in form.items() if name.startswith(prefix))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def view(planned: PlannedHandOver, form: BodyForm) -> PlannedView:
    """A body as the page shows it, with what was typed before."""
    message = planned.message
    lines = tuple(
        LineView(
            field=line.field,
            label=line.label,
            words=message.data[line.field],
            free=line.field in FREE,
            marks=tuple(dict.fromkeys(mark.text for mark in line.marks)),
            why=form.kept.get(line.field, ""),
        )
        for line in message.lines
    )
    taken_out = tuple(name for name, text in form.changes.items() if not text and name in message.left_out)
    more = tuple(name for name in message.left_out if name not in taken_out)
    return PlannedView(planned, form, pieces(message), lines, taken_out, more)


def to_confirm(forms: Mapping[str, BodyForm]) -> tuple[list[Confirmed], dict[str, str]]:
    """What is told, and reasons by body for what is not."""
    told = [one.confirmed() for one in forms.values() if one.tell]
    return told, {one.body: one.out for one in forms.values() if not one.tell}
