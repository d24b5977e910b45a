"""Known defects, P1–P18 and P22: panoramisk 1.4 as shipped fails each, our client does not.

The first half needs no network: bytes go straight into the two protocols.
"""

import asyncio
import gc
import logging
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from panoramisk import message as stock_message
from panoramisk.actions import Action as StockAction
from panoramisk.ami_protocol import AMIProtocol as StockProtocol
from panoramisk.manager import Manager as StockManager
from structlog.testing import capture_logs

from routing.ami.client import Ami, AmiDown, AmiInjection, AmiTimeout, Message
from routing.ami.connection import AmiAction, AmiConnection
from routing.ami.protocol import LARGEST_MESSAGE, encode
from tests.fake_ami import FakeAmi, fake_ami
from tests.unit.test_ami import client


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)  # the stock library is as loud as it is wrong
    yield
    logging.disable(logging.NOTSET)


class Wire(asyncio.Transport):
    """Takes what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.aborted = False

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.aborted = True

    close = abort


class Ours:
    """Our connection without a network; `events` are those handed on."""

    def __init__(self) -> None:
        self.wire, self.events = Wire(), list[Message]()
        self.connection = AmiConnection(self.events.append)
        self.connection.connection_made(self.wire)
        self.receive = self.connection.data_received

    def ask(self, name: str, fields: dict[str, str], *, as_list: bool = False) -> tuple[str, Any]:
        action = AmiAction(name, fields, as_list=as_list)
        return action.id, self.connection.ask(action, 5)


class Stock:
    """panoramisk's protocol without a network, dispatching to plain callbacks."""

    def __init__(self) -> None:
        self.wire, self.events = Wire(), list[Any]()
        self.protocol = StockProtocol()
        self.protocol.connection_made(self.wire)
        self.manager = StockManager(loop=asyncio.get_running_loop())
        self.manager.register_event("*", lambda _, event: self.events.append(event))
        self.manager.protocol = self.protocol
        self.protocol.factory, self.protocol.encoding = self.manager, "utf8"
        self.receive = self.protocol.data_received

    def ask(self, name: str, fields: dict[str, str]) -> tuple[str, Any]:
        action = StockAction({"Action": name, **fields})
        return action.id, self.manager.send_action(action)


def block(*headers: str) -> bytes:
    return ("\r\n".join(headers) + "\r\n\r\n").encode()


async def test_p1_a_cyrillic_letter_split_between_chunks_survives() -> None:
    data = block("Event: Newchannel", "CallerIDName: Алия")
    middle = data.index("л".encode()) + 1
    ours, stock = Ours(), Stock()
    for receive in (ours.receive, stock.receive):
        receive(data[:middle])
        receive(data[middle:])
    assert ours.events[0]["CallerIDName"] == "Алия"
    assert stock.events[0]["CallerIDName"] == "Аия"


async def test_p2_queue_add_is_answered() -> None:
    ours, stock = Ours(), Stock()
    for side in (ours, stock):
        id, future = side.ask("QueueAdd", {"Queue": "111-survival", "Interface": "PJSIP/c101"})
        side.receive(block("Response: Success", f"ActionID: {id}", "Message: Added interface to queue"))
        assert future.done() is (side is ours)


async def test_p3_originate_without_async_is_answered_and_breaks_nothing() -> None:
    answer = "Message: Originate successfully queued"
    ours, stock = Ours(), Stock()
    id, future = ours.ask("Originate", {"Channel": "PJSIP/s201"})
    ours.receive(block("Response: Success", f"ActionID: {id}", answer))
    assert (await future)["Message"] == "Originate successfully queued"
    id, _ = stock.ask("Originate", {"Channel": "PJSIP/s201"})
    with pytest.raises(KeyError):  # asyncio closes the connection for it
        stock.receive(block("Response: Success", f"ActionID: {id}", answer))


async def test_p4_a_receiver_that_fails_costs_neither_connection_nor_the_next_event() -> None:
    seen: list[str] = []

    def fails_once(event: Any) -> None:
        seen.append(event.event)
        if event.event == "Before":
            raise ValueError

    data = block("Event: Before") + block("Event: After")
    async with fake_ami() as fake, client(fake, on_event=fails_once) as desk:
        fake.say_raw(data)
        await desk.ami.send("Ping")
        assert (seen, desk.downs) == (["FullyBooted", "Before", "After"], [])
    seen.clear()
    stock = Stock()
    stock.manager.register_event("*", lambda _, event: fails_once(event))
    with pytest.raises(ValueError):  # asyncio closes the connection for it
        stock.receive(data)
    assert seen == ["Before"]


