"""How long to bear a silent process, and how long to wait before starting it again; pure, time goes in."""

from dataclasses import dataclass


@dataclass(slots=True)
class Patience:
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
    """The wait before the next start: none at first, then 0.2 s doubling to 10 s, none again after health."""

    first: float = 0.2
    longest: float = 10.0
    health: float = 30.0
    _next: float = 0.0

    def wait(self, healthy: float) -> float:
        """Seconds to wait now; `healthy` is how long the last one answered before it failed."""
        if healthy >= self.health:
            self._next = 0.0
        now = self._next
        self._next = min(self.longest, max(self.first, now * 2))
        return now
