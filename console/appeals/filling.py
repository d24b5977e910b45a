"""Filling of an appeal: each field by itself as it is typed, or the whole form by a button; edge (A11)."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from appeals.form.checks import check, tidy
from appeals.model.appeal import Appeal
from appeals.register.results import Conflict, Saved
from appeals.topics.finding import find
from console.appeals import asking, drawing
from console.appeals.asking import Refusal, answered
from console.appeals.rulebook import the_form, the_topics
from console.appeals.showing import ReasonWanted, look, show, state_json
from console.http import request_context as ctx

MOST_FOUND: Final = 12
LONGEST_SEARCH: Final = 100


@answered
async def page(request: web.Request) -> web.StreamResponse:
    """One appeal."""
    return await show(request, asking.number_in(request))


@answered
async def give_reason(request: web.Request) -> web.StreamResponse:
    """Why this person looks at another's; then the page."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    if form.get("reason", "").strip():
        asking.say_why(request, appeal_id, form["reason"].strip())
    raise web.HTTPSeeOther(f"/appeals/{appeal_id}")


@answered
async def save_field(request: web.Request) -> web.StreamResponse:
    """One field, for the page's script: saved, in conflict (409), or refused (422)."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    field = form.get("field", "")
    if field not in the_form().fields:
        raise web.HTTPBadRequest
    text = drawing.kept_text(the_form().fields[field], form.get("text", ""), await asking.ids(request))
    try:
        result = await asking.doors(request).register.save_field(
            appeal_id, field, text, version_in(form.get("base", "")), asking.who(request), asking.now(),
            form.get("change", "")[:64],
        )  # fmt: skip
    except Refusal as refusal:
        return web.json_response({"refused": asking.sentence(request, refusal)}, status=422)
    names = await asking.names(request)
    if isinstance(result, Conflict):
        theirs = conflict_json(request, result, names)
        return web.json_response({"conflict": theirs}, status=409)
    unfit = check(the_form(), field, result.now.text)
    return web.json_response(
        {
            "saved": {
                "field": field,
                "version": result.version,
                "text": drawing.shown_text(the_form().fields[field], result.now.text, names),
                "at": clock(request, result.now.at),
            },
            "wrong": asking.said_to(request, unfit.told()) if unfit is not None else "",
        }
    )


@answered
async def still_open(request: web.Request) -> web.StreamResponse:
    """The page is open still: who else has it, what stands in the fields, what is missing."""
    try:
        looked = await look(request, asking.number_in(request))
    except ReasonWanted:
        return web.json_response({"reason": "wanted"}, status=409)
    except Refusal as refusal:
        return web.json_response({"refused": asking.sentence(request, refusal)}, status=422)
    return web.json_response(await state_json(request, looked))


@answered
async def left(request: web.Request) -> web.StreamResponse:
    """The page was closed."""
    await asking.doors(request).register.left(asking.number_in(request), asking.who(request))
    return web.Response(status=204)


async def reasons(request: web.Request) -> web.StreamResponse:
    """Reasons found by typed words, each with its guide."""
    text = (await ctx.form(request)).get("text", "")[:LONGEST_SEARCH]
    found = find(the_topics(), text)[:MOST_FOUND]
    language = ctx.language(request)
    return web.json_response([drawing.reason_json(the_topics(), one, language) for one in found])


@answered
async def save_all(request: web.Request) -> web.StreamResponse:
    """The whole form by its button: a browser without scripts."""
    appeal_id, form = asking.number_in(request), await ctx.form(request)
    try:
        conflicts = await save_form(request, appeal_id, form)
    except ReasonWanted:
        return await show(request, appeal_id)
    except Refusal as refusal:
        return await show(request, appeal_id, bad=asking.sentence(request, refusal), status=409)
    if conflicts:
        return await show(request, appeal_id, conflicts=conflicts, status=409)
    raise web.HTTPSeeOther(f"/appeals/{appeal_id}")


async def save_form(
    request: web.Request, appeal_id: int, form: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Save what is different; fields that somebody else wrote meanwhile come back, both texts with them.

    Raises a Refusal, ReasonWanted.
    """
    if not any(name.startswith("f.") for name in form):
        return {}
    appeal = (await look(request, appeal_id)).appeal
    ids, names = await asking.ids(request), await asking.names(request)
    conflicts = {}
    for field, one in the_form().fields.items():
        typed = form.get(f"f.{field}")
        if typed is None or not one.seen(asking.who(request).role):
            continue
        text = tidy(the_form(), field, drawing.kept_text(one, typed, ids))
        if text == appeal.text(field):
            continue
        base = version_in(form.get(f"v.{field}", ""))
        result = await asking.doors(request).register.save_field(
            appeal_id, field, text, base, asking.who(request), asking.now(), secrets.token_hex(12)
        )
        if isinstance(result, Conflict):
            conflicts[field] = {**conflict_json(request, result, names), "mine": typed}
    return conflicts


async def set_field(request: web.Request, appeal: Appeal, field: str, text: str) -> Saved | Conflict:
    """One field that a button fills in."""
    value = appeal.values.get(field)
    return await asking.doors(request).register.save_field(
        appeal.id, field, text, value.version if value is not None else 0, asking.who(request),
        asking.now(), secrets.token_hex(12),
    )  # fmt: skip


def conflict_json(request: web.Request, one: Conflict, names: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the field, by whom, since when."""
    theirs = one.theirs
    if theirs is None:
        return {"text": "", "by": "", "at": "", "version": 0}
    return {
        "text": drawing.shown_text(the_form().fields[one.field], theirs.text, names),
        "by": theirs.person,
        "at": clock(request, theirs.at),
        "version": theirs.version,
    }


def clock(request: web.Request, at: datetime) -> str:
    """The time of day, in the centre's zone."""
    return f"{at.astimezone(ctx.services(request).settings.zone):%H:%M}"


def version_in(text: str) -> int:
    """A version as the page tells it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
