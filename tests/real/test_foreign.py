"""Phones that are not ours: baresip and SIPp, as callers and as consultants."""

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.foreign_account import ForeignAccount
from lab.foreign_client import Foreign
from lab.lab import Account, Lab
from lab.sdp import ALAW
from lab.voice import tone
from recordings.model.call_record import Outcome
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real

SCENARIOS = Path(__file__).resolve().parent.parent / "sipp"
CALLERS_TONE, CONSULTANTS_TONE = 500, 900


def account(lab: Lab, of: Account, frequency: int, **more: object) -> ForeignAccount:
    """How baresip is to register."""
    address, port = lab.facts.sip.udp
    return ForeignAccount(
        user=of.username,
        password=of.password,
        server=f"{address}:{port}",
        frequency=frequency,
        **more,
    )


@contextlib.asynccontextmanager
async def sipp(lab: Lab, folder: Path, scenario: str, *options: str) -> AsyncIterator[Process]:
    """SIPp with one of tests/sipp; -aa answers OPTIONS within a call: a waiting caller is asked so (0081)."""
    address, port = lab.facts.sip.udp
    process = await create_subprocess_exec(
        "sipp", f"{address}:{port}", "-sf", str(SCENARIOS / scenario), *options, "-nostdin", "-aa",
        cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def spoken(folder: Path, frequency: int) -> Path:
    """A working folder with voice.alaw: what SIPp says."""
    folder.mkdir()
    (folder / "voice.alaw").write_bytes(b"".join(tone(frequency).frames(ALAW)) * 20)
    return folder


@pytest.mark.parametrize("by", ["rtpevent", "info"])
async def test_two_foreign_softphones_hear_each_other_and_are_recorded(
    line: RunningLine, lab: Lab, by: str
) -> None:
    since = now()
    consultant = account(lab, lab.facts.consultants[1], CONSULTANTS_TONE)
    caller = account(lab, lab.facts.test_caller, CALLERS_TONE, registers=False, dtmf=by)
    async with Foreign(consultant) as theirs, Foreign(caller) as ours:
        await theirs.do("register")
        await ours.do("dial", number="111")
        await ours.tells("answered")
        await asyncio.sleep(1)
        await ours.do("press", digits="1")
        await theirs.tells("answered", within=30)
        await asyncio.sleep(4)
        for phone, frequency in ((ours, CONSULTANTS_TONE), (theirs, CALLERS_TONE)):
            heard = await phone.do("heard", seconds=2, tones=[CALLERS_TONE, CONSULTANTS_TONE])
            assert [frequency] == heard["tones"]
        await ours.do("hang_up")
        await theirs.tells("ended")
        await theirs.do("unregister")
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, "kk", "c102") == (row.outcome, row.language, row.served_by)
    (recording,) = await line.recorded(row.call_id)
    assert {"left": {CALLERS_TONE}, "right": {CONSULTANTS_TONE}} == heard_on(line, recording, 2.0)


async def test_sipp_as_caller_by_info_and_by_rfc_4733_and_as_a_registered_consultant(
    line: RunningLine, lab: Lab, tmp_path: Path
) -> None:
    since = now()
    consultants, callers = spoken(tmp_path / "consultant", 1000), spoken(tmp_path / "caller", 400)
    known = lab.facts.consultants[0]
    here = ("-i", "127.0.0.3", "-mi", "127.0.0.3", "-p", "5090")
    us = ("-s", known.username, "-au", known.username, "-ap", known.password)
    async with sipp(lab, consultants, "register.xml", *us, *here, "-m", "1") as registering:
        assert 0 == await asyncio.wait_for(registering.wait(), 10)
    other = await lab.consultant("c103").start()
    trunk = ("-s", "111", "-i", "127.0.0.2", "-mi", "127.0.0.2", "-m", "1")
    async with (
        sipp(lab, consultants, "consultant.xml", *here),
        sipp(lab, callers, "caller.xml", *trunk, "-p", "5072") as by_info,
        sipp(lab, callers, "caller_rfc4733.xml", *trunk, "-p", "5074", "-mp", "7000") as by_rfc,
    ):
        ended = await asyncio.wait_for(asyncio.gather(by_info.wait(), by_rfc.wait()), 40)
        assert [0, 0] == ended
        rows = await line.new_calls(2, since=since)
    assert {("c101", "kk"), ("c103", "kk")} == {(row.served_by, row.language) for row in rows}
    tones = {"c101": 1000, "c103": 1200}
    callers_tones = []
    for row in rows:
        (recording,) = await line.recorded(row.call_id)
        heard = heard_on(line, recording, 1.0)
        assert {tones[row.served_by or ""]} == heard["right"]
        # The digit did it, not the default language after two tries.
        assert row.language_at is not None
        assert row.line_answered_at is not None
        assert (row.language_at - row.line_answered_at).total_seconds() < 4.5
        callers_tones.append(heard["left"])
    assert {400} in callers_tones  # SIPp says nothing more once it has played an RFC 4733 digit
    assert 1 == len(other.served)
