"""Two volumes: new calls go where there is room, and what may be lost is named in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.settings import Settings
from engine.volumes import LEAST, Room, Volumes, choose
from recordings.files import scan
from routing.ami import AmiDown

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MUCH = Room(0.5, 10 * LEAST)


@pytest.mark.parametrize(
    "first, second, now_second, expected",
    [
        (Room(0.11, 9 * LEAST), MUCH, False, False),
        (Room(0.10, 9 * LEAST), MUCH, False, True),
        (Room(0.12, 9 * LEAST), MUCH, True, True),  # not to and fro with each call
        (Room(0.16, 9 * LEAST), MUCH, True, False),
        (Room(0.01, LEAST), None, False, False),
        (Room(0.05, 5 * LEAST), Room(0.04, 4 * LEAST), False, False),  # both are full: the one with more room
        (Room(0.05, 5 * LEAST), Room(0.04, 6 * LEAST), False, True),
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
        self.volumes = Volumes(self.settings, SimpleNamespace(send=self.send), self.tell, self.usage)

    def usage(self, folder: Path) -> tuple[int, int, int]:
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