async def test_p5_events_never_overtake_each_other() -> None:
    seen: list[int] = []

    async def slow_when_even(_: Any, event: Any) -> None:
        for _turn in range(3 * (int(event["Number"]) % 2 == 0)):
            await asyncio.sleep(0)
        seen.append(int(event["Number"]))

    data = b"".join(block("Event: X", f"Number: {number}") for number in range(5))
    stock = Stock()
    stock.manager.register_event("X", slow_when_even)
    stock.receive(data)
    while len(seen) < 5:
        await asyncio.sleep(0)
    assert seen == [1, 3, 0, 2, 4]
    ours = Ours()
    ours.receive(data)
    assert [int(event["Number"]) for event in ours.events] == [0, 1, 2, 3, 4]
    with pytest.raises(TypeError):
        Ami("127.0.0.1", 1, "", "", on_event=slow_when_even, on_up=None, on_down=None)  # type: ignore[arg-type]


@asynccontextmanager
async def stock_client(fake: FakeAmi, **how: Any) -> AsyncIterator[StockManager]:
    """A stock manager of `fake`, made to reconnect without its pause of 2 s; silenced in the end."""
    login = {"username": fake.username, "secret": fake.secret}
    loop = asyncio.get_running_loop()
    settings = {"host": "127.0.0.1", "port": fake.port, "loop": loop, "reconnect_timeout": 0} | login | how
    manager = StockManager(**settings)
    await manager.connect()
    await fake.until(lambda: "Login" in fake.names())
    try:
        yield manager
    finally:
        manager.connect = lambda *_: None  # the only way to keep it from coming back (P12)
        manager.close()
        await asyncio.sleep(0.01)


async def test_p6_an_originate_is_never_sent_twice() -> None:
    silent: dict[str, Any] = {"Originate": None}
    async with fake_ami(answers=silent) as fake, client(fake) as desk:
        asked = asyncio.create_task(desk.ami.send("Originate", {"Channel": "PJSIP/s201"}))
        await fake.until(lambda: "Originate" in fake.names())
        fake.cut()
        await desk.until(lambda: desk.ups == 2)
        with pytest.raises(AmiDown):
            await asked
        await desk.ami.send("Ping")
        assert fake.names().count("Originate") == 1
    async with fake_ami(answers=silent) as fake, stock_client(fake) as manager:
        manager.send_action({"Action": "Originate", "Channel": "PJSIP/s201", "Async": "true"})
        await fake.until(lambda: "Originate" in fake.names())
        fake.cut()
        await fake.until(lambda: fake.names().count("Originate") == 2)


async def test_p7_the_fate_of_an_action_does_not_hang_on_fully_booted() -> None:
    """Stock: without the event (no read class `system`) the action is neither failed nor sent again."""
    how: dict[str, Any] = {"boot": False, "answers": {"Redirect": None}}
    async with fake_ami(**how) as fake, client(fake, boot_deadline=0.01) as desk:
        asked = asyncio.create_task(desk.ami.send("Redirect"))
        await fake.until(lambda: "Redirect" in fake.names())
        fake.cut()
        with pytest.raises(AmiDown):
            await asked
    async with fake_ami(**how) as fake, stock_client(fake) as manager:
        future = manager.send_action({"Action": "Redirect"})
        await fake.until(lambda: "Redirect" in fake.names())
        fake.cut()
        await fake.until(lambda: fake.names().count("Login") == 2)
        assert (future.done(), len(manager.awaiting_actions)) == (False, 1)


async def test_p8_a_line_end_in_a_value_is_no_second_action() -> None:
    reason = "x\r\n\r\nAction: Originate\r\nApplication: System\r\nData: id"
    stock = Stock()
    stock.ask("QueuePause", {"Reason": reason})
    assert b"\r\n\r\nAction: Originate\r\nApplication: System" in stock.wire.written
    ours = Ours()
    with pytest.raises(AmiInjection):
        ours.ask("QueuePause", {"Reason": reason})
    with pytest.raises(AmiInjection):
        encode([("Reason", reason)])
    assert (ours.wire.written, ours.connection.waiting) == (b"", {})


