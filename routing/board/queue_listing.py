"""Queue and consultants as commands list them: made into JSON at this one place and read back here; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

from config.told import told
from routing.board.as_json import (
    read_rows,
    today_from_json,
    today_to_json,
    totals_from_json,
    totals_to_json,
)
from routing.board.values import DayFigures, QueueRow, Side


@dataclass(frozen=True, slots=True)
class ListedCaller:
    """One caller; `state`: a phase; `waited`: seconds since arrival; signs of the legs as in CallerRow."""

    call_id: str
    language: str | None
    state: str
    place: int
    waited: float
    consultant: str | None
    nobody_on_shift: bool = False
    diverted: bool = False
    unanswered: bool = False
    held: bool = False
    unheard: tuple[Side, ...] = ()
    followed: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedConsultant:
    """One consultant; of an account alone, while no engine runs, all that only the engine knows is None."""

    id: str
    name: str | None
    languages: tuple[str, ...]
    state: str | None = None
    reachable: bool | None = None
    paused: str | None = None  # the pause's reason
    missed: int | None = None  # rings in a row
    fault: str | None = None
    call_id: str | None = None
    seconds_left: float | None = None  # of wrap-up, or of being passed over


@dataclass(frozen=True, slots=True)
class QueueListing:
    """All of it at one moment; `at`: ISO 8601 with the centre's zone; `asterisk`: up or away."""

    at: str
    event: int
    asterisk: str
    callers: tuple[ListedCaller, ...]
    consultants: tuple[ListedConsultant, ...]
    totals: QueueRow
    today: DayFigures


Value = TypeVar("Value")


class ListingUnreadable(ValueError):
    """An engine of another version tells it otherwise; the text says what to do."""


def queue_to_json(listing: QueueListing) -> dict[str, Any]:
    """The answer to the socket's `queue.show`, and what `queue show --json` prints."""
    return {
        "at": listing.at,
        "event": listing.event,
        "asterisk": listing.asterisk,
        "callers": [_flat(one) for one in listing.callers],
        "consultants": consultants_to_json(listing.consultants),
        "totals": totals_to_json(listing.totals),
        "today": today_to_json(listing.today),
    }


def queue_from_json(answer: Mapping[str, Any]) -> QueueListing:
    """What `queue.show` answered. Raises ListingUnreadable."""
    return _understood(
        lambda: QueueListing(
            answer["at"],
            answer["event"],
            answer["asterisk"],
            read_rows(ListedCaller, answer["callers"]),
            read_rows(ListedConsultant, answer["consultants"]),
            totals_from_json(answer["totals"]),
            today_from_json(answer["today"]),
        )
    )


def consultants_to_json(rows: tuple[ListedConsultant, ...]) -> list[dict[str, Any]]:
    """`consultants` of both answers, and what `consultants list --json` prints."""
    return [_flat(one) for one in rows]


def consultants_from_json(answer: Mapping[str, Any]) -> tuple[ListedConsultant, ...]:
    """What `consultants.list` answered. Raises ListingUnreadable."""
    return _understood(lambda: read_rows(ListedConsultant, answer["consultants"]))


_NAMES: Final = {kind: tuple(one.name for one in fields(kind)) for kind in (ListedCaller, ListedConsultant)}


def _flat(row: ListedCaller | ListedConsultant) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in _NAMES[type(row)])
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def _understood(read: Callable[[], Value]) -> Value:
    try:
        return read()
    except (KeyError, TypeError, AttributeError) as why:
        raise ListingUnreadable(
            told("the engine tells this in another form ({why}): start the line anew", why=str(why))
        ) from None
