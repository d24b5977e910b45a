"""Callers of whom little comes are never passed over, whatever their operators do with questions."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.call import Call
from lab.lab import Lab
from lab.sip import Headers, Request, cseq
from tests.real.absence import on_shift
from tests.real.line import RunningLine
from tests.real.proxy import Proxy
from tests.real.talking import dial, served

pytestmark = pytest.mark.real

Answer = Callable[[Request], int | None]  # a status, or none
WATCHED = 16.0  # seconds without a packet


def only_once() -> Answer:
    """A phone that answers a number once, and takes no notice of it when it comes again."""
    seen: set[int] = set()

    def answer(request: Request) -> int | None:
        known = cseq(request) in seen
        seen.add(cseq(request))
        return None if known else 200

    return answer


def lossy() -> Answer:
    """Every second question, or its answer, is lost."""
    count = iter(range(1_000_000))
    return lambda request: 200 if next(count) % 2 else None


async def test_muted_callers_of_every_kind_of_operator_keep_their_places_and_a_ghost_does_not(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    first = await dial(lab, 500)
    await served(first, [consultant], 500)
    proxy = Proxy(lab.facts.trunk.address)
    with proxy.working():
        kinds: dict[int, Answer] = {
            520: lambda request: None,
            540: lambda request: 481,
            560: lambda request: 405,
            580: only_once(),
            600: lossy(),
            620: lambda request: 503,
        }
        muted = {tone: await waiting(lab, tone, answer) for tone, answer in kinds.items()}
        routed = await waiting(lab, 640, headers=(("Record-Route", proxy.route),))
        routed.strict = 0
        rare, ghost = await waiting(lab, 660, kinds[520]), await waiting(lab, 680)
        await line.until(lambda: len(waits(line)) == 9, 10)
        await asyncio.sleep(9.0)  # each was heard for so long, and asked
        for call in (*muted.values(), routed, rare):
            call.stream.paused = True
        ghost.phone.unplug()
        tones = [*muted, 640, 660, 680]
        marked: set[int] = set()
        end = time.monotonic() + WATCHED
        while time.monotonic() < end:
            rare.stream.paused = int(end - time.monotonic()) % 7 != 3
            marked |= {tones[place] for place in unanswered(line)}
            await asyncio.sleep(0.5)
        ghost.phone.unplug(out=False)
        await ghost.hang_up()
        assert {680} == marked
        assert "OPTIONS" in {method for method, _ in proxy.passed}
        await first.hang_up()
        muted[520].stream.paused = False
        await served(muted[520], [consultant], 520)  # the first of them, as if it had never been silent
        for call in (*muted.values(), rare):
            await call.hang_up()
        routed.stream.paused = False
        await served(routed, [consultant], 640)
        await asyncio.sleep(line.settings.short_conversation_seconds + 1.0)
        await consultant.served[-1].hang_up()
        await asyncio.sleep(2.0)
        await routed.press("5")
        await routed.ended(40)  # by a BYE of Asterisk's, whose number is above that of any question
        assert ("BYE", routed.strict) == proxy.passed[-1]


async def test_a_process_on_the_wire_that_hangs_makes_no_caller_a_ghost(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    first = await dial(lab, 500)
    await served(first, [consultant], 500)
    muted = await waiting(lab, 550)
    await line.until(lambda: len(waits(line)) == 1, 10)
    await line.until(lambda: len(muted.seen("OPTIONS")) >= 2, 15)
    muted.stream.paused = True
    wire = on_the_wire(line)
    os.kill(wire, signal.SIGSTOP)
    marked: set[int] = set()
    try:
        end = time.monotonic() + 12
        while time.monotonic() < end:
            marked |= unanswered(line)
            await asyncio.sleep(0.5)
    finally:
        os.kill(wire, signal.SIGCONT)
    os.kill(wire, signal.SIGKILL)
    await line.until(lambda: on_the_wire(line) not in (0, wire), 15)
    asked = len(muted.seen("OPTIONS"))
    await line.until(lambda: len(muted.seen("OPTIONS")) > asked, 25)
    assert set() == marked | unanswered(line)
    await first.hang_up()
    muted.stream.paused = False
    await served(muted, [consultant], 550)
    await muted.hang_up()


async def waiting(lab: Lab, tone: int, options: Answer = lambda request: 200, headers: Headers = ()) -> Call:
    """A caller with this tone on the way into the queue, whose phone answers questions so."""
    call = await dial(lab, tone, headers=headers)
    call.options = options
    await asyncio.sleep(0.3)
    return call


def waits(line: RunningLine) -> list[dict[str, object]]:
    """Those who wait."""
    return [one for one in line.ask("queue.show")["callers"] if one["state"] == "waiting"]


def unanswered(line: RunningLine) -> set[int]:
    """Of those who wait, in order: the places, from 0, of those who give no sign of life."""
    return {place for place, one in enumerate(waits(line)) if one["unanswered"]}


def on_the_wire(line: RunningLine) -> int:
    """The id of the supervisor's child on the wire; 0 when there is none."""
    assert line.process
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if b"engine.wire.main" in command and parent == line.process.pid:
            return int(stat.parent.name)
    return 0
