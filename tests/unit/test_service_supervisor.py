"""The supervisor's care for one process, with small real processes in the places of engine and Asterisk."""

import asyncio
import os
import select
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from engine.process.asterisk_exits import read
from engine.supervisor import alarm_file, processes
from engine.supervisor.probes import AsteriskProbe, ControlProbe, EngineProbe, Probe, SipProbe
from engine.supervisor.processes import last_lines, left_over, shorten, write_pid
from engine.supervisor.watch import DidNotStart, ServiceSpec, ServiceSupervisor

ANSWERS = """
    import os, socket, sys
    path = sys.argv[1]
    if os.path.exists(path):
        os.unlink(path)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    while True:
        peer, _ = listening.accept()
        if peer.recv(100) == b'{"do": "ping"}\\n':
            peer.sendall(b'{"ok": true}\\n')
        peer.close()
"""
DIES = "import sys; print('no such setting', flush=True); sys.exit(3)"


@pytest.fixture
def place() -> Path:
    """A short path: a Unix socket's name has at most 107 bytes."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix="keep"))


def service(place: Path, program: str = ANSWERS) -> ServiceSpec:
    return ServiceSpec(
        name="engine",
        command=(sys.executable, "-IS", "-c", textwrap.dedent(program), str(place / "sock"), "engine.main"),
        environment={**os.environ, "IVR111_HOME": str(place)},
        words=("engine.main", f"IVR111_HOME={place}"),
        pid_file=place / "engine.pid",
        output=place / "engine.out",
        probe=EngineProbe(place / "sock"),
        silence=0.4,
        start_silence=5.0,
        excuse=lambda _: 0.0,
        every=0.02,
        tick=0.02,
    )


@asynccontextmanager
async def kept(supervisor: ServiceSupervisor) -> AsyncIterator[int]:
    """A service that answers; its pid."""
    task = asyncio.create_task(supervisor.keep())
    try:
        async with asyncio.timeout(5):
            await supervisor.answered.wait()
        assert supervisor.running is not None
        yield supervisor.running.pid
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await supervisor.end()


async def until(true: Callable[[], bool], seconds: float = 5.0) -> float:
    """How long it took until `true`."""
    begun = time.monotonic()
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)
    return time.monotonic() - begun


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def pid_in(file: Path) -> int:
    with suppress(OSError, ValueError):
        return int(file.read_text())
    return 0


async def test_a_killed_process_is_started_again_within_300_ms_and_its_pid_file_tells(place: Path) -> None:
    supervisor = ServiceSupervisor(service(place))
    async with kept(supervisor) as first:
        assert pid_in(place / "engine.pid") == first
        os.kill(first, signal.SIGKILL)
        took = await until(lambda: pid_in(place / "engine.pid") not in (0, first))
        assert (took < 0.3, alive(first)) == (True, False)


async def test_a_stopped_process_is_ended_and_started_again(place: Path) -> None:
    supervisor = ServiceSupervisor(service(place))
    async with kept(supervisor) as first:
        os.kill(first, signal.SIGSTOP)
        took = await until(lambda: pid_in(place / "engine.pid") != first)
        assert (0.35 < took < 2.0, alive(first)) == (True, False)


async def test_a_prober_that_was_paused_ends_nobody(place: Path) -> None:
    supervisor = ServiceSupervisor(service(place))
    async with kept(supervisor) as first:
        await asyncio.sleep(0.05)
        for _ in range(3):
            time.sleep(0.5)  # our own loop stands still, as on a machine without a free processor
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert pid_in(place / "engine.pid") == first


async def test_a_process_kept_off_the_processor_is_not_ended(place: Path) -> None:
    supervisor = ServiceSupervisor(replace(service(place), excuse=lambda _: time.monotonic()))
    async with kept(supervisor) as first:
        os.kill(first, signal.SIGSTOP)
        await asyncio.sleep(0.8)
        assert pid_in(place / "engine.pid") == first
        os.kill(first, signal.SIGCONT)


async def test_three_ends_before_the_first_answer_give_up_with_its_last_words(place: Path) -> None:
    with pytest.raises(DidNotStart, match="no such setting"):
        async with asyncio.timeout(5):
            await ServiceSupervisor(service(place, DIES)).keep()


async def test_beside_an_asterisk_with_calls_an_engine_that_does_not_start_is_never_given_up(
    place: Path,
) -> None:
    supervisor = ServiceSupervisor(service(place, DIES))
    caring = asyncio.create_task(supervisor.keep(give_up=False))
    pids: set[int] = set()

    def begun_a_fourth_time() -> bool:
        if supervisor.running is not None:
            pids.add(supervisor.running.pid)
        return len(pids) > 3

    await until(begun_a_fourth_time, 20.0)  # after 0, 0.2, 0.4, 0.8 s
    assert not caring.done()
    caring.cancel()
    await asyncio.gather(caring, return_exceptions=True)
    await supervisor.end()


async def test_a_fault_of_our_own_ends_nobody(place: Path) -> None:
    def excuse(_: int) -> float:
        if broken:
            raise ValueError("a bug of ours")
        return 0.0

    broken: list[bool] = []
    async with kept(ServiceSupervisor(replace(service(place), excuse=excuse))) as first:
        broken.append(True)
        await asyncio.sleep(0.2)
        assert alive(first)


async def test_the_end_leaves_nothing_running_and_no_pid_file(place: Path) -> None:
    async with kept(ServiceSupervisor(service(place))) as pid:
        pass
    assert (alive(pid), (place / "engine.pid").exists()) == (False, False)


async def test_a_process_that_ignores_sigterm_is_ended_all_the_same(place: Path) -> None:
    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + textwrap.dedent(ANSWERS)
    begun = 0.0
    async with kept(ServiceSupervisor(replace(service(place, program), gently=0.1))) as pid:
        begun = time.monotonic()
    assert (alive(pid), time.monotonic() - begun < 1.0) == (False, True)


async def test_a_living_process_of_an_earlier_supervisor_is_adopted_and_watched(place: Path) -> None:
    async with kept(ServiceSupervisor(service(place))) as pid:
        second = ServiceSupervisor(service(place))
        assert second.adopt()
        async with kept(second) as adopted:
            assert adopted == pid
            os.kill(pid, signal.SIGKILL)
            await until(lambda: pid_in(place / "engine.pid") not in (0, pid))


async def test_a_pid_file_that_names_somebody_else_adopts_nobody(place: Path) -> None:
    async with kept(ServiceSupervisor(service(place))) as pid:
        another_home = replace(service(place), words=("engine.main", "IVR111_HOME=/elsewhere"))
        assert (ServiceSupervisor(another_home).adopt(), alive(pid)) == (False, True)


@pytest.mark.parametrize("text", ["", "no number", "999999999", "-1"])
async def test_a_pid_file_without_a_living_process_adopts_nobody(place: Path, text: str) -> None:
    (place / "p").write_text(text)
    assert left_over(place / "p", ()) is None


def test_a_pid_file_is_written_past_a_link_planted_in_its_place(place: Path) -> None:
    (place / "victim").write_text("mine")
    (place / "engine.pid").symlink_to(place / "victim")
    (place / ".engine.pid.part").symlink_to(place / "victim")
    write_pid(place / "engine.pid", 7)
    assert ((place / "victim").read_text(), (place / "engine.pid").read_text()) == ("mine", "7\n")


def test_an_output_file_stays_bounded_and_its_end_can_be_read(place: Path) -> None:
    (place / "out").write_text("a\nb\nc\n")
    assert last_lines(place / "out", 2) == ["b", "c"]
    shorten(place / "out", longest=3)
    assert (place / "out").stat().st_size == 0


async def test_quick_deaths_keep_callers_from_a_healthy_process_for_a_moment_only(place: Path) -> None:
    supervisor = ServiceSupervisor(service(place))
    async with kept(supervisor) as first:
        pids = [first]
        for _ in range(4):
            await until(lambda: supervisor._health is not None and pid_in(place / "engine.pid") == pids[-1])
            os.kill(pids[-1], signal.SIGKILL)
            assert await until(lambda: pid_in(place / "engine.pid") not in (0, pids[-1])) < 0.8
            pids.append(pid_in(place / "engine.pid"))


class Mute:
    """A question that is never answered."""

    async def ask(self) -> None:
        await asyncio.Event().wait()


class Ready:
    """A question that is answered at once."""

    async def ask(self) -> None:
        return


@dataclass
class Manager5:
    """A manager that answers until it falls silent."""

    silent: bool = False

    async def ask(self) -> None:
        if self.silent:
            await asyncio.Event().wait()


SOUND = """
    import sys, time
    with open(sys.argv[1], "wb", 0) as file:
        while True:
            file.write(b"sound")
            time.sleep(0.05)
