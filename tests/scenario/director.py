"""Plays a scenario's text against a line, whichever ring it is: what people do, and what then happened."""

import asyncio
from collections import deque
from typing import Protocol

from dialplan import words as w
from ivr.prompts.catalogue import CATALOGUE
from tests.scenario.language import Act, Line, Scenario, Way
from tests.scenario.world import CALL, World

AT_ONCE = 0.05  # seconds from a consultant's coming free to the ring
BETWEEN_KEYS = 0.15  # seconds; no finger is faster
LOST = 30.0  # seconds after which a caller in a scenario that went astray hangs up


class Caller(Protocol):
    """The far end of the line, and the engine's plug."""

    variables: dict[str, str]

    @property
    def gone(self) -> bool: ...

    def press(self, keys: str) -> None: ...
    def hang_up(self) -> None: ...
    def kill(self) -> None: ...


class Director:
    """`told` is what happened, in the scenario's words; `faults` what must never happen, in any scenario."""

    caller: Caller

    def __init__(self, scenario: Scenario, world: World) -> None:
        self.world = world
        self.told: list[str] = []
        self.faults: list[str] = []
        self.heard_out: list[str] = []  # prompts heard to their end
        self.conversations: list[str] = []
        self.recording: str | None = None
        self.killed = False
        self._missing = scenario.missing
        self._lines: deque[Line] = deque(scenario.lines)
        self._astray = self._over = self._noticed = self._dialling = False
        self._freed_at: float | None = None
        self._loop = asyncio.get_running_loop()

    # What the rings tell.

    def begins(self, language: str, sound: str) -> str | None:
        """A prompt begins; its name, or None when its file is missing."""
        name = f"{'both' if CATALOGUE[sound].both else language}/{sound}"
        if name in self._missing:
            return None
        self._happens(f"hears {name}")
        return name

    def heard(self, name: str) -> None:
        """A prompt was heard to its end."""
        self.heard_out.append(name)
        self._noticed |= name.endswith("/transfer_1414_notice")

    def music(self) -> None:
        """Music begins."""
        self._happens("waits with music")

    def records(self, stem: str) -> None:
        """A recording begins."""
        if self.recording is not None:
            self._fault(f"{stem} begins while {self.recording} runs")
        if stem not in self.world.intents:
            self._fault(f"{stem} begins without an intent (A19)")
        self.recording = stem

    def stops_recording(self) -> None:
        """The recording's files are closed."""
        self.recording = None

    async def rings(self, party: str, limit: float) -> Way:
        """A Dial, from its beginning to its end, as the scenario's line says."""
        self.world.withdrawn.clear()
        line = self._happens(f"rings {party}")
        way = line.way if line and line.way else Way("NOANSWER", rings=None)
        self._dialling = True
        self._may_ring(party)
        seconds = limit if way.rings is None else way.rings
        if await self._rung(seconds):
            way = Way("CHANUNAVAIL", 26)
        elif self.caller.gone:
            way = Way("CANCEL", ended_by="caller")
        elif way.status == "ANSWER" and way.ended_by != "machine":
            await self._talk(party, way)
        elif way.ended_by == "caller":
            self.caller.hang_up()
        self.caller.variables[w.DIALSTATUS] = way.status
        self.caller.variables[w.RING] = way.ring
        self._dialling = False
        return way

    def ends(self, last_word: str) -> None:
        """The session is over: by whom the call ends."""
        by = "hung up by caller" if self.caller.gone else "hung up by line"
        self._happens(by if self.caller.gone or last_word == "hangup" else "goes on in survival")
        self._over = True
        if by == "hung up by line" and self.recording is not None:
            self._fault(f"{self.recording} was never closed")
        for seat in self.world.desk.snapshot().consultants:
            if seat.call == CALL:
                self._fault(f"{seat.id} is still {seat.state} for a caller who has gone")

    def outcome(self) -> dict[str, str]:
        """The facts a scenario may ask for, from the channel's variables."""
        get = self.caller.variables.get
        facts = {
            "outcome": self._outcome(),
            "language": get(w.LANGUAGE),
            "consultant": get(w.CONSULTANT),
            "rating": get(w.RATING),
            "asked": get(w.RATING_ASKED),
            "1414": get(w.UCC),
            "duty": get(w.DUTY),
            "recordings": str(len(self.world.intents)),
            "notice": "yes" if get(w.NOTICE) else "no",
        }
        facts |= {seat.id: seat.state for seat in self.world.desk.snapshot().consultants}
        return {name: value or "no" for name, value in facts.items()}

    # Inside.

    def _happens(self, what: str) -> Line | None:
        self.told.append(what)
        if self._over:
            self._fault(f"after the end: {what}")
        if self._freed_at is not None and what.startswith("rings c"):
            late = self._loop.time() - self._freed_at
            if late > AT_ONCE:
                self._fault(f"{what} {late:.2f} s after the consultant came free")
        self._freed_at = None
        line = None if self._astray else self.line_for(what)
        if line is None:
            self._go_astray()
            return None
        for act in line.acts:
            self._loop.call_later(act.at, self.act, act)
        return line

    def line_for(self, what: str) -> Line | None:
        """The scenario's line for what happens: the next one, or none."""
        if self._lines and self._lines[0].expects == what:
            return self._lines.popleft()
        return None

    def _go_astray(self) -> None:
        if not self._astray and not self._over:
            self._astray = True
            self._loop.call_later(LOST, self.caller.hang_up)

    def act(self, act: Act) -> None:
        """Somebody does something, now."""
        if self._astray or self._over:
            return
        match act.verb:
            case "press":
                for n, key in enumerate(act.who):
                    self._loop.call_later(n * BETWEEN_KEYS, self._press, key)
            case "hang_up":
                self.caller.hang_up()
                self.world.withdrawn.set()
            case "kill":
                self.killed = True
                self.caller.kill()
            case verb:
                self.world.do(verb, act.who)
                if not self._dialling and self.world.rings(act.who):
                    self._freed_at = self._loop.time()

    def _press(self, key: str) -> None:
        self.caller.press(key)  # on the channel as it is by then

    async def _rung(self, seconds: float) -> bool:
        """True when the engine took the ring back."""
        try:
            async with asyncio.timeout(seconds):
                await self.world.withdrawn.wait()
        except TimeoutError:
            return False
        return not self.caller.gone

    async def _talk(self, party: str, way: Way) -> None:
        if not way.ring:
            self.conversations.append(party)
        if party not in {"1414", "duty"}:
            self._noticed = False
        self.world.answered(party, self.caller.variables)
        if party == "1414" and "reserved" in {s.state for s in self.world.desk.snapshot().consultants}:
            self._fault("a consultant is kept although 1414 has answered")
        await asyncio.sleep(way.talks)
        if way.ended_by in {"1414", "lost"}:
            self.caller.variables[w.WISH] = way.ended_by
        self.world.parted(party, self.caller.variables)
        if way.ended_by == "caller":
            self.caller.hang_up()

    def _may_ring(self, party: str) -> None:
        if party != "1414":
            if self.recording is None:
                self._fault(f"{party} is rung without a recording (A19)")
            return
        if not self._noticed:
            self._fault("1414 is dialled before the notice was heard (A14)")
        if self.recording is not None:
            self._fault("the conversation with 1414 would be recorded")
        consultant = self.caller.variables.get(w.CONSULTANT, "")
        if not self.killed and self.world.state(consultant) != "reserved":
            self._fault(f"{consultant} is not kept while 1414 rings")

    def _fault(self, what: str) -> None:
        self.faults.append(what)

    def _outcome(self) -> str:
        """As routing/live/call_summary.py tells it from the same facts."""
        get = self.caller.variables.get
        if get(w.UCC) == "answered":
            return "transferred_1414"
        if any(party not in {"1414", "duty"} for party in self.conversations):
            return "served"
        if get(w.DUTY) == "answered":
            return "duty_phone"
        if get(w.ADVISED) == "1":
            return "advice"
        if not self.caller.gone:
            return "failed"
        return "abandoned_waiting" if get(w.QUEUED) else "abandoned_in_menu"
