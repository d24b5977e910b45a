"""A letter as typed in, made into values, with words that say what to write."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.problem import Problem
from config.told import told
from engine.cli.dates import moment, whole_day
from recordings.demands.demand import Letter
from recordings.finding.criteria import Criteria


def typed(
    fields: Mapping[str, str], language: str | None, withheld: bool, zone: ZoneInfo, now: datetime
) -> Letter:
    """Raises Problem."""
    for name in ("authority", "basis", "letter_number", "letter_date"):
        if not fields[name].strip():
            raise Problem(
                told(
                    "the letter's {field} is missing: --{option}",
                    field=told(name.replace("_", " ")),
                    option=name.replace("_", "-"),
                )
            )
    criteria = Criteria(
        number=fields["number"].strip() or None,
        withheld=withheld,
        day=_day(fields["day"], zone, now) if fields["day"] else None,
        since=_moment(fields["since"], zone, now) if fields["since"] else None,
        until=_moment(fields["until"], zone, now) if fields["until"] else None,
        consultant=fields["consultant"] or None,
        language=language,
        registration=fields["registration"] or None,
        call_id=fields["call"] or None,
    )
    due = _moment(fields["due"], zone, now, end=True) if fields["due"] else None
    return Letter(
        authority=fields["authority"].strip(),
        basis=fields["basis"].strip(),
        number=fields["letter_number"].strip(),
        date=_day(fields["letter_date"], zone, now),
        asked=fields["asked"].strip(),
        criteria=replace(criteria, withheld=withheld),
        received_at=_moment(fields["received"], zone, now) if fields["received"] else now,
        due_at=due,
        responsible=fields["responsible"],
    )


def corrected(
    known: Criteria, fields: Mapping[str, str], without: Iterable[str], zone: ZoneInfo, now: datetime
) -> Criteria:
    """`known` with the fields that are given, those of `without` left out. Raises Problem."""
    given: dict[str, Any] = {}
    for name in without:
        if name not in {*fields, "withheld"}:
            raise Problem(
                told(
                    "{name!r} is no field: write one of {names}, withheld", name=name, names=", ".join(fields)
                )
            )
        given["call_id" if name == "call" else name] = False if name == "withheld" else None
    for name, text in fields.items():
        if not text.strip():
            continue
        match name:
            case "day":
                given[name] = _day(text, zone, now)
            case "since" | "until":
                given[name] = _moment(text, zone, now)
            case "call":
                given["call_id"] = text.strip()
            case _:
                given[name] = text.strip()
    return replace(known, **given)


def _day(text: str, zone: ZoneInfo, now: datetime) -> date:
    try:
        return whole_day(text, zone, now)[0].date()
    except ValueError as why:
        raise Problem(str(why)) from why


def _moment(text: str, zone: ZoneInfo, now: datetime, *, end: bool = False) -> datetime:
    try:
        return moment(text, zone, now, end=end).astimezone(UTC)
    except ValueError as why:
        raise Problem(str(why)) from why
