"""Coverage of a demand: every conversation of the calls found, and what is known of its recording; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from recordings.capture.match_conversations import NOT_RECORDED
from recordings.demands.demand import Finding
from recordings.finding.criteria import FoundCall, state_of


@dataclass(frozen=True, slots=True)
class Coverage:
    """`waiting`: recordings that are checked and not sealed yet; `silent_calls`: without conversation.

    `gone`: the destroyed ones' ids, and when.
    """

    findings: tuple[Finding, ...]
    sealed: int
    waiting: int
    destroyed: int
    missing: int
    silent_calls: int
    gone: tuple[tuple[str, datetime], ...] = ()

    def since(self, moment: datetime) -> tuple[str, ...]:
        """Recordings destroyed at `moment` or later."""
        return tuple(id_ for id_, at in self.gone if at >= moment)


def coverage(calls: Iterable[FoundCall]) -> Coverage:
    """Conversations with 1414 are the other centre's, and are not ours to hand over."""
    findings: list[Finding] = []
    counts = dict.fromkeys(("sealed", "waiting", "destroyed", "missing"), 0)
    silent = 0
    gone = []
    for found in calls:
        by_number = {one.recording.connection: one for one in found.recordings}
        talks = [talk for talk in found.call.connections if talk.party not in NOT_RECORDED]
        silent += not talks
        for talk in talks:
            kept = by_number.get(talk.number)
            state = state_of(kept)
            counts[state if state in counts else "missing"] += 1
            if kept and kept.sealed and kept.sealed.destroyed_at:
                gone.append((kept.recording.id, kept.sealed.destroyed_at))
            findings.append(Finding(found.call.call_id, kept.recording.id if kept else ""))
    return Coverage(tuple(dict.fromkeys(findings)), **counts, silent_calls=silent, gone=tuple(gone))
