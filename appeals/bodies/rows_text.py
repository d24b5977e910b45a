"""Bodies as rows of a table of text, and rows as bodies with every fault by its line; pure (A20, B1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from appeals.bodies.hours_text import WrongHours, hours_text, read_hours
from appeals.model.body import Body, BodyContact, BodyKind, ChannelKind, Hours
from config.told import LocalizedText, told

Row = Mapping[str, str]
E = TypeVar("E", bound=StrEnum)

# One table for both: `record` says which a row is, and the columns of the other kind stay empty.
COLUMNS: Final = (
    *("record", "id", "kind", "region", "name_kk", "name_ru", "language", "topics", "above", "hours"),
    *("contact", "channel", "address", "holder", "order", "plain_mail"),
    *("valid_from", "valid_until", "example", "closed"),
)
BODY, CONTACT = "body", "contact"
NEW = 0  # id of a contact that has none yet


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of the file, 1 being the heading; 0: the file itself."""

    line: int
    why: LocalizedText


@dataclass(frozen=True, slots=True)
class ReadRows:
    """What a table says, each with its line."""

    bodies: tuple[tuple[int, Body], ...]
    contacts: tuple[tuple[int, BodyContact], ...]
    faults: tuple[Fault, ...]


def rows_of(bodies: Iterable[Body]) -> list[dict[str, str]]:
    """Each body, then its contacts; dates as 2026-11-28."""
    rows = []
    for body in bodies:
        rows.append(_body_row(body))
        rows += [_contact_row(one) for one in body.contacts]
    return rows


def heading_faults(columns: Sequence[str]) -> list[Fault]:
    """Columns that are missing, unknown or there twice."""
    found = []
    if missing := [one for one in COLUMNS if one not in columns]:
        found.append(Fault(1, told("columns are missing: {names}", names=", ".join(missing))))
    if strange := [one for one in columns if one not in COLUMNS]:
        found.append(
            Fault(1, told("columns that nobody knows: {names}", names=", ".join(map(repr, strange))))
        )
    if len(set(columns)) != len(columns):
        found.append(Fault(1, told("a column is there twice")))
    return found


def read_rows(rows: Iterable[tuple[int, Row]]) -> ReadRows:
    """Rows with their lines; a row with a fault is left out, and all of its faults are told."""
    bodies: list[tuple[int, Body]] = []
    contacts: list[tuple[int, BodyContact]] = []
    faults: list[Fault] = []
    for line, row in rows:
        cells = _Cells(line, row, faults)
        before = len(faults)
        match cells.text("record"):
            case "body":
                body = _body(cells)
                if len(faults) == before:
                    bodies.append((line, body))
            case "contact":
                contact = _contact(cells)
                if len(faults) == before:
                    contacts.append((line, contact))
            case other:
                faults.append(Fault(line, told("a row is a body or a contact, not {word}", word=repr(other))))
    return ReadRows(tuple(bodies), tuple(contacts), tuple(faults))


class _Cells:
    """Cells of one row; what cannot be read is a fault, and stands as its default."""

    def __init__(self, line: int, row: Row, faults: list[Fault]) -> None:
        self._line = line
        self._row = row
        self._faults = faults

    def text(self, name: str) -> str:
        return self._row.get(name, "").strip()

    def choice(self, name: str, kind: type[E]) -> E:
        try:
            return kind(self.text(name))
        except ValueError:
            names = ", ".join(kind)
            self._fault(
                told(
                    "{column} is one of {names}, not {word}",
                    column=name,
                    names=names,
                    word=repr(self.text(name)),
                )
            )
            return next(iter(kind))

    def yes(self, name: str) -> bool:
        word = self.text(name).lower()
        if word not in ("yes", "no", ""):
            self._fault(told("{column} is yes or no, not {word}", column=name, word=repr(word)))
        return word == "yes"

    def number(self, name: str, empty: int) -> int:
        text = self.text(name)
        if not text:
            return empty
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            self._fault(told("{column} is a number, not {word}", column=name, word=repr(text)))
            return empty
        return int(text)

    def day(self, name: str) -> date | None:
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._fault(told("{column} is a date like 2026-11-28, not {word}", column=name, word=repr(text)))
            return None

    def hours(self) -> tuple[Hours, ...]:
        if not self.text("hours"):  # forgotten, it would be told by night
            self._fault(told("a body has hours; round the clock is 24/7"))
        try:
            return read_hours(self.text("hours"))
        except WrongHours as why:
            self._faults.append(Fault(self._line, told("{why}", why=why.args[0])))
            return ()

    def _fault(self, why: LocalizedText) -> None:
        self._faults.append(Fault(self._line, why))


def _body(cells: _Cells) -> Body:
    return Body(
        id=cells.text("id"),
        kind=cells.choice("kind", BodyKind),
        region=cells.text("region"),
        name_kk=cells.text("name_kk"),
        name_ru=cells.text("name_ru"),
        language=cells.text("language") or "kk",
        topics=tuple(cells.text("topics").replace(",", " ").split()),
        above=cells.text("above"),
        hours=cells.hours(),
        valid_from=cells.day("valid_from"),
        valid_until=cells.day("valid_until"),
        example=cells.yes("example"),
        closed=cells.yes("closed"),
    )


def _contact(cells: _Cells) -> BodyContact:
    return BodyContact(
        id=cells.number("contact", NEW),
        body=cells.text("id"),
        channel=cells.choice("channel", ChannelKind),
        address=cells.text("address"),
        holder=cells.text("holder"),
        order=cells.number("order", 1),
        valid_from=cells.day("valid_from"),
        valid_until=cells.day("valid_until"),
        plain_mail=cells.yes("plain_mail"),
        example=cells.yes("example"),
    )


def _body_row(body: Body) -> dict[str, str]:
    return {
        **dict.fromkeys(COLUMNS, ""),
        "record": BODY,
        "id": body.id,
        "kind": body.kind.value,
        "region": body.region,
        "name_kk": body.name_kk,
        "name_ru": body.name_ru,
        "language": body.language,
        "topics": " ".join(body.topics),
        "above": body.above,
        "hours": hours_text(body.hours),
        "valid_from": _iso(body.valid_from),
        "valid_until": _iso(body.valid_until),
        "example": _yes(body.example),
        "closed": _yes(body.closed),
    }


def _contact_row(contact: BodyContact) -> dict[str, str]:
    return {
        **dict.fromkeys(COLUMNS, ""),
        "record": CONTACT,
        "id": contact.body,
        "contact": str(contact.id or ""),
        "channel": contact.channel.value,
        "address": contact.address,
        "holder": contact.holder,
        "order": str(contact.order),
        "plain_mail": _yes(contact.plain_mail),
        "valid_from": _iso(contact.valid_from),
        "valid_until": _iso(contact.valid_until),
        "example": _yes(contact.example),
    }


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _yes(value: bool) -> str:
    return "yes" if value else "no"
