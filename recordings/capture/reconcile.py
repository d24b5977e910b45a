"""Intents, calls and files brought together repeatedly until each recording is one true row (A19); edge."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dialplan.recording_names import RecordingFile, parse_stem
from recordings.capture.due import DueCheck, by_recording, due, size_of
from recordings.capture.files import remove, scan
from recordings.capture.join_job import JoinJob, JoinReport
from recordings.capture.join_process import Joiner, JoinFailed
from recordings.capture.judging import job, judge, judge_again, on_other_volume
from recordings.capture.match_conversations import NOT_RECORDED
from recordings.journal.from_call_summary import presumed_outcome
from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord
from recordings.model.entries import OPEN, Alarm, RecordingChecked, RecordingState

log = structlog.get_logger()

NARROW = timedelta(hours=3)  # calls looked at by each pass
WIDE = timedelta(days=7)  # and by the first one, and every half hour
UNDECIDED = timedelta(minutes=10)  # since a call's end, until what was seen of it must do
_WIDE_EVERY = 120  # passes


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


class Reconciler:
    """Looks every `every` seconds, and at once when hurried; an event only hurries, the disk decides."""

    def __init__(self, journal: Journal, audio: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        self._journal = journal
        self._audio = audio
        self._now = now
        self._joiner = Joiner()
        self._hurry = asyncio.Event()
        self._settled: dict[str, int] = {}  # judged, and so large then
        self._wide = True

    def hurry(self) -> None:
        """A call ended."""
        self._hurry.set()

    def forget(self) -> None:
        """The database is another one: what was judged is not known to be in it."""
        self._settled.clear()
        self._wide = True
        self._hurry.set()

    async def run(self, every: float = 15.0) -> None:
        """Until cancelled."""
        passes = 0
        try:
            while True:
                wide, self._wide = self._wide or passes % _WIDE_EVERY == 0, False
                self._hurry.clear()
                try:
                    await self.poll(wide=wide)
                except (SQLAlchemyError, OSError) as error:
                    log.warning("reconcile_postponed", error=type(error).__name__)
                    self._wide = self._wide or wide
                passes += 1
                try:
                    # A hurried look waits until the recorder's last bytes have settled.
                    await asyncio.wait_for(self._hurry.wait(), every)
                    await asyncio.sleep(3.0)
                except TimeoutError:
                    continue
        finally:
            await self._joiner.close()

    async def close(self) -> None:
        """End the worker; `run` does so by itself."""
        await self._joiner.close()

    async def poll(self, *, wide: bool = False) -> int:
        """One pass; how many recordings were judged. SQLAlchemyError or OSError when the database is away.

        Nothing is judged while entries wait in the spool: they are facts the database lacks.
        """
        if self._journal.place != "database":
            self._wide = self._wide or wide
            return 0
        now = self._now()
        back = WIDE if wide else NARROW
        folder = (now - max(back, timedelta(days=2))).date().isoformat()
        # A week of files is much to walk through: beside the loop, in which calls are answered.
        found = await asyncio.to_thread(self._unsettled, folder, wide)
        await self._decide(now, back)
        judged = 0
        for one in await self._due(found, now, back):
            try:
                await self._judge(one, now)
                judged += 1
            except (SQLAlchemyError, OSError):
                raise  # the database or the disk is away: all of them wait
            except Exception as error:  # one recording that cannot be judged must not keep the others waiting
                log.error(
                    "recording_unread",
                    recording=one.recording_id,
                    error=str(error),
                    exc_info=not isinstance(error, JoinFailed),
                )
                self._journal.alarm("recording_unread", one.recording_id, _since(one, now))
        return judged

    async def _decide(self, now: datetime, back: timedelta) -> None:
        """Calls of which a part was not seen, and which the channel event log did not complete."""
        reader = self._journal.reader
        for call in await reader.undecided(now - back, now - UNDECIDED):
            row = CallRecord(call.call_id, None, None, call.arrived_at, ended_at=call.ended_at)
            recorded = bool(await reader.recordings_of([call.call_id]))
            self._journal.submit(replace(row, outcome=presumed_outcome(call, recorded)))

    def _unsettled(self, since: str, wide: bool) -> list[RecordingFile]:
        groups = by_recording(scan(self._audio, since))
        if wide:  # older ones are never looked at again: over the weeks they would fill the memory
            self._settled = {name: size for name, size in self._settled.items() if name in groups}
        return [
            file
            for name, files in groups.items()
            if self._settled.get(name) != size_of(files)
            for file in files
        ]

    async def _due(self, found: list[RecordingFile], now: datetime, back: timedelta) -> list[DueCheck]:
        reader = self._journal.reader
        recent = await reader.unrecorded(now - back, sorted(NOT_RECORDED))
        rows = {row.id: row for row in await reader.recordings_in(tuple(OPEN))}
        calls = {call.call_id: call for call in recent}
        call_ids = {file.stem.call_id for file in found} | set(calls)
        rows |= {row.id: row for row in await reader.recordings_of(sorted(call_ids))}
        names = {stem.call_id for name in rows if (stem := parse_stem(name))} | call_ids
        calls |= {call.call_id: call for call in await reader.calls_by_id(sorted(names - set(calls)))}
        dues = await asyncio.to_thread(due, found, list(rows.values()), calls, now)
        # Asked after the look at the disk: of a sealed one the raw files may be going just now, and what is
        # left of them says nothing any more. What grew after its seal is the sealer's alarm.
        # One whose conversation is known only now is looked at again, sealed or not: by its row alone.
        sealed = await reader.sealed_among([one.recording_id for one in dues])
        dues = [one for one in dues if one.recording_id not in sealed or _moved(one)]
        heard = await reader.links([one.recording_id for one in dues])
        dues = [replace(one, links=heard.get(one.recording_id, ())) for one in dues]
        again = {one.recording_id for one in dues}
        self._settled |= {
            name: row.size for name, row in rows.items() if row.state not in OPEN and name not in again
        }
        return dues

    async def _judge(self, one: DueCheck, now: datetime) -> None:
        if one.known is not None and _moved(one):
            checked, alarms = judge_again(one, one.known, now)
            await self._keep(one, checked, alarms)
            return
        asked = job(one, str(self._audio)) if one.size else None
        asked, report = await self._join(asked) if asked else (None, JoinReport())
        holds = await self._journal.reader.moments(one.call_id) if report.silences else ()
        checked, alarms = judge(one, asked, report, now, holds)
        if checked.state is RecordingState.EMPTY:
            left = await asyncio.to_thread(remove, self._audio, [file.path for file in one.files])
            if left:  # what is taken for no sound is taken away only where it can be none
                self._journal.alarm("recording_unread", one.recording_id, _since(one, now))
        await self._keep(one, checked, alarms)

    async def _join(self, asked: JoinJob) -> tuple[JoinJob, JoinReport]:
        """On the legs' own volume, or, where that takes no file, on the other one. Raises JoinFailed.

        Into no new folder: one that we made there might be closed to Asterisk.
        """
        other = on_other_volume(asked)
        try:
            return asked, await self._joiner.work(asked)
        except JoinFailed as why:
            folder = (self._audio / other.into).parent
            if str(why) != OSError.__name__ or not await asyncio.to_thread(folder.is_dir):
                raise
        log.warning("stereo_elsewhere", into=other.into)
        return other, await self._joiner.work(other)

    async def _keep(self, one: DueCheck, checked: RecordingChecked, alarms: list[Alarm]) -> None:
        for alarm in alarms:  # first: a crash in between repeats the look, and with it the alarm
            self._journal.alarm(alarm.kind, alarm.about, alarm.at)
        await self._journal.write(checked)
        self._settled[one.recording_id] = checked.size
        log.info("recording_checked", call=one.call_id, recording=one.recording_id, state=checked.state.value)


def _moved(one: DueCheck) -> bool:
    """Judged already, as it lies there or lay: only its conversation is another one than was known."""
    return (
        one.known is not None
        and one.known.playable
        and one.known.connection != one.connection
        and one.size <= one.known.size
    )


def _since(one: DueCheck, now: datetime) -> datetime:
    if one.answered is not None:
        return one.answered.answered_at
    return min((file.modified for file in one.files), default=now)
