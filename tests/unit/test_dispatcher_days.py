"""Generated days in virtual time: nobody lost, served twice, double-booked or waiting in vain."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from lab.dispatcher.__main__ import drill
from lab.dispatcher.scenario import Day
from lab.dispatcher.simulator import World
from routing.dispatch.assigner import Rules

share = some.sampled_from((0.0, 0.1, 0.5, 0.9))
rules = some.builds(
    Rules,
    ring_seconds=some.sampled_from((3.0, 20.0)),
    wrap_up_seconds=some.sampled_from((0.0, 30.0)),
    missed_ring_seconds=some.sampled_from((0.0, 30.0, 600.0)),
    between_rings_seconds=some.sampled_from((0.0, 2.0)),
)
days = some.builds(
    Day,
    seed=some.integers(0, 2**32),
    consultants=some.integers(0, 6),
    callers=some.integers(1, 25),
    length=some.sampled_from((60.0, 600.0, 3600.0)),
    talk=some.sampled_from((5.0, 180.0)),
    patience=some.sampled_from((20.0, 600.0, 1e5)),
    misses=share,
    refusals=share,
    unseen=share,
    pauses=share,
    flickers=share,
    ucc=share,
    orders=share,
    rules=rules,
)


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(days)
def test_no_day_of_any_kind_breaks_a_rule(day: Day) -> None:
    World(day).run()


@pytest.mark.slow
def test_three_hundred_drawn_days_and_every_kind_of_decision_in_them() -> None:
    total: Counter[str] = Counter()
    for counts in drill(300):
        total += counts
    assert all(
        total[kind] > 100 for kind in ("Assign", "Withdraw", "NobodyOnShift", "SomebodyOnShift", "RaiseAlarm")
    )
    assert total["served"] > 1000
