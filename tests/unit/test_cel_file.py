"""The log followed on disk: half a line, rotation, restarts, and an engine that was away long."""

import asyncio
import time
from pathlib import Path

import pytest
from live_tables import STREAMS

from routing.cel.file import CelFile, FilePosition, place
from routing.live.call_summary import CallSummary

LOG = (STREAMS / "ten-calls.cel.csv").read_bytes()
LINES = LOG.splitlines(keepends=True)

# What the dialplan writes at a call's arrival, so that a call Asterisk takes with it keeps its id.
CALL_ID = (
    LINES[0]
    .replace(b'"CHAN_START"', b'"ENGINE_SET"')
    .replace(b'"","","",""\n', b'"CELGenUserEvent","","{""extra"":""ENGINE_CALL=n1-1795354052000-0""}",""\n')
)


class Desk:
    """One reader's files in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "cel" / "cel.csv"
        self.log.parent.mkdir()
        self.place: FilePosition | None = None
        self.reader = self.started()

    def started(self) -> CelFile:
        self.reader = CelFile(self.log, self.place)
        return self.reader

    def write(self, data: bytes) -> None:
        with self.log.open("ab") as file:
            file.write(data)

    async def look(self) -> list[CallSummary]:
        told: list[CallSummary] = []
        await self.reader.poll(told.append, self.keep)
        return told

    async def keep(self, at: FilePosition) -> None:
        self.place = at

    async def stories(self) -> list[str]:
        return [story.call_id for story in await self.look()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def all_calls(tmp_path: Path) -> list[str]:
    (tmp_path / "whole").mkdir()
    whole = Desk(tmp_path / "whole")
    whole.write(LOG)
    return await whole.stories()


async def test_no_file_is_no_story(desk: Desk) -> None:
    assert await desk.stories() == []


async def test_ten_calls_are_ten_stories_and_then_silence(desk: Desk) -> None:
    desk.write(LOG)
    assert len(await desk.stories()) == 10
    assert await desk.stories() == []


async def test_half_a_line_waits_for_its_other_half(desk: Desk, tmp_path: Path) -> None:
    got = []
    for at in range(0, len(LOG), 997):
        desk.write(LOG[at : at + 997])
        got += await desk.stories()
    assert got == await all_calls(tmp_path)


async def test_a_restarted_reader_tells_no_call_that_was_told_and_over(desk: Desk) -> None:
    desk.write(LOG)
    await desk.stories()
    desk.started()
    assert await desk.stories() == []


async def test_a_restart_at_any_row_loses_no_call_and_no_part_of_one(desk: Desk, tmp_path: Path) -> None:
    told: dict[str, CallSummary] = {}
    for cut in range(0, len(LINES), 3):
        desk.write(b"".join(LINES[cut : cut + 3]))
        desk.started()
        told |= {story.call_id: story for story in await desk.look()}
    assert sorted(told) == sorted(await all_calls(tmp_path))
    assert all(story.whole and story.line_answered_at for story in told.values())


async def test_a_renamed_log_is_read_to_its_end_and_then_the_new_one(desk: Desk, tmp_path: Path) -> None:
    desk.write(b"".join(LINES[:70]))
    got = await desk.stories()
    desk.write(b"".join(LINES[70:75]))
    desk.log.rename(desk.log.with_name("cel.csv.1"))
    desk.write(b"".join(LINES[75:]))
    got += await desk.stories() + await desk.stories()
    assert got == await all_calls(tmp_path)


async def test_a_row_on_its_way_into_the_renamed_log_is_not_lost(desk: Desk, tmp_path: Path) -> None:
    desk.write(b"".join(LINES[:70]))
    with desk.log.open("ab") as asterisk:
        desk.log.rename(desk.log.with_name("cel.csv.1"))
        desk.write(b"".join(LINES[71:]))
        got = await desk.stories()
        asterisk.write(LINES[70])
    got += await desk.stories() + await desk.stories()
    assert got == await all_calls(tmp_path)
    assert desk.reader.live.counters.applied == 195


async def test_a_log_renamed_while_the_engine_was_dead_is_found(desk: Desk, tmp_path: Path) -> None:
    desk.write(b"".join(LINES[:70]))
    got = await desk.stories()
    desk.write(b"".join(LINES[70:75]))
    desk.log.rename(desk.log.with_name("cel.csv.1"))
    desk.write(b"".join(LINES[75:]))
    desk.started()
    got += await desk.stories() + await desk.stories()
    assert sorted(set(got)) == sorted(await all_calls(tmp_path))


async def test_a_log_cut_short_is_read_from_its_beginning(desk: Desk) -> None:
    desk.write(LOG)
    await desk.stories()
    desk.log.write_bytes(b"")
    assert await desk.stories() == []
    later = LOG.replace(b"17953540", b"17963540")
    desk.write(later[: len(later) // 2])
    assert await desk.stories()


async def test_a_place_nobody_can_read_means_from_the_beginning(desk: Desk) -> None:
    desk.write(LOG)
    desk.place = place("spoiled")
    desk.started()
    assert len(await desk.stories()) == 10


async def test_a_place_comes_back_from_its_text(desk: Desk) -> None:
    desk.write(LOG)
    await desk.look()
    assert desk.place is not None
    assert place(str(desk.place)) == desk.place


async def test_a_log_copied_to_another_machine_is_read_on_where_the_first_one_was(desk: Desk) -> None:
    desk.write(b"".join(LINES[:70]))
    first = await desk.stories()
    copied = desk.log.read_bytes()
    (desk.log.parent / "keeps-the-inode").hardlink_to(desk.log)
    desk.log.unlink()
    desk.write(copied + b"".join(LINES[70:]))
    desk.started()
    rest = await desk.stories()
    assert first and rest and not set(first) & set(rest)
    assert 10 == len(first) + len(rest)


async def test_another_file_under_the_inode_of_the_place_is_read_from_its_beginning(desk: Desk) -> None:
    desk.write(LOG)
    await desk.look()
    other = LOG.replace(b"17953540", b"17963540")
    desk.log.write_bytes(other + other.replace(b"17963540", b"17973540"))  # the same inode, and longer
    desk.started()
    assert 20 == len(await desk.stories())


async def test_a_place_whose_file_is_gone_means_all_that_is_left_from_the_oldest_on(desk: Desk) -> None:
    desk.write(LOG)
    await desk.look()
    desk.log.unlink()
    desk.log.with_name("cel.csv.1").write_bytes(LOG.replace(b"17953540", b"17963540"))
    desk.write(LOG.replace(b"17953540", b"17973540"))
    desk.started()
    assert 20 == len(await desk.stories() + await desk.stories())


async def test_calls_asterisk_lost_are_told_and_hold_the_place_no_longer(desk: Desk) -> None:
    row = LINES[0] + CALL_ID
    desk.write(row)
    assert await desk.stories() == []
    assert desk.place is not None and 0 == desk.place.offset
    desk.reader.lose(frozenset(), 1795354099.0)
    (lost,) = await desk.look()
    assert (lost.call_id, lost.outcome, lost.whole) == ("n1-1795354052000-0", "failed", False)
    assert len(row) == desk.place.offset


@pytest.mark.slow
async def test_a_hundred_thousand_rows_take_seconds_and_never_the_loop(desk: Desk) -> None:
    rounds = 100_000 // len(LINES) + 1
    with desk.log.open("wb") as file:
        for n in range(rounds):
            file.write(LOG.replace(b"17953540", b"%08d" % (17953540 + n * 100)))
    longest, done = 0.0, False

    async def watch() -> None:
        nonlocal longest
        last = time.thread_time()  # the loop's own work: others share this machine
        while not done:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    began, spent = time.perf_counter(), time.process_time()
    told = await desk.stories()
    took, worked = time.perf_counter() - began, time.process_time() - spent
    done = True
    await watching
    assert len(told) == rounds * 10
    assert min(took, worked) < 5
    assert longest < 0.25  # one chunk is a few ms
