"""Files that a person names are opened with the person's rights, not root's; docs/decisions/0072; edge."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from config.home import by_sudo
from config.problem import Problem
from config.told import told
from engine.process.operator import sudo_uid, user_name

NO_GROUP: Final = 65534  # of somebody whom no list of users knows


@contextmanager
def own_rights() -> Iterator[None]:
    """As the person for whom sudo acts: user, groups, no capabilities; nothing for anybody else.

    For the whole process, so only around an open, never while others work beside it. What the person could
    not open is a Problem that says so.
    """
    uid = sudo_uid(os.environ)
    if uid is None or not by_sudo() or os.geteuid() != 0:
        yield
        return
    gid, groups = _groups(uid)
    before, before_group = os.getgroups(), os.getegid()
    try:
        os.setgroups(groups)
        os.setegid(gid)
        os.seteuid(uid)  # Linux drops the effective capabilities with this
        yield
    except PermissionError as why:
        raise Problem(
            told(
                "{filename}: {uid} may not open it; files you name are opened with your own rights",
                filename=why.filename,
                uid=user_name(uid),
            )
        ) from why
    finally:
        os.seteuid(0)
        os.setegid(before_group)
        os.setgroups(before)


def read_own(file: Path) -> bytes:
    """The bytes of a file that the person named. Raises Problem, OSError."""
    with own_rights():
        return file.read_bytes()


@contextmanager
def written_own(path: Path) -> Iterator[BinaryIO]:
    """A file that the person named, whole or not at all: a draft beside it, renamed at the end.

    Only opened and renamed with their rights: others may work beside it. Raises Problem, OSError.
    """
    part = path.with_name(f".{path.name}.part")
    with own_rights():
        part.unlink(missing_ok=True)
        file = part.open("xb")
    try:
        with file:
            yield file
        with own_rights():
            part.rename(path)
    finally:
        with own_rights():
            part.unlink(missing_ok=True)


def copy_out(ours: BinaryIO, target: Path) -> None:
    """What is open here to where the person named. Raises Problem, OSError."""
    with written_own(target) as theirs:
        shutil.copyfileobj(ours, theirs)


def copy_in(source: Path, into: Path) -> None:
    """The plain files of a folder that the person named and of its folders; a pipe or device is none.

    Raises Problem, OSError.
    """
    with own_rights():
        found = sorted(source.glob("*")) + sorted(source.glob("*/*"))
    for one in found:
        target = into / one.relative_to(source)
        with own_rights():
            descriptor = os.open(one, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                target.parent.mkdir(parents=True, exist_ok=True)
                with os.fdopen(descriptor, "rb", closefd=False) as theirs, target.open("wb") as ours:
                    shutil.copyfileobj(theirs, ours)
        finally:
            os.close(descriptor)


@contextmanager
def brought(given: Sequence[Path]) -> Iterator[list[Path]]:
    """Folders that the person named, to be read while others work: as copies of what they may read.

    The folders themselves where nobody acts through sudo. Raises Problem, OSError.
    """
    if not by_sudo():
        yield list(given)
        return
    with TemporaryDirectory(prefix="ivr111-brought-") as ours:
        copies = [Path(ours, str(number), folder.absolute().name) for number, folder in enumerate(given)]
        for folder, copy in zip(given, copies, strict=True):
            copy.mkdir(parents=True)
            copy_in(folder, copy)
        yield copies


def _groups(uid: int) -> tuple[int, list[int]]:
    try:
        known = pwd.getpwuid(uid)
    except KeyError:
        return NO_GROUP, [NO_GROUP]
    return known.pw_gid, os.getgrouplist(known.pw_name, known.pw_gid)
