"""A recorded stream told as a timeline, and made fit to be shown."""

import base64

from live_tables import STREAMS

from engine.cli.ami_capture import Anonymiser, anonymise, messages
from engine.cli.replay_timeline import recorded, replay

RAW = """Event: Newchannel
Privilege: call,all
Timestamp: 10.0
CallerIDNum: +77010000001
CallerIDName: Айгүл Сәлімова
Uniqueid: 1.1

Event: VarSet
Timestamp: 11.0
CallerIDNum: +77010000001
Variable: ENGINE_NOTE
Value: called from +77010000001 by Айгүл Сәлімова

Event: VarSet
Timestamp: 11.0
Variable: SIPCALLID
Value: secret@host

Event: RTCPSent
Timestamp: 12.0

Event: DialBegin
Timestamp: 12.0
CallerIDNum: <unknown>
DestCallerIDNum: +77010000002
DestConnectedLineNum: +77010000001
"""


def test_a_scrubbed_stream_masks_the_same_person_by_the_same_mask() -> None:
    text = "".join(anonymise(RAW.split("\n")))
    assert "+7701" not in text
    assert "Айгүл" not in text
    assert [m["CallerIDNum"] for m in messages(text.split("\n"))][:2] == ["+77000000000", "+77000000000"]
    assert "Value: called from +77000000000 by Caller 1" in text
    assert "DestConnectedLineNum: +77000000000" in text
    assert "CallerIDNum: <unknown>" in text


def test_what_nobody_replays_is_left_out() -> None:
    kept = [m["Event"] for m in messages("".join(anonymise(RAW.split("\n"))).split("\n"))]
    assert kept == ["Newchannel", "VarSet", "DialBegin"]


def test_a_number_that_came_in_base64_is_left_out_wherever_it_stands() -> None:
    hidden = base64.b64encode(b"<sip:+77010000003@operator>").decode()
    raw = (
        f"Event: VarSet\nVariable: ENGINE_IDENTITY\nValue: {hidden}\n\n"
        f"Event: Status\nVariable: ENGINE_CALL=n1\nVariable: ENGINE_IDENTITY={hidden}\n\n"
        f"Event: Status\nVariable: ENGINE_IDENTITY={hidden}\n\n"
    )
    text = "".join(anonymise(raw.split("\n")))
    assert hidden not in text
    assert "Variable: ENGINE_CALL=n1" in text


def test_a_mask_that_looks_like_another_number_is_not_masked_again() -> None:
    mask = Anonymiser()
    first, second = mask.number("+77000000001"), mask.number("+77000000000")
    assert mask.text("+77000000001 and +77000000000") == f"{first} and {second}"


def test_repeated_headers_are_a_list_and_nonsense_is_skipped() -> None:
    (message,) = messages(["nonsense", "Variable: A=1\r\n", "Variable: B=2\r\n", "Empty:\r\n", "\r\n", ""])
    assert message == {"Variable": ["A=1", "B=2"], "Empty": ""}


def test_a_timeline_ends_each_call_with_its_story() -> None:
    told = list(replay(recorded((STREAMS / "ten-calls.ami").read_text("utf-8"))))
    served = next(line for line in told if "= served" in line)
    assert served == (
        "13:27:36.285  n1-1795354052000-1       = served; language ru; c101 1.7 s; "
        "waited 1.8 s from arrival; rated 5; ended by consultant"
    )
    assert told[-1].startswith("278 events, 10 calls, 10 ended, 0 going on, 0 events of unknown calls")


def test_a_timeline_names_no_caller() -> None:
    for name in ("ten-calls.ami", "ten-calls.cel.csv"):
        told = "\n".join(replay(recorded((STREAMS / name).read_text("utf-8"))))
        assert "+77" not in told
        assert "Caller" not in told
