"""Who gives a command: told by the kernel or by sudo, never by an argument (issue 3: two people)."""

import os
import pwd
from collections.abc import Mapping

from config.rights import RIGHTS, Right, may
from config.settings import Person, Settings
from recordings.access import Actor

LAB_ROOT = Person(person="lab administrator", role="administrator")


class NotAllowed(Exception):
    """The person's role has not this right; the text says which has."""


class Nobody(Exception):
    """This system user is nobody the settings know; the text says what to write there."""


def system_user(environment: Mapping[str, str] = os.environ, uid: int | None = None) -> str:
    """The system user behind this process.

    Root may say for whom it acts (sudo sets SUDO_UID): a person with rights to become root at will could be
    anybody anyway. Nobody else's word counts.
    """
    uid = os.getuid() if uid is None else uid
    if uid == 0 and environment.get("SUDO_UID", "").isdigit():
        uid = int(environment["SUDO_UID"])
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"


def person(settings: Settings, user: str) -> Person:
    """Who a system user is; in the lab root is its administrator. Raises Nobody."""
    known = settings.people.get(user)
    if known is not None:
        return known
    if settings.profile == "lab" and user == "root":
        return LAB_ROOT
    raise Nobody(
        f"system user {user} is nobody we know: name the person in settings.toml, "
        f'[people.{user}] with person = "..." and role = "..."'
    )


def actor(settings: Settings, right: Right) -> Actor:
    """Who gives this command, for which `right` is needed. Raises Nobody, NotAllowed."""
    user = system_user()
    known = person(settings, user)
    if not may(known.role, right):
        roles = " or ".join(sorted(RIGHTS[right]))
        raise NotAllowed(f"{known.person} is {known.role}: this needs {roles}")
    return Actor(known.person, known.role, user)
