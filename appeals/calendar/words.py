"""Words of a why in Kazakh and Russian, as they are kept with what waited; pure (A16, decision 0123)."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType

from appeals.calendar.why import AtReceipt, PassedDay, Why

MONTHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kk": (
            *("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым"),
            *("шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
        ),
        "ru": (
            *("января", "февраля", "марта", "апреля", "мая", "июня"),
            *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
        ),
    }
)
REASONS: Mapping[str, Mapping[AtReceipt, str]] = MappingProxyType(
    {
        "kk": {
            AtReceipt.ROUND_THE_CLOCK: "тәулік бойы жұмыс істейді",
            AtReceipt.WORKING: "жұмыс уақытында",
            AtReceipt.HOLIDAY: "мереке күні",
            AtReceipt.CLOSED: "орган бұл күні жұмыс істемейді",
            AtReceipt.DAY_OFF: "демалыс күні",
            AtReceipt.BEFORE: "жұмыс уақыты басталғанға дейін",
            AtReceipt.BREAK: "үзіліс кезінде",
            AtReceipt.AFTER: "жұмыс уақыты аяқталғаннан кейін",
        },
        "ru": {
            AtReceipt.ROUND_THE_CLOCK: "работает круглосуточно",
            AtReceipt.WORKING: "в рабочее время",
            AtReceipt.HOLIDAY: "праздничный день",
            AtReceipt.CLOSED: "орган в этот день не работает",
            AtReceipt.DAY_OFF: "выходной день",
            AtReceipt.BEFORE: "до начала рабочего времени",
            AtReceipt.BREAK: "во время перерыва",
            AtReceipt.AFTER: "после окончания рабочего времени",
        },
    }
)
_AT_ONCE = {
    "kk": "түскен уақыты: {received} ({reason}); бірден беріледі",
    "ru": "поступило: {received} ({reason}); передаётся сразу",
}
_LATER = {
    "kk": "түскен уақыты: {received} ({reason}){passed}; алғашқы жұмыс минуты: {first}{moved}",
    "ru": "поступило: {received} ({reason}){passed}; первая рабочая минута: {first}{moved}",
}
_PASSED = {"kk": "; одан кейін {days} ({reason})", "ru": "; затем {days} ({reason})"}
_MOVED = {"kk": " (ауыстырылған жұмыс күні)", "ru": " (перенесённый рабочий день)"}


def words(why: Why, language: str) -> str:
    """One sentence; `language` kk or ru. Years are named where the two moments are of different ones."""
    years = why.received.year != why.first.year
    reason = _named(why.reason, why.name_kk, why.name_ru, language)
    received = moment_words(why.received, language, year=years)
    if why.reason in (AtReceipt.ROUND_THE_CLOCK, AtReceipt.WORKING):
        return _AT_ONCE[language].format(received=received, reason=reason)
    return _LATER[language].format(
        received=received,
        reason=reason,
        passed="".join(_passed(why, language)),
        first=moment_words(why.first, language, year=years),
        moved=_MOVED[language] if why.moved else "",
    )


def moment_words(at: datetime, language: str, *, year: bool = False) -> str:
    """ "02:10, 22 наурыз"; `at` in the centre's zone already."""
    return f"{at:%H:%M}, {day_words(at.date(), language, year=year)}"


def day_words(day: date, language: str, *, year: bool = False) -> str:
    """ "22 наурыз", with the year "2026 жылғы 22 наурыз" and "22 марта 2026 года"."""
    month = MONTHS[language][day.month - 1]
    if not year:
        return f"{day.day} {month}"
    return f"{day.year} жылғы {day.day} {month}" if language == "kk" else f"{day.day} {month} {day.year} года"


def _passed(why: Why, language: str) -> list[str]:
    """Days that stand side by side under one name are one stretch: 21-25 March. None twice."""

    def together(numbered: tuple[int, PassedDay]) -> tuple[object, ...]:
        number, one = numbered
        return one.day.toordinal() - number, one.reason, one.name_kk, one.name_ru

    found = []
    of_receipt = (why.reason, why.name_kk, why.name_ru)
    for _, group in groupby(enumerate(why.passed), together):
        days = [one for _, one in group]
        first, last = days[0], days[-1]
        if (first.reason, first.name_kk, first.name_ru) == of_receipt:
            continue  # the holiday it came in on, still
        span = day_words(last.day, language)
        if first != last:
            same = first.day.month == last.day.month
            span = f"{first.day.day if same else day_words(first.day, language)}–{span}"
        reason = _named(first.reason, first.name_kk, first.name_ru, language)
        found.append(_PASSED[language].format(days=span, reason=reason))
    return found


def _named(reason: AtReceipt, name_kk: str, name_ru: str, language: str) -> str:
    return (name_ru if language == "ru" else name_kk) or REASONS[language][reason]
