"""What each manager account may do, and nothing beyond (4.3, 1 and 2)."""

import asyncio
import grp
import os
import pwd
import signal
import socket
import time
from pathlib import Path

import pytest

from engine.supervisor.firewall import table
from engine.supervisor.netfilter import delete_table
from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from routing.ami.control_socket import CONTACTS, contacts
from tests.real.ami import Manager
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

DENIED = "Permission denied"
NOBODY = {"Channel": "PJSIP/nobody-00000000"}
NEEDED: dict[str, dict[str, str]] = {
    "Ping": {},
    "Status": NOBODY,
    "DeviceStateList": {},
    "QueueStatus": {"Queue": "nothing"},
    "QueueAdd": {"Queue": "nothing", "Interface": "PJSIP/nobody"},
    "QueueRemove": {"Queue": "nothing", "Interface": "PJSIP/nobody"},
    "QueuePause": {"Queue": "nothing", "Interface": "PJSIP/nobody", "Paused": "true"},
    "Redirect": {**NOBODY, "Context": "111-engine", "Exten": "s", "Priority": "1"},
    "Hangup": NOBODY,
    "Getvar": {**NOBODY, "Variable": "ENGINE_CALL"},
    "Setvar": {**NOBODY, "Variable": "ENGINE_WISH", "Value": "lost"},
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
    # All of the class system, which recording would need over AMI.
    ("MixMonitor", {**NOBODY, "File": "nothing.wav"}),
    ("ModuleLoad", {"Module": "func_shell.so", "LoadType": "load"}),
    ("ModuleLoad", {"LoadType": "reload"}),
    ("Reload", {}),
    ("GetConfig", {"Filename": "manager.conf"}),
    ("GetConfigJSON", {"Filename": "pjsip.conf"}),
    ("ListCategories", {"Filename": "pjsip.conf"}),
    ("DBPut", {"Family": "x", "Key": "y", "Val": "z"}),
    ("DBDel", {"Family": "x", "Key": "y"}),
    ("DBDelTree", {"Family": "x"}),
    ("DialplanExtensionAdd", {"Context": "x", "Extension": "s", "Priority": "1", "Application": "NoOp"}),
    ("LoggerRotate", {}),
    ("PJSIPShowAuths", {}),
    ("PJSIPShowContacts", {}),
    ("CoreShowChannels", {}),
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


def engine_says(line: RunningLine, command: str) -> str:
    """What the control socket answers to the engine's user."""
    ours = pwd.getpwnam(line.settings.run_user)
    os.setgroups([grp.getgrnam(line.settings.asterisk_user).gr_gid])
    os.seteuid(ours.pw_uid)
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(line.settings.asterisk_control))
            peer.settimeout(5)
            peer.recv(1000)
            peer.sendall(f"cli quit after {command}\0".encode())
            said = b""
            while part := peer.recv(65536):
                said += part
    finally:
        os.seteuid(0)
        os.setgroups([0])
    return said.decode(errors="replace")


@pytest.mark.parametrize(
    "command",
    [
        "core show version", "module load app_mixmonitor", "module unload app_mixmonitor", "core stop now",
        "core restart now", "dialplan show", "manager show user engine", "pjsip show auths",
        "database put a b c", "mixmonitor list x", "mixmonitor stop x", "config reload manager.conf",
        "cli reload permissions",
    ],
)  # fmt: skip
async def test_the_engines_user_may_begin_a_recorder_on_the_control_socket_and_nothing_else(
    line: RunningLine, command: str
) -> None:
    pid = line.pid("asterisk")
    assert "permission" in engine_says(line, command).lower()
    assert line.pid("asterisk") == pid
    assert "No channel matching" in engine_says(line, "mixmonitor start PJSIP/nobody-00000000 x.wav")


async def test_a_recorder_is_begun_anew_without_the_right_to_everything(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c101", talk=None).start()

    def reachable() -> bool:  # once the phone has answered Asterisk's first question
        listed = contacts(engine_says(line, CONTACTS))
        return ("c101", "Reachable") in [(one["Endpoint"], one["Status"]) for one in listed]

    await line.until(reachable, 10)
    since = now()
    caller = asyncio.create_task(lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(60)).run())
    await line.until(lambda: bool(consultant.served), 20)
    await asyncio.sleep(2)
    await consultant.served[-1].hold()
    await asyncio.sleep(2)
    await consultant.served[-1].unhold()
    await asyncio.sleep(5)
    await consultant.hang_up()
    await caller
    [row] = await line.new_calls(since=since, within=10)
    [recording] = await line.recorded(row.call_id)
    assert len(recording.segments) >= 2
    assert all(part.seconds and part.seconds > 1.5 for part in recording.segments), recording


async def test_a_recordings_command_finds_no_shell(line: RunningLine, lab: Lab) -> None:
    pwned = line.settings.audio / "pwned"  # where Asterisk may write
    call = await lab.trunk_phone().dial("111")
    await call.answered()
    async with Manager(line, "engine") as manager:
        status = await manager.list("Status")
    channel = (
        next(text for text in status if "PJSIP/trunk-" in text).partition("Channel: ")[2].split("\r\n")[0]
    )
    file = line.settings.audio / "x.wav"
    assert engine_says(line, f'mixmonitor start {channel} "{file},,touch {pwned}"') == ""
    await line.until(file.exists)
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
        assert time.monotonic() - begun < 40  # else never; on a busy machine a start takes ten seconds
    assert line.pid("engine") != pid


async def test_a_firewall_that_is_loaded_anew_opens_the_manager_for_seconds_only(line: RunningLine) -> None:
    delete_table(table(line.settings))
    await line.until(lambda: held_by_a_stranger(line.settings.ami_port) == 0, 10)
