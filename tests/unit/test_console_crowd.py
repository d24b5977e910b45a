"""Who keeps a place at the console's door."""

import pytest

from console.http.fair_queue import Crowd
from console.http.host_header import names, ours


def test_a_newcomer_takes_the_place_of_the_oldest_of_the_address_that_holds_most() -> None:
    crowd = Crowd(of_an_address=10, strangers=6, all=8)
    for number in range(4):
        assert crowd.come(f"many{number}", "a") == []
    assert crowd.come("few0", "b") == []
    assert crowd.come("few1", "c") == []
    assert crowd.come("mine", "d") == ["many0"]
    assert crowd.come("mine again", "d") == ["many1"]


def test_an_addresss_own_newest_pushes_out_its_own_oldest() -> None:
    crowd = Crowd(of_an_address=2)
    assert [crowd.come(number, "a") for number in range(4)] == [[], [], [0], [1]]


def test_who_has_signed_in_is_pushed_out_by_no_stranger() -> None:
    crowd = Crowd(of_an_address=3, strangers=3, all=6)
    for number in range(3):
        crowd.come(f"in{number}", "a")
        crowd.asked(f"in{number}", known=True)
    shed = [gone for number in range(50) for gone in crowd.come(number, f"x{number % 7}")]
    assert not [gone for gone in shed if str(gone).startswith("in")]
    assert len(crowd) == 6


def test_who_has_asked_goes_after_who_has_not() -> None:
    crowd = Crowd(of_an_address=3)
    for number in range(3):
        crowd.come(number, "a")
    crowd.asked(0, known=False)
    assert crowd.come(3, "a") == [1]


def test_who_signs_out_counts_as_a_stranger_again_and_who_goes_counts_no_more() -> None:
    crowd = Crowd(of_an_address=2)
    crowd.come("in", "a")
    crowd.asked("in", known=True)
    crowd.asked("in", known=False)
    crowd.come(1, "a")
    assert crowd.come(2, "a") == ["in"]
    for key in ("in", 1, 2, "never here"):
        crowd.go(key)
    crowd.asked(1, known=True)
    assert len(crowd) == 0


def test_more_signed_in_than_places_leave_no_more_than_there_are() -> None:
    crowd = Crowd(of_an_address=5, strangers=3, all=5)
    for number in range(20):
        crowd.come(number, "a")
        crowd.asked(number, known=True)
    assert len(crowd) == 5


KNOWN = names(("10.1.2.3", "Console.111.example", "*.example.kz", "0.0.0.0", "2001:DB8:0::1", ""))


@pytest.mark.parametrize(
    "host",
    [
        "10.1.2.3", "10.1.2.3:8443", "console.111.EXAMPLE:443", "console.111.example.", "localhost:8080",
        "127.0.0.1:9", "a.example.kz", "[2001:db8::1]:8443", "[::1]", "192.0.2.9",
    ],
)  # fmt: skip
def test_a_request_for_us_is_served(host: str) -> None:
    assert ours([host], KNOWN, "192.0.2.9")


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
    assert not ours(hosts, KNOWN, "192.0.2.9")
