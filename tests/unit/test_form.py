"""The form as data: every fault refuses the start; what is shown, missing and in doubt; each type checked."""

import copy
import tomllib
from itertools import pairwise

import pytest

from appeals.form.checks import SENTENCES, Unfit, UnfitCode, check, check_digit, tidy
from appeals.form.faults import all_words
from appeals.form.form import FieldType, Needed, Search
from appeals.form.loading import FILE, FormUnfit, form_of, load_form
from appeals.handing_over.rules_file import FILE as RULES
from appeals.model.appeal import AppealOutcome, ApplicantKind, HelpKind, Kind
from appeals.model.body import REGIONS
from appeals.model.words import KAZAKH_LETTERS

FORM = load_form()
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
IDS = (
    "applicant_kind applicant_name applicant_iin organisation_name organisation_bin applicant_phone "
    "applicant_email applicant_address applicant_relation concerned_is_applicant concerned_name "
    "concerned_age concerned_is_child concerned_address concerned_school concerned_disability kind "
    "topic reason matter wanted complaint_about_body complained_body urgent urgent_why danger "
    "child_rights_violated violator_relation violator_name violator_lives_with_child region locality "
    "place_address help_kind help_scope help_given referred_to consent_to_pass safe_to_call "
    "call_window outcome closing_note"
).split()
PERSONAL = set(
    "applicant_name applicant_iin organisation_name organisation_bin applicant_phone applicant_email "
    "applicant_address concerned_name concerned_address concerned_school matter wanted complained_body "
    "urgent_why violator_name place_address help_scope help_given closing_note".split()
)
IIN = "801231100003"  # of somebody born in 1880
BIN = "601240000004"
NIGHT = {  # a neighbour's call by night, as far as it is filled in
    "urgent": "yes",
    "urgent_why": "Бала подъезде жылап отыр",
    "region": "abai",
    "matter": "Бала үйден қуылған",
}


def spoilt(change):
    data = copy.deepcopy(DATA)
    change(data)
    return data


def field_of(data, name):
    return next(one for one in data["field"] if one["id"] == name)


def test_the_form_has_exactly_the_fields_that_all_rooms_use():
    assert sorted(IDS) == sorted(FORM.fields)
    assert PERSONAL == FORM.personal()
    assert "applicant concerned matter danger violator place help consent closing".split() == [
        one.id for one in FORM.sections
    ]


def test_fields_of_a_section_stand_together_in_the_order_of_the_sections():
    order = list(dict.fromkeys(one.section for one in FORM.fields.values()))
    assert [one.id for one in FORM.sections] == order
    runs = [one.section for one in FORM.fields.values()]
    assert len(order) == 1 + sum(a != b for a, b in pairwise(runs))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("applicant_kind", ApplicantKind),
        ("kind", Kind),
        ("help_kind", HelpKind),
        ("outcome", AppealOutcome),
        ("region", REGIONS),
        ("urgent", ("yes", "no")),
        ("danger", ("none", "life", "health", "both")),
        ("violator_lives_with_child", ("yes", "no", "unknown")),
        ("applicant_relation", "self parent relative neighbour teacher doctor specialist other".split()),
        (
            "violator_relation",
            "parent representative relative teacher peer stranger official other unknown".split(),
        ),
    ],
)
def test_choices_are_the_values_that_the_register_knows(field, values):
    assert [str(one) for one in values] == [one.id for one in FORM.fields[field].choices]


def test_kazakh_words_use_all_kazakh_letters_and_are_not_the_russian_ones():
    kazakh = " ".join(words.kk for _, words in all_words(FORM)).lower()
    assert set() == KAZAKH_LETTERS - set(kazakh)
    assert [] == [whose for whose, words in all_words(FORM) if words.kk == words.ru]


def no_kazakh(data):
    del field_of(data, "matter")["label"]["kk"]


def empty_russian(data):
    field_of(data, "matter")["help"]["ru"] = " "


def latin_i(data):
    field_of(data, "matter")["label"]["kk"] = "Өтiнiш"


def kazakh_in_russian(data):
    field_of(data, "region")["label"]["ru"] = "Өңір"


def no_words_for_a_choice(data):
    field_of(data, "kind")["choices"][0]["ru"] = ""


def unknown_key(data):
    field_of(data, "matter")["color"] = "red"


