"""Two volumes: new calls go where there is room, and what may be lost is named in time."""

import asyncio
import errno
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.settings import Settings
from engine.recorder.disk_probe import DiskProbe, DiskSlow
from engine.recorder.flush_client import FlushClient
from engine.recorder.volumes import LEAST, FreeSpace, Volumes, choose
from recordings.capture import flush_process as flushing
from recordings.capture.files import scan
from routing.ami.client import AmiDown

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MUCH = FreeSpace(0.5, 10 * LEAST)


@pytest.mark.parametrize(
    "first, second, now_second, expected",
    [
        (FreeSpace(0.11, 9 * LEAST), MUCH, False, False),
        (FreeSpace(0.10, 9 * LEAST), MUCH, False, True),
        (FreeSpace(0.12, 9 * LEAST), MUCH, True, True),  # not to and fro with each call
        (FreeSpace(0.16, 9 * LEAST), MUCH, True, False),
        (FreeSpace(0.01, LEAST), None, False, False),
        (
            FreeSpace(0.05, 5 * LEAST),
            FreeSpace(0.04, 4 * LEAST),
            False,
            False,
        ),  # both are full: the one with more room
        (FreeSpace(0.05, 5 * LEAST), FreeSpace(0.04, 6 * LEAST), False, True),
    ],
)
def test_the_second_volume_is_used_when_the_first_has_no_room(first, second, now_second, expected):
    assert expected == choose(first, second, now_second, 0.10)


class Place:
    """Two volumes of 100 times LEAST, as full as the test says, and an AMI that remembers."""

    def __init__(self, folder: Path, second: bool = True) -> None:
        home = folder / "home"
        self.settings = Settings(home=home, second_audio=folder / "second" if second else None)
        self.settings.audio.mkdir(parents=True)
        if second:
            (folder / "second").mkdir()
            (self.settings.audio / "v2").symlink_to(folder / "second")
        self.free = {"audio": 50, "v2": 50}
        self.told: list[tuple[str, str]] = []
        self.sent: list[str] = []
        self.down = False
        self.broken: dict[str, OSError] = {}
        self.moved = 0
        ami = SimpleNamespace(send=self.send)
        self.volumes = Volumes(self.settings, ami, self.tell, self.usage, failed=self.failed)
        self.free["second"] = 50

    def failed(self) -> None:
        self.moved += 1

    def usage(self, folder: Path) -> tuple[int, int, int]:
        if folder.name in self.broken:
            raise self.broken[folder.name]
        return 100 * LEAST, 0, int(self.free[folder.name] * LEAST)

    def tell(self, kind: str, about: str, _at: datetime) -> None:
        self.told.append((kind, about))

    async def send(self, action: str, fields: dict) -> None:
        if self.down:
            raise AmiDown
        self.sent.append(f"{action} {fields['Variable']}={fields['Value']}")


async def test_new_calls_go_to_the_second_volume_and_back_and_survival_is_told(tmp_path):
    place = Place(tmp_path)
    audio = place.settings.audio
    await place.volumes.look(NOW)
    assert (audio, []) == (place.volumes.folder(), place.sent)
    place.free["audio"] = 9
    await place.volumes.look(NOW)
    assert (audio / "v2", ["Setvar ENGINE_VOLUME=v2/"]) == (place.volumes.folder(), place.sent)
    assert [("disk_low", "first volume")] == place.told
    place.free["audio"] = 40
    await place.volumes.look(NOW)
    assert (audio, "Setvar ENGINE_VOLUME=") == (place.volumes.folder(), place.sent[-1])


async def test_recordings_in_progress_on_a_volume_that_fills_are_named(tmp_path):
    place = Place(tmp_path)
    day = place.settings.audio / "2026-11-22"
    day.mkdir()
    name = "n1-1763815501123-1-c1"
    (day / f"{name}-caller.wav").write_bytes(b"x" * 100)
    place.free["audio"] = 4
    for seconds in (0, 5):
        await place.volumes.look(NOW + timedelta(seconds=seconds))
    assert [("disk_low", "first volume"), ("volume_filling", name)] == place.told


