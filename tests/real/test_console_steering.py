"""Steering from the console in a real Chromium over a real line: callers, consultants, queues, a shift."""

import asyncio
import os
import re
import signal
import subprocess

import pytest
from playwright.async_api import expect

from tests.browser import add_account, chromium, signed_in, sure
from tests.real.line import REPOSITORY, RunningLine
from tests.real.talking import dial

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line():
    """A line with a supervisor and a consultant's accounts; a duty phone that is soon given up."""
    running = RunningLine(
        IVR111_WRAP_UP_SECONDS="3", IVR111_LISTENING_SHOWN="true", IVR111_DUTY_RING_SECONDS="6"
    ).start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    add_account(running, "cora", "consultant", "--consultant", "c101")
    yield running
    assert running.stop() == 0


async def press(page, button) -> None:
    """As a person: once more when the page says that the rows had moved just then."""
    for _ in range(5):
        await page.evaluate("document.getElementById('said').replaceChildren()")
        await button.click()
        await page.wait_for_selector("#sure[open], #said p", timeout=5_000)
        if await page.locator("#sure[open]").count():
            await sure(page)
        await page.locator("#said p").wait_for(timeout=5_000)
        if "жылжыды" not in await page.inner_text("#said"):
            return
        await asyncio.sleep(0.8)


async def test_a_supervisor_gives_the_longest_waiting_caller_to_a_consultant_and_listens_in(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        ear = await lab.supervisor().start()
        first = await lab.consultant("c101").start()
        other = await lab.consultant("c103").start()
        await page.wait_for_selector("#seat-c103[data-state=available]")
        for id_ in ("c101", "c103"):
            await page.locator(f"#more-{id_} summary").click()
            await page.locator(f"#seat-{id_} select[name=reason]").select_option("training")
            await press(page, page.locator(f"#seat-{id_} button", has_text=re.compile("^Үзіліс$")))
            await page.wait_for_selector(f"#seat-{id_}[data-state=paused]", timeout=5_000)
        old = await dial(lab, 420)
        await asyncio.sleep(1.0)
        young = await dial(lab, 430)
        # Nobody is on shift: the duty phone is tried first, and that is shown, too.
        await page.wait_for_selector("tr[data-phase=duty_ringing]", timeout=15_000)
        await page.locator("tr[data-phase=waiting]").nth(1).wait_for(timeout=40_000)
        assert "ең ұзақ" in await page.locator("tr.longest").inner_text()
        # Takes the longest waiting.
        await press(page, page.locator("#seat-c103 button", has_text="Үзілісті аяқтау"))
        await page.wait_for_selector("#seat-c103[data-state=talking]", timeout=15_000)
        await press(page, page.locator("#seat-c101 button", has_text="Үзілісті аяқтау"))
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=15_000)
        assert other.call.ear.tone_times(420, other.call.answered_at)
        await press(page, page.locator("#seat-c103 button", has_text="Тыңдау").first)
        await page.wait_for_selector("#seat-c103 .watched", timeout=10_000)
        await ear.call.hears(420, within=5)
        await ear.call.hears(other.phone.voice.frequency, within=5)
        assert not other.call.ear.tone_times(1700, other.call.answered_at)
        await press(page, page.locator("#seat-c103 button", has_text="Сыбырлау"))
        await other.call.hears(1700, within=10)
        assert not old.ear.tone_times(1700, 0.0)
        await press(page, page.locator("#seat-c103 button", has_text="Қосылу"))
        await old.hears(1700, within=10)
        await press(page, page.locator("#seat-c103 button", has_text="тоқтату"))
        await page.wait_for_selector("#seat-c103 .watched", state="detached", timeout=5_000)
        await old.hang_up()
        await young.hang_up()
        for one in (first, other, ear):
            await one.stop()
        for action in ("listened_live", "whispered", "barged"):
            assert action in _log(line), action


def _log(line: RunningLine) -> str:
    command = [REPOSITORY / ".venv/bin/ivr111", "audit", "list", "--limit", "200"]
    return subprocess.run(
        command, env=line.env, check=True, capture_output=True, text=True, timeout=60
    ).stdout


