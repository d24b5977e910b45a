"""An OPTIONS within a call's dialog: what it says, where it goes, and which answers are its own."""

import pytest

from engine.wire.options_request import FACTS, MARK, answer, dialog, question

VALUES = (
    "e2cc6fd6@127.0.0.2",
    "<sip:111@127.0.0.1>",
    "b8a692af",
    '"Caller" <sip:+77000000909@127.0.0.2>',
    "938fa351",
    "sip:+77000000909@127.0.0.2:42400",
    "127.0.0.9:5099",
    "127.0.0.1:5060",
)


def facts(**changed: str) -> dict[str, str]:
    """What Asterisk says; `changed` by the beginning of a name's last word."""
    found = dict(zip(FACTS, VALUES, strict=False))
    for key, value in changed.items():
        name = next(name for name in FACTS if key.replace("_", "-") in name or key in name)
        found[name] = value
    return found


def test_a_question_is_asked_within_the_dialog_and_goes_where_the_contact_says():
    asked = dialog(facts())
    assert asked is not None
    assert (("127.0.0.1", 5060), ("127.0.0.2", 42400)) == (asked.here, asked.there)
    lines = question(asked, MARK + "abc").decode().split("\r\n")
    assert "OPTIONS sip:+77000000909@127.0.0.2:42400 SIP/2.0" == lines[0]
    assert "From: <sip:111@127.0.0.1>;tag=b8a692af" in lines
    assert 'To: "Caller" <sip:+77000000909@127.0.0.2>;tag=938fa351' in lines
    assert "Call-ID: e2cc6fd6@127.0.0.2" in lines
    assert "CSeq: 1 OPTIONS" in lines  # never above Asterisk's own numbers: its BYE must not be out of order
    assert ["", ""] == lines[-2:]


def test_a_record_route_is_followed():
    asked = dialog({**facts(), "PJSIP_HEADER(read,Record-Route,1)": "<sip:10.1.1.1:5080;lr>"})
    assert asked is not None
    assert ("10.1.1.1", 5080) == asked.there
    assert b"\r\nRoute: <sip:10.1.1.1:5080;lr>\r\n" in question(asked, MARK + "a")


def test_a_host_that_is_a_name_is_answered_where_its_packets_came_from():
    asked = dialog(facts(target_uri="sip:x@sbc.operator.example"))
    assert asked is not None
    assert ("127.0.0.9", 5099) == asked.there


@pytest.mark.parametrize(
    "odd",
    [
        {"remote_uri": "<sip:a@127.0.0.2>\r\nRoute: <sip:1.2.3.4>"},
        {"target_uri": "sip:x@127.0.0.2;transport=tcp"},
        {"target_uri": ""},
        {"remote_uri": ""},  # longer than Asterisk can print
        {"call-id": ""},
        {"local_addr": "[::1]:5060"},
    ],
)
def test_what_cannot_be_asked_safely_is_not_asked(odd: dict[str, str]):
    assert dialog(facts(**odd)) is None


@pytest.mark.parametrize(
    ("datagram", "expected"),
    [
        (
            f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;rport=5060;branch={MARK}ab1\r\n\r\n",
            ("ab1", 200),
        ),
        (f"SIP/2.0 500 Order\r\nv: SIP/2.0/UDP 127.0.0.1;branch={MARK}ab1;x=y\r\n\r\n", ("ab1", 500)),
        (f"SIP/2.0 100 Trying\r\nVia: SIP/2.0/UDP 127.0.0.1;branch={MARK}ab1\r\n\r\n", None),
        ("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKPj12\r\n\r\n", None),
        (f"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch={MARK}ab1\r\n\r\n", None),
        ("", None),
    ],
)
def test_only_answers_to_our_own_questions_count(datagram: str, expected: tuple[str, int] | None):
    found = answer(datagram.encode())
    assert (None if expected is None else (MARK + expected[0], expected[1])) == found
