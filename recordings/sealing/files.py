"""Files of sealing, step by step; a crash after any step loses nothing, and the repeat is clean; edge."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from config.durable import chown_like, flush_folder, into_place
from dialplan.recording_names import SECOND, parse_file
from recordings.sealing.container import CHUNK, PREFIX, ContainerDamaged, ContainerHeader, new_header, seal
from recordings.sealing.sealed_sound import (
    SealedFile,
    SoundDiffers,
    SoundUnreadable,
    compress,
    frames_of,
    pcm,
)

_READ = 1 << 20
_BARE = 44  # bytes of a file in which nothing was recorded
_ROUNDED = 3  # bytes: less than one frame of both legs

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
    stereo: Path,
    folder: Path,
    path: str,
    recording_id: str,
    step: Step = no_step,
    expected: int | None = None,
) -> SealedOnDisk:
    """Compress, encrypt, flush, rename, flush, read back. Raises OSError, SoundUnreadable, ContainerDamaged.

    `path` relative to `folder`; `expected`: how many frames the joined file had when it was
    written. What an earlier try left under any of the names is written over: its key was in nobody's
    memory but its own.
    """
    target = folder / path
    _make_folder(folder, target.parent)
    flac, part = target.with_suffix(".flac"), target.with_suffix(".part")
    try:
        frames, audio_sha256 = compress(stereo, flac)
        if expected is not None and frames != expected:
            raise SoundUnreadable(
                f"the joined file has {frames / 8000:.3f} s, joined were {expected / 8000:.3f} s"
            )
        step("compressed")
        key, header = secrets.token_bytes(32), new_header(recording_id, secrets.token_bytes(PREFIX))
        _encrypt(flac, part, key, header, folder, step)
        into_place(part, target)
        step("renamed")
    finally:
        flac.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    sealed_sha256 = file_sha256(target)
    if audio_of(target, key, recording_id) != (frames, audio_sha256):
        raise SoundUnreadable("what was read back is not what was written")
    step("read back")
    return SealedOnDisk(path, key, target.stat().st_size, frames, audio_sha256, sealed_sha256)


def _encrypt(flac: Path, part: Path, key: bytes, header: ContainerHeader, folder: Path, step: Step) -> None:
    with part.open("wb") as file:
        chown_like(part, folder)
        for piece in seal(key, header, _parts(flac)):
            file.write(piece)
        step("encrypted")
        file.flush()
        os.fsync(file.fileno())
    flush_folder(part.parent)
    step("flushed")


def audio_of(path: Path, key: bytes, recording_id: str) -> tuple[int, str]:
    """Frames and PCM hash of a sealed file, every chunk of it read.

    Raises ContainerDamaged, SoundUnreadable, OSError.
    """
    digest, frames = hashlib.sha256(), 0
    with SealedFile(path, key, recording_id) as opened:
        while opened.read(CHUNK):  # each chunk authenticated, those the decoder would not look at too
            pass
        opened.seek(0)
        try:
            for block in frames_of(opened):
                digest.update(pcm(block))
                frames += len(block)
        except Exception as error:
            raise opened.damage or SoundUnreadable(str(error)) from error
    return frames, digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def raw_files(audio: Path, stereo_file: str, recording_id: str, named: Iterable[str]) -> list[Path]:
    """All raw files of a recording that lie there: its legs, its mix, the joined one; every segment's."""
    found = {audio / name for name in (stereo_file, *named)}
    for folder in _near(audio, (audio / stereo_file).parent.name):
        # By name as well: a mix is in no row, and a segment that nobody joined is not either.
        for entry in folder.glob(f"{recording_id}*.wav"):
            parsed = parse_file(entry.name)
            if parsed is not None and parsed[0].recording == recording_id:
                found.add(entry)
    return sorted((path for path in found if path.exists()), key=_mixes_first)


def _mixes_first(path: Path) -> tuple[bool, Path]:
    """So that after a crash no mix lies there without the legs that tell what is in it."""
    parsed = parse_file(path.name)
    return parsed is None or parsed[1] != "mixed", path


def beyond(audio: Path, found: Iterable[Path], named: Iterable[str], size: int) -> list[Path]:
    """Legs with sound that is not in the joined file: of a segment in no row, or grown since the joining.

    `named`: the legs that were joined; `size`: their bytes then.
    """
    joined = {audio / name for name in named}
    known: list[Path] = []
    others: list[Path] = []
    for path in found:
        parsed = parse_file(path.name)
        if parsed is not None and parsed[1] in ("caller", "consultant"):
            (known if path in joined else others).append(path)
    grown = sum(path.stat().st_size for path in known) - size
    more = [path for path in others if path.stat().st_size > _BARE]  # by its bytes: a header may be lost
    return more + (known if grown > _ROUNDED else [])


def changed_since(paths: Iterable[Path], at: float) -> list[Path]:
    """Those written to after `at` (seconds since 1970)."""
    return [path for path in paths if path.exists() and path.stat().st_mtime > at]


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
    """The whole file against its row.

    Raises ContainerDamaged (naming the place), SoundUnreadable, OSError.
    """
    target = folder / path
    if audio_of(target, key, recording_id) != (frames, audio):
        raise SoundDiffers("the audio is not what was sealed")
    if file_sha256(target) != sealed:
        raise ContainerDamaged("the file's hash differs though every chunk opens")


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ):
            yield part


def _near(audio: Path, day: str) -> Iterator[Path]:
    """The day's folder and its neighbours (a hold over midnight), on both volumes."""
    try:
        middle = date.fromisoformat(day)
    except ValueError:  # no day's folder: nothing of ours is there
        return
    for volume in (audio, audio / SECOND):
        for apart in (-1, 0, 1):
            folder = volume / (middle + timedelta(days=apart)).isoformat()
            if folder.is_dir():
                yield folder


def _make_folder(top: Path, folder: Path) -> None:
    """Each folder's name flushed in the one above, or a power cut takes folder and file.

    Those that were there already too: who made them may have been killed before the flush.
    """
    deepest = folder
    missing = []
    while not folder.exists() and folder != top.parent:
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        chown_like(one, top)
    while deepest != top:  # home itself is closed to the engine
        deepest = deepest.parent
        flush_folder(deepest)
