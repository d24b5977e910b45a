"""Alarms of the supervisor on their way to the journal: a file it writes and the engine follows; edge.

The supervisor writes no database, and what it has to tell is often that the engine was away (A19).
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from config.durable import replace_file
from recordings.model.entries import ENDED, Alarm, standing

log = structlog.get_logger()

KEPT: Final = 2000  # the newest; each caller refused is one
FOR: Final = timedelta(days=7)
EVERY: Final = 1.0  # seconds between two looks, on either side


class AlarmFile:
    """The supervisor's side: alarms raised and ended, kept in a whole file that replaces the one before."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now
        self._alarms = list(read(path))
        self._standing = {(one.kind, one.about): one for one in standing(self._alarms)}
        self._written = len(self._alarms)
        self._told = False  # that it cannot be written

    def raise_(self, kind: str, about: str) -> None:
        """One more, though it be about the same; `about` is an id of ours, never a number."""
        made = Alarm(kind, about, self._now())
        while made in self._alarms[-100:]:
            made = replace(made, at=made.at + timedelta(microseconds=1))  # two at once are two
        self._alarms.append(made)
        self._standing[kind, about] = made
        log.error("alarm_raised", kind=kind, about=about)

    def stands(self, kind: str, about: str) -> None:
        """Something holds: raised unless it is known already, over restarts."""
        if (kind, about) not in self._standing:
            self.raise_(kind, about)

    def ended(self, kind: str, about: str) -> None:
        """What it warned of is over; nothing when none stands."""
        over = self._standing.pop((kind, about), None)
        if over is not None:
            self._alarms.append(Alarm(kind + ENDED, about, over.at))
            log.info("alarm_ended", kind=kind, about=about)

    async def keep(self) -> None:
        """Write what is new, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await asyncio.to_thread(self.write)

    def write(self) -> None:
        """All that is known, durable; a disk that refuses is tried again the next time."""
        if self._written == (count := len(self._alarms)):
            return
        since = self._now() - FOR
        stand = set(self._standing.values())
        kept = [one for one in self._alarms if one.at >= since or one in stand][-KEPT:]
        try:
            lines = "".join(_line(one) for one in kept).encode()
            replace_file(self._path, lines, 0o644)  # whatever our umask is: the engine reads it
        except OSError as why:
            if not self._told:
                log.error("alarms_not_written", error=str(why))
            self._told = True
            return
        self._written, self._told = count, False


class AlarmFollower:
    """The engine's side: each alarm of the file goes to the journal, where the same one is one."""

    def __init__(self, path: Path, submit: Callable[[Alarm], None]) -> None:
        self._path = path
        self._submit = submit
        self._seen: tuple[int, int] | None = None
        self._taken: set[Alarm] = set()

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            self.take()
            await asyncio.sleep(EVERY)

    def take(self) -> None:
        """What is new in the file; another engine may have told it before, and that changes nothing."""
        try:
            there = self._path.stat()
        except OSError:
            return
        seen = (there.st_ino, there.st_mtime_ns)
        if seen == self._seen:
            return
        self._seen = seen
        found = list(read(self._path))
        for one in found:
            if one not in self._taken:
                self._submit(one)
        self._taken = set(found)

    def forget(self) -> None:
        """The journal is another one: everything is told again."""
        self._seen = None
        self._taken.clear()


def read(path: Path) -> Iterable[Alarm]:
    """All that the file holds, in order; a line nobody can read is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        try:
            kind, about, at = json.loads(line)
            yield Alarm(str(kind), str(about), datetime.fromisoformat(at).astimezone(UTC))
        except (ValueError, TypeError):
            continue


def _line(one: Alarm) -> str:
    return json.dumps([one.kind, one.about, one.at.isoformat()], ensure_ascii=False) + "\n"
