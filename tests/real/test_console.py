"""The console in a real Chromium over a real line: states in order, steering, truth after every gap."""

import asyncio
import os
import re
import signal
import ssl
import subprocess
import time
from dataclasses import asdict

import aiohttp
import pytest
from playwright.async_api import expect

from recordings.journal.figures import ended, figures
from tests.browser import add_account, axe, chromium, signed_in, site, sure
from tests.real.line import REPOSITORY, RunningLine
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
    """A line with a supervisor, a consultant and an auditor's accounts; a wrap-up long enough to be seen."""
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


def reachable(line: RunningLine, id_: str) -> bool:
    return any(one["id"] == id_ and one["reachable"] for one in line.ask("board.show")["consultants"])


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
    rows = [ended(row) for row in await line.calls() if row.arrived_at.timestamp() >= midnight]
    assert asdict(figures(rows, line.settings.service_level_seconds)) == told["today"]["all"]
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


async def test_the_console_speaks_https_with_its_own_certificate_and_plain_http_on_loopback_only(line):
    context = ssl.create_default_context(cafile=str(line.home / "console" / "console.crt"))
    async with aiohttp.ClientSession() as session:
        secure = f"https://127.0.0.1:{line.settings.console_port}/sign-in"
        async with session.get(secure, ssl=context) as answer:
            assert (answer.status, "max-age" in answer.headers["Strict-Transport-Security"]) == (200, True)
    listening = subprocess.run(["ss", "-Hltn"], check=True, capture_output=True, text=True).stdout
    plain = [row.split()[3] for row in listening.splitlines() if row.split()[3].endswith(":8080")]
    assert plain == ["127.0.0.1:8080"]
