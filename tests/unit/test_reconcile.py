"""Intents, files and calls become exactly one recording row each, however often they are looked at."""

import os
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from config.masking import masked_number
from dialplan.recording_names import parse_stem, stem_of
from recordings.capture.join_process import Joiner
from recordings.capture.reconcile import Reconciler
from recordings.capture.wave_header import new_header
from recordings.journal.from_call_summary import record
from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord, Connection, Moment, Outcome
from recordings.model.entries import RecordingIntended, RecordingState, SegmentSeen
from recordings.model.evidence_tables import sealed
from routing.live.call_summary import CallSummary
from tests.evidence_home import numbers

pytestmark = pytest.mark.slow

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = "n1-1795338000000-7"
ONE = f"{CALL}-c1"
TONE = (np.sin(np.arange(80_000) / 3) * 9000).astype("<i2")  # 10 s


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


class Desk:
    """A journal, an audio folder, and a clock that the test moves."""

    def __init__(self, journal, audio):
        self.journal, self.audio, self.at = journal, audio, after(120)
        self.reconciler = Reconciler(journal, audio, now=lambda: self.at)

    def save(self, stem, caller, consultant, ends, header=True, folder="2026-11-22"):
        for leg, samples in (("caller", caller), ("consultant", consultant)):
            path = self.audio / folder / f"{stem}-{leg}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            stated = len(samples) * 2 if header else 0
            path.write_bytes(new_header(1, 8000, stated) + samples.tobytes())
            os.utime(path, (ends.timestamp(), ends.timestamp()))

    async def call(self, *connections, ended=60.0, moments=()):
        await self.journal.write(
            CallRecord(
                CALL,
                None,
                "kk",
                T0,
                ended_at=None if ended is None else after(ended),
                connections=connections,
                moments=moments,
            )
        )

    async def rows(self):
        return [
            (row.id, row.state.value, row.connection) for row in await self.journal.reader.recordings(CALL)
        ]

    async def alarms(self):
        return [(alarm.kind, alarm.about) for alarm in await self.journal.reader.alarms(T0)]


@pytest.fixture
async def desk(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite"
    journal = Journal(url, tmp_path / "spool", numbers, patience=10.0)  # a busy machine is no database away
    await journal.start()
    desk = Desk(journal, tmp_path / "audio")
    yield desk
    await desk.reconciler.close()
    await journal.stop()


TALK = Connection(1, "c101", after(10), after(15), after(25))


async def test_an_intended_recording_is_checked_and_joined_once(desk):
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.call(TALK)
    assert [await desk.reconciler.poll() for _ in range(3)] == [1, 0, 0]
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.id, row.state, row.seconds) == (ONE, RecordingState.FINISHED, 10.0)
    assert (row.started_at, row.ended_at, row.checks) == (after(15), after(25), ())
    assert (desk.audio / row.stereo_file).stat().st_size == 44 + 4 * 80_000
    assert [part.caller_file for part in row.segments] == [f"2026-11-22/{ONE}-caller.wav"]
    assert await desk.alarms() == []


async def test_a_new_engine_judges_nothing_twice(desk):
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.call(TALK)
    assert await desk.reconciler.poll(wide=True) == 1
    again = Reconciler(desk.journal, desk.audio, now=lambda: desk.at)
    assert await again.poll(wide=True) == 0
    await again.close()


async def test_recordings_older_than_a_week_are_forgotten(desk):
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.call(TALK)
    await desk.reconciler.poll(wide=True)
    assert [ONE] == list(desk.reconciler._settled)
    desk.at = after(9 * 86_400)
    await desk.reconciler.poll(wide=True)
    assert [] == list(desk.reconciler._settled)


async def test_an_answered_conversation_without_sound_is_an_alarm_once(desk):
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    await desk.call(TALK)
    for _ in range(3):
        await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "missing", 1)]
    assert await desk.alarms() == [("recording_missing", ONE)]


async def test_a_conversation_with_neither_row_nor_file_is_an_alarm_too(desk):
    await desk.call(TALK)
    await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "missing", 1)]
    assert await desk.alarms() == [("recording_missing", ONE)]


async def test_sound_that_turns_up_later_replaces_missing(desk):
    await desk.call(TALK)
    await desk.reconciler.poll()
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "finished", 1)]


async def test_the_conversation_with_1414_is_not_expected_to_be_recorded(desk):
    await desk.call(replace(TALK, party="1414"))
    await desk.reconciler.poll()
    assert (await desk.rows(), await desk.alarms()) == ([], [])


