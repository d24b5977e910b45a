"""What is known of one leg: packets that come, questions that were answered or not; pure, monotonic times."""

from dataclasses import dataclass
from typing import Final, Literal

SILENT: Final = 3.0  # seconds without a packet: the leg is asked whether it is there
STANDS: Final = 1.5  # seconds without a packet: it is looked where its sound comes from now
AGAIN: Final = (
    10.0  # seconds between questions to a leg that is quiet and answers: muted, held, no sound in pauses
)
PRESSING: Final = 1.0  # seconds between questions to one that has not answered
PATIENT: Final = 5.0  # ... and has not for a minute
# One question in three is lost where one packet in five is: of six in a row, one in five hundred.
UNANSWERED_IN_A_ROW: Final = 6  # questions in a row ...
OWED: Final = 5.5  # ... and seconds since the first of them: no answer
# A question repeated with the number it had is what some phones leave unanswered: one answer is no habit.
HABIT: Final = 2  # answers of the leg's own after which a missing one says something

STALE: Final = 10.0  # seconds since the last question: nobody asks any more, and silence alone proves nothing

Sign = Literal["heard", "quiet", "asked", "unanswered"]


@dataclass(slots=True)
class LegState:
    """One leg; `unknown` packets (Asterisk did not say) change nothing.

    `answers`: whether it answers questions while it is alive. True after `HABIT` answers, False when packets
    came though `UNANSWERED_IN_A_ROW` questions had no answer, None before: nothing is known of it. `missed`
    are the questions since the last answer, whether packets came or not.
    """

    packets: int | None = None
    since: float = 0.0  # the last sign that a packet came
    asked: float | None = None  # the last question
    owed: float | None = None  # the first question that was not answered since the last sign of life
    unanswered: int = 0
    answered: float | None = None
    answers: bool | None = None
    missed: int = 0
    _given: int = 0  # answers of its own

    def count(self, packets: int | None, now: float) -> None:
        """The packets that have come so far; a lower number is another stream's, and came as well."""
        if packets is None:
            return
        if packets != self.packets:
            self.packets, self.since = packets, now
            if self.missed >= UNANSWERED_IN_A_ROW:  # alive without answers, or away and come back
                self.answers = None if self.answers else False
                self.missed = self._given = 0
            self._alive()

    def ask(self, now: float) -> None:
        """A question was sent."""
        self.asked = now
        self.owed = now if self.owed is None else self.owed
        self.unanswered += 1
        self.missed += 1

    def answer(self, now: float) -> None:
        """It was answered by the leg itself, whatever the answer."""
        self.answered = now
        self._given += 1
        self.missed = 0
        if self._given >= HABIT:
            self.answers = True
        self._alive()

    def due(self, now: float) -> bool:
        """Whether the leg is to be asked: it is silent, or it is heard and not known yet to answer."""
        last = max(self.asked or 0.0, self.answered or 0.0)
        if self.answers is False:
            return now - last >= AGAIN
        if now - self.since < SILENT:
            return self.answers is None and now - last >= PRESSING
        if self.owed is None:
            return now - last >= (PRESSING if self.answered is None else AGAIN)
        return now - last >= (PATIENT if now - self.owed > 60.0 else PRESSING)

    def still(self, now: float) -> bool:
        """Whether it has sent nothing for long enough to look where its sound may come from."""
        return self.packets is not None and now - self.since >= STANDS

    def sign(self, now: float) -> Sign:
        """What is known of it now."""
        if now - self.since < SILENT:
            return "heard"
        if self.owed is None:
            return "quiet"
        asked = self.asked is not None and now - self.asked < STALE
        owed = asked and self.unanswered >= UNANSWERED_IN_A_ROW and now - self.owed >= OWED
        return "unanswered" if owed else "asked"

    def _alive(self) -> None:
        self.owed, self.unanswered = None, 0
