"""Folders of tests, opened to people who are not root."""

import tempfile
from pathlib import Path


def open_the_way(folder: Path) -> None:
    """Everybody may pass through to it: what a person names is opened with the person's own rights."""
    root = Path(tempfile.gettempdir())
    for one in (folder, *folder.parents):
        if one == root:
            return
        one.chmod(one.stat().st_mode | 0o011)
    raise AssertionError(f"{folder} does not lie in {root}")
