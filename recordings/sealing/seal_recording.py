"""Sealing of one recording: its file, its key, its row and its entry in the chain; edge (A19)."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from recordings.chain.entry import ChainEntryKind, entry
from recordings.journal.alarming import alarm
from recordings.model.sealed import Sealed
from recordings.model.timestamps import json_text
from recordings.privacy.keyring import KeyMissing, Wrapped
from recordings.sealing import store
from recordings.sealing.container import ContainerDamaged
from recordings.sealing.files import SealedOnDisk, beyond, raw_files, write_sealed
from recordings.sealing.parts import SealingParts
from recordings.sealing.sealed_sound import SoundUnreadable
from recordings.sealing.state import SealFault
from recordings.sealing.store import AwaitingSeal

log = structlog.get_logger()


class RecordingSealer:
    """Called under `lock`; what it cannot do is a fault, and the recording's files stay."""

    def __init__(self, parts: SealingParts) -> None:
        self._parts = parts
        self._audio = parts.settings.audio
        self._folder = parts.settings.sealed
        self._zone = parts.settings.zone

    async def seal(self, one: AwaitingSeal) -> Sealed | SealFault | None:
        """Its row; None when it had one already."""
        at = datetime.now(UTC)
        try:
            # Without a master key the work would be in vain.
            self._parts.keys.wrap(b"\0" * 32, one.recording_id)
            named = await store.files_of(self._parts.database, one.recording_id)
            if await self._parts.lock.in_thread(self._beyond, one, named):
                return self._parts.faults.note(
                    "grown",
                    one.recording_id,
                    f"recording {one.recording_id} has sound that is not in its joined file: "
                    "it is sealed once the engine has joined it again; its files stay",
                )
            done = await self._write(one, at)
            wrapped = self._parts.keys.wrap(done.key, one.recording_id)
        except KeyMissing as why:
            return self._parts.faults.note("key_missing", "", str(why))
        except FileNotFoundError:
            return await self._unreadable(one, "its joined file is not there")
        except (SoundUnreadable, ContainerDamaged) as why:
            return await self._unreadable(one, str(why))
        except OSError as why:
            return self._parts.faults.refused(why)
        return await self._enter(one, done, wrapped, at)

    async def _write(self, one: AwaitingSeal, at: datetime) -> SealedOnDisk:
        begun = one.started_at or one.checked_at or at
        path = f"{begun.astimezone(self._zone):%Y/%m/%d}/{one.recording_id}.sealed"
        return await self._parts.lock.in_thread(
            write_sealed,
            self._audio / one.stereo_file,
            self._folder,
            path,
            one.recording_id,
            self._parts.step,
            round(one.seconds * 8000),
        )

    async def _enter(
        self, one: AwaitingSeal, done: SealedOnDisk, wrapped: Wrapped, at: datetime
    ) -> Sealed | None:
        row = Sealed(
            recording_id=one.recording_id,
            call_id=one.call_id,
            path=done.path,
            key_id=wrapped.key_id,
            wrapped_key=wrapped.text,
            size=done.size,
            frames=done.frames,
            audio_sha256=done.audio_sha256,
            sealed_sha256=done.sealed_sha256,
            marks=one.checks,
            sealed_at=at,
            seq=0,
            destroyed_at=None,
        )
        facts = {
            "call_id": one.call_id,
            "audio_sha256": row.audio_sha256,
            "sealed_sha256": row.sealed_sha256,
            "frames": row.frames,
            "size": row.size,
            "started_at": json_text(one.started_at),
            "ended_at": json_text(one.ended_at),
            "marks": list(row.marks),
        }
        self._parts.step("about to enter")
        written = await store.write(
            self._parts.database, row, entry(ChainEntryKind.SEALED, one.recording_id, at, facts)
        )
        self._parts.step("entered")
        if written is None:
            return None
        written = await self._with_newest(written, done.key)
        log.info("recording_sealed", call=one.call_id, recording=one.recording_id, seq=written.seq)
        return written

    async def _with_newest(self, row: Sealed, key: bytes) -> Sealed:
        """A master key made since the key was wrapped: who exchanges them may not have seen this row."""
        newest = self._parts.keys.wrap(key, row.recording_id)
        if newest.key_id == row.key_id:
            return row
        await store.rewrap(self._parts.database, [(row, newest)])
        return replace(row, key_id=newest.key_id, wrapped_key=newest.text)

    def _beyond(self, one: AwaitingSeal, named: list[str]) -> list[Path]:
        found = raw_files(self._audio, one.stereo_file, one.recording_id, named)
        return beyond(self._audio, found, named, one.size)

    async def _unreadable(self, one: AwaitingSeal, why: str) -> SealFault:
        await alarm(
            self._parts.database,
            "recording_unreadable",
            one.recording_id,
            one.checked_at or datetime.now(UTC),
        )
        return self._parts.faults.note(
            "unreadable",
            one.recording_id,
            f"recording {one.recording_id} cannot be sealed: {why}; its files stay",
        )
