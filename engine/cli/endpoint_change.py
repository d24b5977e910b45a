"""Asterisk brought to what a consultant's account says now: its files, its endpoint, its registrations; edge.

Each is told by what Asterisk has at the end, never by what was sent (decision 0089).
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.problem import Problem
from config.running import supervisor
from config.settings import Settings
from config.told import told
from dialplan.sip_accounts import SipAccount
from engine.install.asterisk_endpoints import EndpointNotReady, settle_gone, settle_known
from engine.install.home_folders import hand_over
from engine.install.prepare import NotReady, write_configuration, write_lab, write_people
from engine.install.run_as_user import as_owner
from engine.supervisor.services import configuration

SETTLED: Final = 40.0  # seconds for an Asterisk that starts anew meanwhile
STOPPED: Final = told("asterisk: does not run; it reads this when the line starts")


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What became of it, in a sentence; `done`: all that must know it does, or will when it starts."""

    sentence: str
    done: bool = True


def asterisk_lives(settings: Settings) -> bool:
    """Whether there is an Asterisk of this home, or a supervisor that is about to start one."""
    if supervisor(settings.home) is not None:
        return True
    try:
        pid = int((settings.run_dir / "asterisk.pid").read_text())
        return configuration(settings).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False


def write_endpoints(settings: Settings, without: str = "") -> ChangeResult | None:
    """The phones' accounts in Asterisk's files, `without` one of them; what keeps them from it."""
    try:
        if (settings.home / "asterisk" / "etc" / "pjsip.conf").exists():
            write_people(settings, without)
        else:
            write_configuration(settings)
        write_lab(settings)
        hand_over(settings)
    except (NotReady, LookupError) as why:
        return ChangeResult(
            told("asterisk: not told yet, it reads this when the line starts ({why})", why=why)
        )
    return None


def endpoint_known(settings: Settings, account: SipAccount) -> ChangeResult:
    """Until Asterisk has the account's endpoint with its password; what came of it."""
    if not asterisk_lives(settings):
        return ChangeResult(STOPPED)
    work = settle_known(settings.asterisk_control, account.id, account.secret, SETTLED)
    knows = told("asterisk: knows {id}; the phone can register", id=account.id)
    return _settled(account.id, work) or ChangeResult(knows)


def endpoint_gone(
    settings: Settings,
    id_: str,
    *,
    calls_end: bool = True,
    closed: Callable[[], ChangeResult | None] = lambda: None,
) -> ChangeResult | None:
    """What became of the phone; None where Asterisk does not run, or when `closed` went on from there."""
    if not asterisk_lives(settings):
        _forget_registration(settings, id_)
    if not asterisk_lives(settings):
        return closed()
    ended = 0

    async def work() -> None:
        nonlocal ended
        ended = await settle_gone(settings.asterisk_control, id_, SETTLED, calls_end=calls_end)

    if became := _settled(id_, work()):
        return became
    if not calls_end:
        return closed()
    said = told("asterisk: has forgotten {id}; its phone can neither register nor be rung", id=id_)
    if ended:
        said = told(
            "{said}; {count} of its calls ended, a caller is first in the queue again", said=said, count=ended
        )
    return ChangeResult(said)


def _settled(id_: str, work: Coroutine[Any, Any, None]) -> ChangeResult | None:
    try:
        asyncio.run(work)
    except EndpointNotReady as why:
        said = told(
            "asterisk: the account {id} is changed, but {why}; "
            "once the line is well: ivr111 consultants reload",
            id=id_,
            why=why,
        )
        return ChangeResult(said, done=False)
    return None


def _forget_registration(settings: Settings, id_: str) -> None:
    """Where no Asterisk runs, in its database: the id's next owner must not inherit the phone."""
    file = settings.home / "asterisk" / "db" / "astdb.sqlite3"
    if not file.exists():
        return
    with as_owner(file.parent):
        try:
            database = sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=5)
            with database:
                key = f"/registrar/contact/{id_};@%"
                database.execute("delete from astdb where key like ?", (key,))
            database.close()
        except sqlite3.Error as why:
            said = told(
                "{file}: {why}; an old registration of {id} may be left there", file=file, why=why, id=id_
            )
            raise Problem(said) from None
