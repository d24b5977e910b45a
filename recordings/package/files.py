"""A package's files: sound written out and checked, everything put into one ZIP; edge."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

import soundfile

from config import no_follow
from config.durable import into_place
from config.no_follow import open_plain, open_plain_below
from recordings.finding.wav_piece import wav
from recordings.model.telephone_audio import RATE
from recordings.package import verify_package
from recordings.package.manifest import PackageMember
from recordings.sealing.sealed_sound import pcm
from recordings.sealing.service import SealedAudio

_READ = 1 << 20


class RecordingDiffers(Exception):
    """A recording is not what the chain says it was; nothing is handed over."""


def write_sound(audio: SealedAudio, folder: Path, wav_name: str, copy_name: str) -> str:
    """The WAV and its small copy; SHA-256 (hex) of the PCM. Raises RecordingAltered, OSError.

    The copy is IMA ADPCM, a quarter of the size: MP3 and Ogg come out otherwise in each process (LAME's
    memory, Ogg's serial numbers), and a package made again must be the same to the byte.
    """
    digest = hashlib.sha256()
    target, copy = folder / wav_name, folder / copy_name
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        target.open("wb") as file,
        soundfile.SoundFile(
            copy, "w", samplerate=RATE, channels=2, format="WAV", subtype="IMA_ADPCM"
        ) as small,
    ):
        parts = wav((), audio.frames)
        file.write(next(parts))
        for block in audio.blocks():
            data = pcm(block)
            digest.update(data)
            file.write(data)
            small.write(block)
    return digest.hexdigest()


def member(folder: Path, name: str) -> PackageMember:
    """A file already in `folder`."""
    with _written(folder, name) as file:
        return PackageMember(
            name, hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
        )


def add_member(folder: Path, name: str, data: bytes) -> PackageMember:
    """Write one more."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return member(folder, name)


def pack(
    folder: Path, names: Iterable[str], into: Path, at: datetime, progress: Callable[[str], object]
) -> None:
    """One ZIP: stored, in the order given, every time and mode the same; whole or not at all."""
    when = at.astimezone(UTC).timetuple()[:6]
    part = into.with_name(f".{into.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as packed:
            for name in names:
                progress(name)
                info = zipfile.ZipInfo(name, when)
                info.create_system, info.external_attr = 3, 0o100644 << 16
                with _written(folder, name) as source:
                    info.file_size = os.fstat(source.fileno()).st_size
                    with packed.open(info, "w") as target:
                        while data := source.read(_READ):
                            target.write(data)
        into_place(part, into)
    finally:
        part.unlink(missing_ok=True)


def _written(folder: Path, name: str) -> BufferedReader:
    """What we wrote there, and nothing that was put in its place: root's commands can read everything."""
    with no_follow.folder(folder) as parent:
        return open_plain_below(parent, name, os.geteuid())


def verifier() -> bytes:
    """The program that a package is checked with, as it lies in each of them."""
    return Path(verify_package.__file__).read_bytes()


def sha256(path: Path) -> bytes:
    """Of a whole file that we have just written."""
    with open_plain(path, os.geteuid()) as file:
        return hashlib.file_digest(file, "sha256").digest()
