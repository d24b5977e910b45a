"""What the dispatcher decides, as values; each Assign says why."""

from dataclasses import dataclass
from typing import Literal

from config.settings import Language

CallerReason = Literal["longest_waiting", "priority", "returned", "moved_up", "ordered", "stayed"]
ConsultantReason = Literal["first_language", "further_language", "passed_over", "ordered", "stayed"]
WithdrawReason = Literal["paused", "unreachable", "forgotten", "off_shift", "ordered", "caller_unanswered"]
AlarmKind = Literal[
    "last_consultant_missed", "answer_unseen", "nobody_on_shift", "phone_forwards", "phone_drops"
]
# What a phone does in place of its person (decision 0083): sends the call elsewhere; answers and is gone.
Fault = Literal["forwards", "drops"]


@dataclass(frozen=True, slots=True)
class AssignReason:
    """The order explained, machine-readable.

    `caller`: why this caller: longest waiting among equal priorities, by priority, back from a failed 1414
    ("returned": the head of the queue; "stayed": the same consultant), a supervisor's order.
    `consultant`: why this one: longest idle among those whose first language it is, or a further one, or
    nobody was left but one passed over after a missed ring.
    """

    caller: CallerReason
    consultant: ConsultantReason
    priority: int
    idle: float  # seconds the consultant had been idle


@dataclass(frozen=True, slots=True)
class Assign:
    """Ring this consultant for this caller, now; report answered, ring_missed or the caller's leaving.

    `ring` numbers the rings: a report that names it is never taken for one about a later ring.
    """

    call: str
    consultant: str
    ring_seconds: float
    why: AssignReason
    ring: int = 0


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop this ring. The caller is served on as soon as ring_missed confirms that it has stopped."""

    call: str
    consultant: str
    why: WithdrawReason


@dataclass(frozen=True, slots=True)
class NobodyOnShift:
    """No consultant of the caller's language is on shift; said once until that changes (A1)."""

    call: str
    language: Language


@dataclass(frozen=True, slots=True)
class SomebodyOnShift:
    """Follows NobodyOnShift for a caller who still waits: someone has come, the wait goes on."""

    call: str
    language: Language


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Something a supervisor must know; `times` counts misses in a row."""

    kind: AlarmKind
    language: Language
    consultant: str | None = None
    call: str | None = None
    times: int = 1


Decision = Assign | Withdraw | NobodyOnShift | SomebodyOnShift | RaiseAlarm
ForCaller = Assign | Withdraw | NobodyOnShift | SomebodyOnShift
