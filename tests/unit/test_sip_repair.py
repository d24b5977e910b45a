"""Requests of callers that Asterisk would drop unread, made readable, and all others left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.supervisor.sip_repair import copy
from engine.supervisor.sip_repair_rules import repaired
from tests.real.test_hostile_callers import CALLERS, UNREADABLE

HERE = ("127.0.0.2", 40000)


def request(
    sender: str | bytes, contact: bytes = b"<sip:lab@127.0.0.2:40000>", method: bytes = b"INVITE"
) -> bytes:
    raw = sender if isinstance(sender, bytes) else sender.encode("utf-8", "surrogateescape")
    return (
        method + b" sip:111@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:40000;branch=z9hG4bKa\r\n"
        b"From: " + raw + b";tag=abc\r\nX_Odd: 1\r\nTo: <sip:111@127.0.0.1>\r\nContact: " + contact + b"\r\n"
        b"Content-Length: 3\r\n\r\nv=0"
    )  # fmt: skip


@pytest.mark.parametrize("name", CALLERS)
def test_what_asterisk_reads_is_left_alone(name: str) -> None:
    assert repaired(request(CALLERS[name][0].from_value("127.0.0.2")), *HERE) is None


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_sender_becomes_withheld_and_keeps_the_tag(name: str) -> None:
    broken = request(UNREADABLE[name].from_value("127.0.0.2"))
    assert request('"Anonymous" <sip:anonymous@anonymous.invalid>') == repaired(broken, *HERE)


def test_an_unreadable_contact_becomes_where_it_came_from() -> None:
    good = "<sip:+77000000001@127.0.0.2>"
    broken = request(good, "<sip:Әлия@127.0.0.2>".encode())
    assert request(good, b"<sip:127.0.0.2:40000>") == repaired(broken, *HERE)


def test_a_folded_sender_is_unfolded_and_keeps_the_number() -> None:
    assert request('"A B" <sip:+7@h>') == repaired(request('"A\r\n B" <sip:+7@h>'), *HERE)


@pytest.mark.parametrize(
    "sender",
    [
        "<sip:[2001:db8::1]:5060>", "<SIP:a@h;transport=udp>", "sip:+7@h", "<sips:a:b@h?X=y>",
        "Name <sip:a@h>;p=1",
        '"A" <sip:a@h:5060;user=phone>', "<tel:+7;phone-context=kz>", "<http://x/y>", '"<sip:a@b>" <sip:a@h>',
    ],
)  # fmt: skip
def test_unusual_but_readable_senders_are_left_alone(sender: str) -> None:
    assert repaired(request(sender), *HERE) is None


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_mending_ends_with_the_first_time(sender: bytes, contact: bytes) -> None:
    once = repaired(request(sender, contact), *HERE)
    assert once is None or repaired(once, *HERE) is None


@given(st.binary(max_size=300))
def test_whatever_comes_it_is_no_reason_to_fall(packet: bytes) -> None:
    assert repaired(packet, *HERE) is None or packet[:1].isupper()
    copy(b"\x45" + packet + bytes(20))


def test_nothing_but_requests_of_callers_is_touched() -> None:
    broken = request("<sip:a b@h>")
    assert repaired(broken.replace(b"INVITE", b"REGISTER"), *HERE) is None
    assert repaired(b"SIP/2.0 200 OK\r\nFrom: <sip:a b@h>\r\n\r\n", *HERE) is None
    assert repaired(request("<sip:a b@h>", method=b"BYE"), *HERE) is not None


def test_a_hostile_length_takes_no_time() -> None:
    for sender in ('"' + "\\" * 60_000, "a" * 60_000, "<sip:" + "a:" * 30_000, '"' + '"x' * 30_000):
        repaired(request(sender), *HERE)
