"""The consultant's pages of appeals in a real Chromium: typed, saved, told, by hand and by keyboard alone."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page

from recordings.model.access_entry import Actor
from tests.appeals_console import AppealsHome, appeals_console
from tests.browser import chromium, sign_in
from tests.real.layout import faults

pytestmark = pytest.mark.real

SHOTS = os.environ.get("SHOTS")  # a folder for pictures of every page
WIDTHS = (390, 1280)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
OWNER = Actor("Сынақ consultant", "consultant", "consultant")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
MOST_STEPS = 12  # clicks and fields from an empty draft to the sending


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[AppealsHome]:
    """The console with its register."""
    async with appeals_console(tmp_path) as made:
        yield made


@asynccontextmanager
async def opened(home: AppealsHome, role: str = "consultant", language: str = "kk") -> AsyncIterator[Page]:
    """A browser of this role, at the list of appeals."""
    origin = home.console.origin["Origin"]
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await sign_in(page, origin, role, language)
        await page.goto(f"{origin}/appeals")
        yield page


class Hand:
    """A consultant's hand: counts what it does."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    async def choose(self, field: str, value: str) -> None:
        """A radio or a list."""
        self.steps += 1
        radio = self.page.locator(f'input[type=radio][name="f.{field}"][value="{value}"]')
        if await radio.count():
            await radio.check()
        else:
            await self.page.select_option(f"#i-{field}", value)

    async def write(self, field: str, text: str) -> None:
        """Words, key by key."""
        self.steps += 1
        await self.page.locator(f"#i-{field}").press_sequentially(text)

    async def click(self, selector: str) -> None:
        """A button."""
        self.steps += 1
        await self.page.click(selector)


async def child(hand: Hand) -> None:
    """A child's case in Russian, from the empty draft."""
    await hand.write("matter", "отец бьёт, мне страшно")
    await hand.choose("child_rights_violated", "yes")
    await hand.choose("violator_relation", "parent")
    await hand.choose("violator_lives_with_child", "yes")
    await hand.choose("region", "abai")


async def saved(page: Page, field: str) -> None:
    """The page says that the field is saved."""
    await page.wait_for_function(
        "id => document.querySelector(`#f-${id} .saved`).textContent.match(/\\d\\d:\\d\\d/)", arg=field
    )


