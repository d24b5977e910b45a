"""What is waited for on the page of the board, and what the engine says of the same moment."""

import asyncio
import time

from playwright.async_api import Page

from tests.real.line import RunningLine

SOON = 20.0  # seconds; the target is 2: ten times, so that a slow machine is no failure


async def stale(page: Page, within: float = 10.0) -> None:
    """The page says that it knows nothing new."""
    await page.wait_for_selector("#stale:not([hidden])", timeout=within * 1000)


async def right(page: Page, line: RunningLine, what: str, began: float | None = None) -> None:
    """Fresh, and of the engine's own event number; how long that took is printed."""
    began = began or time.monotonic()
    while True:
        board = await asyncio.to_thread(line.ask, "board.show")
        shown = await page.evaluate("Number(document.getElementById('board').dataset.event || 0)")
        if await page.locator("#stale").is_hidden() and shown >= board["event"]:
            print(f"\nright {time.monotonic() - began:.2f} s after {what}")
            return
        assert time.monotonic() - began < SOON, f"not right after {what}"
        await asyncio.sleep(0.05)


async def state(page: Page, id_: str, wanted: str, within: float = 20.0) -> None:
    """A consultant is shown in this state."""
    await page.wait_for_selector(f"#seat-{id_}[data-state={wanted}]", timeout=within * 1000)


async def since(line: RunningLine, id_: str) -> float:
    """When a consultant's state began (epoch), as the engine has it."""
    board = await asyncio.to_thread(line.ask, "board.show")
    return next(float(one["since"]) for one in board["consultants"] if one["id"] == id_)


def reachable(line: RunningLine, id_: str) -> bool:
    """Whether the engine knows a phone of this consultant."""
    return any(one["id"] == id_ and one["reachable"] for one in line.ask("board.show")["consultants"])
