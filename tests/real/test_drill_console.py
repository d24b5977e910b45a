"""Fifty watchers, one of them Chromium, and sixty calls on two cores: bench/wallboard.py with wide bounds."""

import subprocess

import pytest

from bench.free_to_ring import at
from bench.wallboard import CALLS, WATCHERS, measure, prepare
from tests.browser import add_account, chromium, signed_in
from tests.real.line import REPOSITORY, RunningLine

pytestmark = [pytest.mark.real, pytest.mark.drill]

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


async def test_fifty_watchers_and_sixty_calls_leave_the_line_at_ease() -> None:
    line = RunningLine(IVR111_WRAP_UP_SECONDS="0", IVR111_COMFORT_SECONDS="60")
    fill = [REPOSITORY / ".venv/bin/ivr111", "lab", "fill", "--calls", "30000", "--with-audio", "0"]
    days = ["--since", "2026-10-20", "--until", "2026-11-20"]
    subprocess.run([*fill, *days], env=line.env, check=True, capture_output=True, timeout=300)
    line.start()
    took: list[float] = []
    try:
        prepare(line)
        add_account(line, "sara", "supervisor", "--phone", "s201")
        async with line.lab() as lab, chromium() as browser:
            page = await signed_in(line, await browser.new_context(), "sara")
            await page.evaluate(WATCH)

            async def chromium_saw() -> None:
                took.extend(sorted(await page.evaluate("window.took")))

            seen = await measure(line, lab, meanwhile=chromium_saw)
        for what, values, target in (
            (f"event to page, {WATCHERS} streams, {CALLS} calls", seen.pushed, 1.0),
            ("event to page, Chromium", took, 1.0),
            ("event to page, asked each second", seen.polled, 0.0),
            ("hang-up to next ring", seen.rings, 0.05),
        ):
            told = f"p50 {at(values, 0.5):.3f} s, p99 {at(values, 0.99):.3f} s, worst {values[-1]:.3f} s"
            print(
                f"\n{what}: {len(values)} samples, {told}" + (f" (target p99 {target} s)" if target else "")
            )
        print("processor: " + ", ".join(f"{name} {100 * part:.0f} %" for name, part in seen.share.items()))
        assert len(took) > 20 and len(seen.pushed) > 1000 and len(seen.rings) > 20
        assert at(seen.pushed, 0.99) < 10 and at(took, 0.99) < 10
        assert seen.share["engine"] < 0.9
        assert at(seen.rings, 0.99) < 0.5
    finally:
        assert line.stop() == 0
