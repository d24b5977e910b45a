"""Steps of a demand: the moves between its states, as data; nothing else moves it; pure (A19, C6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from config.told import either, told
from recordings.demands.basis import searchable
from recordings.demands.demand import Demand, DemandEvent, DemandState
from recordings.model.access_entry import Actor

_BY = frozenset({"administrator"})


@dataclass(frozen=True, slots=True)
class Move:
    """`roles` may make it; `other` demands a second person: not who registered, corrected or searched.

    `says`: the move needs a ground or a note in words.
    """

    roles: frozenset[str] = _BY
    other: bool = False
    says: bool = False


S = DemandState
# "Nothing found" and "refused" leave the house as answers, and so need the second person as a package does.
MOVES: Mapping[tuple[DemandState, DemandState], Move] = MappingProxyType(
    {
        (S.RECEIVED, S.RECEIVED): Move(says=True),  # corrected: what it names was mistyped
        (S.SEARCHING, S.RECEIVED): Move(says=True),
        (S.READY, S.RECEIVED): Move(says=True),
        (S.RECEIVED, S.SEARCHING): Move(),
        (S.RECEIVED, S.RETURNED): Move(says=True),
        (S.RECEIVED, S.REFUSED): Move(other=True, says=True),
        (S.SEARCHING, S.SEARCHING): Move(),
        (S.SEARCHING, S.READY): Move(),
        (S.SEARCHING, S.NOT_FOUND): Move(other=True),
        (S.SEARCHING, S.RETURNED): Move(says=True),
        (S.SEARCHING, S.REFUSED): Move(other=True, says=True),
        (S.READY, S.SEARCHING): Move(),
        (S.READY, S.APPROVED): Move(other=True),
        (S.READY, S.REFUSED): Move(other=True, says=True),
        (S.APPROVED, S.HANDED_OVER): Move(says=True),
        (S.HANDED_OVER, S.ACKNOWLEDGED): Move(says=True),
    }
)


class WrongStep(ValueError):
    """A demand or an appeal stands where this cannot be done; the text says what can."""


class StepForbidden(ValueError):
    """This person may not do it; the text says who may."""


def move(
    state: DemandState, to: DemandState, who: Actor, involved: frozenset[str], words: str = ""
) -> DemandState:
    """The state after a move. `involved`: who registered or searched. Raises WrongStep, StepForbidden."""
    found = MOVES.get((state, to))
    if found is None:
        ways = ", ".join(sorted(str(after) for before, after in MOVES if before is state)) or "nothing"
        raise WrongStep(
            told(
                "a demand that is {state} cannot become {to}; it may become: {ways}",
                state=told(state),
                to=told(to),
                ways=ways,
            )
        )
    if who.role not in found.roles:
        raise StepForbidden(
            told(
                "{person} is {role}: only this role may do this: {roles}",
                person=who.person,
                role=told(who.role),
                roles=either(sorted(found.roles)),
            )
        )
    if found.other and who.system_user in involved:
        raise StepForbidden(
            told(
                "{person} registered, corrected or searched this demand: another administrator must do "
                "this (two people); name them in settings.toml, [people.SYSTEM_USER]",
                person=who.person,
            )
        )
    if found.says and not words.strip():
        raise WrongStep(told("say why or how: becoming {to} needs words", to=told(to)))
    return to


def search_of(demand: Demand) -> DemandEvent:
    """The search its findings are of. Raises WrongStep."""
    if not demand.searched:
        raise WrongStep(
            told("{name} was not searched: ivr111 demands search {id}", name=demand.name, id=demand.id)
        )
    return next(event for event in reversed(demand.events) if event.step == "searched")


def may_answer(demand: Demand, to: DemandState) -> None:
    """Nothing found is an answer only of a search that found nothing. Raises WrongStep."""
    if to is DemandState.NOT_FOUND and (demand.findings or not demand.searched):
        raise WrongStep(
            told(
                "{name}: nothing-found can be stated only after a search that found nothing",
                name=demand.name,
            )
        )


def may_be_searched(demand: Demand) -> None:
    """Raises WrongStep where the letter names nothing to search by."""
    if not searchable(demand.letter.criteria):
        raise WrongStep(
            told(
                "{name} names nothing to search by: a number, a day, a call or a registration number "
                "is needed; ask the authority, or return it: ivr111 demands return",
                name=demand.name,
            )
        )
