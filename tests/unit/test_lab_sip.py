"""The lab phones' SIP: messages, digest, session descriptions, who a caller says to be."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lab import digest, sdp, sip
from lab.dialog import Dialog
from lab.identity import WITHHELD, Identity

INVITE = (
    b'INVITE sip:111@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.2:5080;branch=z9hG4bKx\r\n'
    b'f: "A <b;tag=no> \\"c\\"" <sip:1@x>;tag=abc\r\nt: <sip:111@x>\r\ni: id1\r\nCSeq: 7 INVITE\r\n'
    b"m: <sip:1@127.0.0.2:5080>\r\nl: 3\r\n\r\nv=0"
)  # fmt: skip


def invite() -> sip.Request:
    message = sip.parse(INVITE)
    assert isinstance(message, sip.Request)
    return message


def test_compact_headers_are_read_like_long_ones() -> None:
    message = invite()
    seen = [sip.header(message, name) for name in ("call-id", "contact", "cseq")]
    assert seen == ["id1", "<sip:1@127.0.0.2:5080>", "7 INVITE"]


def test_a_tag_inside_a_callers_name_is_not_taken_for_the_tag() -> None:
    assert sip.tag(sip.header(invite(), "from")) == "abc"


def test_the_uri_is_found_behind_a_name_with_brackets() -> None:
    assert sip.uri_of(sip.header(invite(), "from")) == "sip:1@x"


@given(st.binary(max_size=300).filter(lambda b: not set(b) & {10, 13}))
@settings(max_examples=100, deadline=None)
def test_bytes_of_any_coding_in_a_name_come_through_unchanged(name: bytes) -> None:
    request = sip.Request("INVITE", "sip:1@x", (("From", sip.text(b"<" + name + b">")),))
    assert b"From: <" + name + b">\r\n" in request.wire()
    again = sip.parse(request.wire())
    assert sip.octets(sip.header(again, "from")) == b"<" + name + b">"


def test_a_response_copies_what_it_must_and_adds_our_tag_once() -> None:
    answer = sip.respond(invite(), 200, "mine")
    parsed = sip.parse(answer.wire())
    assert sip.header(parsed, "to") == "<sip:111@x>;tag=mine"
    assert [sip.branch(parsed), sip.header(parsed, "call-id"), parsed.what] == [
        "z9hG4bKx",
        "id1",
        "200 INVITE",
    ]


def test_a_dialog_of_a_request_speaks_back_to_its_contact() -> None:
    dialog = Dialog.of_request(invite(), ("127.0.0.3", 5), "<sip:c101@127.0.0.3:5>")
    bye = dialog.request("BYE")
    assert bye.uri == "sip:1@127.0.0.2:5080"
    assert sip.tag(sip.header(bye, "to")) == "abc"


def test_an_ack_carries_the_number_of_its_invite_and_does_not_count() -> None:
    dialog = Dialog(("127.0.0.2", 1), "<c>", "id", "<l>;tag=1", "<r>", "sip:r", cseq=4)
    assert [sip.cseq(dialog.request("ACK", cseq=4)), sip.cseq(dialog.request("BYE"))] == [4, 5]


def test_digest_gives_the_answer_printed_in_rfc_2617() -> None:
    value = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    challenge = digest.read_challenge(value)
    assert challenge is not None
    answer = digest.answer(challenge, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", cnonce="0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in answer


def test_digest_gives_the_answers_printed_in_rfc_7616_for_both_algorithms() -> None:
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    given_answers = []
    for algorithm in ("MD5", "SHA-256"):
        challenge = digest.Challenge("http-auth@example.org", nonce, algorithm, True)
        answer = digest.answer(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce=cnonce)
        given_answers.append(answer.partition('response="')[2].partition('"')[0])
    assert given_answers == [
        "8ca523f5e9506fed4657c9700eebdbec",
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    ]


def test_the_topmost_challenge_is_taken_unless_one_insists() -> None:
    offered = [f'Digest realm="r",nonce="{n}",algorithm={n}' for n in ("SHA-512-256", "SHA-256", "MD5")]
    chosen = [digest.choose(offered, wanted) for wanted in (None, "MD5")]
    assert [c.algorithm for c in chosen if c] == ["SHA-256", "MD5"]


@given(
    st.sampled_from([(8, 0), (0,), (8,)]),
    st.sampled_from([None, 96, 101]),
    st.sampled_from(["sendrecv", "sendonly", "inactive"]),
)
@settings(deadline=None)
def test_a_session_description_is_read_as_it_was_written(
    codecs: tuple[int, ...], events: int | None, direction: sdp.Direction
) -> None:
    session = sdp.Session(("127.0.0.2", 4000), codecs, events, direction)
    assert sdp.read(sdp.write(session, 1)) == session


def test_a_description_without_g711_is_none_of_ours() -> None:
    body = b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 9\r\n"
    assert sdp.read(body) is None


def test_a_hold_is_answered_by_listening_only() -> None:
    assert sdp.answer_direction("sendonly") == "recvonly"


def test_a_name_with_quotes_stays_inside_its_quotes() -> None:
    value = Identity("+77000000001", 'a" <sip:evil@x>').from_value("127.0.0.2")
    assert value == '"a\\" <sip:evil@x>" <sip:+77000000001@127.0.0.2>'


def test_a_withheld_number_asks_for_privacy_and_names_nobody() -> None:
    assert WITHHELD.from_value("127.0.0.2") == '"Anonymous" <sip:anonymous@anonymous.invalid>'
    assert WITHHELD.more() == (("Privacy", "id"),)


def test_a_from_without_a_user_is_only_a_host() -> None:
    assert Identity(None).from_value("127.0.0.2") == "<sip:127.0.0.2>"
