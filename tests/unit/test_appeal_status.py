"""Status of an appeal: the whole table, every pair of it (A12)."""

from itertools import product

import pytest

from appeals.model.appeal import AppealOutcome, AppealState
from appeals.register.status import MOVES, move
from recordings.demands.steps import StepForbidden, WrongStep
from tests.register_home import AIGERIM, NURLAN

S = AppealState
ALLOWED = {
    S.DRAFT: {S.REGISTERED, S.CLOSED},
    S.REGISTERED: {S.IN_WORK, S.HANDED_OVER, S.CLOSED},
    S.IN_WORK: {S.HANDED_OVER, S.ANSWERED, S.CLOSED},
    S.HANDED_OVER: {S.IN_WORK, S.ANSWERED, S.CLOSED},
    S.ANSWERED: {S.IN_WORK, S.HANDED_OVER, S.CLOSED},
    S.CLOSED: {S.IN_WORK},
}
PAIRS = list(product(AppealState, AppealState))
NEED_WORDS = {(S.DRAFT, S.CLOSED), (S.HANDED_OVER, S.CLOSED), (S.CLOSED, S.IN_WORK)}


@pytest.mark.parametrize("before, after", PAIRS)
def test_every_pair_is_allowed_or_refused_as_the_table_says(before, after):
    if after in ALLOWED[before]:
        assert after is move(before, after, AIGERIM, reason="себеп", outcome=AppealOutcome.HELPED)
    else:
        with pytest.raises(WrongStep):
            move(before, after, AIGERIM, reason="себеп", outcome=AppealOutcome.HELPED)


@pytest.mark.parametrize("before, after", sorted(MOVES))
def test_an_auditor_moves_nothing(before, after):
    with pytest.raises(StepForbidden):
        move(before, after, NURLAN, reason="себеп", outcome=AppealOutcome.HELPED)


@pytest.mark.parametrize("before, after", sorted(MOVES))
@pytest.mark.parametrize("reason", ["", "  "])
def test_steps_out_of_the_line_need_words_and_the_others_none(before, after, reason):
    if (before, after) in NEED_WORDS:
        with pytest.raises(WrongStep):
            move(before, after, AIGERIM, reason=reason, outcome=AppealOutcome.HELPED)
    else:
        assert after is move(before, after, AIGERIM, reason=reason, outcome=AppealOutcome.HELPED)


@pytest.mark.parametrize("before", [before for before, after in MOVES if after is S.CLOSED])
def test_closing_needs_an_outcome_always(before):
    with pytest.raises(WrongStep):
        move(before, S.CLOSED, AIGERIM, reason="себеп")


@pytest.mark.parametrize("before", [before for before, after in MOVES if after is S.CLOSED])
def test_closing_while_a_body_has_not_answered_needs_a_reason(before):
    with pytest.raises(WrongStep):
        move(before, S.CLOSED, AIGERIM, outcome=AppealOutcome.HELPED, open_hand_overs=("abai_police",))
    asked = {"outcome": AppealOutcome.HELPED, "open_hand_overs": ("abai_police",), "reason": "хат келді"}
    assert S.CLOSED is move(before, S.CLOSED, AIGERIM, **asked)