async def test_files_of_an_unanswered_attempt_are_removed_without_alarm(desk):
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    desk.save(ONE, TONE[:0], TONE[:0], ends=after(30))
    await desk.call()
    await desk.reconciler.poll()
    assert (await desk.rows(), await desk.alarms()) == ([(ONE, "empty", None)], [])
    assert list((desk.audio / "2026-11-22").iterdir()) == []


async def test_files_are_left_alone_while_they_grow_or_the_phone_rings(desk):
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    desk.save(ONE, TONE[:0], TONE[:0], ends=after(10))
    await desk.call(ended=None)
    assert await desk.reconciler.poll() == 0
    desk.save(ONE, TONE, TONE, ends=after(119.5))
    await desk.call(replace(TALK, ended_at=after(60)))
    assert await desk.reconciler.poll() == 0
    desk.at = after(130)
    assert await desk.reconciler.poll() == 1


async def test_a_header_left_empty_by_a_crash_is_repaired(desk):
    desk.save(ONE, TONE, TONE, ends=after(25), header=False)
    await desk.call(TALK)
    await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "repaired", 1)]


class BadWith(Joiner):
    """A joiner that meets a fault of ours with one recording."""

    def __init__(self, bad):
        super().__init__()
        self.bad = bad

    async def work(self, job):
        if f"{self.bad}-stereo" in repr(job):
            raise RuntimeError("a fault nobody foresaw")
        return await super().work(job)


async def test_a_recording_that_cannot_be_judged_is_an_alarm_and_keeps_no_other_waiting(desk):
    second = Connection(2, "c102", after(30), after(32), after(42))
    desk.reconciler._joiner = BadWith(ONE)
    desk.save(ONE, TONE, TONE, ends=after(25))
    desk.save(f"{CALL}-c2", TONE, TONE, ends=after(42))
    await desk.call(TALK, second)
    await desk.reconciler.poll()
    assert (f"{CALL}-c2", "finished", 2) in await desk.rows()
    assert await desk.alarms() == [("recording_unread", ONE)]


async def test_a_side_that_the_recorder_lost_is_an_alarm(desk):
    lost = TONE.copy()
    lost[40_000:] = 0
    desk.save(ONE, TONE, lost, ends=after(25))
    await desk.call(TALK)
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.state, row.checks, row.playable) == (RecordingState.SILENT_LEG, ("consultant_lost",), True)
    assert await desk.alarms() == [("recording_leg_silent", ONE)]


async def test_a_consultant_who_held_the_call_until_its_end_was_not_lost(desk):
    held = TONE.copy()
    held[40_000:] = 0
    desk.save(ONE, TONE, held, ends=after(25))
    await desk.call(TALK, moments=(Moment("hold", 1, "c101", after(20.1)),))
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (RecordingState.FINISHED, ()) == (row.state, row.checks)
    assert [] == await desk.alarms()


async def test_a_recording_that_stopped_growing_in_mid_conversation_is_an_alarm(desk):
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.call(replace(TALK, ended_at=after(55)))
    await desk.reconciler.poll()
    assert await desk.alarms() == [("recording_length", ONE)]


async def test_segments_after_a_hold_are_one_recording_with_silence_between(desk):
    second = stem_of(CALL, 1, 2)
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.journal.write(RecordingIntended(second, after(30)))
    desk.save(second, TONE, TONE, ends=after(40))
    await desk.call(replace(TALK, ended_at=after(40)))
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.id, row.seconds, [part.number for part in row.segments]) == (ONE, 25.0, [1, 2])


async def test_a_survived_calls_recordings_find_their_connections_in_order(desk):
    talks = (TALK, replace(TALK, number=2, party="1414"), replace(TALK, number=3, party="c102"))
    desk.save(f"{CALL}-s1", TONE[:0], TONE[:0], ends=after(12))
    desk.save(f"{CALL}-s2", TONE, TONE, ends=after(25))
    desk.save(f"{CALL}-s10", TONE, TONE, ends=after(50))
    await desk.call(*talks)
    for _ in range(2):
        await desk.reconciler.poll()
    assert sorted(await desk.rows()) == [
        (f"{CALL}-s1", "empty", None),
        (f"{CALL}-s10", "finished", 3),
        (f"{CALL}-s2", "finished", 1),
    ]
    assert await desk.alarms() == []


TWO, THREE = f"{CALL}-c2", f"{CALL}-c3"


