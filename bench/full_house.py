"""A full house: CPU of Asterisk and engine while 200 callers wait and 400 consultants are busy.

Fair by: one Asterisk, one run, the same 200 callers, the same music and, on both sides, the same comfort
message every 30 s. app_queue has 400 members whose device states (Custom:) say they are in use; ours has
400 consultants talking in the dispatcher (bench/house_engine.py), and real FastAGI sessions. Callers send
no sound. What 200 channels cost that only hear the music is measured too: both sides pay it, so the table
has the figures as they are and those beyond the music.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from bench.house_engine import CONSULTANTS
from bench.measured_line import MeasuredLine
from bench.sipp import Load
from bench.table import Row, better, bound, say

CALLERS = 200
WINDOW = 30.0  # seconds; one comfort message in it
OURS, QUEUE, MUSIC, STATES = "111", "221", "222", "223"

EXTENSIONS = f"""
[111-from-trunk](+)
exten => {QUEUE},1,Answer()
 same => n,Queue(bench-full)
exten => {MUSIC},1,Answer()
 same => n(again),StartMusicOnHold(111)
 same => n,Wait(30)
 same => n,Playback(111/comfort)
 same => n,Goto(again)

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
QUEUES = """
[bench-full]
strategy = rrmemory
musicclass = 111
timeout = 20
retry = 1
autofill = yes
ringinuse = no
joinempty = yes
leavewhenempty = no
announce-frequency = 0
periodic-announce = 111/comfort
periodic-announce-frequency = 30
""" + "".join(
    f"member => Local/{n}@bench-nobody/n,0,m{n},Custom:bench{n}\n" for n in range(CONSULTANTS)
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Shares of one core."""

    asterisk: float
    engine: float

    @property
    def both(self) -> float:
        return self.asterisk + self.engine


def run(callers: int = CALLERS, window: float = WINDOW) -> list[Row]:
    """About 3 minutes."""
    engine = str(Path(__file__).with_name("house_engine.py"))
    extra = {"extensions.conf": EXTENSIONS, "queues.conf": QUEUES}
    with MeasuredLine(extra, engine=engine, IVR111_COMFORT_SECONDS="30") as line:
        while sum(seat["state"] == "talking" for seat in line.ask("consultants.list")["consultants"]) < CONSULTANTS:
            time.sleep(0.2)
        Load((line.settings.sip_address, line.settings.sip_port), STATES, rate=1, calls=1).finish(20)  # refused
        end = time.monotonic() + 30
        while line.console("queue show bench-full").count("(In use)") < CONSULTANTS:
            assert time.monotonic() < end, "the members are not in use"
            time.sleep(0.5)
        music = _measure(line, MUSIC, callers, window)
        ours = _measure(line, OURS, callers, window)
        theirs = _measure(line, QUEUE, callers, window)
        again = _measure(line, OURS, callers, window)
        assert line.unharmed(), "the supervisor ended somebody"
    ours = Cost((ours.asterisk + again.asterisk) / 2, (ours.engine + again.engine) / 2)
    return rows(callers, music, ours, theirs)


def _measure(line: MeasuredLine, number: str, callers: int, window: float) -> Cost:
    say(f"full house: {callers} callers at {number} for {window:.0f} s")
    place = (line.settings.sip_address, line.settings.sip_port)
    load = Load(place, number, rate=20, calls=callers, scenario="listener.xml")
    try:
        time.sleep(callers / 20 + 12)  # all are answered, and past the prompts
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


def rows(callers: int, music: Cost, ours: Cost, theirs: Cost) -> list[Row]:
    """The table's lines, in percent of one core."""
    house = f"{callers} waiting x {CONSULTANTS} busy"
    net, their_net = ours.both - music.asterisk, theirs.both - music.both
    return [
        better(f"{house}: Asterisk + engine, as it is", "% core", 100 * ours.both, "app_queue", 100 * theirs.both, more=False),
        better(
            f"{house}: beyond the music", "% core", 100 * max(net, 0.001), "app_queue",
            100 * max(their_net, 0.001), least=10, more=False,
        ),
        bound(f"{callers} channels that only hear music and comfort", "% core", 100 * music.asterisk),
        bound(f"{house}: the engine's part", "% core", 100 * ours.engine),
    ]  # fmt: skip
