"""What proves that Asterisk is dead, and what does not."""

import pytest

from engine.supervisor.liveness import SoundFileGrowth, dead


@pytest.mark.parametrize(
    ("manager", "sip", "control", "expected"),
    [
        (40.0, 0.0, 0.0, False),  # a hung manager thread
        (40.0, 40.0, 0.0, False),  # a firewall that is loaded anew
        (40.0, 0.0, 40.0, True),
        (4.0, 4.0, 4.0, True),  # stopped
        (4.0, 4.0, 3.9, False),
        (61.0, 61.0, 0.0, True),  # nobody has been able to call for a minute
        (0.0, 0.0, 99.0, False),
    ],
)
def test_two_independent_signs_prove_a_death(
    manager: float, sip: float, control: float, expected: bool
) -> None:
    assert dead({"manager": manager, "sip": sip, "control": control}, 4.0) is expected


def test_a_first_look_at_the_sound_proves_no_silence() -> None:
    sound = SoundFileGrowth()
    assert sound.still(99.0) == 0.0
    sound.look(1, 100.0)
    assert sound.still(101.0) == 1.0
