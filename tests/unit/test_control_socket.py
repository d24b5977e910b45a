"""What the engine says on Asterisk's control socket, and what it makes of the answers."""

import asyncio
import re
from pathlib import Path

import pytest

from routing.ami.client import Ami
from routing.ami.control_socket import contacts, mixmonitor_command, run_command
from routing.ami.protocol import AmiDown, AmiError, AmiInjection, AmiTimeout

LISTED = """
  Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================

  Contact:  c101/sip:c101@127.0.0.1:41234                  0bd2a93e4e Avail         0.391
  Contact:  c102/sip:c102@[2001:db8::1]:5060;transport=ud  1cd2a93e4e Unavail         nan
  Contact:  c103/sip:c103@127.0.0.1:5070                   2cd2a93e4e NonQual         nan

Objects found: 3
"""


def test_contacts_are_read_with_their_state() -> None:
    found = [(one["Endpoint"], one["Uri"], one["Status"]) for one in contacts(LISTED)]
    assert found == [
        ("c101", "sip:c101@127.0.0.1:41234", "Reachable"),
        ("c102", "sip:c102@[2001:db8::1]:5060;transport=ud", "Unreachable"),
        ("c103", "sip:c103@127.0.0.1:5070", "NonQual"),
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [("No objects found.\n", "No Contacts found"), ("You don't have permissions", "not listed")],
)
def test_no_contacts_and_no_answer_are_two_things(said: str, why: str) -> None:
    with pytest.raises(AmiError, match=re.escape(why)):
        contacts(said)


def test_a_recorder_is_one_command_with_its_id_left_on_the_channel() -> None:
    fields = {
        "Channel": "PJSIP/trunk-0000001a",
        "File": "/a b/x.wav",
        "Options": "r(/a b/x-r.wav)t(/a b/x-t.wav)",
    }
    assert mixmonitor_command(fields) == (
        'mixmonitor start PJSIP/trunk-0000001a "/a b/x.wav,r(/a b/x-r.wav)t(/a b/x-t.wav)i(RECORDER)"'
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"Channel": "PJSIP/x x", "File": "x.wav"},
        {"Channel": "", "File": "x.wav"},
        {"Channel": "PJSIP/x\n", "File": "x.wav"},
        {"Channel": "PJSIP/x", "File": 'x.wav" "'},
        {"Channel": "PJSIP/x", "File": "x\\"},
        {"Channel": "PJSIP/x", "File": "x.wav", "Options": "r(\0)"},
    ],
)
def test_nothing_but_one_command_is_ever_said(fields: dict[str, str]) -> None:
    with pytest.raises(AmiInjection):
        mixmonitor_command(fields)


async def test_a_command_is_asked_and_its_answer_read_to_the_end(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"host/7/Asterisk 22\n")
        asked.append(await reader.readuntil(b"\0"))
        writer.write(b"first\n\0second\n")
        writer.close()

    asked: list[bytes] = []
    server = await asyncio.start_unix_server(serve, str(tmp_path / "s"))
    assert await run_command(tmp_path / "s", "core show version", 2.0) == "first\nsecond\n"
    server.close()
    assert asked == [b"cli quit after core show version\0"]


async def test_a_silent_socket_and_none_are_told_apart(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(serve, str(tmp_path / "s"))
    with pytest.raises(AmiTimeout):
        await run_command(tmp_path / "s", "x", 0.1)
    server.close()
    with pytest.raises(AmiDown):
        await run_command(tmp_path / "none", "x", 0.1)


async def asterisk(socket: Path, answer: bytes) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"host/7/Asterisk 22\n")
        await reader.readuntil(b"\0")
        writer.write(answer)
        writer.close()

    return await asyncio.start_unix_server(serve, str(socket))


@pytest.mark.parametrize(
    ("answer", "begins"),
    [(b"", True), (b"\0", True), (b"No channel matching 'PJSIP/x' found.\n", False), (b"denied", False)],
)
async def test_a_recorder_begins_without_a_manager_and_a_refusal_is_told(
    tmp_path: Path, answer: bytes, begins: bool
) -> None:
    server = await asterisk(tmp_path / "s", answer)
    control = tmp_path / "s"
    ami = Ami(
        "127.0.0.1", 9, "x", "x", on_event=list, on_up=asyncio.Event().wait, on_down=list, control=control
    )
    order = {"Channel": "PJSIP/x-00000001", "File": "/x.wav", "Options": "b"}
    if begins:
        assert "" == (await ami.send("MixMonitor", order)).text("MixMonitorID")
    else:
        with pytest.raises(AmiError):
            await ami.send("MixMonitor", order)
    server.close()