async def test_after_a_missed_ring_the_second_attempt_is_the_first_conversation(desk):
    await desk.journal.write(RecordingIntended(ONE, after(2)))
    desk.save(ONE, TONE[:0], TONE[:0], ends=after(8))
    await desk.journal.write(RecordingIntended(TWO, after(9)))
    desk.save(TWO, TONE, TONE, ends=after(25))
    await desk.call(TALK)
    for _ in range(2):
        await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "empty", None), (TWO, "finished", 1)]
    assert await desk.alarms() == []


async def test_a_conversation_nobody_recorded_does_not_shift_the_next_ones_recording(desk):
    second = Connection(2, "c102", after(30), after(35), after(45))
    desk.save(TWO, TONE, TONE, ends=after(45))
    await desk.call(TALK, second)
    for _ in range(2):
        await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "missing", 1), (TWO, "finished", 2)]
    assert await desk.alarms() == [("recording_missing", ONE)]


async def test_a_recorder_that_wrote_nothing_is_told_from_a_missed_ring(desk):
    for stem, at in ((ONE, 1), (TWO, 9), (THREE, 40)):
        await desk.journal.write(RecordingIntended(stem, after(at)))
    await desk.call(TALK)
    for _ in range(2):
        await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "empty", None), (TWO, "missing", 1), (THREE, "empty", None)]
    assert await desk.alarms() == [("recording_missing", TWO)]


async def test_both_recordings_are_found_after_a_return_from_1414(desk):
    ucc = Connection(2, "1414", after(30), after(31), after(33))
    again = Connection(3, "c101", after(35), after(36), after(46))
    desk.save(ONE, TONE, TONE, ends=after(25))
    desk.save(TWO, TONE, TONE, ends=after(46))
    await desk.call(TALK, ucc, again)
    for _ in range(2):
        await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "finished", 1), (TWO, "finished", 3)]
    assert await desk.alarms() == []


async def test_a_clock_set_back_in_mid_call_leaves_the_order_to_tell(desk):
    second = Connection(2, "c102", after(30), after(35), after(45))
    desk.save(ONE, TONE, TONE, ends=after(-3000))
    desk.save(TWO, TONE, TONE, ends=after(-2900))
    await desk.call(TALK, second)
    await desk.reconciler.poll()
    assert [(name, number) for name, _, number in await desk.rows()] == [(ONE, 1), (TWO, 2)]


async def test_sound_that_no_call_owns_becomes_a_row_and_an_alarm(desk):
    desk.save(ONE, TONE, TONE, ends=after(25))
    assert await desk.reconciler.poll() == 0
    desk.at = after(700)
    assert await desk.reconciler.poll() == 1
    assert await desk.alarms() == [("recording_orphan", ONE)]


async def test_a_recording_sealed_and_taken_away_is_not_missing(desk):
    desk.save(ONE, TONE, TONE, ends=after(25))
    await desk.call(TALK)
    await desk.reconciler.poll()
    for path in (desk.audio / "2026-11-22").iterdir():
        path.unlink()
    again = Reconciler(desk.journal, desk.audio, now=lambda: desk.at)
    assert await again.poll(wide=True) == 0
    assert (await desk.rows(), await desk.alarms()) == ([(ONE, "finished", 1)], [])
    await again.close()


@pytest.mark.parametrize(
    "name", ["x", "n1-1-1-c1", f"{CALL}", f"{CALL}-c1-x", f"../{CALL}-c1", f"{CALL}-c1\n"]
)
def test_a_name_that_is_not_ours_is_no_stem(name):
    assert parse_stem(name) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, None),
        ("+77000000001", "+*********01"),
        ("87000000001", "*********01"),
        ("111", "***"),
        ("", ""),
        ('"${SHELL(x)}"\n', "**************"),
        ("Айгүл", "*****"),
        ("9" * 9000, "*" * 13 + "99"),
    ],
)
def test_a_masked_number_shows_its_last_two_digits_at_most(number, shown):
    assert masked_number(number) == shown


async def test_a_hole_between_two_segments_is_a_fault_of_its_own_and_no_part_of_the_length(desk):
    second = stem_of(CALL, 1, 2)
    desk.save(ONE, TONE, TONE, ends=after(25))
    desk.save(second, TONE, TONE, ends=after(46))
    await desk.call(replace(TALK, ended_at=after(46)))
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.seconds, row.checks) == (31.0, ("hole", "length_differs"))
    assert {("recording_hole", ONE), ("recording_length", ONE)} == set(await desk.alarms())


