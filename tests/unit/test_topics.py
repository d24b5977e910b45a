"""Topics as data: every fault refuses the start; who is competent; what may leave, and what never."""

import copy
import re
from pathlib import Path

import pytest

from appeals.form.checks import DIRECTIONS, check
from appeals.form.loading import load_form
from appeals.model.appeal import HelpKind
from appeals.model.body import BodyKind
from appeals.model.words import KAZAKH_LETTERS
from appeals.topics.document import document
from appeals.topics.faults import OURS, all_words
from appeals.topics.finding import find
from appeals.topics.labels import Labels
from appeals.topics.loading import TopicsUnfit, load_topics, read_files, topics_of
from appeals.topics.topics import IDENTITY, GuidePart

FORM = load_form()
TOPICS = load_topics(FORM)
DATA = read_files()
LINES = [line for reason in TOPICS.reasons.values() for line in reason.guide]
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "topics.md"
ANYWHERE = [(topic, body) for topic in DIRECTIONS for body in BodyKind]
LAW = {  # how each direction of clause 10 begins
    "1": ("адам мен азаматтың құқықтары", "защита и восстановление прав"),
    "2": ("адамның өмірін, денсаулығын", "защита жизни, здоровья, прав"),
    "3": ("жеке және заңды тұлғаларға заң көмегін", "организация и оказание юридической помощи"),
    "4": ("балалардың құқықтарын қорғау, мектепке", "охрана прав детей, дошкольное"),
    "5": ("мүгедектігі бар адамдарды әлеуметтік", "социальная защита лиц с инвалидностью"),
    "6": ("денсаулық сақтау, халықтың", "охрана здоровья, сохранение"),
    "7": ("табиғи және техногендік", "предупреждение и ликвидация чрезвычайных"),
    "8": ("сыртқы саяси қызметті", "относящиеся к компетенции ведомства"),
    "9": ("мемлекеттік жастар және отбасы", "государственная молодежная и семейная"),
    "10": ("жұмылдыру, әскери білім", "мобилизация, военное образование"),
    "11": ("ветеринариялық бақылау", "ветеринарный контроль и надзор"),
    "12": ("теміржол, автомобиль", "железнодорожный, автомобильный"),
    "13": ("туризм, дене шынықтыру", "туризм, физическая культура"),
}


def spoilt(change):
    data = copy.deepcopy(DATA)
    change(data)
    return data


def reason_of(data, name):
    return next(one for one in data["reason"] if one["id"] == name)


def test_directions_are_the_thirteen_of_clause_10_in_its_words_with_an_everyday_name():
    assert list(DIRECTIONS) == [one.id for one in TOPICS.directions]
    for one in TOPICS.directions:
        kk, ru = LAW[one.id]
        assert one.law.kk.startswith(kk), one.id
        assert one.law.ru.startswith(ru), one.id
        assert len(one.name.kk) < len(one.law.kk)


def test_each_reason_is_reached_from_its_direction_and_taken_by_the_form():
    reached = [reason.id for one in TOPICS.directions for reason in one.reasons]
    assert list(TOPICS.reasons) == reached
    assert [] == [name for name in reached if check(FORM, "reason", name) is not None]
    assert {6, 7, 8, 10, 12} == {len(one.reasons) for one in TOPICS.directions}


def test_kazakh_words_use_all_kazakh_letters_and_are_not_the_russian_ones():
    kazakh = " ".join(words.kk for _, words in all_words(TOPICS)).lower()
    assert set() == KAZAKH_LETTERS - set(kazakh)
    assert [] == [whose for whose, words in all_words(TOPICS) if words.kk == words.ru]
    lacking = [
        line.kk
        for reason in TOPICS.reasons.values()
        for line in reason.guide
        if len(line.kk) > 50 and not KAZAKH_LETTERS & set(line.kk.lower())
    ]
    assert [] == lacking


def test_each_guide_asks_says_avoids_and_tells():
    for reason in TOPICS.reasons.values():
        assert list(dict.fromkeys(line.part for line in reason.guide)) == list(GuidePart)


def test_a_guide_that_names_another_reason_or_direction_names_one_that_is_there():
    text = "\n".join(line.of(language) for line in LINES for language in ("kk", "ru"))
    assert set() == set(re.findall(r"\b\d+\.\d\d\b", text)) - set(TOPICS.reasons)
    numbers = re.findall(r"(\d+)-бағыт|направлени[юе] (\d+)", text)
    assert {"2"} == {one or other for one, other in numbers}


