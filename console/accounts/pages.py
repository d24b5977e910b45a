"""Everybody's accounts, for administrators; edge."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from aiohttp import web

from config.refusals import code_of
from config.rights import Right
from console.http import request_context as ctx
from console.http.engine_client import EngineRefused, EngineSilent
from console.http.refusals import reason
from console.http.routes import Route
from console.identity.account_administration import AccountAdministration
from console.identity.accounts import Account, AccountRefused, new

Act = Callable[[AccountAdministration, Account, str], Awaitable[str | None]]


ACTS: Final[Mapping[str, Act]] = {
    "disable": AccountAdministration.disable,
    "enable": AccountAdministration.enable,
    "forget-second-factor": AccountAdministration.forget_second_factor,
    "end-sessions": AccountAdministration.end_sessions,
    "password": AccountAdministration.new_password,
}


def routes() -> tuple[Route, ...]:
    """One for each act."""
    acts = (Route("POST", f"/accounts/{name}", Right.ACCOUNTS, _handler(act)) for name, act in ACTS.items())
    return (
        Route("GET", "/accounts", Right.ACCOUNTS, everybody),
        Route("POST", "/accounts/add", Right.ACCOUNTS, add),
        *acts,
    )


async def everybody(request: web.Request) -> web.StreamResponse:
    """The list, and the form for one more."""
    return await _page(request)


async def add(request: web.Request) -> web.StreamResponse:
    """A new account; its first password is shown once."""
    form = {name: value.strip() for name, value in (await ctx.form(request)).items()}
    own, role = ctx.services(request), form.get("role", "")
    seat, phone = form.get("consultant", ""), form.get("phone", "")
    try:
        account = new(
            form.get("login", "").lower(),
            form.get("person", ""),
            role,
            consultant=seat if role == "consultant" and seat else None,
            phone=phone if role == "supervisor" and phone else None,
            language=form.get("language", "kk"),
            people=own.settings.people,
        )
        password = await _administration(request).add(ctx.account(request), account)
    except AccountRefused as why:
        return await _page(request, bad=reason(code_of(why)), typed=form)
    return await _page(request, told=(account.login, password))


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def do(request: web.Request) -> web.StreamResponse:
        login = (await ctx.form(request)).get("login", "")
        try:
            password = await act(_administration(request), ctx.account(request), login)
        except AccountRefused as why:
            return await _page(request, bad=reason(code_of(why)))
        if password is None:
            return await _page(request, good=login)
        return await _page(request, told=(login, password))

    return do


def _administration(request: web.Request) -> AccountAdministration:
    own = ctx.services(request)

    async def hang_up(phone: str, who: Account) -> None:
        with suppress(EngineSilent, EngineRefused):  # without an engine nobody listens to anybody
            await own.link.send_command(
                "steer.spy_end", {"phone": phone, "closes": True, "by": ctx.acting_for(who)}
            )

    return AccountAdministration(own.sign_in, own.streams.check, hang_up)


async def _page(
    request: web.Request,
    *,
    good: str | None = None,
    bad: str | None = None,
    told: tuple[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    own = ctx.services(request)
    board = own.link.board
    return ctx.page(
        request,
        "accounts.html",
        status=400 if bad else 200,
        rows=await _administration(request).rows(),
        seats=[(one.id, one.name) for one in board.consultants] if board else [],
        phones=board.phones if board else [],
        good=good,
        bad=bad,
        told=told,
        typed=typed or {},
    )
