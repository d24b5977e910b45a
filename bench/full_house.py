"""A full house: CPU of Asterisk and engine while 200 callers wait and 400 consultants are busy.

Fair by: one Asterisk, one run, the same 200 callers on both sides. app_queue has 400 members whose device
states (Custom:) say they are in use; ours has 400 consultants talking in the dispatcher, told to it as its
own events (bench/house_engine.py), and real FastAGI sessions. Callers send no sound. Measured twice: as it
is, with the same music and the same comfort message every 30 s on both sides, of which nearly all is the
sound of 200 channels; and silent, with neither. What 200 channels cost that only wait in the dialplan is
taken off in the target's row, so that the queue's own work is left.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from bench.house_engine import CONSULTANTS
from bench.measured_line import MeasuredLine
from bench.sipp import Load
from bench.table import Row, better, bound, say

CALLERS = 200
WINDOW = 25.0  # seconds
OURS, QUEUE, SILENT_QUEUE, STATES, IDLE = "111", "221", "222", "223", "224"
SILENT_OURS = "111, silent"

EXTENSIONS = f"""
[111-from-trunk](+)
exten => {QUEUE},1,Answer()
 same => n,Queue(bench-full)
exten => {SILENT_QUEUE},1,Answer()
 same => n,Queue(bench-silent)
exten => {IDLE},1,Answer()
 same => n,Wait(86400)
exten => {STATES},1,Goto(bench-states,s,1)

[bench-states]
exten => s,1,Set(N=0)
 same => n(next),Set(DEVICE_STATE(Custom:bench${{N}})=INUSE)
 same => n,Set(N=$[${{N}}+1])
 same => n,GotoIf($[${{N}}<{CONSULTANTS}]?next)
 same => n,Hangup()

[bench-nobody]
exten => _X.,1,Hangup()
"""
QUEUE_OPTIONS = """
strategy = rrmemory
musicclass = 111
timeout = 20
retry = 1
autofill = yes
ringinuse = no
joinempty = yes
leavewhenempty = no
announce-frequency = 0
"""
COMFORT = "periodic-announce = 111/comfort\nperiodic-announce-frequency = 30\n"
MEMBERS = "".join(f"member => Local/{n}@bench-nobody/n,0,m{n},Custom:bench{n}\n" for n in range(CONSULTANTS))
QUEUES = f"\n[bench-full]{QUEUE_OPTIONS}{COMFORT}{MEMBERS}\n[bench-silent]{QUEUE_OPTIONS}{MEMBERS}"
NO_MUSIC = "\n[111](+)\ndirectory = /nonexistent\n\n[default](+)\ndirectory = /nonexistent\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """Shares of one core."""

    asterisk: float
    engine: float

    @property
    def both(self) -> float:
        return self.asterisk + self.engine


def run(callers: int = CALLERS, window: float = WINDOW) -> list[Row]:
    """About 4 minutes."""
    sound = _legs(callers, window, (QUEUE, OURS), {}, comfort="30")
    no_music = {"musiconhold.conf": NO_MUSIC}
    silent = _legs(callers, window, (IDLE, OURS, SILENT_QUEUE), no_music, comfort="86400")
    silent[SILENT_OURS] = silent.pop(OURS)
    return rows(callers, {**sound, **silent})


def _legs(
    callers: int, window: float, order: tuple[str, ...], more: dict[str, str], *, comfort: str
) -> dict[str, Cost]:
    """Each number's cost in turn, on a line of their own."""
    engine = str(Path(__file__).with_name("house_engine.py"))
    extra = {"extensions.conf": EXTENSIONS, "queues.conf": QUEUES, **more}
    with MeasuredLine(extra, engine=engine, IVR111_COMFORT_SECONDS=comfort) as line:
        _fill(line)
        taken = {number: _measure(line, number, callers, window) for number in order}
        assert line.unharmed(), "the supervisor ended somebody"
    return taken


def _fill(line: MeasuredLine) -> None:
    """Everybody is busy, on both sides."""
    end = time.monotonic() + 30
    Load((line.settings.sip_address, line.settings.sip_port), STATES, rate=1, calls=1).finish(20)  # refused
    while line.console("queue show bench-full").count("(In use)") < CONSULTANTS:
        assert time.monotonic() < end, "the members are not in use"
        time.sleep(0.5)
    while sum(one["state"] == "talking" for one in line.ask("consultants.list")["consultants"]) < CONSULTANTS:
        assert time.monotonic() < end, "the consultants are not busy"
        time.sleep(0.2)


def _measure(line: MeasuredLine, number: str, callers: int, window: float) -> Cost:
    say(f"full house: {callers} callers at {number} for {window:.0f} s")
    place = (line.settings.sip_address, line.settings.sip_port)
    load = Load(place, number, rate=20, calls=callers, scenario="listener.xml")
    try:
        time.sleep(callers / 20 + 9)  # all are answered, and past the prompts
        present = line.channels()
        assert present >= callers, f"{present} of {callers} callers wait"
        if number == OURS:
            waiting = len(line.ask("queue.show")["callers"]) - CONSULTANTS
            assert waiting >= callers, f"{waiting} of {callers} callers wait at the dispatcher"
        before, began = line.cpu(), time.monotonic()
        time.sleep(window)
        after, took = line.cpu(), time.monotonic() - began
        assert line.channels() >= callers, "some callers have gone"
    finally:
        load.stop()
        end = time.monotonic() + 40
        while line.channels() > 0 and time.monotonic() < end:
            line.console("channel request hangup all")
            time.sleep(1)
    return Cost(*(((after[name] - before[name]) / took) for name in ("asterisk", "engine")))


def rows(callers: int, costs: dict[str, Cost]) -> list[Row]:
    """The table's lines, in percent of one core; the target's row is net of as many idle channels."""
    house = f"{callers} x {CONSULTANTS}"
    idle = costs[IDLE].both
    net, their_net = (max(costs[one].both - idle, 0.0005) for one in (SILENT_OURS, SILENT_QUEUE))
    pairs = (
        (f"{house}, with music: Asterisk + engine", costs[OURS].both, costs[QUEUE].both, None),
        (f"{house}, silent: Asterisk + engine", costs[SILENT_OURS].both, costs[SILENT_QUEUE].both, None),
        (f"{house}, silent, beyond {callers} idle channels", net, their_net, 10),
    )
    return [
        *(
            better(what, "% core", 100 * ours, "app_queue", 100 * theirs, least=least, more=False)
            for what, ours, theirs, least in pairs
        ),
        bound(f"{callers} idle channels", "% core", 100 * idle),
        bound(f"{house}, silent: the engine's part", "% core", 100 * costs[SILENT_OURS].engine),
    ]
