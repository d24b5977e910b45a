"""Who calls, from every legal way of writing P-Asserted-Identity (RFC 3325), and what is none."""

from base64 import b64encode

import pytest

from routing.live.caller_identity import caller
from routing.live.live import Live
from routing.live.live_view import view_of
from tests.unit.live_tables import told

OURS = "+77000000202"
SIP = f"<sip:{OURS}@ims.example.kz;user=phone>"
TEL = f"<tel:{OURS}>"


def said(text: str) -> str:
    """As the dialplan hands it over."""
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "values",
    [
        f"{SIP}, {TEL}",
        f"{TEL}, {SIP}",
        f"{SIP},{TEL}",
        f"{SIP},\r\n {TEL}",
        f'"Иванов, Иван" {SIP}',
        f'"a, <tel:+77009999999>" {SIP}, {TEL}',
        f'"a \\", <tel:+77009999999>" {SIP}',
        f"<sip:ivan.petrov@ims.example.kz>, {TEL}",
        f"<sip:401010000000001@ims.mnc01.mcc401.3gppnetwork.org>, {TEL}",
        f"<sip:{OURS};cpc=ordinary@ims.example.kz>, <sip:ims.example.kz>",
        f"sip:{OURS}@ims.example.kz, tel:{OURS}",
        f"<SIP:%2B77000000202@ims.example.kz>, <TEL:{OURS};phone-context=+7>",
        f"<sips:{OURS}:password@ims.example.kz>",
    ],
)
def test_the_number_is_known_however_many_values_name_it(values):
    assert OURS == caller(said(values))


@pytest.mark.parametrize(
    "values",
    [
        "", "<>", ",", "garbage <<>>;;", "<sip:ims.example.kz>, <sip:x@y>", "<tel:>", f"<http:{OURS}@x>",
        "<sip:7%0d%0aEvent%3a%20Shutdown@x>, <sip:a@b>", f"<tel:{'7' * 80}>",
        '"<tel:+77000000202>" <sip:a@b>',
    ],
)  # fmt: skip
def test_what_names_no_number_gives_none(values):
    assert "" == caller(said(values))


@pytest.mark.parametrize("text", ["%%%", "a", "Ә", "+77000000202"])
def test_what_is_no_base64_gives_none(text):
    assert "" == caller(text)


def line(*lines: str) -> Live:
    live = Live()
    for event in told("\n".join(lines)):
        live.apply(event)
    return live


ARRIVES = "1 | trunk | arrives | Anonymous"
NOBODY = said("<sip:a@b>")
CALL = "1 | trunk | sets | CALL=n1-1000-1"


def test_the_journal_has_the_number_and_the_board_does_not_when_the_caller_asks_for_privacy():
    both = said(f"{SIP}, {TEL}")
    live = line(ARRIVES, CALL, f"1 | trunk | sets | IDENTITY={both}", "1 | trunk | sets | PRIVATE=1")
    (call,) = view_of(live).calls
    assert (OURS, True) == (call.pii_caller, call.private)
    for event in told("9 | trunk | gone | 16"):
        live.apply(event)
    (story,) = live.ended()
    assert OURS == story.pii_caller


def test_an_identity_without_a_number_changes_nothing():
    live = line("1 | trunk | arrives | +77000000101", CALL, f"1 | trunk | sets | IDENTITY={NOBODY}")
    (call,) = view_of(live).calls
    assert ("+77000000101", False) == (call.pii_caller, call.private)
