"""The access log's chain: every alteration is found and named, and nothing else is accused."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.reasons import LONGEST, ReasonRefused
from recordings.model.access_entry import (
    START,
    Access,
    Action,
    Actor,
    ReasonMissing,
    Result,
    new_access,
    result_entry,
)
from recordings.model.hash_chain import ChainFault, Head, chain
from tests.chains import verify

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AIGUL = Actor("Айгүл Сынақова", "supervisor", "aigul")


def log(length: int = 8) -> list:
    acts = [
        new_access(
            f"id-{n}", AT + timedelta(seconds=n), AIGUL, Action.UNMASKED, f"n1-1763815501123-{n}", "сұрау №5"
        )
        for n in range(1, length + 1)
    ]
    return list(chain(START, acts))


def test_an_untouched_log_has_no_fault():
    assert list(verify(START, log())) == []


def test_the_same_chain_grows_from_its_head():
    whole = log(8)
    head = Head(whole[4].seq, whole[4].hash)
    assert list(chain(head, [link.entry for link in whole[5:]])) == whole[5:]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 7), st.sampled_from(fields(Access)), st.integers(0, 200))
def test_one_changed_character_is_found_and_only_its_row_accused(row, field, place):
    links = log()
    text = getattr(links[row].entry, field.name)
    place %= len(text)
    altered = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
    links[row] = replace(links[row], entry=replace(links[row].entry, **{field.name: altered}))
    assert list(verify(START, links)) == [ChainFault(row + 1, "changed")]


@pytest.mark.parametrize("field", ["hash", "previous"])
@pytest.mark.parametrize("row", range(8))
def test_a_changed_hash_accuses_only_its_own_row(row, field):
    links = log()
    links[row] = replace(links[row], **{field: "0" + getattr(links[row], field)[1:] + "f"})
    assert list(verify(START, links)) == [ChainFault(row + 1, "changed")]


@pytest.mark.parametrize("row", range(7))
def test_a_deleted_row_is_named(row):
    links = log()
    del links[row]
    assert list(verify(START, links)) == [ChainFault(row + 1, "missing")]


def test_two_swapped_rows_are_named_as_moved():
    links = log()
    links[2], links[5] = replace(links[5], seq=3), replace(links[2], seq=6)
    assert list(verify(START, links)) == [ChainFault(3, "moved"), ChainFault(6, "moved")]


def test_a_row_written_anew_with_a_fitting_hash_breaks_at_its_successor():
    links = log()
    forged = replace(links[3].entry, subject="n1-1763815501123-99")
    links[3] = next(chain(Head(3, links[2].hash), [forged]))
    assert list(verify(START, links)) == [ChainFault(5, "relinked")]


def test_a_cut_off_tail_is_found_by_a_head_kept_elsewhere():
    links = log()
    assert list(verify(START, links[:5])) == []
    assert list(verify(START, links[:5], [Head(8, links[7].hash)])) == [ChainFault(8, "cut")]


def test_a_whole_chain_made_anew_is_found_by_a_head_kept_elsewhere():
    links = log()
    forged = list(chain(START, [replace(link.entry, person="Біреу") for link in links]))
    assert list(verify(START, forged)) == []
    assert list(verify(START, forged, [Head(8, links[7].hash)])) == [ChainFault(8, "relinked")]


def test_text_cannot_flow_from_one_field_into_the_next():
    one = new_access("id", AT, AIGUL, Action.SEARCHED, "a", "bc")
    two = new_access("id", AT, AIGUL, Action.SEARCHED, "ab", "c")
    assert next(chain(START, [one])).hash != next(chain(START, [two])).hash


@pytest.mark.parametrize("reason", ["", "  "])
def test_unmasking_without_a_reason_is_refused(reason):
    with pytest.raises(ReasonMissing):
        new_access("id", AT, AIGUL, Action.UNMASKED, "n1-1763815501123-1", reason)


@pytest.mark.parametrize("field", ["reason", "subject"])
def test_words_stand_whole_up_to_the_one_limit_and_beyond_it_are_refused(field):
    words = {"subject": "n1-1-1", "reason": "сұрау", field: "ұ" * LONGEST}
    assert "ұ" * 1000 == getattr(new_access("id", AT, AIGUL, Action.UNMASKED, **words), field)
    with pytest.raises(ReasonRefused, match=f"the {field} has 1,001 characters"):
        new_access("id", AT, AIGUL, Action.UNMASKED, **{**words, field: "ұ" * (LONGEST + 1)})


@pytest.mark.parametrize("sign", ["\0", "\ud8ab"])
def test_words_that_a_database_would_change_are_refused(sign):
    with pytest.raises(ReasonRefused, match="no text"):
        new_access("id", AT, AIGUL, Action.UNMASKED, "n1-1-1", f"сұрау{sign}")


def test_what_a_program_says_of_a_failed_act_is_shortened_with_a_sign_of_it():
    done = new_access("id", AT, AIGUL, Action.PLANNED, "n1-1-1")
    said = result_entry(done, AT, Result.FAILED, "x" * LONGEST).reason
    assert (LONGEST, "planned: xxx", "x…") == (len(said), said[:12], said[-2:])
    assert "planned: full" == result_entry(done, AT, Result.FAILED, "full").reason


def test_pausing_needs_no_reason():
    assert new_access("id", AT, AIGUL, Action.PAUSED, "c101").reason == ""


def test_a_long_run_of_missing_rows_is_one_fault():
    links = log(40)
    assert list(verify(START, [links[0], *links[35:]])) == [ChainFault(2, "missing", 35)]
    assert "access log rows 2 to 35: missing" == ChainFault(2, "missing", 35).line("access log")


def test_two_ends_signed_for_one_place_cannot_both_be_true():
    links = log()
    assert list(verify(START, links, [Head(8, links[7].hash), Head(8, "0" * 64)])) == [
        ChainFault(8, "relinked")
    ]
