"""Who gives a command: told by the kernel and by sudo, never by an argument; one way for all (A5); edge."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.refusals import Code, refused
from config.rights import RIGHTS, CommandAccess, Right, may
from config.settings import Person, Settings
from config.told import either, told
from recordings.model.access_entry import Actor

LAB_ROOT = Person(person="lab administrator", role="administrator")
LOGIN: Final = Path("/proc/self/loginuid")
UNSET: Final = 2**32 - 1  # a process that no login began: a service, a container


class NotAllowed(Exception):
    """The person's role has not this right; the text says which has."""


class UnknownUser(Exception):
    """This system user is nobody the settings know; the text says what to write there."""


def operator_uid(said: int | None, uid: int, login: int | None) -> int:
    """Who stands behind a process of `uid`; `said` is sudo's word, `login` the kernel's. Raises UnknownUser.

    Sudo's word counts from root only. The kernel keeps who signed in through every later sudo and su: where
    it contradicts sudo somebody speaks for a colleague, and two people would be one. Root's own login
    names nobody, so it contradicts nobody.
    """
    if uid != 0:
        return uid
    if said is None:
        return login or 0
    if login and login != said:
        raise UnknownUser(
            refused(
                Code.SIGNED_IN_AS_ANOTHER,
                login=user_name(login),
                said=user_name(said),
            )
        )
    return said


def login_uid(file: Path = LOGIN) -> int | None:
    """Who signed in, as the kernel keeps it; None where nobody did, or the kernel keeps no account of it."""
    try:
        found = int(file.read_text())
    except (OSError, ValueError):
        return None
    return None if found == UNSET else found


def user_name(uid: int) -> str:
    """The system user's name; one without a name is told by number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return f"uid{uid}"


def sudo_uid(environment: Mapping[str, str]) -> int | None:
    """For whom sudo says that it acts."""
    told = environment.get("SUDO_UID", "")
    return int(told) if told.isascii() and told.isdigit() and int(told) < UNSET else None


def command_uid() -> int:
    """Who gives this command. Raises UnknownUser."""
    return operator_uid(sudo_uid(os.environ), os.getuid(), login_uid(LOGIN))


def system_user(environment: Mapping[str, str] = os.environ, uid: int | None = None) -> str:
    """The system user behind this process. Raises UnknownUser."""
    uid = os.getuid() if uid is None else uid
    return user_name(operator_uid(sudo_uid(environment), uid, login_uid(LOGIN)))


def person(settings: Settings, user: str, *, as_root: bool = False) -> Person:
    """Who a system user is. Raises UnknownUser.

    At a site root is nobody, whatever the settings say: nobody could tell later which person it was. In the
    lab root is its administrator, and so is, until the settings name people, whoever acts as root.
    """
    if user == "root" and settings.profile == "site":
        raise UnknownUser(refused(Code.ROOT_IS_NOBODY))
    known = settings.people.get(user)
    if known is not None:
        return known
    if settings.profile == "lab" and (user == "root" or (as_root and not settings.people)):
        return LAB_ROOT
    raise UnknownUser(
        refused(
            Code.UNKNOWN_USER,
            user=user,
        )
    )


def actor(settings: Settings, right: Right) -> Actor:
    """Who gives this command, for which `right` is needed. Raises UnknownUser, NotAllowed."""
    user = user_name(command_uid())
    known = person(settings, user, as_root=os.getuid() == 0)
    if not may(known.role, right):
        raise NotAllowed(refusal(known.person, known.role, right))
    return Actor(known.person, known.role, user)


def refusal(person_: str, role: str, right: Right) -> str:
    """Why not, and whose right it is."""
    needs = either(sorted(RIGHTS[right]))
    return refused(Code.RIGHT_MISSING, person=person_, role=told(role), needs=needs)


def authorise(settings: Settings, needs: Right | CommandAccess) -> None:
    """Whether this command may begin. Raises UnknownUser, NotAllowed."""
    if isinstance(needs, Right):
        actor(settings, needs)
    elif needs is CommandAccess.MACHINE and not _runs_the_machine(settings):
        actor(settings, Right.INSTALL)


def _runs_the_machine(settings: Settings) -> bool:
    """Root itself, and whom nobody named: a line that ended must start, whoever is there."""
    user = user_name(command_uid())
    return user == "root" or user not in settings.people