async def test_a_consultants_own_page_steers_the_shift_and_outlives_a_reload_and_a_restart(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "cora")
        consultant = await lab.consultant("c101").start()
        await page.wait_for_selector(".s-available")
        await page.click("button:has-text('Ауысымды аяқтау')")
        await sure(page)
        await page.wait_for_selector(".s-off_shift")
        os.kill(line.pid("engine"), signal.SIGKILL)
        await page.wait_for_selector("#stale:not([hidden])", timeout=5_000)
        assert re.search(r"\d\d:\d\d:\d\d", await page.inner_text("#stale"))
        await page.wait_for_selector("#stale", state="hidden", timeout=30_000)
        await page.reload()
        await page.wait_for_selector(".s-off_shift", timeout=10_000)
        await page.click("button:has-text('Ауысымды бастау')")
        await page.wait_for_selector(".s-available")
        caller = await dial(lab, 440, "2")
        await page.wait_for_selector(".s-talking", timeout=20_000)
        assert "орысша" in await page.inner_text("dl.call")
        ucc = lab.ucc()
        await page.click("button:has-text('1414')")
        assert "***" in await page.inner_text("#sure-text")  # the call it is about
        await sure(page)
        await caller.hears(700, within=30)
        await page.wait_for_selector(".s-wrap_up", timeout=10_000)
        before = await page.get_attribute("time[data-until]", "data-until")
        await page.click("button:has-text('бір минут')")
        await expect(page.locator("time[data-until]")).not_to_have_attribute("data-until", before)
        after = await page.get_attribute("time[data-until]", "data-until")
        assert 55 < float(after) - float(before) < 65
        await page.click("button:has-text('дайынмын')")
        await page.wait_for_selector(".s-available")
        await caller.hang_up()
        assert ucc is not None
        await consultant.stop()


async def test_callers_are_moved_up_given_away_and_a_queue_is_diverted(line, lab):
    async with chromium() as browser:
        page = await signed_in(line, await browser.new_context(), "sara")
        consultant = await lab.consultant("c101").start()
        await page.wait_for_selector("#seat-c101[data-state=available]")
        talking = await dial(lab, 500)
        await page.wait_for_selector("#seat-c101[data-state=talking]", timeout=20_000)
        old = await dial(lab, 510)
        await page.locator("tr[id^=caller-]").nth(0).wait_for(timeout=15_000)
        young = await dial(lab, 520)
        rows = page.locator("tr[id^=caller-]")
        await rows.nth(1).wait_for(timeout=15_000)
        await press(page, rows.nth(1).locator("button", has_text="Алға шығару"))
        await expect(rows.nth(1).locator("td").first).to_contain_text("1")
        choice = rows.nth(0).locator("select[name=consultant]")
        await choice.focus()
        await choice.select_option("c101")
        line.ask("consultants.pause", id="c104", reason="lunch")  # another board comes
        await page.wait_for_function("document.querySelector('#seat-c104 .small').textContent")
        assert await choice.input_value() == "c101"
        await press(page, rows.nth(0).locator("button", has_text="Тағайындау"))
        await expect(rows.nth(0).locator("td").nth(5)).to_contain_text("Айгүл")
        await talking.hang_up()
        await expect(rows).to_have_count(1, timeout=20_000)
        assert consultant.call.ear is not None
        await consultant.call.hears(510, within=10)
        duty = lab.duty()
        await press(page, page.locator("#queue-kk button", has_text="Кезекші телефонға"))
        await expect(page.locator("#queue-kk .mark")).to_be_visible(timeout=5_000)
        await young.hears(850, within=30)
        await old.hang_up()
        await page.wait_for_selector("#seat-c101[data-state=available]", timeout=15_000)
        await press(page, page.locator("#queue-kk button", has_text="қайтару"))
        await expect(page.locator("#queue-kk .mark")).to_have_count(0, timeout=5_000)
        await young.hang_up()
        await consultant.stop()
        assert duty is not None
        for told in ("moved up", "given to c101", "diverted to the duty phone", "back to the consultants"):
            assert told in _log(line), told