def unknown_type(data):
    field_of(data, "matter")["type"] = "money"


def unknown_section(data):
    field_of(data, "matter")["section"] = "household"


def twice(data):
    data["field"].append(copy.deepcopy(field_of(data, "matter")))


def unknown_condition(data):
    field_of(data, "matter")["when"] = [{"field": "weather", "one_of": ["rain"]}]


def unknown_choice_in_a_condition(data):
    field_of(data, "matter")["when"] = [{"field": "urgent", "one_of": ["perhaps"]}]


def condition_that_asks_nothing(data):
    field_of(data, "matter")["when"] = [{"field": "urgent"}]


def circle(data):
    field_of(data, "kind")["when"] = [{"field": "complaint_about_body", "filled": True}]


def shown_by_itself(data):
    field_of(data, "matter")["when"] = [{"field": "matter", "filled": True}]


def younger_than_words(data):
    field_of(data, "matter")["when"] = [{"field": "wanted", "below": 18}]


def open_iin(data):
    field_of(data, "applicant_iin")["personal"] = False


def one_choice(data):
    field_of(data, "kind")["choices"] = field_of(data, "kind")["choices"][:1]


def choices_of_a_text(data):
    field_of(data, "locality")["choices"] = field_of(data, "kind")["choices"]


def choices_of_yes_no(data):
    field_of(data, "urgent")["choices"] = field_of(data, "kind")["choices"]


def region_missing(data):
    del data["regions"]["abai"]


def seen_by_nobody_known(data):
    field_of(data, "matter")["seen_by"] = "spy"


def direction_14(data):
    field_of(data, "matter")["topics"] = ["14"]


def search_by_another_phone(data):
    field_of(data, "applicant_phone")["search"] = "words"


def doubt_of_no_field(data):
    data["doubt"][0]["fields"] = ["weather"]


def doubt_of_everything(data):
    data["doubt"][0]["when"] = []


def doubt_twice(data):
    data["doubt"].append(copy.deepcopy(data["doubt"][0]))


def empty_section(data):
    data["section"].append({**copy.deepcopy(data["section"][0]), "id": "more"})


def urgent_and_never_needed(data):
    field_of(data, "wanted")["urgent"] = True


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (no_kazakh, "kk"),
        (empty_russian, "matter: no ru text"),
        (latin_i, "matter: kk: Latin letters inside a word"),
        (kazakh_in_russian, "region: ru: Kazakh letters"),
        (no_words_for_a_choice, "kind=application: no ru text"),
        (unknown_key, "color"),
        (unknown_type, "type"),
        (unknown_section, "matter: no section household"),
        (twice, "matter: stands twice"),
        (unknown_condition, "matter: no field weather"),
        (unknown_choice_in_a_condition, "matter: urgent has no choice perhaps"),
        (condition_that_asks_nothing, "matter: nothing is asked of urgent"),
        (circle, "kind: shown by what it shows itself"),
        (shown_by_itself, "matter: shown by what it shows itself"),
        (younger_than_words, "matter: wanted is no number"),
        (open_iin, "applicant_iin: holds what is personal, and is not marked so"),
        (one_choice, "kind: choices"),
        (choices_of_a_text, "locality: choices"),
        (choices_of_yes_no, "urgent: the choices of this type are given"),
        (region_missing, "regions"),
        (seen_by_nobody_known, "matter: seen_by"),
        (direction_14, "matter: no direction 14"),
        (search_by_another_phone, "applicant_phone: search"),
        (doubt_of_no_field, "age_says_child: no field weather"),
        (doubt_of_everything, "age_says_child: doubts everything"),
        (doubt_twice, "a doubt stands twice"),
        (empty_section, "more: a section without fields"),
        (urgent_and_never_needed, "wanted: no moment needs it"),
    ],
)
def test_a_fault_of_the_data_refuses_the_start_and_is_named(change, says):
    with pytest.raises(FormUnfit) as why:
        form_of(spoilt(change))
    assert says in str(why.value)


def test_every_fault_is_named_at_once():
    def two(data):
        latin_i(data)
        region_missing(data)

    with pytest.raises(FormUnfit) as why:
        form_of(spoilt(two))
    assert 2 == len(str(why.value).splitlines())


