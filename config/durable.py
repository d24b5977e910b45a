"""Files that outlive a power cut: replaced whole or not at all, and their names with them; edge."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

Owner = tuple[int, int]  # uid, gid


def flush_file(path: Path) -> None:
    """Make what was written to `path` outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Make new and renamed names in `folder` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def into_place(draft: Path, path: Path) -> None:
    """Rename a file that is written to its end: flushed before, its name flushed behind; blocks. OSError."""
    flush_file(draft)
    draft.replace(path)
    flush_folder(path.parent)


def replace_file(path: Path, data: bytes, mode: int | None = None, owner: Owner | None = None) -> None:
    """`path` holds `data`, durably, or what it held before; blocks. OSError when the disk refuses.

    `mode`: whatever our umask; without it 0644 and the umask. A link at `path` is replaced, not followed.
    """
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        replace_below(parent, path.name, data, mode, owner)
    finally:
        os.close(parent)


def replace_below(
    parent: int, name: str, data: bytes, mode: int | None = None, owner: Owner | None = None
) -> None:
    """As `replace_file`, in an open folder: by a fresh draft that nobody else can have opened."""
    draft = f".{name}.{secrets.token_hex(4)}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(draft, flags, 0o644 if mode is None else 0o600, dir_fd=parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if owner is not None:
                os.fchown(handle, *owner)
            if mode is not None:
                os.fchmod(handle, mode)
            file.flush()
            os.fsync(handle)
        os.rename(draft, name, src_dir_fd=parent, dst_dir_fd=parent)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=parent)
        raise
    os.fsync(parent)


def owner_for(folder: Path) -> Owner | None:
    """Whose a file is to be that root makes in a folder of a lesser user's; None for anybody but root."""
    there = folder.stat()
    return (there.st_uid, there.st_gid) if os.geteuid() == 0 else None


def chown_like(path: Path, folder: Path) -> None:
    """What root made in `folder` belongs to the folder's owner; nothing for anybody else."""
    owner = owner_for(folder)
    if owner is not None:
        os.chown(path, *owner, follow_symlinks=False)
