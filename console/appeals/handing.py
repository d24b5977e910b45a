"""Handing over from the page: planned, shown to the word, confirmed, what came back; edge (A9-A18)."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import web

from appeals.handing_over.results import Changed, HandOverRefused, Unexplained
from appeals.model.body import BodyContact
from appeals.model.hand_over import BodyAnswer, GivenAnswer, HandOver
from appeals.register.results import Conflict
from config.told import told
from console.appeals import asking, drawing, planned_form
from console.appeals.asking import Refusal, answered
from console.appeals.filling import conflict_json, save_form, set_field
from console.appeals.planned_form import BodyForm
from console.appeals.showing import ReasonWanted, look, show
from console.http import request_context as ctx
from console.http.refusals import N_
from console.http.routes import Handler

CHANGED: Final = N_("The words have changed since they were shown. Look at them again, then confirm.")
ANSWERED_BY: Final = ("telephone", "email", "letter")
Came = Callable[[web.Request, HandOver, Mapping[str, str]], Awaitable[object]]


@answered
async def urgent(request: web.Request) -> web.StreamResponse:
    """Urgent: what was typed is saved, the appeal gets its number, and the plan is shown (A10)."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    try:
        if conflicts := await save_form(request, appeal_id, form):
            return await show(request, appeal_id, conflicts=conflicts, status=409)
        appeal = (await look(request, appeal_id)).appeal
        if appeal.text("urgent") != "yes":
            result = await set_field(request, appeal, "urgent", "yes")
            if isinstance(result, Conflict):
                theirs = conflict_json(request, result, await asking.names(request))
                mine = {"urgent": {**theirs, "mine": "yes"}}
                return await show(request, appeal_id, conflicts=mine, status=409)
        await asking.doors(request).register.register(
            appeal_id, asking.who(request), asking.now(), incomplete=True
        )
    except ReasonWanted:
        return await show(request, appeal_id)
    except Refusal as refusal:
        return await show(request, appeal_id, bad=asking.sentence(request, refusal), status=409)
    raise web.HTTPSeeOther(f"/appeals/{appeal_id}/hand-over")


@answered
async def ordinary(request: web.Request) -> web.StreamResponse:
    """What was typed is saved, the appeal registered where it is not yet, and the plan is shown."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    try:
        if conflicts := await save_form(request, appeal_id, form):
            return await show(request, appeal_id, conflicts=conflicts, status=409)
        appeal = (await look(request, appeal_id)).appeal
        if not appeal.number:
            await asking.doors(request).register.register(appeal_id, asking.who(request), asking.now())
    except ReasonWanted:
        return await show(request, appeal_id)
    except Refusal as refusal:
        return await show(request, appeal_id, bad=asking.sentence(request, refusal), status=409)
    raise web.HTTPSeeOther(f"/appeals/{appeal_id}/hand-over")


@answered
async def planned(request: web.Request) -> web.StreamResponse:
    """Who would be told, why, when, by what and the exact words."""
    return await _plan(request, asking.number_in(request), {})


@answered
async def planned_anew(request: web.Request) -> web.StreamResponse:
    """The plan with other words, more fields, one more body."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    return await _plan(request, appeal_id, form)


