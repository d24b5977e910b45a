"""Rows of the channel event log: cut from bytes, whatever stands in a name, and read as events."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.cel.records import CelRecords
from routing.cel.rows import FIELDS, CelRow, events, row
from routing.live.events import (
    BridgeEntered,
    ChannelAnswered,
    ChannelBorn,
    ChannelGone,
    DialBegan,
    DialEnded,
    HangupAsked,
    VariableSet,
)

WIDTH = 14


def line(kind: str, name: str = "", extra: str = "", app: str = "", leg: bool = False) -> bytes:
    """One row as Asterisk writes it: every field quoted, quotes doubled, nothing else escaped."""
    channel, id_ = ("PJSIP/c101-00000002", "10.2") if leg else ("PJSIP/trunk-00000001", "10.1")
    cells = [
        kind,
        "10.500001",
        id_,
        "10.1",
        channel,
        "",
        "+77000000001",
        name,
        "111",
        "c",
        app,
        "",
        extra,
        "",
    ]
    return (",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n").encode()


def rows(data: bytes) -> list[CelRow | None]:
    return [row(fields) for _, fields in CelRecords().feed(data)]


def read(data: bytes) -> list[object]:
    return [event for told in rows(data) if told for event in events(told)]


def test_a_callers_birth_is_a_birth_and_a_legs_is_a_ring_too() -> None:
    born = ChannelBorn(10.500001, "PJSIP/trunk-00000001", "10.1", "10.1", "c", "111", "+77000000001", "Абай")
    assert read(line("CHAN_START", "Абай")) == [born]
    ring = DialBegan(10.500001, "10.1", "c101", "PJSIP/c101-00000002", "10.2")
    assert read(line("CHAN_START", leg=True))[1:] == [ring]


def test_a_legs_answer_ends_its_ring() -> None:
    assert read(line("ANSWER")) == [ChannelAnswered(10.500001, "10.1", "10.1")]
    assert read(line("ANSWER", leg=True))[1:] == [DialEnded(10.500001, "10.1", "c101", "10.2", "ANSWER")]


def test_a_bridge_is_named_in_the_extra_field() -> None:
    assert read(line("BRIDGE_ENTER", extra='{"bridge_id":"b1"}')) == [
        BridgeEntered(10.500001, "b1", "10.1", "10.1", "PJSIP/trunk-00000001")
    ]


def test_who_hung_up_is_named_only_when_it_was_this_phone() -> None:
    gone = ChannelGone(10.500001, "10.1", "10.1", "PJSIP/trunk-00000001", 16)
    own = '{"hangupcause":16,"hangupsource":"PJSIP/trunk-00000001"}'
    assert read(line("HANGUP", extra=own)) == [HangupAsked(10.500001, "10.1", "10.1"), gone]
    assert read(line("HANGUP", extra='{"hangupcause":16,"hangupsource":"PJSIP/c101-00000002"}')) == [gone]


def test_the_calls_variables_come_with_its_end_and_empty_ones_say_nothing() -> None:
    extra = '{"extra":"ENGINE_CALL=n1-10-1|ENGINE_RATING=|DIALSTATUS=ANSWER|ENGINE_1414=a=b"}'
    assert read(line("ENGINE_END", extra=extra)) == [
        VariableSet(10.500001, "10.1", "10.1", "ENGINE_CALL", "n1-10-1"),
        VariableSet(10.500001, "10.1", "10.1", "ENGINE_1414", "a=b"),
    ]


def test_entering_app_queue_is_survival() -> None:
    assert read(line("APP_START", app="Queue")) == [
        VariableSet(10.500001, "10.1", "10.1", "ENGINE_SURVIVED", "1")
    ]
    assert read(line("APP_START", app="Dial")) == []


def test_broken_extras_and_other_rows_add_nothing_or_little() -> None:
    assert read(line("LINKEDID_END")) == []
    assert read(line("ENGINE_END", extra="[1]")) == []
    assert read(line("HANGUP", extra="{")) == [
        ChannelGone(10.500001, "10.1", "10.1", "PJSIP/trunk-00000001", 0)
    ]


def test_there_are_as_many_fields_as_the_configuration_names() -> None:
    assert len(FIELDS.split(",")) == WIDTH
    assert row(["CHAN_START"] * (WIDTH + 1)) is None
    assert row(["CHAN_START", "noon", *[""] * (WIDTH - 2)]) is None


names = st.text(max_size=40).filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))


@given(st.lists(names, min_size=1, max_size=6), st.integers(1, 50))
def test_any_name_survives_the_log_in_pieces_of_any_size(told: list[str], size: int) -> None:
    data = b"".join(line("CHAN_START", name) for name in told)
    records, got = CelRecords(), []
    for at in range(0, len(data), size):
        got += [fields[7] for _, fields in records.feed(data[at : at + size])]
    assert got == told
    assert (records.broken, records.offset) == (0, len(data))


def test_each_record_knows_where_it_began() -> None:
    first, second = line("CHAN_START", 'a\n"b"\\'), line("HANGUP")
    assert [start for start, _ in CelRecords().feed(first + second)] == [0, len(first)]


def test_bytes_that_are_no_text_cost_nothing_else() -> None:
    data = line("CHAN_START", "XX").replace(b"XX", b"\xd6\xc0") + line("HANGUP")
    assert [told.pii_name for told in rows(data) if told] == ["\ufffd\ufffd", ""]


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("cut", range(1, 70))
def test_after_a_torn_row_the_next_one_is_read(cut: int, end: bytes) -> None:
    torn = line("CHAN_START", "half a na")[:cut]
    got = rows(torn + end + line("HANGUP") + line("ANSWER"))
    assert [told.kind for told in got if told] == ["HANGUP", "ANSWER"]


def test_a_name_that_looks_like_a_row_is_a_name() -> None:
    name = "x\n" + line("HANGUP").decode()
    (told,) = rows(line("CHAN_START", name))
    assert told is not None
    assert told.pii_name == name


def test_the_writer_of_these_tests_agrees_with_the_csv_module() -> None:
    text = io.StringIO(line("CHAN_START", 'q"\nx').decode(), newline="")
    assert next(csv.reader(text))[7] == 'q"\nx'
