"""Board of the line at one moment: callers, consultants, queues, the day's figures, alerts.

A time is a moment in epoch seconds, so that a board stays true while time passes. A field with a default may
be missing in what an older engine tells; one without is refused (`as_json`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from config.settings import Language
from routing.board.figures import Chart, Figures
from routing.live.consultant_times import Sum
from routing.live.monitoring import Mode
from routing.live.phases import Phase

ALL: Final = "all"  # the key of all queues together, beside each language's
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

Side = Literal["caller", "consultant"]
Grade = Literal["critical", "warning"]


@dataclass(frozen=True, slots=True)
class LegSigns:
    """Signs of a call's legs. `unanswered`: no sign of life since; `held`: the operator holds the caller.

    `unheard` and `followed`: sides whose sound comes from elsewhere than was agreed.
    """

    unanswered: float | None = None
    held: bool = False
    unheard: tuple[Side, ...] = ()
    followed: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class CallerRow:
    """One caller, from the arrival to the last hang-up; `place` from 1 in the queue, 0 when not in it."""

    call: str
    language: str | None  # None: not chosen yet
    phase: Phase
    place: int
    since: float  # began to wait
    consultant: str | None  # who rings, talks, is kept or was ordered
    number: str | None  # masked; None: withheld
    attempts: int = 1  # calls of this number today, this one included
    priority: int = 0
    moved_up: bool = False
    diverted: bool = False
    nobody_on_shift: bool = False
    unanswered: float | None = None  # as LegSigns, these four
    held: bool = False
    unheard: tuple[Side, ...] = ()
    followed: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """Listening of a supervisor's `phone` to a consultant's conversation."""

    phone: str
    mode: Mode
    since: float


@dataclass(frozen=True, slots=True)
class ConsultantRow:
    """One consultant; `state` as dispatch Seat.state, with "hold", "unreachable" for a passed-over one."""

    id: str
    name: str  # "" where the accounts do not know the id
    languages: tuple[Language, ...]
    state: str
    since: float
    reachable: bool
    until: float | None = None  # of wrap-up, or of being passed over
    reason: str | None = None  # of the pause; may be set while they still talk
    off: bool = False  # the shift has ended; may be set while they still talk
    missed: int = 0  # rings in a row
    fault: str | None = None  # what the phone did in place of its person
    fault_since: float | None = None
    passed_over: bool = False
    call: str | None = None
    call_language: str | None = None
    call_since: float | None = None  # they talk since
    caller_since: float | None = None  # the caller is on the line since
    unheard: tuple[Side, ...] = ()
    caller_held: bool = False
    number: str | None = None
    answered: int = 0  # today, this conversation included
    missed_today: int = 0
    talked: Sum = field(default_factory=Sum)
    paused: Sum = field(default_factory=Sum)
    occupancy: float | None = None
    watched: tuple[Listening, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue, or all of them (`language` None): callers by phase, consultants by state."""

    language: Language | None
    waiting: int  # nobody has answered yet, ringing included
    longest_since: float | None
    line: Mapping[Phase, int]
    available: int
    ringing: int
    talking: int  # hold and 1414 tried included
    wrap_up: int
    paused: int
    unreachable: int
    off_shift: int
    on_shift: int | None = None  # of a queue only
    diverted: float | None = None  # to the duty phone, since


@dataclass(frozen=True, slots=True)
class Alert:
    """What a supervisor must act on; `call`: the id of the call it is about, "" where there is none."""

    kind: str  # routing/board/alert_kinds.py
    subject: str  # an id, a language or an operator; no number
    since: float
    grade: Grade
    call: str = ""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """(warning, critical) of each figure; seconds, callers, shares."""

    wait: tuple[float, float]
    waiting: tuple[float, float]
    service_level: tuple[float, float]
    abandoned: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Figures since midnight, of ALL and of each language; not `whole`: the journal was not read yet."""

    since: float
    whole: bool
    by: Mapping[str, Figures]

    def of(self, language: str | None) -> Figures:
        """One language's, or all calls'."""
        return self.by[language or ALL]


@dataclass(frozen=True, slots=True)
class Board:
    """All that is shown of the line. Equal boards show the same, whatever their number and time."""

    at: float = field(compare=False)
    asterisk: Literal["up", "away"]
    away_since: float | None
    law_wait: float  # seconds (C1)
    target_seconds: float  # T of the service level
    thresholds: Mapping[str, Thresholds]  # of ALL and of each language
    today: DayFigures
    queues: tuple[QueueRow, ...]
    totals: QueueRow
    callers: tuple[CallerRow, ...]  # the queue in its order, then all others
    consultants: tuple[ConsultantRow, ...]  # by id
    chart: Chart
    alerts: tuple[Alert, ...]  # the critical first, then the oldest first
    phones: tuple[str, ...] = ()  # supervisors' own
    event: int = field(default=0, compare=False)  # grows with each change (decision 0050)

    def limits(self, language: str | None) -> Thresholds:
        """One queue's, or those of all."""
        return self.thresholds[language or ALL]

    def consultant(self, id_: str | None) -> ConsultantRow | None:
        """One consultant's row."""
        return next((one for one in self.consultants if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life: the board of this number is still true at this moment."""

    event: int
    at: float
