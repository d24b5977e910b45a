"""AGI's lines as pure functions, with what strangers may put into them (limits 1.2 and 4.3 items 4-6)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agi_handlers.protocol import (
    AgiRefused,
    AgiReply,
    AgiRequest,
    clean,
    encode,
    parse_header,
    parse_reply,
    requested,
)
from tests.fake_asterisk import parse_args

PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)
ANYTHING = st.text(st.characters(), max_size=200)


def test_a_command_is_one_line_with_every_argument_quoted():
    assert encode("STREAM FILE", ["111/menu", "12"]) == b'STREAM FILE "111/menu" "12"\n'


@given(PLAIN)
@example('x" \\" \\\\')
@example("Әлия Ғалымқызы Өтеген")
def test_asterisk_reads_back_exactly_the_argument_that_was_said(text):
    words = parse_args(encode("SET VARIABLE", ["NAME", text]).rstrip(b"\n"))
    assert [word.decode() for word in words] == ["SET", "VARIABLE", "NAME", text]


@given(ANYTHING)
@example('x"\nEXEC System "touch pwn')
@example("x\x00y")
def test_no_text_ever_makes_a_second_line(text):
    try:
        line = encode("SET VARIABLE", ["NAME", text])
    except AgiRefused:
        return
    assert (line.count(b"\n"), line[-1:], line.count(b"\x00")) == (1, b"\n", 0)


@pytest.mark.parametrize("code", [*range(0x20), 0x7F])
def test_control_characters_are_refused(code):
    with pytest.raises(AgiRefused):
        encode("SET VARIABLE", ["NAME", f"a{chr(code)}b"])


def test_a_line_asterisk_would_cut_and_run_the_rest_of_is_refused():
    with pytest.raises(AgiRefused):
        encode("SET VARIABLE", ["NAME", "Ө" * 4000 + "SET VARIABLE INJ 1"])
    assert len(encode("SET VARIABLE", ["NAME", "x" * 7970])) <= 8000


def test_more_than_32_arguments_are_refused():
    with pytest.raises(AgiRefused):
        encode("NOOP", ["x"] * 33)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("GET FULL VARIABLE", ["${SHELL(id)}"]),
        ("GET VARIABLE", ["SHELL(id)"]),
        ("SET VARIABLE", ["FILE(/tmp/x)", "y"]),
        ("EXEC", ["System", "id"]),
        ("EXEC", []),
        ("GET VARIABLE", []),
        ("NOOP\nEXEC System id", []),
    ],
)
def test_what_reaches_the_shell_cannot_be_said_at_all(name, args):
    with pytest.raises(AgiRefused):
        encode(name, args)


def test_a_refusal_does_not_repeat_what_was_refused():
    with pytest.raises(AgiRefused) as refused:
        encode("SET VARIABLE", ["NAME", "+77000000001\n"])
    assert "7700" not in str(refused.value)


def test_half_a_character_is_refused_not_sent():
    with pytest.raises(AgiRefused):
        encode("SET VARIABLE", ["NAME", "\udcc8"])


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"200 result=0", AgiReply(200, "0")),
        (b"200 result=-1 endpos=0", AgiReply(200, "-1", None, 0)),
        (b"200 result=50 endpos=3360", AgiReply(200, "50", None, 3360)),
        (b"200 result= (timeout)", AgiReply(200, "", "timeout")),
        (b"200 result=1 (hangup)", AgiReply(200, "1", "hangup")),
        (b"200 result=1 (a) (b) endpos=7)", AgiReply(200, "1", "a) (b) endpos=7")),
        (b"200 result=-1 (hangup) endpos=8", AgiReply(200, "-1", "hangup", 8)),
        (b"200 result=1 (first line", AgiReply(200, "1", "first line")),
        ("200 result=1 (Әсел)".encode(), AgiReply(200, "1", "Әсел")),
        (b"200 result=1 (\xc8\xe2\xe0\xed)", AgiReply(200, "1", "\ufffd" * 4)),
        (b"510 Invalid or unknown command", AgiReply(510)),
        (b"511 Command Not Permitted on a dead channel", AgiReply(511)),
        (b"520 Invalid command syntax.  Proper usage not available.", AgiReply(520)),
        (b"second line of a value)", None),
        (b"", None),
        (b"2000 result=0", None),
    ],
)
def test_a_reply_is_read_as_res_agi_writes_it(line, reply):
    assert parse_reply(line) == reply


@given(PLAIN)
def test_a_variables_value_comes_back_whatever_it_holds(text):
    reply = parse_reply(f"200 result=1 ({text})".encode())
    assert reply == AgiReply(200, "1", text)


@given(st.binary(max_size=60))
def test_no_line_makes_the_reader_fail(raw):
    parse_reply(raw)
    clean(raw)
    parse_header([raw])


def test_the_path_and_the_token_come_from_either_line():
    assert requested(b"agi_network_script: call?token=s") == ("call", "s")
    assert requested(b"agi_request: agi://127.0.0.1:4573/call?token=s&x=1") == ("call", "s")
    assert requested(b"agi_calleridname: call?token=s") is None


def test_a_header_is_a_request_whatever_the_caller_is_called():
    name = b"\xc8\xe2\xe0\xed" + b"\xd3\x98" * 4500
    header = [
        b"agi_network: yes",
        b"agi_network_script: call?token=s",
        b"agi_channel: PJSIP/trunk-00000001",
        b"agi_uniqueid: 1700000000.1",
        b"agi_callerid: unknown",
        b"agi_calleridname: " + name,
        b"a line injected by a name",
        b"agi_uniqueid: 1700000000.2",
        b"agi_context: 111-engine",
        b"agi_extension: s",
        b"agi_language: kk",
        b"agi_arg_1: n1-1700000000000-1",
        b"agi_arg_2: " + name,
    ]
    assert parse_header(header, "call") == AgiRequest(
        path="call",
        unique_id="1700000000.1",
        args=("n1-1700000000000-1", "\ufffd" * 4 + "Ә" * 1020),
    )
