"""What the supervisor has to tell reaches the journal, once, whoever of the two was away (A19)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from engine.supervisor.alarm_file import FOR, KEPT, AlarmFile, AlarmFollower, read
from engine.supervisor.asterisk_log import refused
from recordings.model.entries import Alarm

AT = datetime(2026, 11, 28, 0, 4, 45, 142000, tzinfo=UTC)
SAID = (
    "ERROR[7637]: chan_pjsip.c:3148 in chan_pjsip_incoming_request:  %s: "
    "Failed to allocate new PJSIP channel on incoming SIP INVITE"
)


class Clock:
    """Says what it is told."""

    at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def path(tmp_path):
    return tmp_path / "supervisor.alarms"


def follow(path) -> tuple[AlarmFollower, list[Alarm]]:
    taken: list[Alarm] = []
    return AlarmFollower(path, taken.append), taken


def test_callers_refused_in_one_moment_are_as_many_alarms(path):
    told = AlarmFile(path, Clock())
    for _ in range(3):
        told.raise_("call_refused", "trunk")
    told.write()
    follower, taken = follow(path)
    follower.take()
    micro = timedelta(microseconds=1)
    assert [Alarm("call_refused", "trunk", AT + n * micro) for n in range(3)] == taken


def test_the_engine_takes_each_once_and_a_new_engine_or_journal_takes_them_again(path):
    told = AlarmFile(path, Clock())
    told.raise_("call_refused", "trunk")
    told.write()
    follower, taken = follow(path)
    follower.take()
    follower.take()
    told.raise_("asterisk_died", "ended")
    told.write()
    follower.take()
    assert ["call_refused", "asterisk_died"] == [one.kind for one in taken]
    follower.forget()
    follower.take()
    assert ["call_refused", "asterisk_died"] * 2 == [one.kind for one in taken]
    assert taken[:2] == list(read(path))


def test_what_lasts_is_raised_once_and_its_end_is_told_by_the_supervisor_after(path):
    first = AlarmFile(path, Clock())
    first.stands("gate_open", "manager")
    first.stands("gate_open", "manager")
    first.write()
    again = AlarmFile(path, Clock())
    again.stands("gate_open", "manager")
    again.ended("gate_open", "manager")
    again.ended("gate_open", "manager")
    again.write()
    assert ["gate_open", "gate_open_ended"] == [one.kind for one in read(path)]
    assert {AT} == {one.at for one in read(path)}


def test_a_disk_that_refuses_loses_nothing_and_is_tried_again(path):
    told = AlarmFile(path, Clock())
    told.raise_("call_refused", "trunk")
    path.parent.chmod(0o755)
    path.mkdir()  # a folder is in the way
    told.write()
    path.rmdir()
    told.write()
    assert ["call_refused"] == [one.kind for one in read(path)]


def test_old_alarms_go_but_never_one_that_stands_and_the_file_is_bounded(path):
    clock = Clock()
    told = AlarmFile(path, clock)
    told.stands("gate_open", "manager")
    told.raise_("asterisk_died", "ended")
    clock.at = AT + FOR + timedelta(seconds=1)
    for _ in range(KEPT // 2):
        told.raise_("call_refused", "trunk")
    told.write()
    kinds = [one.kind for one in read(path)]
    assert "gate_open" == kinds[0]
    assert KEPT // 2 + 2 >= len(kinds)


def test_a_line_that_is_none_of_ours_is_passed_over(path):
    path.write_text('["a", "b"]\n{"x": 1}\nnull\n["call_refused", "trunk", "never"]\n\xff\n')
    assert [] == list(read(path))
    path.write_bytes(b"\xff\xfe\n")
    assert [] == list(read(path))


async def test_the_supervisor_writes_by_itself(path, monkeypatch):
    monkeypatch.setattr("engine.supervisor.alarm_file.EVERY", 0.05)
    told = AlarmFile(path)
    keeping = asyncio.create_task(told.keep())
    told.raise_("asterisk_died", "ended")
    async with asyncio.timeout(5):
        while not path.exists():
            await asyncio.sleep(0.05)
    keeping.cancel()
    assert ["asterisk_died"] == [one.kind for one in read(path)]


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        (SAID % "trunk", "trunk"),
        (SAID % "trunk-unclean", "trunk-unclean"),
        (SAID % "test-caller", "test-caller"),
        (SAID % "c101", None),  # a consultant's feature code is no caller
        (f"WARNING[1]: x.c:1 in f: {SAID % 'trunk'}", None),  # a stranger's words
        ("WARNING[7637]: channel.c:764 in __ast_channel_alloc_ap: Channel allocation failed", None),
    ],
)
def test_a_caller_who_was_refused_is_known_by_asterisk_s_own_words(line, whose):
    assert whose == refused(line)
