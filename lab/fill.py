"""`lab fill`: a home full of invented calls; a few of them with sound that is really sealed; edge."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.problem import Problem
from dialplan.mixmonitor import SIDES
from dialplan.recording_names import file_of
from engine.evidence.services import EvidenceServices
from lab.fill_plan import Plan, Planned
from recordings.capture.match_conversations import NOT_RECORDED
from recordings.capture.sound import write_stereo
from recordings.capture.wave_header import new_header
from recordings.chain.entry import ChainEntryKind, entry
from recordings.chain.store import append
from recordings.journal.writing import CALL_FIELDS, write
from recordings.model.call_record import CallRecord, Connection, Outcome
from recordings.model.entries import RecordingChecked, RecordingState, Segment
from recordings.model.leg_levels import Samples
from recordings.model.tables import calls
from recordings.privacy.hiding import hide_caller
from recordings.privacy.numbers import Numbers
from recordings.rows.bound_tables import CALLS, CONNECTIONS, RECORDINGS
from recordings.rows.service import enter_new
from recordings.sealing.worker import Sealer

BATCH = 5_000
SIGNED_EVERY = 50_000  # calls: so that a proof needs no million of hashes

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was written."""

    calls: int
    sealed: int
    generated: int


async def fill(evidence: EvidenceServices, plan: Plan, filled: Progress, sealed: Progress) -> Filled:
    """Raises Problem for a home that holds calls."""
    async with evidence.database.connect() as connection:
        if (await connection.execute(select(func.count()).select_from(calls))).scalar_one():
            raise Problem(f"{evidence.settings.home} holds calls: lab fill needs an empty home (IVR111_HOME)")
    numbers, done, generated = evidence.keys.numbers(), 0, 0
    ready: dict[str, tuple[str, str]] = {}
    rest = iter(plan)
    while batch := list(islice(rest, BATCH)):
        loud = [one for one in batch if one.audio]
        if loud:
            await _with_audio(evidence, loud, numbers)
        quiet = [one for one in batch if not one.audio]
        async with evidence.database.begin() as connection:
            generated += await _without_audio(connection, quiet, numbers, ready)
        done += len(batch)
        filled(done, plan.calls)
        if done % SIGNED_EVERY == 0:
            await evidence.statements.interim(datetime.now(UTC))
        await asyncio.sleep(0)
    report = await Sealer(evidence.database, evidence.keys, evidence.settings).pass_once(sealed)
    await evidence.statements.interim(datetime.now(UTC))
    return Filled(done, report.sealed, generated)


async def _with_audio(evidence: EvidenceServices, planned: Iterable[Planned], numbers: Numbers) -> None:
    settings = evidence.settings
    for one in planned:
        record = _record(one)
        checked = []
        for number, talk in enumerate(record.connections, 1):
            if talk.party in NOT_RECORDED or talk.ended_at is None:
                continue
            day = f"{one.arrived.astimezone(settings.zone):%Y-%m-%d}"
            name = f"{one.call_id}-c{number}"
            seconds = round((talk.ended_at - talk.answered_at).total_seconds() * 8000) / 8000
            checked.append(_checked(one.call_id, name, number, day, talk.answered_at, seconds))
            seed = int(one.call_id.rpartition("-")[2]) * 8 + number
            await asyncio.to_thread(_raw, settings.audio / day, name, seed, seconds)
        async with evidence.database.begin() as connection:
            await write(connection, [hide_caller(record, numbers), *checked])


async def _without_audio(
    connection: AsyncConnection, planned: list[Planned], numbers: Numbers, ready: dict[str, tuple[str, str]]
) -> int:
    rows: list[dict[str, Any]] = []
    talks: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    entries = []
    for one in planned:
        record = _record(one)
        caller = index = None
        if one.number is not None:
            index = ready[one.number][1] if one.number in ready else numbers.index(one.number)
            ready[one.number] = ("", index)
            caller = numbers.hide(one.number)
        values = {name: getattr(record, field) for name, field in CALL_FIELDS.items()}
        rows.append({**values, "caller": caller, "caller_index": index})
        for number, talk in enumerate(record.connections, 1):
            talks.append({"call_id": one.call_id, "number": number, **_talk(talk)})
            if talk.party in NOT_RECORDED or talk.ended_at is None:
                continue
            name = f"{one.call_id}-c{number}"
            seconds = (talk.ended_at - talk.answered_at).total_seconds()
            told = {"id": name, "call_id": one.call_id, "connection": number, "seconds": seconds}
            kept.append({**told, **_generated(talk.answered_at, talk.ended_at)})
            facts = {"call_id": one.call_id, "seconds": round(seconds, 3)}
            entries.append(entry(ChainEntryKind.GENERATED, name, talk.ended_at, facts))
    for bound, values_of in ((CALLS, rows), (CONNECTIONS, talks), (RECORDINGS, kept)):
        if values_of:
            await enter_new(connection, bound, values_of)
    await append(connection, entries)
    return len(kept)