def test_an_organisations_fields_are_shown_only_for_one():
    natural, legal = (set(FORM.visible({"applicant_kind": kind})) for kind in ("natural", "legal"))
    assert {"organisation_name", "organisation_bin"} == legal - natural
    assert {"applicant_iin"} == natural - legal


def test_an_anonymous_applicant_is_asked_for_no_name():
    anonymous = FORM.visible({"applicant_kind": "anonymous"})
    assert not {"applicant_name", "applicant_iin", "organisation_name", "organisation_bin"} & set(anonymous)
    assert "applicant_name" not in FORM.shown({"applicant_kind": "anonymous", "applicant_name": "Аты"})


def test_who_lives_with_the_child_is_asked_only_where_its_rights_are_violated():
    assert "violator_lives_with_child" not in FORM.visible({"child_rights_violated": "no"})
    assert "violator_lives_with_child" in FORM.visible({"child_rights_violated": "yes"})


def test_what_depends_on_a_hidden_field_is_hidden():
    values = {"kind": "application", "complaint_about_body": "yes", "complained_body": "мектеп"}
    assert "complained_body" not in FORM.visible(values)
    assert "complained_body" in FORM.visible({**values, "kind": "complaint"})


def test_a_direction_that_has_no_use_for_a_field_does_not_show_it():
    assert "concerned_school" in FORM.visible({})
    assert "concerned_school" in FORM.visible({"topic": "4"})
    assert "concerned_school" not in FORM.visible({"topic": "11"})


def test_little_is_needed_to_register_and_more_at_each_later_moment():
    assert ("applicant_kind", "kind", "topic", "matter") == FORM.missing({}, Needed.REGISTER)
    needs = [set(FORM.missing({}, moment)) for moment in Needed]
    assert needs[0] < needs[1] < needs[2]
    assert {"region", "consent_to_pass", "child_rights_violated"} <= needs[1]
    assert {"outcome", "help_kind", "help_scope", "help_given", "reason"} <= needs[2] - needs[1]


def test_an_urgent_appeal_leaves_before_anything_else_is_filled_in():
    assert ("matter",) == FORM.missing({"urgent": "yes"}, Needed.REGISTER)
    assert ("matter", "region") == FORM.missing({"urgent": "yes"}, Needed.HAND_OVER)
    assert () == FORM.missing(NIGHT, Needed.HAND_OVER)
    assert set(FORM.missing(NIGHT, Needed.CLOSE)) == set(FORM.missing({}, Needed.CLOSE)) - set(NIGHT)


def test_why_it_is_urgent_is_due_at_closing_and_never_holds_a_hand_over():
    hurried = {key: text for key, text in NIGHT.items() if key != "urgent_why"}
    assert () == FORM.missing(hurried, Needed.HAND_OVER)
    assert "urgent_why" in FORM.missing(hurried, Needed.CLOSE)


def test_a_violator_is_needed_only_where_a_childs_rights_are_violated():
    assert "violator_relation" not in FORM.missing({}, Needed.HAND_OVER)
    assert "violator_relation" in FORM.missing({"child_rights_violated": "yes"}, Needed.HAND_OVER)


def test_nothing_is_missing_in_a_form_that_is_filled_in():
    filled = {one.id: one.choices[0].id if one.choices else "толық" for one in FORM.fields.values()}
    assert () == FORM.missing(filled, Needed.CLOSE)


CONTRADICTING = [
    ({"concerned_age": "12", "concerned_is_child": "no"}, "age_says_child"),
    ({"concerned_age": "0", "concerned_is_child": "no"}, "age_says_child"),
    ({"concerned_age": "18", "concerned_is_child": "yes"}, "age_says_adult"),
    ({"urgent": "yes"}, "urgent_without_why"),
    ({"danger": "life"}, "danger_not_urgent"),
    ({"danger": "both", "urgent": "no"}, "danger_not_urgent"),
    ({"concerned_is_applicant": "yes", "applicant_relation": "neighbour"}, "self_or_other"),
    ({"concerned_is_applicant": "no", "applicant_relation": "self"}, "other_or_self"),
    ({"child_rights_violated": "yes", "concerned_is_child": "no"}, "child_rights_of_adult"),
    (
        {
            "child_rights_violated": "yes",
            "violator_relation": "stranger",
            "violator_lives_with_child": "yes",
        },
        "stranger_at_home",
    ),
    ({"applicant_kind": "anonymous", "applicant_name": "Айгүл"}, "name_of_anonymous"),
    ({"safe_to_call": "no"}, "no_way_back"),
]


