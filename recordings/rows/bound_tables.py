"""Bound tables: by what a row is known in each, and what of a row is its content; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Float, RowMapping, Table, Text

from config.utc_time import UtcTime
from recordings.model import evidence_tables as evidence
from recordings.model import tables as journal
from recordings.privacy.numbers import Numbers
from recordings.rows.entry import Key, Value, digest, key_text

Row = Mapping[str, Any] | RowMapping


@dataclass(frozen=True, slots=True)
class BoundTable:
    """A table whose rows are chained.

    `key`: columns that name a row. `hidden`: bound as what they reveal, for hiding anew changes no fact.
    `present`: bound as whether there is anything, for it is hidden with a key that few processes have.
    `left_out`: columns that may change at any time: they are derived, or say nothing a court may ask.
    `only`: a name of its own, and the columns bound beside the key, of a table that is bound elsewhere.
    `since`: the revision that bound it, where its rows stood unbound in homes with a chain (decision 0098).
    """

    table: Table
    key: tuple[str, ...]
    hidden: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    only: tuple[str, frozenset[str]] | None = None
    since: str = ""

    @property
    def name(self) -> str:
        """The table's, or its own."""
        return self.table.name if self.only is None else self.only[0]

    @property
    def columns(self) -> frozenset[str]:
        """What is bound, the key included."""
        if self.only is not None:
            return self.only[1].union(self.key)
        return frozenset(column.name for column in self.table.c) - self.left_out

    @property
    def by(self) -> str | None:
        """The key's first column, where it is text that few rows share: they may be asked for by it alone."""
        name = self.key[0]
        few = name in ("call_id", "id", "stem", "recording_id") and isinstance(self.table.c[name].type, Text)
        return name if few else None

    @property
    def kinds(self) -> tuple[type, ...]:
        """Python types of the key's parts."""
        columns = (self.table.c[name] for name in self.key)
        return tuple(datetime if isinstance(c.type, UtcTime) else c.type.python_type for c in columns)

    def key_of(self, row: Row) -> Key:
        """What the row is known by."""
        return tuple(row[name] for name in self.key)

    def text_of(self, row: Row) -> str:
        """As the chain keeps it."""
        return key_text(self.key_of(row))

    def digest_of(self, row: Row, numbers: Numbers) -> str:
        """Of the row as it stands."""
        values: dict[str, Value] = {}
        for name, floats, hidden, present in _plan(self):
            value = row.get(name)
            if value is not None:
                if present:
                    value = True
                elif hidden:
                    value = _revealed(value, numbers)
                elif floats and isinstance(value, int):
                    value = float(value)
                values[name] = value
        return digest(numbers.rows_key, self.name, values)

    def content(self, columns: frozenset[str]) -> bool:
        """Whether writing these columns can change what is bound."""
        return bool(columns & self.columns - self.hidden - self.present)


@cache
def _plan(bound: BoundTable) -> tuple[tuple[str, bool, bool, bool], ...]:
    """Name, whether it is a float, hidden, told as present alone: of each column that is bound."""
    return tuple(
        (
            column.name,
            isinstance(column.type, Float),
            column.name in bound.hidden,
            column.name in bound.present,
        )
        for column in bound.table.c
        if column.name in bound.columns
    )


def _revealed(value: str, numbers: Numbers) -> str:
    try:
        return numbers.reveal(value)
    except (ValueError, TypeError, AttributeError):  # altered: it is not what it was, whatever it is
        return f"unreadable {value!r}"


CALLS = BoundTable(journal.calls, ("call_id",), frozenset({"caller"}), frozenset({"caller_index"}))
CONNECTIONS = BoundTable(journal.connections, ("call_id", "number"))
MOMENTS = BoundTable(journal.moments, ("call_id", "kind", "number"))
RECORDINGS = BoundTable(journal.recordings, ("id",))
SEGMENTS = BoundTable(journal.segments, ("stem",))
LINKS = BoundTable(journal.links, ("recording_id", "leg"))
ALARMS = BoundTable(journal.alarms, ("kind", "about", "at"), left_out=frozenset({"id"}))
STINTS = BoundTable(journal.consultant_stints, ("consultant", "began_at", "state"))
STATES = BoundTable(journal.consultant_states, ("consultant", "name"), since="0009")
STATEMENTS = BoundTable(evidence.statements, ("seq",))
DEMANDS = BoundTable(evidence.demands, ("id",), frozenset({"pii_asked", "pii_criteria"}))
DEMAND_EVENTS = BoundTable(evidence.demand_events, ("seq",))
FINDINGS = BoundTable(evidence.demand_findings, ("demand_id", "call_id", "recording_id"))
HOLDS = BoundTable(evidence.holds, ("id",))
REGISTRATIONS = BoundTable(evidence.registrations, ("number", "call_id"))
RETENTION_RUNS = BoundTable(evidence.retention_runs, ("seq",))
COPIES = BoundTable(evidence.statement_copies, ("copy", "seq"), since="0009")

# Not here: chain and access_log, which are chains; sealed, which the chain of recordings vouches for;
# log_places and rows_before, which are marks and no evidence (decision 0098).
BOUND = (
    CALLS,
    CONNECTIONS,
    MOMENTS,
    RECORDINGS,
    SEGMENTS,
    LINKS,
    ALARMS,
    STINTS,
    STATES,
    STATEMENTS,
    DEMANDS,
    DEMAND_EVENTS,
    FINDINGS,
    HOLDS,
    REGISTRATIONS,
    RETENTION_RUNS,
    COPIES,
)
