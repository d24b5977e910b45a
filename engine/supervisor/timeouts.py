"""How long to bear a silent process, and how long to wait before starting it again; pure, time goes in."""

from dataclasses import dataclass


@dataclass(slots=True)
class SilenceTimeout:
    """Counts how long an answer has been owed, in seconds of our own running.

    A late timer says that *we* were held up, not the one we asked: of each passage at most `longest_tick`
    counts. What the asked one is excused for (it wanted to run and got no processor) does not count at all.
    """

    limit: float
    longest_tick: float
    owed: float = 0.0
    asked: bool = False

    def ask(self) -> None:
        """A question is out; one already unanswered keeps its age."""
        self.asked = True

    def answer(self) -> None:
        """The answer came: nothing is owed."""
        self.asked = False
        self.owed = 0.0

    def passed(self, elapsed: float, excused: float = 0.0) -> bool:
        """`elapsed` seconds went by since the last call; True once the limit is reached."""
        if self.asked:
            self.owed += max(0.0, min(elapsed, self.longest_tick) - max(0.0, excused))
        return self.owed >= self.limit


@dataclass(slots=True)
class BackOff:
    """The wait before the next start; pure.

    Whoever answered before it ended is needed by callers: the first three starts come at once, then after
    0.2 s doubling to 2 s. Whoever never answered would only be seen to fail again: after 0.2 s doubling to
    10 s. Thirty seconds of answers end both.
    """

    first: float = 0.2
    longest: float = 2.0
    longest_in_vain: float = 10.0
    at_once: int = 3
    health: float = 30.0
    _starts: int = 0
    _next: float = 0.0

    def wait(self, healthy: float | None) -> float:
        """Seconds to wait now; `healthy`: how long the last one answered before it failed, None: never."""
        if healthy is not None and healthy >= self.health:
            self._starts, self._next = 0, 0.0
        self._starts += 1
        if self._starts <= (1 if healthy is None else self.at_once):
            return 0.0
        longest = self.longest_in_vain if healthy is None else self.longest
        self._next = min(longest, max(self.first, self._next * 2))
        return self._next
