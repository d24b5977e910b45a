"""The day's figures by their published formulas (C1, A4): pure arithmetic over calls."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from recordings.model.call_record import CallRecord, Outcome
from routing.board.figures import Chart, Figures

SHORT: Final = 5.0  # seconds: who hangs up sooner had not begun to wait
STEP: Final = 900  # seconds of one column of the chart


@dataclass(frozen=True, slots=True)
class EndedCall:
    """What the figures need of one call; epoch seconds, names as in recordings/model/call_record.py."""

    call: str
    language: str | None
    arrived: float  # t0
    queued: float | None  # t2
    answered: float | None  # t4
    talked_until: float | None  # t5
    ended: float | None
    served_by: str | None
    index: str | None = None  # what equal numbers have in common, never a number
    to_1414: bool = False
    left: bool | None = True  # if nobody answered: the caller hung up, no line broke down; None: not told yet

    @property
    def offered(self) -> bool:
        """The caller asked for a consultant."""
        return self.queued is not None

    @property
    def abandoned(self) -> bool:
        """The caller waited and hung up before an answer."""
        over = self.queued is not None and self.ended is not None
        return over and self.answered is None and bool(self.left)

    @property
    def short(self) -> bool:
        """Abandoned within `SHORT` seconds of waiting."""
        return self.abandoned and (self.ended or 0.0) - (self.queued or 0.0) <= SHORT


def ended_call(record: CallRecord, index: str | None = None) -> EndedCall:
    """A journal row as the figures see it; who pressed nothing and left is no abandoned call."""
    return EndedCall(
        call=record.call_id,
        language=record.language,
        arrived=record.arrived_at.timestamp(),
        queued=_epoch(record.queued_at),
        answered=_epoch(record.answered_at),
        talked_until=_epoch(record.conversation_ended_at),
        ended=_epoch(record.ended_at),
        served_by=record.served_by,
        index=index,
        to_1414=record.ucc_result == "answered",
        left=hung_up_waiting(record.outcome),
    )


def hung_up_waiting(outcome: str | None) -> bool | None:
    """Whether a caller whom nobody answered left; who is not told yet (None) did not (decision 0097)."""
    return None if outcome is None else outcome != Outcome.FAILED


def completed(old: EndedCall, new: EndedCall) -> EndedCall:
    """A call told twice, as the journal keeps it: nothing is erased, and who has ended lives no more."""
    if new.ended is None and old.ended is not None:
        old, new = new, old
    told = {
        field.name: getattr(old, field.name) if getattr(new, field.name) is None else getattr(new, field.name)
        for field in fields(EndedCall)
    }
    return EndedCall(**told)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts and sums from which figures are made; those of a whole day are kept, the living calls added."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    in_time: int = 0
    waited: float = 0.0
    queued: int = 0
    queue_waited: float = 0.0
    longest: float | None = None
    talks: int = 0
    talked: float = 0.0
    to_1414: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        told = {field.name: getattr(self, field.name) for field in fields(Tally)}
        for name, value in told.items():
            if name == "longest":
                told[name] = max(filter(None, (value, other.longest)), default=None)
            else:
                told[name] = value + getattr(other, name)
        return Tally(**told)

    def figures(self) -> Figures:
        """The published formulas."""
        counted = self.answered + self.abandoned - self.short
        return Figures(
            offered=self.offered,
            answered=self.answered,
            abandoned=self.abandoned,
            abandoned_short=self.short,
            average_wait=_share(self.waited, self.answered),
            queue_wait=_share(self.queue_waited, self.queued),
            service_level=_share(self.in_time, counted),
            longest_wait=self.longest,
            average_talk=_share(self.talked, self.talks),
            transferred_1414=self.to_1414,
        )


def tally(calls: Iterable[EndedCall], target: float) -> Tally:
    """Of these calls; `target` is T of the service level, in seconds."""
    offered = [call for call in calls if call.offered or call.answered is not None]
    answered = [(call, call.answered) for call in offered if call.answered is not None]
    abandoned = [call for call in offered if call.abandoned]
    waits = [at - call.arrived for call, at in answered]
    waits_all = waits + [(call.ended or call.arrived) - call.arrived for call in abandoned]
    queued = [at - call.queued for call, at in answered if call.queued is not None]
    talks = [call.talked_until - at for call, at in answered if call.talked_until is not None]
    return Tally(
        offered=len(offered),
        answered=len(answered),
        abandoned=len(abandoned),
        short=sum(call.short for call in abandoned),
        in_time=sum(at - (call.queued or call.arrived) <= target for call, at in answered),
        waited=sum(waits),
        queued=len(queued),
        queue_waited=sum(queued),
        longest=max(waits_all, default=None),
        talks=len(talks),
        talked=sum(talks),
        to_1414=sum(call.to_1414 for call in offered),
    )


def figures(calls: Iterable[EndedCall], target: float) -> Figures:
    """All figures over these calls."""
    return tally(calls, target).figures()


def chart(calls: Iterable[EndedCall], since: float, until: float, step: int = STEP) -> Chart:
    """One column for each `step` from `since` to the one that holds `until`."""
    count = max(1, int((until - since) // step) + 1)
    columns: tuple[list[int], list[int], list[int]] = ([0] * count, [0] * count, [0] * count)
    for call in calls:
        place = int((call.arrived - since) // step)
        if not 0 <= place < count or not (call.offered or call.answered is not None):
            continue
        columns[0][place] += 1
        columns[1][place] += call.answered is not None
        columns[2][place] += call.abandoned
    return Chart(since, step, *(tuple(column) for column in columns))


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _share(sum_: float, count: int) -> float | None:
    return sum_ / count if count else None
