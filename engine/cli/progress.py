"""Progress of long work: on stderr, ticking on a terminal, a line now and then elsewhere; edge."""

import sys
import time

from config.told import told
from engine.cli.language import spoken


class ProgressLine:
    """Silent for the first second; `done()` ends the line."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._said = time.monotonic()
        self._shown = False

    def __call__(self, done: int, of: int = 0) -> None:
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if now - self._said < (0.2 if terminal and self._shown else 1.0 if terminal else 2.0):
            return
        self._said, self._shown = now, True
        count = told("{done:,} of {of:,}", done=done, of=of) if of else f"{done:,}"
        text = f"{spoken(self._what)}: {spoken(count)} {spoken(self._unit)}"
        print(f"\r{text} " if terminal else text, end="" if terminal else "\n", file=sys.stderr, flush=True)  # noqa: T201

    def done(self) -> None:
        """The line is over."""
        if self._shown and sys.stderr.isatty():
            print(file=sys.stderr)  # noqa: T201
