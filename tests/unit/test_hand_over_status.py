"""Steps of a hand-over: every pair of states."""

import itertools

import pytest

from appeals.handing_over.status import MOVES, WrongHandOverStep, move
from appeals.model.hand_over import OPEN, HandOverState


@pytest.mark.parametrize("before, after", list(itertools.product(HandOverState, HandOverState)))
def test_a_move_is_made_where_the_table_has_it_and_refused_elsewhere(before, after):
    if (before, after) in MOVES:
        assert after is move(before, after)
    else:
        with pytest.raises(WrongHandOverStep, match="may become"):
            move(before, after)


def test_whatever_is_open_can_still_come_to_an_end():
    ends = {HandOverState.ANSWERED, HandOverState.ESCALATED, HandOverState.WITHDRAWN}
    for state in OPEN:
        reached, ahead = set(), [state]
        while ahead:
            at = ahead.pop()
            if at not in reached:
                reached.add(at)
                ahead += [after for before, after in MOVES if before is at]
        assert reached & ends, state


def test_what_was_sent_never_waits_again():
    assert not {before for before, after in MOVES if after is HandOverState.WAITING} - {HandOverState.WAITING}
