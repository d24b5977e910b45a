"""Where a copy of the line lives, and whether root may trust that place; edge (docs/decisions/0072).

Root reads there who the people are, where the keys and the database lie, and which program to start. So the
place is found beside the installed program, never in the folder somebody stands in, and root refuses one
that anybody else could write.
"""

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from config.running import environment_of, homes, runs, supervisor
from config.told import N_, LocalizedText, joined, told

PROGRAM: Final = Path(__file__).resolve().parent.parent
NAMED: Final = Path("/etc/ivr111/home")  # for a program installed without its repository: one line, the home
ELSE: Final = Path("/var/lib/ivr111")
THROUGH_SUDO: Final = frozenset(  # heard: places where root may trust them, and a language harms nobody
    {"IVR111_HOME", "IVR111_SETUP", "IVR111_LANG"}
)


class UnsafePlace(Exception):
    """Root would believe what somebody else can write; the text says which place and what to do."""


def default_home() -> Path:
    """`var` beside the program; a link leads to another disk. Raises UnsafePlace, OSError."""
    if (PROGRAM / "pyproject.toml").is_file():
        return Path(os.path.realpath(PROGRAM / "var"))
    if not NAMED.exists():
        return ELSE
    require_trusted(NAMED)
    named = Path(NAMED.read_text(encoding="utf-8").strip())
    if not named.is_absolute():
        raise UnsafePlace(
            told("{file}: write the home's whole path, from / on, and nothing else", file=NAMED)
        )
    return named


def chosen_home(heard: Mapping[str, str]) -> Path:
    """The home that is named, else that of the one line that runs, else the one beside the program.

    `heard`: what of the environment counts. Raises UnsafePlace, OSError.
    """
    if named := heard.get("IVR111_HOME"):
        return Path(named)
    default = default_home()
    running = sorted(set(homes(PROGRAM, default))) if os.getuid() == 0 else []
    if not running or default in running:
        return default
    if len(running) > 1:
        raise UnsafePlace(
            told(
                "lines run in {homes}: name the one you mean, IVR111_HOME={home} before ivr111",
                homes=joined([told("{home}", home=one) for one in running], N_("{one} and {other}")),
                home=running[0],
            )
        )
    return running[0]


def has_run(home: Path) -> bool:
    """Whether an engine was ever started in this home: a journal that is not there has gone."""
    return (home / "db" / "engine.lock").exists()


def settings_of_line(home: Path) -> Mapping[str, str]:
    """The variables that the line in `home` was started with: sudo drops those of whoever gives a command.

    Nothing where none runs, for the line itself, and for anybody but root. Raises UnsafePlace, OSError.
    """
    pid = supervisor(home) if os.getuid() == 0 else None
    if pid is None or pid == os.getpid():
        return {}
    require_trusted(home)
    with suppress(OSError, ValueError):
        if runs(pid, PROGRAM):
            theirs = environment_of(pid)
            refused = ignored_settings(theirs)
            return {n: v for n, v in theirs.items() if n.startswith("IVR111_") and n not in refused}
    return {}


def by_sudo(environment: Mapping[str, str] | None = None) -> bool:
    """Root acts for somebody who is not root: what they bring in the environment is theirs."""
    asker = (os.environ if environment is None else environment).get("SUDO_UID", "0")
    return os.getuid() == 0 and asker.strip("0") != ""


def ignored_settings(environment: Mapping[str, str]) -> list[str]:
    """Settings that somebody brought through sudo: people, keys, database are not theirs to name."""
    if not by_sudo(environment):
        return []
    return sorted(name for name in environment if name.startswith("IVR111_") and name not in THROUGH_SUDO)


def require_trusted(place: Path) -> None:
    """Refuses, for root, a place that others can write or exchange. Raises UnsafePlace, OSError.

    Others are all but root, whoever owns the machine's first folder, and whoever can write the program
    itself, for that is what root runs. What is not there yet is no danger. Nobody but root is asked.
    """
    if os.getuid() != 0:
        return
    program = PROGRAM.stat()
    users = {0, program.st_uid, Path("/").stat().st_uid}
    groups = {0} | ({program.st_gid} if program.st_mode & stat.S_IWGRP else set())
    for part, there in _way(place):
        loose = stat.S_IWOTH | (0 if there.st_gid in groups else stat.S_IWGRP)
        shared = stat.S_ISDIR(there.st_mode) and there.st_mode & stat.S_ISVTX  # /tmp: names are their makers'
        if there.st_uid not in users:
            why = told("{part} belongs to {user}", part=part, user=_name(there.st_uid))
            raise UnsafePlace(_refusal(part, place, why))
        if not stat.S_ISLNK(there.st_mode) and there.st_mode & loose and not shared:
            raise UnsafePlace(_refusal(part, place, told("{part} can be written by others", part=part)))


def _way(place: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All that is passed on the way to `place`, links and what they lead to, as far as it is there."""
    at, rest, links = Path("/"), list(reversed(place.absolute().parts[1:])), 0
    yield at, at.lstat()
    while rest:
        name = rest.pop()
        if name == "..":
            at = at.parent
            continue
        one = at / name
        try:
            there = one.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return
        yield one, there
        if not stat.S_ISLNK(there.st_mode):
            at = one
            continue
        links += 1
        if links > 40:  # as the kernel counts
            raise UnsafePlace(told("{place}: links lead in a circle there", place=place))
        target = one.readlink()
        if target.is_absolute():
            at = Path("/")
        rest += [part for part in reversed(target.parts) if part != "/"]


def _refusal(part: Path, place: Path, why: LocalizedText) -> LocalizedText:
    if part != place:
        why = told("{why}, and {place} lies below it", why=why, place=place)
    return told(
        "{why}: root would believe whatever they write there; chown root: {part} && chmod go-w {part}, "
        "or name another place (IVR111_HOME, IVR111_SETUP)",
        why=why,
        part=part,
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"
