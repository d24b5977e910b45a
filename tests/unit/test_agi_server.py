"""The FastAGI door with strangers before it (limits 1.2 F1-F16, 4.3 item 9): calls never notice them."""

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from agi_handlers.line import AgiLine
from agi_handlers.server import AgiServer
from agi_handlers.session import AgiSession
from tests.fake_asterisk import FakeCall, ring_up

GOOD = b"agi_network: yes\nagi_network_script: call?token=secret\n"


async def menu(session: AgiSession) -> None:
    line = AgiLine(session)
    for _ in range(5):
        await line.play("menu", "12")
    await line.set({"ENGINE_NEXT": "hangup"})


async def crash(session: AgiSession) -> None:
    await AgiLine(session).play("menu")
    raise LookupError("a mistake of ours")


async def sorry(session: AgiSession) -> None:
    await AgiLine(session).play("apology")


async def for_ever(session: AgiSession) -> None:
    await AgiLine(session).digit("1", 3600)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[AgiServer]:
    handlers = {"call": menu, "crash": crash, "for_ever": for_ever}
    door = AgiServer(handlers, host="127.0.0.1", port=0, token="secret", apology=sorry)
    await door.start()
    yield door
    await door.close()


async def finished(call: FakeCall) -> FakeCall:
    async with asyncio.timeout(5):
        await call.over.wait()
    return call


