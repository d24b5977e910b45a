"""Ring 1: a scenario on a fake line, in virtual time, in milliseconds."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agi_handlers.channel_variables import VARIABLES, read
from agi_handlers.session import ConnectionLost
from dialplan import words as w
from ivr.call import Call
from ivr.flow import serve_call
from ivr.line import DialResult, HungUp, SoundMissing
from ivr.timers import Timers
from tests.scenario.clock import run
from tests.scenario.director import Director
from tests.scenario.language import PROMPT, Line, Scenario, Way
from tests.scenario.world import ARRIVED, CALL, World

TIMERS = Timers(ring=20, comfort=30.0, ucc_ring=25, duty_ring=30, advice=20.0)
SILENCE = 120.0  # seconds listened after the end


@dataclass(frozen=True, slots=True)
class Played:
    """What happened in one scenario."""

    told: list[str]
    faults: list[str]
    outcome: dict[str, str]
    heard_out: list[str]
    conversations: list[str]
    variables: dict[str, str]


class Channel:
    """The caller's channel: it outlives engines, and so does a Dial that runs on it."""

    def __init__(self, director: Director) -> None:
        self.director = director
        self.variables = {w.CALL: CALL, w.ARRIVED: str(ARRIVED), w.STAGE: "welcome"}
        self.gone = False
        self.language = "kk"
        self.dialling: asyncio.Task[Way] | None = None
        self.engine: asyncio.Task[None] | None = None
        self.commands = 0
        self.kill_at: int | None = None  # the engine dies before it has said this command
        self.unplugged = False
        self._keys: deque[str] = deque()
        self._stir = asyncio.Event()

    def press(self, keys: str) -> None:
        self._keys.extend(keys)
        self._stir.set()

    def hang_up(self) -> None:
        self.gone = True
        self._stir.set()

    def kill(self) -> None:
        self.unplugged = True
        self.director.world.kill()
        if self.engine is not None:
            self.engine.cancel()

    def command(self) -> None:
        """The engine says something."""
        self.commands += 1
        if self.commands == self.kill_at:
            self.director.killed = True
            self.kill()
        if self.unplugged:
            raise ConnectionLost

    async def wait(self, seconds: float, keys: str) -> str | None:
        """The first of `keys`; keys from before this wait are lost, as Asterisk loses them."""
        self._keys.clear()
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            if self.gone:
                raise HungUp
            while self._keys:
                if (key := self._keys.popleft()) in keys:
                    return key
            self._stir.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._stir.wait()
            except TimeoutError:
                return None


class FakeLine:
    """ivr.line.Line over a Channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._director = channel.director

    def _alive(self) -> None:
        self._channel.command()
        if self._channel.gone:
            raise HungUp

    async def play(self, sound: str, digits: str = "") -> str | None:
        self._alive()
        name = self._director.begins(self._channel.language, sound)
        if name is None:
            raise SoundMissing(sound)
        key = await self._channel.wait(PROMPT, digits)
        if key is None:
            self._director.heard(name)
        return key

    async def digit(self, digits: str, seconds: float) -> str | None:
        self._alive()
        return await self._channel.wait(seconds, digits)

    async def music(self) -> None:
        self._alive()
        self._director.music()

    async def set(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():  # an engine may die between any two of them
            self._alive()
            self._channel.variables[name] = value

    async def get(self, name: str) -> str:
        self._alive()
        return self._channel.variables.get(name, "")

    async def speak_in(self, language: str) -> None:
        self._alive()
        self._channel.language = language

    async def ring(self, party: str, seconds: int) -> DialResult:
        self._channel.command()
        if self._channel.gone:  # Asterisk dials nothing on a dead channel
            return DialResult("", 0, hung_up=True)
        dial = asyncio.create_task(self._director.rings(party, seconds))
        self._channel.dialling = dial
        way = await asyncio.shield(dial)
        return DialResult(way.status, way.cause, hung_up=self._channel.gone)

    async def record(self, stem: str) -> None:
        self._alive()
        self._director.records(stem)

    async def stop_recording(self) -> None:
        self._channel.command()
        self._director.stops_recording()


async def _engine(channel: Channel, world: World) -> None:
    """One engine's part of the call, as agi_handlers/call.py and server.py have it."""
    facts = read("|".join(f"{name}={channel.variables.get(name, '')}" for name in w.FACTS))
    line = FakeLine(channel)
    call = Call(line, facts, names=VARIABLES, default="kk", clock=world.clock)
    desk = world.call_desk  # this engine's own; the next one has another
    desk.begin(CALL)
    try:
        if facts.connection:
            await line.stop_recording()
        await serve_call(call, desk, TIMERS)
        await line.set({w.NEXT: "hangup"})
    except (HungUp, ConnectionLost):
        pass
    except OSError:
        with contextlib.suppress(HungUp):
            await line.play("apology" if facts.language else "apology_both")
    finally:
        desk.over(CALL)


class Forgiving(Director):
    """Where an engine died at any command: prompts said again, others left out; the end is the same."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        super().__init__(scenario, world)
        self._all: tuple[Line, ...] = scenario.lines
        self._at = 0

    def line_for(self, what: str) -> Line | None:
        ahead = range(self._at, len(self._all))
        for place in (*ahead[:1], *reversed(range(self._at)), *ahead[1:]):
            if self._all[place].expects == what:
                self._at = place + 1
                line: Line = self._all[place]
                return line
        return None


async def _play(
    scenario: Scenario, kill_at: int | None = None, direct: Callable[[Scenario, World], Director] = Director
) -> tuple[Played, int]:
    world = World(scenario)
    director = direct(scenario, world)
    director.caller = channel = Channel(director)
    channel.kill_at = kill_at
    while True:
        channel.engine = asyncio.create_task(_engine(channel, world))
        await asyncio.wait({channel.engine})
        if not channel.engine.cancelled():
            channel.engine.result()
        if not channel.unplugged:
            break
        channel.unplugged = False
        if channel.dialling is not None and not channel.dialling.done():
            await channel.dialling  # the conversation lives on
        if channel.gone:
            break
    await asyncio.sleep(0.01)  # Asterisk's last events
    director.ends(channel.variables.get(w.NEXT, ""))
    outcome = director.outcome()
    await asyncio.sleep(SILENCE)
    world.desk.close()
    played = Played(
        director.told,
        director.faults,
        outcome,
        director.heard_out,
        director.conversations,
        channel.variables,
    )
    return played, channel.commands


def play(scenario: Scenario, direct: Callable[[Scenario, World], Director] = Director) -> Played:
    """Play a scenario from the first ring to two minutes after its end."""
    return run(_play(scenario, direct=direct))[0]


def play_killed(scenario: Scenario, command: int) -> Played:
    """The same, but the engine dies before it could say its command of this number (from 1)."""
    return run(_play(scenario, command, Forgiving))[0]


def commands(scenario: Scenario) -> int:
    """How many commands an engine says in this scenario."""
    return run(_play(scenario))[1]
