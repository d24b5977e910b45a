"""Who keeps a connection to the console when there are too many."""

import pytest

from console.http.connection_limit import ConnectionLimit
from console.http.host_header import allowed_names, is_ours


def test_a_newcomer_takes_the_place_of_the_oldest_of_the_address_that_holds_most() -> None:
    limit = ConnectionLimit(of_an_address=10, strangers=6, all=8)
    for number in range(4):
        assert limit.admit(f"many{number}", "a") == []
    assert limit.admit("few0", "b") == []
    assert limit.admit("few1", "c") == []
    assert limit.admit("mine", "d") == ["many0"]
    assert limit.admit("mine again", "d") == ["many1"]


def test_an_addresss_own_newest_pushes_out_its_own_oldest() -> None:
    limit = ConnectionLimit(of_an_address=2)
    assert [limit.admit(number, "a") for number in range(4)] == [[], [], [0], [1]]


def test_who_has_signed_in_is_pushed_out_by_no_stranger() -> None:
    limit = ConnectionLimit(of_an_address=3, strangers=3, all=6)
    for number in range(3):
        limit.admit(f"in{number}", "a")
        limit.note_request(f"in{number}", known=True)
    shed = [gone for number in range(50) for gone in limit.admit(number, f"x{number % 7}")]
    assert not [gone for gone in shed if str(gone).startswith("in")]
    assert len(limit) == 6


def test_who_has_asked_goes_after_who_has_not() -> None:
    limit = ConnectionLimit(of_an_address=3)
    for number in range(3):
        limit.admit(number, "a")
    limit.note_request(0, known=False)
    assert limit.admit(3, "a") == [1]


def test_who_signs_out_counts_as_a_stranger_again_and_who_goes_counts_no_more() -> None:
    limit = ConnectionLimit(of_an_address=2)
    limit.admit("in", "a")
    limit.note_request("in", known=True)
    limit.note_request("in", known=False)
    limit.admit(1, "a")
    assert limit.admit(2, "a") == ["in"]
    for key in ("in", 1, 2, "never here"):
        limit.release(key)
    limit.note_request(1, known=True)
    assert len(limit) == 0


def test_more_signed_in_than_places_leave_no_more_than_there_are() -> None:
    limit = ConnectionLimit(of_an_address=5, strangers=3, all=5)
    for number in range(20):
        limit.admit(number, "a")
        limit.note_request(number, known=True)
    assert len(limit) == 5


KNOWN = allowed_names(("10.1.2.3", "Console.111.example", "*.example.kz", "0.0.0.0", "2001:DB8:0::1", ""))


@pytest.mark.parametrize(
    "host",
    [
        "10.1.2.3", "10.1.2.3:8443", "console.111.EXAMPLE:443", "console.111.example.", "localhost:8080",
        "127.0.0.1:9", "a.example.kz", "[2001:db8::1]:8443", "[::1]", "192.0.2.9",
    ],
)  # fmt: skip
def test_a_request_for_us_is_served(host: str) -> None:
    assert is_ours([host], KNOWN, "192.0.2.9")


@pytest.mark.parametrize(
    "hosts",
    [
        [], [""], ["evil.example"], ["10.1.2.3", "evil.example"], ["10.1.2.3", "10.1.2.3"],
        ["10.1.2.3@evil.example"], ["0.0.0.0"], ["evil.example:127.0.0.1"], ["127.0.0.1.evil.example"],
        ["a.b.example.kz"], ["example.kz"], [".example.kz"], ["localhost/"], ["localhost\t"], ["[::1"],
        ["2130706433"], ["127.0.0.1:x"], ["*.example.kz"],
    ],
)  # fmt: skip
def test_a_request_for_anybody_else_is_not(hosts: list[str]) -> None:
    assert not is_ours(hosts, KNOWN, "192.0.2.9")
