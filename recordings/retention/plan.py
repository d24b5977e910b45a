"""Plan of retention: what would go under which policy; whatever is held stays; pure (decision 0060)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.evidence import RetentionPolicy


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sealed recording, or a call's rows; `ended` the call's end. `held` why it may not go."""

    what: str  # audio | journal
    call_id: str
    recording_id: str  # "" for rows
    outcome: str | None
    ended: datetime
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expiring:
    """One thing that would go, under which policy."""

    candidate: Candidate
    policy: RetentionPolicy


def policy_for(what: str, outcome: str | None, policies: Iterable[RetentionPolicy]) -> RetentionPolicy | None:
    """The one that keeps longest, of those that fit; None: it is kept for ever."""
    fitting = [one for one in policies if one.what == what and (not one.outcomes or outcome in one.outcomes)]
    return max(fitting, key=lambda one: one.days, default=None)


def expired(
    candidates: Iterable[Candidate], policies: Sequence[RetentionPolicy], now: datetime
) -> Iterator[Expiring]:
    """Those older than their policy keeps them, held or not; without a policy nothing."""
    for one in candidates:
        policy = policy_for(one.what, one.outcome, policies)
        if policy is not None and one.ended < now - timedelta(days=policy.days):
            yield Expiring(one, policy)
