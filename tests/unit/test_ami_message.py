"""AMI bytes into messages and actions into bytes."""

import copy
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.ami.message import Message
from routing.ami.protocol import LARGEST_MESSAGE, AmiFault, AmiInjection, Frames, encode, parse

HANGUP = (
    b"Event: Hangup\r\nPrivilege: call,all\r\nTimestamp: 1763800000.25\r\n"
    b"Channel: PJSIP/trunk-00000001\r\nCallerIDName: \xd0\x90\xd0\xbb\xd0\xb8\xd1\x8f\r\nAccountCode: \r\n"
    b"Uniqueid: 1763800000.1\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n"
)

NASTY = "\r\n\0\ud800\x0b\x85\u2028\ufeff: :=;,|&${}\\\"'%\t\x7f"
LETTERS = "aZ09ӘәҒғҚқҢңӨөҰұҮүҺһІіЯ😀"

values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=200)
names = st.from_regex(r"\A[A-Z][A-Za-z0-9_-]{0,18}\Z")


def texts(seed: int) -> list[str]:
    """Twenty texts; to have hypothesis draw each letter would take ten times as long."""
    chance = random.Random(seed)
    return ["".join(chance.choices(NASTY + LETTERS * 4, k=chance.randrange(60))) for _ in range(20)]


twenty = st.integers(0, 2**32).map(texts)


def test_an_event_is_read_with_every_header() -> None:
    [event] = parse(HANGUP)
    assert dict(event) == {
        "Event": "Hangup",
        "Privilege": "call,all",
        "Timestamp": "1763800000.25",
        "Channel": "PJSIP/trunk-00000001",
        "CallerIDName": "Алия",
        "AccountCode": "",
        "Uniqueid": "1763800000.1",
        "Cause": "16",
        "Cause-txt": "Normal Clearing",
    }


def test_headers_are_found_in_any_spelling_as_panoramisk_finds_them() -> None:
    [event] = parse(HANGUP)
    assert (event["uniqueid"], event.CHANNEL, event.get("cause"), "CAUSE" in event) == (
        "1763800000.1",
        "PJSIP/trunk-00000001",
        "16",
        True,
    )
    assert (event.event, event.success, event.id, event.nothing, event.get("Nothing")) == (
        "Hangup",
        True,
        None,
        "",
        None,
    )


def test_text_reads_one_header_and_only_whole_names() -> None:
    [event] = parse(HANGUP)
    assert [event.text(name) for name in ("Event", "Cause", "AccountCode", "txt", "Linkedid")] == [
        "Hangup",
        "16",
        "",
        "",
        "",
    ]
    assert event.text("Linkedid", "none") == "none"


def test_a_message_made_of_headers_answers_like_one_from_the_wire() -> None:
    event = Message({"Event": "VarSet", "Variable": ["A", "B"]})
    assert (event.event, event.text("Variable"), event["variable"]) == ("VarSet", "A", ["A", "B"])


def test_a_header_can_be_set_and_a_message_copied() -> None:
    [event] = parse(HANGUP)
    event["cause"] = "17"
    twin = copy.deepcopy(event)
    assert (event.text("Cause"), dict(twin)) == ("17", dict(event))


def test_repeated_headers_are_kept_as_a_list() -> None:
    [event] = parse(b"Event: Status\r\nVariable: A=1\r\nVariable:\r\nVariable: C=: 3\r\n\r\n")
    assert event["Variable"] == ["A=1", "", "C=: 3"]


def test_lines_that_are_no_header_are_the_content() -> None:
    [response] = parse(b"Response: Success\r\nnot a header\r\nhttp://x\r\nOutput: a\r\n\r\n")
    assert (dict(response), response.content) == (
        {"Response": "Success", "Output": "a"},
        "not a header\nhttp://x",
    )


def test_the_greeting_and_stray_line_ends_do_not_hide_a_message() -> None:
    greeting = b"Asterisk Call Manager/11.0.0\r\n"
    stream = greeting + b"Response: Success\r\nActionID: 1\r\n\r\n\r\nEvent: A\r\n\r\n\r\n\r\n"
    first, second = parse(stream)
    assert (first["Response"], first.id, first.event, second["Event"]) == ("Success", "1", "", "A")