async def test_p9_a_peer_that_answers_no_ping_is_dropped() -> None:
    async with fake_ami(pong=False) as fake, client(fake, ping_every=0.01, ping_deadline=0.01) as desk:
        await desk.until(lambda: desk.downs == ["no answer to Ping"])
        assert [request["Action"] for request in fake.received].count("Ping") == 1
    # Stock: set to ping without a pause it goes on for ever, each ping forgotten in `responses`.
    async with fake_ami(pong=False) as fake, stock_client(fake, ping_delay=0, ping_interval=0) as manager:
        await fake.until(lambda: len(fake.received) > 20)
        assert (manager._connected, len(manager.protocol.responses) > 10) == (True, True)


async def test_p10_every_action_has_a_deadline_and_none_is_needed_to_fail_before_the_login() -> None:
    async with fake_ami(answers={"Hangup": None}) as fake, client(fake) as desk:
        with pytest.raises(AmiTimeout):
            await desk.ami.send("Hangup", deadline=0.01)
        assert desk.ami._connection.waiting == {}
    with pytest.raises(AmiDown):
        await desk.ami.send("Hangup")
    async with fake_ami(answers={"Hangup": None}) as fake, stock_client(fake) as manager:
        future = manager.send_action({"Action": "Hangup"})
        await asyncio.wait({future}, timeout=0.1)
        assert future.done() is False
    with pytest.raises(AttributeError):
        StockManager().send_action({"Action": "Hangup"})


async def test_p11_a_cancelled_action_leaves_nothing_behind() -> None:
    ours, stock = Ours(), Stock()
    for side, waiting in ((ours, ours.connection.waiting), (stock, stock.protocol.responses)):
        asked = [side.ask("Hangup", {"Channel": "X"}) for _ in range(20)]
        for _, future in asked:
            future.cancel()
        await asyncio.sleep(0)
        assert len(waiting) == (0 if side is ours else 20)
        side.receive(block("Response: Success", f"ActionID: {asked[0][0]}"))  # the late answer harms nothing
    action = AmiAction("Hangup")
    ours.connection.ask(action, 1000).cancel()
    gone = weakref.ref(action)
    del action
    await asyncio.sleep(0)
    gc.collect()
    assert gone() is None  # not even its timer


async def test_p12_closed_is_closed_also_between_two_attempts() -> None:
    async with fake_ami() as fake:
        async with client(fake) as desk:
            fake.cut()
            await desk.until(lambda: desk.downs != [])
        assert fake.names().count("Login") == 1
        manager = StockManager(host="127.0.0.1", port=fake.port, username="ivr111", secret=fake.secret)
        manager.loop, manager.reconnect_timeout = asyncio.get_running_loop(), 0
        await manager.connect()
        await fake.until(lambda: fake.names().count("Login") == 2)
        fake.cut()
        while manager._connected:
            await asyncio.sleep(0)
        manager.close()
        await fake.until(lambda: fake.names().count("Login") == 3)  # a login nobody wants
        manager.connect = lambda *_: None
        manager.close()
        await asyncio.sleep(0.01)


async def test_p13_a_wrong_secret_is_an_alarm_and_no_hammering() -> None:
    with capture_logs() as logs:
        async with fake_ami() as fake, client(fake, wait=False, secret="wrong", refused_pause=60):
            await fake.until(lambda: "Login" in fake.names())
            await asyncio.sleep(0.3)
            assert fake.names() == ["Challenge", "Login"]
    assert [(entry["event"], entry["reason"]) for entry in logs if entry.get("alarm")] == [
        ("ami_refused", "Authentication failed")
    ]
    async with fake_ami() as fake, stock_client(fake, secret="wrong") as manager:
        await fake.until(lambda: fake.names().count("Login") >= 5)
        assert manager.authenticated is False


async def test_p13_after_the_slow_pause_the_right_secret_is_accepted() -> None:
    async with fake_ami() as fake:
        right, fake.secret = fake.secret, "changed"
        async with client(fake, wait=False, secret=right, refused_pause=0.01) as desk:
            await fake.until(lambda: "Login" in fake.names())
            fake.secret = right
            await desk.until(lambda: desk.ups == 1)


