"""Asterisk's lines on their way to the disk: masked, one line each, and never a reason to wait."""

import asyncio
import os
import pwd
import socket
from pathlib import Path

import pytest

from config.settings import Settings
from engine.supervisor.asterisk_log import SOCKET, AsteriskLog, masked_line

HEAD = b"<134>Nov 22 14:00:00 asterisk[17]: "
EVENT = (
    'SECURITY[9]: res_security_log.c:114 in f: SecurityEvent="ChallengeResponseFailed",EventTV="2026-11-22T'
    '14:00:00.123+0000",Severity="Error",Service="PJSIP",EventVersion="1",AccountID="%s",SessionID="4477",'
    'LocalAddress="IPV4/UDP/127.0.0.1/5060",RemoteAddress="IPV4/UDP/127.0.0.9/51483",Challenge="177/ab",'
    'Response="0f",ExpectedResponse="1f"'
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("CallerID Name 'Әлия' for number '+77000000001' is", "CallerID Name '***' is"),
        ("CallerID Name 'cut before its e", "CallerID Name '***'"),
        ("to extension '+7 700 000-00-01' rejected", "to extension '***01' rejected"),
        ("to extension '87000000001' rejected", "to extension '***01' rejected"),
        ("Request 'INVITE' from '\"Әлия\" <sip:a@h>' failed for '127.0.0.9:51483'",
         "Request 'INVITE' from '***' failed for '127.0.0.9:51483'"),
        ("to 'agi://h:4573/call?token=1c2c9a' failed", "to 'agi://h:4573/call?token=***' failed"),
        ("no file n1-1795338413454-1-c1.wav", "no file n1-1795338413454-1-c1.wav"),
        ("1795338413.12 from 192.168.100.200:50600", "1795338413.12 from 192.168.100.200:50600"),
        ("one\n[14:00:00] ERROR[1]: forged", "one [14:00:00] ERROR[1]: forged"),
    ],
)  # fmt: skip
def test_a_line_keeps_what_helps_and_nothing_of_a_caller(said: str, kept: str) -> None:
    assert (False, f"WARNING[9]: a.c:1 in f: {kept}") == masked_line(
        HEAD + f"WARNING[9]: a.c:1 in f: {said}\0".encode()
    )


@pytest.mark.parametrize(
    ("user", "kept"),
    [
        ("c101", "c101"),
        ("1414", "1414"),
        ("admin", "admin"),
        ("+77000000001", "***01"),
        ("8 (700) 000-00-01", "***01"),
    ],
)
def test_a_security_event_keeps_the_address_and_hides_numbers_and_proofs(user: str, kept: str) -> None:
    security, line = masked_line(HEAD + (EVENT % user).encode())
    assert security
    assert f'AccountID="{kept}"' in line
    assert 'RemoteAddress="IPV4/UDP/127.0.0.9/51483"' in line
    assert 'Challenge="***",Response="***",ExpectedResponse="***"' in line


def test_bytes_of_any_coding_are_one_short_line() -> None:
    _, line = masked_line(HEAD + "WARNING[9]: a.c:1 in f: Иван".encode("cp1251") + b"\xff\n\x1b[31m" * 5000)
    assert line.isprintable()
    assert len(line) <= 2100


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, asterisk_user=pwd.getpwuid(os.getuid()).pw_name)
    for folder in (settings.run_dir, tmp_path / "log"):
        folder.mkdir()
    return settings


async def test_lines_reach_their_files_and_a_new_listener_takes_the_old_ones_place(
    settings: Settings,
) -> None:
    for _ in range(2):
        log = AsteriskLog(settings)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asterisk:
            asterisk.connect(str(settings.run_dir / SOCKET))
            asterisk.send(HEAD + b"ERROR[9]: a.c:1 in f: said\0")
            asterisk.send(HEAD + (EVENT % "c101").encode())
            await asyncio.sleep(0)
            log.close()
            with pytest.raises(ConnectionRefusedError):
                asterisk.send(b"nobody listens, and nobody waits")
    assert ["said", "said"] == [
        line[-4:] for line in (settings.home / "log/asterisk.log").read_text().splitlines()
    ]
    assert 2 == len((settings.home / "log/security.log").read_text().splitlines())
