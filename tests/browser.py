"""A real Chromium on the console's pages, and accounts to sign in with."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.real.line import REPOSITORY, RunningLine

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium hears the last list of these alone, so Playwright's own is said again. What we add: each window
    # would load two pages for its address bar, half of what a browser costs here.
    "--disable-features="
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,OptimizationHints,NetworkTimeServiceQuerying,"
    "AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
]
PASSWORD = "қарлығаш ұшып кетті 7"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a screen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


def add_account(line: RunningLine, login: str, role: str, *more: str) -> None:
    """As the administrator does it."""
    subprocess.run(
        [
            REPOSITORY / ".venv/bin/ivr111", "accounts", "add", login, "--person", f"Сынақ {login.title()}",
            "--role", role, *more, "--password-stdin",
        ],
        env=line.env, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def site(line: RunningLine) -> str:
    """The console's plain address, on loopback."""
    return f"http://127.0.0.1:{line.settings.console_plain_port}"


async def signed_in(line: RunningLine, context: BrowserContext, login: str) -> Page:
    """A page behind the door."""
    page = await context.new_page()
    await sign_in(page, site(line), login)
    return page


async def sign_in(page: Page, origin: str, login: str, language: str | None = None) -> None:
    """Through the door at `origin`; the board is there, in `language` where one is named."""
    await page.goto(f"{origin}/sign-in")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button.main")
    await page.wait_for_selector("#board")
    if language is not None:
        await page.click(f".languages button[value={language}]")
        await page.wait_for_selector(f"html[lang={language}] #board section")


async def sure(page: Page) -> None:
    """Whoever pressed a button that asks is sure; the second half of a double click is no answer."""
    await page.wait_for_selector("#sure[open]")
    await asyncio.sleep(0.5)
    await page.click("#sure-yes")


async def axe(line: RunningLine, page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 AA, as short lines."""
    await page.evaluate((line.settings.web / "axe.min.js").read_text(encoding="utf-8"))
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = await page.evaluate(f"axe.run(document, {json.dumps(rules)})")
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]
