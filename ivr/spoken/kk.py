"""Kazakh: nouns stay singular after a number, nothing has a gender."""

import datetime
from collections.abc import Sequence

Sounds = tuple[str, ...]


def below_thousand(number: int) -> Sounds:
    """0..999; nothing at all for 0. One hundred is «жүз», not «бір жүз»."""
    hundreds, rest = divmod(number, 100)
    sounds: list[str] = []
    if hundreds:
        sounds += [f"number_{hundreds}"] if hundreds > 1 else []
        sounds.append("number_100")
    if rest > 20:
        tens, rest = divmod(rest, 10)
        sounds.append(f"number_{tens * 10}")
    if rest:
        sounds.append(f"number_{rest}")
    return tuple(sounds)


def cardinal(number: int) -> Sounds:
    """0..999,999,999; thousands and millions are always counted: «бір мың»."""
    if number == 0:
        return ("number_0",)
    millions, rest = divmod(number, 1_000_000)
    thousands, units = divmod(rest, 1000)
    sounds: Sounds = ()
    if millions:
        sounds += (*below_thousand(millions), "number_1000000")
    if thousands:
        sounds += (*below_thousand(thousands), "number_1000")
    return sounds + below_thousand(units)


def _last_ordinal(sounds: Sequence[str]) -> Sounds:
    """Only the last word takes the ending: «жүз жиырма үшінші»."""
    return (*sounds[:-1], sounds[-1].replace("number_", "ordinal_"))


def ordinal(number: int) -> Sounds:
    """1..999, «үшінші»."""
    return _last_ordinal(below_thousand(number))


def year(number: int) -> Sounds:
    """1001..2999 as an ordinal; a year begins «мың», not «бір мың»."""
    sounds = cardinal(number)
    return _last_ordinal(sounds[1:] if number < 2000 else sounds)


def clock(time: datetime.time) -> Sounds:
    """«сағат он төрт отыз минут»; the full hour is «сағат он төрт»."""
    hour: Sounds = ("hour", *cardinal(time.hour))
    return (*hour, *cardinal(time.minute), "minute") if time.minute else hour


def date(day: datetime.date) -> Sounds:
    """«екі мың жиырма алтыншы жылғы жиырма екінші қараша»."""
    return (*year(day.year), "year", *ordinal(day.day), f"month_{day.month}")


def counted(number: int, unit: str) -> Sounds:
    """A number of hours, minutes or seconds."""
    return (*cardinal(number), unit)
