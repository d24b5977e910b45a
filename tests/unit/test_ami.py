"""The AMI client against a small server on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvloop
from panoramisk.manager import Manager
from structlog.testing import capture_logs

from routing.ami.client import Ami, AmiDown, AmiError, AmiInjection, AmiTimeout, Message
from routing.ami.protocol import LARGEST_MESSAGE
from routing.ami.reconnect import retry_delay
from tests.fake_ami import BOOTED, FakeAmi, Request, fake_ami

STATUS = [
    "Response: Success\r\nEventList: start\r\nMessage: Channels will follow",
    "Event: Status\r\nActionID: {id}\r\nChannel: A\r\nVariable: X=1\r\nVariable: Y=2",
    "Event: Status\r\nActionID: {id}\r\nChannel: B",
    "Event: StatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\nListItems: 2",
]


@dataclass
class Desk:
    """What a client told its owner."""

    ami: Ami
    events: list[str] = field(default_factory=list)
    ups: int = 0
    downs: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not ready():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def client(fake: FakeAmi, *, wait: bool = True, **how: Any) -> AsyncIterator[Desk]:
    """A client of `fake`, up (unless told otherwise), closed in the end."""
    desk: Desk

    def on_event(event: Message) -> None:
        desk.events.append(event.event)
        desk.changed.set()

    async def on_up() -> None:
        desk.ups += 1
        desk.changed.set()

    def on_down(reason: str) -> None:
        desk.downs.append(reason)
        desk.changed.set()

    told = {"on_event": on_event, "on_up": on_up, "on_down": on_down, "secret": fake.secret, **how}
    ami = Ami("127.0.0.1", fake.port, fake.username, **told)
    desk = Desk(ami)
    running = asyncio.create_task(ami.run())
    try:
        if wait:
            await desk.until(lambda: desk.ups > 0)
        yield desk
    finally:
        await ami.close()
        await running


def follows(blocks: list[str]) -> Callable[[Request], list[str]]:
    return lambda request: [block.replace("{id}", request["ActionID"]) for block in blocks]


async def test_a_login_ends_with_the_snapshot_after_fully_booted() -> None:
    async with fake_ami() as fake, client(fake) as desk:
        assert (fake.names(), desk.events, desk.ups, desk.ami.connected) == (
            ["Challenge", "Login"],
            ["FullyBooted"],
            1,
            True,
        )


async def test_actions_work_inside_the_snapshot_and_events_flow_meanwhile() -> None:
    seen: list[Any] = []

    async def on_up() -> None:
        fake.say("Event: Newchannel\r\nChannel: C")
        seen.append([item["Channel"] for item in await ami.list("Status")])
        seen.append(events[:])
        done.set()

    events: list[str] = []
    done = asyncio.Event()
    async with fake_ami(answers={"Status": follows(STATUS)}) as fake:
        ami = Ami(
            "127.0.0.1",
            fake.port,
            fake.username,
            fake.secret,
            on_event=lambda event: events.append(event.event),
            on_up=on_up,
            on_down=lambda _: None,
        )
        running = ami.connect()
        async with asyncio.timeout(5):
            await done.wait()
        await ami.close()
        await running
    assert seen == [["A", "B"], ["FullyBooted", "Newchannel", "Status", "Status", "StatusComplete"]]


async def test_send_gives_the_response_and_list_the_items() -> None:
    async with fake_ami(answers={"Status": follows(STATUS)}) as fake, client(fake) as desk:
        response = await desk.ami.send("Setvar", [("Variable", "A"), ("Value", "Ә")])
        items = await desk.ami.list("Status", {"Variables": "X,Y"})
    assert response["Message"] == "done"
    assert [(item.text("Channel"), item.get("Variable")) for item in items] == [
        ("A", ["X=1", "Y=2"]),
        ("B", None),
    ]
    assert fake.received[-1]["Variables"] == "X,Y"


async def test_repeated_headers_are_sent_as_given() -> None:
    async with fake_ami() as fake, client(fake) as desk:
        await desk.ami.send("Originate", [("Variable", "A=1"), ("Variable", "B=2"), ("Async", "true")])
    assert b"Variable: A=1\r\nVariable: B=2\r\nAsync: true\r\n\r\n" in fake.raw


async def test_many_actions_at_once_each_get_their_own_answer() -> None:
    def echo(request: Request) -> list[str]:
        return [f"Response: Success\r\nValue: {request['Variable']}"]

    async with fake_ami(answers={"Getvar": echo}) as fake, client(fake) as desk:
        asked = [desk.ami.send("Getvar", {"Variable": str(number)}) for number in range(50)]
        answers = await asyncio.gather(*asked)
    assert [answer["Value"] for answer in answers] == [str(number) for number in range(50)]


async def test_an_error_is_an_exception_with_asterisks_words() -> None:
    def refuse(_: Request) -> list[str]:
        return ["Response: Error\r\nMessage: No such channel"]

    async with fake_ami(answers={"Hangup": refuse, "Status": refuse}) as fake, client(fake) as desk:
        with pytest.raises(AmiError, match="No such channel"):
            await desk.ami.send("Hangup", {"Channel": "X"})
        with pytest.raises(AmiError, match="No such channel"):
            await desk.ami.list("Status")
        with pytest.raises(AmiError, match="no list"):
            await desk.ami.list("Setvar")


async def test_a_list_that_is_cut_short_is_an_error_not_a_short_list() -> None:
    cancelled = [STATUS[0], STATUS[1], STATUS[3].replace("Complete\r\nListItems", "cancelled\r\nListItems")]
    answers = {"Status": follows(cancelled), "BridgeList": follows(STATUS[:3])}
    async with fake_ami(answers=answers) as fake, client(fake) as desk:
        with pytest.raises(AmiError, match="cancelled"):
            await desk.ami.list("Status")
        with pytest.raises(AmiTimeout):
            await desk.ami.list("BridgeList", deadline=0.05)


async def test_nothing_is_sent_of_an_action_with_a_line_end() -> None:
    async with fake_ami() as fake, client(fake) as desk:
        before = fake.raw
        for fields in ({"Value": "x\r\n\r\nAction: Originate"}, {"Action": "Originate"}, {"actionid": "1"}):
            with pytest.raises(AmiInjection):
                await desk.ami.send("Setvar", fields)
        with pytest.raises(AmiInjection):
            await desk.ami.send("Ping\r\nAction: Originate")
        await desk.ami.send("Ping")
        assert fake.raw.removeprefix(before).count(b"Action: ") == 1


async def test_before_login_and_after_close_everything_fails_at_once() -> None:
    async with fake_ami() as fake:
        async with client(fake) as desk:
            ami = desk.ami
        with pytest.raises(AmiDown):
            await ami.send("Ping")
        assert ami.connected is False
        async with client(fake, wait=False) as desk:
            with pytest.raises(AmiDown):
                await desk.ami.send("Ping")


async def test_a_lost_connection_is_told_first_then_made_anew_with_a_new_snapshot() -> None:
    async with fake_ami(answers={"Redirect": None}) as fake, client(fake) as desk:
        asked = asyncio.create_task(desk.ami.send("Redirect", {"Channel": "X"}))
        await fake.until(lambda: "Redirect" in fake.names())
        fake.cut()
        with pytest.raises(AmiDown):
            await asked
        assert (len(desk.downs), desk.ami.connected) == (1, False)
        await desk.until(lambda: desk.ups == 2)
        assert fake.names() == ["Challenge", "Login", "Redirect", "Challenge", "Login"]


async def test_a_snapshot_that_fails_is_tried_again_on_a_new_connection() -> None:
    tries: list[int] = []
    done = asyncio.Event()

    async def on_up() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise KeyError("+77000000001")
        done.set()

    with capture_logs() as logs:
        async with fake_ami() as fake, client(fake, wait=False, on_up=on_up) as desk, asyncio.timeout(5):
            await done.wait()
            assert (fake.connections, desk.downs) == (2, ["given up"])
    [entry] = [entry for entry in logs if entry["event"] == "ami_session_failed"]
    assert (entry["error"], "7700" in str(logs)) == ("KeyError", False)


async def test_a_snapshot_ends_with_its_connection() -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def on_up() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    async with fake_ami() as fake, client(fake, wait=False, on_up=on_up) as desk:
        async with asyncio.timeout(5):
            await begun.wait()
        fake.cut()
        await desk.until(lambda: desk.downs != [])
        await fake.until(lambda: fake.connections == 2)
        assert ended[:1] == ["ended"]


async def test_without_fully_booted_it_waits_then_alarms_and_goes_on() -> None:
    with capture_logs() as logs:
        async with fake_ami(boot=False) as fake, client(fake, boot_deadline=0.05) as desk:
            assert desk.ups == 1
            fake.say(BOOTED)  # so it was not the rights: the first snapshot was too early
            await desk.until(lambda: desk.ups == 2)
            assert fake.names() == ["Challenge", "Login"] * 2
    assert [entry["event"] for entry in logs if entry.get("alarm")] == ["ami_boot_not_announced"] * 2


async def test_half_open_is_noticed_while_events_still_come() -> None:
    async with fake_ami() as fake, client(fake, ping_every=0.01, ping_deadline=0.05) as desk:
        fake.pong = False
        await desk.until(lambda: desk.downs != [])
        assert desk.downs == ["no answer to Ping"]
        fake.pong = True
        await desk.until(lambda: desk.ups == 2)


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_loop_that_was_blocked_looks_at_the_socket_before_it_gives_up(loop_factory: Any) -> None:
    backlog = ["Event: VarSet\r\nValue: " + "x" * 1000] * 600  # more than a loop reads in one round

    def late(_: Request) -> list[str]:
        return [*backlog, "Response: Success\r\nMessage: done"]

    async def scenario() -> tuple[list[str], str]:
        async with fake_ami(answers={"Setvar": late}) as fake, client(fake, ping_deadline=0.6) as desk:
            asked = asyncio.create_task(desk.ami.send("Setvar", deadline=0.6))
            await fake.until(lambda: "Setvar" in fake.names())  # answered, not yet read
            time.sleep(0.8)  # the engine is blocked beyond every deadline
            return desk.downs[:], (await asked)["Message"]

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(scenario()) == ([], "done")


async def test_a_message_without_end_ends_the_connection() -> None:
    async with fake_ami() as fake, client(fake) as desk:
        fake.say_raw(b"Event: X\r\nFill: " + b"x" * (LARGEST_MESSAGE + 1))
        await desk.until(lambda: desk.downs != [])
        assert desk.downs == ["a message without end"]


async def test_an_asterisk_that_does_not_read_cannot_fill_our_memory() -> None:
    async with fake_ami() as fake, client(fake) as desk:
        fake.stall()
        big = [(f"V{number}", "x" * 1000) for number in range(90)]
        asked = []
        for _ in range(500):
            try:
                asked.append(desk.ami.send_action({"Action": "Setvar", **dict(big)}))
            except AmiDown:
                break
        assert len(asked) < 500
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(result) for result in results} == {AmiDown}


async def test_on_down_may_fail_and_the_client_still_comes_back() -> None:
    def on_down(_: str) -> None:
        raise RuntimeError

    async with fake_ami() as fake, client(fake, on_down=on_down) as desk:
        fake.cut()
        await desk.until(lambda: desk.ups == 2)


async def test_a_receiver_that_always_fails_does_not_flood_the_log() -> None:
    def on_event(_: Message) -> None:
        raise ValueError("+77000000001")

    with capture_logs() as logs:
        async with fake_ami() as fake, client(fake, on_event=on_event) as desk:
            fake.say(*["Event: Hangup"] * 1000)
            await desk.ami.send("Ping")  # answered after all events
    failed = [entry for entry in logs if entry["event"] == "ami_receiver_failed"]
    assert (len(failed), failed[0]["error"], failed[0]["where"][:11]) == (10, "ValueError", "test_ami.py")
    assert "7700" not in str(logs)


async def test_who_knows_panoramisk_finds_its_interface() -> None:
    heard: list[str] = []
    async with fake_ami(answers={"Status": follows(STATUS)}) as fake, client(fake) as desk:
        assert dict(desk.ami.callbacks) == {}  # above all not its own replay at FullyBooted
        desk.ami.register_event("Queue*", lambda manager, event: heard.append(event.queue))
        fake.say("Event: QueueCallerJoin\r\nQueue: q", "Event: Hangup\r\nQueue: no")
        answer = await desk.ami.send_action({"Action": "Setvar", "Variable": ["A", "B"], "ActionID": "x"})
        items = await desk.ami.send_action({"action": "Status"}, as_list=True)
        assert isinstance(desk.ami, Manager)
    assert (answer.success, answer.message, len(items), heard) == (True, "done", 2, ["q"])
    assert b"Variable: A\r\nVariable: B\r\n\r\n" in fake.raw


async def test_close_ends_run_from_any_state() -> None:
    async with fake_ami(greet=False, answers={"Challenge": None}) as fake, client(fake, wait=False):
        await fake.until(lambda: fake.names() == ["Challenge"])
    port = fake.port  # nobody listens there now
    async with fake_ami() as other:
        other.port = port
        async with client(other, wait=False):
            await asyncio.sleep(0)


async def test_cancelling_run_is_not_swallowed() -> None:
    async with fake_ami() as fake:
        ami = Ami(
            "127.0.0.1",
            fake.port,
            fake.username,
            fake.secret,
            on_event=lambda _: None,
            on_up=lambda: asyncio.sleep(0),
            on_down=lambda _: None,
        )
        running = asyncio.create_task(ami.run())
        await fake.until(lambda: "Login" in fake.names())
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert ami.connected is False


def test_pauses_grow_to_five_seconds_and_are_spread() -> None:
    assert [retry_delay(failures, 1.0) for failures in (0, 1, 2, 5, 99)] == [0.2, 0.4, 0.8, 5.0, 5.0]
    assert (retry_delay(0, 0.0), retry_delay(99, 0.0)) == (0.1, 2.5)
