"""Each living conversation is recorded on both legs now: files that grow, not orders (decision 0066)."""

import asyncio
import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialplan import mixmonitor
from dialplan import words as w
from engine.recorder.file_growth import STILL, FileGrowth
from engine.recorder.restart import RecorderRestart
from engine.recorder.watch import RecordingGuard
from recordings.capture.files import last_segment
from recordings.capture.wave_header import new_header
from recordings.model.entries import SegmentSeen
from routing.ami.protocol import AmiDown, AmiError, AmiTimeout
from routing.live.events import BridgeEntered, ChannelBorn, ChannelGone, VariableSet
from routing.live.live_call import OngoingCall

CALL = "n1-1763815501123-1"
DAY = "2025-11-22"
CALLER, CONSULTANT = "PJSIP/trunk-00000001", "PJSIP/c101-00000002"


def conversation(device: str = "c101") -> OngoingCall:
    call = OngoingCall("1.1")
    for name, value in ((w.CALL, CALL), (w.ARRIVED, "1763815501123"), (w.CONNECTION, "1")):
        call.apply(VariableSet(1.0, "1.1", "1.1", name, value))
    call.apply(ChannelBorn(1.0, CALLER, "1.1", "1.1", "", "", "", ""))
    call.apply(BridgeEntered(2.0, "b", "1.1", "1.1", CALLER))
    call.apply(BridgeEntered(2.0, "b", "1.2", "1.1", f"PJSIP/{device}-00000002"))
    return call


class Asterisk:
    """MixMonitor as it is: it says Success also where it cannot open the files."""

    def __init__(self) -> None:
        self.running: dict[str, list[str]] = {}  # channel -> paths, oldest first
        self.said: list[str] = []
        self.packets = 0
        self.fails: Callable[[str], Exception | None] = lambda action: None
        self.no_files_in = ""
        self.most = 0  # channels with a recorder at the same time

    async def send(self, action: str, fields: dict[str, str]) -> dict[str, str]:
        if (error := self.fails(action)) is not None:
            raise error
        if action == "Getvar":
            self.packets += 15
            return {"Value": str(self.packets)}
        channel = fields["Channel"]
        if action == "MixMonitor":
            path = fields["File"].removesuffix(".wav")
            self.running.setdefault(channel, []).append(path)
            on = "caller" if channel == CALLER else "consultant"
            assert mixmonitor.options(path, on) == fields["Options"]
            self.said.append(f"start {Path(path).name} on {on}")
            if not self.no_files_in or self.no_files_in not in path:
                begin(Path(path))
            self.most = max(self.most, len(self.running))
            return {"MixMonitorID": f"0x{len(self.said)}"}
        self.said.append(f"stop {'caller' if channel == CALLER else 'consultant'}")
        if not self.running.get(channel):
            raise AmiError("Could not stop monitoring channel")
        self.running[channel].pop()
        return {}

    def grow(self, bytes_: int = 32768) -> None:
        """What all recorders write."""
        for paths in self.running.values():
            for path in paths:
                for file in legs(Path(path)):
                    if file.exists():
                        with file.open("ab") as handle:
                            handle.write(bytes(bytes_))


def legs(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}-{side}.wav") for side in ("caller", "consultant")]


