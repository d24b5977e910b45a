"""Event to page: from the moment two people hear each other to the page that shows it, on a busy line.

Fair by: the same line, the same conversations, the same moments; beside our pushed states the way other
wallboards work, a page that asks once a second (their least; most ask every two to ten seconds).
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from bench import cpu
from bench.free_to_ring import at
from bench.table import Row, better, bound, say
from lab.lab import Lab
from tests.browser import PASSWORD, add_account, site
from tests.real.line import RunningLine
from tests.real.talking import dial

WATCHERS, POLLERS, CALLS, SECONDS = 49, 5, 60, 40
CONSULTANTS = ("c101", "c102", "c103", "c104")
EACH = 15  # streams of one account: the console lets nobody have more than 20
SEAT = re.compile(r'id="seat-(\w+)" data-state="talking".*?<time data-since="([0-9.]+)"', re.S)


@dataclass(slots=True)
class LagFigures:
    """Seconds from event to page, of who watches and who asks; from hang-up to next ring; CPU shares."""

    pushed: list[float] = field(default_factory=list)
    polled: list[float] = field(default_factory=list)
    rings: list[float] = field(default_factory=list)
    share: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Lags:
    """What one page knows of each conversation's begin."""

    into: list[float]
    known: dict[str, float] = field(default_factory=dict)

    def saw(self, seat: str, since: float) -> None:
        """The page shows now that this one talks since then; the first look has no begin."""
        if self.known.get(seat, since) != since:
            self.into.append(time.time() - since)
        self.known[seat] = since


async def signed(line: RunningLine, login: str) -> aiohttp.ClientSession:
    """A browser behind the door."""
    session = aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(None)
    )
    form = {"login": login, "password": PASSWORD}
    async with session.post(f"{site(line)}/sign-in", data=form, headers={"Origin": site(line)}) as answer:
        if answer.status != 200:
            raise RuntimeError(f"signing in was answered {answer.status}")
    return session


async def watch(line: RunningLine, session: aiohttp.ClientSession, into: list[float]) -> None:
    """One event-stream client, until cancelled."""
    lags = Lags(into)
    async with session.get(f"{site(line)}/stream/board", read_bufsize=2**20) as stream:
        async for raw in stream.content:
            if raw.startswith(b"data: ") and b'"html"' in raw:
                for seat, since in SEAT.findall(json.loads(raw[6:])["html"]):
                    lags.saw(seat, float(since))


async def poll(line: RunningLine, session: aiohttp.ClientSession, into: list[float]) -> None:
    """One page that asks once a second, until cancelled."""
    lags = Lags(into)
    while True:
        async with session.get(f"{site(line)}/api/board") as answer:
            for one in (await answer.json())["consultants"]:
                if one["state"] == "talking":
                    lags.saw(one["id"], one["since"])
        await asyncio.sleep(1.0)


async def callers(lab: Lab, count: int) -> None:
    """Always `count` callers on the line: who is served is followed by another."""

    async def one(tone: int) -> None:
        while True:
            call = await dial(lab, 300 + tone % 90, "1")
            await call.ended(600)

    await asyncio.gather(*(one(n) for n in range(count)))


async def talks(lab: Lab, seconds: float) -> list[float]:
    """Consultants who talk two seconds each, over and over; from a hang-up to the next ring, in seconds."""
    team = [await lab.consultant(id_, answer_after=0.3, talk=2.0).start() for id_ in CONSULTANTS]
    await asyncio.sleep(seconds)
    gaps: list[float] = []
    for one in team:
        for before, after in zip(one.served, one.served[1:], strict=False):
            rang = after.seen("INVITE", outgoing=False)
            if before.ended_at is not None and rang:
                gaps.append(rang[0] - before.ended_at)
    return gaps


async def busy(line: RunningLine, session: aiohttp.ClientSession) -> None:
    """Ten sign-ins at once beside a month's report, three times."""

    async def report() -> None:
        async with session.get(f"{site(line)}/figures?from=2026-10-21&to=2026-11-20") as answer:
            if answer.status != 200:
                raise RuntimeError(f"the report was answered {answer.status}")
            await answer.read()

    for _ in range(3):
        *sessions, _ = await asyncio.gather(*(signed(line, "busy") for _ in range(10)), report())
        for one in sessions:
            if one is not None:
                await one.close()