def test_a_guide_promises_no_sum_share_or_term():
    numbers = {number for line in LINES for number in re.findall(r"\d+", re.sub(r"\d+\.\d\d", "", line.ru))}
    assert numbers <= {"101", "103", "112", "1414", "18", "2"}  # whom to call, whose rights, which direction


def test_the_three_kinds_of_help_have_words_a_guide_and_reasons():
    assert list(HelpKind) == [one.id for one in TOPICS.helps]
    assert set(HelpKind) == {reason.help for reason in TOPICS.reasons.values()}


@pytest.mark.parametrize(
    ("reason", "child", "urgent", "competent"),
    [
        ("2.01", False, True, (BodyKind.INTERNAL_AFFAIRS,)),
        ("2.03", True, True, (BodyKind.INTERNAL_AFFAIRS, BodyKind.GUARDIANSHIP)),
        ("2.06", True, True, (BodyKind.INTERNAL_AFFAIRS,)),
        ("3.01", False, False, (BodyKind.JUSTICE,)),
        ("4.01", True, False, (BodyKind.EDUCATION,)),
        ("4.07", True, True, (BodyKind.GUARDIANSHIP, BodyKind.INTERNAL_AFFAIRS)),
        ("5.04", False, True, (BodyKind.CRISIS_CENTRE,)),
        ("5.07", False, False, (BodyKind.LABOUR,)),
        ("6.02", True, True, (BodyKind.HEALTH,)),
        ("8.01", False, True, (BodyKind.CENTRAL,)),
    ],
)
def test_a_reason_says_whom_it_concerns_how_fast_and_who_is_competent(reason, child, urgent, competent):
    one = TOPICS.reasons[reason]
    assert (child, urgent, competent) == (one.child, one.urgent, TOPICS.competent(reason))


def test_who_is_competent_is_told_by_the_reason_else_by_the_direction():
    assert (BodyKind.LABOUR,) == TOPICS.competent_for({"topic": "5", "reason": "5.07"})
    assert (BodyKind.SOCIAL_PROTECTION,) == TOPICS.competent_for({"topic": "5"})
    assert (BodyKind.SOCIAL_PROTECTION,) == TOPICS.competent_for({"topic": "5", "reason": "5.99"})
    assert () == TOPICS.competent_for({})


def test_whom_the_rules_of_danger_and_of_childrens_rights_name_is_not_competent_by_a_reason():
    by_rule = {BodyKind.AMBULANCE, BodyKind.COMMISSIONER, BodyKind.NATIONAL_COMMISSIONER, BodyKind.COMMITTEE}
    assert [] == [one.id for one in TOPICS.reasons.values() if by_rule & set(one.competent)]
    used = {body for one in TOPICS.reasons.values() for body in one.competent}
    assert set(BodyKind) - by_rule == used


@pytest.mark.parametrize(("topic", "body"), ANYWHERE)
@pytest.mark.parametrize("kind", ["anonymous", "", "unheard of"])
def test_of_an_applicant_who_is_not_known_by_name_nothing_that_tells_who_it_is_leaves(topic, body, kind):
    assert frozenset() == TOPICS.white_list(topic, body, kind) & IDENTITY


@pytest.mark.parametrize("body", BodyKind)
def test_every_kind_of_body_gets_the_matter_and_the_region_and_nothing_of_ours(body):
    for topic in (*DIRECTIONS, ""):
        told = TOPICS.white_list(topic, body, "natural")
        assert {"matter", "region", "locality"} <= told <= set(FORM.fields)
        assert frozenset() == told & OURS


def test_the_police_get_place_person_violator_and_danger():
    needed = {
        "place_address",
        "region",
        "locality",
        "concerned_name",
        "concerned_age",
        "violator_name",
        "violator_relation",
        "violator_lives_with_child",
        "danger",
        "urgent_why",
    }
    for topic in DIRECTIONS:
        assert needed <= TOPICS.white_list(topic, BodyKind.INTERNAL_AFFAIRS, "anonymous")


def test_a_complaint_about_a_school_tells_nobody_where_the_applicant_lives_or_who_it_is():
    told = TOPICS.white_list("4", BodyKind.EDUCATION, "natural")
    assert frozenset() == told & (IDENTITY | {"concerned_address", "place_address", "concerned_disability"})


