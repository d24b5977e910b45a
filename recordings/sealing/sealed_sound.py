"""Sound of a sealed file: chunks decrypted where they are read, FLAC inside; edge."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from recordings.model.leg_levels import Samples
from recordings.model.telephone_audio import RATE
from recordings.sealing.container import (
    LONGEST_HEADER,
    SEALED_CHUNK,
    ContainerDamaged,
    chunks_in,
    place,
    plain_size,
    read_header,
    unseal,
)

BLOCK = 1 << 16  # frames: 8 s


class SealedFile(io.RawIOBase):
    """The plain bytes inside a sealed file, for any reader that seeks; holds one chunk.

    Raises ContainerDamaged.
    """

    def __init__(self, path: Path, key: bytes, recording_id: str) -> None:
        super().__init__()
        self._file = path.open("rb")
        try:
            self._header = read_header(self._file.read(LONGEST_HEADER))
            if self._header.recording_id != recording_id:
                raise ContainerDamaged(f"header: it belongs to {self._header.recording_id}")
            size = path.stat().st_size
            self._of = chunks_in(size, self._header)
            self._size = plain_size(size, self._header)
        except BaseException:
            self._file.close()
            raise
        self._key = key
        self._at = 0
        self._number = -1
        self._chunk = b""
        self.damage: ContainerDamaged | None = None  # a reader in C may swallow the exception

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        number, begin = divmod(self._at, 65536)
        if self._at >= self._size:
            return 0
        if number != self._number:
            self._chunk, self._number = self._read(number), number
        part = self._chunk[begin : begin + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _read(self, number: int) -> bytes:
        self._file.seek(place(self._header, number))
        try:
            return unseal(self._key, self._header, number, self._of, self._file.read(SEALED_CHUNK))
        except ContainerDamaged as damage:
            self.damage = damage
            raise

    def close(self) -> None:
        self._file.close()
        super().close()


def frames_of(source: "Path | io.RawIOBase") -> Iterator[Samples]:
    """All stereo samples of a WAV or FLAC file, 8 s at a time.

    Raises SoundUnreadable when it ends before its end.

    A disk that fails in the middle is to libsndfile nothing but the end.
    """
    with soundfile.SoundFile(source) as sound:
        left = len(sound)
        for block in read_on(sound, left):
            left -= len(block)
            yield block
        if left:
            raise SoundUnreadable(f"{left} frames before the end cannot be read")


def read_on(sound: soundfile.SoundFile, frames: int) -> Iterator[Samples]:
    """At most `frames` more."""
    while frames > 0:
        block: Samples = sound.read(min(BLOCK, frames), dtype="int16", always_2d=True)
        if not len(block):
            return
        frames -= len(block)
        yield block


def pcm(block: Samples) -> bytes:
    """Frames as they are hashed: 16 bit little endian, left and right interleaved."""
    return np.ascontiguousarray(block, "<i2").tobytes()


class _Written(io.RawIOBase):
    """A file whose refusals are kept: libsndfile, in between, would forget why."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb+")
        self.refused: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.refused = self.refused or error
            return 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:  # what was buffered is written first
            self.refused = self.refused or error
            return 0

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer)

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            self.refused = self.refused or error
        super().close()


def compress(source: Path, into: Path) -> tuple[int, str]:
    """A stereo WAV as FLAC, without loss; frames and the SHA-256 of their PCM.

    Raises OSError, SoundUnreadable.
    """
    digest, frames = hashlib.sha256(), 0
    target = _Written(into)
    try:
        with soundfile.SoundFile(
            target, "w", samplerate=RATE, channels=2, format="FLAC", subtype="PCM_16"
        ) as flac:
            for block in frames_of(source):
                if block.shape[1] != 2:
                    raise SoundUnreadable("not stereo")
                digest.update(pcm(block))
                flac.write(block)
                frames += len(block)
                if target.refused:
                    break
    except (soundfile.LibsndfileError, AssertionError) as error:
        if not target.refused:
            raise SoundUnreadable(str(error)) from error
    finally:
        target.close()
    if target.refused:
        raise target.refused
    return frames, digest.hexdigest()


class SoundUnreadable(Exception):
    """The audio cannot be read, or could not be written whole."""


class SoundDiffers(SoundUnreadable):
    """It can be read, and is not what was sealed."""
