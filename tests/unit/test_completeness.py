"""Completeness: every answered conversation is a playable recording of its length, or an alarm (A19)."""

import itertools
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from recordings.capture.wave_header import new_header
from recordings.completeness.gap_watch import GapWatch
from recordings.completeness.service import Completeness
from recordings.journal.reading import Reader
from recordings.journal.writing import write
from recordings.model.entries import Alarm, RecordingIntended, Segment
from recordings.model.tables import alarms
from recordings.privacy.hiding import hide_caller
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

pytest_plugins = ("tests.postgres",)

LATER = T0 + timedelta(minutes=5)


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def service(home: EvidenceHome) -> Completeness:
    settings = home.settings
    return Completeness(home.database, settings.audio, settings.sealed, settings.zone)


async def gaps(home: EvidenceHome, now=LATER) -> list[tuple[str, str]]:
    found = await service(home).gaps(T0 - timedelta(hours=1), now, now)
    return [(gap.kind, gap.recording_id) for gap in found]


async def seal(home: EvidenceHome) -> None:
    await Sealer(home.database, home.keys, home.settings).pass_once()


async def test_a_conversation_with_its_recording_is_no_gap_before_and_after_sealing(home):
    await home.talk(1)
    assert [] == await gaps(home)
    await seal(home)
    assert [] == await gaps(home)


async def test_an_answered_conversation_without_recording_is_missing_once_its_grace_is_over(home):
    talk = await home.talk(1, audio=False)
    assert talk.record.ended_at is not None
    assert [] == await gaps(home, talk.record.ended_at + timedelta(seconds=24))
    assert [("missing", talk.recording_id)] == await gaps(home, talk.record.ended_at + timedelta(seconds=25))


@pytest.mark.parametrize("recorded, found", [(1.9, True), (2.1, False), (3.9, False), (4.1, True)])
async def test_a_length_that_differs_by_more_than_a_second_is_a_gap(home, recorded, found):
    talk = await home.talk(1, seconds=3, recorded=recorded)
    assert ([("length", talk.recording_id)] if found else []) == await gaps(home)


async def test_a_sealed_file_that_is_gone_or_of_another_size_is_a_gap(home):
    gone, cut = await home.talk(1), await home.talk(2)
    await seal(home)
    for path in home.settings.sealed.rglob("*.sealed"):
        if gone.recording_id in path.name:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-1])
    assert sorted([("file_missing", gone.recording_id), ("file_size", cut.recording_id)]) == sorted(
        await gaps(home)
    )


async def test_a_file_nobody_knows_of_is_an_orphan(home):
    talk = await home.talk(1)
    stray = talk.stereo.with_name("n1-1763815501123-9-c1-caller.wav")
    stray.write_bytes(talk.stereo.read_bytes())
    now = time.time()
    os.utime(stray, (now - 660, now - 660))
    moment = datetime.now(UTC)
    found = await service(home).gaps(T0 - timedelta(days=1), moment, moment)
    found = [gap for gap in found if gap.kind == "orphan"]
    assert [("orphan", "n1-1763815501123-9-c1")] == [(gap.kind, gap.recording_id) for gap in found]


async def test_what_waits_too_long_for_sealing_is_a_gap(home):
    talk = await home.talk(1)
    assert [] == await gaps(home, T0 + timedelta(minutes=10))
    assert [("unsealed", talk.recording_id)] == await gaps(home, T0 + timedelta(minutes=11))


async def test_a_gap_is_one_alarm_however_often_it_is_looked_at(home):
    talk = await home.talk(1, audio=False)
    for _ in range(3):
        await look(home)
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(alarms.c.kind, alarms.c.about))).all()
    assert [("recording_missing", talk.recording_id)] == [tuple(row) for row in rows]


async def test_a_day_counts_what_was_answered_in_it_by_the_centres_clock(home):
    await home.talk(1)
    midnight = T0.replace(hour=18, minute=59, second=55)  # 23:59:55 in Almaty: answered on the next day
    await home.talk(2, at=midnight)
    first = await service(home).day(T0.date(), LATER + timedelta(days=1))
    second = await service(home).day(T0.date() + timedelta(days=1), LATER + timedelta(days=1))
    assert (1, 1) == (first.conversations, first.recordings)
    assert (1, 1) == (second.conversations, second.recordings)


async def pieces(home: EvidenceHome, talk, *spans: tuple[float, float]) -> None:
    """The segments as (begin, end) in seconds from the answer; the joined file spans them all."""
    answered = talk.record.answered_at
    parts = tuple(
        Segment(
            stem=talk.recording_id if number == 1 else f"{talk.recording_id}-s{number}",
            number=number,
            started_at=answered + timedelta(seconds=begin),
            ended_at=answered + timedelta(seconds=end),
            seconds=end - begin,
            caller_file=None,
            consultant_file=None,
        )
        for number, (begin, end) in enumerate(spans, 1)
    )
    checked = home.checked(talk.record, talk.recording_id, talk.stereo.parent.name, spans[-1][1])
    async with home.database.begin() as connection:
        await write(connection, [replace(checked, segments=parts)])


