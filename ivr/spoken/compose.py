"""One entry for both languages: what is said, as words and as the sounds to play in a row."""

import datetime
from dataclasses import dataclass

from config.settings import Language
from ivr.prompts.catalogue import CATALOGUE
from ivr.spoken import kk, ru

MOST = 999_999_999


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words to read and the names of the sounds that say them, in order."""

    text: str
    sounds: tuple[str, ...]


def _spoken(language: Language, sounds: tuple[str, ...]) -> Spoken:
    # The words come from the sounds themselves: what a caller hears and what we print cannot differ.
    return Spoken(" ".join(CATALOGUE[name].text(language) for name in sounds), sounds)


def _within(number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise ValueError(f"{number} is not within {least}..{most}")


def cardinal(language: Language, number: int, gender: ru.Gender = "m") -> Spoken:
    """How many: 0..999,999,999, else ValueError. Kazakh takes no notice of the gender."""
    _within(number, 0, MOST)
    return _spoken(language, kk.cardinal(number) if language == "kk" else ru.cardinal(number, gender))


def ordinal(language: Language, number: int, gender: ru.Gender = "m") -> Spoken:
    """Which one: 1..999, else ValueError. Kazakh takes no notice of the gender."""
    _within(number, 1, 999)
    return _spoken(language, kk.ordinal(number) if language == "kk" else ru.ordinal(number, gender))


def place(language: Language, number: int) -> Spoken:
    """A caller's place in the queue, from 1; says nothing beyond 999, so no flow can fail on it."""
    if not 1 <= number <= 999:
        return Spoken("", ())
    return _spoken(language, ("place_is", *ordinal(language, number).sounds))


def clock(language: Language, time: datetime.time) -> Spoken:
    """The time of day to the minute, on the 24-hour clock."""
    return _spoken(language, kk.clock(time) if language == "kk" else ru.clock(time))


def date(language: Language, day: datetime.date) -> Spoken:
    """Day, month and year; years 1001..2999, else ValueError."""
    _within(day.year, 1001, 2999)
    return _spoken(language, kk.date(day) if language == "kk" else ru.date(day))


def duration(language: Language, time: datetime.timedelta) -> Spoken:
    """Hours, minutes and seconds, to the nearest second; parts that are zero are left out."""
    seconds = round(time.total_seconds())
    _within(seconds, 0, MOST)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    parts = [(n, unit) for n, unit in ((hour, "hour"), (minute, "minute"), (second, "second")) if n]
    counted = kk.counted if language == "kk" else ru.counted
    sounds = [name for n, unit in parts or [(0, "second")] for name in counted(n, unit)]
    return _spoken(language, tuple(sounds))


def digits(language: Language, text: str) -> Spoken:
    """One by one, as a registration number is dictated (A12); ValueError for anything but 0-9."""
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("not digits")
    return _spoken(language, tuple(f"number_{digit}" for digit in text))
