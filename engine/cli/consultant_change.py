"""A consultant added, changed or removed: the account, Asterisk's files, Asterisk itself; edge.

Edge. Each is told by what Asterisk and engine have at the end, never by what was sent (decision 0089).
"""

import asyncio
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from config.problem import Problem
from config.rights import Right
from config.running import supervisor
from config.settings import Language, Settings
from config.told import told
from dialplan.people import Account
from engine.install import consultant_accounts as accounts
from engine.install.asterisk_endpoints import NotSettled, known, settle_gone, settle_known
from engine.install.home_folders import hand_over
from engine.install.prepare import NotReady, write_configuration, write_lab, write_people
from engine.install.run_as_user import as_owner
from engine.process.local_socket import EngineAway, ask
from engine.process.operator import actor
from engine.supervisor.services import configuration
from recordings.model.access_entry import Action

if TYPE_CHECKING:
    from engine.evidence.services import Evidence

SETTLED: Final = 40.0  # seconds for an Asterisk that starts anew meanwhile
ENGINE: Final = 10.0  # and for an engine
TURN: Final = 180.0  # until it is this command's turn, where many change accounts at once
STOPPED: Final = told("asterisk: does not run; it reads this when the line starts")


@dataclass(frozen=True, slots=True)
class Became:
    """What became of it, in a sentence; `done`: all that must know it does, or will when it starts."""

    sentence: str
    done: bool = True


def add(settings: Settings, id_: str, name: str, languages: Sequence[Language]) -> tuple[Account, Became]:
    """The new account, and what Asterisk made of it. Raises Problem, Wrong, AccountRefused, EngineAway."""

    def without_engine() -> None:
        after = accounts.with_new(accounts.load(settings), id_, name, languages)
        _note(settings, id_, "added")
        accounts.save(settings, after)

    def with_engine() -> None:
        ask(settings.control_socket, "accounts.add", id=id_, name=name, languages=list(languages))

    with changing(settings):
        _change(settings, with_engine, without_engine)
        account = _account(settings, id_)
        rendered = _render(settings)
    return account, rendered or _known(settings, account)


def change(
    settings: Settings,
    id_: str,
    name: str | None = None,
    languages: Sequence[Language] | None = None,
    *,
    secret: bool = False,
) -> tuple[Account, Became]:
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
        became = _render(settings, without=id_ if secret else "")
        if became is None and secret:
            became = _gone(settings, id_, calls_end=False, closed=lambda: _render(settings))
    return account, became or _known(settings, account)


def remove(settings: Settings, id_: str) -> Became:
    """Nothing of the phone is left: no endpoint, registration, call. Raises as `add`."""

    def without_engine() -> None:
        after = accounts.without(accounts.load(settings), id_)
        _note(settings, id_, "removed")
        accounts.save(settings, after)

    def with_engine() -> None:
        ask(settings.control_socket, "accounts.remove", id=id_)

    with changing(settings):
        _change(settings, with_engine, without_engine)
        rendered = _render(settings)
    return rendered or _gone(settings, id_) or Became(STOPPED)


def reload(settings: Settings) -> Became:
    """Engine and Asterisk brought to what the accounts say, where they differ. Raises Problem, NotSettled."""
    with changing(settings):
        if became := _render(settings):
            return became
        if not lives(settings):
            return Became(STOPPED)
        _tell_engine(settings)
        new, old = differences(settings)
        everyone = accounts.load(settings)
    for one in everyone:
        if one.id in new and not (became := _known(settings, one)).done:
            return became
    for id_ in old:
        if (gone := _gone(settings, id_)) and not gone.done:
            return gone
    if not new and not old:
        return Became(told("asterisk: knows all {count} accounts", count=len(everyone)))
    return Became(
        told(
            "asterisk: knows all {count} accounts; read {new}, forgot {old}",
            count=len(everyone),
            new=", ".join(sorted(new)) or told("nobody"),
            old=", ".join(sorted(old)) or told("nobody"),
        )
    )


def differences(settings: Settings) -> tuple[set[str], set[str]]:
    """Whom Asterisk does not know as the accounts have them, and whom it knows without an account.

    Raises AmiDown, AmiTimeout.
    """
    theirs = asyncio.run(known(settings.asterisk_control))
    ours = {one.id: one.secret for one in accounts.load(settings)}
    new = {id_ for id_, secret in ours.items() if theirs.get(id_) != secret}
    return new, theirs.keys() - ours.keys()


def lives(settings: Settings) -> bool:
    """Whether there is an Asterisk of this home, or a supervisor that is about to start one."""
    if supervisor(settings.home) is not None:
        return True
    try:
        pid = int((settings.run_dir / "asterisk.pid").read_text())
        return configuration(settings).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """One command at a time: two would each render their own half. Raises Problem."""
    if os.geteuid() != 0:
        raise Problem(told("this writes Asterisk's configuration, which belongs to root: use sudo"))
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        held = os.open(settings.run_dir / "accounts.lock", flags, 0o600)
    except FileNotFoundError:
        raise Problem(told("{folder} is not there: start the line once", folder=settings.run_dir)) from None
    try:
        end = time.monotonic() + TURN
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    said = told("another command changes accounts and does not end; look for it")
                    raise Problem(said) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(held)


def _note(settings: Settings, id_: str, what: str) -> None:
    """The engine writes the log while it runs; without it the command does, before the change."""
    from engine.evidence.services import with_evidence  # noqa: PLC0415 - the doctor waits for nothing of it

    who = actor(settings, Right.ACCOUNTS)

    async def write(evidence: "Evidence") -> None:
        await evidence.access.note(who, Action.CHANGED, [f"consultant {id_}"], what)

    with_evidence(settings, write, first=True)


def _change(settings: Settings, with_engine: Callable[[], None], without_engine: Callable[[], None]) -> None:
    before = accounts.load(settings)
    try:
        with_engine()
    except EngineAway as why:
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
        except EngineAway:
            time.sleep(0.2)


def _account(settings: Settings, id_: str) -> Account:
    [account] = [one for one in accounts.load(settings) if one.id == id_]
    return account


def _render(settings: Settings, without: str = "") -> Became | None:
    """The phones' accounts in Asterisk's files, `without` one of them; what keeps them from it."""
    try:
        if (settings.home / "asterisk" / "etc" / "pjsip.conf").exists():
            write_people(settings, without)
        else:
            write_configuration(settings)
        write_lab(settings)
        hand_over(settings)
    except (NotReady, LookupError) as why:
        return Became(told("asterisk: not told yet, it reads this when the line starts ({why})", why=why))
    return None


def _known(settings: Settings, account: Account) -> Became:
    if not lives(settings):
        return Became(STOPPED)
    work = settle_known(settings.asterisk_control, account.id, account.secret, SETTLED)
    known_ = told("asterisk: knows {id}; the phone can register", id=account.id)
    return _settled(account.id, work) or Became(known_)


def _gone(
    settings: Settings,
    id_: str,
    *,
    calls_end: bool = True,
    closed: Callable[[], Became | None] = lambda: None,
) -> Became | None:
    """What became of the phone; None where Asterisk does not run, or when `closed` went on from there."""
    if not lives(settings):
        _forget_registration(settings, id_)
    if not lives(settings):
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
    return Became(said)


def _settled(id_: str, work: Coroutine[Any, Any, None]) -> Became | None:
    try:
        asyncio.run(work)
    except NotSettled as why:
        said = told(
            "asterisk: the account {id} is changed, but {why}; "
            "once the line is well: ivr111 consultants reload",
            id=id_,
            why=why,
        )
        return Became(said, done=False)
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