def begin(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for file in legs(path):
        file.write_bytes(new_header(1, 8000, 0))


class Place:
    """One conversation, recorded from its start as a session does it."""

    def __init__(self, folder: Path) -> None:
        self.audio = folder / "audio"
        self.second = folder / "second"
        for path in (self.audio, self.second):
            path.mkdir()
        (self.audio / "v2").symlink_to(self.second)
        self.ami = Asterisk()
        self.now = 100.0
        self.calls = [conversation()]
        self.alarms: list[tuple[str, str]] = []
        self.stems: list[str | None] = []
        self.work: list[asyncio.Task[None]] = []
        first = self.audio / DAY / f"{CALL}-c1"
        begin(first)
        self.ami.running[CALLER] = [str(first)]
        self.hold = RecorderRestart(
            self.ami,  # type: ignore[arg-type]
            lambda tried: self.second if tried % 2 else self.audio,
            self.audio,
            ZoneInfo("Asia/Almaty"),
            lambda id_: next((call for call in self.calls if call.word(w.CALL) == id_), None),
        )
        self.guard = self.new_guard()

    def new_guard(self) -> RecordingGuard:
        return RecordingGuard(
            self.ami,  # type: ignore[arg-type]
            self.hold,
            lambda: self.calls,
            up=lambda: True,
            restart=self.restart,
            soon=lambda work: self.work.append(asyncio.ensure_future(work)),
            alarm=lambda kind, about: self.alarms.append((kind, about)),
            changed=lambda: None,
            clock=lambda: self.now,
        )

    async def restart(self, call: OngoingCall) -> str | None:
        self.stems.append(await self.hold.restart(call))
        return self.stems[-1]

    async def look(self, seconds: float = 1.0, *, grows: bool = False) -> None:
        """Time passes, the guard looks, and what it began ends."""
        self.now += seconds
        if grows:
            self.ami.grow()
        await self.guard.look()
        await asyncio.gather(*self.work)
        self.work.clear()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr("engine.recorder.restart.PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr("engine.recorder.restart.SEEN", 0.5)  # files are there at once, or never
    monkeypatch.setattr("dialplan.mixmonitor.REST", 0.0)
    monkeypatch.setattr("engine.recorder.watch.ASKED", 0.0)
    return Place(tmp_path)


async def test_the_new_recorder_begins_on_the_other_channel_before_the_old_one_stops(place: Place) -> None:
    assert f"{CALL}-c1-s2" == await place.hold.restart(place.calls[0])
    assert [
        "stop consultant",  # nothing is left there from an engine before this one
        f"start {CALL}-c1-s2 on consultant",
        "stop caller",
        "stop caller",
    ] == place.ami.said
    assert f"{CALL}-c1-s3" == await place.hold.restart(place.calls[0])
    assert place.ami.most == 2
    assert {CALLER: 1, CONSULTANT: 0} == {at: len(paths) for at, paths in place.ami.running.items()}


async def test_a_new_engine_goes_on_with_the_channels_in_turn(place: Place) -> None:
    await place.hold.restart(place.calls[0])
    place.hold.forget(CALL)
    assert f"{CALL}-c1-s3" == await place.hold.restart(place.calls[0])
    assert f"start {CALL}-c1-s3 on caller" in place.ami.said


async def test_a_recorder_whose_files_never_come_is_tried_on_the_other_volume_and_the_old_one_runs_on(
    place: Place,
) -> None:
    place.ami.no_files_in = str(place.audio)
    assert f"{CALL}-c1-s4" == await place.hold.restart(place.calls[0])
    assert str(place.second / DAY / f"{CALL}-c1-s4") == place.ami.running[CONSULTANT][-1]
    place.ami.no_files_in = "/"
    old = list(place.ami.running[CONSULTANT])
    assert await place.hold.restart(place.calls[0]) is None
    assert old == place.ami.running[CONSULTANT]


@pytest.mark.parametrize("error", [AmiError("no"), AmiTimeout("no answer"), AmiDown("gone")])
async def test_a_recorder_that_could_not_be_started_leaves_the_old_one_alone(
    place: Place, error: Exception
) -> None:
    place.ami.fails = lambda action: error if action == "MixMonitor" else None
    assert await place.hold.restart(place.calls[0]) is None
    assert 1 == len(place.ami.running[CALLER])


async def test_a_conversation_whose_files_grow_is_left_alone(place: Place) -> None:
    for _ in range(10):
        await place.look(2.0, grows=True)
    assert [] == place.stems
    assert [] == place.alarms


async def test_a_conversation_nobody_records_gets_a_recorder_within_seconds_without_a_call_for_help(
    place: Place,
) -> None:
    await place.look(grows=True)
    place.ami.running.clear()  # the second half of a restart failed
    for _ in range(5):
        await place.look()
    assert [f"{CALL}-c1-s2"] == place.stems
    for _ in range(4):
        await place.look(grows=True)
    assert [] == place.alarms
    assert {} == place.guard.stopped


async def test_a_recorder_that_cannot_be_started_is_an_alarm_in_seconds_tried_again_and_cleared(
    place: Place,
) -> None:
    place.ami.running.clear()
    place.ami.fails = lambda action: AmiError("no") if action == "MixMonitor" else None
    began = place.now
    while not place.alarms:
        await place.look()
        assert place.now - began < 8
    assert [("recording_stopped", f"{CALL}-c1")] == place.alarms
    assert [f"{CALL}-c1"] == list(place.guard.stopped)
    for _ in range(20):
        await place.look()
    assert len(place.stems) > 4
    place.ami.fails = lambda action: None
    for _ in range(8):
        await place.look(grows=True)
    assert {} == place.guard.stopped
    assert 1 == len(place.alarms)


async def test_a_volume_that_answers_with_errors_hides_nothing_on_the_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def last(folder: Path, first: str) -> int:
        if "v2" in str(folder):
            raise OSError(errno.EIO, "Input/output error")
        return last_segment(folder, first)

    monkeypatch.setattr("engine.recorder.restart.last_segment", last)
    begin(place.audio / DAY / f"{CALL}-c1-s2")
    assert place.audio / DAY / f"{CALL}-c1-s2" == place.hold.path(place.calls[0])


async def test_a_conversation_without_any_file_waits_for_no_growth(place: Place) -> None:
    place.ami.running.clear()
    for leg in legs(place.audio / DAY / f"{CALL}-c1"):
        leg.unlink()
    for _ in range(2):
        await place.look()
    assert 1 == len(place.stems)


async def test_files_that_are_there_and_never_grow_are_an_alarm(place: Place) -> None:
    began = place.now
    while not place.alarms:  # a full disk: opened, and not a byte written
        await place.look()
        assert place.now - began < 12


async def test_one_leg_that_does_not_grow_is_a_fault(place: Place) -> None:
    file = legs(place.audio / DAY / f"{CALL}-c1")[1]
    for _ in range(6):
        await place.look(grows=True)
        file.write_bytes(file.read_bytes()[:44])
        place.ami.running = {CALLER: [str(place.audio / DAY / f"{CALL}-c1")]} if not place.stems else {}
    assert place.stems


async def test_two_silent_phones_are_no_fault(place: Place) -> None:
    place.ami.fails = lambda action: AmiError("MixMonitor was asked") if action == "MixMonitor" else None

    async def silent(action: str, fields: dict[str, str]) -> dict[str, str]:
        assert action == "Getvar"
        return {"Value": "100"}

    place.ami.send = silent  # type: ignore[method-assign]
    for _ in range(20):
        await place.look()
    assert [] == place.stems


async def test_a_conversation_with_the_other_centre_is_not_ours_to_record(place: Place) -> None:
    place.calls = [conversation("1414")]
    for _ in range(10):
        await place.look()
    assert [] == place.stems
    assert await place.hold.restart(place.calls[0]) is None
    assert [] == place.ami.said


async def test_a_conversation_that_ends_while_its_recorder_begins_is_not_recorded_on(place: Place) -> None:
    send = place.ami.send

    async def ends(action: str, fields: dict[str, str]) -> dict[str, str]:
        answer = await send(action, fields)
        if action == "MixMonitor":
            place.calls[0].apply(ChannelGone(9.0, "1.2", "1.1", CONSULTANT, 16))
        return answer

    place.ami.send = ends  # type: ignore[method-assign]
    assert await place.hold.restart(place.calls[0]) is None
    assert [] == place.ami.running[CONSULTANT]


async def test_what_an_engine_killed_between_start_and_stop_left_running_is_stopped(place: Place) -> None:
    newer = place.audio / DAY / f"{CALL}-c1-s2"
    begin(newer)
    place.ami.running[CONSULTANT] = [str(newer)]
    for n in range(8):  # a look each second, and Asterisk writes every other
        await place.look(grows=n % 2 == 0)
    assert {CALLER: 0, CONSULTANT: 1} == {at: len(paths) for at, paths in place.ami.running.items()}


async def test_when_a_volume_fails_all_recorders_move_at_once(place: Place) -> None:
    await place.look(grows=True)
    place.guard.volume_failed()
    await asyncio.gather(*place.work)
    assert [f"{CALL}-c1-s2"] == place.stems


async def test_a_segment_that_falls_behind_the_clock_is_followed_by_a_new_one(place: Place) -> None:
    """20 % of the packets lost of the only side that speaks: Asterisk writes nothing in their place."""
    file = place.audio / DAY / f"{CALL}-c1"
    for n in range(12):
        place.ami.grow()
        for leg in legs(file):
            os.utime(leg, (0, 1000 + n * 2.048 * 1.15))
        await place.look(2.0)
        if place.stems:
            break
    assert (1, [f"{CALL}-c1-s2"]) == (n, place.stems)
    assert [] == place.alarms


async def test_late_packets_that_make_a_segment_longer_cost_no_new_one(place: Place) -> None:
    file = place.audio / DAY / f"{CALL}-c1"
    for n in range(12):
        place.ami.grow()
        for leg in legs(file):
            os.utime(leg, (0, 1000 + n * 2.048 / 1.1))
        await place.look(2.0)
    assert [] == place.stems


def test_a_started_recorder_is_given_the_time_to_write() -> None:
    growth = FileGrowth.begun(0.0)
    assert "stands" == growth.look({"caller": 44, "consultant": 44}, STILL + 1) or growth.since["caller"]
    growth.tried_at(10.0, started=True)
    assert "waits" == growth.look({"caller": 44, "consultant": 44}, 10.0 + STILL - 0.1)


async def test_a_recorder_leaves_a_failed_volume_as_soon_as_it_can_though_it_grows(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A volume that takes no probe and yet some writes; and nobody could be asked at its failure."""
    monkeypatch.setattr("engine.recorder.restart.SEEN", 10.0)  # a busy machine is no volume that fails
    place.ami.fails = lambda action: AmiDown("gone")
    await place.look(grows=True)
    place.guard.volume_failed()
    for _ in range(3):
        await place.look(2.0, grows=True)
    place.ami.fails = lambda action: None
    await place.look(2.0, grows=True)
    assert 1 == len([stem for stem in place.stems if stem])
    for _ in range(5):
        await place.look(2.0, grows=True)
    assert 1 == len([stem for stem in place.stems if stem])


async def test_a_recorder_begins_while_the_manager_is_silent_and_the_old_one_is_stopped_afterwards(
    place: Place,
) -> None:
    place.ami.fails = lambda action: AmiDown("gone") if action != "MixMonitor" else None
    assert f"{CALL}-c1-s2" == await place.hold.restart(place.calls[0])
    assert {CALLER: 1, CONSULTANT: 1} == {at: len(paths) for at, paths in place.ami.running.items()}
    place.guard.up = lambda: False
    await place.look(grows=True)
    assert f"{CALL}-c1-s3" == await place.hold.restart(place.calls[0])  # its volume failed, say
    await place.look(grows=True)
    place.ami.fails = lambda action: None
    place.guard.up = lambda: True
    await place.look(grows=True)
    assert [f"{CALL}-c1-s4"] == place.stems
    assert {CALLER: 0, CONSULTANT: 1} == {at: len(paths) for at, paths in place.ami.running.items()}
    for n in range(6):
        await place.look(grows=n % 2 == 0)
    assert [f"{CALL}-c1-s4"] == place.stems


async def test_a_number_that_was_tried_is_never_used_again(place: Place) -> None:
    """Asterisk began it, and its answer came too late: begun again, its sound would be overwritten."""
    await place.hold.restart(place.calls[0])
    send = place.ami.send

    async def late(action: str, fields: dict[str, str]) -> dict[str, str]:
        answer = await send(action, fields)
        if action == "MixMonitor":
            raise AmiTimeout("too late")
        return answer

    place.ami.send = late  # type: ignore[method-assign]
    assert await place.hold.restart(place.calls[0]) is None
    place.ami.send = send  # type: ignore[method-assign]
    begun = [one for one in place.ami.said if one.startswith("start")]
    assert f"{CALL}-c1-s{2 * len(begun) + 1}" == await place.hold.restart(place.calls[0])
    begun = [one for one in place.ami.said if one.startswith("start")]
    assert len(set(begun)) == len(begun)


async def test_tries_in_vain_never_stop_the_recorder_that_runs(place: Place) -> None:
    place.ami.no_files_in = "/"
    for _ in range(3):
        assert await place.hold.restart(place.calls[0]) is None
    assert [str(place.audio / DAY / f"{CALL}-c1")] == place.ami.running[CALLER]


async def test_nobody_is_told_of_a_conversation_that_may_be_over_while_the_manager_is_away(
    place: Place,
) -> None:
    place.guard.up = lambda: False
    place.ami.running.clear()
    over = AmiError("No channel matching")
    place.ami.fails = lambda action: over if action == "MixMonitor" else AmiDown("")
    for _ in range(12):
        await place.look()
    assert place.stems
    assert [] == place.alarms
    place.guard.up = lambda: True
    for _ in range(8):
        await place.look()
    assert [("recording_stopped", f"{CALL}-c1")] == place.alarms


async def test_where_a_segment_begins_is_told_once_when_it_is_first_seen_to_grow(place: Place) -> None:
    """A full volume takes no more, and the header written at the stop makes the file look younger."""
    told: list[SegmentSeen] = []
    place.guard.seen = told.append
    file = place.audio / DAY / f"{CALL}-c1"
    await place.look()
    place.ami.grow()
    for leg in legs(file):
        os.utime(leg, (0, 1763815504.0))
    for _ in range(3):
        await place.look()
    at = datetime(2025, 11, 22, 12, 45, 4, tzinfo=UTC)
    assert [SegmentSeen(f"{CALL}-c1", at, 2.048)] == told
