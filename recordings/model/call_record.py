"""One call as it is kept: the journal's row and what hangs on it, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_CALL = timedelta(days=2)  # every call lasts less


class Outcome(StrEnum):
    """How a call ended; the words of `calls list --json`."""

    SERVED = "served"
    TRANSFERRED_1414 = "transferred_1414"
    ABANDONED_IN_MENU = "abandoned_in_menu"
    ABANDONED_WAITING = "abandoned_waiting"
    DUTY_PHONE = "duty_phone"
    ADVICE = "advice"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Connection:
    """One conversation of the call: caller and one consultant (or the duty phone, or 1414)."""

    number: int  # from 1, in order
    party: str  # consultant id ("c101"), "duty", "1414"
    rang_at: datetime | None
    answered_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened beside the conversations: a ring, a hold, a diversion; `number` counts the kind, from 1.

    `party` and `result` as routing/live/call_moments.py tells them.
    """

    kind: str  # ring | hold | divert
    number: int
    party: str
    at: datetime
    until: datetime | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call from arrival to the last hang-up; all times aware, UTC (A19, C1).

    `pii_caller` is None when withheld; it lies in the table hidden, as `caller`. `served_by` is who of the
    consultants spoke last.
    """

    call_id: str
    pii_caller: str | None
    language: str | None  # kk | ru | None when hung up before the choice
    arrived_at: datetime  # t0
    line_answered_at: datetime | None = None  # ta
    language_at: datetime | None = None  # t1
    queued_at: datetime | None = None  # t2
    first_ring_at: datetime | None = None  # t3
    answered_at: datetime | None = None  # t4: the consultant's answer
    conversation_ended_at: datetime | None = None  # t5
    rated_at: datetime | None = None  # t6
    ended_at: datetime | None = None  # the caller's last hang-up; None while the call lives
    served_by: str | None = None
    outcome: Outcome | None = None
    ended_by: str | None = None  # caller | consultant | 1414 | engine | cut_off | no_ack
    notice_at: datetime | None = None  # the 1414 notice had been played (A14, C4)
    ucc_result: str | None = None  # ivr/ucc_result.py
    rating: int | None = None
    rating_asked: bool = False
    survived: bool = False  # served at least partly without the engine
    connections: tuple[Connection, ...] = field(default=())
    wrap_up_ended_at: datetime | None = None  # t7: the consultant was free again
    caller_index: str | None = None  # what the hidden number is found by
    moments: tuple[Moment, ...] = field(default=())  # read apart (Reader.moments)
