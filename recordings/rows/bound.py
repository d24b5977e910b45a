"""Which tables are bound, by what a row is known in them, and what of a row is its content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Float, RowMapping, Table, Text

from config.database import UtcTime
from recordings import evidence_tables as evidence
from recordings import models as journal
from recordings.numbers import Numbers
from recordings.rows.entry import Key, Value, digest, key_text

Row = Mapping[str, Any] | RowMapping


@dataclass(frozen=True, slots=True)
class Bound:
    """A table whose rows are chained.

    `key`: columns that name a row. `hidden`: bound as what they reveal, for hiding anew changes no fact.
    `present`: bound as whether there is anything, for it is hidden with a key that few processes have.
    `left_out`: columns that may change at any time: they are derived, or say nothing a court may ask.
    """

    table: Table
    key: tuple[str, ...]
    hidden: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The table's."""
        return self.table.name

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
        for name, floats, hidden in _plan(self):
            value = row.get(name)
            if value is not None:
                if name in self.present:
                    value = True
                elif hidden:
                    value = _revealed(value, numbers)
                elif floats and isinstance(value, int):
                    value = float(value)
                values[name] = value
        return digest(numbers.rows_key, self.name, values)

    def content(self, columns: frozenset[str]) -> bool:
        """Whether writing these columns can change what is bound."""
        return bool(columns - self.left_out - self.hidden - self.present)


@cache
def _plan(bound: Bound) -> tuple[tuple[str, bool, bool], ...]:
    """Name, whether it is a float, whether it is hidden: of each column that is bound."""
    return tuple(
        (column.name, isinstance(column.type, Float), column.name in bound.hidden)
        for column in bound.table.c
        if column.name not in bound.left_out
    )


def _revealed(value: str, numbers: Numbers) -> str:
    try:
        return numbers.reveal(value)
    except (ValueError, TypeError, AttributeError):  # altered: it is not what it was, whatever it is
        return f"unreadable {value!r}"


CALLS = Bound(journal.calls, ("call_id",), frozenset({"caller"}), frozenset({"caller_index"}))
CONNECTIONS = Bound(journal.connections, ("call_id", "number"))
MOMENTS = Bound(journal.moments, ("call_id", "kind", "number"))
RECORDINGS = Bound(journal.recordings, ("id",))
SEGMENTS = Bound(journal.segments, ("stem",))
LINKS = Bound(journal.links, ("recording_id", "leg"))
ALARMS = Bound(journal.alarms, ("kind", "about", "at"), left_out=frozenset({"id"}))
STINTS = Bound(journal.consultant_stints, ("consultant", "began_at", "state"))
STATEMENTS = Bound(evidence.statements, ("seq",))
DEMANDS = Bound(evidence.demands, ("id",), frozenset({"pii_asked", "pii_criteria"}))
DEMAND_EVENTS = Bound(evidence.demand_events, ("seq",))
FINDINGS = Bound(evidence.demand_findings, ("demand_id", "call_id", "recording_id"))
HOLDS = Bound(evidence.holds, ("id",))
REGISTRATIONS = Bound(evidence.registrations, ("number", "call_id"))
RETENTION_RUNS = Bound(evidence.retention_runs, ("seq",))

# Not here: chain and access_log, which are chains; sealed, which the chain of recordings vouches for;
# consultant_states and sessions, which say what holds at this moment and nothing of the past.
BOUND = (
    CALLS,
    CONNECTIONS,
    MOMENTS,
    RECORDINGS,
    SEGMENTS,
    LINKS,
    ALARMS,
    STINTS,
    STATEMENTS,
    DEMANDS,
    DEMAND_EVENTS,
    FINDINGS,
    HOLDS,
    REGISTRATIONS,
    RETENTION_RUNS,
)
