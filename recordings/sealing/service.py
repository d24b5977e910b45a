"""Sealed recordings read: for playing, packages, checks; and destroyed, for retention."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings.audio import Samples
from recordings.keys import Keyring
from recordings.sealing.sealed import Sealed


class Altered(Exception):
    """A sealed file is not what was sealed; the text names the recording and the chunk."""


class SealedAudio:
    """An open sealed recording: seeks without reading what lies before (AES-GCM chunks, FLAC inside)."""

    frames: int

    def __enter__(self) -> "SealedAudio":
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def blocks(self, first: int = 0, frames: int | None = None) -> Iterator[Samples]:
        """int16 samples (n x 2) from frame `first` on. Raises Altered."""
        raise NotImplementedError


class SealedRecordings:
    """The sealed recordings of one home."""

    def __init__(self, database: AsyncEngine, keys: Keyring, folder: Path) -> None:
        self._database = database
        self._keys = keys
        self._folder = folder

    async def of(self, recording_ids: Sequence[str]) -> dict[str, Sealed]:
        """The rows of those that are sealed, by recording id; destroyed ones included."""
        raise NotImplementedError

    async def of_calls(self, call_ids: Sequence[str]) -> dict[str, list[Sealed]]:
        """The same by call."""
        raise NotImplementedError

    def open(self, sealed: Sealed) -> SealedAudio:
        """Raises Altered, KeyMissing, WrongKey, FileNotFoundError. Blocking: call it in a thread."""
        raise NotImplementedError

    def check(self, sealed: Sealed) -> None:
        """The whole file read: hash, every chunk, the audio's hash. Raises Altered, naming what and where."""
        raise NotImplementedError

    async def forget(self, connection: AsyncConnection, sealed: Sealed) -> None:
        """In the caller's transaction: its key goes and the row says when; then call `remove`."""
        raise NotImplementedError

    def remove(self, sealed: Sealed) -> None:
        """Delete the file, flushed; already gone is as good."""
        raise NotImplementedError