"""


@asynccontextmanager
async def witnessed(place: Path, **witnesses: Probe) -> AsyncIterator[tuple[ServiceSupervisor, Manager5]]:
    """A process that writes sound, kept with further signs."""
    manager = Manager5()
    kind = replace(
        service(place, SOUND),
        command=(
            sys.executable,
            "-IS",
            "-c",
            textwrap.dedent(SOUND),
            str(place / "x-caller.wav"),
            "engine.main",
        ),
        probe=manager,
        witnesses=witnesses,
        silence=1.3,
        deaths=place / "ends",
    )
    supervisor = ServiceSupervisor(kind)
    async with kept(supervisor):
        yield supervisor, manager


async def test_a_silent_manager_beside_an_answering_control_socket_ends_nobody(place: Path) -> None:
    async with witnessed(place, sip=Mute(), control=Ready()) as (supervisor, manager):
        first = supervisor.running
        manager.silent = True
        await asyncio.sleep(2.5)
        assert supervisor.running is first


async def test_three_silent_signs_end_nobody_while_sound_flows_and_end_it_once_it_stands_still(
    place: Path,
) -> None:
    async with witnessed(place, sip=Mute(), control=Mute()) as (supervisor, manager):
        assert supervisor.running is not None
        first = supervisor.running.pid
        manager.silent = True
        await asyncio.sleep(2.5)
        assert alive(first)
        stopped = time.time()
        os.kill(first, signal.SIGSTOP)
        await until(lambda: not alive(first))
        [death] = read(place / "ends")
        assert (death.pid, death.why, abs(death.at - stopped) < 0.3) == (first, "silent", True)


async def test_the_moment_of_a_death_is_written_down(place: Path) -> None:
    async with witnessed(place, sip=Ready(), control=Ready()) as (supervisor, _):
        assert supervisor.running is not None
        killed, first = time.time(), supervisor.running.pid
        os.kill(first, signal.SIGKILL)
        await until((place / "ends").exists)
        [death] = read(place / "ends")
        assert (death.pid, death.why, abs(death.at - killed) < 0.2) == (first, "ended", True)


async def test_a_number_that_becomes_anothers_while_it_is_looked_up_is_not_adopted(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with kept(ServiceSupervisor(service(place))) as pid:
        said = processes._said

        def dies_meanwhile(pid: int, words: Sequence[str]) -> bool:
            found = said(pid, words)
            os.kill(pid, signal.SIGKILL)
            descriptor = os.pidfd_open(pid)
            select.select([descriptor], [], [], 2)
            os.close(descriptor)
            return found

        monkeypatch.setattr(processes, "_said", dies_meanwhile)
        assert left_over(place / "engine.pid", service(place).words) is None
        assert not alive(pid) or pid_in(place / "engine.pid") == pid


async def test_asterisk_is_asked_through_its_control_socket(place: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"host/7/Asterisk 22\n")
        asked.append(await reader.readuntil(b"\0"))
        writer.write(b"System uptime: 4\nLast reload: 4\n")

    asked: list[bytes] = []
    server = await asyncio.start_unix_server(serve, str(place / "ctl"))
    await ControlProbe(place / "ctl").ask()
    server.close()
    assert asked == [b"core show uptime seconds\0"]


async def test_any_answer_to_options_is_a_sign_of_life_and_no_listener_is_none() -> None:
    class Refuses(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            cast(asyncio.DatagramTransport, self.transport).sendto(b"SIP/2.0 401 Unauthorized\r\n\r\n", addr)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Refuses, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    await asyncio.wait_for(SipProbe("127.0.0.1", port).ask(), 2)
    transport.close()
    with pytest.raises(OSError):
        await asyncio.wait_for(SipProbe("127.0.0.1", port).ask(), 2)


Manager = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def manager(answer: bytes, pings: list[bytes]) -> AsyncIterator[int]:
    """A manager port that answers each login with `answer`; its number."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                packet = await reader.readuntil(b"\r\n\r\n")
                pings.append(packet.split(b"\r\n")[0])
                writer.write(
                    answer if b"Login" in packet else b"Event: Noise\r\n\r\nResponse: Success\r\n\r\n"
                )
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_asterisk_is_asked_on_one_connection_with_one_login(place: Path) -> None:
    (place / "secret").write_text("s\n")
    heard: list[bytes] = []
    async with manager(b"Response: Success\r\n\r\n", heard) as port:
        probe = AsteriskProbe("127.0.0.1", port, place / "secret")
        await probe.ask()
        await probe.ask()
        await probe.close()
    assert heard == [b"Action: Login", b"Action: Ping", b"Action: Ping"]


