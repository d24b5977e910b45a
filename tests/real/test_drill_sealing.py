"""Twenty sealings at once: the call engine's AGI reply stays under 20 ms at p99."""

import asyncio
import os
import shutil
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from config.database import open_database
from config.settings import Settings
from lab.fill import _raw
from recordings.journal.writing import write
from recordings.privacy.hiding import hide_caller
from recordings.privacy.keyring import Keyring
from tests.evidence_home import EvidenceHome
from tests.real.line import RunningLine

pytestmark = [pytest.mark.real, pytest.mark.drill]

HEAD = (
    "agi_network: yes\nagi_network_script: call?token={token}\nagi_request: agi://127.0.0.1:4573/call?token={token}\n"
    "agi_channel: PJSIP/trunk-0000{n:04d}\nagi_language: kk\nagi_type: PJSIP\nagi_uniqueid: 1.{n}\n"
    "agi_version: 22.10.1\nagi_callerid: +77000000001\nagi_context: 111-engine\nagi_extension: s\n"
    "agi_priority: 2\nagi_enhanced: 0.0\nagi_threadid: 1\n"
    "agi_arg_1: ENGINE_CALL=n1-{ms}-{n}|ENGINE_ARRIVED={ms}|ENGINE_STAGE=welcome\n\n"
)
COMMANDS = 12


def replies(settings: Settings, seconds: float, first: int) -> list[float]:
    """Milliseconds from our answer to the engine's next command, call after call."""
    token = (settings.home / "secrets" / "agi_token").read_text().strip()
    took, n, end = [], first, time.monotonic() + seconds
    while time.monotonic() < end:
        n += 1
        with socket.create_connection((settings.agi_address, settings.agi_port)) as peer:
            peer.settimeout(5)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = HEAD.format(token=token, n=n % 10000, ms=int(time.time() * 1000))
            peer.sendall(head.encode())
            file = peer.makefile("rb")
            for _ in range(COMMANDS):
                if not file.readline():
                    break
                began = time.perf_counter()
                peer.sendall(b"200 result=0\n")
                if not file.peek(1):
                    break
                took.append(1000 * (time.perf_counter() - began))
        time.sleep(0.02)
    return sorted(took)


async def waiting(settings: Settings, count: int, minutes: float) -> None:
    """`count` long recordings that nobody sealed yet, written while nobody looks."""
    database = open_database(settings.database)
    numbers = Keyring(settings.keys_dir).numbers()
    home = EvidenceHome.__new__(EvidenceHome)
    home.settings, home.keys, home.database = settings, Keyring(settings.keys_dir), database
    entries = []
    for number in range(1, count + 1):
        at = datetime.now(UTC) - timedelta(hours=1, minutes=number)
        talk = await home.talk(number, at=at, seconds=minutes * 60, audio=False)
        day = f"{at.astimezone(settings.zone):%Y-%m-%d}"
        folder = settings.audio / day
        await asyncio.to_thread(_raw, folder, talk.recording_id, number, minutes * 60)
        entries += [
            hide_caller(talk.record, numbers),
            home.checked(talk.record, talk.recording_id, day, minutes * 60),
        ]
    for path in (settings.audio, *settings.audio.rglob("*")):
        shutil.chown(path, settings.asterisk_user, settings.asterisk_user)
        path.chmod(0o2770 if path.is_dir() else 0o660)
    async with database.begin() as connection:
        await write(connection, entries)
    await database.dispose()


def sealed(settings: Settings) -> int:
    return len(list(settings.sealed.rglob("*.sealed")))


async def test_twenty_sealings_leave_agi_replies_under_twenty_milliseconds():
    line = RunningLine(IVR111_RAW_KEPT_SECONDS="0").start()
    try:
        settings = line.settings
        quiet = await asyncio.to_thread(replies, settings, 5.0, 0)
        evidence = line.pid("evidence")
        os.kill(evidence, 19)  # SIGSTOP: all twenty are there at once
        await waiting(settings, 20, 10.0)
        assert 0 == sealed(settings)
        os.kill(evidence, 18)
        busy: list[float] = []
        done = 0
        end = time.monotonic() + 120
        while (done := sealed(settings)) < 20 and time.monotonic() < end:
            busy += await asyncio.to_thread(replies, settings, 0.5, 1000 + len(busy))
        assert 20 == done
        busy.sort()
        for name, took in (("quiet", quiet), ("twenty sealings", busy)):
            at = {share: took[int(len(took) * share)] for share in (0.5, 0.99)}
            print(f"{name}: {len(took)} replies, median {at[0.5]:.2f} ms, p99 {at[0.99]:.2f} ms")
        assert len(busy) > 200
        assert busy[int(len(busy) * 0.99)] < 20
    finally:
        assert line.stop() == 0