def test_what_is_neither_event_nor_response_is_no_message() -> None:
    assert parse(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") == []


def test_bytes_that_are_not_utf8_harm_nothing_beside_them() -> None:
    [event] = parse(b"Event: Newchannel\r\nCallerIDName: \xc0\xeb\xe8\xff\r\nExten: 111\r\n\r\n")
    assert (event["CallerIDName"], event["Exten"]) == ("\ufffd\ufffd\ufffd\ufffd", "111")


@given(st.lists(st.integers(1, len(HANGUP) * 3 - 1), max_size=12))
@settings(max_examples=150, deadline=None)
def test_it_does_not_matter_where_tcp_cuts_the_stream(cuts: list[int]) -> None:
    stream, frames = HANGUP * 3, Frames()
    edges = [0, *sorted(cuts), len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    messages = [message for piece in pieces for message in frames.take(piece)]
    assert [dict(message) for message in messages] == [dict(parse(HANGUP)[0])] * 3


def test_a_message_without_end_is_given_up_at_a_mebibyte() -> None:
    frames = Frames()
    frames.take(b"Event: X\r\nFill: " + b"x" * (LARGEST_MESSAGE - 100))
    with pytest.raises(AmiFault):
        frames.take(b"x" * 200)


def test_a_message_of_a_mebibyte_in_small_chunks_is_never_searched_twice() -> None:
    class Counting(bytearray):
        looked = 0

        def rfind(self, sub: bytes, start: int = 0) -> int:  # type: ignore[override]
            Counting.looked += len(self) - start
            return super().rfind(sub, start)

    frames = Frames()
    frames._rest = Counting()
    for _ in range(1000):
        assert frames.take(b"x" * 1000) == []
    assert Counting.looked < 1_010_000


@given(st.dictionaries(names, values, max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_is_encoded_is_read_as_it_was(headers: dict[str, str]) -> None:
    headers = {name: value for name, value in headers.items() if name.lower() not in {"event", "response"}}
    [message] = parse(encode([("Event", "Echo"), *headers.items()]))
    assert dict(message) == {"Event": "Echo", **headers}
    assert [message.text(name) for name in headers] == list(headers.values())


@pytest.mark.slow
@given(twenty)
@settings(max_examples=500, deadline=None)
def test_ten_thousand_values_come_back_or_are_refused(some: list[str]) -> None:
    for value in some:
        dangerous = bool(set("\r\n\0") & set(value))
        try:
            sent = encode([("Event", "Echo"), ("Value", value)])
        except AmiInjection:
            assert dangerous
            continue
        assert not dangerous
        assert (sent.count(b"\n"), sent.count(b"\r"), sent.count(b"\0")) == (3, 3, 0)
        [message] = parse(sent)
        assert dict(message) == {"Event": "Echo", "Value": value.replace("\ud800", "?")}
        assert message.text("Value") == value.replace("\ud800", "?")


@pytest.mark.parametrize("bad", ["a\rb", "a\nb", "a\0b", "\n", "x\r\n\r\nAction: Originate"])
def test_a_line_end_or_nul_is_refused_in_values_and_names(bad: str) -> None:
    for pair in (("Value", bad), (bad, "value")):
        with pytest.raises(AmiInjection):
            encode([("Action", "Setvar"), pair])


@pytest.mark.parametrize("name", ["", "Variable: A=1", "Var:", "Вар", " Value", "N" * 21])
def test_a_name_that_is_no_header_name_is_refused(name: str) -> None:
    with pytest.raises(AmiInjection):
        encode([(name, "x")])


def test_values_are_bounded_in_bytes_and_headers_in_number() -> None:
    assert encode([("Value", "Ә" * 500)]).count("Ә".encode()) == 500
    with pytest.raises(AmiInjection):
        encode([("Value", "Ә" * 500 + "a")])
    assert encode([("Value", "x")] * 100).count(b"\r\n") == 101
    with pytest.raises(AmiInjection):
        encode([("Value", "x")] * 101)


def test_a_foreign_code_page_that_agi_passed_through_is_sent_as_question_marks() -> None:
    assert encode([("Value", b"\xc0\xeb".decode("utf-8", "surrogateescape"))]) == b"Value: ??\r\n\r\n"


def test_an_injection_error_does_not_repeat_the_value() -> None:
    with pytest.raises(AmiInjection) as raised:
        encode([("CallerID", "+77000000001\n")])
    assert "7700" not in str(raised.value)
