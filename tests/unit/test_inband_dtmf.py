"""A key heard as tones: it answers the menu, the call is marked, its operator counted (decision 0088)."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import pytest

from engine.media.inband_dtmf import InbandDtmfDetection
from engine.media.wire_client import Tone
from routing.live.live_call import OngoingCall
from routing.live.repeated_faults import WATCHED

PORT = 20032


class World:
    """Asterisk's manager, the process on the wire, the journal: what each is asked and told."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there
        self.asked: list[object] = []
        self.marks: list[tuple[str, str]] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.at = 1000.0
        self.port = 4000
        self.keys = InbandDtmfDetection(
            self,
            self,
            self.find,
            self.mark,
            lambda: None,
            self.soon,
            lambda: self.at,
            grace=0.0,
            late=0.0,  # type: ignore[arg-type]
        )

    async def send(self, action: str, fields: dict[str, str]) -> dict[str, str]:
        return {"Value": f"127.0.0.1:{PORT}" if "src" in fields["Variable"] else f"192.0.2.1:{self.port}"}

    def hear(self, port: int, named: tuple[str, int]) -> bool:
        self.asked.append((port, named))
        return self.there

    def deaf(self, port: int) -> None:
        self.asked.append(port)

    def find(self, call: str) -> OngoingCall:
        return OngoingCall(call, channel=f"PJSIP/trunk-{call}", words={"ENGINE_OPERATOR": "192.0.2.1"})

    def mark(self, kind: str, call: str, at: datetime) -> None:
        self.marks.append((kind, call))

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def settled(self) -> None:
        while self.tasks:
            await asyncio.gather(*self.tasks)


async def menu(world: World, call: str, *tones: Tone, asterisk: str = "", judged: float = 0.0) -> str | None:
    """The key that answers a menu in which these are heard; `asterisk`: whose key Asterisk understood."""
    before = len(world.asked)
    with world.keys.listen(call, "12") as key:
        await until(lambda: len(world.asked) > before)
        if asterisk:
            told = {"Event": "DTMFEnd", "Direction": "Received", "Channel": f"PJSIP/trunk-{asterisk}"}
            world.keys.on_message(told)
        for tone in tones:
            world.keys.take(tone)
            await asyncio.sleep(judged)
        answered = asyncio.ensure_future(key)
        answer = answered.result() if answered.done() else None
    await world.settled()
    return answer


async def test_a_key_heard_as_tones_answers_the_menu_and_marks_the_call() -> None:
    world = World()
    assert "2" == await menu(world, "a", Tone(PORT, "2", events=False), Tone(PORT, "1", events=False))
    assert [(PORT, ("192.0.2.1", 4000)), PORT] == world.asked
    assert [("keys_as_tones", "a")] == world.marks
    assert [("192.0.2.1", 1, 0)] == [(o["operator"], o["only"], o["understood"]) for o in world.keys.told()]


async def test_a_key_that_the_menu_does_not_know_marks_the_call_and_answers_nothing() -> None:
    world = World()
    assert None is await menu(world, "a", Tone(PORT, "5", events=False))
    assert [("keys_as_tones", "a")] == world.marks


async def test_a_key_after_one_that_the_menu_does_not_know_answers_it() -> None:
    assert "1" == await menu(
        World(), "a", Tone(PORT, "5", events=False), Tone(PORT, "1", events=False), judged=0.2
    )


async def test_what_asterisk_understood_itself_is_marked_as_that_and_no_alert() -> None:
    world = World()
    for call in "abc":
        await menu(world, call, Tone(PORT, "2", events=False), asterisk=call)
    assert [("keys_as_tones_understood", call) for call in "abc"] == world.marks
    assert [] == list(world.keys.standing(world.at))
    await menu(
        world, "d", Tone(PORT, "2", events=False), asterisk="a"
    )  # another call's key is none of this one
    assert ("keys_as_tones", "d") == world.marks[-1]


async def test_tones_beside_telephone_events_and_of_other_ports_are_nothing() -> None:
    world = World()
    assert None is await menu(world, "a", Tone(PORT, "2", events=True), Tone(PORT + 2, "2", events=False))
    assert [] == world.marks


async def test_a_call_is_marked_once_and_from_the_second_on_the_operator_is_an_alert() -> None:
    world = World()
    for _ in range(2):  # language and rating
        await menu(world, "a", Tone(PORT, "1", events=False))
    assert [("keys_as_tones", "a")] == world.marks
    assert [] == list(world.keys.standing(world.at))
    world.at += 10
    await menu(world, "b", Tone(PORT, "1", events=False))
    assert [("192.0.2.1", 1000.0, 2)] == list(world.keys.standing(world.at))
    assert [] == list(world.keys.standing(world.at + WATCHED + 1))


async def test_a_gateway_that_lets_the_begin_of_a_tone_pass_before_its_event_is_no_mark() -> None:
    world = World()
    assert "2" == await menu(world, "a", Tone(PORT, "2", events=False), Tone(PORT, "", events=True))
    assert [] == world.marks


async def test_a_source_that_asterisk_learns_later_and_a_process_that_begins_anew_are_told() -> None:
    world = World()
    with world.keys.listen("a", "12"):
        await until(lambda: len(world.asked) == 1)
        world.port = 4010
        await until(lambda: len(world.asked) == 2)
        world.keys.again()
    learnt = (PORT, ("192.0.2.1", 4010))
    assert [(PORT, ("192.0.2.1", 4000)), learnt, learnt] == world.asked
    await world.settled()
    world.keys.again()
    assert PORT == world.asked[-1]  # the menu is over


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("there", [True, False])
async def test_who_presses_nothing_is_not_marked_whether_the_wire_is_there_or_not(*, there: bool) -> None:
    world = World(there=there)
    assert None is await menu(world, "a")
    assert [] == world.marks
