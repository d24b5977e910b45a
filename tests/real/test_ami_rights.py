"""What each manager account may do, and nothing beyond (4.3, 1 and 2)."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from engine.gate import table
from engine.lab.lab import Lab
from engine.netfilter import take_away
from tests.real.ami import Manager
from tests.real.line import RunningLine

pytestmark = pytest.mark.real

DENIED = "Permission denied"
NOBODY = {"Channel": "PJSIP/nobody-00000000"}
NEEDED: dict[str, dict[str, str]] = {
    "Ping": {},
    "Status": NOBODY,
    "DeviceStateList": {},
    "CoreShowChannels": {},
    "PJSIPShowContacts": {},
    "QueueStatus": {"Queue": "nothing"},
    "QueueAdd": {"Queue": "nothing", "Interface": "PJSIP/nobody"},
    "QueueRemove": {"Queue": "nothing", "Interface": "PJSIP/nobody"},
    "QueuePause": {"Queue": "nothing", "Interface": "PJSIP/nobody", "Paused": "true"},
    "Redirect": {**NOBODY, "Context": "111-engine", "Exten": "s", "Priority": "1"},
    "Hangup": NOBODY,
    "Getvar": {**NOBODY, "Variable": "ENGINE_CALL"},
    "Setvar": {**NOBODY, "Variable": "ENGINE_WISH", "Value": "lost"},
    "MixMonitor": {**NOBODY, "File": "nothing.wav"},
    "StopMixMonitor": NOBODY,
}
REFUSED: list[tuple[str, dict[str, str]]] = [
    ("Command", {"Command": "core show version"}),
    ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf", "Reload": "yes"}),
    ("CreateConfig", {"Filename": "pwn.conf"}),
    ("Originate", {"Channel": "Local/s@111-engine", "Application": "System", "Data": "touch pwn"}),
    ("Originate", {"Channel": "PJSIP/1414", "Context": "111-engine", "Exten": "s", "Priority": "1"}),
    # CVE-2024-42365: with write=originate a manager user wrote any file through FILE() in these.
    ("Originate", {"Channel": "Local/s@111-engine", "Application": "Set", "Data": "FILE(/tmp/pwn,,,a)=x"}),
    ("Originate", {"Channel": "Local/s@111-engine", "Application": "NoOp", "Data": "${SHELL(touch pwn)}"}),
    ("AGI", {**NOBODY, "Command": "EXEC System id"}),
    ("AOCMessage", NOBODY),
    ("ShowDialPlan", {}),
]


@pytest.mark.parametrize("action", NEEDED)
async def test_the_engine_may_do_what_it_does(line: RunningLine, action: str) -> None:
    async with Manager(line, "engine") as manager:
        assert DENIED not in await manager.ask(action, **NEEDED[action])


@pytest.mark.parametrize(("action", "fields"), REFUSED)
async def test_the_engine_may_not_command_configure_or_originate(
    line: RunningLine, action: str, fields: dict[str, str]
) -> None:
    async with Manager(line, "engine") as manager:
        said = await manager.ask(action, **fields)
    assert DENIED in said or "Invalid/unknown command" in said, said


# Calling 1414 without a program is what originating means.
PROGRAMS = [one for one in REFUSED if one[1].get("Channel") != "PJSIP/1414"]


@pytest.mark.parametrize(("action", "fields"), PROGRAMS)
async def test_who_brings_a_supervisor_to_a_conversation_runs_no_program(
    line: RunningLine, action: str, fields: dict[str, str]
) -> None:
    async with Manager(line, "steer") as manager:
        said = await manager.ask(action, **fields)
    assert any(no in said for no in (DENIED, "Invalid/unknown command", "Access Forbidden")), said
    assert not Path("/tmp/pwn").exists()


async def test_who_brings_a_supervisor_touches_no_call_and_no_queue(line: RunningLine) -> None:
    free = {"Ping", "QueueStatus"}
    async with Manager(line, "steer") as manager:
        said = {action: await manager.ask(action, **fields) for action, fields in NEEDED.items()}
    assert set(NEEDED) - free == {action for action, text in said.items() if DENIED in text}


async def test_the_probe_may_ping_and_nothing_that_needs_a_right(line: RunningLine) -> None:
    free = {"Ping", "QueueStatus"}  # Asterisk asks no right for these
    async with Manager(line, "probe") as manager:
        said = {action: await manager.ask(action, **fields) for action, fields in NEEDED.items()}
        refused = [await manager.ask(action, **fields) for action, fields in REFUSED]
    assert set(NEEDED) - free == {action for action, text in said.items() if DENIED in text}
    assert "Success" in said["Ping"]
    assert [] == [text for text in refused if DENIED not in text and "Invalid/unknown" not in text]


async def test_the_manager_answers_on_loopback_alone_and_only_whom_it_knows(line: RunningLine) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.9", line.settings.ami_port), timeout=1)
    wrong = Manager(line, "probe")
    wrong.secret = "wrong"
    with pytest.raises(AssertionError, match="Authentication failed"):
        await wrong.__aenter__()
    text = (line.home / "asterisk/etc/manager.conf").read_text()
    assert 3 == text.count("deny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.0/255.0.0.0\n")


@pytest.mark.parametrize("module", ["app_system", "func_shell", "func_env", "pbx_spool"])
async def test_the_right_that_recording_needs_loads_no_way_to_a_shell(line: RunningLine, module: str) -> None:
    async with Manager(line, "engine") as manager:
        said = await manager.ask("ModuleLoad", Module=f"{module}.so", LoadType="load")
    assert "Could not load module" in said


async def test_a_recordings_command_finds_no_shell(line: RunningLine, lab: Lab) -> None:
    pwned = line.settings.audio / "pwned"  # where Asterisk may write
    call = await lab.trunk_phone().dial("111")
    await call.answered()
    async with Manager(line, "engine") as manager:
        status = await manager.list("Status")
        channel = (
            next(text for text in status if "PJSIP/trunk-" in text).partition("Channel: ")[2].split("\r\n")[0]
        )
        recorded = {
            "Channel": channel,
            "File": str(line.settings.audio / "x.wav"),
            "Command": f"touch {pwned}",
        }
        assert "Success" in await manager.ask("MixMonitor", **recorded)
    await call.hang_up()
    await asyncio.sleep(1)
    assert not pwned.exists()


STRANGER = 60111  # a user of this machine who is none of ours
HELD = 1000


def held_by_a_stranger(port: int) -> int:
    """How many connections to the manager another user gets who opens a thousand again and again."""
    held: list[socket.socket] = []
    os.seteuid(STRANGER)
    try:
        for _ in range(HELD):
            one = socket.socket()
            one.settimeout(1)
            try:
                one.connect(("127.0.0.1", port))
                held.append(one)
            except OSError:
                one.close()
    finally:
        os.seteuid(0)
    for one in held:
        one.close()
    return len(held)


async def test_connections_of_strangers_never_keep_the_engine_from_the_manager(line: RunningLine) -> None:
    assert held_by_a_stranger(line.settings.ami_port) == 0
    pid = line.pid("engine")
    begun = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    while not line.engine_answers():
        await asyncio.to_thread(held_by_a_stranger, line.settings.ami_port)
        assert time.monotonic() - begun < 10
    assert line.pid("engine") != pid


async def test_a_firewall_that_is_loaded_anew_opens_the_manager_for_seconds_only(line: RunningLine) -> None:
    take_away(table(line.settings))
    await line.until(lambda: held_by_a_stranger(line.settings.ami_port) == 0, 10)
