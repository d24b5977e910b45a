"""Files written and folders walked by descriptors, never through a link that somebody else made; edge.

Root works in folders near those of lesser users. A path is looked up anew at each call, and what it leads to
may have been exchanged in between; a descriptor stays what it was. See docs/decisions/0074.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Final, Literal

from config.durable import Owner, replace_below

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hold us


class UnexpectedFile(OSError):
    """Something else lies where a folder or file of ours belongs; the text names it."""


@contextmanager
def folder(path: Path) -> Iterator[int]:
    """A descriptor of `path`, whose last part is no link. Raises OSError."""
    descriptor = os.open(path, FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def below(parent: int, name: str, *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder `name` in `parent`, made where there is none.

    A link is followed when root made it in a folder that only root can write: an administrator moved
    the folder to another disk. Any other link is removed; where a folder is to be made, a file is set aside.
    Raises OSError.
    """
    there = _stat(parent, name)
    flags = FOLDER
    if there is not None and stat.S_ISLNK(there.st_mode):
        if there.st_uid == 0 and there.st_nlink == 1 and only_roots(os.fstat(parent)):
            flags &= ~os.O_NOFOLLOW
        else:
            os.unlink(name, dir_fd=parent)
            there = None
    elif there is not None and make and not stat.S_ISDIR(there.st_mode):
        aside = f"{name}.{secrets.token_hex(4)}.aside"
        os.rename(name, aside, src_dir_fd=parent, dst_dir_fd=parent)
        there = None
    if there is None and make:
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)
    descriptor = os.open(name, flags, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def only_roots(one: os.stat_result) -> bool:
    """Whether nobody but root can make, rename or remove names in this folder."""
    return one.st_uid == 0 and not one.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def entries(parent: int) -> Iterator[tuple[str, os.stat_result]]:
    """Names in a folder with what they are themselves: a link is a link."""
    for name in os.listdir(parent):
        there = _stat(parent, name)
        if there is not None:
            yield name, there


def write_whole(path: Path, data: bytes, mode: int = 0o640, owner: Owner | None = None) -> None:
    """As `config.durable.replace_file`, in a folder that is no link itself. Raises OSError."""
    with folder(path.parent) as parent:
        replace_below(parent, path.name, data, mode, owner)


def read_below(parent: int, name: str) -> bytes | None:
    """A plain file's bytes; None where there is none, or something else lies there. Raises OSError."""
    try:
        descriptor = os.open(name, FILE, dir_fd=parent)
    except FileNotFoundError:
        return None
    except OSError:
        if (there := _stat(parent, name)) is not None and stat.S_ISLNK(there.st_mode):
            return None
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None


def open_plain(path: Path, owner: int) -> BufferedReader:
    """A plain file of `owner`'s, opened to be read; the caller has made sure of the folder it lies in.

    What a lesser user planted under the name (a link, a second name of another's file, a pipe) is
    UnexpectedFile.
    """
    with _opened(path.parent) as parent:
        return open_plain_below(parent, path.name, owner)


def open_plain_below(parent: int, name: str, owner: int) -> BufferedReader:
    """As `plain`, in an open folder; `name` may lead through folders, none of them a link."""
    first, _, rest = name.partition("/")
    if rest:
        try:
            inner = os.open(first, FOLDER, dir_fd=parent)
        except NotADirectoryError as why:
            raise UnexpectedFile(f"{first}: no folder of ours") from why
        try:
            return open_plain_below(inner, rest, owner)
        finally:
            os.close(inner)
    try:
        descriptor = os.open(name, FILE, dir_fd=parent)
    except FileNotFoundError:
        raise
    except OSError as why:
        raise UnexpectedFile(f"{name}: no file of ours") from why
    there = os.fstat(descriptor)
    if not stat.S_ISREG(there.st_mode) or there.st_uid != owner:
        os.close(descriptor)
        raise UnexpectedFile(f"{name}: no file of ours")
    return os.fdopen(descriptor, "rb")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Of a folder whose way only root can change: a link there is an administrator's."""
    descriptor = os.open(path, FOLDER & ~os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def set_owner(
    parent: int, name: str, uid: int, gid: int, mode: int | None, trusted: int | Literal["all"] | None = None
) -> bool:
    """Owner, group and mode of one plain file; False, and nothing changed, for anything else.

    A file with a second name may be anybody's: it is given only where it belongs to `trusted`, or where that
    is "all", in a folder that only root writes. The folder must be closed to others meanwhile.
    """
    try:
        descriptor = os.open(name, FILE, dir_fd=parent)
    except OSError:
        return False
    try:
        there = os.fstat(descriptor)
        known = there.st_nlink == 1 or trusted in ("all", there.st_uid)
        if not stat.S_ISREG(there.st_mode) or not known:
            return False
        if (there.st_uid, there.st_gid) != (uid, gid):
            os.fchown(descriptor, uid, gid)
        if mode is not None and stat.S_IMODE(there.st_mode) != mode:
            os.fchmod(descriptor, mode)
        return True
    finally:
        os.close(descriptor)


def close_to_others(descriptor: int) -> None:
    """From now on only root makes, renames or removes names in this folder."""
    os.fchown(descriptor, 0, -1)
    os.fchmod(descriptor, 0o700)


def _stat(parent: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return None
