"""What is known of one leg: packets that come, questions that were answered or not; pure, monotonic times."""

from dataclasses import dataclass
from typing import Final, Literal

SILENT: Final = 3.0  # seconds without a packet: the leg is asked whether it is there
STANDS: Final = 1.5  # seconds without a packet: it is looked where its sound comes from now
AGAIN: Final = (
    10.0  # seconds between questions to a leg that is quiet and answers: muted, held, no sound in pauses
)
PRESSING: Final = 1.5  # seconds between questions to one that has not answered
UNANSWERED: Final = 3  # questions in a row ...
OWED: Final = 4.5  # ... and seconds since the first of them: no answer

Sign = Literal["heard", "quiet", "asked", "unanswered"]


@dataclass(slots=True)
class LegState:
    """One leg; `unknown` packets (Asterisk did not say) change nothing."""

    packets: int | None = None
    since: float = 0.0  # the last sign that a packet came
    asked: float | None = None  # the last question
    owed: float | None = None  # the first question that was not answered since the last sign of life
    unanswered: int = 0
    answered: float | None = None

    def count(self, packets: int | None, now: float) -> None:
        """The packets that have come so far; a lower number is another stream's, and came as well."""
        if packets is None:
            return
        if packets != self.packets:
            self.packets, self.since = packets, now
            self._alive()

    def ask(self, now: float) -> None:
        """A question was sent."""
        self.asked = now
        self.owed = now if self.owed is None else self.owed
        self.unanswered += 1

    def answer(self, now: float) -> None:
        """It was answered, whatever the answer."""
        self.answered = now
        self._alive()

    def due(self, now: float) -> bool:
        """Whether the leg is to be asked."""
        if now - self.since < SILENT:
            return False
        last = max(self.asked or 0.0, self.answered or 0.0)
        return now - last >= (AGAIN if self.owed is None and self.answered is not None else PRESSING)

    def still(self, now: float) -> bool:
        """Whether it has sent nothing for long enough to look where its sound may come from."""
        return self.packets is not None and now - self.since >= STANDS

    def sign(self, now: float) -> Sign:
        """What is known of it now."""
        if now - self.since < SILENT:
            return "heard"
        if self.owed is None:
            return "quiet"
        owed = self.unanswered >= UNANSWERED and now - self.owed >= OWED
        return "unanswered" if owed else "asked"

    def _alive(self) -> None:
        self.owed, self.unanswered = None, 0