async def closed_after(port: int, said: bytes) -> float:
    """Seconds until the door closes on a peer that says this and then nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(said)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()
    return time.monotonic() - began


async def test_a_call_is_served_and_its_last_word_stays(server: AgiServer):
    call = await finished(await ring_up(server.port))
    assert call.variables == {"ENGINE_NEXT": "hangup"}
    assert server.sessions == set()


async def test_an_early_hang_up_glued_to_the_header_is_not_lost(server: AgiServer):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(GOOD + b"\nHANGUP\n")
    assert await reader.read() == b""  # not a word to a dead channel, and the session ends
    writer.close()


async def test_a_header_may_come_byte_by_byte(server: AgiServer):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for byte in GOOD + b"\n":
        writer.write(bytes((byte,)))
        await asyncio.sleep(0)
    assert (await reader.readline()).startswith(b"STREAM FILE")
    writer.close()


@pytest.mark.parametrize(
    "name",
    [
        b"\xc8\xe2\xe0\xed",
        "Ғалым Өтеген".encode(),
        "Ә".encode() * 4500,
        b'x" ${SHELL(id)} \\',
        b"x\x00y\x1b[0m",
        b"x\nEXEC System id",
        b"",
        b"\xff\xfe" * 1000,
    ],
)
async def test_a_caller_of_any_name_is_served(server: AgiServer, name: bytes):
    call = await finished(await ring_up(server.port, header={"agi_calleridname": name, "agi_callerid": name}))
    assert call.variables == {"ENGINE_NEXT": "hangup"}


@pytest.mark.parametrize(
    "said",
    [
        b"",  # connects and says nothing
        b"GET / HTTP/1.1\r\n\r\n",
        b"\n\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"agi_network: yes\n\n",  # a header without a token
        b"agi_network: yes\nagi_network_script: call\n",
        b"agi_network: yes\nagi_network_script: call?token=wrong\n",
        b"agi_request: agi://127.0.0.1/call?token=\xff\n",
        b"agi_" + b"x" * 20000,
        b"agi_x: y\n" * 200,
    ],
)
async def test_a_stranger_is_out_within_a_second(server: AgiServer, said: bytes):
    assert await closed_after(server.port, said) < 1.0
    assert server.refused == 1


async def test_a_header_that_never_ends_has_five_seconds(server: AgiServer):
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(GOOD)
    await asyncio.sleep(0.02)
    (guest,) = server._pending
    guest.tick(4.9)
    assert server.refused == 0
    guest.tick(0.2)
    assert server.refused == 1
    writer.close()


async def test_the_oldest_stranger_goes_when_too_many_wait(server: AgiServer):
    server._most_pending = 3
    peers = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(4)]
    await asyncio.sleep(0.05)
    assert server.refused == 1
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await peers[0][0].readexactly(1)
    for _, writer in peers:
        writer.close()


async def test_an_unknown_path_plays_the_apology(server: AgiServer):
    call = await finished(await ring_up(server.port, "elsewhere?token=secret&lang=kk"))
    assert (call.told, call.variables) == (["hears kk/111/apology"], {})


async def test_a_crash_plays_the_apology_and_leaves_the_rest_to_survival(server: AgiServer):
    with capture_logs() as logs:
        call = await finished(await ring_up(server.port, "crash?token=secret"))
    assert call.told == ["hears kk/111/menu", "hears kk/111/apology"]
    assert call.variables == {}
    assert [entry["event"] for entry in logs] == ["handler_crashed"]


async def test_a_crash_in_the_apology_too_still_lets_the_caller_go_on(server: AgiServer):
    call = await finished(
        await ring_up(server.port, "crash?token=secret", missing={"111/menu", "111/apology"})
    )
    assert call.over.is_set()


async def test_closing_lets_asterisk_carry_on_with_every_call(server: AgiServer):
    calls = [await ring_up(server.port, "for_ever?token=secret") for _ in range(5)]
    await asyncio.sleep(0.05)
    assert len(server.sessions) == 5
    await server.close()
    for call in calls:
        await finished(call)
    assert server.sessions == set()


async def test_a_handler_that_will_not_be_cancelled_does_not_hold_up_the_close():
    async def stubborn(session: AgiSession) -> None:
        while True:
            try:
                await for_ever(session)
            except asyncio.CancelledError:
                continue

    door = AgiServer({"call": stubborn}, host="127.0.0.1", port=0, token="secret", apology=stubborn)
    await door.start()
    call = await ring_up(door.port)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        await door.close()
    await finished(call)


async def test_our_own_standstill_is_not_held_against_asterisk(server: AgiServer):
    server._reply_deadline = 0.5
    call = await ring_up(server.port, "for_ever?token=secret")
    await asyncio.sleep(0.02)
    (session,) = server.sessions
    session._left = 0.5
    time.sleep(1.0)
    await asyncio.sleep(0.02)
    assert len(server.sessions) == 1
    call.hang_up()
    await finished(call)


def test_the_door_opens_to_loopback_only_and_with_a_token():
    for wrong in ({"host": "0.0.0.0", "token": "secret"}, {"host": "127.0.0.1", "token": ""}):
        with pytest.raises(ValueError):
            AgiServer({}, port=0, apology=sorry, **wrong)


async def test_a_peer_with_the_token_that_never_reads_and_never_closes_costs_one_session(server: AgiServer):
    peer = socket.create_connection(("127.0.0.1", server.port))
    peer.sendall(GOOD + b"\n")
    await asyncio.sleep(0.05)
    (session,) = server.sessions
    session.tick(10_000)
    await asyncio.sleep(0.05)
    assert server.sessions == set()
    peer.close()


# A process of its own: a thousand strangers, each with garbage of some kind; half of them vanish with a
# reset, the others neither read nor close.
CROWD = """
import random, socket, struct, sys
chance, port, kept = random.Random(111), int(sys.argv[1]), []
good = b"agi_network: yes\\nagi_network_script: call?token=guess\\n\\n"
for n in range(1000):
    peer = socket.create_connection(("127.0.0.1", port))
    kept.append(peer)
    kind = n % 7
    said = [b"", chance.randbytes(4000), b"agi_network: yes\\n" * 200, b"agi_" + b"x" * 30000, good, b"\\n",
            b"HANGUP\\n200 result=0\\n"][kind]
    try:
        peer.sendall(said)
    except OSError:
        pass
    if chance.random() < 0.5:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
sys.stdin.read()
"""


@pytest.mark.slow
async def test_a_thousand_garbage_connections_at_once_are_not_noticed_by_calls(server: AgiServer):
    crowd = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CROWD, str(server.port), stdin=asyncio.subprocess.PIPE
    )
    slowest, served = 0.0, 0
    async with asyncio.timeout(8):
        while server.refused + server.left < 1000:
            began = time.monotonic()
            call = await finished(await ring_up(server.port, prompt_seconds=0.002))
            slowest = max(slowest, time.monotonic() - began)
            served += call.variables == {"ENGINE_NEXT": "hangup"}
    assert crowd.stdin
    crowd.stdin.close()
    await crowd.wait()
    assert len(server._pending) == 0  # all of them are out
    assert served >= 20  # five prompts each, while the crowd was there
    assert slowest < 0.5
