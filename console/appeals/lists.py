"""Lists of appeals: one's own, searches; begun by hand or from a call, no-case contacts; edge (A12)."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from appeals.model.appeal import AppealState, Channel, NoCase
from appeals.register.number import in_groups
from appeals.register.results import NoSuchAppeal, Page, Wanted
from config.rights import Right, may
from console.appeals import asking, drawing
from console.appeals.asking import Refusal, answered
from console.appeals.rulebook import the_form, the_topics
from console.http import request_context as ctx
from console.http.refusals import N_
from console.http.rendering import own_seat

A_PAGE: Final = 25
OPEN: Final = tuple(one for one in AppealState if one is not AppealState.CLOSED)
TERMS: Final = {"passed": timedelta(), "two_days": timedelta(days=2), "week": timedelta(days=7)}
DONE: Final = N_("Noted: no case. The recording stays.")
NOT_FOUND: Final = N_("No appeal has this number.")


@answered
async def mine(request: web.Request) -> web.StreamResponse:
    """One's own open appeals and drafts, and the ways to others."""
    return await _page(request)


@answered
async def more(request: web.Request) -> web.StreamResponse:
    """The next page of one's own."""
    return await _page(request, cursor=(await ctx.form(request)).get("cursor", ""))


@answered
async def begin(request: web.Request) -> web.StreamResponse:
    """A draft by hand."""
    form = await ctx.form(request)
    channel = next((one for one in Channel if one.value == form.get("channel")), Channel.PHONE)
    appeal = await asking.doors(request).register.draft(
        asking.who(request), asking.now(), channel=channel, language=form.get("language", "kk"),
        made_key=form.get("key", "")[:64],
    )  # fmt: skip
    raise web.HTTPSeeOther(f"/appeals/{appeal.id}")


@answered
async def begin_from_call(request: web.Request) -> web.StreamResponse:
    """A draft about a call: its language, number and recording come with it."""
    form = await ctx.form(request)
    try:
        appeal = await asking.doors(request).register.draft_from_call(
            form.get("call", "").strip()[:100], asking.who(request), asking.now(),
            language=form.get("language", ""),
        )  # fmt: skip
    except Refusal as refusal:
        return await _page(request, bad=asking.sentence(request, refusal), status=409)
    raise web.HTTPSeeOther(f"/appeals/{appeal.id}")


@answered
async def no_case(request: web.Request) -> web.StreamResponse:
    """A call that is no appeal, by one tap; its recording stays."""
    form = await ctx.form(request)
    kind = next((one for one in NoCase if one.value == form.get("kind", "")), None)
    if kind is None:
        return await _page(request)
    try:
        await asking.doors(request).register.no_case(
            form.get("call", "").strip()[:100], kind, asking.who(request), asking.now()
        )
    except Refusal as refusal:
        return await _page(request, bad=asking.sentence(request, refusal), status=409)
    return await _page(request, good=DONE)


@answered
async def search(request: web.Request) -> web.StreamResponse:
    """By number, phone, person, word, or by what lists are cut by; the words stand in no address."""
    form = await ctx.form(request)
    who, register = asking.who(request), asking.doors(request).register
    wanted = wanted_of(form, who.system_user if not may(who.role, Right.APPEALS_WATCH) else "")
    try:
        found = await register.search(
            wanted, who, asking.now(), reason=form.get("reason", ""), cursor=form.get("cursor", ""),
            limit=A_PAGE,
        )  # fmt: skip
    except NoSuchAppeal:
        return await _page(request, bad=asking.said_to(request, NOT_FOUND), typed=form, status=404)
    except Refusal as refusal:
        return await _page(request, bad=asking.sentence(request, refusal), typed=form, status=409)
    if wanted.number.strip() and len(found.lines) == 1 and not found.cursor:
        raise web.HTTPSeeOther(f"/appeals/{found.lines[0].id}")
    return await _page(request, found=found, typed=form)


def wanted_of(form: Mapping[str, str], owner: str) -> Wanted:
    """What a search asks. `owner`: whose alone lists are, where nobody is named; "" everybody's."""
    state = form.get("state", "")
    number, phone = form.get("number", ""), form.get("phone", "")
    person, word = form.get("person", ""), form.get("word", "")
    term = TERMS.get(form.get("term", ""))
    return Wanted(
        number=number,
        phone=phone,
        person=person,
        word=word,
        states=tuple(one for one in AppealState if one.value == state) or (OPEN if state == "open" else ()),
        owner="" if any(text.strip() for text in (number, phone, person, word)) else owner,
        topic=form.get("topic", ""),
        region=form.get("region", ""),
        due_before=asking.now() + term if term is not None else None,
    )


async def _page(
    request: web.Request,
    *,
    found: Page | None = None,
    typed: Mapping[str, str] | None = None,
    cursor: str = "",
    bad: str = "",
    good: str = "",
    status: int = 200,
) -> web.Response:
    who, tongue = asking.who(request), asking.tongue(request)
    own = await asking.doors(request).register.search(
        Wanted(owner=who.system_user, states=OPEN), who, asking.now(), cursor=cursor, limit=A_PAGE
    )
    fields, topics = the_form().fields, the_topics()
    values: dict[str, Any] = {
        "mine": own,
        "found": found,
        "typed": typed or {},
        "bad": bad,
        "good": good,
        "may_write": may(who.role, Right.APPEALS),
        "by_person": may(who.role, Right.APPEALS_BY_PERSON),
        "topics": drawing.choices_of(fields["topic"], topics, tongue),
        "regions": drawing.choices_of(fields["region"], topics, tongue),
        "seat": own_seat(ctx.services(request).link.board, ctx.account(request)),
        "in_groups": in_groups,
        "today": asking.now(),
        "key": secrets.token_hex(16),
    }
    return ctx.page(request, "appeals.html", status=status, **values)
