"""Calls that end with Asterisk end at its death in the rows, and are told as cut off (A19)."""

import json
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialplan import words as w
from engine.operations.crashed_calls import CrashedCalls
from engine.process.asterisk_exits import KEPT, AsteriskExit, first_after, note, read
from routing.live.call_summary import CallSummary
from routing.live.events import BridgeEntered, ChannelBorn, VariableSet
from routing.live.live import Live

BEGUN = 1795354000.0
DAY = datetime.fromtimestamp(BEGUN, ZoneInfo("Asia/Almaty")).date().isoformat()
CALL = "n1-1795354000000-1"


def talking(at: float = BEGUN) -> Live:
    """A caller and c101, who have talked since five seconds after `at`."""
    live = Live()
    live.apply(ChannelBorn(at, "PJSIP/trunk-1", "1.1", "1.1", "111", "111", "", ""))
    for name, value in ((w.CALL, CALL), (w.ARRIVED, str(round(at * 1000)))):
        live.apply(VariableSet(at, "1.1", "1.1", name, value))
    live.apply(ChannelBorn(at + 2, "PJSIP/c101-2", "1.2", "1.1", "111", "s", "", ""))
    live.apply(BridgeEntered(at + 5, "b", "1.1", "1.1", "PJSIP/trunk-1"))
    live.apply(BridgeEntered(at + 5, "b", "1.2", "1.1", "PJSIP/c101-2"))
    return live


def cut_off(place: Path) -> CrashedCalls:
    return CrashedCalls(place / "ends", place / "audio", ZoneInfo("Asia/Almaty"))


def recorded(place: Path, until: float, leg: str = "caller") -> None:
    folder = place / "audio" / DAY
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{CALL}-c1-{leg}.wav"
    file.write_bytes(b"RIFF")
    os.utime(file, (until, until))


def told(live: Live) -> CallSummary:
    [story] = live.ended()
    return story


def after_restart(place: Path, at: float, *, certain: bool = True) -> CallSummary:
    live = talking()
    live.lose(frozenset(), at, cut_off(place).ends(at, certain=certain))
    return told(live)


def test_a_conversation_ends_at_the_death_that_the_supervisor_saw_not_at_the_next_look(
    tmp_path: Path,
) -> None:
    note(tmp_path / "ends", AsteriskExit(BEGUN + 11.4, 7, "ended"))
    story = after_restart(tmp_path, BEGUN + 50)
    [talk] = story.conversations
    assert (talk.ended_at, story.ended_at, story.ended_by) == (BEGUN + 11.4, BEGUN + 11.4, "cut_off")
    assert story.outcome == "served"


def test_of_several_deaths_the_first_after_its_birth_is_its_own(tmp_path: Path) -> None:
    for after in (-30, 8, 20):
        note(tmp_path / "ends", AsteriskExit(BEGUN + after, 7, "silent"))
    assert after_restart(tmp_path, BEGUN + 50).ended_at == BEGUN + 8


def test_a_death_that_nobody_saw_is_where_the_sound_ends(tmp_path: Path) -> None:
    recorded(tmp_path, BEGUN + 21.5)
    recorded(tmp_path, BEGUN + 22.5, "consultant")
    recorded(tmp_path, BEGUN + 70, "stereo")  # ours, made later
    story = after_restart(tmp_path, BEGUN + 90)
    assert (story.ended_at, story.ended_by) == (BEGUN + 22.5, "cut_off")


def test_without_death_and_sound_the_last_thing_seen_counts(tmp_path: Path) -> None:
    assert after_restart(tmp_path, BEGUN + 90).ended_at == BEGUN + 5


def test_no_call_ends_before_its_last_event_or_after_the_look(tmp_path: Path) -> None:
    note(tmp_path / "ends", AsteriskExit(BEGUN + 3, 7, "silent"))
    assert after_restart(tmp_path, BEGUN + 90).ended_at == BEGUN + 5
    recorded(tmp_path, BEGUN + 1000)
    (tmp_path / "ends").unlink()
    assert after_restart(tmp_path, BEGUN + 90).ended_at == BEGUN + 90


def test_a_call_that_ended_while_only_the_manager_was_away_is_not_called_cut_off(tmp_path: Path) -> None:
    fresh = Live()
    fresh.inherit(talking(), BEGUN + 60, cut_off(tmp_path).ends(BEGUN + 60, certain=False))
    story = told(fresh)
    assert (story.ended_by, story.ended_at, story.whole) == (None, BEGUN + 60, False)


def test_a_manager_that_was_lost_with_asterisk_is_told_at_its_death(tmp_path: Path) -> None:
    note(tmp_path / "ends", AsteriskExit(BEGUN + 11.4, 7, "ended"))
    fresh = Live()
    fresh.inherit(talking(), BEGUN + 60, cut_off(tmp_path).ends(BEGUN + 60, certain=False))
    story = told(fresh)
    assert (story.ended_by, story.ended_at) == ("cut_off", BEGUN + 11.4)


def test_a_call_born_after_a_death_is_not_ended_by_it(tmp_path: Path) -> None:
    assert first_after([AsteriskExit(BEGUN - 1, 7, "ended")], BEGUN) is None


@pytest.mark.parametrize("line", ["", "no json", "[]", "{}", '{"at": "x", "pid": 1, "why": "ended"}'])
def test_a_line_nobody_can_read_costs_no_other(tmp_path: Path, line: str) -> None:
    note(tmp_path / "ends", AsteriskExit(1.0, 7, "ended"))
    with (tmp_path / "ends").open("a") as file:
        file.write(line + "\n")
    note(tmp_path / "ends", AsteriskExit(2.0, 8, "silent"))
    assert [one.at for one in read(tmp_path / "ends")] == [1.0, 2.0]


def test_the_deaths_kept_are_bounded_and_written_past_a_link_planted_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "ends").symlink_to(tmp_path / "victim")
    (tmp_path / ".ends.part").symlink_to(tmp_path / "victim")
    for number in range(3):
        note(tmp_path / "ends", AsteriskExit(float(number), 7, "ended"))
    assert (tmp_path / "victim").read_text() == "mine"
    (tmp_path / "ends").write_text(
        "".join(json.dumps({"at": n, "pid": 1, "why": "ended"}) + "\n" for n in range(500))
    )
    note(tmp_path / "ends", AsteriskExit(1000.0, 7, "ended"))
    assert len(read(tmp_path / "ends")) == KEPT
