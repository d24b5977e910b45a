"""Fifty watchers and sixty calls on two cores: event to page, the engine's share, rings beside reports."""

import asyncio
import json
import os
import re
import subprocess
import time
from pathlib import Path

import aiohttp
import pytest

from engine.lab.lab import Lab
from tests.browser import PASSWORD, add_account, chromium, signed_in, site
from tests.real.line import REPOSITORY, RunningLine
from tests.real.talking import dial

pytestmark = [pytest.mark.real, pytest.mark.drill]

WATCHERS, CALLS, SECONDS = 49, 60, 40
SEAT = re.compile(r'id="seat-(\w+)" data-state="talking".*?<time data-since="([0-9.]+)"', re.S)

WATCH = """
window.took = []; window.known = {};
document.addEventListener("board", () => {
  const now = Date.now() / 1000;
  for (const row of document.querySelectorAll("tr[data-state=talking]")) {
    const since = row.querySelector("time[data-since]")?.dataset.since;
    if (since && window.known[row.id] !== since) {
      if (window.known[row.id] !== undefined) window.took.push(now - Number(since));
      window.known[row.id] = since;
    }
  }
});
"""


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def cpu(pid: int) -> float:
    """Seconds of processor time."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def signed(line: RunningLine) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    form = {"login": "sara", "password": PASSWORD}
    async with session.post(f"{site(line)}/sign-in", data=form, headers={"Origin": site(line)}) as answer:
        assert answer.status == 200
    return session


async def watch(line: RunningLine, session: aiohttp.ClientSession, took: list[float], until: float) -> None:
    """One event-stream client: how long after its AMI event each conversation was on the page."""
    known: dict[str, str] = {}
    timeout = aiohttp.ClientTimeout(total=None)
    async with session.get(f"{site(line)}/stream/board", timeout=timeout, read_bufsize=2**20) as stream:
        async for raw in stream.content:
            if time.time() > until:
                return
            if not raw.startswith(b'data: {"event"') or b'"html"' not in raw:
                continue
            now = time.time()
            for seat, since in SEAT.findall(json.loads(raw[6:])["html"]):
                if known.get(seat, since) != since:
                    took.append(now - float(since))
                known[seat] = since


async def talks(lab: Lab, ids: list[str]) -> list[float]:
    """Consultants who talk two seconds each, over and over; from a hang-up to the next ring, in seconds."""
    team = [await lab.consultant(id_, answer_after=0.3, talk=2.0).start() for id_ in ids]
    await asyncio.sleep(SECONDS)
    gaps: list[float] = []
    for one in team:
        for before, after in zip(one.served, one.served[1:], strict=False):
            rang = after.seen("INVITE", outgoing=False)
            if before.ended_at is not None and rang:
                gaps.append(rang[0] - before.ended_at)
    return gaps


async def busy(line: RunningLine, session: aiohttp.ClientSession) -> None:
    """Ten sign-ins at once beside a month's report."""

    async def report() -> None:
        async with session.get(f"{site(line)}/figures?from=2026-10-25&to=2026-11-24") as answer:
            assert answer.status == 200
            await answer.read()

    for _ in range(3):
        sessions = await asyncio.gather(*(signed(line) for _ in range(10)), report())
        for one in sessions[:10]:
            await one.close()


async def callers(lab: Lab, count: int) -> None:
    """Always `count` callers on the line: who is served is followed by another."""

    async def one(tone: int) -> None:
        while True:
            call = await dial(lab, 300 + tone % 90, "1")
            await call.ended(600)

    await asyncio.gather(*(one(n) for n in range(count)))


async def test_fifty_watchers_and_sixty_calls_leave_the_line_at_ease() -> None:
    line = RunningLine(IVR111_WRAP_UP_SECONDS="0", IVR111_COMFORT_SECONDS="60")
    fill = [REPOSITORY / ".venv/bin/ivr111", "lab", "fill", "--calls", "30000", "--with-audio", "0"]
    days = ["--since", "2026-10-20", "--until", "2026-11-20"]
    subprocess.run([*fill, *days], env=line.env, check=True, capture_output=True, timeout=300)
    line.start()
    try:
        add_account(line, "sara", "supervisor", "--phone", "s201")
        took: list[float] = []
        async with line.lab() as lab, chromium() as browser:
            page = await signed_in(line, await browser.new_context(), "sara")
            await page.evaluate(WATCH)
            sessions = [await signed(line) for _ in range(5)]
            until = time.time() + SECONDS + 15
            watching = [
                asyncio.create_task(watch(line, sessions[n % 5], took, until)) for n in range(WATCHERS)
            ]
            calling = asyncio.create_task(callers(lab, CALLS))
            await asyncio.sleep(12)
            pids = {name: line.pid(name) for name in ("engine", "console", "asterisk")}
            before = {name: cpu(pid) for name, pid in pids.items()}
            began = time.monotonic()
            beside = asyncio.create_task(busy(line, sessions[0]))
            gaps = await talks(lab, ["c101", "c102", "c103", "c104"])
            await beside
            share = {n: (cpu(pid) - before[n]) / (time.monotonic() - began) for n, pid in pids.items()}
            seen = await page.evaluate("window.took")
            calling.cancel()
            for task in watching:
                task.cancel()
            await asyncio.gather(calling, *watching, return_exceptions=True)
            for session in sessions:
                await session.close()
        print(
            f"\nevent to page, {WATCHERS} streams: {len(took)} samples, p50 {at(took, 0.5):.3f} s, "
            f"p99 {at(took, 0.99):.3f} s, worst {max(took):.3f} s (target p99 1 s)"
        )
        print(
            f"event to page, Chromium: {len(seen)} samples, p50 {at(seen, 0.5):.3f} s, "
            f"p99 {at(seen, 0.99):.3f} s"
        )
        print("processor: " + ", ".join(f"{name} {100 * part:.0f} %" for name, part in share.items()))
        print(
            f"hang-up to next ring: {len(gaps)} samples, p50 {1000 * at(gaps, 0.5):.0f} ms, "
            f"p99 {1000 * at(gaps, 0.99):.0f} ms (target 50 ms)"
        )
        assert len(seen) > 20 and len(took) > 1000 and len(gaps) > 20
        assert at(took, 0.99) < 10 and at(seen, 0.99) < 10
        assert share["engine"] < 0.9
        assert at(gaps, 0.99) < 0.5
    finally:
        assert line.stop() == 0