def test_a_number_leaves_only_together_with_whether_it_is_safe_to_call():
    for topic, body in ANYWHERE:
        told = TOPICS.white_list(topic, body, "natural")
        assert ("applicant_phone" in told) <= ("safe_to_call" in told), (topic, body)


def test_an_iin_leaves_only_where_a_benefit_is_asked_for_and_no_address_of_the_applicant_ever():
    iin = {pair for pair in ANYWHERE if "applicant_iin" in TOPICS.white_list(*pair, "natural")}
    assert {("5", BodyKind.SOCIAL_PROTECTION)} == iin
    assert [] == [pair for pair in ANYWHERE if "applicant_address" in TOPICS.white_list(*pair, "natural")]


def test_a_crisis_centre_is_not_told_who_the_violator_is():
    for topic in DIRECTIONS:
        assert "violator_name" not in TOPICS.white_list(topic, BodyKind.CRISIS_CENTRE, "natural")


@pytest.mark.parametrize(
    ("values", "doubts"),
    [
        ({}, []),
        ({"topic": "4"}, []),
        ({"topic": "4", "reason": "4.99"}, []),
        ({"topic": "4", "reason": "4.01"}, []),
        ({"reason": "4.01", "concerned_is_child": "yes"}, []),
        ({"topic": "5", "reason": "4.01"}, ["reason_of_another_direction"]),
        ({"topic": "4", "reason": "4.01", "concerned_is_child": "no"}, ["child_reason_of_adult"]),
        ({"topic": "2", "reason": "2.01"}, ["reason_often_urgent"]),
        ({"topic": "2", "reason": "2.01", "urgent": "no"}, []),
    ],
)
def test_a_reason_that_does_not_suit_is_doubted_and_never_in_the_way(values, doubts):
    assert doubts == [one.id for one in TOPICS.doubts(values)]


def test_doubts_name_fields_of_the_form():
    assert set() == {name for one in TOPICS.every_doubt for name in one.fields} - set(FORM.fields)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("алимент", "3.01"),
        ("Алименты взыскать", "3.01"),
        ("буллинг", "4.01"),
        ("травля школ", "4.01"),
        ("жоғалып", "2.06"),
        ("жогалып", "2.06"),  # on a keyboard without Kazakh letters
        ("өлгісі", "6.02"),
        ("олгiсi", "6.02"),  # with a Latin i
        ("не хочет жить", "6.01"),
        ("пропал", "2.06"),
        ("МИЛОСТЫНЮ", "2.09"),
        ("4.02", "4.02"),
        ("выселение", "3.08"),
    ],
)
def test_a_reason_is_found_by_what_is_typed_in_either_language(typed, first):
    assert first == find(TOPICS, typed)[0].id


def test_each_reason_is_found_by_its_label_in_both_languages_and_by_its_id():
    for reason in TOPICS.reasons.values():
        for typed in (reason.id, reason.label.kk, reason.label.ru):
            assert reason in find(TOPICS, typed), typed


def test_nothing_typed_and_nothing_known_find_nothing():
    assert () == find(TOPICS, "") == find(TOPICS, " , ") == find(TOPICS, "қыңғыр-жыңғыр")


def test_a_word_of_the_direction_finds_its_reasons_behind_those_that_say_it_themselves():
    found = [one.id for one in find(TOPICS, "пенсия")]
    assert ["5.05"] == found
    assert {one.id for one in TOPICS.directions[4].reasons} == {one.id for one in find(TOPICS, "миграция")}
    assert "5.10" == find(TOPICS, "миграция")[0].id


@pytest.mark.parametrize(
    ("field", "value", "language", "said"),
    [
        ("topic", "4", "kk", ("Бағыт", "4. Балалар, мектеп, балабақша, оқу")),
        ("reason", "4.01", "ru", ("Причина", "4.01. Травля в школе (буллинг)")),
        ("reason", "4.99", "ru", ("Причина", "4.99")),
        ("topic", "", "ru", ("Направление", "")),
        ("region", "abai", "ru", ("Регион", "Область Абай")),
        ("urgent", "yes", "kk", ("Шұғыл", "Иә")),
        ("danger", "both", "ru", ("Есть ли опасность сейчас", "и для жизни, и для здоровья")),
        ("matter", "Бала жылап отыр", "ru", ("Что случилось", "Бала жылап отыр")),
        ("referred_to", "1414", "kk", ("Қайда хабарласуы керек", "1414")),
    ],
)
def test_a_value_is_read_in_words(field, value, language, said):
    assert said == Labels(FORM, TOPICS)(field, value, language)


