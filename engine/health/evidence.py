"""The doctor's looks at recordings as evidence: keys, sealing, gaps, statements, demands, volumes; edge."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from config.database import open_database
from config.settings import Settings
from config.told import told
from engine.install.check import Check
from engine.install.keys import absent
from engine.install.run_as_user import as_evidence
from engine.process.local_socket import CommandRefused, EngineUnavailable, ask
from recordings.demands.term_watch import TermState, TermWatch
from recordings.sealing.store import count_waiting

LATE = timedelta(minutes=5)
STATED = timedelta(hours=50)  # a day is stated shortly after its end: yesterday's midnight is that old


def keys(settings: Settings) -> Iterator[Check]:
    """Each key that was made once is there and is the same."""
    gone = absent(settings)
    if gone:
        names = ", ".join(gone)
        remedy = told(
            "put back from the safe copy into {folder}; recordings wait meanwhile, none is lost",
            folder=settings.keys_dir,
        )
        yield Check("keys", "failure", told("missing or altered: {names}", names=names), remedy)
    else:
        yield Check("keys", "ok", told("all there in {keys_dir}", keys_dir=settings.keys_dir))


def evidence(settings: Settings) -> Iterator[Check]:
    """What the evidence process says of itself; without it, what the database tells."""
    if not settings.database_url and not (settings.home / "db" / "journal.sqlite").exists():
        return
    try:
        state = ask(settings.evidence_socket, "evidence.state", seconds=5.0)
    except CommandRefused as why:
        yield Check(
            "evidence process",
            "failure",
            str(why),
            "see to the database; recordings wait meanwhile",
        )
        return
    except EngineUnavailable:
        yield Check(
            "evidence process",
            "failure",
            "does not answer: nothing is sealed",
            "start the line: make run",
        )
        with as_evidence(settings):
            found = asyncio.run(_standing(settings))
        yield from found
        return
    yield Check("evidence process", "ok", "answers")
    yield from _sealing(state["sealing"])
    gaps = state["completeness"]["gaps"]
    if gaps:
        yield Check(
            "completeness",
            "failure",
            told("{count} gaps in two days", count=len(gaps)),
            "see: ivr111 recordings reconcile",
        )
    else:
        yield Check("completeness", "ok", "each conversation of two days is a playable recording")
    yield from _stated(state["statements"])
    yield from _handed(state["statements"].get("copies", ()))
    yield from _terms(state["demands"]["running"], tuple(state["demands"]["overdue"]))


def volumes(settings: Settings) -> Iterator[Check]:
    """Room where sealed recordings lie, and on the second volume."""
    places = {"sealed recordings": settings.sealed}
    if settings.second_audio is not None:
        places["second volume"] = settings.second_audio
    for name, folder in places.items():
        if not folder.exists():
            if name == "second volume":
                yield Check(
                    name,
                    "failure",
                    told("{folder} is not there", folder=folder),
                    "mount it, then restart the line",
                )
            continue
        total, _, free = shutil.disk_usage(folder)
        said = told("{share:.0%} free at {folder}", share=free / total, folder=folder)
        if free / total < settings.low_space:
            yield Check(name, "failure", said, "make room: see ivr111 retention plan, or add a disk")
        else:
            yield Check(name, "ok", said)


def _sealing(state: dict[str, Any]) -> Iterator[Check]:
    waiting, fault = state["waiting"], state["fault"]
    since = state["oldest"]
    said = told("{count} recordings wait for their seal", count=waiting)
    if since:
        said = told(
            "{count} recordings wait for their seal, the oldest since {since}", count=waiting, since=since
        )
    if fault is not None:
        yield Check(
            "sealing", "failure", told("{said}; {kind}", said=said, kind=fault["kind"]), fault["words"]
        )
    elif waiting and since and datetime.now(UTC) - datetime.fromisoformat(since) > LATE:
        yield Check("sealing", "warning", said, "it is at work, or the machine is; look again in a minute")
    else:
        yield Check("sealing", "ok", said if waiting else "nothing waits")


def _stated(state: dict[str, Any]) -> Iterator[Check]:
    if state["fault"]:
        yield Check(
            "statements",
            "failure",
            told("not made or not written: {fault}", fault=state["fault"]),
            "see to what it names, and: ivr111 keys show; it is tried again and again",
        )
        return
    last = state["last_day"]
    if last is None:
        yield Check("statements", "ok", "none is due yet")
    elif datetime.now(UTC) - datetime.fromisoformat(last).replace(tzinfo=UTC) > STATED:
        yield Check(
            "statements",
            "warning",
            told("the last day stated is {last}", last=last),
            "see log/evidence/evidence.log",
        )
    else:
        yield Check("statements", "ok", told("signed up to {last}", last=last))


def _handed(copies: Sequence[dict[str, Any]]) -> Iterator[Check]:
    for copy in copies:
        name = told("copies: {id}", id=copy["id"])
        if copy["fault"]:
            said = told("{count} statements wait: {fault}", count=copy["waiting"], fault=copy["fault"])
            yield Check(name, "failure", said, "see to it (statement_copies); it is tried again and again")
        else:
            yield Check(
                name,
                "ok",
                told("has statement {last}", last=copy["last"]) if copy["last"] else "nothing was due yet",
            )


def _terms(running: int, overdue: tuple[str, ...]) -> Iterator[Check]:
    if overdue:
        yield Check(
            "demands",
            "failure",
            told("over their term: {names}", names=", ".join(overdue)),
            "see: ivr111 demands list --open",
        )
    else:
        yield Check(
            "demands",
            "ok",
            told("{count} with their term running", count=running) if running else "none is open",
        )


async def _standing(settings: Settings) -> list[Check]:
    """Without the process: what waits, and which terms run."""
    database = open_database(settings.database, read_only=True)
    try:
        waiting, oldest = await count_waiting(database)
        clock: TermState = await TermWatch(database, settings).state()
    except (SQLAlchemyError, OSError):
        return []
    finally:
        await database.dispose()
    found = []
    if waiting:
        said = told(
            "{count} recordings wait for their seal, the oldest since {since}", count=waiting, since=oldest
        )
        found.append(Check("sealing", "failure", said, "start the line, or: ivr111 recordings seal"))
    return [*found, *_terms(clock.running, clock.overdue)]