async def test_a_hole_between_two_pieces_is_a_gap_though_the_joined_file_is_as_long_as_the_talk(home):
    talk = await home.talk(1, seconds=30)
    await pieces(home, talk, (0, 10), (21.5, 30))
    [gap] = await service(home).gaps(T0 - timedelta(hours=1), LATER, LATER)
    assert ("hole", talk.recording_id) == (gap.kind, gap.recording_id)
    assert "talked 30.0 s, recorded 18.5 s, nothing from 10.0 to 21.5 s" == gap.detail


async def test_the_length_is_the_sum_of_the_pieces(home):
    talk = await home.talk(1, seconds=30)
    await pieces(home, talk, (0, 9.3), (10, 19.3), (20, 30))
    assert [("length", talk.recording_id)] == await gaps(home)
    await pieces(home, talk, (0, 10.4), (10.2, 20), (19.1, 30))
    assert [] == await gaps(home)


async def rows(home: EvidenceHome) -> list[tuple[str, str]]:
    async with home.database.connect() as connection:
        found = await connection.execute(select(alarms.c.kind, alarms.c.about).order_by(alarms.c.id))
        return [tuple(row) for row in found]


def watching(home: EvidenceHome) -> GapWatch:
    """A process that looks each fifteen seconds of its own clock, which nobody sets."""
    return GapWatch(home.database, home.settings, itertools.count(0.0, 15.0).__next__)


async def look(home: EvidenceHome, watch: GapWatch | None = None, now=LATER, looks: int = 2) -> None:
    """An alarm is what two looks saw."""
    watch = watch or watching(home)
    for _ in range(looks):
        await watch.poll(timedelta(hours=2), now)


async def test_a_gap_is_told_once_and_its_end_once_over_restarts_and_again_when_it_is_there_again(
    home, capsys, caplog
):
    talk = await home.talk(1)
    await seal(home)
    [file] = home.settings.sealed.rglob("*.sealed")
    away = file.with_suffix(".away")
    about = talk.recording_id
    capsys.readouterr()
    for _ in range(2):  # each is a new process
        file.rename(away)
        for _ in range(3):
            await look(home)
        away.rename(file)
        for _ in range(3):
            await look(home)
    kinds = ["recording_file_missing", "recording_file_missing_ended"]
    assert [(kind, about) for kind in kinds * 2] == await rows(home)
    said = capsys.readouterr().out + caplog.text  # wherever this process logs to
    assert (2, 2) == (said.count("alarm_raised"), said.count("alarm_ended"))


async def test_an_alarm_that_the_engine_raised_is_not_raised_beside_it(home):
    talk = await home.talk(1, audio=False)
    async with home.database.begin() as connection:
        await write(connection, [Alarm("recording_missing", talk.recording_id, talk.record.answered_at)])
    await look(home)
    assert [("recording_missing", talk.recording_id)] == await rows(home)


async def test_an_end_is_not_told_by_a_look_that_does_not_reach_so_far(home):
    talk = await home.talk(1, audio=False)
    await look(home)
    await look(home, now=LATER + timedelta(hours=3))
    assert [("recording_missing", talk.recording_id)] == await rows(home)


async def test_a_conversation_whose_sound_waits_to_be_judged_is_missing_only_when_seen_again(home):
    """The row became whole a moment ago: its recording has not been looked at since."""
    talk = await home.talk(1, audio=False)
    watch = watching(home)
    async with home.database.begin() as connection:
        await write(connection, [RecordingIntended(f"{talk.record.call_id}-c2", T0)])
    await look(home, watch, looks=1)
    assert [] == await rows(home)
    await look(home, watch, LATER + timedelta(seconds=15), looks=1)
    assert [("recording_missing", talk.recording_id)] == await rows(home)


async def test_of_a_call_whose_end_was_told_the_reader_shows_no_alarm(home):
    talk = await home.talk(1)
    await seal(home)
    [file] = home.settings.sealed.rglob("*.sealed")
    file.rename(file.with_suffix(".away"))
    await look(home)
    reader = Reader(home.database, home.keys.numbers())
    assert [talk.recording_id] == [one.about for one in await reader.alarms(T0 - timedelta(days=1))]
    file.with_suffix(".away").rename(file)
    await look(home)
    assert [] == await reader.alarms(T0 - timedelta(days=1))


