"""What a body is told: nothing but the white-list, nothing unseen (A18)."""

import itertools
from datetime import datetime

import pytest

from appeals.handing_over.composer import ANONYMOUS_NEVER, Extra, Heading, compose, sha256_of
from appeals.handing_over.third_parties import MarkKind, is_iin, marks

HEADING = Heading("26 000 417 3", datetime(2026, 3, 22, 2, 10), True, "Полиция", ("Есть опасность",))
ORDER = (
    "applicant_name",
    "applicant_phone",
    "concerned_name",
    "concerned_age",
    "matter",
    "region",
    "violator_name",
)
VALUES = {
    "applicant_kind": "natural",
    "applicant_name": "Сынақова Айгүл",
    "applicant_phone": "+77000000001",
    "concerned_name": "Сынақов Дәулет",
    "concerned_age": "9",
    "matter": "Отец бьёт. Звонить 8 700 000 00 02",
    "region": "abai",
    "violator_name": "Сынақов Ерлан",
}


def label(field, value, language):
    return field, value


def written(allowed, values=VALUES, **more):
    return compose(values, allowed, ORDER, HEADING, label, "ru", **more)


def test_only_fields_of_the_white_list_leave_in_the_forms_order():
    message = written(["matter", "concerned_age", "region"])
    assert ["concerned_age", "matter", "region"] == [line.field for line in message.lines]
    assert "Айгүл" not in message.text
    assert "+77000000001" not in message.text
    assert ("applicant_name", "applicant_phone", "concerned_name", "violator_name") == message.left_out


def test_the_text_says_number_time_urgency_body_and_why():
    text = written(["matter"]).text
    for words in ("26 000 417 3", "22.03.2026 02:10", "СРОЧНО", "Полиция", "Есть опасность", "подтвердилось"):
        assert words in text


def test_the_digest_is_of_the_bytes_that_leave():
    message = written(["matter"])
    assert sha256_of(message.text) == message.sha256
    assert message.sha256 != written(["matter", "region"]).sha256


@pytest.mark.parametrize("field", sorted(ANONYMOUS_NEVER))
def test_who_stays_anonymous_stays_so_whatever_is_allowed_or_added(field):
    values = {**VALUES, "applicant_kind": "anonymous", field: "+77000000009"}
    message = compose(values, [field], [field], HEADING, label, "ru", extra=[Extra(field, "спросили")])
    assert "+77000000009" not in message.text
    assert not message.lines


def test_what_is_added_leaves_and_what_is_emptied_does_not():
    message = written(
        ["matter"], extra=[Extra("applicant_phone", "нужно перезвонить")], changes={"matter": ""}
    )
    assert ["applicant_phone"] == [line.field for line in message.lines]


def test_other_words_leave_as_they_were_changed_and_marks_are_of_these():
    message = written(["matter"], changes={"matter": "Отец бьёт."})
    assert "8 700" not in message.text
    assert () == message.marked


def test_a_number_in_the_story_is_marked_and_a_name_that_may_not_leave_too():
    values = {**VALUES, "matter": "Ерлана видели у дома, сказала Айгүл. 8 700 000 00 02"}
    kinds = [mark.kind for _, mark in written(["matter"], values).marked]
    assert [MarkKind.KNOWN_NAME, MarkKind.KNOWN_NAME, MarkKind.PHONE] == kinds


def test_a_name_that_leaves_anyway_is_not_marked():
    values = {**VALUES, "matter": "Ерлан пришёл пьяный"}
    assert () == written(["matter", "violator_name"], values).marked


@pytest.mark.parametrize(
    "text, kind, piece",
    [
        ("звоните 8 (700) 000-00-01 вечером", MarkKind.PHONE, "8 (700) 000-00-01"),
        ("нөмірі +7 700 000 00 01", MarkKind.PHONE, "+7 700 000 00 01"),
        ("нөмірі 8.700.000.00.03", MarkKind.PHONE, "8.700.000.00.03"),
        ("22.03.2026 8 700 000 00 01", MarkKind.PHONE, "8 700 000 00 01"),
        ("дом. 22-33-44", MarkKind.PHONE, "22-33-44"),
        ("ИИН 900101300017", MarkKind.IIN, "900101300017"),
        ("ЖСН: 9001 0130 0017", MarkKind.IIN, "9001 0130 0017"),
        ("счёт 12345678", MarkKind.NUMBER, "12345678"),
        ("почта a.b@example.kz", MarkKind.EMAIL, "a.b@example.kz"),
        ("карта 4111 1111 1111 1111", MarkKind.CARD, "4111 1111 1111 1111"),
        ("её сестра Жанар видела", MarkKind.NAME_LIKE, "Жанар"),
        ("көршісі Нұрланов көрді", MarkKind.NAME_LIKE, "Нұрланов"),
        ("Серікұлы ұрды", MarkKind.NAME_LIKE, "Серікұлы"),
        ("Петрович бил", MarkKind.NAME_LIKE, "Петрович"),
        ("Иван Смирнов бил", MarkKind.NAME_LIKE, "Иван"),
        ("СМИРНОВА ВИДЕЛА", MarkKind.NAME_LIKE, "СМИРНОВА"),
    ],
)
def test_what_looks_like_somebodys_data_is_marked(text, kind, piece):
    assert (kind, piece) in [(mark.kind, mark.text) for mark in marks(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Отец бьёт девочку. Мама боится звонить.",
        "Әкесі ұрады. Анасы қорқады, қоңырау шала алмайды.",
        "Причина не ясна. Женщина плачет. Половина класса видела.",
        "В школе № 15, 9 лет, с 2024 года.",
        "Мектепте 3-сыныпта оқиды, 10 жаста.",
        "МВД и ЦОН не ответили.",
        "Вызвали 102 и 103 в 02:10 22.03.2026",
    ],
)
def test_ordinary_words_dates_and_short_numbers_are_not(text):
    assert () == marks(text)


def test_a_known_name_is_marked_with_any_ending_and_without_kazakh_letters():
    for text in ("Айгүлге айтты", "айгулдің үйі", "с Айгулем", "АЙГҮЛ"):
        assert [MarkKind.KNOWN_NAME] == [mark.kind for mark in marks(text, ["Айгүл"])], text


def test_marks_never_lie_inside_each_other_and_say_where():
    text = "Айгүл: aigul@example.kz, 8 700 000 00 01, ИИН 900101300017"
    found = marks(text, ["Айгүл"])
    assert [mark.text for mark in found] == [text[mark.begins : mark.ends] for mark in found]
    assert all(one.ends <= other.begins for one, other in itertools.pairwise(found))


def test_an_iins_check_digit_tells_it_from_any_twelve_digits():
    assert is_iin("900101300017")
    assert 1 == sum(is_iin(f"90010130001{last}") for last in range(10))
    assert not is_iin("901301300017")
