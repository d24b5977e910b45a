"""Asterisk or its manager falls silent: nobody healthy is ended, the dead are told truly."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from engine.supervisor.probes import ControlProbe, SipProbe
from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from recordings.capture.sound import header_of
from recordings.capture.wave_header import is_true
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real


@contextmanager
def manager_unreachable(port: int) -> Iterator[None]:
    """Nothing reaches the manager's port any more, and nothing says so: as a firewall would have it."""
    rule = ("ipproto", "tcp", "dport", str(port), "blackhole")
    for words in (
        ("add", "pref", "100", "lookup", "local"),
        ("del", "pref", "0"),
        ("add", "pref", "50", *rule),
    ):
        subprocess.run(("ip", "rule", *words), check=True)
    subprocess.run(("ip", "route", "flush", "cache"), check=True)
    try:
        yield
    finally:
        subprocess.run(("ip", "rule", "del", "pref", "50"), check=True)


async def test_forty_seconds_without_a_manager_end_no_conversation_and_no_asterisk(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    since = now()
    caller = lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(90))
    talking = asyncio.create_task(caller.run())
    await line.until(lambda: bool(consultant.served), 20)
    await asyncio.sleep(3)
    settings = line.settings
    await asyncio.wait_for(SipProbe(settings.sip_address, settings.sip_port).ask(), 3)
    await asyncio.wait_for(ControlProbe(settings.asterisk_control).ask(), 3)
    pids = line.pid("asterisk"), line.pid("engine")
    with manager_unreachable(line.settings.ami_port):
        await asyncio.sleep(20)
        assert not line.engine_answers()
        board = line.ask("board.show")
        assert "ami_down" in [alert["kind"] for alert in board["alerts"]]
        await asyncio.sleep(20)
    assert not talking.done()
    assert "asterisk_half_silent" in (line.home / "log" / "supervise.log").read_text()
    assert (line.pid("asterisk"), line.pid("engine")) == pids
    await line.until(line.engine_answers, 15)
    await consultant.hang_up()
    await talking
    [row] = await line.new_calls(since=since, within=10)
    assert (row.outcome, row.served_by, row.ended_by) == (Outcome.SERVED, "c101", "consultant")
    [talk] = row.connections
    assert talk.ended_at is not None
    [recording] = await line.recorded(row.call_id)
    assert recording.seconds is not None
    assert abs((talk.ended_at - talk.answered_at).total_seconds() - recording.seconds) < 1.0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_conversation_that_ends_with_asterisk_ends_at_its_death_and_is_told_as_cut_off(
    line: RunningLine, lab: Lab, number: signal.Signals
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    since = now()
    talking = asyncio.create_task(lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(90)).run())
    await line.until(lambda: bool(consultant.served), 20)
    await asyncio.sleep(6.4)
    pid, died, begun = line.pid("asterisk"), datetime.now(UTC), time.monotonic()
    os.kill(pid, number)
    await line.until(lambda: line.pid("asterisk") != pid, 15)
    assert time.monotonic() - begun < 9
    talking.cancel()
    consultant.phone.calls[-1].mark_ended("them")
    await line.until(line.engine_answers, 30)
    [row] = await line.new_calls(since=since, within=10)
    [talk] = row.connections
    assert talk.ended_at is not None and row.ended_at is not None
    assert (row.outcome, row.ended_by) == (Outcome.SERVED, "cut_off")
    assert abs((talk.ended_at - died).total_seconds()) < 1.0
    await asyncio.sleep(4)
    [again] = await line.new_calls(since=since)  # the channel event log has told it, too
    assert (again.ended_at, again.ended_by) == (row.ended_at, "cut_off")
    [recording] = await line.recorded(row.call_id)
    for part in recording.segments:
        for name in (part.caller_file, part.consultant_file):
            assert name is not None
            file = line.settings.audio / name
            _, header = header_of(file)
            assert header is not None
            assert is_true(header, file.stat().st_size)
            assert header.stated > 3 * 16000
