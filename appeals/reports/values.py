"""Values of reports: facts of appeals that go in, tables of numbers that come out; pure (A24, B7, C7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from appeals.model.words import BilingualText

SUPPRESSED: Final = "suppressed"
Cell = int | Literal["suppressed"] | None
"""A count or seconds; `suppressed`: kept back from the public; None: there is none (no time, no appeal)."""


@dataclass(frozen=True, slots=True)
class Label(BilingualText):
    """A text of a report; English for programs and the console."""

    en: str

    def of(self, language: str) -> str:
        """In `language`, kk where there is none such."""
        return {"ru": self.ru, "en": self.en}.get(language, self.kk)


class Unit(StrEnum):
    """What a column's numbers are."""

    COUNT = "count"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """From `since` to `until`, the end left out; aware, in the centre's zone. `id`: 2026-H1, 2026-11-28 …"""

    id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class HandOverFacts:
    """What became of one hand-over, without a word of it. `measures`: the body said which it took."""

    due_at: datetime
    received_at: datetime | None
    answer: str  # "" not yet
    answered_at: datetime | None
    measures: bool


@dataclass(frozen=True, slots=True)
class AppealFacts:
    """One registered appeal, without a person; "" where a field was never filled in.

    `repeated`: its applicant's number had an appeal in the same direction before.
    """

    id: int
    registered_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    channel: str
    language: str
    kind: str
    topic: str
    reason: str
    region: str
    outcome: str
    child: bool  # rights of a child violated
    urgent: bool
    repeated: bool
    hand_overs: tuple[HandOverFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of numbers."""

    id: str
    label: Label
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row: `id` as the register has it ("4.02", "abai", "" not stated, "total"), cells by column."""

    id: str
    label: Label
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report."""

    id: str
    title: Label
    columns: tuple[Column, ...]
    lines: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`before`: the period beside it; `region` "" the whole country; `notes`: how it was counted."""

    id: str
    title: Label
    period: ReportPeriod
    before: ReportPeriod | None
    region: str
    region_label: Label
    made_at: datetime
    notes: tuple[Label, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """What appeals are counted by: its value of an appeal, all values in their order, their words."""

    id: str
    of: Callable[[AppealFacts], str]
    values: tuple[str, ...]
    label: Callable[[str], Label]
    always: bool = False  # every appeal has one
