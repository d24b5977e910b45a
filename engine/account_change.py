"""A consultant added or removed by the command line: the account, Asterisk's files, Asterisk itself; edge."""

import os
import subprocess
from collections.abc import Callable, Sequence

from config.rights import Right
from config.settings import Language, Settings
from dialplan.people import Account
from engine import accounts
from engine.charges import PRIVATE, configuration, environment
from engine.control import EngineAway, ask
from engine.evidence import Evidence, with_evidence
from engine.places import hand_over
from engine.prepare import NotReady, write_configuration, write_lab
from engine.show import Problem
from engine.who import actor
from recordings.access import Action


def add(settings: Settings, id_: str, name: str, languages: Sequence[Language]) -> tuple[Account, str]:
    """The new account, and what Asterisk made of it. Raises Problem, Wrong, AccountRefused, EngineAway."""
    _root_only()

    def without_engine() -> None:
        after = accounts.with_new(accounts.load(settings), id_, name, languages)
        _note(settings, id_, "added")
        accounts.save(settings, after)

    def with_engine() -> None:
        ask(settings.control_socket, "accounts.add", id=id_, name=name, languages=list(languages))

    _change(with_engine, without_engine)
    [account] = [one for one in accounts.load(settings) if one.id == id_]
    return account, _tell_asterisk(settings)


def remove(settings: Settings, id_: str) -> str:
    """What Asterisk made of it. Raises as `add`."""
    _root_only()

    def without_engine() -> None:
        after = accounts.without(accounts.load(settings), id_)
        _note(settings, id_, "removed")
        accounts.save(settings, after)

    def with_engine() -> None:
        ask(settings.control_socket, "accounts.remove", id=id_)

    _change(with_engine, without_engine)
    return _tell_asterisk(settings)


def _root_only() -> None:
    if os.geteuid() != 0:
        raise Problem("this writes Asterisk's configuration, which belongs to root: use sudo")


def _note(settings: Settings, id_: str, what: str) -> None:
    """The engine writes the log while it runs; without it the command does, before the change."""
    who = actor(settings, Right.ACCOUNTS)

    async def write(evidence: Evidence) -> None:
        await evidence.access.note(who, Action.CHANGED, [f"consultant {id_}"], what)

    with_evidence(settings, write, first=True)


def _change(with_engine: Callable[[], None], without_engine: Callable[[], None]) -> None:
    try:
        with_engine()
    except EngineAway as why:
        if not isinstance(why.__cause__, FileNotFoundError | ConnectionRefusedError):
            raise  # it lives, only slowly: two writers would each write their own half
        without_engine()


def _tell_asterisk(settings: Settings) -> str:
    """Render the phones' accounts again and let a running Asterisk read them; a sentence about it."""
    try:
        write_configuration(settings)
        write_lab(settings)
        hand_over(settings)
    except (NotReady, LookupError) as why:
        return f"asterisk: not told yet, it reads this when the line starts ({why})"
    if not _runs(settings):
        return "asterisk: does not run; it reads this when the line starts"
    try:
        done = subprocess.run(
            [PRIVATE, "asterisk", "-C", configuration(settings), "-rx", "pjsip reload"],
            env=dict(environment(settings)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as why:
        return f"asterisk: could not be told to read it ({why}); it does so when the line starts again"
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        reason = said[-1] if said else f"exit code {done.returncode}"
        return f"asterisk: could not be told to read it ({reason}); it does so when the line starts again"
    return "asterisk: has read it"


def _runs(settings: Settings) -> bool:
    try:
        os.kill(int((settings.run_dir / "asterisk.pid").read_text()), 0)
    except (OSError, ValueError):
        return False
    return True
