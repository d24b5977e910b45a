"""Numbers, places, times and dates are said rightly in both languages."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from ivr import spoken
from ivr.prompts.catalogue import CATALOGUE, LANGUAGES
from ivr.prompts.catalogue_numbers import NUMBERS

SMALL = (*range(1200), *range(1_990, 2_130), *range(20_990, 22_030))
BORDERS = (99_999, 100_000, 100_001, 101_000, 111_111, 999_999, 1_000_000, 1_000_001, 1_001_001, 2_000_000)
MORE = (5_000_000, 11_011_011, 21_000_000, 22_022_022, 112_112_112, 121_001_999, 999_999_999)


def oracle(number: int, language: str, **form: str) -> str:
    return str(num2words(number, lang="kz" if language == "kk" else "ru", **form))


@pytest.mark.parametrize("language", LANGUAGES)
def test_cardinals_are_those_of_num2words(language: str) -> None:
    for number in (*SMALL, *BORDERS, *MORE):
        assert spoken.cardinal(language, number).text == oracle(number, language)


@given(number=st.integers(0, 999_999_999), language=st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_any_cardinal_is_that_of_num2words(number: int, language: str) -> None:
    assert spoken.cardinal(language, number).text == oracle(number, language)


# Below a million: num2words says «одна миллион», for a million is masculine whatever is counted.
@given(number=st.integers(0, 999_999), gender=st.sampled_from("mfn"))
@settings(max_examples=300, deadline=None)
def test_russian_cardinals_take_the_gender(number: int, gender: str) -> None:
    assert spoken.cardinal("ru", number, gender).text == oracle(number, "ru", gender=gender)


def test_a_million_is_masculine_whatever_is_counted() -> None:
    assert spoken.cardinal("ru", 1_002_001, "f").text == "один миллион две тысячи одна"
    assert spoken.cardinal("ru", 2_000_002, "f").text == "два миллиона две"


@pytest.mark.parametrize("gender", ["m", "f", "n"])
def test_russian_ordinals_are_those_of_num2words(gender: str) -> None:
    for number in range(1, 1000):
        ours = spoken.ordinal("ru", number, gender).text.replace("ё", "е")
        assert ours == oracle(number, "ru", to="ordinal", gender=gender).replace("ё", "е")


# From here on checked by hand.
@pytest.mark.parametrize(
    ("number", "kk", "ru"),
    [
        (1, "бірінші", "первый"),
        (2, "екінші", "второй"),
        (3, "үшінші", "третий"),
        (4, "төртінші", "четвёртый"),
        (6, "алтыншы", "шестой"),
        (9, "тоғызыншы", "девятый"),
        (10, "оныншы", "десятый"),
        (11, "он бірінші", "одиннадцатый"),
        (19, "он тоғызыншы", "девятнадцатый"),
        (20, "жиырмасыншы", "двадцатый"),
        (21, "жиырма бірінші", "двадцать первый"),
        (30, "отызыншы", "тридцатый"),
        (40, "қырқыншы", "сороковой"),
        (50, "елуінші", "пятидесятый"),
        (60, "алпысыншы", "шестидесятый"),
        (70, "жетпісінші", "семидесятый"),
        (80, "сексенінші", "восьмидесятый"),
        (90, "тоқсаныншы", "девяностый"),
        (100, "жүзінші", "сотый"),
        (101, "жүз бірінші", "сто первый"),
        (112, "жүз он екінші", "сто двенадцатый"),
        (200, "екі жүзінші", "двухсотый"),
        (343, "үш жүз қырық үшінші", "триста сорок третий"),
        (999, "тоғыз жүз тоқсан тоғызыншы", "девятьсот девяносто девятый"),
    ],
)
def test_ordinals(number: int, kk: str, ru: str) -> None:
    assert (spoken.ordinal("kk", number).text, spoken.ordinal("ru", number).text) == (kk, ru)


@pytest.mark.parametrize(
    ("at", "kk", "ru"),
    [
        ("00:00", "сағат нөл", "ноль часов ровно"),
        ("00:05", "сағат нөл бес минут", "ноль часов пять минут"),
        ("01:01", "сағат бір бір минут", "один час одна минута"),
        ("02:22", "сағат екі жиырма екі минут", "два часа двадцать две минуты"),
        ("09:00", "сағат тоғыз", "девять часов ровно"),
        ("11:11", "сағат он бір он бір минут", "одиннадцать часов одиннадцать минут"),
        ("14:30", "сағат он төрт отыз минут", "четырнадцать часов тридцать минут"),
        ("21:41", "сағат жиырма бір қырық бір минут", "двадцать один час сорок одна минута"),
        ("23:54", "сағат жиырма үш елу төрт минут", "двадцать три часа пятьдесят четыре минуты"),
    ],
)
def test_times_of_day(at: str, kk: str, ru: str) -> None:
    time = datetime.time.fromisoformat(at)
    assert (spoken.clock("kk", time).text, spoken.clock("ru", time).text) == (kk, ru)


@pytest.mark.parametrize(
    ("day", "kk", "ru"),
    [
        (
            "2026-11-22",
            "екі мың жиырма алтыншы жылғы жиырма екінші қараша",
            "двадцать второе ноября две тысячи двадцать шестого года",
        ),
        (
            "2000-01-01",
            "екі мыңыншы жылғы бірінші қаңтар",
            "первое января двухтысячного года",
        ),
        (
            "2001-03-08",
            "екі мың бірінші жылғы сегізінші наурыз",
            "восьмое марта две тысячи первого года",
        ),
        (
            "1999-12-31",
            "мың тоғыз жүз тоқсан тоғызыншы жылғы отыз бірінші желтоқсан",
            "тридцать первое декабря тысяча девятьсот девяносто девятого года",
        ),
        (
            "1900-05-03",
            "мың тоғыз жүзінші жылғы үшінші мамыр",
            "третье мая тысяча девятисотого года",
        ),
        (
            "2100-09-30",
            "екі мың жүзінші жылғы отызыншы қыркүйек",
            "тридцатое сентября две тысячи сотого года",
        ),
    ],
)
def test_dates(day: str, kk: str, ru: str) -> None:
    date = datetime.date.fromisoformat(day)
    assert (spoken.date("kk", date).text, spoken.date("ru", date).text) == (kk, ru)


@pytest.mark.parametrize(
    ("seconds", "kk", "ru"),
    [
        (0, "нөл секунд", "ноль секунд"),
        (0.4, "нөл секунд", "ноль секунд"),
        (1, "бір секунд", "одна секунда"),
        (62, "бір минут екі секунд", "одна минута две секунды"),
        (300, "бес минут", "пять минут"),
        (3600, "бір сағат", "один час"),
        (7384, "екі сағат үш минут төрт секунд", "два часа три минуты четыре секунды"),
        (75_611, "жиырма бір сағат он бір секунд", "двадцать один час одиннадцать секунд"),
        (360_060, "жүз сағат бір минут", "сто часов одна минута"),
    ],
)
def test_durations(seconds: float, kk: str, ru: str) -> None:
    time = datetime.timedelta(seconds=seconds)
    assert (spoken.duration("kk", time).text, spoken.duration("ru", time).text) == (kk, ru)


def test_the_place_in_the_queue_needs_no_agreement() -> None:
    assert spoken.place("kk", 3).text == "Сіздің кезектегі орныңыз үшінші"
    assert spoken.place("ru", 3).text == "Ваш номер в очереди третий"
    assert spoken.place("ru", 3).sounds == ("place_is", "ordinal_3")


def test_a_place_that_cannot_be_said_is_silence_and_not_an_error() -> None:
    assert [spoken.place("ru", place).sounds for place in (0, -1, 1000)] == [(), (), ()]


def test_digits_are_dictated_one_by_one() -> None:
    assert spoken.digits("ru", "0112").text == "ноль один один два"
    assert spoken.digits("kk", "0112").text == "нөл бір бір екі"


def test_what_cannot_be_said_is_refused() -> None:
    for number in (-1, 1_000_000_000):
        with pytest.raises(ValueError, match="not within"):
            spoken.cardinal("kk", number)
    for number in (0, 1000):
        with pytest.raises(ValueError, match="not within"):
            spoken.ordinal("ru", number)
    for text in ("", "1a", "²", "١"):
        with pytest.raises(ValueError, match="not digits"):
            spoken.digits("kk", text)


def everything_said(language: str) -> set[str]:
    """Names of all sounds the composer can give: each word is reached within these ranges."""
    said: set[str] = set()
    for number in (*SMALL, *BORDERS, *MORE):
        said.update(*(spoken.cardinal(language, number, gender).sounds for gender in "mfn"))
    for number in range(1, 1000):
        said.update(*(spoken.ordinal(language, number, gender).sounds for gender in "mfn"))
    for year in range(1001, 3000):
        said.update(spoken.date(language, datetime.date(year, year % 12 + 1, year % 28 + 1)).sounds)
    for minute in range(24 * 60):
        said.update(spoken.clock(language, datetime.time(minute // 60, minute % 60)).sounds)
    for seconds in range(0, 90_000, 61):
        said.update(spoken.duration(language, datetime.timedelta(seconds=seconds)).sounds)
    return said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_every_sound_the_composer_gives_and_no_idle_one(language: str) -> None:
    assert everything_said(language) == {p.name for p in NUMBERS if p.spoken_in(language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_composed_sound_has_words_in_the_language(language: str) -> None:
    assert [name for name in everything_said(language) if not CATALOGUE[name].text(language)] == []
