"""The board as JSON: the same keys as ever, read back equal; other versions do not crash who reads."""

import json
from dataclasses import replace

import pytest

from console.http.engine_client import EngineClient
from routing.board.as_json import (
    VERSION,
    BoardReader,
    BoardUnreadable,
    BoardWriter,
    board_to_json,
)
from routing.board.values import Beat
from routing.live.consultant_times import Sum
from tests.boards import board
from tests.console_home import BOARD


def told(value):
    """Through the socket."""
    return json.loads(json.dumps(board_to_json(value), ensure_ascii=False))


def test_a_board_keeps_its_keys_and_values_and_tells_its_version():
    assert json.loads(json.dumps({**BOARD, "version": VERSION})) == told(board())


def test_a_board_is_read_back_as_it_was_with_its_number_and_time():
    read = BoardReader().read(told(board()))
    assert board() == read
    assert (BOARD["event"], BOARD["at"]) == (read.event, read.at)


def test_a_beat_is_read_back_as_it_was():
    assert Beat(7, 1.5) == BoardReader().read(json.loads(json.dumps(BoardWriter().write(Beat(7, 1.5)))))


def test_fields_of_a_newer_engine_are_left_out_wherever_they_are():
    newer = told(board())
    for row in (newer, newer["totals"], newer["today"]["kk"], newer["thresholds"]["all"], newer["chart"],
                *newer["queues"], *newer["callers"], *newer["consultants"], *newer["alerts"]):  # fmt: skip
        row["mood"] = "calm"
    newer["consultants"][0]["talked"]["mood"] = newer["consultants"][0]["watched"][0]["mood"] = "calm"
    assert board() == BoardReader().read(newer)


def test_a_field_that_an_older_engine_does_not_tell_has_its_plain_default():
    older = told(board())
    for row in older["callers"]:
        del row["followed"], row["attempts"]
    for row in older["consultants"]:
        del row["talked"], row["watched"]
    del older["version"], older["phones"]
    read = BoardReader().read(older)
    assert {(1, ())} == {(one.attempts, one.followed) for one in read.callers}
    assert {(Sum(), ())} == {(one.talked, one.watched) for one in read.consultants}
    assert () == read.phones


@pytest.mark.parametrize(
    ("where", "missing", "said"),
    [("callers", "since", "CallerRow.since"), ("consultants", "state", "ConsultantRow.state"),
     ("alerts", "grade", "Alert.grade"), ("queues", "waiting", "QueueRow.waiting")],
)  # fmt: skip
def test_a_field_without_which_a_row_would_mislead_is_named_in_the_refusal(where, missing, said):
    older = told(board())
    del older[where][0][missing]
    with pytest.raises(BoardUnreadable, match=said):
        BoardReader().read(older)


@pytest.mark.parametrize("change", [{"version": VERSION + 1}, {"alerts": None}, {"today": {}}])
def test_a_board_of_another_meaning_or_form_is_refused_and_not_guessed_at(change):
    with pytest.raises(BoardUnreadable):
        BoardReader().read({**told(board()), **change})


def test_rows_that_stay_as_they_were_are_made_once_and_changed_ones_anew():
    writer, reader = BoardWriter(), BoardReader()
    first, again = (reader.read(json.loads(json.dumps(writer.write(board())))) for _ in range(2))
    assert all(one is other for one, other in zip(first.consultants, again.consultants, strict=True))
    changed = replace(board().consultants[0], state="hold")
    other = board(consultants=(changed, *board().consultants[1:]))
    read = reader.read(json.loads(json.dumps(writer.write(other))))
    assert ("hold", other) == (read.consultants[0].state, read)


def test_a_console_before_an_engine_of_another_version_has_no_data_and_lives(tmp_path):
    link = EngineClient(tmp_path / "none", lambda: None)
    link._take(BoardReader().read(told(board())))
    assert link.fresh
    with pytest.raises(ValueError, match="version"):
        BoardReader().read({**told(board()), "version": VERSION + 1})