async def test_a_recorder_started_before_the_old_one_stopped_doubles_nothing(desk):
    sound = np.random.default_rng(1).integers(-9000, 9000, 160_000).astype("<i2") | 4
    second = stem_of(CALL, 1, 2)
    desk.save(ONE, sound[:82_000], sound[:82_000], ends=after(25.26))
    desk.save(second, sound[80_000:], sound[80_000:], ends=after(35))
    await desk.call(replace(TALK, ended_at=after(35)))
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.seconds, row.checks) == (20.0, ())
    joined = np.frombuffer((desk.audio / row.stereo_file).read_bytes()[44:], "<i2").reshape(-1, 2)
    assert np.array_equal(sound, joined[:, 0])
    assert [10.25, 10.0] == [part.seconds for part in row.segments]
    assert row.started_at + timedelta(seconds=10) == row.segments[1].started_at


async def test_segments_are_joined_in_the_order_of_their_numbers_whatever_the_clock_says(desk):
    second = stem_of(CALL, 1, 2)
    desk.save(ONE, TONE, TONE, ends=after(25))
    desk.save(second, TONE[::-1], TONE[::-1], ends=after(-3600))
    await desk.call(replace(TALK, ended_at=after(35)))
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.seconds, row.checks) == (20.0, ())


async def seen_late(desk, *connections):
    """The engine was killed at the call's end: the new one saw only that there was one."""
    await desk.journal.write(CallRecord(CALL, None, None, T0, ended_at=after(26), connections=connections))


async def test_a_recording_is_not_judged_on_a_row_without_its_conversation_but_after_its_grace(desk):
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    desk.save(ONE, TONE, TONE, ends=after(25))
    await seen_late(desk)
    desk.at = after(26 + 119)
    assert await desk.reconciler.poll(wide=True) == 0
    desk.at = after(26 + 120)
    assert await desk.reconciler.poll() == 1
    assert await desk.rows() == [(ONE, "finished", None)]


async def test_nor_on_one_that_does_not_know_when_the_conversation_ended(desk):
    desk.save(ONE, TONE, TONE, ends=after(25))
    await seen_late(desk, replace(TALK, ended_at=None))
    desk.at = after(60)
    assert await desk.reconciler.poll(wide=True) == 0
    await desk.call(TALK)
    assert await desk.reconciler.poll(wide=True) == 1
    assert await desk.rows() == [(ONE, "finished", 1)]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("files", ["lie there", "one leg is left", "have gone"])
async def test_a_row_that_becomes_whole_brings_its_recording_back_sealed_or_not(desk, files, restarted):
    desk.save(ONE, TONE, TONE, ends=after(25))
    await seen_late(desk)
    desk.at = after(600)
    await desk.reconciler.poll(wide=True)
    assert await desk.rows() == [(ONE, "finished", None)]
    await sealed_now(desk, ONE)
    for path in sorted((desk.audio / "2026-11-22").iterdir()):
        if files == "have gone" or (files == "one leg is left" and "consultant" not in path.name):
            path.unlink()
    await desk.call(replace(TALK, ended_at=after(28)))
    looking = desk.reconciler
    if restarted:
        looking = Reconciler(desk.journal, desk.audio, now=lambda: desk.at)
    assert [await looking.poll(wide=True) for _ in range(3)] == [1, 0, 0]
    assert await desk.rows() == [(ONE, "finished", 1)]
    [row] = await desk.journal.reader.recordings(CALL)
    assert (row.checks, row.seconds, row.started_at) == (("length_differs",), 10.0, after(15))
    assert await desk.alarms() == [("recording_length", ONE)]
    await looking.close()


async def sealed_now(desk, recording_id):
    row = {column.name: "" for column in sealed.c}
    at = after(30)
    values = {"recording_id": recording_id, "call_id": CALL, "path": "x", "key_id": 1, "size": 1, "frames": 1}
    values |= {"sealed_at": at, "seq": 1, "destroyed_at": None}
    async with desk.journal._database.engine.begin() as connection:
        await connection.execute(sealed.insert().values({**row, **values}))


async def test_conversations_seen_too_late_change_their_recordings_once_all_are_known(desk):
    """The new engine saw the second conversation alone, and counted it as the first."""
    second = Connection(2, "c102", after(30), after(35), after(45))
    desk.save(ONE, TONE, TONE, ends=after(25))
    desk.save(TWO, TONE, TONE, ends=after(45))
    await desk.call(replace(second, number=1))
    desk.at = after(600)
    await desk.reconciler.poll(wide=True)
    assert await desk.rows() == [(ONE, "finished", None), (TWO, "finished", 1)]
    await desk.call(TALK, second)
    for _ in range(2):
        await desk.reconciler.poll(wide=True)
    assert await desk.rows() == [(ONE, "finished", 1), (TWO, "finished", 2)]
    assert await desk.alarms() == []


