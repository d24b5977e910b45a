"""The line over AGI against the fake Asterisk, on real TCP (ring 2)."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agi_handlers.line import AgiLine, DialResult
from agi_handlers.protocol import AgiRefused
from agi_handlers.server import AgiServer
from agi_handlers.session import AgiSession
from ivr.line import HungUp, SoundMissing
from tests.fake_asterisk import FakeCall, Ring, ring_up

Flow = Callable[[AgiLine], Awaitable[Any]]


async def run(flow: Flow, prepare: Callable[[FakeCall], None] = lambda call: None, **script: Any) -> Any:
    """What `flow` returns or raises, and the call it had."""
    ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def handler(session: AgiSession) -> None:
        try:
            ended.set_result(await flow(AgiLine(session)))
        except Exception as raised:
            ended.set_exception(raised)
            raise

    server = AgiServer({"call": handler}, host="127.0.0.1", port=0, token="secret", apology=handler)
    await server.start()
    try:
        call = FakeCall(**script)
        prepare(call)
        await call.dial_in("127.0.0.1", server.port, "call?token=secret", {})
        async with asyncio.timeout(20):
            result = await ended
            await call.over.wait()
        return result, call
    finally:
        await server.close()


async def test_a_digit_ends_the_prompt_and_is_returned():
    result, call = await run(
        lambda line: line.play("menu", "12"),
        lambda call: call.when_hears("111/menu", press="2"),
        prompt_seconds=9,
    )
    assert (result, call.told) == ("2", ["hears kk/111/menu"])


async def test_a_prompt_heard_to_its_end_returns_nothing():
    result, _ = await run(lambda line: line.play("menu", "12"))
    assert result is None


async def test_prompts_follow_the_language():
    async def flow(line: AgiLine) -> None:
        await line.speak_in("ru")
        await line.play("menu")

    _, call = await run(flow)
    assert call.told == ["hears ru/111/menu"]


async def test_a_missing_sound_is_told_apart_from_a_hang_up():
    with pytest.raises(SoundMissing):
        await run(lambda line: line.play("menu"), missing={"111/menu"})
    with pytest.raises(HungUp):
        await run(
            lambda line: line.play("menu"),
            lambda call: call.when_hears("111/menu", hang_up=True),
            prompt_seconds=9,
        )


async def test_digits_a_to_d_and_those_not_asked_for_do_not_end_a_wait():
    async def flow(line: AgiLine) -> list[str | None]:
        return [await line.digit("12", 1.0), await line.play("menu", "12D")]

    def prepare(call: FakeCall) -> None:
        def press_in_turn() -> None:
            for n, key in enumerate("ABCD9*1"):
                asyncio.get_running_loop().call_later(0.03 + n * 0.01, call.press, key)

        asyncio.get_running_loop().call_soon(press_in_turn)
        call.when_hears("111/menu", press="D")

    result, call = await run(flow, prepare)
    assert result == ["1", None]
    assert call.lines[-1] == b'STREAM FILE "111/menu" "12"'


async def test_a_wait_ends_when_its_time_is_up_however_often_wrong_keys_come():
    loop = asyncio.get_running_loop()
    began = loop.time()

    def prepare(call: FakeCall) -> None:
        for n in range(20):
            loop.call_later(0.01 * n, call.press, "7")

    result, _ = await run(lambda line: line.digit("1", 0.15), prepare)
    assert result is None
    assert 0.1 < loop.time() - began < 1.0


async def test_an_assignment_ends_the_wait_at_once_and_the_call_is_dialled():
    async def flow(line: AgiLine) -> DialResult:
        await line.music()
        waiting = asyncio.create_task(line.digit("1", 3600))
        await asyncio.wait({waiting}, timeout=0.02)
        waiting.cancel()
        return await line.dial("PJSIP/c101", 20, "gm(111)")

    result, call = await run(flow)
    assert result == DialResult("ANSWER", 0, hung_up=False)
    assert call.told == ["StartMusicOnHold 111", "Dial PJSIP/c101,20,gm(111)"]


@pytest.mark.parametrize(
    ("ring", "result"),
    [
        (Ring(), DialResult("ANSWER", 0, hung_up=False)),
        (Ring(caller_hangs_up=True), DialResult("ANSWER", 0, hung_up=True)),
        (Ring("CANCEL", 0, caller_hangs_up=True), DialResult("CANCEL", 0, hung_up=True)),
        (Ring("NOANSWER", 19), DialResult("NOANSWER", 0, hung_up=False)),  # 19 may be an earlier Dial's
        (Ring("BUSY", 17), DialResult("BUSY", 17, hung_up=False)),
        (Ring("CHANUNAVAIL", 21), DialResult("CHANUNAVAIL", 21, hung_up=False)),
        (Ring("CONGESTION", 34), DialResult("CONGESTION", 34, hung_up=False)),
    ],
)
async def test_a_dial_tells_how_it_ended(ring, result):
    assert (await run(lambda line: line.dial("PJSIP/c101", 2, "g"), rings=deque([ring])))[0] == result


async def test_several_plain_facts_take_one_round_trip_and_odd_ones_go_one_by_one():
    async def flow(line: AgiLine) -> list[str]:
        await line.set({"DIALSTATUS": "", "ENGINE_STAGE": "talk"})
        await line.set({"A": "1,B=2", "C": "3"})
        return [await line.get(name) for name in ("DIALSTATUS", "ENGINE_STAGE", "A", "B", "C")]

    values, call = await run(flow)
    assert values == ["", "talk", "1,B=2", "", "3"]
    said = [line.strip() for line in call.lines[:3]]
    assert said == [
        b'EXEC "MSet" "DIALSTATUS=,ENGINE_STAGE=talk"',
        b'SET VARIABLE "A" "1,B=2"',
        b'SET VARIABLE "C" "3"',
    ]


async def test_the_recording_stops_after_a_hang_up_and_rests_before_the_next():
    async def flow(line: AgiLine) -> list[Any]:
        await line.start_recording("/s/n1-1")
        await line.stop_recording()
        stopped = asyncio.get_running_loop().time()
        await line.start_recording("/s/n1-2")
        rested = asyncio.get_running_loop().time() - stopped
        dialled = await line.dial("PJSIP/c101", 2, "g")
        await line.stop_recording()
        with pytest.raises(HungUp):
            await line.music()
        return [dialled.hung_up, rested > 0.1]

    result, call = await run(flow, rings=deque([Ring(caller_hangs_up=True)]))
    assert result == [True, True]
    assert call.told == [
        "MixMonitor /s/n1-1.wav,br(/s/n1-1-caller.wav)t(/s/n1-1-consultant.wav)",
        "StopMixMonitor",
        "MixMonitor /s/n1-2.wav,br(/s/n1-2-caller.wav)t(/s/n1-2-consultant.wav)",
        "Dial PJSIP/c101,2,g",
        "StopMixMonitor",
    ]


@pytest.mark.parametrize("stem", ["relative", "/spool/../etc/x", "/spool/a)b", "/spool/a,b", "/spool/${X}"])
async def test_a_recordings_name_cannot_become_an_option(stem):
    with pytest.raises(AgiRefused):
        await run(lambda line: line.start_recording(stem))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60), max_size=8))
def test_variables_come_back_as_they_were_set(texts):
    async def flow(line: AgiLine) -> list[str]:
        back = []
        for text in [*texts, 'Ғалым "${SHELL(id)}" \\']:
            await line.set({"CALLERID(name)": text})
            back.append(await line.get("CALLERID(name)"))
        return back

    assert asyncio.run(run(flow))[0] == [*texts, 'Ғалым "${SHELL(id)}" \\']


@pytest.mark.parametrize(("times", "slow_read"), [(150, 0.0), (30, 0.004)])
async def test_interruptions_at_random_moments_leave_every_answer_with_its_question(times, slow_read):
    """Prompts and waits, cut short or ending by themselves, keys pressed meanwhile; a slow Asterisk too."""
    chance = random.Random(7)

    async def flow(line: AgiLine) -> list[str]:
        wrong = []
        for n in range(times):
            running = asyncio.create_task(
                line.play("menu", "12")
                if chance.random() < 0.5
                else line.digit("12", chance.choice([0.002, 5]))
            )
            await asyncio.wait({running}, timeout=chance.choice([0, 0, 0.001, 0.002, 0.003]))
            running.cancel()
            await line.set({"N": str(n)})
            if (got := await line.get("N")) != str(n):
                wrong.append(got)
        return wrong

    def prepare(call: FakeCall) -> None:
        call.when_hears("111/menu", press="1")

    result, _ = await run(flow, prepare, prompt_seconds=0.002, slow_read=slow_read)
    assert result == []


@pytest.mark.parametrize("moment", range(8))
async def test_a_hang_up_at_any_moment_is_one_exception(moment):
    async def flow(line: AgiLine) -> None:
        for _ in range(50):
            await line.set({"A": "b"})
            await line.play("menu", "1")
            await line.digit("1", 0.005)
            await line.music()
            await line.get("A")

    def prepare(call: FakeCall) -> None:
        asyncio.get_running_loop().call_later(0.02 + moment * 0.004, call.hang_up)

    with pytest.raises(HungUp):
        await run(flow, prepare, prompt_seconds=0.005)


async def test_two_calls_do_not_hear_each_other():
    answers: dict[str, str | None] = {}

    async def handler(session: AgiSession) -> None:
        answers[session.call_id] = await AgiLine(session).play("menu", "12")

    server = AgiServer({"call": handler}, host="127.0.0.1", port=0, token="secret", apology=handler)
    await server.start()
    calls = [await ring_up(server.port, header={"agi_arg_1": f"n1-{n}"}, prompt_seconds=5) for n in (1, 2)]
    await asyncio.sleep(0.02)
    for call, key in zip(calls, "12", strict=True):
        call.press(key)
    async with asyncio.timeout(5):
        for call in calls:
            await call.over.wait()
    await server.close()
    assert answers == {"n1-1": "1", "n1-2": "2"}
