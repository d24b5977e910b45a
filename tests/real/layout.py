"""What a person sees wrong on a page: texts over one another, cut off, out of their cell, a page too wide."""

from typing import Any

from playwright.async_api import Page

# Every piece of text as the browser draws it, line by line, and clipped as the browser clips it.
FAULTS = """() => {
  const found = [];
  const pieces = [];
  const shown = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const clipped = (el, box) => {
    let { left, top, right, bottom } = box;
    for (let at = el; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      left = Math.max(left, edge.left); right = Math.min(right, edge.right);
      top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
    }
    return { left, top, right, bottom };
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    const text = node.textContent.trim();
    const unseen = "select, option, script, .visually-hidden, .skip, dialog:not([open])";
    if (!text || !shown(el) || el.closest(unseen)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const box = clipped(el, rect);
      if (box.right - box.left < 1 || box.bottom - box.top < 1) continue;
      // The line's height holds room above and below the letters.
      const thin = (rect.bottom - rect.top) * 0.2;
      pieces.push({ node, text, ...box, top: box.top + thin, bottom: box.bottom - thin });
    }
    const cell = el.closest("td, th, button, .state, .card-tile, .alerts li");
    if (cell) {
      const edge = cell.getBoundingClientRect();
      const rect = range.getBoundingClientRect();
      if (rect.right > edge.right + 1.5 || rect.left < edge.left - 1.5)
        found.push(`out of its ${cell.tagName.toLowerCase()}: ${text}`);
    }
    for (let at = el, n = 0; at && n < 3; at = at.parentElement, n += 1) {
      const style = getComputedStyle(at);
      if (style.overflowX !== "hidden" && style.overflowX !== "clip") continue;
      if (at.scrollWidth > at.clientWidth + 1 && !at.closest("[title]")) found.push(`cut off: ${text}`);
    }
  }
  pieces.sort((a, b) => a.top - b.top);
  for (let i = 0; i < pieces.length; i += 1) {
    for (let k = i + 1; k < pieces.length && pieces[k].top < pieces[i].bottom - 1; k += 1) {
      const a = pieces[i], b = pieces[k];
      if (a.node === b.node) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1.5 && high > 1.5) found.push(`"${a.text}" over "${b.text}"`);
    }
  }
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) found.push(`the page is ${page.scrollWidth} px wide`);
  return [...new Set(found)];
}"""


async def faults(page: Page) -> list[str]:
    """In words, each once; empty where all can be read."""
    found: Any = await page.evaluate(FAULTS)
    return [str(one) for one in found]
