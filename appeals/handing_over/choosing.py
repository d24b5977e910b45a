"""Choosing of what is told: what was confirmed against what was planned; every refusal of it; pure (A18)."""

from collections.abc import Mapping, Sequence

from appeals.handing_over.composer import Extra
from appeals.handing_over.planned import HandOverPlan, PlannedHandOver, Wishes
from appeals.handing_over.results import Changed, Confirmed, HandOverRefused, Unexplained
from config.told import told

_SHORTEST = 3  # letters of a reason


def chosen(
    plan: HandOverPlan, confirmed: Sequence[Confirmed], left_out: Mapping[str, str]
) -> list[tuple[PlannedHandOver, Confirmed]]:
    """What leaves, in the order of confirming. Raises Changed, Unexplained, HandOverRefused."""
    planned = {one.body.id: one for one in plan.planned}
    by_body = {one.body: one for one in confirmed}
    if not by_body:
        raise HandOverRefused(told("say whom to tell"))
    if unknown := sorted(by_body.keys() - planned.keys()):
        raise Unexplained(
            told("no rule names {bodies}: say why they are to be told", bodies=", ".join(unknown)),
            tuple(unknown),
        )
    untold = sorted(id_ for id_ in planned.keys() - by_body.keys() if not _is_reason(left_out.get(id_, "")))
    if untold:
        raise Unexplained(
            told("the rules name {bodies}: say why they are not told", bodies=", ".join(untold)),
            tuple(untold),
        )
    other = tuple(sorted(id_ for id_, one in by_body.items() if planned[id_].message.sha256 != one.sha256))
    if other:
        raise Changed(told("the words have changed since they were shown: look at them again"), other)
    pairs = [(planned[id_], one) for id_, one in by_body.items()]
    _explained(pairs)
    return pairs


def _explained(pairs: Sequence[tuple[PlannedHandOver, Confirmed]]) -> None:
    marked = [
        f"{planned.body.id}: {name}"
        for planned, one in pairs
        for name in dict.fromkeys(field for field, _ in planned.message.marked)
        if not _is_reason(one.kept.get(name, ""))
    ]
    if marked:
        text = told("take out what is marked, or say why it stays: {fields}", fields=", ".join(marked))
        raise Unexplained(text, tuple(marked))
    bare = [
        f"{one.body}: {name}" for _, one in pairs for name, why in one.extra.items() if not _is_reason(why)
    ]
    if bare:
        text = told("say why more is told than the list: {fields}", fields=", ".join(bare))
        raise Unexplained(text, tuple(bare))


def wishes_of(one: Confirmed) -> Wishes:
    """As planning takes them."""
    return Wishes(one.changes, [Extra(name, why) for name, why in one.extra.items()])


def grounds_of(one: Confirmed, left_out: Mapping[str, str]) -> dict[str, object]:
    """All reasons given, as they are kept beside the text."""
    return {
        "changed": sorted(one.changes),
        "extra": dict(one.extra),
        "kept": dict(one.kept),
        "added": one.added,
        "left_out": dict(left_out),
    }


def said(reason: str) -> None:
    """Raises HandOverRefused where it is none."""
    if not _is_reason(reason):
        raise HandOverRefused(told("say why"))


def _is_reason(text: str) -> bool:
    return len(text.strip()) >= _SHORTEST