async def violations(home: AppealsHome, page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 AA."""
    await page.evaluate((home.services.settings.web / "axe.min.js").read_text(encoding="utf-8"))
    found = await page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


async def wrong(home: AppealsHome, page: Page, name: str) -> list[str]:
    """What a person sees wrong at each width, and what axe finds."""
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.wait_for_function("() => document.fonts.status === 'loaded'")
        high = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": width, "height": high})  # nothing lies under the buttons' bar
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        found += [f"{name} at {width} px: {fault}" for fault in await faults(page)]
        found += [f"{name} at {width} px: {fault}" for fault in await violations(home, page)]
    return found


async def test_a_childs_urgent_case_is_told_to_three_bodies_within_twelve_steps(home: AppealsHome) -> None:
    async with opened(home, language="ru") as page:
        await page.click(".begin button.main")
        await page.wait_for_selector("#appeal")
        hand = Hand(page)
        await child(hand)
        await hand.click(".urgent-now")
        await page.wait_for_selector("#confirm")
        await hand.click("#confirm")
        await page.wait_for_selector("article.h-sending")
        told = await home.told(page.url.replace(home.console.origin["Origin"], ""))
    assert {"commissioner_abai", "guardianship_abai", "internal_affairs_abai"} <= set(told)
    assert hand.steps <= MOST_STEPS


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_pages_of_appeals_can_be_read_at_both_widths_and_axe_finds_nothing(
    home: AppealsHome, language: str
) -> None:
    async with opened(home, language=language) as page:
        found = await wrong(home, page, f"empty-{language}")
        await page.click(".begin button.main")
        await page.wait_for_selector("#appeal")
        found += await wrong(home, page, f"draft-{language}")
        await child(Hand(page))
        await page.select_option("#i-reason", "2.01")
        await page.wait_for_selector("#guide:not([hidden])")
        await page.click(".urgent-now")
        await page.wait_for_selector("#confirm")
        found += await wrong(home, page, f"plan-{language}")
        await page.click("#confirm")
        await page.wait_for_selector("article.h-sending")
        found += await wrong(home, page, f"told-{language}")
        for name in ("history", "read-out"):
            await page.goto(f"{home.console.origin['Origin']}/appeals/1/{name}")
            found += await wrong(home, page, f"{name}-{language}")
        await page.goto(f"{home.console.origin['Origin']}/appeals")
        found += await wrong(home, page, f"list-{language}")
    assert [] == found, "\n".join(found)


async def test_the_console_killed_in_the_middle_of_typing_loses_no_word(home: AppealsHome) -> None:
    async with opened(home, language="ru") as page:
        await page.click(".begin button.main")
        await page.wait_for_selector("#appeal")
        hand = Hand(page)
        await hand.write("matter", "первые слова ")
        await saved(page, "matter")
        await page.context.set_offline(True)
        await hand.write("matter", "и ещё слова, пока никто не отвечает")
        await page.wait_for_selector("#away:not([hidden])")
        await page.context.set_offline(False)
        await page.wait_for_selector("#away", state="hidden")
        await saved(page, "matter")
        appeal = (await home.doors.register.get(1, OWNER, NOW)).text("matter")
        assert appeal == "первые слова и ещё слова, пока никто не отвечает"
        await page.context.set_offline(True)
        await hand.write("matter", " и последние")
        await page.context.set_offline(False)
        await page.reload()
        await saved(page, "matter")
        await page.wait_for_function("() => sessionStorage.length === 0")
        appeal = (await home.doors.register.get(1, OWNER, NOW)).text("matter")
        assert appeal.endswith("никто не отвечает и последние")


async def test_two_writers_in_one_field_choose_and_see_each_other(home: AppealsHome) -> None:
    async with opened(home, language="ru") as page:
        await page.click(".begin button.main")
        await page.wait_for_selector("#appeal")
        sara = await home.person("supervisor")
        await sara.post("/appeals/1/look", reason="замена")
        await sara.get("/appeals/1")
        await sara.save("/appeals/1", "matter", "слова коллеги")
        await page.locator("#i-matter").press_sequentially("мои слова")
        await page.wait_for_selector("#f-matter .conflict:not([hidden])")
        assert "слова коллеги" in await page.inner_text("#f-matter .conflict")
        await page.click("#f-matter .conflict button >> nth=0")
        await page.wait_for_selector("#f-matter .conflict", state="hidden")
        await page.wait_for_function("() => sessionStorage.length === 0")
        assert (await home.doors.register.get(1, OWNER, NOW)).text("matter") == "мои слова"
        await page.wait_for_selector("#others:not([hidden])")


async def test_an_urgent_case_is_told_by_keyboard_alone(home: AppealsHome) -> None:
    async with opened(home, language="ru") as page:
        await page.focus(".begin button.main")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#appeal")

        async def to(selector: str) -> None:
            for _ in range(150):
                if await page.evaluate("s => document.activeElement.matches(s)", selector):
                    return
                await page.keyboard.press("Tab")
            raise AssertionError(f"no Tab leads to {selector}")

        await to("#i-matter")
        await page.keyboard.type("отец бьёт")
        await to('[name="f.child_rights_violated"]')
        await page.keyboard.press("ArrowDown")
        await to("#i-violator_relation")
        await page.keyboard.press("ArrowDown")
        await to('[name="f.violator_lives_with_child"]')
        await page.keyboard.press("ArrowDown")
        await to("#i-region")
        await page.keyboard.press("ArrowDown")
        await to(".urgent-now")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#confirm")
        await to("#confirm")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("article.h-sending")
        assert len(await home.told("/appeals/1")) >= 3
