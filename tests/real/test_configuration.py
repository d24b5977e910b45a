"""Asterisk as it really runs: what it loaded, as whom, and what it will not do (4.3, 6-11, 16)."""

import asyncio
import os
import pwd
import signal
import socket
import subprocess

import pytest

from dialplan.modules import MODULES
from lab import rtp
from lab.call import RefusedError
from lab.lab import Lab
from lab.robots import HangUp, HearTone, Press, Wait
from lab.sdp import ALAW
from lab.voice import FRAME, tone
from recordings.model.call_record import Outcome
from tests.real.asterisk import complaints, console, log, proc
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real


async def test_a_start_and_ordinary_calls_leave_no_error_and_no_warning(line: RunningLine, lab: Lab) -> None:
    lab.ucc(talk=2)
    await lab.consultant("c101", codes=((1, "*14"),)).start()
    since = now()
    await lab.caller(Wait(1), Press("1"), HearTone(700, 30), Wait(3)).run()
    (row,) = await line.new_calls(since=since)
    assert Outcome.TRANSFERRED_1414 == row.outcome
    assert [] == complaints(line)
    assert not any((line.home / "asterisk/log").iterdir())  # nothing in clear beside it


def test_asterisk_loaded_what_was_rendered_and_nothing_else(line: RunningLine) -> None:
    running = [text.split()[0] for text in console(line, "module show").splitlines() if ".so" in text]
    assert sorted(f"{name}.so" for name in MODULES) == sorted(running)


@pytest.mark.parametrize("name", ["SHELL", "FILE", "ENV", "STAT", "CURL", "AST_CONFIG"])
def test_no_function_reaches_the_machine(line: RunningLine, name: str) -> None:
    assert "No function by that name" in console(line, f"core show function {name}")


@pytest.mark.parametrize("name", ["System", "TrySystem", "ExternalIVR", "Originate", "SoftHangup", "Page"])
def test_no_application_reaches_the_machine(line: RunningLine, name: str) -> None:
    assert "not registered" in console(line, f"core show application {name}")


def test_asterisk_runs_as_its_own_user_without_rights(line: RunningLine) -> None:
    pid = line.pid("asterisk")
    user = pwd.getpwnam(line.settings.asterisk_user)
    assert [str(user.pw_uid)] * 4 == proc(pid, "Uid").split()
    assert "0" * 16 == proc(pid, "CapEff") == proc(pid, "CapBnd")
    assert "1" == proc(pid, "NoNewPrivs")
    assert str(user.pw_gid) == proc(pid, "Gid").split()[0]
    assert "" == proc(pid, "Groups")


def test_asterisk_cannot_write_its_configuration_nor_read_secrets(line: RunningLine) -> None:
    user = line.settings.asterisk_user
    as_asterisk = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    etc = line.home / "asterisk/etc"
    for path in (etc, *etc.iterdir(), line.home / "asterisk/data"):
        assert 0 != subprocess.run([*as_asterisk, "test", "-w", path], check=False).returncode, path
    hidden = (*(line.home / "secrets").iterdir(), line.home / "db", line.home / "log", line.home / "accounts")
    for path in hidden:
        assert 0 != subprocess.run([*as_asterisk, "test", "-r", path], check=False).returncode, path


def test_nothing_but_sip_manager_and_media_is_open(line: RunningLine) -> None:
    settings = line.settings
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((settings.sip_address, settings.http_port), timeout=1)
    shown = console(line, "core show settings")
    assert "Live dangerously:" not in shown or "Disabled" in shown.partition("Live dangerously:")[2][:40]
    text = (line.home / "asterisk/etc/asterisk.conf").read_text()
    assert "live_dangerously = no" in text
    assert "disable_remote_console_shell = yes" in text
    assert "uid=" not in console(line, "!id")


async def test_agi_reaches_neither_shell_nor_files(line: RunningLine, lab: Lab) -> None:
    """An engine of somebody else's, on the engine's port, asks Asterisk for all that AGI could reach."""
    home = line.settings.spool / "audio"
    asked = (
        'GET FULL VARIABLE "${SHELL(id)}"',
        "GET VARIABLE SHELL(id)",
        'GET FULL VARIABLE "${FILE(/etc/passwd)}"',
        'GET FULL VARIABLE "${ENV(PATH)}"',
        f'SET VARIABLE "FILE({home}/pwned)" x',
        f'EXEC System "touch {home}/pwned"',
        f'EXEC TrySystem "touch {home}/pwned"',
        'EXEC Eval "${SHELL(id)}"',
        'EXEC ExternalIVR "/bin/true"',
    )
    answers: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        said = []
        for command in asked:
            writer.write(f"{command}\n".encode())
            said.append((await reader.readline()).decode())
        answers.set_result(said)
        writer.close()

    assert line.process
    line.process.send_signal(signal.SIGSTOP)  # the supervisor, so that the port stays free
    try:
        os.kill(line.pid("engine"), signal.SIGKILL)
        await asyncio.sleep(0.2)
        strange = await asyncio.start_server(serve, line.settings.agi_address, line.settings.agi_port)
        call = await lab.trunk_phone().dial("111")
        said = await asyncio.wait_for(answers, 10)
        await call.hang_up()
        strange.close()
    finally:
        line.process.send_signal(signal.SIGCONT)
    await line.until(line.engine_answers)
    assert [] == [text for text in said if "uid=" in text or "root:" in text or "/bin" in text]
    assert not (home / "pwned").exists()
    assert ["200 result=-2\n"] * 4 == said[5:]
    # The supervisor stood still meanwhile: what Asterisk had to say waited for it, and no call did.
    assert any("SHELL" in text for text in log(line))


async def test_sound_injected_from_another_port_is_neither_heard_nor_recorded(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c102").start()
    since = now()
    caller = lab.caller(Wait(1), Press("2"), HearTone(1100, 30), Wait(4), HangUp())
    running = asyncio.create_task(caller.run())
    await line.until(lambda: bool(consultant.served), within=20)
    asterisk = caller.phone.calls[0].stream.remote
    assert asterisk
    numbering, voice = rtp.Numbering.random(), tone(1500).frames(ALAW)[0]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        near.bind((caller.phone.here[0], 0))
        far.bind(("127.0.0.9", 0))
        for _ in range(125):
            for attacker in (near, far):
                attacker.sendto(numbering.packet(ALAW, voice), asterisk)
            numbering.advance(FRAME)
            await asyncio.sleep(0.02)
    await running
    assert [] == consultant.served[0].ear.tone_times(1500)
    (row,) = await line.new_calls(since=since)
    (recording,) = await line.recorded(row.call_id)
    assert {"left": {400}, "right": {1100}} == heard_on(line, recording, at_least=0.1)


async def test_a_new_supervisor_takes_on_the_lines_of_a_running_asterisk(line: RunningLine, lab: Lab) -> None:
    async def refused() -> None:
        call = await lab.trunk_phone().dial("112")
        with pytest.raises(RefusedError):
            await call.answered(2)

    asterisk = line.pid("asterisk")
    assert line.process
    line.process.kill()
    line.process.wait()
    for _ in range(20):  # nobody listens, and nobody waits for that
        await refused()
    await asyncio.to_thread(line.start)
    assert asterisk == line.pid("asterisk")
    before = len(log(line))
    await refused()
    await line.until(lambda: any("number that is not ours" in text for text in log(line)[before:]))
