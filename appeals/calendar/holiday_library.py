"""Holidays of Kazakhstan by the library `holidays`: what the calendar is filled in with; pure (A16).

Eid is estimated there, and a day that the government moves is known late or never: so an administrator's
entry always wins.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from types import MappingProxyType

from appeals.calendar.day import Day, DayKind

# Names by the law on holidays; the library has Kazakh and no Russian, and wants them by these English words.
NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "New Year's Day": ("Жаңа жыл", "Новый год"),
        "Orthodox Christmas": ("Православиелік Рождество", "Православное Рождество"),
        "International Women's Day": ("Халықаралық әйелдер күні", "Международный женский день"),
        "Nowruz Holiday": ("Наурыз мейрамы", "Наурыз мейрамы"),
        "Kazakhstan's People Solidarity Holiday": (
            "Қазақстан халқының бірлігі мерекесі",
            "Праздник единства народа Казахстана",
        ),
        "Defender of the Fatherland Day": ("Отан қорғаушы күні", "День защитника Отечества"),
        "Victory Day": ("Жеңіс күні", "День Победы"),
        "Capital Day": ("Астана күні", "День столицы"),
        "Constitution Day": ("Конституция күні", "День Конституции"),
        "Republic Day": ("Республика күні", "День Республики"),
        "Independence Day": ("Тәуелсіздік күні", "День Независимости"),
        "Eid al-Adha": ("Құрбан айт", "Курбан-айт"),
    }
)
_OBSERVED, _ESTIMATED = " (observed)", " (estimated)"
_MOVED = re.compile(r"\(substituted from (\d\d)/(\d\d)/(\d{4})\)")


def from_library(years: Iterable[int]) -> dict[date, Day]:
    """Days of these years that are out of the ordinary, for everybody; ones moved by the library included."""
    import holidays  # noqa: PLC0415 - a second of start-up that only a calendar needs

    wanted, source = sorted(set(years)), f"holidays {version('holidays')}"
    found: dict[date, Day] = {}
    for day, name in sorted(holidays.country_holidays("KZ", years=wanted, language="en_US").items()):
        moved = _MOVED.search(name)
        if moved is None:
            found[day] = _holiday(day, name, source)
            continue
        month, number, year = (int(part) for part in moved.groups())
        worked = date(year, month, number)
        found[day] = Day(
            day,
            DayKind.HOLIDAY,
            name_kk=f"{worked:%d.%m.%Y} орнына демалыс",
            name_ru=f"выходной вместо {worked:%d.%m.%Y}",
            source=source,
        )
        found[worked] = Day(
            worked,
            DayKind.WORKING,
            like=day.isoweekday(),
            name_kk=f"{day:%d.%m.%Y} орнына жұмыс күні",
            name_ru=f"рабочий день вместо {day:%d.%m.%Y}",
            source=source,
        )
    return {day: one for day, one in sorted(found.items()) if day.year in wanted}


def _holiday(day: date, name: str, source: str) -> Day:
    plain = name.removesuffix(_ESTIMATED).removesuffix(_OBSERVED).removesuffix(_ESTIMATED)
    kk, ru = NAMES.get(plain, (plain, plain))
    return Day(day, DayKind.HOLIDAY, name_kk=kk, name_ru=ru, source=source, estimated=_ESTIMATED in name)
