"""A consultant added, changed or removed: the account, Asterisk's files, Asterisk itself; edge.

Each is told by what Asterisk and engine have at the end, never by what was sent (decision 0089).
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.file_lock import lock_file
from config.problem import Problem
from config.rights import Right
from config.running import supervisor
from config.settings import Language, Settings
from config.told import told
from dialplan.sip_accounts import SipAccount
from engine.cli.endpoint_change import (
    STOPPED,
    ChangeResult,
    asterisk_lives,
    endpoint_gone,
    endpoint_known,
    write_endpoints,
)
from engine.install import consultant_accounts as accounts
from engine.install.asterisk_endpoints import differences
from engine.process.local_socket import EngineUnavailable, ask
from engine.process.operator import actor
from recordings.model.access_entry import Action

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices

ENGINE: Final = 10.0  # seconds for an engine that starts anew meanwhile
TURN: Final = 180.0  # until it is this command's turn, where many change accounts at once


def add(
    settings: Settings, id_: str, name: str, languages: Sequence[Language]
) -> tuple[SipAccount, ChangeResult]:
    """The new account, and what Asterisk made of it.

    Raises Problem, CommandRefused, ConsultantRefused, EngineUnavailable.
    """

    def without_engine() -> None:
        after = accounts.with_new(accounts.load(settings), id_, name, languages)
        _note(settings, id_, "added")
        accounts.save(settings, after)

    def with_engine() -> None:
        ask(settings.control_socket, "accounts.add", id=id_, name=name, languages=list(languages))

    with changing(settings):
        _change(settings, with_engine, without_engine)
        account = _account(settings, id_)
        rendered = write_endpoints(settings)
    return account, rendered or endpoint_known(settings, account)


def change(
    settings: Settings,
    id_: str,
    name: str | None = None,
    languages: Sequence[Language] | None = None,
    *,
    secret: bool = False,
) -> tuple[SipAccount, ChangeResult]:
    """The account as it is now; `secret`: with a new password, and the old registration ends.

    A conversation goes on. Raises as `add`.
    """
    what = ", ".join(
        word for word, changed in (("name", name), ("languages", languages), ("password", secret)) if changed
    )

    def without_engine() -> None:
        after = accounts.with_changed(accounts.load(settings), id_, name, languages, secret=secret)
        _note(settings, id_, f"{what} changed")
        accounts.save(settings, after)

    def with_engine() -> None:
        spoken = None if languages is None else list(languages)
        ask(
            settings.control_socket,
            "accounts.change",
            id=id_, name=name, languages=spoken, secret=secret, what=what,
        )  # fmt: skip

    with changing(settings):
        _change(settings, with_engine, without_engine)
        account = _account(settings, id_)
        became = write_endpoints(settings, without=id_ if secret else "")
        if became is None and secret:
            became = endpoint_gone(settings, id_, calls_end=False, closed=lambda: write_endpoints(settings))
    return account, became or endpoint_known(settings, account)


def remove(settings: Settings, id_: str) -> ChangeResult:
    """Nothing of the phone is left: no endpoint, registration, call. Raises as `add`."""

    def without_engine() -> None:
        after = accounts.without(accounts.load(settings), id_)
        _note(settings, id_, "removed")
        accounts.save(settings, after)

    def with_engine() -> None:
        ask(settings.control_socket, "accounts.remove", id=id_)

    with changing(settings):
        _change(settings, with_engine, without_engine)
        rendered = write_endpoints(settings)
    return rendered or endpoint_gone(settings, id_) or ChangeResult(STOPPED)


def reload(settings: Settings) -> ChangeResult:
    """Engine and Asterisk brought to what the accounts say, where they differ.

    Raises Problem, EndpointNotReady.
    """
    with changing(settings):
        if became := write_endpoints(settings):
            return became
        if not asterisk_lives(settings):
            return ChangeResult(STOPPED)
        _tell_engine(settings)
        new, old = differences(settings)
        everyone = accounts.load(settings)
    for one in everyone:
        if one.id in new and not (became := endpoint_known(settings, one)).done:
            return became
    for id_ in old:
        if (left := endpoint_gone(settings, id_)) and not left.done:
            return left
    if not new and not old:
        return ChangeResult(told("asterisk: knows all {count} accounts", count=len(everyone)))
    return ChangeResult(
        told(
            "asterisk: knows all {count} accounts; read {new}, forgot {old}",
            count=len(everyone),
            new=", ".join(sorted(new)) or told("nobody"),
            old=", ".join(sorted(old)) or told("nobody"),
        )
    )


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """One command at a time: two would each render their own half. Raises Problem."""
    if os.geteuid() != 0:
        raise Problem(told("this writes Asterisk's configuration, which belongs to root: use sudo"))
    held = _turn(settings.run_dir / "accounts.lock")
    try:
        yield
    finally:
        os.close(held)


def _turn(lock: Path) -> int:
    """Hold the lock, waiting a little for another command. Raises Problem."""
    end = time.monotonic() + TURN
    while True:
        try:
            return lock_file(lock)
        except FileNotFoundError:
            raise Problem(told("{folder} is not there: start the line once", folder=lock.parent)) from None
        except BlockingIOError:
            if time.monotonic() > end:
                said = told("another command changes accounts and does not end; look for it")
                raise Problem(said) from None
        time.sleep(0.05)


def _note(settings: Settings, id_: str, what: str) -> None:
    """The engine writes the log while it runs; without it the command does, before the change."""
    from engine.evidence.services import with_evidence  # noqa: PLC0415 - the doctor waits for nothing of it

    who = actor(settings, Right.ACCOUNTS)

    async def write(evidence: "EvidenceServices") -> None:
        await evidence.access.note(who, Action.CHANGED, [f"consultant {id_}"], what)

    with_evidence(settings, write, first=True)


def _change(settings: Settings, with_engine: Callable[[], None], without_engine: Callable[[], None]) -> None:
    before = accounts.load(settings)
    try:
        with_engine()
    except EngineUnavailable as why:
        if accounts.load(settings) != before:
            return  # only its answer was late
        if not isinstance(why.__cause__, FileNotFoundError | ConnectionRefusedError):
            raise  # it lives, only slowly: two writers would each write their own half
        without_engine()
        _tell_engine(settings)


def _tell_engine(settings: Settings) -> None:
    """An engine that came up meanwhile may have read the accounts of before."""
    end = time.monotonic() + ENGINE
    while supervisor(settings.home) is not None and time.monotonic() < end:
        try:
            ask(settings.control_socket, "accounts.read")
            return
        except EngineUnavailable:
            time.sleep(0.2)


def _account(settings: Settings, id_: str) -> SipAccount:
    [account] = [one for one in accounts.load(settings) if one.id == id_]
    return account
