"""The sealer: every checked recording is sealed once, whatever fails in between (A19); edge."""

import asyncio
import errno
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import DatabaseAway
from config.durable import chown_like
from config.file_lock import lock_file
from config.settings import Settings
from config.told import told
from recordings.capture.files import scan
from recordings.chain.entry import Kind, entry
from recordings.journal.alarming import alarm
from recordings.model.sealed import Sealed
from recordings.privacy.keyring import KeyMissing, Keyring, WrongKey
from recordings.sealing import store
from recordings.sealing.container import Damaged
from recordings.sealing.files import (
    Step,
    beyond,
    changed_since,
    check_sealed,
    no_step,
    raw_files,
    remove_raw,
    write_sealed,
)
from recordings.sealing.heard import unheard
from recordings.sealing.service import Altered, SealedAudio
from recordings.sealing.sound import Unreadable
from recordings.sealing.state import SealFault, SealReport, SealState
from recordings.sealing.store import Waiting

log = structlog.get_logger()

Progress = Callable[[int, int], object]  # done, of how many
_AT_ONCE = 200
_P = ParamSpec("_P")
_T = TypeVar("_T")
_LOOK = 60.0  # seconds between two looks at the raw files that lie there
_AWAY = (ConnectionError, TimeoutError, DatabaseAway)
_ONE = (
    "unreadable",
    "grown",
    "altered",
    "unheard",
)  # kinds that hold up nothing but the recording they are about


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
        self._put_off: dict[str, tuple[datetime, SealFault]] = {}  # tried again then
        self._kept_back: list[SealFault] = []  # raw files that may not go, at the last look
        self._looked: float | None = None
        self._thread = ThreadPoolExecutor(1, "sealing")
        self._held = -1

    async def run(self, every: float = 2.0) -> None:
        """Until cancelled; a fault makes it slower, never silent."""
        rest = every
        while True:
            try:
                report = await self.pass_once()
                stopped = any(fault.kind not in _ONE for fault in report.faults)
                rest = min(60.0, rest * 2) if stopped else every
            except Busy:
                rest = every
            except (SQLAlchemyError, OSError) as error:
                if isinstance(error, OSError) and not isinstance(error, _AWAY):
                    self._note(*self._refused(error))
                    rest = min(60.0, rest * 2)
                    await asyncio.sleep(rest)
                    continue
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
        self._held = held
        try:
            faults: list[SealFault] = []
            sealed = 0
            now = datetime.now(UTC)
            self._put_off = {name: off for name, off in self._put_off.items() if off[0] > now}
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
                        if fault.kind not in _ONE:  # it would stop every other one too
                            return SealReport(sealed, 0, tuple(faults))
                        # What grew is joined again by the engine within seconds.
                        later = timedelta(seconds=15) if fault.kind == "grown" else timedelta(minutes=10)
                        self._put_off[one.recording_id] = (datetime.now(UTC) + later, fault)
                    progress(number + 1, len(batch))
            removed = await self._remove_raw()
            off = [fault for _, fault in self._put_off.values()]
            self._fault = next(iter(self._kept_back + off), None)
            return SealReport(sealed, removed, tuple(faults + self._kept_back))
        finally:
            os.close(held)

    async def _seal(self, one: Waiting) -> SealFault | None:
        at = datetime.now(UTC)
        begun = one.started_at or one.checked_at or at
        path = f"{begun.astimezone(self._zone):%Y/%m/%d}/{one.recording_id}.sealed"
        try:
            self._keys.wrap(b"\0" * 32, one.recording_id)  # without a master key the work would be in vain
            named = await store.files_of(self._database, one.recording_id)
            if await self._in_thread(self._beyond, one, named):
                return self._note(
                    "grown",
                    one.recording_id,
                    f"recording {one.recording_id} has sound that is not in its joined file: "
                    "it is sealed once the engine has joined it again; its files stay",
                )
            done = await self._in_thread(
                write_sealed,
                self._audio / one.stereo_file,
                self._folder,
                path,
                one.recording_id,
                self._step,
                round(one.seconds * 8000),
            )
            wrapped = self._keys.wrap(done.key, one.recording_id)
        except KeyMissing as why:
            return self._note("key_missing", "", str(why))
        except FileNotFoundError:
            return await self._unreadable(one, "its joined file is not there")
        except (Unreadable, Damaged) as why:
            return await self._unreadable(one, str(why))
        except OSError as why:
            return self._note(*self._refused(why))
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
            "started_at": _iso(one.started_at),
            "ended_at": _iso(one.ended_at),
            "marks": list(row.marks),
        }
        self._step("about to enter")
        written = await store.write(self._database, row, entry(Kind.SEALED, one.recording_id, at, facts))
        self._step("entered")
        if written is not None:
            written = await self._with_newest(written, done.key)
            self._count += 1
            log.info("recording_sealed", call=one.call_id, recording=one.recording_id, seq=written.seq)
            if not self._kept:
                await self._remove(written, checked=True)
        return None

    async def _with_newest(self, row: Sealed, key: bytes) -> Sealed:
        """A master key made since the key was wrapped: who exchanges them may not have seen this row."""
        newest = self._keys.wrap(key, row.recording_id)
        if newest.key_id == row.key_id:
            return row
        await store.rewrap(self._database, [(row, newest)])
        return replace(row, key_id=newest.key_id, wrapped_key=newest.text)

    async def _remove_raw(self) -> int:
        """Of those sealed earlier: after a crash, or once the time to keep them is over.

        The disk is asked, not the table: few raw files lie there, of any age, and a year of rows would be
        much to walk through every two seconds.
        """
        if self._looked is not None and time.monotonic() - self._looked < _LOOK:
            return 0
        now = datetime.now(UTC)
        there = sorted({file.stem.recording for file in await self._in_thread(scan, self._audio)})
        removed, self._kept_back = 0, []
        for row in await store.of(self._database, there):
            due = row.destroyed_at is None and now - row.sealed_at >= self._kept
            if due and await self._remove(row, checked=False):
                removed += 1
        self._looked = time.monotonic()
        return removed

    async def _remove(self, row: Sealed, *, checked: bool) -> bool:
        joined = await store.joined(self._database, row.recording_id)
        if joined is None:
            return False
        named = await store.files_of(self._database, row.recording_id)
        found = await self._in_thread(raw_files, self._audio, joined[0], row.recording_id, named)
        if not found:
            return False
        grown = await self._in_thread(beyond, self._audio, found, named, joined[1])
        if grown or changed_since(found, row.sealed_at.timestamp()):
            await alarm(self._database, "recording_grew_after_seal", row.recording_id, row.sealed_at)
            words = (
                f"recording {row.recording_id} grew after it was sealed: its raw files stay; listen to both"
            )
            self._kept_back.append(self._note("grown", row.recording_id, words))
            return False
        if not await self._is_superfluous(row, found, checked=checked):
            return False
        await self._in_thread(remove_raw, found, self._step)
        return True

    async def _is_superfluous(self, row: Sealed, found: list[Path], *, checked: bool) -> bool:
        """The sealed copy is whole, and all that the raw files hold was found in it."""
        places = await store.places_of(self._database, row.recording_id)
        try:
            if not checked:
                await self._in_thread(self._check, row)
            left = await self._in_thread(self._unheard, row, found, places)
        except (Altered, Damaged, Unreadable, OSError, KeyMissing, WrongKey) as why:
            words = f"sealed file {row.recording_id}: {why}; its raw files stay"
            if isinstance(why, KeyMissing):  # says nothing about the file
                self._kept_back.append(self._note("key_missing", row.recording_id, words))
                return False
            self._kept_back.append(self._note("altered", row.recording_id, words))
            await alarm(self._database, "recording_sealed_altered", row.recording_id, row.sealed_at)
            return False
        if left:
            await alarm(self._database, "recording_sound_not_sealed", row.recording_id, row.sealed_at)
            words = (
                f"recording {row.recording_id}: sound of {len(left)} raw files is not in the sealed copy: "
                "all its raw files stay; listen to both"
            )
            self._kept_back.append(self._note("unheard", row.recording_id, words))
        return not left

    def _unheard(self, row: Sealed, found: list[Path], places: dict[str, float]) -> list[Path]:
        assert row.wrapped_key is not None
        key = self._keys.unwrap(store.wrapped_of(row), row.recording_id)
        with SealedAudio(self._folder / row.path, key, row.recording_id) as sealed:
            return unheard(sealed, found, {self._audio / name: at for name, at in places.items()})

    def _beyond(self, one: Waiting, named: list[str]) -> list[Path]:
        found = raw_files(self._audio, one.stereo_file, one.recording_id, named)
        return beyond(self._audio, found, named, one.size)

    async def _in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """The lock is held until the thread has ended, whoever was cancelled: a thread cannot be stopped.

        Another sealer would else write the same file meanwhile, and its row would not open ours.
        """
        handle = os.dup(self._held)  # of one lock: it goes with the last of them
        future = self._thread.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: os.close(handle))
        return await asyncio.wrap_future(future)

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

    def _refused(self, why: OSError) -> tuple[str, str, str]:
        if why.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return "disk_full", "", f"no room in {self._folder}: make room; raw recordings stay meanwhile"
        return "disk", "", f"{self._folder} cannot be written ({why.strerror}): see to the disk"

    def _note(self, kind: str, about: str, words: str) -> SealFault:
        self._fault = SealFault(kind, about, words, datetime.now(UTC))
        log.error("sealing_fault", kind=kind, about=about)
        return self._fault


def _lock(path: Path) -> int:
    try:
        held = lock_file(path)
    except BlockingIOError:
        raise Busy(told("another sealer is at work")) from None
    chown_like(path, path.parent)
    return held


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")
