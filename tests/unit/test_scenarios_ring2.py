"""Every scenario over real FastAGI on TCP, against the fake Asterisk (ring 2)."""

import pytest

from tests.scenario.language import Scenario, scenarios
from tests.scenario.ring2 import play


@pytest.mark.parametrize("scenario", tuple(scenarios()), ids=lambda scenario: scenario.name)
def test_the_caller_hears_what_the_scenario_says_and_then_nothing(scenario: Scenario):
    played = play(scenario)
    assert scenario.expects == played.told
    assert played.faults == []
    assert scenario.outcome == {name: played.outcome[name] for name in scenario.outcome}