@answered
async def confirm(request: web.Request) -> web.StreamResponse:
    """Tell these bodies exactly what was shown; a repeat of the same page tells nobody twice."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    try:
        appeal = (await look(request, appeal_id)).appeal
        confirmed, left_out = planned_form.to_confirm(planned_form.read(form, drawing.texts(appeal)))
        await asking.doors(request).hand_overs.confirm(
            appeal_id, confirmed, form.get("request", "")[:64] or secrets.token_hex(16),
            asking.who(request), asking.now(), left_out=left_out,
        )  # fmt: skip
    except ReasonWanted:
        return await show(request, appeal_id)
    except Changed:
        return await _plan(request, appeal_id, form, bad=asking.said_to(request, CHANGED))
    except Unexplained as refusal:
        return await _plan(request, appeal_id, form, unsaid=refusal.what)
    except Refusal as refusal:
        return await _plan(request, appeal_id, form, bad=asking.sentence(request, refusal))
    raise web.HTTPSeeOther(f"/appeals/{appeal_id}#hand-overs")


async def _plan(
    request: web.Request,
    appeal_id: int,
    form: Mapping[str, str],
    *,
    bad: str = "",
    unsaid: tuple[str, ...] = (),
) -> web.Response:
    try:
        appeal = (await look(request, appeal_id)).appeal
        forms = planned_form.read(form, drawing.texts(appeal))
        if form.get("add_body", "").strip():
            one = await _added(request, form)
            forms[one.body] = one
        plan = await asking.doors(request).hand_overs.plan(
            appeal_id, asking.who(request), asking.now(),
            {id_: one.wishes() for id_, one in forms.items()},
            [one.body for one in forms.values() if one.added],
        )  # fmt: skip
    except ReasonWanted:
        return await show(request, appeal_id)
    except Refusal as refusal:
        return await show(request, appeal_id, bad=asking.sentence(request, refusal), status=409)
    told_already = {one.body for one in await asking.doors(request).hand_overs.of_appeal(appeal_id)}
    views = [
        planned_form.view(
            one, forms.get(one.body.id, BodyForm(one.body.id, tell=one.body.id not in told_already))
        )
        for one in plan.planned
    ]
    return await show(
        request, appeal_id, plan=plan, planned=views, bad=bad, unsaid=frozenset(unsaid),
        told_already=told_already, request_id=form.get("request", "") or secrets.token_hex(16),
        status=409 if bad or unsaid else 200,
    )  # fmt: skip


async def _added(request: web.Request, form: Mapping[str, str]) -> BodyForm:
    """A body of the directory beyond the rules, with its reason. Raises HandOverRefused."""
    name, reason = form["add_body"].strip(), form.get("add_why", "").strip()
    id_ = (await asking.ids(request)).get(name, name)
    if id_ not in await asking.names(request):
        raise HandOverRefused(told("choose a body of the directory"))
    if not reason:
        raise HandOverRefused(told("say why this body is to be told"))
    return BodyForm(id_, added=reason)


async def _received(request: web.Request, one: HandOver, form: Mapping[str, str]) -> None:
    by = form.get("by", "").strip()
    if not by:
        raise HandOverRefused(told("write who received it"))
    channel = form.get("channel", "")
    await asking.doors(request).hand_overs.received(
        one.id, by, channel if channel in ANSWERED_BY else "telephone", asking.who(request), asking.now()
    )


async def _answer(request: web.Request, one: HandOver, form: Mapping[str, str]) -> None:
    answer = next((each for each in BodyAnswer if each.value == form.get("answer", "")), None)
    by, measures = form.get("by", "").strip(), form.get("measures", "").strip()
    if answer is None or not by:
        raise HandOverRefused(told("write what the body answers and who says so"))
    channel = form.get("channel", "")
    given = GivenAnswer(
        answer, measures, by, channel if channel in ANSWERED_BY else "telephone", asking.now()
    )
    await asking.doors(request).hand_overs.answered(one.id, given, asking.who(request), asking.now())


async def _withdraw(request: web.Request, one: HandOver, form: Mapping[str, str]) -> None:
    await asking.doors(request).hand_overs.withdraw(
        one.id, form.get("reason", ""), asking.who(request), asking.now()
    )


async def _again(request: web.Request, one: HandOver, form: Mapping[str, str]) -> None:
    contact = await _contact(request, one, form.get("contact", ""), asking.now())
    await asking.doors(request).hand_overs.send_again(one.id, contact, asking.who(request), asking.now())


async def _contact(request: web.Request, one: HandOver, id_: str, now: datetime) -> BodyContact:
    day = now.astimezone(ctx.services(request).settings.zone).date()
    body = await asking.doors(request).directory.of(one.body)
    for contact in body.contacts:
        if str(contact.id) == id_ and contact.valid_on(day):
            return contact
    raise HandOverRefused(told("choose by which contact"))


CAME: Final[Mapping[str, Came]] = {
    "received": _received,
    "answer": _answer,
    "withdraw": _withdraw,
    "again": _again,
}


def handler(came: Came) -> Handler:
    """What came back of a hand-over of this appeal, or what is done with one that hangs."""

    @answered
    async def taken(request: web.Request) -> web.StreamResponse:
        appeal_id, form = asking.number_in(request), await ctx.form(request)
        try:
            await look(request, appeal_id)
            one = await asking.doors(request).hand_overs.get(asking.number_in(request, "hand_over"))
            if one.appeal_id != appeal_id:
                raise web.HTTPNotFound
            await came(request, one, form)
        except ReasonWanted:
            return await show(request, appeal_id)
        except Refusal as refusal:
            return await show(request, appeal_id, bad=asking.sentence(request, refusal), status=409)
        raise web.HTTPSeeOther(f"/appeals/{appeal_id}#hand-overs")

    return taken