async def test_a_volume_that_is_gone_or_an_asterisk_that_is_away_stops_nothing(tmp_path):
    place = Place(tmp_path)
    (place.settings.audio / "v2").unlink()
    place.free["audio"], place.down = 1, True
    await place.volumes.look(NOW)
    assert place.settings.audio == place.volumes.folder()
    assert ("volume_missing", "second volume") in place.told


async def test_what_lies_on_the_second_volume_is_found_with_all_others(tmp_path):
    place = Place(tmp_path)
    name = "n1-1763815501123-1-c1"
    for day in (place.settings.audio / "2026-11-22", place.settings.audio / "v2" / "2026-11-22"):
        day.mkdir()
        (day / f"{name}-caller.wav").write_bytes(b"x" * 100)
    expected = [f"2026-11-22/{name}-caller.wav", f"v2/2026-11-22/{name}-caller.wav"]
    assert expected == [file.path for file in scan(place.settings.audio)]


async def test_a_first_volume_that_does_not_even_answer_is_an_alarm_and_the_second_is_used(tmp_path):
    place = Place(tmp_path)
    place.broken["audio"] = OSError(errno.EIO, "Input/output error")
    await place.volumes.look(NOW)
    assert ("volume_failing", "first volume") in place.told
    second = tmp_path / "second"  # by its own path: the link to it lies on the volume that fails
    assert (second, [f"Setvar ENGINE_VOLUME={second}/"]) == (place.volumes.folder(), place.sent)
    assert NOW == place.volumes.holding()["disk_failing", "first volume"]
    assert 1 == place.moved


@pytest.mark.parametrize("why", ["EIO", "ENOSPC", "EROFS", "ESTALE", "slow"])
async def test_a_volume_that_takes_no_writes_is_left_at_once_and_used_again_when_it_has_worked_for_a_while(
    tmp_path, why
):
    place = Place(tmp_path)
    await place.volumes.look(NOW)
    place.volumes.said("first volume", why, NOW)
    await place.volumes.look(NOW)
    assert [("volume_failing", "first volume")] == place.told
    assert (tmp_path / "second", 1) == (place.volumes.folder(), place.moved)
    assert place.settings.audio == place.volumes.folder(1)  # where a second try goes
    place.volumes.said("first volume", why, NOW + timedelta(seconds=60))
    place.volumes.said("first volume", None, NOW + timedelta(seconds=70))
    await place.volumes.look(NOW)
    assert tmp_path / "second" == place.volumes.folder()
    place.volumes.said("first volume", None, NOW + timedelta(seconds=91))
    await place.volumes.look(NOW)
    assert (place.settings.audio, {}) == (place.volumes.folder(), place.volumes.holding())
    assert "Setvar ENGINE_VOLUME=" == place.sent[-1]


async def test_both_volumes_failing_is_told_twice_and_recordings_stay_where_they_are_tried(tmp_path):
    place = Place(tmp_path)
    for volume in ("first volume", "second volume"):
        place.volumes.said(volume, "EIO", NOW)
    await place.volumes.look(NOW)
    assert [("volume_failing", "first volume"), ("volume_failing", "second volume")] == place.told
    assert place.settings.audio == place.volumes.folder()


async def test_a_second_volume_that_is_not_mounted_is_missing_and_not_failing(tmp_path):
    place = Place(tmp_path)
    (tmp_path / "second").rmdir()
    place.volumes.said("second volume", "ENOENT", NOW)
    await place.volumes.look(NOW)
    assert [("volume_missing", "second volume")] == place.told


async def test_a_question_to_a_disk_that_hangs_is_given_up_and_nothing_else_waits():
    hangs = threading.Event()
    disk = DiskProbe(at_once=2)
    for _ in range(3):
        with pytest.raises(DiskSlow):
            await disk.ask(hangs.wait, 0.05)
    hangs.set()
    assert 7 == await disk.ask(lambda: 7, 5.0)


def test_growing_audio_is_flushed_and_other_files_are_not(tmp_path):
    day = tmp_path / "2026-11-22"
    day.mkdir()
    fresh, old, sealed = (
        day / f"n1-1763815501123-{n}-c1-{leg}.wav" for n, leg in ((1, "caller"), (2, "caller"), (3, "stereo"))
    )
    for file in (fresh, old, sealed):
        file.write_bytes(b"x" * 100)
    os.utime(old, (1000, 1000))
    assert [str(fresh)] == flushing.growing(tmp_path, time.time())
    assert 1 == flushing.flush(tmp_path, time.time())


