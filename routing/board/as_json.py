"""JSON of the board: the one place where its values are written for a socket and read from one; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from routing.board.figures import Chart, Figures
from routing.board.values import (
    ALL,
    LANGUAGES,
    Alert,
    Beat,
    Board,
    CallerRow,
    ConsultantRow,
    DayFigures,
    Listening,
    QueueRow,
    Thresholds,
)
from routing.live.consultant_times import Sum

VERSION: Final = 1  # grows when a field changes its meaning; one more or one fewer changes none
KEYS: Final = (ALL, *LANGUAGES)

Row = TypeVar("Row")


class BoardUnreadable(ValueError):
    """A board that this program cannot read; the text names the version or the field."""


class BoardWriter:
    """Boards one after another as JSON objects; the row of a consultant who stays the same is made once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[ConsultantRow, dict[str, Any]]] = {}

    def write(self, told: Board | Beat) -> dict[str, Any]:
        """An object of the sockets' `board.follow` and `board.show`, and of /api/board; not to be changed."""
        if isinstance(told, Beat):
            return _beat(told)
        return {
            **_board(told),
            "version": VERSION,
            "today": today_to_json(told.today),
            "thresholds": {key: _thresholds(one) for key, one in told.thresholds.items()},
            "queues": [_queue(one) for one in told.queues],
            "totals": totals_to_json(told.totals),
            "callers": [_caller(one) for one in told.callers],
            "consultants": self._consultants(told.consultants),
            "chart": chart_to_json(told.chart),
            "alerts": [_alert(one) for one in told.alerts],
        }

    def _consultants(self, rows: Sequence[ConsultantRow]) -> list[dict[str, Any]]:
        made = []
        for row in rows:
            before = self._kept.get(row.id)
            kept = before if before is not None and before[0] is row else (row, _consultant_to_json(row))
            made.append(kept)
        self._kept = {row.id: (row, written) for row, written in made}
        return [written for _, written in made]


class BoardReader:
    """Boards one after another from JSON objects; rows that are told as before are made once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Mapping[str, Any], ConsultantRow]] = {}

    def read(self, told: Mapping[str, Any]) -> Board | Beat:
        """What a BoardWriter wrote, here or in another version. Raises BoardUnreadable.

        A field that is unknown here is left out; one that is missing has its default, or is named in the
        refusal.
        """
        if told.get("version", VERSION) != VERSION:  # before the first number there was no such field
            raise BoardUnreadable(f"board of version {told['version']}, not {VERSION}: start both anew")
        try:
            return self._board(told) if "callers" in told else _read(Beat, told)
        except KeyError as why:
            raise BoardUnreadable(f"board without {why}") from None
        except (TypeError, AttributeError) as why:
            raise BoardUnreadable(f"board of another form: {why}") from None

    def _board(self, told: Mapping[str, Any]) -> Board:
        nested = {
            "thresholds": {key: _read(Thresholds, told["thresholds"][key]) for key in KEYS},
            "today": today_from_json(told["today"]),
            "queues": read_rows(QueueRow, told["queues"]),
            "totals": totals_from_json(told["totals"]),
            "callers": read_rows(CallerRow, told["callers"]),
            "consultants": self._consultants(told["consultants"]),
            "chart": _read(Chart, told["chart"]),
            "alerts": read_rows(Alert, told["alerts"]),
        }
        return _read(Board, {**told, **nested})

    def _consultants(self, told: Sequence[Mapping[str, Any]]) -> tuple[ConsultantRow, ...]:
        found = []
        for one in told:
            before = self._kept.get(one["id"])
            kept = before if before is not None and before[0] == one else (one, _consultant_from_json(one))
            found.append(kept)
        self._kept = {row.id: (one, row) for one, row in found}
        return tuple(row for _, row in found)


def board_to_json(told: Board | Beat) -> dict[str, Any]:
    """One board alone."""
    return BoardWriter().write(told)


def chart_to_json(chart: Chart) -> dict[str, Any]:
    """The chart alone, for the page that draws it."""
    return _chart(chart)


def totals_to_json(totals: QueueRow) -> dict[str, Any]:
    """The row of all queues; the shift is told of each queue alone."""
    row = _queue(totals)
    del row["on_shift"]
    return row


def totals_from_json(told: Mapping[str, Any]) -> QueueRow:
    """What `totals_to_json` wrote. Raises KeyError, TypeError, AttributeError."""
    return _read(QueueRow, told)


def today_from_json(told: Mapping[str, Any]) -> DayFigures:
    """What `today_to_json` wrote. Raises KeyError, TypeError, AttributeError."""
    return DayFigures(told["from"], told["whole"], {key: _read(Figures, told[key]) for key in KEYS})


def today_to_json(today: DayFigures) -> dict[str, Any]:
    """The figures since midnight, of all and of each language."""
    figures = {key: _figures(one) for key, one in today.by.items()}
    return {"from": today.since, "whole": today.whole, **figures}


def _writer(kind: Any) -> Callable[[Any], dict[str, Any]]:
    """Flat: the values as they stand. Six hundred rows a second are written, so names are read once."""
    names = tuple(field.name for field in fields(kind))
    values = attrgetter(*names)
    return lambda row: dict(zip(names, values(row), strict=True))


_board, _beat, _figures, _chart = _writer(Board), _writer(Beat), _writer(Figures), _writer(Chart)
_queue, _caller, _consultant = _writer(QueueRow), _writer(CallerRow), _writer(ConsultantRow)
_thresholds, _alert, _sum, _listening = (
    _writer(Thresholds),
    _writer(Alert),
    _writer(Sum),
    _writer(Listening),
)


def _consultant_to_json(one: ConsultantRow) -> dict[str, Any]:
    row = _consultant(one)
    row["talked"], row["paused"] = _sum(one.talked), _sum(one.paused)
    row["watched"] = [_listening(watch) for watch in one.watched]
    return row


def _consultant_from_json(told: Mapping[str, Any]) -> ConsultantRow:
    nested: dict[str, Any] = {name: _read(Sum, told[name]) for name in ("talked", "paused") if name in told}
    if told.get("watched"):
        nested["watched"] = read_rows(Listening, told["watched"])
    return _read(ConsultantRow, {**told, **nested})


def read_rows(kind: type[Row], told: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """Flat rows of one kind; fields unknown here are left out. Raises KeyError, TypeError, AttributeError."""
    return tuple(_read(kind, one) for one in told)


@cache
def _names(kind: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Fields of a value, and those of them that have no default."""
    needed = (one for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)
    return frozenset(one.name for one in fields(kind)), frozenset(one.name for one in needed)


def _read(kind: type[Row], told: Mapping[str, Any]) -> Row:
    """Raises KeyError with the field that is missing."""
    known, needed = _names(cast(Any, kind))
    found = {
        name: tuple(value) if type(value) is list else value for name, value in told.items() if name in known
    }
    missing = needed - found.keys()
    if missing:
        raise KeyError(f"{kind.__name__}.{min(missing)}")
    return kind(**found)
