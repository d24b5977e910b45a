"""Ring 2: the same scenario over real FastAGI on TCP, against the fake Asterisk."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

from agi_handlers.call import CallHandler, apologise
from agi_handlers.server import AgiServer
from dialplan import words as w
from tests.fake_asterisk import FakeCall
from tests.scenario.clock import run
from tests.scenario.director import Director
from tests.scenario.language import PROMPT, Scenario
from tests.scenario.ring1 import SILENCE, TIMERS, Played
from tests.scenario.world import ARRIVED, CALL, World

LAST_WORD = b'SET VARIABLE "ENGINE_NEXT" "hangup"'
LONGEST = 3000.0  # seconds; no scenario lasts longer
PARTIES = {"PJSIP/1414": "1414", "Local/s@111-duty/n": "duty"}


class SceneCall(FakeCall):
    """A call at the fake Asterisk whose caller, consultants and 1414 follow a scenario."""

    director: Director
    server: AgiServer
    killed = False

    @property
    def gone(self) -> bool:
        return self._gone

    def kill(self) -> None:
        """The engine's process is gone: its sockets with it."""
        self.killed = True
        self.director.world.kill()
        for session in tuple(self.server.sessions):
            session._transport.abort()
        self.closing = asyncio.create_task(self.server.close())

    def _begins(self, sound: str) -> bool:
        return self.director.begins(self.language, sound.removeprefix("111/")) is not None

    def _heard(self, sound: str) -> None:
        self.director.heard(f"{self.language}/{sound.removeprefix('111/')}")

    def _runs(self, application: str, data: str) -> None:
        super()._runs(application, data)
        match application:
            case "StartMusicOnHold":
                self.director.music()
            case "MixMonitor":
                self.director.records(Path(data.partition(",")[0]).stem)
            case "StopMixMonitor":
                self.director.stops_recording()

    async def _dial(self, data: str) -> None:
        target, seconds, options = data.split(",", 2)
        if not options.startswith("igm("):
            self.director.faults.append(f"without g the caller is lost, without m there is silence: {data}")
        party = PARTIES.get(target, target.removeprefix("PJSIP/"))
        way = await self.director.rings(party, float(seconds))
        self.variables["HANGUPCAUSE"] = str(way.cause)


async def _engine(world: World) -> AgiServer:
    handler = CallHandler(
        world.call_desk, TIMERS, "kk", lambda: Path("/spool/audio"), ZoneInfo("Asia/Almaty"), world.clock
    )
    server = AgiServer(
        {"call": handler},
        host="127.0.0.1",
        port=0,
        token="secret",
        apology=apologise,
        reply_deadline=600.0,  # virtual seconds: they pass in no time
    )
    await server.start()
    return server


async def _play(scenario: Scenario) -> Played:
    world = World(scenario)
    director = Director(scenario, world)
    variables = {w.CALL: CALL, w.ARRIVED: str(ARRIVED), w.STAGE: "welcome"}
    language, gone = "kk", False
    while True:
        server = await _engine(world)
        director.caller = call = SceneCall(prompt_seconds=PROMPT, variables=variables)
        call.director, call.server, call.language, call._gone = director, server, language, gone
        facts = "|".join(f"{name}={variables.get(name, '')}" for name in w.FACTS)
        await call.dial_in("127.0.0.1", server.port, "call?token=secret", {"agi_arg_1": facts})
        async with asyncio.timeout(LONGEST):
            await call.over.wait()  # a Dial that runs lives on without its engine
        language, gone = call.language, call.gone
        if not call.killed or gone:
            break
        await call.closing
    await asyncio.sleep(0.01)
    director.ends(variables.get(w.NEXT, ""))
    outcome = director.outcome()
    await server.close()
    if director.told[-1] == "hung up by line" and call.lines[-1] != LAST_WORD:
        director.faults.append(f"after the last word: {call.lines[-1]!r}")
    await asyncio.sleep(SILENCE)
    world.desk.close()
    return Played(
        director.told, director.faults, outcome, director.heard_out, director.conversations, variables
    )


def play(scenario: Scenario) -> Played:
    """Play a scenario over TCP, from the first ring to two minutes after its end."""
    return run(_play(scenario), wire=True)
