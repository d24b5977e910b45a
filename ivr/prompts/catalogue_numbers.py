"""The words that numbers, places, times and dates are put together from."""

from itertools import chain

from ivr.prompts.prompt import Prompt

# One Kazakh and one Russian word per number; 11 to 19 are recorded whole.
_CARDINALS = """
0 нөл|ноль
1 бір|один
2 екі|два
3 үш|три
4 төрт|четыре
5 бес|пять
6 алты|шесть
7 жеті|семь
8 сегіз|восемь
9 тоғыз|девять
10 он|десять
11 он бір|одиннадцать
12 он екі|двенадцать
13 он үш|тринадцать
14 он төрт|четырнадцать
15 он бес|пятнадцать
16 он алты|шестнадцать
17 он жеті|семнадцать
18 он сегіз|восемнадцать
19 он тоғыз|девятнадцать
20 жиырма|двадцать
30 отыз|тридцать
40 қырық|сорок
50 елу|пятьдесят
60 алпыс|шестьдесят
70 жетпіс|семьдесят
80 сексен|восемьдесят
90 тоқсан|девяносто
100 жүз|сто
200 |двести
300 |триста
400 |четыреста
500 |пятьсот
600 |шестьсот
700 |семьсот
800 |восемьсот
900 |девятьсот
1000 мың|тысяча
1000000 миллион|миллион
1_f |одна
1_n |одно
2_f |две
1000_few |тысячи
1000_many |тысяч
1000000_few |миллиона
1000000_many |миллионов
"""

_ORDINALS = """
1 бірінші|первый
2 екінші|второй
3 үшінші|третий
4 төртінші|четвёртый
5 бесінші|пятый
6 алтыншы|шестой
7 жетінші|седьмой
8 сегізінші|восьмой
9 тоғызыншы|девятый
10 оныншы|десятый
11 он бірінші|одиннадцатый
12 он екінші|двенадцатый
13 он үшінші|тринадцатый
14 он төртінші|четырнадцатый
15 он бесінші|пятнадцатый
16 он алтыншы|шестнадцатый
17 он жетінші|семнадцатый
18 он сегізінші|восемнадцатый
19 он тоғызыншы|девятнадцатый
20 жиырмасыншы|двадцатый
30 отызыншы|тридцатый
40 қырқыншы|сороковой
50 елуінші|пятидесятый
60 алпысыншы|шестидесятый
70 жетпісінші|семидесятый
80 сексенінші|восьмидесятый
90 тоқсаныншы|девяностый
100 жүзінші|сотый
200 |двухсотый
300 |трёхсотый
400 |четырёхсотый
500 |пятисотый
600 |шестисотый
700 |семисотый
800 |восьмисотый
900 |девятисотый
"""

_WORDS = """
month_1 қаңтар|января
month_2 ақпан|февраля
month_3 наурыз|марта
month_4 сәуір|апреля
month_5 мамыр|мая
month_6 маусым|июня
month_7 шілде|июля
month_8 тамыз|августа
month_9 қыркүйек|сентября
month_10 қазан|октября
month_11 қараша|ноября
month_12 желтоқсан|декабря
year жылғы|года
hour сағат|час
hour_few |часа
hour_many |часов
minute минут|минута
minute_few |минуты
minute_many |минут
second секунд|секунда
second_few |секунды
second_many |секунд
exactly |ровно
ordinal_1000 мыңыншы|
ordinal_2000_g |двухтысячного
"""


def _rows(table: str) -> list[tuple[str, str, str]]:
    """(key, Kazakh, Russian) of each line."""
    found = []
    for line in table.strip().splitlines():
        key, _, texts = line.partition(" ")
        kk, _, ru = texts.partition("|")
        found.append((key, kk, ru))
    return found


def _russian_forms(ordinal: str) -> tuple[str, str, str]:
    """Feminine, neuter, and the genitive that masculine and neuter share."""
    stem = ordinal[:-2]
    if ordinal == "третий":
        return stem + "ья", stem + "ье", stem + "ьего"
    return stem + "ая", stem + "ое", stem + "ого"


def _cardinal(key: str, kk: str, ru: str) -> Prompt:
    return Prompt(f"number_{key}", kk, ru, "A number, or part of one.", most=2.0)


def _ordinal(key: str, kk: str, ru: str) -> tuple[Prompt, ...]:
    feminine, neuter, genitive = _russian_forms(ru)
    return (
        Prompt(f"ordinal_{key}", kk, ru, "Which one: a place, a day.", most=2.5),
        Prompt(f"ordinal_{key}_f", "", feminine, "Which one, feminine.", most=2.5),
        Prompt(f"ordinal_{key}_n", "", neuter, "Which one, neuter: the day of a date.", most=2.5),
        Prompt(f"ordinal_{key}_g", "", genitive, "Of which one: the year of a date.", most=2.5),
    )


NUMBERS = (
    *(_cardinal(*row) for row in _rows(_CARDINALS)),
    *chain.from_iterable(_ordinal(*row) for row in _rows(_ORDINALS)),
    *(Prompt(name, kk, ru, "Part of a time or date.", most=2.0) for name, kk, ru in _rows(_WORDS)),
)