@pytest.mark.parametrize(("values", "doubt"), CONTRADICTING)
def test_values_that_contradict_are_doubted(values, doubt):
    assert [doubt] == [one.id for one in FORM.doubts(values)]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"concerned_age": "17", "concerned_is_child": "yes"},
        {"concerned_age": "18", "concerned_is_child": "no"},
        {"concerned_age": "жасы белгісіз", "concerned_is_child": "no"},
        {"urgent": "yes", "urgent_why": "қазір", "danger": "life"},
        {"danger": "none", "urgent": "no"},
        {"concerned_is_applicant": "yes", "applicant_relation": "self"},
        {"concerned_is_applicant": "yes"},
        {"safe_to_call": "no", "applicant_email": "a@example.kz"},
    ],
)
def test_values_that_agree_are_not_doubted(values):
    assert () == FORM.doubts(values)


def test_every_doubt_can_arise():
    assert {one.id for one in FORM.every_doubt} == {doubt for _, doubt in CONTRADICTING}


def test_an_auditor_sees_no_number_address_or_whereabouts():
    unseen = FORM.seen("consultant") - FORM.seen("auditor")
    assert {
        "applicant_iin",
        "applicant_phone",
        "applicant_email",
        "applicant_address",
        "concerned_address",
        "concerned_disability",
        "place_address",
        "call_window",
    } == unseen
    assert set(FORM.fields) == FORM.seen("consultant") == FORM.seen("supervisor")
    assert frozenset() == FORM.seen("nobody")


def test_every_free_text_of_a_person_is_found_by_words_and_every_name_by_name():
    assert {"applicant_name", "organisation_name", "concerned_name", "violator_name"} == {
        one.id for one in FORM.fields.values() if one.search is Search.NAME
    }
    assert [] == [
        one.id
        for one in FORM.fields.values()
        if one.type is FieldType.LONG_TEXT and one.search is not Search.WORDS
    ]


FITS = [
    ("applicant_iin", IIN),
    ("applicant_iin", "8012 3110 0003"),
    ("organisation_bin", BIN),
    ("applicant_phone", "8 701 000 00 01"),
    ("applicant_phone", "+7 (727) 250-00-01"),
    ("applicant_email", "name.surname+111@mail.example.kz"),
    ("concerned_age", "0"),
    ("concerned_age", "120"),
    ("topic", "13"),
    ("reason", "4.02"),
    ("reason", "13.11"),
    ("region", "ulytau"),
    ("urgent", "no"),
    ("matter", "Бірінші жол\r\nекінші жол"),
    ("referred_to", "1414"),
    *((name, "") for name in IDS),
    *((name, "  ") for name in IDS),
]
UNFIT = [
    ("applicant_iin", "801231100004", UnfitCode.CHECK_DIGIT, {}),
    ("applicant_iin", "80123110000", UnfitCode.NOT_TWELVE_DIGITS, {"count": 11}),
    ("applicant_iin", "80123110000З", UnfitCode.NOT_TWELVE_DIGITS, {"count": 11}),
    ("applicant_iin", "000000000000", UnfitCode.IIN_DATE, {}),
    ("applicant_iin", BIN, UnfitCode.IIN_DATE, {}),
    ("organisation_bin", IIN, UnfitCode.BIN_KIND, {}),
    ("applicant_phone", "777", UnfitCode.PHONE_UNFIT, {}),
    ("applicant_phone", "+7 701 000 00 01, +7 701 000 00 02", UnfitCode.PHONE_SEVERAL, {}),
    ("applicant_email", "name@", UnfitCode.EMAIL_UNFIT, {}),
    ("applicant_email", "name@example.kz, other@example.kz", UnfitCode.EMAIL_UNFIT, {}),
    ("applicant_email", "na..me@example.kz", UnfitCode.EMAIL_UNFIT, {}),
    ("applicant_email", "<name@example.kz>", UnfitCode.EMAIL_UNFIT, {}),
    ("concerned_age", "121", UnfitCode.OUT_OF_RANGE, {"least": 0, "greatest": 120}),
    ("concerned_age", "-1", UnfitCode.NOT_A_NUMBER, {}),
    ("concerned_age", "он екі", UnfitCode.NOT_A_NUMBER, {}),
    ("concerned_age", "۱۲", UnfitCode.NOT_A_NUMBER, {}),
    ("topic", "14", UnfitCode.TOPIC_UNKNOWN, {}),
    ("topic", "04", UnfitCode.TOPIC_UNKNOWN, {}),
    ("reason", "4.2", UnfitCode.REASON_UNFIT, {}),
    ("reason", "14.01", UnfitCode.REASON_UNFIT, {}),
    ("kind", "wish", UnfitCode.NOT_A_CHOICE, {"choices": "application, complaint"}),
    ("urgent", "maybe", UnfitCode.NOT_A_CHOICE, {"choices": "yes, no"}),
    ("applicant_name", "Аты\nЖөні", UnfitCode.NO_TEXT, {}),
    ("applicant_email", "name@example.kz\r\nBcc: x@example.kz", UnfitCode.NO_TEXT, {}),
    ("matter", "a\x00b", UnfitCode.NO_TEXT, {}),
    ("applicant_name", "а" * 201, UnfitCode.TOO_LONG, {"count": 201, "most": 200}),
    ("matter", "а" * 10001, UnfitCode.TOO_LONG, {"count": 10001, "most": 10000}),
    ("weather", "rain", UnfitCode.UNKNOWN_FIELD, {"field": "weather"}),
]


