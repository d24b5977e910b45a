"""Chaos while watching: the page never passes old for new, and is right soon after it (decision 0050)."""

import asyncio
import os
import signal
import time

import pytest

from tests.browser import add_account, chromium, signed_in, site
from tests.real.absence import back, gone
from tests.real.board_page import SOON, reachable, right, since, stale, state
from tests.real.line import RunningLine
from tests.real.network import cut_off
from tests.real.talking import dial
from tests.real.watcher import watched

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line():
    """With a supervisor; a wrap-up that outlasts an engine's return."""
    running = RunningLine(IVR111_WRAP_UP_SECONDS="25").start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    yield running
    assert running.stop() == 0


async def back_up(line: RunningLine) -> None:
    await line.until(line.engine_answers, 60)


async def test_with_the_engine_killed_each_state_is_the_same_after_it(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        async with watched(line, page):
            talker = await lab.consultant("c101").start()
            keeper = await lab.consultant("c102").start()
            await state(page, "c101", "available")
            await state(page, "c102", "available")
            await asyncio.to_thread(line.ask, "consultants.pause", id="c102", reason="lunch")
            await state(page, "c102", "paused")
            caller = await dial(lab, 610)
            await state(page, "c101", "talking")
            await talker.call.hold()
            await state(page, "c101", "hold")
            paused = await since(line, "c102")
            os.kill(line.pid("engine"), signal.SIGKILL)
            await stale(page)
            await back_up(line)
            await right(page, line, "the engine's return")
            await state(page, "c101", "hold")  # Asterisk is asked who holds whom
            await state(page, "c102", "paused")
            assert abs(await since(line, "c102") - paused) < 3
            await talker.call.unhold()
            await state(page, "c101", "talking")
            await caller.hang_up()
            await state(page, "c101", "wrap_up")
            await asyncio.sleep(1.0)  # kept within 0.4 s
            os.kill(line.pid("engine"), signal.SIGKILL)  # this conversation had outlived an engine before
            await stale(page)
            await back_up(line)
            await right(page, line, "the engine's second return")
            await state(page, "c101", "wrap_up")
            await asyncio.to_thread(line.ask, "consultants.unpause", id="c102")
            await asyncio.to_thread(line.ask, "consultants.unpause", id="c101")
            await state(page, "c101", "available")
            await talker.stop()
            await keeper.stop()


async def test_with_asterisk_killed_the_page_says_so_and_the_lost_call_is_counted_once(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        async with watched(line, page):
            before = (await asyncio.to_thread(line.ask, "board.show"))["today"]["all"]
            caller = await dial(lab, 620)
            await page.wait_for_selector("tr[id^=caller-]", timeout=15_000)
            os.kill(line.pid("asterisk"), signal.SIGKILL)
            await stale(page)
            await page.wait_for_selector("#stale", state="hidden", timeout=60_000)
            await right(page, line, "Asterisk's return")

            async def offered() -> int:
                board = await asyncio.to_thread(line.ask, "board.show")
                return board["today"]["all"]["offered"] - before["offered"]

            end = time.monotonic() + 15
            while await offered() != 1 and time.monotonic() < end:
                await asyncio.sleep(0.2)
            await asyncio.sleep(3)  # the channel event log tells the call once more
            assert await offered() == 1
            assert await page.locator("tr[id^=caller-]").count() == 0
            await caller.hang_up()


async def test_with_the_manager_cut_for_half_a_minute_nothing_old_looks_new(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        consultant = await lab.consultant("c101").start()
        await state(page, "c101", "available")
        async with watched(line, page):
            first = await dial(lab, 630)
            await state(page, "c101", "talking")
            with cut_off(line.settings.ami_port):
                await stale(page, 30)
                await first.hang_up()
                second = await dial(lab, 640, "2")
                await asyncio.sleep(20)
                assert await page.locator("#stale").is_visible()
            returned = time.monotonic()
            await page.wait_for_selector("#stale", state="hidden", timeout=60_000)
            await right(page, line, "the manager's return", returned)
            await second.hang_up()
        await asyncio.to_thread(line.ask, "consultants.unpause", id="c101")
        await consultant.stop()


async def test_all_three_languages_show_each_state_within_a_second_or_so(line, lab):
    async with chromium() as browser:
        pages = {}
        for language in ("kk", "ru", "en"):
            add_account(line, f"watch{language}", "supervisor", "--language", language)
            pages[language] = await signed_in(line, await browser.new_context(), f"watch{language}")
        consultant = await lab.consultant("c101", answer_after=1.5).start()
        await line.until(lambda: reachable(line, "c101"))
        caller = await dial(lab, 690)
        words = {
            "ringing": {"kk": "қоңырау түсуде", "ru": "вызов", "en": "ringing"},
            "talking": {"kk": "сөйлесуде", "ru": "разговор", "en": "talking"},
            "wrap_up": {"kk": "өңдеуде", "ru": "постобработка", "en": "wrap-up"},
        }
        for wanted, names in words.items():
            if wanted == "wrap_up":
                await caller.hang_up()
            for language, page in pages.items():
                await state(page, "c101", wanted)
                assert names[language] in await page.inner_text("#seat-c101 .state"), (wanted, language)
        await consultant.stop()


async def test_while_the_engine_is_away_asterisk_serves_and_the_page_says_that_it_knows_nothing(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        consultant = await lab.consultant("c104", answer_after=4.0).start()
        await state(page, "c104", "available")
        await gone(line)
        await stale(page)
        caller = await dial(lab, 700)
        await asyncio.sleep(2)  # survival rings the phone
        await back(line)
        async with watched(line, page):
            await page.wait_for_selector("#stale", state="hidden", timeout=SOON * 1000)
            shown = await page.get_attribute("#seat-c104", "data-state")
            assert shown in ("ringing", "talking"), shown
            await state(page, "c104", "talking")
            assert await page.locator("tr[id^=caller-]").count() == 0
            await caller.hang_up()
        await consultant.stop()


def test_the_console_is_where_make_run_said(line):
    assert f"console: https://127.0.0.1:{line.settings.console_port}/ or {site(line)}/" in line.said
