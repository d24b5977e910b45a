"""The console over a real line is usable by everybody: WCAG 2.1 AA in three languages, the keyboard alone."""

import asyncio

import pytest

from tests.browser import add_account, axe, chromium, signed_in, site
from tests.real.line import RunningLine
from tests.real.talking import dial

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line():
    """A line with a supervisor and a consultant's accounts."""
    running = RunningLine(IVR111_LISTENING_SHOWN="true").start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    add_account(running, "cora", "consultant", "--consultant", "c101")
    yield running
    assert running.stop() == 0


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
