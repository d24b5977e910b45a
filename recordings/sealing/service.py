"""Service of sealed recordings: read for playing, packages, checks; destroyed for retention; edge."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

import soundfile
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.told import told
from recordings.model.leg_levels import Samples
from recordings.model.sealed import Sealed
from recordings.privacy.keyring import Keyring, Wrapped
from recordings.sealing import store
from recordings.sealing.container import ContainerDamaged
from recordings.sealing.files import check_sealed, remove_sealed
from recordings.sealing.sealed_sound import SealedFile, SoundDiffers, SoundUnreadable, read_on


class RecordingAltered(Exception):
    """A sealed file is not what was sealed; the text names the recording and the place.

    `other_audio`: it opens, and holds other audio than its row says.
    """

    def __init__(self, said: str, *, other_audio: bool = False) -> None:
        super().__init__(said)
        self.other_audio = other_audio


class RecordingDestroyed(Exception):
    """The recording and its key were destroyed; the text says when."""


class SealedAudio:
    """An open sealed recording: seeks without reading what lies before (AES-GCM chunks, FLAC inside)."""

    def __init__(self, path: Path, key: bytes, recording_id: str) -> None:
        self._name = recording_id
        try:
            self._file = SealedFile(path, key, recording_id)
        except ContainerDamaged as damage:
            raise RecordingAltered(
                told("sealed file {recording_id}: {damage}", recording_id=recording_id, damage=damage)
            ) from damage
        try:
            self._sound = soundfile.SoundFile(self._file)
        except Exception as error:
            self._file.close()
            raise RecordingAltered(
                told(
                    "sealed file {recording_id}: {what}",
                    recording_id=recording_id,
                    what=self._file.damage or error,
                )
            ) from error
        self.frames: int = len(self._sound)

    def __enter__(self) -> "SealedAudio":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sound.close()
        self._file.close()

    def blocks(self, first: int = 0, frames: int | None = None) -> Iterator[Samples]:
        """int16 samples (n x 2) from frame `first` on. Raises RecordingAltered."""
        left = max(0, self.frames - first) if frames is None else frames
        try:
            self._sound.seek(min(first, self.frames))
            for block in read_on(self._sound, left):
                if self._file.damage:
                    break
                yield block
        except Exception as error:
            if not self._file.damage:
                raise RecordingAltered(
                    told("sealed file {name}: {error}", name=self._name, error=error)
                ) from error
        if self._file.damage:
            raise RecordingAltered(
                told("sealed file {name}: {damage}", name=self._name, damage=self._file.damage)
            ) from self._file.damage


class SealedRecordings:
    """The sealed recordings of one home."""

    def __init__(self, database: AsyncEngine, keys: Keyring, folder: Path) -> None:
        self._database = database
        self._keys = keys
        self._folder = folder

    async def of(self, recording_ids: Sequence[str]) -> dict[str, Sealed]:
        """The rows of those that are sealed, by recording id; destroyed ones included."""
        return {row.recording_id: row for row in await store.of(self._database, recording_ids)}

    async def of_calls(self, call_ids: Sequence[str]) -> dict[str, list[Sealed]]:
        """The same by call."""
        found: dict[str, list[Sealed]] = {}
        for row in await store.of_calls(self._database, call_ids):
            found.setdefault(row.call_id, []).append(row)
        return found

    async def checks(self, recording_id: str) -> tuple[str, ...]:
        """What is wrong with it as far as is known now; its marks are what was known as it was sealed."""
        return await store.checks_of(self._database, recording_id)

    def open(self, sealed: Sealed) -> SealedAudio:
        """Raises RecordingAltered, RecordingDestroyed, KeyMissing, WrongKey, FileNotFoundError.

        Blocking: for a thread.
        """
        return SealedAudio(self._folder / sealed.path, self._key(sealed), sealed.recording_id)

    def check(self, sealed: Sealed) -> None:
        """The whole file read: hash, each chunk, the audio's hash. Raises as `open`, naming the place."""
        key = self._key(sealed)
        try:
            check_sealed(
                self._folder,
                sealed.path,
                sealed.recording_id,
                key,
                sealed.frames,
                sealed.audio_sha256,
                sealed.sealed_sha256,
            )
        except (ContainerDamaged, SoundUnreadable) as why:
            raise RecordingAltered(
                told("sealed file {recording_id}: {why}", recording_id=sealed.recording_id, why=why),
                other_audio=isinstance(why, SoundDiffers),
            ) from why

    async def forget(self, connection: AsyncConnection, sealed: Sealed, at: datetime) -> None:
        """In the caller's transaction: its key goes and the row says when; then call `remove`."""
        await store.forget(connection, sealed.recording_id, at)

    def remove(self, sealed: Sealed) -> None:
        """Delete the file, flushed; already gone is as good."""
        remove_sealed(self._folder, sealed.path)

    def _key(self, sealed: Sealed) -> bytes:
        if sealed.wrapped_key is None:
            when = f"{sealed.destroyed_at:%Y-%m-%d}" if sealed.destroyed_at else "before"
            raise RecordingDestroyed(
                told(
                    "recording {recording_id} was destroyed ({when})",
                    recording_id=sealed.recording_id,
                    when=when,
                )
            )
        return self._keys.unwrap(Wrapped(sealed.key_id, sealed.wrapped_key), sealed.recording_id)
