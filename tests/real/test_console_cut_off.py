"""A browser cut off, hidden, or with a wrong clock: its page never passes old for new (decision 0050)."""

import asyncio
import time

import pytest

from tests.browser import add_account, chromium, signed_in
from tests.real.board_page import SOON, reachable, right, since, stale, state
from tests.real.line import RunningLine
from tests.real.network import cut_off
from tests.real.talking import dial
from tests.real.watcher import watched

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line():
    """With a supervisor; a duty phone that is soon given up."""
    running = RunningLine(IVR111_DUTY_RING_SECONDS="3").start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    yield running
    assert running.stop() == 0


async def test_a_browser_cut_off_for_a_minute_says_so_all_the_time(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        async with watched(line, page):
            with cut_off(line.settings.console_plain_port):
                await stale(page)
                said = await page.inner_text("#stale")
                consultant = await lab.consultant("c103").start()
                await asyncio.sleep(2)
                # A clock that is set back meanwhile makes nothing new again.
                await page.evaluate("Date.now = ((was) => () => was() - 600000)(Date.now.bind(Date))")
                for _ in range(28):
                    assert await page.locator("#stale").is_visible()
                    assert await page.inner_text("#stale") == said
                    assert await page.get_attribute("#seat-c103", "data-state") == "unreachable"
                    await asyncio.sleep(2)
            returned = time.monotonic()
            await page.wait_for_selector("#stale", state="hidden", timeout=SOON * 1000)
            await right(page, line, "the network's return", returned)
            await state(page, "c103", "available")
            await consultant.stop()


async def test_a_clock_set_back_at_the_moment_of_the_cut_is_no_way_to_look_fresh(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        with cut_off(line.settings.console_plain_port):
            await page.evaluate("Date.now = ((was) => () => was() - 600000)(Date.now.bind(Date))")
            await stale(page, 30)


async def test_a_hidden_tab_lets_its_stream_go_and_is_made_anew_when_seen(line, lab):
    async with chromium() as browser:
        context = await browser.new_context()
        page = await signed_in(line, context, "sara")
        hide = """(hidden) => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
        await page.evaluate(hide, True)
        await stale(page, 30)
        consultant = await lab.consultant("c104").start()
        await line.until(lambda: reachable(line, "c104"))
        assert await page.get_attribute("#seat-c104", "data-state") == "unreachable"
        await page.evaluate(hide, False)
        await page.wait_for_selector("#stale", state="hidden", timeout=SOON * 1000)
        await state(page, "c104", "available")
        await consultant.stop()


async def test_the_times_tick_rightly_in_a_browser_whose_clock_is_wrong(line, lab):
    async with chromium() as browser:
        context = await browser.new_context()
        await context.add_init_script("Date.now = ((was) => () => was() + 420000)(Date.now.bind(Date))")
        page = await signed_in(line, context, "sara")
        consultant = await lab.consultant("c101").start()
        await state(page, "c101", "available")
        await asyncio.sleep(1.2)
        shown = await page.inner_text("#seat-c101 td:nth-child(3)")
        minutes, seconds = map(int, shown.split(":"))
        truth = time.time() - await since(line, "c101")
        assert abs(60 * minutes + seconds - truth) < 5, (shown, truth)
        # And long after the last change: a browser that comes now is told the time of now.
        await asyncio.sleep(3)
        late = await signed_in(line, await browser.new_context(), "sara")
        await asyncio.sleep(1.2)
        shown = await late.inner_text("#seat-c101 td:nth-child(3)")
        minutes, seconds = map(int, shown.split(":"))
        truth = time.time() - await since(line, "c101")
        assert abs(60 * minutes + seconds - truth) < 5, (shown, truth)
        await consultant.stop()


async def test_a_click_on_a_row_that_has_just_moved_orders_nothing(line, lab):
    async with chromium() as browser:
        page = await signed_in(
            line, await browser.new_context(viewport={"width": 1280, "height": 900}), "sara"
        )
        calls = [await dial(lab, 650 + 10 * n) for n in range(3)]
        rows = page.locator("tr[data-phase=waiting]")
        await rows.nth(2).wait_for(timeout=60_000)
        box = await rows.nth(1).locator("button").first.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.move(x, y)
        await page.evaluate("""() => {
            window.ordered = [];
            document.addEventListener('submit', (e) => window.ordered.push(e.target.closest('tr').id), true);
        }""")
        before = await rows.nth(1).get_attribute("id")
        await calls[0].hang_up()
        while await rows.nth(1).get_attribute("id") == before:
            await asyncio.sleep(0.01)
        await page.mouse.down()
        await page.mouse.up()
        assert await page.evaluate("window.ordered") == []
        assert "жылжыды" in await page.inner_text("#said")
        await asyncio.sleep(1.0)
        await page.mouse.down()
        await page.mouse.up()
        assert len(await page.evaluate("window.ordered")) == 1  # meant now
        for call in calls[1:]:
            await call.hang_up()