async def test_p14_a_peer_that_accepts_and_says_nothing_is_given_up() -> None:
    """Stock waits without end; what is no OSError flies out of its callback: shown by a finished future.

    That the TCP connect itself has a deadline is shown with a listener whose backlog is full.
    """
    mute: dict[str, Any] = {"greet": False, "answers": {"Challenge": None, "Login": None}}
    async with fake_ami(**mute) as fake, client(fake, wait=False, action_deadline=0.01):
        await fake.until(lambda: fake.connections == 2)
    async with fake_ami(**mute) as fake, stock_client(fake) as manager:
        await asyncio.wait({manager.authenticated_future}, timeout=0.1)
        assert (manager.authenticated_future.done(), fake.connections) == (False, 1)
    broken = asyncio.get_running_loop().create_future()
    broken.set_exception(ValueError("no OSError"))
    with pytest.raises(ValueError, match="no OSError"):
        StockManager(loop=asyncio.get_running_loop()).connection_made(broken)


async def test_p14_a_connect_that_hangs_is_given_up() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, capture_logs() as logs:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        fake = FakeAmi(port=full.getsockname()[1])
        async with client(fake, wait=False, connect_deadline=0.02):
            while not logs:
                await asyncio.sleep(0.01)
        for filler in fillers:
            filler.close()
    assert (logs[0]["event"], logs[0]["reason"]) == ("ami_down", "TimeoutError")


async def test_p15_an_event_with_the_id_of_a_waiting_action_is_handed_on_too() -> None:
    ours, stock = Ours(), Stock()
    id, _ = ours.ask("Originate", {"Channel": "X", "Async": "true"})
    ours.receive(block("Event: OriginateResponse", f"ActionID: {id}", "Response: Failure", "Reason: 5"))
    assert [event.event for event in ours.events] == ["OriginateResponse"]
    id, _ = stock.ask("Originate", {"Channel": "X", "Async": "true"})
    stock.receive(block("Response: Success", f"ActionID: {id}", "Message: Originate successfully queued"))
    stock.receive(block("Event: OriginateResponse", f"ActionID: {id}", "Response: Failure", "Reason: 5"))
    assert stock.events == []


async def test_p15_an_event_never_answers_an_action_in_place_of_its_response() -> None:
    ours = Ours()
    id, future = ours.ask("Originate", {"Channel": "X"})
    ours.receive(block("Event: OriginateResponse", f"ActionID: {id}", "Response: Failure"))
    assert future.done() is False
    ours.receive(block("Response: Success", f"ActionID: {id}", "Message: Originate successfully queued"))
    assert (await future)["Message"] == "Originate successfully queued"


async def test_p16_memory_is_bounded() -> None:
    """That no byte is searched twice is shown in test_ami_message; stock joins and splits all, each time."""
    ours, stock = Ours(), Stock()
    _, future = ours.ask("Hangup", {})
    for side in (ours, stock):
        for _ in range(3):
            side.receive(b"x" * (LARGEST_MESSAGE // 2))
    assert (ours.wire.aborted, type(future.exception())) == (True, AmiDown)
    assert (stock.wire.aborted, len(stock.protocol.queue[0])) == (False, LARGEST_MESSAGE // 2 * 3)
    ours.receive(block("", "Event: Hangup"))
    assert ours.events == []  # nothing after the drop


async def test_p17_there_is_no_saving_of_the_stream_that_breaks_it(tmp_path: Path) -> None:
    stock = Stock()
    stock.manager.save_stream = str(tmp_path / "stream")
    with pytest.raises(TypeError):  # asyncio closes the connection for it
        stock.receive(block("Event: Hangup"))
    with pytest.raises(TypeError):
        Ami("127.0.0.1", 1, "", "", save_stream="x")  # type: ignore[call-arg]


async def test_p18_a_header_without_value_is_kept_and_so_is_a_body() -> None:
    ours = Message.from_line("Event: Newchannel\r\nAccountCode:")
    stock = stock_message.Message.from_line("Event: Newchannel\r\nAccountCode:")
    assert ours is not None
    assert (dict(ours), dict(stock)) == (
        {"Event": "Newchannel", "AccountCode": ""},
        {"Event": "Newchannel", "content": ""},
    )
    ours = Message.from_line("Response: Success\r\nno header")
    stock = stock_message.Message.from_line("Response: Success\r\nno header")
    assert ours is not None
    assert (ours.content, stock.content) == ("no header", "")


async def test_p22_the_secret_never_travels() -> None:
    """TLS (`server_hostname`) is left out: AMI is bound to loopback."""
    async with fake_ami() as fake, client(fake):
        assert fake.secret.encode() not in fake.raw
    async with fake_ami() as fake, stock_client(fake):
        assert b"Secret: " + fake.secret.encode() in fake.raw