async def test_a_connection_that_was_swallowed_is_made_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.supervisor.probes.ANEW", 0.2)
    (place / "secret").write_text("s\n")
    heard: list[bytes] = []
    async with manager(b"Event: Noise\r\n\r\n", heard) as port:  # no answer to a login ever comes
        probe = AsteriskProbe("127.0.0.1", port, place / "secret")
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await probe.ask()
    assert heard == [b"Action: Login"] * 2


async def test_a_refused_login_is_an_answer_and_no_reason_to_end_calls(place: Path) -> None:
    (place / "secret").write_text("old\n")
    async with manager(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n", []) as port:
        await AsteriskProbe("127.0.0.1", port, place / "secret").ask()


async def test_a_manager_that_is_not_there_is_no_answer(place: Path) -> None:
    (place / "secret").write_text("s\n")
    with pytest.raises(OSError):
        await AsteriskProbe("127.0.0.1", 9, place / "secret").ask()


async def test_a_death_that_is_written_down_is_an_alarm_too(place: Path) -> None:
    alarms = alarm_file.AlarmFile(place / "supervisor.alarms")
    supervisor = ServiceSupervisor(replace(service(place), deaths=place / "engine.ends"), alarms=alarms)
    async with kept(supervisor) as first:
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid_in(place / "engine.pid") not in (0, first))
    alarms.write()
    assert [("engine_died", "ended")] == [
        (one.kind, one.about) for one in alarm_file.read(place / "supervisor.alarms")
    ]
