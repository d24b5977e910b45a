"""Ten thousand assignments on the whole engine, with jitter and AMI cut in the middle.

The whole `Engine` (FastAGI, AMI client, dispatcher, journal) runs beside a fake Asterisk over real TCP: calls
dial in by FastAGI (tests/fake_asterisk.py), the manager is tests/fake_ami.py and is cut again and again.
Callers press keys at random while they wait. A real phone could not be so quick: a consultant here is free
when the Dial's result line is written, and rings when the next Dial's line is read.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Settings
from dialplan import words as w
from dialplan.sip_accounts import SipAccount
from engine.install import consultant_accounts as accounts
from engine.install import secrets
from engine.wiring import lifecycle
from engine.wiring.build import build
from engine.wiring.parts import Engine
from tests.fake_ami import FakeAmi, Request, fake_ami
from tests.fake_asterisk import FakeCall

CONSULTANTS = 15
TALK = (0.15, 0.35)  # seconds
CALLERS = 32  # at once: the consultants' callers, those on their way, and always some who wait
PROMPT = 0.01  # seconds


@dataclass
class Tally:
    """What happened: milliseconds from free to ring; digits that came to where they were not pressed."""

    rng: random.Random
    gaps: list[float] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)  # consultants rung while they talked
    served: int = 0
    noise: int = 0  # lines no session could place
    free: dict[str, float] = field(default_factory=dict)
    talking: set[str] = field(default_factory=set)
    waiting: Callable[[], int] = lambda: 0


@dataclass
class JitteryCall(FakeCall):
    """A caller who presses keys at random, served by whoever is dialled, for a random time."""

    tally: Tally = field(default_factory=lambda: Tally(random.Random(0)))
    rates: str = ""

    def _begins(self, sound: str) -> bool:
        if sound == "111/welcome_choose":
            self.press("1")
        elif sound == "111/rate":
            self._digits.clear()
            self.press(self.rates)
        return True

    def _runs(self, application: str, data: str) -> None:
        if application == "StartMusicOnHold":
            asyncio.get_running_loop().call_later(self.tally.rng.random() * 0.2, self._fidget)

    def _fidget(self) -> None:
        """Any key, at any moment of the wait, also just when the ring comes."""
        if "DIALSTATUS" not in self.variables and not self.over.is_set():
            self.press(self.tally.rng.choice("0123456789*#"))
            asyncio.get_running_loop().call_later(self.tally.rng.random() * 0.2, self._fidget)

    async def _dial(self, data: str) -> None:
        who = data.partition(",")[0].removeprefix("PJSIP/")
        tally, now = self.tally, time.perf_counter()
        if who in tally.talking:
            tally.doubled.append(who)
        if (free := tally.free.pop(who, None)) is not None:
            tally.gaps.append(1000 * (now - free))
        tally.talking.add(who)
        await asyncio.sleep(tally.rng.uniform(*TALK))
        tally.talking.discard(who)
        tally.served += 1
        self.variables |= {"DIALSTATUS": "ANSWER", "HANGUPCAUSE": "16"}
        if tally.waiting() > CONSULTANTS / 4:
            tally.free[who] = time.perf_counter()


def home_folders(settings: Settings) -> tuple[Path, ...]:
    """The folders of home that must exist before anything starts."""
    home = settings.home
    names = ("etc", "lib/keys", "db", "data", "spool", "run", "log", "cache", "moh")
    return (
        *(home / "asterisk" / name for name in names),
        settings.audio,
        settings.cel_file.parent,
        settings.run_dir,
        home / "db",
        home / "log",
        home / "secrets",
        home / "accounts",
        home / "prompts",
    )


async def play(home: Path, assignments: int, *, cuts: int, seed: int = 111) -> Tally:
    """Serve so many callers, AMI cut `cuts` times meanwhile; what happened."""
    tally = Tally(random.Random(seed))
    names = [f"c{101 + number}" for number in range(CONSULTANTS)]
    async with fake_ami(username="engine", answers=_answers(names)) as ami:
        settings = Settings(
            home=home, ami_port=ami.port, agi_port=0, wrap_up_seconds=0, log_format="json", run_user="root"
        )
        for folder in home_folders(settings):
            folder.mkdir(parents=True, exist_ok=True)
        ami.secret = secrets.load(home / "secrets").ami_engine
        accounts.save(settings, [SipAccount(name, "Invented", ("kk", "ru"), "x" * 24) for name in names])
        (engine, reactions), stop = build(settings), asyncio.Event()
        order = lifecycle.steps(engine, reactions)
        running = asyncio.create_task(lifecycle.run(engine, order, stop))
        while not (engine.line.up and engine.agi.port):  # noqa: ASYNC110 - nothing tells us
            await asyncio.sleep(0.01)
        tally.waiting = lambda: len(engine.dispatch.snapshot().callers) - len(tally.talking)
        cutting = asyncio.create_task(_cut(ami, tally, assignments, cuts))
        await _callers(engine, tally, assignments)
        cutting.cancel()
        stop.set()
        await running
    return tally


async def _cut(ami: FakeAmi, tally: Tally, assignments: int, cuts: int) -> None:
    for number in range(1, cuts + 1):
        while tally.served < number * assignments / (cuts + 1):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        ami.cut()


async def _callers(engine: Engine, tally: Tally, assignments: int) -> None:
    token = engine.agi._token.decode()
    here: set[asyncio.Task[None]] = set()
    for number in range(assignments):
        here.add(asyncio.create_task(_call(engine, tally, token, number)))
        while len(here) >= CALLERS:
            _, here = await asyncio.wait(here, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*here)


async def _call(engine: Engine, tally: Tally, token: str, number: int) -> None:
    rates = tally.rng.choice(("", "1", "5"))
    call = JitteryCall(prompt_seconds=PROMPT, tally=tally, rates=rates)
    arrived = round(time.time() * 1000)
    facts = f"{w.CALL}=n1-{arrived}-{number}|{w.ARRIVED}={arrived}|{w.STAGE}=welcome"
    await call.dial_in("127.0.0.1", engine.agi.port, f"call?token={token}", {"agi_arg_1": facts})
    if not rates:
        watch = asyncio.get_running_loop()
        watch.call_later(0, _impatient, call)
    await call.over.wait()
    got = call.variables.get(w.RATING, "")
    if got != rates or call.variables.get(w.NEXT) != "hangup" or call.variables.get(w.LANGUAGE) != "kk":
        tally.stray.append(f"call {number}: rated {got!r} where {rates!r} was pressed")


def _impatient(call: JitteryCall) -> None:
    """Who gives no rating is not waited for: they hang up after the question."""
    if call.over.is_set():
        return
    if call.variables.get(w.RATING_ASKED) == "1":
        call.variables[w.NEXT] = "hangup"
        call.hang_up()
    else:
        asyncio.get_running_loop().call_later(0.02, _impatient, call)


def _answers(names: list[str]) -> dict[str, Callable[[Request], list[str]] | None]:
    def listed(event: str, items: list[str]) -> Callable[[Request], list[str]]:
        head = "Response: Success\r\nEventList: start\r\nMessage: follows"
        tail = f"Event: {event}Complete\r\nEventList: Complete\r\nListItems: {len(items)}"

        def answer(request: Request) -> list[str]:
            mark = f"\r\nActionID: {request['ActionID']}"
            return [head, *(f"{item}{mark}" for item in items), f"{tail}"]

        return answer

    devices = [f"Event: DeviceStateChange\r\nDevice: PJSIP/{name}\r\nState: NOT_INUSE" for name in names]
    members = [
        f"Event: QueueMember\r\nQueue: {w.SURVIVAL_QUEUE}\r\nName: {name}\r\nPaused: 0" for name in names
    ]
    return {
        "Status": listed("Status", []),
        "DeviceStateList": listed("DeviceStateList", devices),
        "QueueStatus": listed("QueueStatus", members),
        "CoreShowChannels": listed("CoreShowChannels", []),
        "PJSIPShowContacts": lambda _: ["Response: Error\r\nMessage: No Contacts found"],
    }