def _talk(talk: Connection) -> dict[str, Any]:
    return {
        "party": talk.party,
        "rang_at": talk.rang_at,
        "answered_at": talk.answered_at,
        "ended_at": talk.ended_at,
    }


def _generated(began: datetime, ended: datetime) -> dict[str, Any]:
    """A recording's row of a conversation that was invented, without audio."""
    return {
        "state": RecordingState.GENERATED.value,
        "started_at": began,
        "ended_at": ended,
        "checks": "generated",
        "size": 0,
        "checked_at": ended,
    }


def _record(one: Planned) -> CallRecord:
    at = one.arrived

    def after(seconds: float) -> datetime:
        return at + timedelta(seconds=round(seconds, 3))

    answered = after(one.talks[0].begin) if one.talks else None
    ours = [talk for talk in one.talks if talk.party not in NOT_RECORDED]
    return CallRecord(
        call_id=one.call_id,
        pii_caller=one.number,
        language=one.language,
        arrived_at=at,
        line_answered_at=after(0.2),
        queued_at=after(5.0) if one.outcome != "abandoned_in_menu" else None,
        answered_at=answered,
        conversation_ended_at=after(ours[-1].end) if ours else None,
        ended_at=after(one.lasts),
        served_by=ours[-1].party if ours else None,
        outcome=Outcome(one.outcome),
        ended_by="caller",
        connections=tuple(
            Connection(number, talk.party, after(talk.begin - 4), after(talk.begin), after(talk.end))
            for number, talk in enumerate(one.talks, 1)
        ),
    )


def _checked(
    call_id: str, name: str, number: int, day: str, started: datetime, seconds: float
) -> RecordingChecked:
    ended = started + timedelta(seconds=seconds)
    legs = [f"{day}/{file_of(name, side)}" for side in SIDES]
    return RecordingChecked(
        recording_id=name,
        call_id=call_id,
        connection=number,
        state=RecordingState.FINISHED,
        started_at=started,
        ended_at=ended,
        seconds=seconds,
        stereo_file=f"{day}/{file_of(name, 'stereo')}",
        caller_level=-25.0,
        consultant_level=-25.0,
        caller_silence=0.0,
        consultant_silence=0.0,
        caller_longest=0.0,
        consultant_longest=0.0,
        checks=(),
        size=int(seconds * 32000) + 88,
        checked_at=ended + timedelta(seconds=5),
        segments=(Segment(name, 1, started, ended, seconds, *legs),),
    )


def _raw(folder: Path, name: str, seed: int, seconds: float) -> None:
    """Two legs and the joined file, as the recorder and the reconciler leave them."""
    both = np.stack([voice(seed, side, seconds) for side in (0, 1)], axis=1)
    folder.mkdir(parents=True, exist_ok=True)
    for side, leg in enumerate(SIDES):
        data = np.ascontiguousarray(both[:, side]).tobytes()
        (folder / file_of(name, leg)).write_bytes(new_header(1, 8000, len(data)) + data)
    write_stereo(folder / file_of(name, "stereo"), _blocks(both))


def voice(seed: int, side: int, seconds: float) -> Samples:
    """A hum that comes and goes, another one for each seed and side."""
    source = np.random.default_rng(seed * 2 + side)
    time = np.arange(round(seconds * 8000)) / 8000
    pitch = source.uniform(90, 260)
    speaks = np.sin(2 * np.pi * time / source.uniform(2, 5) + 3 * side) > -0.2
    hum = sum(np.sin(2 * np.pi * pitch * part * time) / part for part in (1, 2, 3, 5))
    sound: Samples = (2500 * hum * speaks + source.normal(0, 30, len(time))).astype(np.int16)
    return sound


def _blocks(both: Samples) -> Iterator[Samples]:
    for start in range(0, len(both), 65536):
        yield both[start : start + 65536]
