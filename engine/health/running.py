"""The doctor's looks at what runs: ports, the database, Asterisk, the engine, consultants' phones; edge."""

import asyncio
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config.database import DatabaseReplaced, database_file, open_database
from config.home import has_run
from config.settings import Settings
from config.told import N_, joined, told
from engine.install.asterisk_endpoints import differences
from engine.install.check import Check
from engine.install.run_as_user import as_evidence
from engine.process.local_socket import CommandRefused, EngineUnavailable, ask
from engine.supervisor.probes import AsteriskProbe
from routing.ami.protocol import AmiDown, AmiTimeout

NOBODY: Final = 65534  # a user number without any rights


def database(settings: Settings) -> Iterator[Check]:
    """The journal's database opens and answers."""
    file = database_file(settings.database)
    if file is not None and not file.exists():
        if not settings.database_url and not has_run(settings.home):
            yield Check("database", "ok", told("{file} will be made at the first start", file=file))
            return
        yield Check(
            "database",
            "failure",
            told("{file} has gone; calls go on, their rows wait in spool/journal", file=file),
            "move it back, whole with its -wal, or let the line make it anew",
        )
        return
    if file is not None:
        yield from _replaced(file)
    try:
        with as_evidence(settings):
            asyncio.run(_select(settings))
    except DatabaseReplaced as why:
        yield Check(
            "database",
            "failure",
            str(why.strerror),
            "start the line, or see log/engine/engine.log",
        )
    except (OSError, SQLAlchemyError, TimeoutError) as why:
        remedy = (
            "start it, or correct IVR111_DATABASE_URL"
            if settings.database_url
            else told("look after {file}", file=file)
        )
        yield Check("database", "failure", told("does not answer: {name}", name=type(why).__name__), remedy)
    else:
        yield Check("database", "ok", "answers")


def _replaced(file: Path) -> Iterator[Check]:
    aside = sorted(one.name for one in file.parent.glob(f"{file.name}*.replaced*"))
    if aside:
        yield Check(
            "replaced journal",
            "warning",
            told(
                "the journal's file was replaced; in db/ lies what was there: {names}", names=", ".join(aside)
            ),
            "look whether anything is missed, then keep it elsewhere or remove it",
        )


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
        yield Check(
            "manager",
            "failure",
            "Asterisk's manager does not answer",
            "start the line: make run",
        )
    else:
        yield Check("manager", "ok", "answers")
        yield from _gate(settings)
    try:
        counted = ask(settings.control_socket, "phones.count", seconds=3.0)
    except (EngineUnavailable, CommandRefused) as why:
        yield Check("engine", "failure", str(why), "start the line: make run")
        return
    yield Check("engine", "ok", "answers")
    yield from _accounts(settings)
    yield from _refused(settings)
    yield from _as_tones(settings)
    yield _console(settings)
    if counted["reachable"]:
        said = told(
            "{reachable} of {phones} phones registered",
            reachable=counted["reachable"],
            phones=counted["phones"],
        )
        yield Check("consultants", "ok", said)
    else:
        yield Check(
            "consultants",
            "warning",
            "no phone is registered",
            "register one; accounts are in run/lab.json",
        )


def _accounts(settings: Settings) -> Iterator[Check]:
    """Who may register, by the accounts and by Asterisk; only root may ask it."""
    if os.geteuid() != 0:
        return
    try:
        new, old = differences(settings)
    except (AmiDown, AmiTimeout) as why:
        yield Check(
            "accounts", "failure", told("Asterisk was not asked: {why}", why=why), "see log/asterisk.log"
        )
        return
    if new or old:
        parts = [told("it has not read {ids}", ids=" ".join(sorted(new)))] if new else []
        if old:
            parts.append(told("it still knows {ids}", ids=" ".join(sorted(old))))
        said = joined(parts, N_("{one}, {other}"))
        yield Check(
            "accounts",
            "failure",
            told("Asterisk differs: {said}", said=said),
            "run: ivr111 consultants reload",
        )
    else:
        yield Check("accounts", "ok", "Asterisk knows the same as we")


def _refused(settings: Settings) -> Iterator[Check]:
    """Numbers that an operator dials and we refuse: one of ours that own_numbers lacks, or its mistake."""
    try:
        operators = ask(settings.control_socket, "numbers.refused", seconds=3.0)["operators"]
    except (EngineUnavailable, CommandRefused):  # it went this moment, or is of an older version
        return
    for one in operators:
        at = datetime.fromisoformat(one["last"]).astimezone(settings.zone)
        yield Check(
            "refused numbers",
            "warning",
            told(
                "{operator} dialled {count} that are not ours since the engine's start, "
                "the last at {at:%F %T}: {number}",
                operator=one["operator"],
                count=one["count"],
                at=at,
                number=one["number"],
            ),
            "is it ours? add it to own_numbers; else tell the operator",
        )


def _as_tones(settings: Settings) -> Iterator[Check]:
    """Operators whose callers' keys come as tones in the sound (decision 0088)."""
    try:
        operators = ask(settings.control_socket, "keys.as_tones", seconds=3.0)["operators"]
    except (EngineUnavailable, CommandRefused):
        return
    for one in operators:
        at = datetime.fromisoformat(one["last"]).astimezone(settings.zone)
        total, only = one["only"] + one["understood"], one["only"]
        yield Check(
            "keys as tones",
            "warning" if only else "ok",
            f"calls from {one['operator']} since the engine's start: {total}, the last at {at:%F %T}; "
            f"not understood by Asterisk: {only}",
            "ask the operator for telephone-event (RFC 4733): without the engine these callers have no keys"
            if only
            else "",
        )


def _gate(settings: Settings) -> Iterator[Check]:
    """Asked as a user who is none of ours; only root can."""
    if os.geteuid() != 0:
        return
    if _lets_in(settings.ami_address, settings.ami_port):
        yield Check(
            "manager's door",
            "warning",
            "any user of this machine may connect to the manager, and hold its places",
            "see gate_open in log/supervise.log: the kernel refused the rule",
        )
    else:
        yield Check("manager's door", "ok", "closed to other users of this machine")


def _lets_in(address: str, port: int) -> bool:
    """Whether any user may connect. As that user nothing is imported: Python may be only root's."""
    family, kind, *_, where = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as door:
        door.settimeout(2)
        os.seteuid(NOBODY)
        try:
            door.connect(where)
        except OSError:
            return False
        finally:
            os.seteuid(0)
    return True


def _console(settings: Settings) -> Check:
    try:
        ask(settings.console_socket, "ping", seconds=5.0)
    except (EngineUnavailable, CommandRefused):
        ports = f"{settings.console_port}, {settings.console_plain_port}"
        return Check(
            "console",
            "warning",
            "does not answer",
            told("see log/console/console.log; is one of the ports {ports} taken by another?", ports=ports),
        )
    return Check("console", "ok", "answers")


async def _manager(settings: Settings) -> None:
    secret = settings.home / "secrets" / "ami_probe"
    async with asyncio.timeout(3):
        await AsteriskProbe(settings.ami_address, settings.ami_port, secret).ask()
