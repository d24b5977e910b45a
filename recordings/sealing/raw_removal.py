"""Removal of raw files once all they hold is found in the sealed copy, never before; edge (A19)."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recordings.capture.files import scan
from recordings.journal.alarming import alarm
from recordings.model.sealed import Sealed
from recordings.privacy.keyring import KeyMissing, WrongKey
from recordings.sealing import store
from recordings.sealing.container import ContainerDamaged
from recordings.sealing.files import beyond, changed_since, check_sealed, raw_files, remove_raw
from recordings.sealing.parts import SealingParts
from recordings.sealing.sealed_sound import SoundUnreadable
from recordings.sealing.service import RecordingAltered, SealedAudio
from recordings.sealing.sound_check import files_with_unsealed_sound
from recordings.sealing.state import SealFault

_LOOK = 60.0  # seconds between two looks at the raw files that lie there


class RawRemoval:
    """Called under `lock`; `kept_back`: why raw files may not go, at the last look."""

    def __init__(self, parts: SealingParts) -> None:
        self._parts = parts
        self._audio = parts.settings.audio
        self._folder = parts.settings.sealed
        self._kept = timedelta(seconds=parts.settings.raw_kept_seconds)
        self._looked: float | None = None
        self.kept_back: list[SealFault] = []

    async def remove_due(self) -> int:
        """Of those sealed earlier: after a crash, or once the time to keep them is over.

        The disk is asked, not the table: few raw files lie there, of any age, and a year of rows would be
        much to walk through every two seconds.
        """
        if self._looked is not None and time.monotonic() - self._looked < _LOOK:
            return 0
        now = datetime.now(UTC)
        there = sorted({file.stem.recording for file in await self._parts.lock.in_thread(scan, self._audio)})
        removed, self.kept_back = 0, []
        for row in await store.of(self._parts.database, there):
            due = row.destroyed_at is None and now - row.sealed_at >= self._kept
            if due and await self.remove(row, checked=False):
                removed += 1
        self._looked = time.monotonic()
        return removed

    async def remove(self, row: Sealed, *, checked: bool) -> bool:
        """Whether they went. `checked`: the sealed file was read back just now."""
        joined = await store.joined(self._parts.database, row.recording_id)
        if joined is None:
            return False
        named = await store.files_of(self._parts.database, row.recording_id)
        found = await self._parts.lock.in_thread(raw_files, self._audio, joined[0], row.recording_id, named)
        if not found:
            return False
        grown = await self._parts.lock.in_thread(beyond, self._audio, found, named, joined[1])
        if grown or changed_since(found, row.sealed_at.timestamp()):
            await alarm(self._parts.database, "recording_grew_after_seal", row.recording_id, row.sealed_at)
            words = (
                f"recording {row.recording_id} grew after it was sealed: its raw files stay; listen to both"
            )
            self.kept_back.append(self._parts.faults.note("grown", row.recording_id, words))
            return False
        if not await self._is_superfluous(row, found, checked=checked):
            return False
        await self._parts.lock.in_thread(remove_raw, found, self._parts.step)
        return True

    async def _is_superfluous(self, row: Sealed, found: list[Path], *, checked: bool) -> bool:
        """The sealed copy is whole, and all that the raw files hold was found in it."""
        places = await store.places_of(self._parts.database, row.recording_id)
        try:
            if not checked:
                await self._parts.lock.in_thread(self._check, row)
            left = await self._parts.lock.in_thread(self._unheard, row, found, places)
        except (RecordingAltered, ContainerDamaged, SoundUnreadable, OSError, KeyMissing, WrongKey) as why:
            words = f"sealed file {row.recording_id}: {why}; its raw files stay"
            if isinstance(why, KeyMissing):  # says nothing about the file
                self.kept_back.append(self._parts.faults.note("key_missing", row.recording_id, words))
                return False
            self.kept_back.append(self._parts.faults.note("altered", row.recording_id, words))
            await alarm(self._parts.database, "recording_sealed_altered", row.recording_id, row.sealed_at)
            return False
        if left:
            await alarm(self._parts.database, "recording_sound_not_sealed", row.recording_id, row.sealed_at)
            words = (
                f"recording {row.recording_id}: sound of {len(left)} raw files is not in the sealed copy: "
                "all its raw files stay; listen to both"
            )
            self.kept_back.append(self._parts.faults.note("unheard", row.recording_id, words))
        return not left

    def _unheard(self, row: Sealed, found: list[Path], places: dict[str, float]) -> list[Path]:
        assert row.wrapped_key is not None
        key = self._parts.keys.unwrap(store.wrapped_of(row), row.recording_id)
        with SealedAudio(self._folder / row.path, key, row.recording_id) as sealed:
            return files_with_unsealed_sound(
                sealed, found, {self._audio / name: at for name, at in places.items()}
            )

    def _check(self, row: Sealed) -> None:
        assert row.wrapped_key is not None
        key = self._parts.keys.unwrap(store.wrapped_of(row), row.recording_id)
        check_sealed(
            self._folder, row.path, row.recording_id, key, row.frames, row.audio_sha256, row.sealed_sha256
        )
