"""The console in a real Chromium over a real line: states in order, truth after every gap, for everybody."""

import asyncio
import os
import signal
import ssl
import subprocess
import time
from dataclasses import asdict

import aiohttp
import pytest

from recordings.journal.figures import ended_call, figures
from tests.browser import add_account, axe, chromium, signed_in, site
from tests.real.line import RunningLine
from tests.real.talking import dial

pytestmark = pytest.mark.real

SEEN = """
window.seen = [];
document.addEventListener("board", (e) => {
  const now = Date.now() / 1000;
  for (const row of document.querySelectorAll("tr[data-state]"))
    window.seen.push([row.id.slice(5), row.dataset.state, now, e.detail.event]);
  for (const row of document.querySelectorAll("tr[id^=caller-]"))
    window.seen.push(["caller", "waiting", now, e.detail.event]);
});
"""


@pytest.fixture(scope="module")
def line():
    """A line with a supervisor and a consultant's accounts; a wrap-up long enough to be seen."""
    running = RunningLine(IVR111_WRAP_UP_SECONDS="3", IVR111_LISTENING_SHOWN="true").start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    add_account(running, "cora", "consultant", "--consultant", "c101")
    yield running
    assert running.stop() == 0


async def states(page, who: str) -> list[str]:
    """The states of one row in the order in which they were shown."""
    rows = await page.evaluate("window.seen")
    found = [state for name, state, *_ in rows if name == who]
    return [state for n, state in enumerate(found) if n == 0 or found[n - 1] != state]


async def event_on(page) -> int:
    return int(await page.get_attribute("#board", "data-event") or 0)


async def test_each_state_of_a_call_is_shown_in_order_and_at_once(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        await page.evaluate(SEEN)
        consultant = await lab.consultant("c101", answer_after=1.0).start()
        await page.wait_for_selector("#seat-c101[data-state=available]")
        caller = await dial(lab, 410)
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=20_000)
        await consultant.call.hold()
        await page.wait_for_selector("#seat-c101[data-state=hold]", timeout=5_000)
        await consultant.call.unhold()
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=5_000)
        await caller.hang_up()
        await page.wait_for_selector("#seat-c101[data-state=wrap_up]", timeout=5_000)
        await page.wait_for_selector("#seat-c101[data-state=available]", timeout=8_000)
        expected = ["ringing", "talking", "hold", "talking", "wrap_up", "available"]
        shown = await states(page, "c101")
        assert expected == shown[-6:], shown
        rows = await page.evaluate("window.seen")
        board = line.ask("board.show")
        assert board["today"]["all"]["answered"] == 1
        talked = next(at for name, state, at, _ in rows if (name, state) == ("c101", "talking"))
        answered = consultant.served[-1].answered_at
        assert talked - (time.time() - time.monotonic() + answered) < 10  # the target is 1 s; bench measures
        await consultant.stop()


async def right_again(page, line, within: float = 2.0) -> None:
    """Two seconds after the return the page shows what the engine says."""
    end = time.monotonic() + within * 10  # the bound is ten times the target
    while True:
        if (
            await page.locator("#stale").is_hidden()
            and await event_on(page) == line.ask("board.show")["event"]
        ):
            return
        assert time.monotonic() < end, await page.inner_text("body")
        await asyncio.sleep(0.1)


async def test_no_gap_leaves_a_stale_number_that_looks_fresh(line, lab):
    async with chromium() as browser:
        context = await browser.new_context()
        page = await signed_in(line, context, "sara")
        await right_again(page, line)
        os.kill(line.pid("asterisk"), signal.SIGKILL)
        await page.wait_for_selector("#stale:not([hidden])", timeout=10_000)
        await page.wait_for_selector("#stale", state="hidden", timeout=60_000)
        await right_again(page, line)
        os.kill(line.pid("engine"), signal.SIGSTOP)  # it lives, and says nothing: the supervisor ends it
        await page.wait_for_selector("#stale:not([hidden])", timeout=8_000)
        await page.wait_for_selector("#stale", state="hidden", timeout=60_000)
        await right_again(page, line)
        os.kill(line.pid("console"), signal.SIGSTOP)  # as with a dead network: nothing comes
        await page.wait_for_selector("#stale:not([hidden])", timeout=8_000)
        os.kill(line.pid("console"), signal.SIGCONT)
        await page.wait_for_selector("#stale", state="hidden", timeout=20_000)
        await right_again(page, line)
        os.kill(line.pid("console"), signal.SIGKILL)
        await page.wait_for_selector("#stale:not([hidden])", timeout=8_000)
        await page.wait_for_selector("#stale", state="hidden", timeout=30_000)
        await right_again(page, line)
        await context.set_offline(True)  # open streams go on, so the event is told, too
        await page.evaluate("window.dispatchEvent(new Event('offline'))")
        await page.wait_for_selector("#stale:not([hidden])", timeout=8_000)
        consultant = await lab.consultant("c104").start()
        await line.until(
            lambda: any(c["id"] == "c104" and c["reachable"] for c in line.ask("board.show")["consultants"])
        )
        assert await page.get_attribute("#seat-c104", "data-state") == "unreachable"
        assert await page.locator("#stale").is_visible()
        await context.set_offline(False)
        await right_again(page, line)
        assert await page.get_attribute("#seat-c104", "data-state") == "available"
        await consultant.stop()


