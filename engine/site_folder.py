"""The folder included by a site's own Asterisk: compared, and written whole; edge."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dialplan.site import FOLDER, MARK, hooks, without_secrets
from engine.secrets import write_private


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is not as it should be; None where there is or shall be none."""

    file: Path
    before: str | None
    after: str | None


def changes(into: Path, parts: Mapping[str, str]) -> list[Change]:
    """What writing would change below `into`: never a hook that exists, never a file that is not ours."""
    folder = into / FOLDER
    found = []
    for name, text in sorted(parts.items()):
        before = _read(folder / name)
        if before != text:
            found.append(Change(folder / name, before, text))
    found += [Change(folder / name, None, "") for name in hooks() if not (folder / name).exists()]
    for file in sorted(folder.glob("*.conf")):
        if file.name not in parts and file.name not in hooks() and (_read(file) or "").startswith(MARK):
            found.append(Change(file, _read(file), None))
    return found


def write(into: Path, wanted: list[Change]) -> None:
    """Write them; owner and group are those of `into`, so that the site's Asterisk can read them."""
    folder = into / FOLDER
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o750)
        _own(folder, into)
    for change in wanted:
        if change.after is None:
            change.file.unlink()
        else:
            write_private(change.file, change.after)
            _own(change.file, into)


def shown(change: Change) -> Iterator[str]:
    """A unified diff without secrets; lines end with a newline."""
    before, after = (without_secrets(text or "") for text in (change.before, change.after))
    old, new = ("/dev/null" if text is None else str(change.file) for text in (change.before, change.after))
    yield from difflib.unified_diff(before.splitlines(True), after.splitlines(True), old, new)
    if not before and not after:  # an empty file appears: a diff has no words for that
        yield f"+++ {change.file} (empty)\n"


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else None


def _own(path: Path, like: Path) -> None:
    if os.geteuid() == 0:
        there = like.stat()
        os.chown(path, there.st_uid, there.st_gid)
