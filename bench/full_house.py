"""A full house: CPU of Asterisk and engine while 200 callers wait and 400 consultants are busy.

Fair by: one Asterisk, one run, the same 200 callers on both sides. app_queue has 400 members whose device
states (Custom:) say they are in use; ours has 400 consultants talking in the dispatcher, told to it as its
own events (bench/house_engine.py), and real FastAGI sessions. Callers send no sound. Measured twice: as it
is, with the same music and the same comfort message every 30 s on both sides, of which nearly all is the
sound of 200 channels; and silent, with neither, so that only the queue's own work is left: the target's row.
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
OURS, QUEUE, SILENT_QUEUE, STATES = "111", "221", "222", "223"

EXTENSIONS = f"""
[111-from-trunk](+)
exten => {QUEUE},1,Answer()
 same => n,Queue(bench-full)
exten => {SILENT_QUEUE},1,Answer()
 same => n,Queue(bench-silent)
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
    sound = _both(callers, window, (QUEUE, OURS), {}, comfort="30")
    silent = _both(
        callers, window, (OURS, SILENT_QUEUE, OURS), {"musiconhold.conf": NO_MUSIC}, comfort="86400"
    )
    return rows(callers, *sound, *silent)


def _both(
    callers: int, window: float, order: tuple[str, ...], more: dict[str, str], *, comfort: str
) -> tuple[Cost, Cost]:
    """Ours and app_queue's, on a line of their own."""
    engine = str(Path(__file__).with_name("house_engine.py"))
    extra = {"extensions.conf": EXTENSIONS, "queues.conf": QUEUES, **more}
    with MeasuredLine(extra, engine=engine, IVR111_COMFORT_SECONDS=comfort) as line:
        _fill(line)
        taken = [(number, _measure(line, number, callers, window)) for number in order]
        assert line.unharmed(), "the supervisor ended somebody"
    ours = [cost for number, cost in taken if number == OURS]
    theirs = [cost for number, cost in taken if number != OURS]
    return _mean(ours), _mean(theirs)


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


def _mean(costs: list[Cost]) -> Cost:
    return Cost(
        sum(one.asterisk for one in costs) / len(costs), sum(one.engine for one in costs) / len(costs)
    )


def _measure(line: MeasuredLine, number: str, callers: int, window: float) -> Cost:
    say(f"full house: {callers} callers at {number} for {window:.0f} s")
    place = (line.settings.sip_address, line.settings.sip_port)
    load = Load(place, number, rate=20, calls=callers, scenario="listener.xml")
    try:
        time.sleep(callers / 20 + 9)  # all are answered, and past the prompts
        present = line.channels()
        assert present >= callers, f"{present} of {callers} callers wait"
        if number == OURS:
            waiting = len(line.ask("queue.show")["waiting"]) - CONSULTANTS
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


def rows(callers: int, ours: Cost, theirs: Cost, silent: Cost, their_silence: Cost) -> list[Row]:
    """The table's lines, in percent of one core."""
    house = f"{callers} waiting x {CONSULTANTS} busy"
    return [
        better(
            f"{house}, with music: Asterisk + engine", "% core", 100 * ours.both,
            "app_queue", 100 * theirs.both, more=False,
        ),
        better(
            f"{house}, the queue's own work", "% core", 100 * silent.both,
            "app_queue", 100 * their_silence.both, least=10, more=False,
        ),
        bound(f"{house}, the engine's part of it", "% core", 100 * silent.engine),
    ]  # fmt: skip
