"""The doctor's looks at what set-up made and at the machine; edge."""

import grp
import json
import pwd
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from config.settings import Settings
from config.told import told
from engine.health.clock_sync import synchronised
from engine.install.check import Check
from engine.install.preconditions import fault_of
from engine.install.prompt_folders import folders
from ivr.prompts.prompt_files import missing

LEAST: Final = (20,)
ADVISED: Final = (22, 10, 1)  # carries the fixes of twenty advisories
GIGABYTE: Final = 1 << 30


def version(words: str) -> tuple[int, ...]:
    """The numbers an Asterisk's version begins with: 22.10.1+dfsg... -> (22, 10, 1)."""
    begun = re.match(r"\d+(?:\.\d+)*", words)
    return tuple(int(part) for part in begun[0].split(".")) if begun else ()


def asterisk_version(settings: Settings) -> Iterator[Check]:
    """20 is needed, 22.10.1 advised."""
    file = settings.setup / "asterisk.json"
    if not file.exists():
        yield Check("asterisk", "failure", "none was provided", "run: make setup")
        return
    provided = json.loads(file.read_text())
    said, root = str(provided["version"]), str(provided["root"])
    where = f"{said} ({provided['kind']})"
    if root and not Path(root, "usr/sbin/asterisk").exists():
        yield Check(
            "asterisk",
            "failure",
            told("its root {root} is gone", root=root),
            told("remove {file}, then run: make setup", file=file),
        )
    elif version(said) < LEAST:
        yield Check(
            "asterisk",
            "failure",
            where,
            "20 or newer is needed: upgrade it, then run: make setup",
        )
    elif version(said) < ADVISED:
        yield Check(
            "asterisk",
            "warning",
            where,
            "22.10.1 or newer is advised: older ones have known holes",
        )
    else:
        yield Check("asterisk", "ok", where)


def setup(settings: Settings) -> Iterator[Check]:
    """What set-up makes."""
    for name in ("venv.stamp", "prompts.stamp"):
        if not (settings.setup / name).exists():
            yield Check(
                "set-up",
                "failure",
                told("{name} is missing in {setup}", name=name, setup=settings.setup),
                "run: make setup",
            )
            return
    yield Check("set-up", "ok", str(settings.setup))


def home(settings: Settings) -> Iterator[Check]:
    """That of a line that has run: elsewhere every answer would be empty."""
    if fault := fault_of(settings.home):
        yield Check("home", "failure", *fault)
    else:
        yield Check("home", "ok", str(settings.home))


def users(settings: Settings) -> Iterator[Check]:
    """The users that Asterisk and our processes run as, and the group of those who write the journal."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    group, groups = settings.journal_group, {entry.gr_name for entry in grp.getgrall()}
    if group not in groups:
        yield Check(told("group {group}", group=group), "failure", "does not exist", "run: make setup")
    users = (
        settings.run_user,
        settings.asterisk_user,
        settings.console_user,
        settings.evidence_user,
        settings.mender_user,
    )
    for name in dict.fromkeys(users):
        if name in known:
            yield Check(told("user {name}", name=name), "ok", "exists")
        else:
            yield Check(told("user {name}", name=name), "failure", "does not exist", "run: make setup")


def prompts(settings: Settings) -> Iterator[Check]:
    """A prompt missing in one language would be silence for its speakers (A2)."""
    absent = missing(*folders(settings))
    if absent:
        few = ", ".join(str(one) for one in absent[:3])
        yield Check(
            "prompts",
            "failure",
            told("{count} missing: {few}", count=len(absent), few=few),
            "run: ivr111 prompts speak",
        )
    else:
        yield Check("prompts", "ok", "all there in Kazakh and Russian")


def disk(
    settings: Settings, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
) -> Iterator[Check]:
    """Room for recordings; a full disk loses them without a word from Asterisk."""
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    total, _, free = usage(place)
    finding = told(
        "{free:.1f} GB of {total:.0f} GB free at {place}",
        free=free / GIGABYTE,
        total=total / GIGABYTE,
        place=place,
    )
    if free < total * 0.1 and free < 5 * GIGABYTE:
        yield Check("disk", "failure", finding, "make room now: recordings are about to be lost")
    elif free < total * 0.2 and free < 20 * GIGABYTE:
        yield Check("disk", "warning", finding, "make room, or move IVR111_HOME to a larger disk")
    else:
        yield Check("disk", "ok", finding)


def clock(settings: Settings) -> Iterator[Check]:
    """Times are evidence: the clock is right, and the time zone table knows Kazakhstan's change of 2024."""
    offset = datetime(2026, 1, 1, tzinfo=UTC).astimezone(settings.zone).utcoffset()
    if settings.time_zone == "Asia/Almaty" and offset != timedelta(hours=5):
        yield Check(
            "time zone",
            "failure",
            told("Asia/Almaty is {offset} here", offset=offset),
            "update tzdata: it is UTC+5 since 2024",
        )
    else:
        yield Check(
            "time zone",
            "ok",
            told("{time_zone}, UTC offset {offset}", time_zone=settings.time_zone, offset=offset),
        )
    if synchronised():
        yield Check("clock", "ok", "synchronised")
    else:
        yield Check(
            "clock",
            "warning",
            "not synchronised",
            "start an NTP client, for instance chrony",
        )
