"""Who is asked and who is doubted: a manager and a process on the wire that do what a test tells them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from engine.media.leg_counts import CountedLeg, LegCounts
from engine.media.silent_callers import SilentCallers
from engine.media.wire_client import WireClient
from routing.ami.client import Ami
from routing.dispatch.dispatcher import Dispatcher, Rules, Waiting
from routing.dispatch.service import DispatchService
from tests.fake_ami import Request, fake_ami

FACTS = {
    "CHANNEL(pjsip,local_uri)": "<sip:111@127.0.0.1>",
    "CHANNEL(pjsip,local_tag)": "ours",
    "CHANNEL(pjsip,remote_uri)": "<sip:x@127.0.0.2>",
    "CHANNEL(pjsip,remote_tag)": "theirs",
    "CHANNEL(pjsip,local_addr)": "127.0.0.1:5060",
}


class World:
    """Callers by name; `hosts` is each one's operator, `habits` the statuses of its answers (None: none)."""

    def __init__(self) -> None:
        self.hosts: dict[str, str] = {}
        self.habits: dict[str, int | None] = {}
        self.hangs = False  # the process on the wire
        self.now = 1000.0
        self.asked: list[str] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.silent: SilentCallers

    def getvar(self, request: Request) -> list[str]:
        name, what = request["Channel"], request["Variable"]
        own = {
            "CHANNEL(pjsip,call-id)": name,
            "CHANNEL(pjsip,target_uri)": f"sip:{name}@{self.hosts[name]}:5080",
            "CHANNEL(pjsip,remote_addr)": f"{self.hosts[name]}:5080",
        }
        said = {**FACTS, **own}.get(what, "")
        return [f"Response: Success\r\nVariable: {what}\r\nValue: {said}"]

    async def wire(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            order = json.loads(line)
            if "ask" not in order or self.hangs:
                continue
            name = order["ask"].split("sip:", 1)[1].split("@", 1)[0]
            self.asked.append(name)
            said = [{"sent": order["name"]}]
            if (status := self.habits[name]) is not None:
                said.append({"answer": order["name"], "status": status})
            writer.write(b"".join(json.dumps(one).encode() + b"\n" for one in said))
        writer.close()

    def caller(self, name: str, host: str, status: int | None) -> CountedLeg:
        self.hosts[name], self.habits[name] = host, status
        self.silent.desk.place(Waiting(name, "kk", len(self.hosts)))
        leg = self.silent.legs.legs[name] = CountedLeg(name, "caller", name)
        return leg

    async def seconds(self, count: int, heard: list[CountedLeg]) -> None:
        """So many seconds, a look in each; packets come from those who are heard."""
        for _ in range(count):
            self.now += 1.0
            for leg in self.silent.legs.legs.values():
                leg.state.count((leg.state.packets or 0) + 50 * (leg in heard), self.now)
            self.silent.look(self.now)
            while self.tasks:
                await asyncio.gather(*self.tasks)
            for _ in range(5):  # what the process on the wire says is on a socket
                await asyncio.sleep(0.005)


@asynccontextmanager
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World()

    def soon(work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        made.tasks.add(task)
        task.add_done_callback(made.tasks.discard)

    def clock() -> float:
        return made.now

    async with fake_ami(answers={"Getvar": made.getvar}) as fake:
        up = asyncio.Event()
        ami = Ami(
            "127.0.0.1", fake.port, fake.username, fake.secret,
            on_event=lambda _: None, on_up=_set(up), on_down=lambda _: None,
        )  # fmt: skip
        link = WireClient(tmp_path / "wire")
        connected = asyncio.Event()
        link.came = connected.set
        server = await asyncio.start_unix_server(made.wire, tmp_path / "wire")
        desk = DispatchService(Dispatcher(Rules(wrap_up_seconds=0)), clock)
        counts = LegCounts(ami, lambda: (), clock=clock)
        made.silent = SilentCallers(ami, counts, desk, link, _no, _no, lambda: None, soon, clock)
        link.answered, link.sent = made.silent.answered, made.silent.sent
        running = [asyncio.create_task(ami.run()), asyncio.create_task(link.keep())]
        try:
            async with asyncio.timeout(10):
                await up.wait()
                await connected.wait()
            yield made
        finally:
            await ami.close()
            running[1].cancel()
            await asyncio.gather(*running, return_exceptions=True)
            server.close()


def _set(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def up() -> None:
        event.set()

    return up


def _no(kind: str, call: str, at: float) -> None:
    """No journal here."""


async def test_only_who_answered_while_heard_is_doubted_when_no_answer_comes(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        never, gone_says, ghost = (
            one.caller("never", "127.0.0.2", None),
            one.caller("481", "127.0.0.2", 481),
            one.caller("ghost", "127.0.0.2", 200),
        )
        await one.seconds(9, heard=[never, gone_says, ghost])
        one.habits["ghost"] = None
        await one.seconds(14, heard=[])
        assert {"ghost"} == set(one.silent.since)
        one.habits["ghost"] = 500  # a sign of life as good as any
        await one.seconds(2, heard=[])
        assert set() == set(one.silent.since)


async def test_a_call_that_is_no_more_is_a_ghost_where_its_leg_answered_before(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        ghost = one.caller("ghost", "127.0.0.2", 200)
        await one.seconds(4, heard=[ghost])
        one.habits["ghost"] = 481
        await one.seconds(14, heard=[])
        assert {"ghost"} == set(one.silent.since)


async def test_of_a_leg_never_heard_its_own_operators_others_speak_however_many_anothers_there_are(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as one:
        others = [one.caller(f"other{n}", "127.0.0.3", 200) for n in range(5)]
        one.caller("ghost", "127.0.0.2", None)
        await one.seconds(15, heard=others)
        assert set() == set(one.silent.since)
        others.append(one.caller("witness", "127.0.0.2", 200))
        await one.seconds(8, heard=others)
        assert {"ghost"} == set(one.silent.since)


async def test_questions_that_were_never_sent_doubt_nobody(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        muted = one.caller("muted", "127.0.0.2", 200)
        await one.seconds(4, heard=[muted])
        one.hangs = True
        await one.seconds(30, heard=[])
        assert set() == set(one.silent.since)
        one.hangs = False
        await one.seconds(20, heard=[])
        assert set() == set(one.silent.since)


async def test_who_is_heard_and_known_to_answer_is_asked_no_more(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        heard = one.caller("heard", "127.0.0.2", 200)
        await one.seconds(20, heard=[heard])
        assert ["heard", "heard"] == one.asked
