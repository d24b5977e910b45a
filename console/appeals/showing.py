"""Showing of one appeal: all that its page holds, whatever brought it there; edge (A5, A11, A12, A18)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from appeals.model.appeal import Appeal, AppealOutcome, AppealState
from appeals.register.number import in_groups
from appeals.register.results import AppealRefused, Duplicate, Present
from config.rights import Right, may
from console.appeals import asking, drawing
from console.appeals.rulebook import rules, the_form, the_topics
from console.http import request_context as ctx

OUTCOMES: Final = tuple(
    one.value for one in AppealOutcome if one is not AppealOutcome.JOINED
)  # joining is its own step


class ReasonWanted(Exception):
    """It is another person's appeal: first say why."""


@dataclass(frozen=True, slots=True)
class Looked:
    """An appeal as this person has it open, and who else has."""

    appeal: Appeal
    others: tuple[Present, ...]


async def look(request: web.Request, appeal_id: int) -> Looked:
    """Raises ReasonWanted, NoSuchAppeal, StepForbidden."""
    who, reason = asking.who(request), asking.why(request, appeal_id)
    try:
        if not may(who.role, Right.APPEALS):  # who changes nothing is not said to write here
            appeal = await asking.doors(request).register.get(appeal_id, who, asking.now(), reason)
            return Looked(appeal, ())
        opened = await asking.doors(request).register.opened(appeal_id, who, asking.now(), reason)
    except AppealRefused:
        if reason:
            raise
        raise ReasonWanted from None
    return Looked(opened.appeal, opened.others)


async def show(
    request: web.Request, appeal_id: int, *, bad: str = "", good: str = "", status: int = 200, **more: Any
) -> web.Response:
    """The page of one appeal; for another's without a reason, the question why."""
    try:
        looked = await look(request, appeal_id)
    except ReasonWanted:
        return ctx.page(request, "appeal_reason.html", appeal_id=appeal_id, bad=bad)
    page: dict[str, Any] = {
        "conflicts": {}, "plan": None, "typed": {}, **more,
        **await _about(request, looked),
        **_form(request, looked.appeal, await asking.names(request)),
        "bad": bad,
        "good": good,
    }  # fmt: skip
    return ctx.page(request, "appeal.html", status=status, **page)


async def _about(request: web.Request, looked: Looked) -> dict[str, Any]:
    """The appeal, what has been done with it, and what this person may do."""
    appeal, who, doors = looked.appeal, asking.who(request), asking.doors(request)
    own, open_ = appeal.owner == who.system_user, appeal.state is not AppealState.CLOSED
    alike: tuple[Duplicate, ...] = ()
    if own and open_:
        alike = await doors.register.duplicates(appeal.id, who, asking.now())
    return {
        "appeal": appeal,
        "number": in_groups(appeal.number) if appeal.number else "",
        "others": [one.person for one in looked.others],
        "own": own,
        "writes": may(who.role, Right.APPEALS) and open_,
        "may_write": may(who.role, Right.APPEALS),
        "duplicates": alike,
        "hand_overs": await doors.hand_overs.of_appeal(appeal.id),
        "contacts_of": {one.id: one.contacts for one in await asking.every_body(request)},
        "in_groups": in_groups,
    }


def _form(request: web.Request, appeal: Appeal, names: Mapping[str, str]) -> dict[str, Any]:
    """The form with what stands in it, what is missing and what contradicts."""
    form, topics, language = the_form(), the_topics(), ctx.language(request)
    tongue, values = drawing.speech(language), drawing.texts(appeal)
    reason = topics.reasons.get(values.get("reason", ""))
    outcomes = dict(drawing.choices_of(form.fields["outcome"], topics, tongue))
    return {
        "sections": drawing.sections(form, topics, appeal, asking.who(request).role, language, names),
        "labels_of": {one.id: one.label.of(tongue) for one in form.fields.values()},
        "missing": drawing.missing(rules(), values),
        "doubts": drawing.doubts(form, topics, values, language),
        "guide": drawing.reason_json(topics, reason, language) if reason is not None else None,
        "names": names,
        "bodies": sorted(set(names.values())),
        "outcomes": [(one, outcomes.get(one, one)) for one in OUTCOMES],
        "outcome": outcomes.get(appeal.outcome.value, "") if appeal.outcome else "",
    }


async def state_json(request: web.Request, looked: Looked) -> Mapping[str, Any]:
    """What a page that stands open asks again and again: others, values, what is missing or contradicts."""
    appeal, language = looked.appeal, ctx.language(request)
    role, values = asking.who(request).role, drawing.texts(appeal)
    names = await asking.names(request)
    seen = the_form().seen(role)
    zone = ctx.services(request).settings.zone
    return {
        "others": [one.person for one in looked.others],
        "state": appeal.state.value,
        "number": appeal.number,
        "fields": {
            name: {
                "text": drawing.shown_text(the_form().fields[name], value.text, names),
                "version": value.version,
                "by": value.person,
                "at": f"{value.at.astimezone(zone):%H:%M}",
            }
            for name, value in appeal.values.items()
            if name in seen
        },
        "missing": drawing.missing(rules(), values),
        "doubts": [{"fields": fields, "text": text} for fields, text in drawing.doubts(
            the_form(), the_topics(), values, language)],
    }  # fmt: skip