async def test_a_conversation_called_missing_is_not_once_its_recording_is_found(desk):
    await desk.call(TALK)
    await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "missing", 1)]
    desk.save(TWO, TONE, TONE, ends=after(25))
    for _ in range(2):
        await desk.reconciler.poll()
    assert await desk.rows() == [(ONE, "empty", None), (TWO, "finished", 1)]


async def test_a_row_of_an_invented_call_is_left_as_it_is(desk):
    await desk.call(TALK)
    await desk.reconciler.poll()
    async with desk.journal._database.engine.begin() as connection:
        await connection.execute(text("UPDATE recordings SET state = 'generated', connection = 3"))
    await desk.reconciler.poll(wide=True)
    assert (ONE, "generated", 3) in await desk.rows()


async def test_a_call_of_which_only_the_end_was_seen_is_not_told_as_failed_before_the_log_had_its_time(desk):
    await seen_late(desk)
    [call] = await desk.journal.reader.calls_by_id([CALL])
    assert call.outcome is None
    desk.at = after(26 + 599)
    await desk.reconciler.poll()
    desk.at = after(26 + 601)
    await desk.reconciler.poll()
    await desk.journal.write(CallRecord(f"{CALL}0", None, None, T0))
    [call] = await desk.journal.reader.calls_by_id([CALL])
    assert (call.outcome, call.ended_at) == (Outcome.FAILED, after(26))


def test_a_story_that_is_not_whole_does_not_say_that_nobody_served_the_caller():
    story = CallSummary(
        **{field.name: None for field in fields(CallSummary)}
        | {
            "call_id": CALL,
            "arrived_at": T0.timestamp(),
            "outcome": "failed",
            "conversations": (),
            "happened": (),
        }
        | {"rating_asked": False, "survived": False, "whole": False}
    )
    assert record(story).outcome is None
    assert record(replace(story, whole=True)).outcome is Outcome.FAILED
    assert record(replace(story, outcome="served")).outcome is Outcome.SERVED


async def test_a_recorder_that_a_full_volume_silenced_leaves_its_sound_where_it_was_spoken(desk):
    """Written to until 21 s, stopped at 35 s: the header written then made the file look 14 s younger."""
    await desk.journal.write(RecordingIntended(ONE, after(10)))
    await desk.journal.write(SegmentSeen(ONE, after(17), 2.0))
    await desk.journal.write(RecordingIntended(f"{ONE}-s2", after(35)))
    desk.save(ONE, TONE[:48_000], TONE[:48_000], ends=after(35))
    desk.save(f"{ONE}-s2", TONE[1000:], TONE[1000:], ends=after(45))
    await desk.call(replace(TALK, ended_at=after(45)))
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert [after(15), after(35.125)] == [part.started_at for part in row.segments]
    assert {"hole", "length_differs"} <= set(row.checks)
    await desk.reconciler.close()
    desk.reconciler = Reconciler(desk.journal, desk.audio, now=lambda: desk.at)
    desk.save(f"{ONE}-s2", TONE, TONE, ends=after(45))  # it grew: judged again, from the row as it is now
    await desk.reconciler.poll(wide=True)
    [row] = await desk.journal.reader.recordings(CALL)
    assert [after(15), after(35.125)] == [part.started_at for part in row.segments]


async def test_what_was_seen_of_a_file_that_grows_on_moves_nothing(desk):
    await desk.journal.write(SegmentSeen(ONE, after(17), 2.0))
    desk.save(ONE, TONE, TONE, ends=after(25.4))
    await desk.call(TALK)
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert (after(15.4), ()) == (row.started_at, row.checks)


async def test_on_a_full_volume_the_joined_file_goes_to_the_other_one_and_leaves_no_draft(desk):
    folder, other = (desk.audio / place / "2026-11-22" for place in (".", "v2"))
    desk.save(ONE, TONE, TONE, ends=after(25))
    other.mkdir(parents=True)
    (folder / f"{ONE}-stereo.part").symlink_to("/dev/full")  # every write to it says that the disk is full
    await desk.call(TALK)
    await desk.reconciler.poll()
    [row] = await desk.journal.reader.recordings(CALL)
    assert f"v2/2026-11-22/{ONE}-stereo.wav" == row.stereo_file
    assert (desk.audio / row.stereo_file).stat().st_size == 44 + 4 * 80_000
    assert not (folder / f"{ONE}-stereo.part").is_symlink()
    assert [] == await desk.alarms()
