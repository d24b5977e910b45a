"""`ivr111 demo`: six calls on a line of their own, told as they happen, and checked afterwards; edge."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from config.settings import Settings
from engine.process.local_socket import EngineUnavailable, ask
from engine.supervisor.foreground import catch_stops
from lab import actors as play
from lab.actors import Actor
from lab.call import RefusedError
from lab.demo_line import DemoFailed, DemoLine
from lab.demo_report import DemoCall, journal, judged, summary
from lab.lab import Lab
from lab.scenes import Scene, scenes
from lab.stage import Stage
from lab.story import Story
from routing.board.queue_listing import QueueListing, queue_from_json

CONSULTANTS: Final = ("c101", "c102")
LONGEST: Final = 100.0  # seconds for one call
Say = Callable[[str], None]


def run(settings: Settings, as_json: bool = False) -> int:
    """Show the demo; 0 when all six calls went as they should, 1 when one did not, 130 when stopped."""

    def say(line: str) -> None:
        if not as_json:
            print(line, flush=True)  # noqa: T201 - this is what the command is for

    story = Story(say)
    try:
        told = asyncio.run(_shown(settings, story, say))
    except DemoFailed as why:
        if as_json:
            print(json.dumps({"ok": False, "error": str(why)}, ensure_ascii=False))  # noqa: T201
        say(str(why))
        return 1
    if told is None:
        say("stopped")
        return 130
    good = not any(one.faults for one in told)
    if as_json:
        whole = {
            "ok": good,
            "timeline": [asdict(m) for m in story.moments],
            "calls": [asdict(one) for one in told],
        }
        print(json.dumps(whole, ensure_ascii=False, indent=2, default=str))  # noqa: T201
    for one in told:
        for line in summary(one):
            say(line)
    wrong = sum(bool(one.faults) for one in told)
    say("all six calls went as they should" if good else f"{wrong} of 6 calls went otherwise")
    say(f"the recordings stay in {settings.home / 'demo' / 'spool' / 'audio'}")
    return 0 if good else 1


async def _shown(settings: Settings, story: Story, say: Say) -> list[DemoCall] | None:
    stop = catch_stops()
    showing = asyncio.create_task(_show(settings, story, say))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({showing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not showing.done():
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        return None
    return showing.result()


async def _show(settings: Settings, story: Story, say: Say) -> list[DemoCall]:
    async with DemoLine(settings, say) as line:
        begun = datetime.now(UTC)
        six = scenes(line.settings.default_language)
        busy = frozenset(scene.number for scene in six if scene.ucc == "busy")
        try:
            async with Lab.open(line.settings.run_dir / "lab.json") as lab:
                stage = Stage(lab, story, busy)
                actors, failed = await _play(stage, six, line.settings)
                story.tell("journal", "is asked what came of it")
                rows = await journal(line.settings, six, begun)
                return [
                    await asyncio.to_thread(judged, a, stage, rows.get(a.scene.number), failed, line.settings)
                    for a in actors
                ]
        except OSError as why:
            raise DemoFailed(
                f"a phone of the lab cannot be set up: {why}; make demo has a network of its own"
            ) from why


async def _play(
    stage: Stage, six: tuple[Scene, ...], settings: Settings
) -> tuple[list[Actor], dict[int, str]]:
    """All six; what did not come to pass, by number of the call."""
    actors = [Actor(stage, scene) for scene in six]
    failed: dict[int, str] = {}
    act = partial(_act, failed)
    for id_ in CONSULTANTS:
        await stage.consultant(id_)
    stage.ucc()
    await _until(settings, lambda now: _available(now) == len(CONSULTANTS), 15)
    one, two, three, four, five, six_ = actors
    over = [asyncio.Event() for _ in range(3)]
    async with asyncio.TaskGroup() as group:
        for actor, talked in zip((one, two, three), over, strict=True):
            group.create_task(act(actor, play.served(actor, talked), talked))
            await asyncio.sleep(1.5)
        for talked in over:
            await talked.wait()
        talking, go_on = [asyncio.Event(), asyncio.Event()], asyncio.Event()
        group.create_task(act(five, play.transferred(five, talking[0], go_on), talking[0]))
        await asyncio.sleep(1.0)
        group.create_task(act(six_, play.comes_back(six_, talking[1], go_on), talking[1]))
        for both in talking:
            await both.wait()

        async def waits() -> None:
            await _until(settings, lambda now: any(one.place for one in now.callers), 20)

        await act(four, play.hangs_up(four, waits), go_on)
    return actors, failed


async def _act(
    failed: dict[int, str], actor: Actor, work: Coroutine[Any, Any, None], *after: asyncio.Event
) -> None:
    """One call, to its end or until it goes otherwise, which `failed` tells; then `after` is set."""
    try:
        async with asyncio.timeout(LONGEST):
            await work
    except (TimeoutError, RefusedError, ValueError) as why:
        failed[actor.scene.number] = f"it went otherwise: {type(why).__name__} {why}".rstrip()
        actor.tell(actor.name, failed[actor.scene.number])
        if actor.call is not None:
            await actor.call.hang_up()
    finally:
        for event in after:
            event.set()


def _available(now: QueueListing) -> int:
    return sum(one.state == "available" for one in now.consultants)


async def _until(settings: Settings, holds: Callable[[QueueListing], bool], within: float) -> None:
    """Ask the engine until its queue looks so. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while True:
            try:
                told = await asyncio.to_thread(ask, settings.control_socket, "queue.show")
                if holds(queue_from_json(told)):
                    return
            except EngineUnavailable:
                pass  # it may be starting again
            await asyncio.sleep(0.2)
