"""What a demand covers: every conversation of the calls found, with what is known of its recording."""

from collections.abc import Iterable
from dataclasses import dataclass

from recordings.demands.demand import Finding
from recordings.finding.criteria import FoundCall, state_of
from recordings.places import NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Coverage:
    """`waiting`: recordings that are checked and not sealed yet; `silent_calls`: without conversation."""

    findings: tuple[Finding, ...]
    sealed: int
    waiting: int
    destroyed: int
    missing: int
    silent_calls: int


def coverage(calls: Iterable[FoundCall]) -> Coverage:
    """Conversations with 1414 are the other centre's, and are not ours to hand over."""
    findings: list[Finding] = []
    counts = dict.fromkeys(("sealed", "waiting", "destroyed", "missing"), 0)
    silent = 0
    for found in calls:
        by_number = {one.recording.connection: one for one in found.recordings}
        talks = [talk for talk in found.call.connections if talk.party not in NOT_RECORDED]
        silent += not talks
        for talk in talks:
            kept = by_number.get(talk.number)
            state = state_of(kept)
            counts[state if state in counts else "missing"] += 1
            findings.append(Finding(found.call.call_id, kept.recording.id if kept else ""))
    return Coverage(tuple(dict.fromkeys(findings)), **counts, silent_calls=silent)
