"""Steps of an appeal by buttons: register, work, close, reopen, take over, join; edge (A12, A15)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from appeals.model.appeal import AppealOutcome, AppealState, ContactKind
from appeals.register.results import AppealRefused
from config.told import told
from console.appeals import asking
from console.appeals.asking import Refusal, answered
from console.appeals.filling import save_form, set_field
from console.appeals.rulebook import the_form
from console.appeals.showing import ReasonWanted, look, show
from console.http import request_context as ctx
from console.http.routes import Handler

Step = Callable[[web.Request, int, Mapping[str, str]], Awaitable[None]]
SPOKEN: Final = ("kk", "ru")


async def _register(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    await asking.doors(request).register.register(appeal_id, asking.who(request), asking.now())


async def _work(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    await asking.doors(request).register.move(
        appeal_id, AppealState.IN_WORK, asking.who(request), asking.now(), reason=form.get("reason", "")
    )


async def _answered(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    await asking.doors(request).register.move(
        appeal_id, AppealState.ANSWERED, asking.who(request), asking.now(), reason=form.get("reason", "")
    )


async def _close(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    """The outcome of the form's own field, or the one chosen beside the button, which fills it in."""
    appeal = (await look(request, appeal_id)).appeal
    chosen = form.get("outcome", "") or appeal.text("outcome")
    outcome = next((one for one in AppealOutcome if one.value == chosen), None)
    if outcome is None:
        raise AppealRefused(told("say how the appeal ended: closing needs an outcome"))
    if appeal.text("outcome") != outcome.value:
        await set_field(request, appeal, "outcome", outcome.value)
    await asking.doors(request).register.close(
        appeal_id, outcome, asking.who(request), asking.now(), form.get("reason", "")
    )


async def _reopen(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    await asking.doors(request).register.reopen(
        appeal_id, asking.who(request), asking.now(), form.get("reason", "")
    )


async def _take(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    who = asking.who(request)
    await look(request, appeal_id)  # seen, with a reason, before it is anybody's
    await asking.doors(request).register.give(
        appeal_id, who.system_user, who.person, who, asking.now(), form.get("reason", "")
    )


async def _join(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    who, register = asking.who(request), asking.doors(request).register
    reason = form.get("reason", "")
    other = await register.find(form.get("number", ""), who, asking.now(), reason)
    await register.join(appeal_id, other.id, who, asking.now(), reason)


async def _contact(request: web.Request, appeal_id: int, form: Mapping[str, str]) -> None:
    kind = next((one for one in ContactKind if one.value == form.get("kind", "")), None)
    if kind is None:
        raise web.HTTPBadRequest
    await asking.doors(request).register.add_contact(
        appeal_id, kind, asking.who(request), asking.now(), call_id=form.get("call", "").strip()[:100]
    )


STEPS: Final[Mapping[str, Step]] = {
    "register": _register,
    "work": _work,
    "answered": _answered,
    "close": _close,
    "reopen": _reopen,
    "take": _take,
    "join": _join,
    "contact": _contact,
}


def handler(step: Step) -> Handler:
    """What was typed is saved first, then the step; the page shows what became of it."""

    @answered
    async def taken(request: web.Request) -> web.StreamResponse:
        appeal_id, form = asking.number_in(request), await ctx.form(request)
        try:
            if conflicts := await save_form(request, appeal_id, form):
                return await show(request, appeal_id, conflicts=conflicts, status=409)
            await step(request, appeal_id, form)
        except ReasonWanted:
            return await show(request, appeal_id)
        except Refusal as refusal:
            bad = asking.sentence(request, refusal)
            return await show(request, appeal_id, bad=bad, typed=form, status=409)
        raise web.HTTPSeeOther(f"/appeals/{appeal_id}")

    return taken


@answered
async def history(request: web.Request) -> web.StreamResponse:
    """Every change: who, when, before and after; of the fields that this role may see."""
    appeal_id, who = asking.number_in(request), asking.who(request)
    try:
        appeal = (await look(request, appeal_id)).appeal
        reason = asking.why(request, appeal_id)
        register = asking.doors(request).register
        events = await register.history(appeal_id, who, asking.now(), reason)
        calls = await register.calls(appeal_id, who, asking.now(), reason)
    except ReasonWanted:
        return ctx.page(request, "appeal_reason.html", appeal_id=appeal_id, bad="")
    seen = the_form().seen(who.role)
    return ctx.page(
        request, "appeal_history.html", appeal=appeal, names=await asking.names(request),
        events=[one for one in events if not one.field or one.field in seen],
        calls=calls, fields=the_form().fields, tongue=asking.tongue(request),
    )  # fmt: skip


@answered
async def read_out(request: web.Request) -> web.StreamResponse:
    """What may be read out to the applicant, in both languages (A12)."""
    appeal_id, who = asking.number_in(request), asking.who(request)
    try:
        appeal = (await look(request, appeal_id)).appeal
    except ReasonWanted:
        return ctx.page(request, "appeal_reason.html", appeal_id=appeal_id, bad="")
    told_ = []
    if appeal.number:
        ask = asking.doors(request).register.tell_status
        told_ = [await ask(appeal.number, who, asking.now(), language=one) for one in SPOKEN]
    return ctx.page(request, "appeal_read_out.html", appeal=appeal, told=told_)
