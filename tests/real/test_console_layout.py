"""Every state in every language at every width, in a real Chromium: nothing over another, nothing cut off."""

import copy
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from config.settings import Settings
from console.http.labels import REASONS, STATES
from console.wallboard.labels import ALERTS, PHASES, UNANSWERED
from tests.browser import chromium, sign_in
from tests.console_home import BOARD, Home, caller, console, seat
from tests.real.layout import faults

pytestmark = pytest.mark.real

WIDTHS = (320, 768, 1024, 1280, 1366, 1440, 1536, 1920)
DESK_WIDTHS = (320, 1024, 1366)  # one column: what is narrow decides
LANGUAGES = ("kk", "ru", "en")
SHOTS = os.environ.get("SHOTS")  # a folder for pictures of every page
NAMES = (
    "Айгүл Сынақ",
    "Нұрсұлтан-Әбілмансұр Құдайбергенұлы Жолдасбекәлімжанов",
    "Ли А",
    "Құралайсұлушаш Мұхамедрақымқызы Төлегенбайәбдірахманова",
    "Александра-Валентина Константинопольская-Преображенская",
)


def crowd() -> dict[str, Any]:
    """Forty consultants in all states and with all marks, sixty waiting callers, every alert."""
    board, now = copy.deepcopy(BOARD), time.time()
    consultants = []
    for n in range(40):
        state = list(STATES)[n % len(STATES)]
        busy = state in ("talking", "hold", "ringing", "reserved")
        more: dict[str, Any] = {"name": NAMES[n % len(NAMES)]}
        if busy:
            more |= {
                "call": f"n1-1795540000000-{n}", "number": "***55" if n % 2 else None,
                "call_language": "kk" if n % 3 else "ru", "call_since": now - 4000 - n,
                "caller_since": now - 4100,
            }  # fmt: skip
        if state in ("talking", "hold") and n % 2:
            modes = ("listen", "whisper", "barge")
            more["watched"] = [{"phone": "s201", "mode": modes[n % 3], "since": now - 36_100}]
        if state in ("paused", "talking", "wrap_up") and n % 4:
            more["reason"] = list(REASONS)[n % len(REASONS)]
        if state == "wrap_up":
            more["until"] = now + 3700 * (n % 2) + 31
        if state == "unreachable":
            missed = n % 2 == 0
            more |= {"passed_over": missed, "reachable": missed, "until": now + 40 if missed else None}
        if n % 5 == 4:
            more["off"] = True
        consultants.append(seat(f"c{101 + n}", state, since=now - 86_000 - n, **more))
    board["consultants"] = consultants
    told = UNANSWERED
    board["callers"] = [
        caller(
            f"n1-1795540000{n:03d}-{n}", n + 1, phase=told[n % 3] if n % 7 == 0 else "waiting",
            since=now - 4000 + n, language="ru" if n % 3 else "kk", attempts=1 + n % 3,
            consultant=f"c{101 + n % 5}" if n % 7 == 0 or n % 11 == 0 else None,
            diverted=bool(n % 3) and n % 2 == 0, nobody_on_shift=n % 5 == 0, moved_up=n % 13 == 1,
        )
        for n in range(60)
    ]  # fmt: skip
    board["callers"] += [caller(f"n1-2-{n}", 0, phase=phase) for n, phase in enumerate(PHASES)]
    board["queues"][1]["diverted"] = now - 100
    for row in (*board["queues"], board["totals"]):
        row.update({"waiting": 60, "longest_since": now - 4000})
    board["alerts"] = [
        {"kind": kind, "subject": ("ru", "c102", "")[n % 3], "call": "n1-1795540000000-12" if n % 2 else "",
         "since": now - 90_000, "grade": ("critical", "warning")[n % 2]}
        for n, kind in enumerate(ALERTS)
    ]  # fmt: skip
    return board


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """The console before an invented crowd."""
    async with console(Settings(home=tmp_path / "home", listening_shown=True)) as made:
        made.link.show(crowd())
        yield made


async def wrong(page: Page, name: str, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What is wrong at each width."""
    found = []
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.wait_for_function("() => document.fonts.status === 'loaded'")
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        found += [f"{name} at {width} px: {fault}" for fault in await faults(page)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_full_wallboard_can_be_read_at_every_width(home: Home, language: str) -> None:
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await sign_in(page, home.origin["Origin"], "supervisor", language)
        found = await wrong(page, f"board-{language}")
        await page.goto(f"{home.origin['Origin']}/tv")
        await page.wait_for_selector("#board .tv")
        found += await wrong(page, f"tv-{language}")
    assert [] == found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_desk_in_every_state_can_be_read_at_every_width(home: Home, language: str) -> None:
    found = []
    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        await sign_in(page, home.origin["Origin"], "consultant", language)
        for nth, state in enumerate(STATES):
            board = copy.copy(home.link.shown)
            board["event"] = BOARD["event"] + nth + 1
            one = next(one for one in reversed(crowd()["consultants"]) if one["state"] == state)
            board["consultants"] = [{**one, "id": "c101"}, *board["consultants"][1:]]
            home.link.show(board)
            home.services.streams.wake()
            await page.wait_for_selector(f".desk .s-{state}")
            found += await wrong(page, f"desk-{state}-{language}", DESK_WIDTHS)
    assert [] == found, "\n".join(found)