async def one_with_1414(home: EvidenceHome, *, after: float, sound: bool) -> str:
    """A conversation of 3 s, then 1414 for so long; nothing was judged yet."""
    talk = await home.talk(1, audio=False)
    call = talk.record
    assert call.conversation_ended_at is not None
    call = replace(call, ended_at=call.conversation_ended_at + timedelta(seconds=after))
    async with home.database.begin() as connection:
        await write(
            connection, [hide_caller(call, home.keys.numbers()), RecordingIntended(talk.recording_id, T0)]
        )
    if sound:
        leg = talk.stereo.with_name(f"{talk.recording_id}-caller.wav")
        leg.parent.mkdir(parents=True, exist_ok=True)
        leg.write_bytes(new_header(1, 8000, 48000) + bytes(range(1, 241)) * 200)
    return talk.recording_id


@pytest.mark.parametrize("sound", [True, False])
async def test_the_grace_counts_from_the_end_of_the_call_for_its_row_comes_then(home, sound):
    """1414 talked on for four minutes: at the call's end nobody can have judged what ended so long ago."""
    await one_with_1414(home, after=240, sound=sound)
    ended = T0 + timedelta(seconds=13 + 240)
    for seconds in (0, 5, 20):
        await look(home, now=ended + timedelta(seconds=seconds))
    assert [] == await rows(home)


async def test_sound_that_waits_to_be_judged_is_no_missing_recording_but_one_that_waits_too_long(home):
    """A judge with much to do, or one that was away: its files lie there."""
    id_ = await one_with_1414(home, after=2, sound=True)
    watch = watching(home)
    await look(home, watch, T0 + timedelta(minutes=9), looks=20)
    assert [] == await rows(home)
    await look(home, watch, T0 + timedelta(minutes=11), looks=8)
    assert [] == await rows(home)  # whoever judges may have begun with us
    await look(home, watch, T0 + timedelta(minutes=11), looks=1)
    assert [("recording_unsealed", id_)] == await rows(home)


async def test_what_waits_for_its_seal_since_before_this_process_began_gets_its_time(home):
    """The line was stopped over night: what was judged last is sealed in the morning."""
    talk = await home.talk(1)
    watch = watching(home)
    await look(home, watch, T0 + timedelta(hours=1), looks=8)
    assert [] == await rows(home)
    await look(home, watch, T0 + timedelta(hours=1), looks=1)
    assert [("recording_unsealed", talk.recording_id)] == await rows(home)


async def test_a_clock_set_forward_raises_no_alarm(home):
    await home.talk(1)
    watch = watching(home)
    await look(home, watch, T0 + timedelta(seconds=20), looks=1)
    await look(home, watch, T0 + timedelta(hours=1), looks=1)
    await seal(home)
    await look(home, watch, T0 + timedelta(hours=1), looks=10)
    assert [] == await rows(home)


async def test_a_recording_sealed_and_moved_between_row_and_file_is_no_alarm(home):
    """One look read the row before the seal and the folder after it."""
    talk = await home.talk(1)
    watch = watching(home)
    away = talk.stereo.with_suffix(".away")
    talk.stereo.rename(away)
    await look(home, watch, looks=1)
    away.rename(talk.stereo)
    await look(home, watch, looks=3)
    assert [] == await rows(home)


async def test_a_strangers_file_is_told_after_the_judge_has_waited_and_no_longer_once_its_call_is_known(home):
    """An engine that is away, or a journal: the row comes later than any file that nobody writes to."""
    talk = await home.talk(1, audio=False)
    stray = talk.stereo.with_name("n1-1763815501123-9-c1-caller.wav")
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(new_header(1, 8000, 320) + b"x" * 320)
    moment = datetime.now(UTC)
    name = "n1-1763815501123-9-c1"
    since = moment - datetime.fromtimestamp(1763815501.123, UTC) + timedelta(hours=1)
    watch = watching(home)

    async def told(age: float) -> list[str]:
        os.utime(stray, (moment.timestamp() - age, moment.timestamp() - age))
        for _ in range(2):
            await watch.poll(since, moment)
        return [kind for kind, about in await rows(home) if about == name]

    assert [] == await told(600)
    assert ["recording_orphan"] == await told(661)
    stray.with_name(f"{name}-stereo.wav").write_bytes(new_header(2, 8000, 0))
    call = replace(talk.record, call_id="n1-1763815501123-9")
    checked = replace(home.checked(call, name, "2026-11-22", 3.0), segments=())
    async with home.database.begin() as connection:
        await write(connection, [hide_caller(call, home.keys.numbers()), checked])
    assert ["recording_orphan", "recording_orphan_ended"] == await told(661)


@pytest.mark.parametrize("kind", ["recording_unread", "recording_unreadable"])
async def test_a_recording_that_could_not_be_read_is_no_alarm_any_more_once_it_is_sealed(home, kind):
    talk = await home.talk(1)
    async with home.database.begin() as connection:
        await write(connection, [Alarm(kind, talk.recording_id, T0)])
    await look(home)
    assert [(kind, talk.recording_id)] == await rows(home)
    await seal(home)
    await look(home)
    assert [(kind, talk.recording_id), (f"{kind}_ended", talk.recording_id)] == await rows(home)
