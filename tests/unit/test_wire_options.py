"""OPTIONS within a call are answered when they come again, for PJSIP says nothing then (decision 0100)."""

from engine.wire.options_reply import KEPT, SeenRequests

OPERATOR = ("192.0.2.7", 5070)
VIA = "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bKa"


def options(*, to: str = "<sip:111@192.0.2.1>;tag=ours", via: str = VIA + ";rport", cseq: int = 7) -> bytes:
    lines = (
        "OPTIONS sip:192.0.2.1:5060 SIP/2.0", f"v: {via}", "Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bKb",
        "From: <sip:+77000000001@192.0.2.7>;tag=theirs", f"t: {to}", "i: call@192.0.2.7",
        f"CSeq: {cseq}\r\n OPTIONS", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def test_a_repeated_question_gets_its_answer_where_it_came_from_and_the_first_is_asterisks():
    asked = SeenRequests()
    assert asked.reply(options(), OPERATOR, 0.0) is None
    said = asked.reply(options(), OPERATOR, 0.5)
    assert said is not None
    assert said[1] == OPERATOR
    assert [
        "SIP/2.0 200 OK",
        f"Via: {VIA};rport=5070;received=192.0.2.7",
        "Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bKb",
        "From: <sip:+77000000001@192.0.2.7>;tag=theirs",
        "To: <sip:111@192.0.2.1>;tag=ours",
        "Call-ID: call@192.0.2.7",
        "CSeq: 7 OPTIONS",
    ] == said[0].decode().split("\r\n")[:7]
    assert asked.reply(options(), OPERATOR, 1.5) == said


def test_without_rport_the_answer_goes_to_the_port_that_via_names():
    asked = SeenRequests()
    for via, port in ((VIA, 5062), ("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKc", 5060)):
        assert asked.reply(options(via=via), OPERATOR, 0.0) is None
        said = asked.reply(options(via=via), OPERATOR, 0.5)
        assert said is not None
        assert said[1] == (OPERATOR[0], port)


def test_another_question_of_the_call_is_a_first_one_and_one_outside_a_call_is_never_answered():
    asked = SeenRequests()
    assert asked.reply(options(), OPERATOR, 0.0) is None
    assert asked.reply(options(cseq=8), OPERATOR, 0.5) is None
    assert asked.reply(options(), ("192.0.2.7", 5071), 0.5) is None
    assert asked.reply(options(), OPERATOR, KEPT + 1.0) is None  # long over
    for _ in range(2):
        assert asked.reply(options(to="<sip:111@192.0.2.1>"), OPERATOR, 0.0) is None
        assert asked.reply(b"OPTIONS nonsense\r\n\r\n", OPERATOR, 0.0) is None
