"""Files that outlive a power cut: replaced whole or not at all, and their names with them; edge."""

import os
from pathlib import Path


def flush_folder(folder: Path) -> None:
    """Make new and renamed names in `folder` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """`path` holds `data`, durably, or what it held before; blocks. OSError when the disk refuses.

    `mode`: whatever our umask.
    """
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as file:
        if mode is not None:
            os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(handle)
    draft.replace(path)
    flush_folder(path.parent)
