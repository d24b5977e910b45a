"""Nobody shuts the console to others by holding connections; what is no HTTP learns nothing."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web

from console.http import connections
from console.http.certificate import certificate
from console.http.connection_limit import ConnectionLimit
from console.http.connections import Runner, client_network, listen, raise_open_files_limit


@asynccontextmanager
async def door(context=None):
    """A port with the console's server; an answer takes as long as it likes."""
    app = web.Application()
    app.router.add_get("/", _hello)
    runner = Runner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    server = await listen(runner, "127.0.0.1", 0, context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await runner.cleanup()


async def _hello(_):
    return web.Response(text="hello")


async def hears_hello(port, address="127.0.0.9", context=None):
    """Whether somebody from there is served."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), ssl=context)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    heard = await asyncio.wait_for(_end(reader), 5)
    writer.close()
    return b"hello" in heard


async def test_who_holds_too_many_connections_loses_their_oldest_and_others_are_served(monkeypatch):
    monkeypatch.setattr(connections, "ConnectionLimit", lambda: ConnectionLimit(of_an_address=5))
    async with door() as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        for reader, _ in held[:3]:
            assert await asyncio.wait_for(_end(reader), 5) == b""
        assert await hears_hello(port)
        assert await hears_hello(port, "127.0.0.1")  # the same address: another of its idle ones went
        for _, writer in held:
            writer.close()


@pytest.mark.slow
@pytest.mark.parametrize("secure", [False, True])
async def test_eleven_addresses_with_195_silent_connections_each_close_the_door_to_nobody(tmp_path, secure):
    theirs = certificate(tmp_path, ("localhost",), datetime.now(UTC))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*theirs)
    any_server = ssl.create_default_context()
    any_server.check_hostname, any_server.verify_mode = False, ssl.CERT_NONE
    raise_open_files_limit()
    async with door(context if secure else None) as port:
        held = []
        for number in range(11 * 195):
            one = socket.socket()
            one.bind((f"127.0.0.{10 + number % 11}", 0))
            one.setblocking(False)
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", port)), 5)
            held.append(one)
            if number % 3 == 0:
                one.send(b"GET / HTTP/1.1\r\nHo" if not secure else b"\x16\x03")
        for _ in range(20):
            assert await hears_hello(port, "127.0.0.200", any_server if secure else None)
        assert await hears_hello(port, "127.0.0.10", any_server if secure else None)
        for one in held:
            one.close()


async def _end(reader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_places_are_free_again_when_their_holders_have_gone(monkeypatch):
    monkeypatch.setattr(connections, "ConnectionLimit", lambda: ConnectionLimit(of_an_address=2))
    async with door() as port, ClientSession() as session:
        for _ in range(10):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
        async with asyncio.timeout(5):
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{port}/") as answer:
                        assert await answer.text() == "hello"
                        return
                except OSError:
                    await asyncio.sleep(0.05)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost:"])
async def test_who_asks_for_nothing_is_let_go(monkeypatch, sent):
    monkeypatch.setattr(connections, "IDLE", 0.3)
    async with door() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await asyncio.wait_for(_end(reader), 5) == b""
        writer.close()


async def test_what_is_no_http_is_answered_with_a_number_and_nothing_of_the_inside():
    async with door() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /<script>x BOGUS\r\n\r\n")
        told = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert told.startswith(b"HTTP/1.0 400") or told.startswith(b"HTTP/1.1 400")
    assert b"script" not in told and b"aiohttp" not in told and b"Python" not in told
    assert b"default-src 'none'" in told


def test_one_customers_addresses_are_one():
    assert (
        client_network("2001:db8:1:2:3::4") == client_network("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    )
    assert client_network("::ffff:192.0.2.1") == client_network("192.0.2.1") == "192.0.2.1"
    assert client_network("not an address") == "not an address"