@pytest.mark.parametrize(("field", "text"), FITS)
def test_a_text_that_fits_is_taken(field: str, text: str):
    assert check(FORM, field, text) is None


@pytest.mark.parametrize(("field", "text", "code", "fields"), UNFIT)
def test_a_text_that_does_not_fit_is_refused_by_its_code(field, text, code, fields):
    assert Unfit(code, fields) == check(FORM, field, text)


def test_every_code_of_a_refusal_has_its_sentence_and_can_arise():
    assert set(UnfitCode) == set(SENTENCES)
    assert set(UnfitCode) == {code for _, _, code, _ in UNFIT}
    for _, _, code, fields in UNFIT:
        assert "{" not in Unfit(code, fields).told()


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("applicant_phone", " 8 701 000 00 01 ", "+77010000001"),
        ("applicant_phone", "белгісіз", "белгісіз"),
        ("applicant_iin", "8012-3110 0003", IIN),
        ("applicant_iin", "сегіз", "сегіз"),
        ("concerned_age", "07", "7"),
        ("matter", " а\r\nб ", "а\nб"),
        ("kind", " complaint ", "complaint"),
    ],
)
def test_a_text_is_kept_in_one_form_and_what_does_not_fit_as_it_was_typed(field, text, kept):
    assert kept == tidy(FORM, field, text)
    assert kept == tidy(FORM, field, kept)


@pytest.mark.parametrize("number", [IIN, BIN])
def test_a_wrong_digit_of_an_iin_or_bin_is_found_but_for_the_eleventh_which_the_law_weighs_with_eleven(
    number,
):
    field = "applicant_iin" if number == IIN else "organisation_bin"
    missed = [
        at
        for at in range(12)
        for digit in "0123456789"
        if digit != number[at] and check(FORM, field, number[:at] + digit + number[at + 1 :]) is None
    ]
    assert 9 == missed.count(10)
    assert len(missed) <= 10  # one more, by the second weights


def test_the_check_digit_takes_other_weights_where_the_first_remainder_is_ten():
    digits = [int(digit) for digit in "80123110000"]
    both = {True: 0, False: 0}
    for serial in range(1000):
        digits[7:10] = [int(one) for one in f"{serial:03}"]
        first = sum((place + 1) * digit for place, digit in enumerate(digits)) % 11
        second = sum((place + 2) % 11 * digit + digit for place, digit in enumerate(digits)) % 11
        expected = first if first < 10 else second if second < 10 else None
        assert expected == check_digit(digits)
        both[first == 10] += 1
    assert min(both.values()) > 0


def test_every_field_and_value_that_the_rules_of_whom_to_tell_name_is_in_the_form():
    for rule in tomllib.loads(RULES.read_text(encoding="utf-8"))["rules"]:
        for name, values in {**rule.get("when", {}), **rule.get("unless", {})}.items():
            assert set() == set(values) - {one.id for one in FORM.fields[name].choices}, rule["id"]
        assert rule.get("ask", "urgent") in FORM.fields