def test_a_probe_leaves_nothing_behind(tmp_path):
    flushing.probe(tmp_path)
    assert [] == list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        flushing.probe(tmp_path / "gone")


async def test_the_flushing_process_tells_that_the_volume_works_and_when_it_is_gone(tmp_path):
    folder = tmp_path / "audio"
    folder.mkdir()
    said: asyncio.Queue[str | None] = asyncio.Queue()
    work = asyncio.create_task(FlushClient(folder, said.put_nowait).keep())
    async with asyncio.timeout(20):
        assert await said.get() is None
        folder.rmdir()
        while (why := await said.get()) is None:
            pass
    assert "ENOENT" == why
    work.cancel()
    await asyncio.wait({work})


async def test_a_flushing_process_that_says_nothing_means_a_volume_that_hangs(tmp_path, monkeypatch):
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec cat\n")  # waits for its input's end and says nothing
    silent.chmod(0o755)
    monkeypatch.setattr("engine.recorder.flush_client.sys.executable", str(silent))
    said: asyncio.Queue[str | None] = asyncio.Queue()
    work = asyncio.create_task(FlushClient(tmp_path, said.put_nowait, slow=0.05).keep())
    monkeypatch.setattr("engine.recorder.flush_client.MODULE", ())
    async with asyncio.timeout(20):
        assert "slow" == await said.get()
    work.cancel()
    await asyncio.wait({work})


async def test_a_right_that_is_lost_is_told_and_no_recording_is_moved_for_it(tmp_path, monkeypatch):
    """Asterisk is another user, and may write there still; whether it does is seen by growing files."""
    script = tmp_path / "denied"
    script.write_text('#!/bin/sh\necho \'{"error": null, "denied": true}\'\nexec cat\n')
    script.chmod(0o755)
    monkeypatch.setattr("engine.recorder.flush_client.sys.executable", str(script))
    monkeypatch.setattr("engine.recorder.flush_client.MODULE", ())
    place = Place(tmp_path)
    told = asyncio.Event()
    monkeypatch.setattr(place.volumes, "_tell", lambda *said: (place.tell(*said), told.set()))
    work = asyncio.create_task(place.volumes.helpers()[0].keep())
    async with asyncio.timeout(20):
        await told.wait()
    work.cancel()
    await asyncio.wait({work})
    await place.volumes.look(NOW)
    assert [("volume_not_watched", "first volume")] == place.told
    assert [("disk_not_watched", "first volume")] == list(place.volumes.holding())
    assert (place.settings.audio, 0) == (place.volumes.folder(), place.moved)
    place.volumes.watched("first volume", False, NOW)
    assert {} == place.volumes.holding()


async def test_what_is_wrong_with_a_disk_holds_while_it_is_so_and_no_longer(tmp_path):
    place = Place(tmp_path)
    day = place.settings.audio / "2026-11-22"
    day.mkdir()
    name = "n1-1763815501123-1-c1"
    leg = day / f"{name}-caller.wav"
    leg.write_bytes(b"x" * 100)
    place.free["audio"] = 4
    (place.settings.audio / "v2").unlink()
    await place.volumes.look(NOW)
    later = NOW + timedelta(hours=2)  # told again each hour, and for the board the same one
    await place.volumes.look(later)
    low = {("disk_low", about): NOW for about in ("first volume", name)}
    assert {**low, ("volume_missing", "second volume"): NOW} == place.volumes.holding()
    os.utime(leg, (1, 1))  # its call has ended
    await place.volumes.look(later)
    assert ("disk_low", name) not in place.volumes.holding()
    place.free["audio"] = 50
    (place.settings.audio / "v2").symlink_to(tmp_path / "second")
    await place.volumes.look(later)
    assert {} == place.volumes.holding()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_what_we_may_not_is_no_fault_of_the_volume(number):
    error = OSError(number, "no")
    assert (None, True) == (flushing.name_of(error), flushing.denied(error))
