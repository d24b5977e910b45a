"""Twenty calls a second for a minute: none fails, and Asterisk works little more than in pure dialplan."""

import asyncio

import pytest

from bench import menu_calls
from bench.measured_line import MeasuredLine
from bench.menu_calls import DIALPLAN, OURS

pytestmark = [pytest.mark.real, pytest.mark.drill]

MINUTE = 60


def test_twenty_calls_a_second_for_a_minute_fail_nowhere_and_cost_little_more_than_dialplan() -> None:
    with MeasuredLine({"extensions.conf": menu_calls.contexts({})}, IVR111_COMFORT_SECONDS="30") as line:
        legs = asyncio.run(menu_calls.measure(line, {}, MINUTE, (DIALPLAN, OURS, DIALPLAN)))
        assert line.unharmed()
    (ours,) = legs[OURS]
    assert (menu_calls.RATE * MINUTE, 0) == (ours.outcome.calls, ours.outcome.failed)
    assert ours.outcome.retransmissions <= max(leg.outcome.retransmissions for leg in legs[DIALPLAN])
    assert ours.asterisk <= 1.6 * sum(leg.asterisk for leg in legs[DIALPLAN]) / 2
