"""What cannot be taken back is asked about first: by keyboard, once, and for the call that was seen."""

import asyncio
import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from config.settings import Settings
from tests.browser import chromium, sign_in
from tests.console_home import Home, console

pytestmark = pytest.mark.real

WORDS = {
    "kk": ("1414-ке", "қазақша", "Болдырмау"),
    "ru": ("на 1414", "казахский", "Отмена"),
    "en": ("to 1414", "Kazakh", "Cancel"),
}
AT_1414 = "#board button:has-text('1414')"
ORDERED = ("desk.transfer_1414", "n1-1-3")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A consultant in a conversation with ***55."""
    async with console(Settings(home=tmp_path / "home")) as made:
        seen(made, call="n1-1-3")
        yield made


def seen(home: Home, **more: Any) -> None:
    """The next board, with something else of the first consultant."""
    board = copy.deepcopy(home.link.shown)
    board["event"] += 1
    board["consultants"][0].update({"call_language": "kk", **more})
    home.link.show(board)
    home.services.streams.wake()


def ordered(home: Home) -> list[tuple[str, str]]:
    return [(do, str(fields.get("call"))) for do, fields in home.link.orders]


async def entered(home: Home, page: Page, login: str = "consultant", language: str = "kk") -> None:
    await sign_in(page, home.origin["Origin"], login, language)
    await page.wait_for_selector("#stale", state="hidden")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_1414_is_asked_about_by_keyboard_with_the_call_named_and_escape_leaves_all_as_it_is(
    home: Home, language: str
) -> None:
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await entered(home, page, language=language)
        button = page.locator(AT_1414)
        await button.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#sure[open]")
        said = await page.inner_text("#sure-text")
        for word in ("***55", *WORDS[language][:2]):
            assert word in said
        assert WORDS[language][2] == await page.inner_text("#sure-no")
        assert "sure-no" == await page.evaluate("document.activeElement.id")  # Enter once more does nothing
        await page.keyboard.press("Escape")
        await expect(page.locator("#sure")).to_be_hidden()
        assert [] == ordered(home)
        await expect(button).to_be_focused()
        await page.keyboard.press("Space")
        await page.wait_for_selector("#sure[open]")
        await asyncio.sleep(0.5)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#said .good")
        assert [ORDERED] == ordered(home)


async def test_nothing_is_ordered_twice_however_fast_it_is_pressed(home: Home) -> None:
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await entered(home, page)
        await page.dblclick(AT_1414)  # its second half is no answer
        await page.wait_for_selector("#sure[open]")
        assert [] == ordered(home)
        await asyncio.sleep(0.5)
        await page.evaluate("for (let n = 0; n < 5; n += 1) document.getElementById('sure-yes').click()")
        await page.wait_for_selector("#said .good")
        for _ in range(3):
            await page.evaluate("document.querySelector('.desk ~ section form button').click()")
        await asyncio.sleep(0.3)
        await expect(page.locator("#sure")).to_be_hidden()
        assert [ORDERED] == ordered(home)


async def test_a_question_about_a_call_is_none_about_the_next_one(home: Home) -> None:
    """It ended, and another one began, while the question stood there."""
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await entered(home, page)
        await page.click(AT_1414)
        await page.wait_for_selector("#sure[open]")
        seen(home, call="n1-1-4", number="***66")
        await expect(page.locator("#sure")).to_be_hidden()
        assert "ештеңе" in await page.inner_text("#said")
        assert [] == ordered(home)
        await page.click(AT_1414)
        await page.wait_for_selector("#sure[open]")
        assert "***66" in await page.inner_text("#sure-text")
        seen(home, answered=9)  # another board of the same call: the question stands
        await asyncio.sleep(0.6)
        await page.click("#sure-yes")
        await page.wait_for_selector("#said .good")
        assert [("desk.transfer_1414", "n1-1-4")] == ordered(home)


async def test_whatever_a_supervisor_cannot_take_back_is_asked_about(home: Home) -> None:
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await entered(home, page, "supervisor")
        rows = "#seat-c101 button"
        await page.locator(rows, has_text="Тыңдау").first.click()  # can be ended at any time
        await page.wait_for_selector("#said .good")
        assert ["steer.spy"] == [do for do, _ in ordered(home)]
        for button in (
            page.locator(rows, has_text="Қосылу"),
            page.locator("#queue-kk button.danger"),
        ):
            await button.click()
            await page.wait_for_selector("#sure[open]")
            await page.click("#sure-no")
            await expect(page.locator("#sure")).to_be_hidden()
        await page.locator("#more-c102 summary").click()
        await page.locator("#more-c102 button.danger").click()
        await page.wait_for_selector("#sure[open]")
        assert ["steer.spy"] == [do for do, _ in ordered(home)]
        await asyncio.sleep(0.5)
        await page.click("#sure-yes")
        await page.wait_for_selector("#said .good")
        assert ["steer.spy", "shift.end"] == [do for do, _ in ordered(home)]
