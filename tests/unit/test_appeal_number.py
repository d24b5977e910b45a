"""The registration number: read as people type it, and no single wrong digit or swap goes by (A12)."""

import random

import pytest

from appeals.register.number import NumbersUsedUp, WrongNumber, in_groups, number_of, read_number

RUNNING = random.Random(111).sample(range(1, 1_000_000), 1000)
NUMBERS = [number_of(2026, running) for running in RUNNING]


def refused(text: str) -> bool:
    try:
        read_number(text)
    except WrongNumber:
        return True
    return False


def test_a_number_is_two_digits_of_the_year_six_running_and_a_check_digit():
    assert "260004175" == number_of(2026, 417)
    assert "26 000 417 5" == in_groups("260004175")
    assert "991000004"[:2] == number_of(2099, 1)[:2]


@pytest.mark.parametrize(
    "text",
    ["260004175", "26 000 417 5", " 26-000-417-5 ", "№ 26 000 417 5", "26 000 417-5", "26\u00a0000\u00a04175",
     "No. 26000417 5", "\u0662\u06660004175", "#260004175", "26.000.417.5"],
)  # fmt: skip
def test_what_people_type_is_read(text):
    assert "260004175" == read_number(text)


@pytest.mark.parametrize(
    "text", ["", "26", "26 000 417", "26 000 417 55", "26 000 41x 5", "111", "+7 701 000 00 01"]
)
def test_what_is_no_number_is_refused_in_words(text):
    with pytest.raises(WrongNumber) as why:
        read_number(text)
    assert str(why.value)


def test_every_single_wrong_digit_of_a_thousand_numbers_is_refused():
    passed = [
        (number, wrong)
        for number in NUMBERS
        for place in range(9)
        for digit in "0123456789"
        if digit != number[place] and not refused(wrong := number[:place] + digit + number[place + 1 :])
    ]
    assert [] == passed


def test_every_swap_of_neighbours_of_a_thousand_numbers_is_refused():
    passed = [
        (number, wrong)
        for number in NUMBERS
        for place in range(8)
        if number[place] != number[place + 1]
        and not refused(wrong := number[:place] + number[place + 1] + number[place] + number[place + 2 :])
    ]
    assert [] == passed


def test_every_number_given_is_read_back():
    assert NUMBERS == [read_number(in_groups(number)) for number in NUMBERS]


@pytest.mark.parametrize("running", [0, -1, 1_000_000])
def test_a_year_that_is_full_says_so(running):
    with pytest.raises(NumbersUsedUp):
        number_of(2026, running)
