"""Russian: three genders, and three forms of what is counted."""

import datetime
from typing import Literal

Gender = Literal["m", "f", "n"]
Sounds = tuple[str, ...]

# What is counted, and its gender: «одна минута», but «один час».
_GENDER: dict[str, Gender] = {"hour": "m", "minute": "f", "second": "f"}


def form(number: int) -> str:
    """Ending of a sound's name by the number before it: «» час, «_few» часа, «_many» часов."""
    tens, units = number // 10 % 10, number % 10
    if tens == 1 or units == 0 or units > 4:
        return "_many"
    return "" if units == 1 else "_few"


def below_thousand(number: int, gender: Gender = "m") -> Sounds:
    """0..999; nothing at all for 0. Only one and two know a gender."""
    hundreds, rest = divmod(number, 100)
    sounds = [f"number_{hundreds * 100}"] if hundreds else []
    if rest > 20:
        tens, rest = divmod(rest, 10)
        sounds.append(f"number_{tens * 10}")
    if rest == 1 and gender != "m":
        sounds.append(f"number_1_{gender}")
    elif rest == 2 and gender == "f":
        sounds.append("number_2_f")
    elif rest:
        sounds.append(f"number_{rest}")
    return tuple(sounds)


def cardinal(number: int, gender: Gender = "m") -> Sounds:
    """0..999,999,999; a thousand is feminine: «двадцать одна тысяча»."""
    if number == 0:
        return ("number_0",)
    millions, rest = divmod(number, 1_000_000)
    thousands, units = divmod(rest, 1000)
    sounds: Sounds = ()
    if millions:
        sounds += (*below_thousand(millions), f"number_1000000{form(millions)}")
    if thousands:
        sounds += (*below_thousand(thousands, "f"), f"number_1000{form(thousands)}")
    return sounds + below_thousand(units, gender)


def _last_ordinal(sounds: Sounds, ending: str) -> Sounds:
    """Only the last word is an ordinal: «сто двадцать третий»."""
    return (*sounds[:-1], sounds[-1].replace("number_", "ordinal_") + ending)


def ordinal(number: int, gender: Gender = "m") -> Sounds:
    """1..999, nominative."""
    return _last_ordinal(below_thousand(number), "" if gender == "m" else f"_{gender}")


def year(number: int) -> Sounds:
    """1001..2999 in the genitive: «две тысячи двадцать шестого», «тысяча девятьсот первого»."""
    if number == 2000:
        return ("ordinal_2000_g",)
    sounds = cardinal(number)
    return _last_ordinal(sounds[1:] if number < 2000 else sounds, "_g")


def clock(time: datetime.time) -> Sounds:
    """«четырнадцать часов тридцать минут»; the full hour is «четырнадцать часов ровно»."""
    hour = counted(time.hour, "hour")
    return (*hour, *counted(time.minute, "minute")) if time.minute else (*hour, "exactly")


def date(day: datetime.date) -> Sounds:
    """«двадцать второе ноября две тысячи двадцать шестого года»."""
    return (*ordinal(day.day, "n"), f"month_{day.month}", *year(day.year), "year")


def counted(number: int, unit: str) -> Sounds:
    """A number of hours, minutes or seconds, in agreement."""
    return (*cardinal(number, _GENDER[unit]), unit + form(number))
