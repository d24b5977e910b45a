"""Escalation of a hand-over that nobody receives or answers: which step is due; pure (A10, A17, B1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from appeals.model.hand_over import HandOverState
from config.hand_over import EscalationStep

_NOT_RECEIVED = frozenset({HandOverState.SENDING, HandOverState.SENT, HandOverState.FAILED})
_NOT_ANSWERED = _NOT_RECEIVED | {HandOverState.RECEIVED}


class EscalationFacts(Protocol):
    """What its steps depend on: a hand-over, or its row for whoever has no key to the rest."""

    @property
    def urgent(self) -> bool: ...
    @property
    def state(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def received_at(self) -> datetime | None: ...
    @property
    def steps_done(self) -> int: ...


def steps_of(one: EscalationFacts, steps: Sequence[EscalationStep]) -> tuple[EscalationStep, ...]:
    """Its steps in their order: by what is missing, then by minutes."""
    of_kind = [step for step in steps if step.urgent == one.urgent]
    return tuple(sorted(of_kind, key=lambda step: (step.without == "answer", step.minutes)))


def due_steps(
    one: EscalationFacts, steps: Sequence[EscalationStep], now: datetime
) -> tuple[tuple[int, EscalationStep], ...]:
    """Steps whose minutes are over, with what `steps_done` becomes by each.

    A step without receipt counts from when it was to leave; one without answer from the receipt. Steps that
    a receipt has overtaken are passed over.
    """
    due = []
    for number, step in enumerate(steps_of(one, steps), 1):
        if number <= one.steps_done:
            continue
        began = one.due_at if step.without == "receipt" else one.received_at or one.due_at
        waits = one.state in (_NOT_RECEIVED if step.without == "receipt" else _NOT_ANSWERED)
        if waits and now >= began + timedelta(minutes=step.minutes):
            due.append((number, step))
    return tuple(due)


def next_due(one: EscalationFacts, steps: Sequence[EscalationStep]) -> datetime | None:
    """When its next step comes, if nothing comes back; None after the last."""
    found = next_step(one, steps)
    return found[0] if found is not None else None


def next_step(
    one: EscalationFacts, steps: Sequence[EscalationStep]
) -> tuple[datetime, EscalationStep] | None:
    """The step that comes next, and when; None after the last."""
    for number, step in enumerate(steps_of(one, steps), 1):
        waits = one.state in (_NOT_RECEIVED if step.without == "receipt" else _NOT_ANSWERED)
        if number > one.steps_done and waits:
            began = one.due_at if step.without == "receipt" else one.received_at or one.due_at
            return began + timedelta(minutes=step.minutes), step
    return None
