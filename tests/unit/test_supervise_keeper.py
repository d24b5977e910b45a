"""The supervisor's care for one process, with small real processes in the places of engine and Asterisk."""

import asyncio
import os
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from engine.keeper import Charge, DidNotStart, Keeper
from engine.probe import AsteriskProbe, EngineProbe
from engine.processes import last_lines, left_over, shorten, write_pid

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


def charge(place: Path, program: str = ANSWERS) -> Charge:
    return Charge(
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
async def kept(keeper: Keeper) -> AsyncIterator[int]:
    """A charge that answers; its pid."""
    task = asyncio.create_task(keeper.keep())
    try:
        async with asyncio.timeout(5):
            await keeper.answered.wait()
        assert keeper.running is not None
        yield keeper.running.pid
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await keeper.end()


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
    keeper = Keeper(charge(place))
    async with kept(keeper) as first:
        assert pid_in(place / "engine.pid") == first
        os.kill(first, signal.SIGKILL)
        took = await until(lambda: pid_in(place / "engine.pid") not in (0, first))
        assert (took < 0.3, alive(first)) == (True, False)


async def test_a_stopped_process_is_ended_and_started_again(place: Path) -> None:
    keeper = Keeper(charge(place))
    async with kept(keeper) as first:
        os.kill(first, signal.SIGSTOP)
        took = await until(lambda: pid_in(place / "engine.pid") != first)
        assert (0.35 < took < 2.0, alive(first)) == (True, False)


async def test_a_prober_that_was_paused_ends_nobody(place: Path) -> None:
    keeper = Keeper(charge(place))
    async with kept(keeper) as first:
        await asyncio.sleep(0.05)
        for _ in range(3):
            time.sleep(0.5)  # our own loop stands still, as on a machine without a free processor
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert pid_in(place / "engine.pid") == first


async def test_a_process_kept_off_the_processor_is_not_ended(place: Path) -> None:
    keeper = Keeper(replace(charge(place), excuse=lambda _: time.monotonic()))
    async with kept(keeper) as first:
        os.kill(first, signal.SIGSTOP)
        await asyncio.sleep(0.8)
        assert pid_in(place / "engine.pid") == first
        os.kill(first, signal.SIGCONT)


async def test_three_ends_before_the_first_answer_give_up_with_its_last_words(place: Path) -> None:
    with pytest.raises(DidNotStart, match="no such setting"):
        async with asyncio.timeout(5):
            await Keeper(charge(place, DIES)).keep()


async def test_a_fault_of_our_own_ends_nobody(place: Path) -> None:
    def excuse(_: int) -> float:
        if broken:
            raise ValueError("a bug of ours")
        return 0.0

    broken: list[bool] = []
    async with kept(Keeper(replace(charge(place), excuse=excuse))) as first:
        broken.append(True)
        await asyncio.sleep(0.2)
        assert alive(first)


async def test_the_end_leaves_nothing_running_and_no_pid_file(place: Path) -> None:
    async with kept(Keeper(charge(place))) as pid:
        pass
    assert (alive(pid), (place / "engine.pid").exists()) == (False, False)


async def test_a_process_that_ignores_sigterm_is_ended_all_the_same(place: Path) -> None:
    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + textwrap.dedent(ANSWERS)
    begun = 0.0
    async with kept(Keeper(replace(charge(place, program), gently=0.1))) as pid:
        begun = time.monotonic()
    assert (alive(pid), time.monotonic() - begun < 1.0) == (False, True)


async def test_a_living_process_of_an_earlier_supervisor_is_adopted_and_watched(place: Path) -> None:
    async with kept(Keeper(charge(place))) as pid:
        second = Keeper(charge(place))
        assert second.adopt()
        async with kept(second) as adopted:
            assert adopted == pid
            os.kill(pid, signal.SIGKILL)
            await until(lambda: pid_in(place / "engine.pid") not in (0, pid))


async def test_a_pid_file_that_names_somebody_else_adopts_nobody(place: Path) -> None:
    async with kept(Keeper(charge(place))) as pid:
        another_home = replace(charge(place), words=("engine.main", "IVR111_HOME=/elsewhere"))
        assert (Keeper(another_home).adopt(), alive(pid)) == (False, True)


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


async def test_a_refused_login_is_an_answer_and_no_reason_to_end_calls(place: Path) -> None:
    (place / "secret").write_text("old\n")
    async with manager(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n", []) as port:
        await AsteriskProbe("127.0.0.1", port, place / "secret").ask()


async def test_a_manager_that_is_not_there_is_no_answer(place: Path) -> None:
    (place / "secret").write_text("s\n")
    with pytest.raises(OSError):
        await AsteriskProbe("127.0.0.1", 9, place / "secret").ask()
