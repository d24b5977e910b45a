"""Free consultant -> ring: from the 200 to the consultant's BYE to the next INVITE at the consultant.

Fair by: the same phones, callers, Asterisk and moments, both taken from the kernel's arrival times of the
two packets; wrap-up 0 on both sides; a sample counts only when more callers than consultants were waiting at
that moment. app_queue is given its best: autofill, `retry` 1 (its least), no announcements.
"""

import asyncio
import random
import re
import time
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.measured_line import MeasuredLine
from bench.table import Row, better, bound, say
from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.policy import Policy
from lab.robots import Consultant
from lab.sip import header
from lab.wire import Seen

SAMPLES = 40
CONSULTANTS = ("c101", "c102", "c103", "c104")
WAITING = 6  # at least so many callers wait while samples count
OURS, QUEUE = "111", "211"

EXTENSIONS = f"""
[111-from-trunk](+)
exten => {QUEUE},1,Answer()
 same => n,Queue(bench)
"""
QUEUES = """
[bench]
strategy = rrmemory
timeout = 20
retry = 1
wrapuptime = 0
autofill = yes
ringinuse = no
announce-frequency = 0
""" + "".join(f"member => PJSIP/{one}\n" for one in CONSULTANTS)


@dataclass(slots=True)
class Crowd:
    """Callers who keep coming, so that some always wait; each hangs up after its conversation."""

    lab: Lab
    number: str
    wanted: int
    calls: set[asyncio.Task[None]] = field(default_factory=set)
    answered: int = 0
    closed: bool = False
    _serial: int = 0
    _over: dict[str, asyncio.Event] = field(default_factory=dict)

    async def keep(self) -> None:
        """Replace each caller who has gone; at most ten new ones a second."""
        while not self.closed:
            if len(self.calls) < self.wanted:
                task = asyncio.create_task(self._call())
                self.calls.add(task)
                task.add_done_callback(self.calls.discard)
            await asyncio.sleep(0.1)
        for task in self.calls:
            task.cancel()
        await asyncio.gather(*self.calls, return_exceptions=True)

    def served(self, number: str) -> None:
        """The conversation with this caller is over: they hang up, so that no rating keeps them."""
        if number in self._over:
            self._over[number].set()

    async def _call(self) -> None:
        self._serial += 1
        number = f"+7700{self._serial:07}"
        over = self._over[number] = asyncio.Event()
        phone = self.lab.trunk_phone(identity=Identity(number))
        try:
            call = await phone.dial(self.number)
            await call.answered()
            self.answered += 1
            try:
                if self.number == OURS:
                    await asyncio.sleep(0.5)
                    await call.press("1")
                await asyncio.sleep(1.0)
                call.stream.paused = True  # they are heard no more: the samples need no sound
                await over.wait()
                await asyncio.sleep(0.1)
            finally:
                self.answered -= 1
        finally:
            del self._over[number]
            await phone.close()
            self.lab.phones.remove(phone)


@dataclass(slots=True)
class Depth:
    """How many callers wait, looked at often."""

    seen: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])

    def note(self, waiting: int) -> None:
        """Now so many wait."""
        self.seen.append((time.monotonic(), waiting))

    def enough(self, at: float) -> bool:
        """Whether there were callers enough just before and just after."""
        place = bisect(self.seen, (at, 0))
        return all(count >= WAITING for _, count in self.seen[max(0, place - 1) : place + 1])


def gaps(trace: Iterable[Seen], depth: Depth) -> list[float]:
    """Milliseconds from each 200 to a BYE of ours to the next INVITE that came, while callers waited."""
    found, free = [], None
    for seen in trace:
        if seen.outgoing:
            continue
        if seen.what == "200 BYE":
            free = seen.at
        elif seen.what == "INVITE" and free is not None:
            if depth.enough(free):
                found.append(1000 * (seen.at - free))
            free = None
    return found


async def measure(
    line: MeasuredLine, number: str, samples: int, *, talk: float = 1.0, seed: int = 111
) -> list[float]:
    """`samples` gaps in ms, sorted; conversations of about `talk` s, jittered. Raises TimeoutError."""
    jitter, depth = random.Random(seed), Depth()
    async with line.lab() as lab:
        crowd = Crowd(lab, number, 35 if number == OURS else 3 * WAITING)
        consultants = [await _busy(lab, one, talk, jitter, crowd).start() for one in CONSULTANTS]
        crowding = asyncio.create_task(crowd.keep())
        try:
            return await _collect(line, crowd, consultants, depth, samples)
        finally:
            crowd.closed = True
            await crowding


async def _collect(
    line: MeasuredLine, crowd: Crowd, consultants: list[Consultant], depth: Depth, samples: int
) -> list[float]:
    end = time.monotonic() + 60 + 2 * samples
    got: list[float] = []
    while len(got) < samples:
        for _ in range(10):
            await asyncio.sleep(0.05)
            depth.note(await _waiting(line, crowd, consultants))
        got = [gap for one in consultants for gap in gaps(one.phone.wire.trace, depth)]
        if time.monotonic() > end:
            raise TimeoutError(f"{len(got)} of {samples} samples")
    return sorted(got)


async def _waiting(line: MeasuredLine, crowd: Crowd, consultants: list[Consultant]) -> int:
    """Ours says so itself; in app_queue everybody waits who is there and with no consultant."""
    if crowd.number == OURS:
        shown = await asyncio.to_thread(line.ask, "queue.show")
        return sum(caller["state"] == "waiting" for caller in shown["callers"])
    return crowd.answered - sum(one.call is not None for one in consultants)


def _busy(lab: Lab, which: str, talk: float, jitter: random.Random, crowd: Crowd) -> Consultant:
    """A consultant who answers at once, soon hangs up, and sends the caller home."""
    consultant = lab.consultant(which, answer_after=0.02, talk=talk)
    decide = consultant._decide

    async def send_home(call: Call) -> None:
        await call.ended(60)
        if call.invitation and (number := re.search(r"\+7700\d{7}", header(call.invitation, "from"))):
            crowd.served(number[0])

    def jittered(call: Call) -> Policy:
        consultant.talk = talk * (0.5 + jitter.random())
        consultant.phone.spawn(send_home(call))
        return decide(call)

    consultant.phone.policy = jittered
    return consultant


def run(samples: int = SAMPLES) -> list[Row]:
    """About a minute."""
    with MeasuredLine({"extensions.conf": EXTENSIONS, "queues.conf": QUEUES}) as line:
        say(f"ring: ivr111, {samples} samples")
        ours = asyncio.run(measure(line, OURS, samples))
        say(f"ring: app_queue, {samples} samples")
        theirs = asyncio.run(measure(line, QUEUE, samples))
        assert line.unharmed(), "the supervisor ended somebody"
    return rows(ours, theirs)


def rows(ours: list[float], theirs: list[float]) -> list[Row]:
    """The table's lines; both lists sorted."""
    mean, their_mean = sum(ours) / len(ours), sum(theirs) / len(theirs)
    return [
        better("free consultant -> ring, mean", "ms", mean, "app_queue", their_mean, least=10, more=False),
        better(
            "free consultant -> ring, median", "ms", at(ours, 0.5), "app_queue", at(theirs, 0.5), more=False
        ),
        bound("free consultant -> ring, p99", "ms", at(ours, 0.99), most=50),
        bound("free consultant -> ring, slowest", "ms", ours[-1]),
    ]


def at(values: list[float], share: float) -> float:
    """The value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, int(share * len(values)))]
