"""The doctor's looks at the register of appeals: its process, the lease, what waits, what is set; edge."""

from collections.abc import Iterator
from typing import Any

from config.settings import Settings
from config.told import told
from engine.install.check import Check
from engine.process.local_socket import CommandRefused, EngineUnavailable, ask


def register(settings: Settings) -> Iterator[Check]:
    """What the register's process says of itself (A10, A16)."""
    if settings.never_had_a_journal:
        return
    try:
        state = ask(settings.register_socket, "register.state", seconds=5.0)
    except CommandRefused as why:
        yield Check("register", "failure", str(why), "see to the database; nothing is sent meanwhile")
        return
    except EngineUnavailable:
        yield Check(
            "register", "failure", "does not answer: no body is told anything", "start the line: make run"
        )
        return
    yield Check("register", "ok", "answers")
    yield from _lease(state)
    yield from _receipts(state)
    yield from _set(state)


def _lease(state: dict[str, Any]) -> Iterator[Check]:
    if state["lease"]:
        yield Check("lease", "ok", told("held by {holder}", holder=state["lease"]))
    else:
        yield Check("lease", "warning", "nobody holds it: nothing is sent", "see log/register/register.log")


def _receipts(state: dict[str, Any]) -> Iterator[Check]:
    if not state["without_receipt"]:
        yield Check("hand-overs", "ok", "none waits for its receipt")
        return
    found = told(
        "{count} without a receipt, the oldest since {since}",
        count=state["without_receipt"],
        since=state["oldest"],
    )
    yield Check("hand-overs", "warning", found, "call those bodies: the board names them")


def _set(state: dict[str, Any]) -> Iterator[Check]:
    if not state["mail"]:
        yield Check(
            "mail",
            "warning",
            "no mail server is set: no body is told by e-mail",
            "set [mail] in settings.toml",
        )
    else:
        yield Check("mail", "ok", "a mail server is set")
    if not state["bodies"]:
        yield Check("directory", "failure", "no body is in it", "see log/register/register.log")
    else:
        yield Check("directory", "ok", told("{count} bodies", count=state["bodies"]))
    if state["years"]:
        years = ", ".join(map(str, state["years"]))
        yield Check(
            "calendar",
            "warning",
            told("not filled in: {years}", years=years),
            "run: ivr111 calendar fill",
        )
    else:
        yield Check("calendar", "ok", "filled in for this and the next year")
