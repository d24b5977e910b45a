"""Queue and consultants as commands list them: the same keys as ever, read back equal, no crash beside."""

import json
from dataclasses import replace

import pytest

from engine.cli.language import CHOSEN, spoken
from routing.board.queue_listing import (
    ListedCaller,
    ListedConsultant,
    ListingUnreadable,
    QueueListing,
    consultants_from_json,
    consultants_to_json,
    queue_from_json,
    queue_to_json,
)
from tests.boards import board

CALLER = ListedCaller("n1-1-1", "kk", "waiting", 1, 12.5, None, unheard=("caller",))
CONSULTANT = ListedConsultant("c101", "Айгүл Сынақ", ("kk", "ru"), "wrap_up", True, None, 0, seconds_left=7.5)
KEYS = {
    "": "at event asterisk callers consultants totals today",
    "callers": "call_id language state place waited consultant nobody_on_shift diverted unanswered held "
    "unheard followed",
    "consultants": "id name languages state reachable paused missed fault call_id seconds_left",
}


def listing() -> QueueListing:
    shown = board()
    totals = replace(shown.totals, on_shift=None)
    return QueueListing(
        "2026-11-22T09:00:00.000+05:00", 7, "up", (CALLER,), (CONSULTANT,), totals, shown.today
    )


def told():
    """Through the socket."""
    return json.loads(json.dumps(queue_to_json(listing())))


def test_it_is_read_back_as_it_was():
    assert listing() == queue_from_json(told())
    alone = json.loads(json.dumps({"consultants": consultants_to_json((CONSULTANT,))}))
    assert (CONSULTANT,) == consultants_from_json(alone)


def test_it_has_the_keys_that_scripts_know():
    found = {"": told(), **{name: told()[name][0] for name in ("callers", "consultants")}}
    assert {where: words.split() for where, words in KEYS.items()} == {
        where: list(row) for where, row in found.items()
    }


def test_fields_of_a_newer_engine_are_left_out():
    newer = told()
    for row in (newer, newer["callers"][0], newer["consultants"][0], newer["totals"], newer["today"]["kk"]):
        row["mood"] = "calm"
    assert listing() == queue_from_json(newer)


@pytest.mark.parametrize("where", ["callers", "consultants"])
def test_an_answer_without_what_a_row_needs_is_refused_in_the_asker_s_language(where):
    older = told()
    older[where] = [{}]
    with pytest.raises(ListingUnreadable, match="start the line anew") as why:
        queue_from_json(older)
    before = CHOSEN.set("ru")
    try:
        assert "запустите линию заново" in spoken(str(why.value))
    finally:
        CHOSEN.reset(before)
