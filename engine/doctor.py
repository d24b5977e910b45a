"""`ivr111 doctor`: everything the line stands on, looked at one by one; each failure says what to do."""

import asyncio
import json
import pwd
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config.database import open_database
from config.settings import Settings
from engine.cli_prompts import folders
from engine.clock import synchronised
from engine.control import EngineAway, Wrong, ask
from engine.ports import Port, holders, program
from engine.probe import AsteriskProbe
from ivr.files import missing

State = Literal["ok", "warning", "failure"]
LEAST: Final = (20,)
ADVISED: Final = (22, 10, 1)  # carries the fixes of twenty advisories
GIGABYTE: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it is, and for anything but ok what to do."""

    name: str
    state: State
    finding: str
    remedy: str = ""


def examine(settings: Settings) -> list[Check]:
    """Look at everything, the line running or not. Never raises; takes at most some seconds."""
    found: list[Check] = []
    for look in (asterisk_version, setup, users, disk, prompts, clock, ports, database, answers):
        try:
            found.extend(look(settings))
        except Exception as why:  # one broken look must not hide the others
            found.append(Check(look.__name__, "failure", f"could not be looked at: {why}", "see the message"))
    return found


def version(words: str) -> tuple[int, ...]:
    """The numbers an Asterisk's version begins with: 22.10.1+dfsg... -> (22, 10, 1)."""
    numbers = []
    for part in words.split("+")[0].split("~")[0].split("-")[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


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
        yield Check("asterisk", "failure", f"its root {root} is gone", f"remove {file}, then run: make setup")
    elif version(said) < LEAST:
        yield Check("asterisk", "failure", where, "20 or newer is needed: upgrade it, then run: make setup")
    elif version(said) < ADVISED:
        yield Check("asterisk", "warning", where, "22.10.1 or newer is advised: older ones have known holes")
    else:
        yield Check("asterisk", "ok", where)


def setup(settings: Settings) -> Iterator[Check]:
    """What set-up makes."""
    for name in ("venv.stamp", "prompts.stamp"):
        if not (settings.setup / name).exists():
            yield Check("set-up", "failure", f"{name} is missing in {settings.setup}", "run: make setup")
            return
    yield Check("set-up", "ok", str(settings.setup))


def users(settings: Settings) -> Iterator[Check]:
    """The users Asterisk and the engine run as."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in (settings.run_user, settings.asterisk_user):
        if name in known:
            yield Check(f"user {name}", "ok", "exists")
        else:
            yield Check(f"user {name}", "failure", "does not exist", "run: make setup")


def disk(
    settings: Settings, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
) -> Iterator[Check]:
    """Room for recordings; a full disk loses them without a word from Asterisk."""
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    total, _, free = usage(place)
    finding = f"{free / GIGABYTE:.1f} GB of {total / GIGABYTE:.0f} GB free at {place}"
    if free < total * 0.1 and free < 5 * GIGABYTE:
        yield Check("disk", "failure", finding, "make room now: recordings are about to be lost")
    elif free < total * 0.2 and free < 20 * GIGABYTE:
        yield Check("disk", "warning", finding, "make room, or move IVR111_HOME to a larger disk")
    else:
        yield Check("disk", "ok", finding)


def prompts(settings: Settings) -> Iterator[Check]:
    """A prompt missing in one language would be silence for its speakers (A2)."""
    absent = missing(*folders(settings))
    if absent:
        few = ", ".join(str(one) for one in absent[:3])
        yield Check("prompts", "failure", f"{len(absent)} missing: {few}", "run: ivr111 prompts speak")
    else:
        yield Check("prompts", "ok", "all there in Kazakh and Russian")


def clock(settings: Settings) -> Iterator[Check]:
    """Times are evidence: the clock is right, and the time zone table knows Kazakhstan's change of 2024."""
    offset = datetime(2026, 1, 1, tzinfo=UTC).astimezone(settings.zone).utcoffset()
    if settings.time_zone == "Asia/Almaty" and offset != timedelta(hours=5):
        yield Check(
            "time zone", "failure", f"Asia/Almaty is {offset} here", "update tzdata: it is UTC+5 since 2024"
        )
    else:
        yield Check("time zone", "ok", f"{settings.time_zone}, UTC offset {offset}")
    if synchronised():
        yield Check("clock", "ok", "synchronised")
    else:
        yield Check("clock", "warning", "not synchronised", "start an NTP client, for instance chrony")


def ports(settings: Settings) -> Iterator[Check]:
    """Each port is free, or held by the part of ours that should hold it."""
    for port in (
        Port("sip_port", "udp", settings.sip_address, settings.sip_port, "asterisk"),
        Port("ami_port", "tcp", settings.ami_address, settings.ami_port, "asterisk"),
        Port("agi_port", "tcp", settings.agi_address, settings.agi_port, "engine"),
    ):
        name = f"port {port.number}/{port.kind}"
        pid_file = settings.run_dir / f"{port.owner}.pid"
        ours = int(pid_file.read_text()) if pid_file.exists() else None
        others = holders(port) - {ours}
        if others:
            who = program(min(others))
            move = f"stop it, or set IVR111_{port.setting.upper()}"
            yield Check(name, "failure", f"held by {who}", move)
        else:
            yield Check(name, "ok", f"for {port.owner} on {port.address}")


def database(settings: Settings) -> Iterator[Check]:
    """The journal's database opens and answers."""
    file = settings.home / "db" / "journal.sqlite"
    if not settings.database_url and not file.exists():
        yield Check("database", "ok", f"{file} will be made at the first start")
        return
    try:
        asyncio.run(_select(settings))
    except (OSError, SQLAlchemyError, TimeoutError) as why:
        remedy = "start it, or correct IVR111_DATABASE_URL" if settings.database_url else f"look after {file}"
        yield Check("database", "failure", f"does not answer: {type(why).__name__}", remedy)
    else:
        yield Check("database", "ok", "answers")


async def _select(settings: Settings) -> None:
    engine = open_database(settings.database, read_only=True)
    try:
        async with asyncio.timeout(5), engine.connect() as connection:
            await connection.execute(text("select 1"))
    finally:
        await engine.dispose()


def answers(settings: Settings) -> Iterator[Check]:
    """The running line: Asterisk's manager, the engine's loop, the consultants' phones."""
    try:
        asyncio.run(_manager(settings))
    except (OSError, EOFError, TimeoutError):
        yield Check("manager", "failure", "Asterisk's manager does not answer", "start the line: make run")
    else:
        yield Check("manager", "ok", "answers")
    try:
        seats = ask(settings.control_socket, "consultants.list", seconds=3.0)["consultants"]
    except (EngineAway, Wrong) as why:
        yield Check("engine", "failure", str(why), "start the line: make run")
        return
    yield Check("engine", "ok", "answers")
    reachable = sum(bool(seat["reachable"]) for seat in seats)
    if reachable:
        yield Check("consultants", "ok", f"{reachable} of {len(seats)} phones registered")
    else:
        yield Check(
            "consultants", "warning", "no phone is registered", "register one; accounts are in run/lab.json"
        )


async def _manager(settings: Settings) -> None:
    secret = settings.home / "secrets" / "ami_probe"
    async with asyncio.timeout(3):
        await AsteriskProbe(settings.ami_address, settings.ami_port, secret).ask()
