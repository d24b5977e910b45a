"""Free consultant -> ring: 300 times in real packets, and ten thousand times with jitter and AMI cut."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from bench import assignments, free_to_ring
from bench.free_to_ring import at
from bench.measured_line import MeasuredLine

pytestmark = pytest.mark.drill


@pytest.mark.real
def test_the_next_call_rings_within_50_ms_of_the_bye_and_ten_times_sooner_than_in_app_queue() -> None:
    extra = {"extensions.conf": free_to_ring.EXTENSIONS, "queues.conf": free_to_ring.QUEUES}
    with MeasuredLine(extra) as line:
        ours = asyncio.run(free_to_ring.measure(line, free_to_ring.OURS, 300))
        theirs = asyncio.run(free_to_ring.measure(line, free_to_ring.QUEUE, 60))
        assert line.unharmed()
    assert at(ours, 0.99) <= 50, f"milliseconds: {[round(gap) for gap in ours[-10:]]}"
    assert sum(theirs) / len(theirs) >= 10 * sum(ours) / len(ours)


def test_of_ten_thousand_assignments_with_jitter_and_ami_cut_none_is_late_and_no_digit_strays() -> None:
    with tempfile.TemporaryDirectory(prefix="ivr111-") as folder:
        tally = asyncio.run(assignments.play(Path(folder), 10_000, cuts=5))
    assert 10_000 == tally.served
    assert [] == tally.stray[:5]
    assert [] == tally.doubled[:5]
    assert len(tally.gaps) > 9_000
    late = [
        gap for gap in tally.gaps if gap > 250
    ]  # one process plays both sides, on a machine that may be busy
    assert [] == late
    assert at(sorted(tally.gaps), 0.99) <= 50
