"""The folder included by a site's own Asterisk: compared, and written whole; edge."""

import difflib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config import no_follow
from config.durable import replace_below
from dialplan.site import FOLDER, MARK, hooks, without_secrets


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that is not as it should be; None where there is or shall be none."""

    file: Path
    before: str | None
    after: str | None


def changes(into: Path, parts: Mapping[str, str]) -> list[FileChange]:
    """What writing would change below `into`: never a hook that exists, never a file that is not ours."""
    folder = into / FOLDER
    found = []
    for name, text in sorted(parts.items()):
        before = _read(folder / name)
        if before != text:
            found.append(FileChange(folder / name, before, text))
    found += [FileChange(folder / name, None, "") for name in hooks() if not os.path.lexists(folder / name)]
    for file in sorted(folder.glob("*.conf")):
        if file.name not in parts and file.name not in hooks() and (_read(file) or "").startswith(MARK):
            found.append(FileChange(file, _read(file), None))
    return found


def write(into: Path, wanted: list[FileChange]) -> None:
    """Write them; owner and group are those of `into`, so that the site's Asterisk can read them."""
    there = into.stat()
    owner = (there.st_uid, there.st_gid) if os.geteuid() == 0 else None
    with no_follow.folder(into.resolve()) as site:
        with suppress(FileExistsError):
            os.mkdir(FOLDER, 0o750, dir_fd=site)
        # Debian gives /etc/asterisk to Asterisk's user: no name in it is followed, nothing is given by name.
        with no_follow.below(site, FOLDER) as folder:
            if owner is not None and os.fstat(folder).st_uid == 0:
                os.fchown(folder, *owner)
            for change in wanted:
                if change.after is None:
                    os.unlink(change.file.name, dir_fd=folder)
                else:
                    replace_below(folder, change.file.name, change.after.encode(), 0o640, owner)


def shown(change: FileChange) -> Iterator[str]:
    """A unified diff without secrets; lines end with a newline."""
    before, after = (without_secrets(text or "") for text in (change.before, change.after))
    old, new = ("/dev/null" if text is None else str(change.file) for text in (change.before, change.after))
    yield from difflib.unified_diff(before.splitlines(True), after.splitlines(True), old, new)
    if not before and not after:  # an empty file appears: a diff has no words for that
        yield f"+++ {change.file} (empty)\n"


def _read(file: Path) -> str | None:
    try:
        with no_follow.folder(file.parent) as folder:
            read = no_follow.read_below(folder, file.name)
    except OSError:
        return None
    return None if read is None else read.decode("utf-8", "replace")