@asynccontextmanager
async def _watching(
    line: RunningLine, seen: LagFigures, watchers: int
) -> AsyncIterator[aiohttp.ClientSession]:
    sessions = [await signed(line, f"watch{n}") for n in range(-(-watchers // EACH))]
    asking = await signed(line, "busy")
    tasks = [
        *(asyncio.create_task(watch(line, sessions[n // EACH], seen.pushed)) for n in range(watchers)),
        *(asyncio.create_task(poll(line, asking, seen.polled)) for _ in range(POLLERS)),
    ]
    try:
        yield asking
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for session in (*sessions, asking):
            await session.close()
    failed = [one for one in ended if isinstance(one, Exception)]
    if failed:
        raise failed[0]


async def measure(
    line: RunningLine,
    lab: Lab,
    *,
    seconds: float = SECONDS,
    watchers: int = WATCHERS,
    calls: int = CALLS,
    meanwhile: Callable[[], Awaitable[object]] | None = None,
) -> LagFigures:
    """The line and its accounts (`prepare`) are there already; `meanwhile` is asked just before the end."""
    seen = LagFigures()
    async with _watching(line, seen, watchers) as asking:
        calling = asyncio.create_task(callers(lab, calls))
        await asyncio.sleep(calls / 5)
        pids = {name: line.pid(name) for name in ("engine", "console", "asterisk")}
        before, began = {name: cpu.seconds(pid) for name, pid in pids.items()}, time.monotonic()
        beside = asyncio.create_task(busy(line, asking))
        seen.rings = await talks(lab, seconds)
        await beside
        span = time.monotonic() - began
        seen.share = {name: (cpu.seconds(pid) - before[name]) / span for name, pid in pids.items()}
        if meanwhile is not None:
            await meanwhile()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    for values in (seen.pushed, seen.polled, seen.rings):
        values.sort()
    return seen


def prepare(line: RunningLine) -> None:
    """Accounts for those who watch and those who ask."""
    for login in (*(f"watch{n}" for n in range(-(-WATCHERS // EACH))), "busy"):
        add_account(line, login, "supervisor")


def run(seconds: float = SECONDS, watchers: int = WATCHERS, calls: int = CALLS) -> list[Row]:
    """About a minute and a half."""
    with_line = RunningLine(IVR111_WRAP_UP_SECONDS="0", IVR111_COMFORT_SECONDS="60").start()
    try:
        prepare(with_line)
        say(f"wallboard: {watchers} streams, {POLLERS} pages that ask, {calls} calls, {seconds:.0f} s")
        seen = asyncio.run(_measured(with_line, seconds, watchers, calls))
    finally:
        with_line.stop()
    return rows(seen)


async def _measured(line: RunningLine, seconds: float, watchers: int, calls: int) -> LagFigures:
    async with line.lab() as lab:
        return await measure(line, lab, seconds=seconds, watchers=watchers, calls=calls)


def rows(seen: LagFigures) -> list[Row]:
    """The table's lines."""
    asked = "a page that asks each second"
    return [
        better("event -> page, median", "s", at(seen.pushed, 0.5), asked, at(seen.polled, 0.5), more=False),
        better(
            "event -> page, p99",
            "s",
            at(seen.pushed, 0.99),
            asked,
            at(seen.polled, 0.99),
            least=2,
            more=False,
        ),
        bound("event -> page, p99, 50 streams and 60 calls", "s", at(seen.pushed, 0.99), most=1),
        bound("engine's share of a core meanwhile", "%", 100 * seen.share["engine"], most=50),
        bound("console's share of a core meanwhile", "%", 100 * seen.share["console"]),
        bound("hang-up -> ring beside reports and sign-ins, p99", "ms", 1000 * at(seen.rings, 0.99), most=50),
    ]