async def test_the_pages_are_accessible_in_three_languages_light_and_dark_wide_and_narrow(line, lab):
    consultant = await lab.consultant("c101").start()
    caller = await dial(lab, 450)
    await asyncio.sleep(3)
    async with chromium() as browser:
        door = await browser.new_page()
        await door.goto(f"{site(line)}/sign-in")
        assert await axe(line, door) == []
        for login, paths in (("sara", ("/", "/tv", "/figures", "/account")), ("cora", ("/desk",))):
            for scheme, width in (("light", 1280), ("dark", 390)):
                context = await browser.new_context(
                    color_scheme=scheme, viewport={"width": width, "height": 900}
                )
                page = await signed_in(line, context, login)
                for language in ("ru", "en", "kk"):
                    await page.goto(site(line) + ("/" if login == "sara" else "/desk"))
                    await page.click(f"button[value={language}]")
                    for path in paths:
                        await page.goto(site(line) + path)
                        await page.wait_for_selector("main")
                        assert await page.get_attribute("html", "lang") == language
                        assert await axe(line, page) == [], (path, language, scheme)
                await context.close()
    await caller.hang_up()
    await consultant.stop()


async def test_everything_can_be_done_by_keyboard_alone(line, lab):
    consultant = await lab.consultant("c101").start()
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        await page.wait_for_selector("#seat-c101[data-state=available]")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "visually-hidden-focusable skip"
        for wanted in ("Үзіліс, ауысым …: Айгүл", "Үзіліс: Айгүл"):
            for _ in range(200):
                await page.keyboard.press("Tab")
                label = await page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
                if label.startswith(wanted):
                    break
            await page.keyboard.press("Enter")
        await page.wait_for_selector("#seat-c101[data-state=paused]", timeout=5_000)
        line.ask("consultants.unpause", id="c101")
        await page.wait_for_selector("#seat-c101[data-state=available]", timeout=5_000)
    await consultant.stop()


async def test_page_api_and_command_line_say_the_same_at_the_same_event(line, lab):
    consultant = await lab.consultant("c101").start()
    caller = await dial(lab, 460)
    await asyncio.sleep(3)
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        await right_again(page, line)
        shown, told = line.ask("queue.show"), line.ask("board.show")
        api = await page.evaluate("fetch('/api/board').then((r) => r.json())")
        assert shown["event"] == told["event"] == api["event"] == await event_on(page)
        assert abs(told["at"] - api["at"]) < 10
        assert {k: v for k, v in told.items() if k != "at"} == {
            k: v for k, v in api.items() if k not in ("at", "fresh", "no_data_since")
        }
        assert shown["totals"] == told["totals"]
    await caller.hang_up()
    await line.until(lambda: not line.ask("board.show")["callers"])
    await asyncio.sleep(2)  # the row is written
    told = line.ask("board.show")
    midnight = told["today"]["from"]
    rows = [ended_call(row) for row in await line.calls() if row.arrived_at.timestamp() >= midnight]
    assert asdict(figures(rows, line.settings.service_level_seconds)) == told["today"]["all"]
    await consultant.stop()


async def test_the_console_speaks_https_with_its_own_certificate_and_plain_http_on_loopback_only(line):
    context = ssl.create_default_context(cafile=str(line.home / "console" / "console.crt"))
    async with aiohttp.ClientSession() as session:
        secure = f"https://127.0.0.1:{line.settings.console_port}/sign-in"
        async with session.get(secure, ssl=context) as answer:
            assert (answer.status, "max-age" in answer.headers["Strict-Transport-Security"]) == (200, True)
    listening = subprocess.run(["ss", "-Hltn"], check=True, capture_output=True, text=True).stdout
    plain = [row.split()[3] for row in listening.splitlines() if row.split()[3].endswith(":8080")]
    assert plain == ["127.0.0.1:8080"]