def no_russian(data):
    del reason_of(data, "2.01")["label"]["ru"]


def empty_line(data):
    reason_of(data, "2.01")["guide"][0]["kk"] = ""


def latin_i(data):
    reason_of(data, "2.01")["guide"][0]["kk"] = "Kімге"


def kazakh_in_russian(data):
    data["direction"][0]["name"]["ru"] = "Құқық"


def direction_missing(data):
    del data["direction"][12]
    data["reason"] = [one for one in data["reason"] if not one["id"].startswith("13.")]


def reason_twice(data):
    data["reason"].append(copy.deepcopy(reason_of(data, "4.02")))


def reason_of_no_direction(data):
    reason_of(data, "4.02")["id"] = "14.02"


def number_left_out(data):
    reason_of(data, "4.12")["id"] = "4.13"


def too_few(data):
    data["reason"] = [one for one in data["reason"] if one["id"] not in ("13.05", "13.06")]


def short_guide(data):
    reason_of(data, "2.01")["guide"] = reason_of(data, "2.01")["guide"][:3]


def guide_upside_down(data):
    reason_of(data, "2.01")["guide"].reverse()


def guide_that_never_asks(data):
    for line in reason_of(data, "2.01")["guide"]:
        line["part"] = "say" if line["part"] == "ask" else line["part"]


def line_too_long(data):
    reason_of(data, "2.01")["guide"][0]["kk"] = "қазір қайдасыз " * 20 + "?"


def unknown_body(data):
    reason_of(data, "2.01")["competent"] = ["army"]


def competent_twice(data):
    reason_of(data, "2.01")["competent"] = ["health", "health"]


def nobody_competent(data):
    data["direction"][3]["competent"] = []


def unknown_help(data):
    reason_of(data, "2.01")["help"] = "money"


def help_missing(data):
    del data["help"][2]


def unknown_doubt(data):
    data["doubt"][0]["id"] = "weather"


def list_of_no_field(data):
    data["list"][0]["fields"].append("weather")


def list_of_what_is_ours(data):
    data["list"][0]["fields"].append("closing_note")


def list_of_no_direction(data):
    data["list"][1]["topics"] = ["14"]


def body_without_list(data):
    data["list"] = [one for one in data["list"] if "labour" not in one["bodies"]]


def empty_list(data):
    data["list"][0]["fields"] = []


def unknown_key(data):
    data["reason"][0]["colour"] = "red"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (no_russian, "label.ru"),
        (empty_line, "2.01 ask: no kk text"),
        (latin_i, "2.01 ask: kk: Latin letters inside a word"),
        (kazakh_in_russian, "1: ru: Kazakh letters"),
        (direction_missing, "directions: not the 13"),
        (reason_twice, "4.02: stands twice"),
        (reason_of_no_direction, "14.02: no such direction"),
        (number_left_out, "4: its reasons are not numbered one after another"),
        (too_few, "13: 4 reasons"),
        (short_guide, "2.01: a guide of 3 lines"),
        (guide_upside_down, "2.01: a guide asks, says, avoids, tells"),
        (guide_that_never_asks, "2.01: a guide asks, says, avoids, tells"),
        (line_too_long, "2.01: a line too long"),
        (unknown_body, "competent"),
        (competent_twice, "2.01: competent: somebody, and each once"),
        (nobody_competent, "4: nobody is competent"),
        (unknown_help, "help"),
        (help_missing, "help: not the three kinds"),
        (unknown_doubt, "doubts: not those that can arise"),
        (list_of_no_field, "white-list of internal_affairs: no field weather"),
        (list_of_what_is_ours, "white-list of internal_affairs: closing_note never leaves"),
        (list_of_no_direction, "white-list of internal_affairs: no direction 14"),
        (body_without_list, "labour: no white-list"),
        (empty_list, "white-list of internal_affairs: nothing"),
        (unknown_key, "colour"),
    ],
)
def test_a_fault_of_the_data_refuses_the_start_and_is_named(change, says):
    with pytest.raises(TopicsUnfit) as why:
        topics_of(spoilt(change), FORM)
    assert says in str(why.value)


def test_the_document_is_what_the_data_say():
    """Anew: write `document(load_topics(load_form()), load_form())` to docs/topics.md."""
    assert document(TOPICS, FORM) == DOCUMENT.read_text(encoding="utf-8")
