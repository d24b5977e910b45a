"""1,000 garbage connections to the FastAGI port while calls go on: nobody notices (4.3, 9)."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from lab.call import Call
from lab.lab import Lab
from lab.robots import Caller, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.line import REPOSITORY, RunningLine, now

pytestmark = pytest.mark.real


@asynccontextmanager
async def a_thousand(line: RunningLine, seconds: float) -> AsyncIterator[None]:
    """1,000 connections of all kinds, for that long or until the end of the block."""
    command = (sys.executable, "-m", "tests.real.garbage", str(line.settings.agi_port), str(seconds))
    pipe = asyncio.subprocess.PIPE
    flood = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, stdin=pipe, stdout=pipe)
    assert flood.stdin
    assert flood.stdout
    flood.stdin.write((line.home / "secrets" / "agi_token").read_bytes() + b"\n")
    assert b"knocking\n" == await flood.stdout.readline()
    try:
        yield
        assert flood.returncode is None
    finally:
        with suppress(ProcessLookupError):
            flood.kill()
        await flood.wait()


async def test_calls_in_every_stage_go_on_unharmed(line: RunningLine, lab: Lab) -> None:
    ids = ("c101", "c102", "c103", "c104")
    lab.ucc(talk=2)
    for id_ in ids[:3]:
        await lab.consultant(id_, talk=4).start()
    await lab.consultant("c104", talk=12, codes=((2, "*14"),)).start()
    since = now()
    begun: list[Caller] = []
    running: list[asyncio.Task[Call]] = []

    def dial(*steps: Wait | Press) -> None:
        begun.append(lab.caller(*steps, Wait(30)))
        running.append(asyncio.create_task(begun[-1].run()))

    for _ in range(3):  # these are in their conversations when it begins
        dial(Wait(1), Press("1"))
    await asyncio.sleep(6)
    dial(Wait(1), Press("2"))  # these wait or choose when it begins
    dial(Wait(1), Press("1"))
    await asyncio.sleep(1)
    async with a_thousand(line, 60):
        for _ in range(3):  # and these arrive while it goes on
            dial(Wait(1), Press("1"))
            await asyncio.sleep(1)
        worst = 0.0
        while not all(task.done() for task in running):
            asked = time.monotonic()
            assert await asyncio.to_thread(line.engine_answers)
            worst = max(worst, time.monotonic() - asked)
            await asyncio.sleep(0.2)
    rows = await line.new_calls(len(running), since=since, within=5)
    assert {Outcome.SERVED, Outcome.TRANSFERRED_1414} >= {row.outcome for row in rows}
    assert len(running) == len({row.call_id for row in rows})
    for caller in begun:
        call = caller.phone.calls[0]
        assert call.answered_at
        talked = [span for tone in (700, 1000, 1100, 1200, 1300) for span in call.ear.tone_times(tone)]
        last = max(end for _, end in talked)  # what follows is the time to rate, of which some is silence
        assert call.ear.longest_silence(call.answered_at + 0.5, last) <= 3.0
    assert worst < 1.5, f"the engine answered after {worst:.1f} s"


async def test_no_token_or_a_wrong_one_is_closed_within_a_second(line: RunningLine) -> None:
    async def closed(said: bytes) -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", line.settings.agi_port)
        began = time.monotonic()
        writer.write(said)
        with suppress(ConnectionError):
            assert b"" == await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return time.monotonic() - began

    where = f"agi://127.0.0.1:{line.settings.agi_port}/call"
    tried = (b"", b"agi_network: yes\n", b"GET / HTTP/1.1\r\n\r\n", b"\n", b"\0" * 100)
    tried += tuple(f"agi_request: {where}{query}\n\n".encode() for query in ("", "?token=", "?token=x"))
    assert max([await closed(said) for said in tried]) < 1.0


async def test_the_door_opens_on_loopback_alone_and_files_are_left_for_calls(line: RunningLine) -> None:
    inode_lines = [text.split() for text in open("/proc/net/tcp").read().splitlines()[1:]]  # noqa: SIM115, PTH123
    port = f"{line.settings.agi_port:04X}"
    listening = [text[1] for text in inode_lines if text[1].endswith(f":{port}") and text[3] == "0A"]
    assert [f"0100007F:{port}"] == listening
    async with a_thousand(line, 10):
        await asyncio.sleep(1)
        held = len(os.listdir(f"/proc/{line.pid('engine')}/fd"))  # noqa: PTH208
        assert held < 2500
        assert line.engine_answers()
