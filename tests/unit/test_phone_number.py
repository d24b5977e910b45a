"""One person, one number, however it is written; and a question where it cannot be one (C6, A19)."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.wallboard.today import Today
from recordings.privacy.phone_number import NotAPhoneNumber, NumberFault, forms, index_form, read_number

OURS = "+77010000001"
SAME = {
    OURS: """
        8 701 000 00 01|8(701)000-00-01|8-701-000-00-01|8.701.000.00.01|8/701/000-00-01|701 000 00 01
        7010000001|7 701 000 00 01|77010000001|+7 (701) 000-00-01|(+7) 701 000 00 01|+7-701-000-00-01
        + 7 701 000 00 01|+8 701 000 00 01|+7 8 701 000 00 01|787010000001|007 701 000 00 01
        8 10 7 701 000 00 01|8~10~77010000001|8 7O1 OOO OO O1|8 7О1 ООО ОО О1|8 (701) 000-00-01 доб. 12
        8 701 000 00 01 доб 123|8 701 000 00 01, вн. 7|87010000001 (ішкі 12)|87010000001 ext. 12
        87010000001x12|87010000001#12|87010000001 қосымша 4|tel:+77010000001|tel:+7-701-000-00-01;ext=12
        sip:+77010000001@192.0.2.1;user=phone|<sip:87010000001@192.0.2.1>|тел. 8 701 000 00 01
        моб.: 8 701 000 00 01|сот. 87010000001|Телефон: +7 701 000 00 01|№ 87010000001
        ұялы 8 701 000 00 01|нөмірі: 8 701 000 00 01|8 701 000 00 01.|«8 701 000 00 01»|87010000001;
        '87010000001|8\u2011701\u2011000\u201100\u201101|8\u00a0701\u00a0000\u00a000\u00a001
        8 701 000 00 01 добавочный номер 12|8 701 000 00 01 доб. №12|8 701 000 00 01 доб12
        87010000001 ішкі нөмірі 12|87010000001 қосымша нөмір 12|87010000001 ішк. 5
        87010000001 доб. (12)|8 701 000 00 01 дополнительный 3
        номер телефона 87010000001|абонентский номер 87010000001|т. 8 701 000 00 01|т.87010000001
        8 701 000 00 01 (моб.)|8 701 000 00 01 (ұялы)|WhatsApp 87010000001|8 701 000 00 01 (WhatsApp)
        \u200e+7 701 000 00 01\u200f|＋７ ７０１ ０００ ００ ０１|+٧٧٠١٠٠٠٠٠٠١
        """,
    "+78000807777": """
        8 800 080 77 77|8-800-080-7777|8000807777|+8 800 080 77 77|+7 800 080 77 77
        """,
    "+77172700001": """
        8 (7172) 70-00-01|7172 70 00 01|+7 7172 700001|87172700001
        """,
    "+77270000001": """
        8 727 000 00 01|7270000001|+7(727)0000001
        """,
    "+998901234567": """
        998901234567|+998 90 123-45-67|8-10-998-90-123-45-67|00998901234567|810998901234567
        +810998901234567
        """,
    "+996555123456": """
        996555123456|+996 555 12-34-56|8 10 996 555 123456
        """,
    "+8613800138000": """
        8613800138000|+86 138 0013 8000|008613800138000
        """,
    "+905321234567": """
        905321234567|+90 532 123 45 67|8 10 90 532 123 45 67
        """,
    "+4915112345678": """
        4915112345678|+49 151 1234 5678|004915112345678|+49 (0) 151 1234 5678|00 49 (0)151 12345678
        """,
    "+493012345678": """
        493012345678|+49 (30) 12345678
        """,
    "+380671234567": """
        380671234567|+380 67 123 45 67|8 10 380 67 1234567
        """,
    "+79161234567": """
        9161234567|8 916 123 45 67|79161234567|+7 916 123-45-67|+8 916 123 45 67
        """,
    "+12125550100": """
        12125550100|+1 212 555 0100|8 10 1 212 555 0100
        """,
}
ASKED_BACK = {
    NumberFault.NO_DIGITS: """
        anonymous|жасырын|скрыт
        """,
    NumberFault.LETTERS: """
        8 70l 000 00 01|8 7З1 000 00 01|8 701 *** 00 01|8 701 000 00 01 (мама)|7+7010000001
        8 701 000 00 0?|8 701 000 00 01 доп. 2500001|8 701 000 00 01 доп. тел. 250 00 01
        """,
    NumberFault.SEVERAL: """
        87010000001 87010000002|87010000001, 87010000002|87010000001;87010000002|87010000001/87010000002
        8701000000187010000002|8 701 000 00 01 и 8 701 000 00 02|8 701 000 00 01 және 8 701 000 00 02
        8 701 000 00 01 или 02|8 701 000 00 01/02|8 701 000 00 01, 02|+77010000001+77010000002
        +77010000001 998901234567
        8 701 000 00 01, доп. тел. 2500001
        """,
    NumberFault.TOO_SHORT: """
        8 701 000 00 0|+7 701 000 00 0|7 701 000 00 0|701 000 00 0|250-00-01|25-00-01|111|8 495 123 45 6
        +998 90 123 45 6
        """,
    NumberFault.TOO_LONG: """
        8 701 000 00 012|+7 701 000 00 012|7 701 000 00 011|+998 90 123 45 678|1234567890123456
        """,
    NumberFault.IMPOSSIBLE: """
        +999 123456789|+7 000 000 00 00|+7 111 111 11 11|0555123456|8 100 000 00 01
        8 000 000 00 00|80012345678
        """,
    NumberFault.AMBIGUOUS: """
        495 123 45 67|4930123456
        """,
}


def lines(text: str) -> list[str]:
    return [one.strip(" ") for line in text.split("\n") for one in line.strip().split("|")]


@pytest.mark.parametrize(
    "text, number", [(text, number) for number, texts in SAME.items() for text in lines(texts) if text]
)
def test_one_person_has_one_number_as_letter_and_trunk_write_it(text, number):
    assert number == read_number(text)
    assert number == index_form(text)
    assert number in forms(text)


@pytest.mark.parametrize(
    "text, reason",
    [("", NumberFault.NO_DIGITS), *((t, why) for why, ts in ASKED_BACK.items() for t in lines(ts) if t)],
)
def test_what_cannot_be_one_number_is_asked_back_with_its_reason(text, reason):
    with pytest.raises(NotAPhoneNumber) as why:
        read_number(text)
    assert reason is why.value.reason


@pytest.mark.parametrize(
    "one, another",
    [
        (OURS, "+1 701 000 0001"),
        (OURS, "8 701 000 00 02"),
        (OURS, "8 701 000 00 10"),
        ("+998 90 123 45 67", "+7 998 901 23 45"),
        ("86 138 0013 8000", "8 613 800 13 80"),
        ("8 7172 70 00 01", "8 7272 70 00 01"),
    ],
)
def test_other_people_have_other_numbers(one, another):
    assert not set(forms(one)) & set(forms(another))


@given(st.from_regex(r"(70[0-8]|747|77[15678])[0-9]{7}", fullmatch=True), st.integers(1, 9))
def test_a_mobile_number_one_digit_short_is_never_a_number_of_another_country(national, at):
    for prefix in ("8", "+7"):
        with pytest.raises(NotAPhoneNumber):
            read_number(prefix + national[:at] + national[at + 1 :])


@given(st.text(max_size=40))
def test_whatever_a_trunk_sends_has_a_form(text):
    assert index_form(text) == index_form(text.strip())


@given(st.text("+0123456789 ()-.,доб/OО", max_size=30))
def test_what_was_read_is_read_again_as_itself(text):
    try:
        number = read_number(text)
    except NotAPhoneNumber:
        return
    assert number == read_number(number) == index_form(text)


def test_attempts_of_today_are_one_persons_however_the_trunk_spells_them():
    today = Today(ZoneInfo("Asia/Almaty"), 20)
    assert today.index("87010000001") == today.index("+77010000001") != today.index("87010000002")
    assert today.index("anonymous") not in (None, today.index("withheld"))
