"""A home with conversations as the engine leaves them: rows, raw legs, the joined file; unsealed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import open_database
from config.settings import Settings
from recordings.capture.sound import write_stereo
from recordings.capture.wave_header import new_header
from recordings.journal.writing import write
from recordings.model.call_record import CallRecord, Connection, Moment, Outcome
from recordings.model.entries import RecordingChecked, RecordingState, Segment
from recordings.privacy.hiding import hide_caller
from recordings.privacy.keyring import Keyring
from recordings.privacy.numbers import Numbers
from recordings.rows.service import keyed
from tests.cheap import prepared

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # 14:00 in Almaty


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: its call, and what both sides sound like."""

    record: CallRecord
    recording_id: str
    stereo: Path


class EvidenceHome:
    """`await home.open()` first, `await home.close()` last."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.settings = Settings(home=folder, **settings)  # type: ignore[arg-type]
        self.keys = Keyring(self.settings.keys_dir)
        self.keys.make()
        self.database: AsyncEngine = None  # type: ignore[assignment]

    async def open(self, patience: float = 5.0) -> "EvidenceHome":
        """`patience`: seconds to wait for another writer."""
        await prepared(self.settings.database)
        opened = open_database(self.settings.database, busy_seconds=patience)
        self.database = keyed(opened, self.keys.numbers)
        return self

    async def close(self) -> None:
        await self.database.dispose()

    async def talk(
        self,
        number: int,
        *,
        caller: str | None = "+77000000001",
        at: datetime = T0,
        seconds: float = 3.0,
        language: str = "kk",
        consultant: str = "c101",
        audio: bool = True,
        recorded: float | None = None,
        checks: tuple[str, ...] = (),
    ) -> Talk:
        """A call at `at`, answered after 10 s; `recorded`: another length of its audio."""
        call_id = f"n1-{int(at.timestamp() * 1000)}-{number}"
        answered = at + timedelta(seconds=10)
        ended = answered + timedelta(seconds=seconds)
        record = CallRecord(
            call_id=call_id,
            pii_caller=caller,
            language=language,
            arrived_at=at,
            line_answered_at=at + timedelta(seconds=0.1),
            queued_at=at + timedelta(seconds=5),
            answered_at=answered,
            conversation_ended_at=ended,
            ended_at=ended + timedelta(seconds=2),
            served_by=consultant,
            outcome=Outcome.SERVED,
            ended_by="caller",
            connections=(Connection(1, consultant, at + timedelta(seconds=6), answered, ended),),
            moments=(Moment("ring", 1, consultant, at + timedelta(seconds=6), answered, "answered"),),
        )
        recording_id = f"{call_id}-c1"
        day = f"{at.astimezone(self.settings.zone):%Y-%m-%d}"
        length = seconds if recorded is None else recorded
        stereo = self.settings.audio / day / f"{recording_id}-stereo.wav"
        entries: list[CallRecord | RecordingChecked] = [hide_caller(record, self.keys.numbers())]
        if audio:
            legs = sound(number, length)
            stereo.parent.mkdir(parents=True, exist_ok=True)
            for side, name in ((0, "caller"), (1, "consultant")):
                leg = stereo.with_name(f"{recording_id}-{name}.wav")
                data = np.ascontiguousarray(legs[:, side]).tobytes()
                leg.write_bytes(new_header(1, 8000, len(data)) + data)
            stereo.with_name(f"{recording_id}.wav").write_bytes(new_header(1, 8000, 0))
            write_stereo(stereo, [legs])
            entries.append(self.checked(record, recording_id, day, length, checks))
        async with self.database.begin() as connection:
            await write(connection, entries)
        return Talk(record, recording_id, stereo)

    @staticmethod
    def checked(
        record: CallRecord, recording_id: str, day: str, seconds: float, checks: tuple[str, ...] = ()
    ) -> RecordingChecked:
        assert record.answered_at is not None
        ended = record.answered_at + timedelta(seconds=seconds)
        return RecordingChecked(
            recording_id=recording_id,
            call_id=record.call_id,
            connection=1,
            state=RecordingState.FINISHED,
            started_at=record.answered_at,
            ended_at=ended,
            seconds=seconds,
            stereo_file=f"{day}/{recording_id}-stereo.wav",
            caller_level=-20.0,
            consultant_level=-20.0,
            caller_silence=0.0,
            consultant_silence=0.0,
            caller_longest=0.0,
            consultant_longest=0.0,
            checks=checks,
            size=int(seconds * 32000) + 88,
            checked_at=ended + timedelta(seconds=5),
            segments=(
                Segment(
                    stem=recording_id,
                    number=1,
                    started_at=record.answered_at,
                    ended_at=ended,
                    seconds=seconds,
                    caller_file=f"{day}/{recording_id}-caller.wav",
                    consultant_file=f"{day}/{recording_id}-consultant.wav",
                ),
            ),
        )


def sound(seed: int, seconds: float) -> np.ndarray:
    """Two voices that are not alike, different for each seed."""
    source = np.random.default_rng(seed)
    time = np.arange(round(seconds * 8000)) / 8000
    sides = [
        6000
        * np.sin(2 * np.pi * (200 + 37 * ((seed + side) % 40)) * time)
        * (0.6 + 0.4 * np.sin(3 * time + side))
        + source.normal(0, 40, len(time))
        for side in (0, 1)
    ]
    return np.stack(sides, axis=1).astype("<i2")


def numbers() -> Numbers:
    """Keys that everybody knows."""
    return Numbers(bytes(range(32)), bytes(range(32, 64)))


def other_number(record: CallRecord, caller: str) -> CallRecord:
    """The same call from another number."""
    return replace(record, pii_caller=caller)
