"""Sealing on the disk, step by step; a crash after any step loses nothing, and the repeat is clean; edge."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recordings.names import parse_file
from recordings.sealing.container import PREFIX, Damaged, new_header, seal
from recordings.sealing.sound import SealedFile, Unreadable, compress, frames_of, pcm
from recordings.spool import flush_folder, give

_READ = 1 << 20

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SealedOnDisk:
    """What was written and read back; hashes in hex, `key` the file's own."""

    path: str
    key: bytes
    size: int
    frames: int
    audio_sha256: str
    sealed_sha256: str


def no_step(_name: str) -> None:
    """Nobody watches the steps."""


def write_sealed(
    stereo: Path, folder: Path, path: str, recording_id: str, step: Step = no_step
) -> SealedOnDisk:
    """Compress, encrypt, flush, rename, flush, read back. Raises OSError, Unreadable, Damaged.

    `path` relative to `folder`. What an earlier try left under any of the names is written over: its key
    was in nobody's memory but its own.
    """
    target = folder / path
    _make_folder(folder, target.parent)
    flac, part = target.with_suffix(".flac"), target.with_suffix(".part")
    try:
        frames, audio_sha256 = compress(stereo, flac)
        step("compressed")
        key, header = secrets.token_bytes(32), new_header(recording_id, secrets.token_bytes(PREFIX))
        with part.open("wb") as file:
            give(part, folder)
            for piece in seal(key, header, _parts(flac)):
                file.write(piece)
            step("encrypted")
            file.flush()
            os.fsync(file.fileno())
        flush_folder(part.parent)
        step("flushed")
        part.rename(target)
        flush_folder(target.parent)
        step("renamed")
    finally:
        flac.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    sealed_sha256 = file_sha256(target)
    if audio_of(target, key, recording_id) != (frames, audio_sha256):
        raise Unreadable("what was read back is not what was written")
    step("read back")
    return SealedOnDisk(path, key, target.stat().st_size, frames, audio_sha256, sealed_sha256)


def audio_of(path: Path, key: bytes, recording_id: str) -> tuple[int, str]:
    """Frames and PCM hash of a sealed file, every chunk of it read. Raises Damaged, Unreadable, OSError."""
    digest, frames = hashlib.sha256(), 0
    with SealedFile(path, key, recording_id) as opened:
        while opened.read(_READ):  # each chunk authenticated, those the decoder would not look at too
            pass
        opened.seek(0)
        try:
            for block in frames_of(opened):
                digest.update(pcm(block))
                frames += len(block)
        except Exception as error:
            raise opened.damage or Unreadable(str(error)) from error
    return frames, digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def raw_files(audio: Path, stereo_file: str, recording_id: str, named: Iterable[str]) -> list[Path]:
    """All raw files of a recording that lie there: its legs, its mix, the joined one; every segment's."""
    folder = (audio / stereo_file).parent
    found = {audio / name for name in (stereo_file, *named)}
    if folder.is_dir():
        # By name as well: a mix is in no row, and the day's folder holds some hundred calls.
        for entry in folder.glob(f"{recording_id}*.wav"):
            parsed = parse_file(entry.name)
            if parsed is not None and parsed[0].recording == recording_id:
                found.add(entry)
    return sorted(path for path in found if path.exists())


def remove_raw(paths: Iterable[Path], step: Step = no_step) -> None:
    """Unlink, then flush the folders; already gone is as good."""
    folders = set()
    for path in paths:
        path.unlink(missing_ok=True)
        folders.add(path.parent)
        step("one raw file removed")
    for folder in folders:
        flush_folder(folder)
    step("raw removed")


def remove_sealed(folder: Path, path: str) -> None:
    """The sealed file goes, flushed."""
    target = folder / path
    target.unlink(missing_ok=True)
    if target.parent.is_dir():
        flush_folder(target.parent)


def check_sealed(
    folder: Path, path: str, recording_id: str, key: bytes, frames: int, audio: str, sealed: str
) -> None:
    """The whole file against its row. Raises Damaged (naming the place), Unreadable, OSError."""
    target = folder / path
    if audio_of(target, key, recording_id) != (frames, audio):
        raise Unreadable("the audio is not what was sealed")
    if file_sha256(target) != sealed:
        raise Damaged("the file's hash differs though every chunk opens")


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ):
            yield part


def _make_folder(top: Path, folder: Path) -> None:
    """Each new folder's name flushed in the one above, or a power cut takes folder and file."""
    missing = []
    while not folder.exists() and folder != top.parent:
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        give(one, top)
        flush_folder(one.parent)
