"""Status of an appeal: the moves between its states, as data; nothing else moves it; pure (A12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from appeals.model.appeal import AppealOutcome, AppealState
from config.told import either, told
from recordings.demands.steps import StepForbidden, WrongStep
from recordings.model.access_entry import Actor

_BY: Final = frozenset({"consultant", "supervisor", "administrator", "system"})


@dataclass(frozen=True, slots=True)
class AppealMove:
    """`roles` may make it; `says`: it needs a reason in words; `ends`: it needs an outcome."""

    roles: frozenset[str] = _BY
    says: bool = False
    ends: bool = False


S = AppealState
MOVES: Mapping[tuple[AppealState, AppealState], AppealMove] = MappingProxyType(
    {
        (S.DRAFT, S.REGISTERED): AppealMove(),
        (S.DRAFT, S.CLOSED): AppealMove(says=True, ends=True),  # begun twice, or the caller took it back
        (S.REGISTERED, S.IN_WORK): AppealMove(),
        (S.REGISTERED, S.HANDED_OVER): AppealMove(),  # an urgent one leaves at once (A10)
        (S.REGISTERED, S.CLOSED): AppealMove(ends=True),
        (S.IN_WORK, S.HANDED_OVER): AppealMove(),
        (S.IN_WORK, S.ANSWERED): AppealMove(),
        (S.IN_WORK, S.CLOSED): AppealMove(ends=True),
        (S.HANDED_OVER, S.IN_WORK): AppealMove(),
        (S.HANDED_OVER, S.ANSWERED): AppealMove(),
        (S.HANDED_OVER, S.CLOSED): AppealMove(says=True, ends=True),
        (S.ANSWERED, S.IN_WORK): AppealMove(),
        (S.ANSWERED, S.HANDED_OVER): AppealMove(),  # confirmed: the commissioner is told again (B5)
        (S.ANSWERED, S.CLOSED): AppealMove(ends=True),
        (S.CLOSED, S.IN_WORK): AppealMove(says=True),  # reopened
    }
)


def move(
    state: AppealState,
    to: AppealState,
    who: Actor,
    *,
    reason: str = "",
    outcome: AppealOutcome | None = None,
    open_hand_overs: Sequence[str] = (),
) -> AppealState:
    """The state after a move. `open_hand_overs`: bodies yet to answer. Raises WrongStep, StepForbidden."""
    found = MOVES.get((state, to))
    if found is None:
        raise _no_way(state, to)
    if who.role not in found.roles:
        raise StepForbidden(
            told(
                "{person} is {role}: only this role may do this: {roles}",
                person=who.person,
                role=told(who.role),
                roles=either(sorted(found.roles - {"system"})),
            )
        )
    if found.ends and outcome is None:
        raise WrongStep(told("say how the appeal ended: closing needs an outcome"))
    if found.says and not reason.strip():
        raise WrongStep(told("say why: this step needs a reason in words"))
    if found.ends and open_hand_overs and not reason.strip():
        raise WrongStep(
            told(
                "these have not answered yet: {bodies}; close it only with a reason",
                bodies=", ".join(open_hand_overs),
            )
        )
    return to


def _no_way(state: AppealState, to: AppealState) -> WrongStep:
    ways = ", ".join(sorted(str(after) for before, after in MOVES if before is state))
    return WrongStep(
        told(
            "an appeal that is {state} cannot become {to}; it may become: {ways}",
            state=told(state),
            to=told(to),
            ways=ways,
        )
    )
