"""Numbers whose call ended by the line's own fault: they are first on calling again; pure."""

from dataclasses import dataclass, field
from typing import Final

from recordings.model.call_record import CallRecord, Outcome
from routing.live.call_summary import CUT_OFF, NO_ACK

OURS: Final = frozenset({CUT_OFF, NO_ACK})  # ends that are nobody's wish
OWED: Final = 900.0  # seconds: whoever calls again so soon is first
SERVED: Final = frozenset({Outcome.SERVED, Outcome.TRANSFERRED_1414, Outcome.DUTY_PHONE})


@dataclass(slots=True)
class CutOffNumbers:
    """Numbers cut off by us and not served since; by whatever index the caller of `take` gives them."""

    _last: dict[str, tuple[float, float, bool]] = field(default_factory=dict)  # arrival, end, whether cut off

    def take(self, index: str | None, record: CallRecord) -> None:
        """A call is over; a call told twice, or late, changes nothing that a newer one has told."""
        cut = record.ended_by in OURS
        if index is None or record.ended_at is None or not (cut or record.outcome in SERVED):
            return
        arrived = record.arrived_at.timestamp()
        if arrived >= self._last.get(index, (arrived,))[0]:
            self._last[index] = (arrived, record.ended_at.timestamp(), cut)

    def first(self, index: str | None, now: float) -> bool:
        """Whether a caller of this number comes before all others (epoch seconds)."""
        self._last = {key: one for key, one in self._last.items() if now - one[1] <= OWED}
        return index in self._last and self._last[index][2]
