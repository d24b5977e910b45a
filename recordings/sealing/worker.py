"""The sealer: every checked recording is sealed once, whatever fails in between (A19)."""

import asyncio
import errno
import fcntl
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from recordings.alarming import alarm
from recordings.chain.entry import Kind, entry
from recordings.keys import KeyMissing, Keyring, WrongKey
from recordings.sealing import store
from recordings.sealing.container import Damaged
from recordings.sealing.files import (
    Step,
    check_sealed,
    no_step,
    raw_files,
    remove_raw,
    write_sealed,
)
from recordings.sealing.sealed import Sealed
from recordings.sealing.sound import Unreadable
from recordings.sealing.state import SealFault, SealReport, SealState
from recordings.sealing.store import Waiting
from recordings.spool import give

log = structlog.get_logger()

Progress = Callable[[int, int], object]  # done, of how many
_AT_ONCE = 200
_LATE = timedelta(seconds=2)


class Busy(Exception):
    """Another sealer is at work in this home."""


class Sealer:
    """One at a time in a home; `lock` is held while it works."""

    def __init__(
        self, database: AsyncEngine, keys: Keyring, settings: Settings, step: Step = no_step
    ) -> None:
        self._database = database
        self._keys = keys
        self._audio = settings.audio
        self._folder = settings.sealed
        self._kept = timedelta(seconds=settings.raw_kept_seconds)
        self._zone = settings.zone
        self._step = step
        self._fault: SealFault | None = None
        self._count = 0
        self._put_off: dict[str, datetime] = {}  # unreadable ones: tried again later
        self._looked_back = False

    async def run(self, every: float = 2.0) -> None:
        """Until cancelled; a fault makes it slower, never silent."""
        rest = every
        while True:
            try:
                report = await self.pass_once()
                rest = every if not report.faults else min(60.0, rest * 2)
            except Busy:
                rest = every
            except (SQLAlchemyError, OSError) as error:
                self._note(
                    "database_away", "", f"the database is away ({type(error).__name__}): it is tried again"
                )
                rest = min(60.0, rest * 2)
            await asyncio.sleep(rest)

    async def state(self) -> SealState:
        """How it goes; SQLAlchemyError when the database is away."""
        count, oldest = await store.count_waiting(self._database)
        return SealState(count, oldest, self._fault, self._count)

    async def pass_once(self, progress: Progress = lambda done, of: None) -> SealReport:
        """Seal all that waits, remove raw files that may go. Raises Busy, SQLAlchemyError, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        held = _lock(self._folder / ".sealing.lock")
        try:
            faults: list[SealFault] = []
            sealed = 0
            now = datetime.now(UTC)
            self._put_off = {name: at for name, at in self._put_off.items() if at > now}
            while True:
                found = await store.waiting(self._database, _AT_ONCE + len(self._put_off))
                batch = [one for one in found if one.recording_id not in self._put_off][:_AT_ONCE]
                if not batch:
                    break
                for number, one in enumerate(batch):
                    fault = await self._seal(one)
                    if fault is None:
                        sealed += 1
                    else:
                        faults.append(fault)
                        if fault.kind != "unreadable":  # it would stop every other one too
                            return SealReport(sealed, 0, tuple(faults))
                        self._put_off[one.recording_id] = now + timedelta(minutes=10)
                    progress(number + 1, len(batch))
            removed = await self._remove_raw()
            if not faults:
                self._fault = None
            return SealReport(sealed, removed, tuple(faults))
        finally:
            os.close(held)

    async def _seal(self, one: Waiting) -> SealFault | None:
        at = datetime.now(UTC)
        begun = one.started_at or one.checked_at or at
        path = f"{begun.astimezone(self._zone):%Y/%m/%d}/{one.recording_id}.sealed"
        try:
            self._keys.wrap(b"\0" * 32, one.recording_id)  # without a master key the work would be in vain
            done = await asyncio.to_thread(
                write_sealed, self._audio / one.stereo_file, self._folder, path, one.recording_id, self._step
            )
            wrapped = self._keys.wrap(done.key, one.recording_id)
        except KeyMissing as why:
            return self._note("key_missing", "", str(why))
        except FileNotFoundError:
            return await self._unreadable(one, "its joined file is not there")
        except (Unreadable, Damaged) as why:
            return await self._unreadable(one, str(why))
        except OSError as why:
            if why.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                return self._note(
                    "disk_full", "", f"no room in {self._folder}: make room; raw recordings stay meanwhile"
                )
            return self._note(
                "disk", "", f"{self._folder} cannot be written ({why.strerror}): see to the disk"
            )
        marks = list(one.checks)
        if abs(done.frames / 8000 - one.seconds) > 1.0:
            marks.append("sealed_length_differs")
        row = Sealed(
            recording_id=one.recording_id,
            call_id=one.call_id,
            path=path,
            key_id=wrapped.key_id,
            wrapped_key=wrapped.text,
            size=done.size,
            frames=done.frames,
            audio_sha256=done.audio_sha256,
            sealed_sha256=done.sealed_sha256,
            marks=tuple(marks),
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
            "started_at": _iso(one.started_at),
            "ended_at": _iso(one.ended_at),
            "marks": list(row.marks),
        }
        self._step("about to enter")
        written = await store.write(self._database, row, entry(Kind.SEALED, one.recording_id, at, facts))
        self._step("entered")
        if written is not None:
            self._count += 1
            log.info("recording_sealed", call=one.call_id, recording=one.recording_id, seq=written.seq)
            if not self._kept:
                await self._remove(written, checked=True, stereo=one.stereo_file)
        return None

    async def _remove_raw(self) -> int:
        """Of those sealed earlier: after a crash, or once the time to keep them is over."""
        now = datetime.now(UTC)
        back = timedelta(days=2) if self._looked_back else timedelta(days=3650)
        removed = 0
        for row in await store.unremoved(self._database, now - back - self._kept):
            if now - row.sealed_at >= self._kept and await self._remove(row, checked=False):
                removed += 1
        self._looked_back = True
        return removed

    async def _remove(self, row: Sealed, *, checked: bool, stereo: str | None = None) -> bool:
        found = await self._raw(row, stereo)
        if not found:
            return False
        sealed_at = row.sealed_at + _LATE
        grown = [path for path in found if _modified(path) > sealed_at]
        if grown:
            await alarm(self._database, "recording_grew_after_seal", row.recording_id, row.sealed_at)
            return False
        if not checked:
            try:
                await asyncio.to_thread(self._check, row)
            except (Damaged, Unreadable, OSError, KeyMissing, WrongKey) as why:
                self._note(
                    "unreadable",
                    row.recording_id,
                    f"sealed file {row.recording_id}: {why}; its raw files stay",
                )
                await alarm(self._database, "recording_sealed_altered", row.recording_id, row.sealed_at)
                return False
        await asyncio.to_thread(remove_raw, found, self._step)
        return True

    async def _raw(self, row: Sealed, stereo: str | None) -> list[Path]:
        from_row = stereo or await store.stereo_file(self._database, row.recording_id)
        if from_row is None:
            return []
        named = await store.files_of(self._database, row.recording_id)
        return await asyncio.to_thread(raw_files, self._audio, from_row, row.recording_id, named)

    def _check(self, row: Sealed) -> None:
        assert row.wrapped_key is not None
        key = self._keys.unwrap(store.wrapped_of(row), row.recording_id)
        check_sealed(
            self._folder, row.path, row.recording_id, key, row.frames, row.audio_sha256, row.sealed_sha256
        )

    async def _unreadable(self, one: Waiting, why: str) -> SealFault:
        await alarm(
            self._database, "recording_unreadable", one.recording_id, one.checked_at or datetime.now(UTC)
        )
        return self._note(
            "unreadable",
            one.recording_id,
            f"recording {one.recording_id} cannot be sealed: {why}; its files stay",
        )

    def _note(self, kind: str, about: str, words: str) -> SealFault:
        self._fault = SealFault(kind, about, words, datetime.now(UTC))
        log.error("sealing_fault", kind=kind, about=about)
        return self._fault


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    give(path, path.parent)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Busy("another sealer is at work") from None
    return handle


def _modified(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.fromtimestamp(0, UTC)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")
