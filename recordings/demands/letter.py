"""Letter of the answer to the authority, in Kazakh and Russian: with a package, or instead of one; pure."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from config.evidence import Authority, Basis
from recordings.demands.demand import Demand, DemandState


@dataclass(frozen=True, slots=True)
class DemandReply:
    """A letter's title and paragraphs in both languages; `alarm_...`: printed in red, mostly empty."""

    title_kk: str
    title_ru: str
    kk: tuple[str, ...]
    ru: tuple[str, ...]
    alarm_kk: str = ""
    alarm_ru: str = ""


Paragraphs = tuple[tuple[str, ...], tuple[str, ...]]  # Kazakh, Russian

_TITLES = {
    DemandState.RETURNED: ("Талапты қайтару туралы", "О возврате требования"),
    DemandState.REFUSED: ("Талапты орындаудан бас тарту туралы", "Об отказе в исполнении требования"),
    DemandState.NOT_FOUND: ("Іздеу нәтижесі туралы", "О результате поиска"),
}
_DRAFT = ("Жоба: жауап бекітілмеген", "Проект: ответ не утверждён")
_COVER = ("Сөйлесу жазбаларын беру туралы", "О передаче записей разговоров")


def reply(demand: Demand, authority: Authority, basis: Basis, zone: tzinfo) -> DemandReply:
    """The letter for a demand as it stands."""
    title = _DRAFT if demand.state in _UNDECIDED else _TITLES.get(demand.state, _COVER)
    received = f"{demand.letter.received_at.astimezone(zone):%d.%m.%Y %H:%M}"
    dated = f"{demand.letter.date:%d.%m.%Y}"
    to_kk = (
        f"{authority.name_kk}: Сіздердің {dated} № {demand.letter.number} талаптарыңыз {received} алынды. "
        f"Тіркеу нөмірі: {demand.name}. Құқықтық негізі: {basis.law_kk}."
    )
    to_ru = (
        f"{authority.name_ru}: Ваше требование от {dated} № {demand.letter.number} получено {received}. "
        f"Регистрационный номер: {demand.name}. Правовое основание: {basis.law_ru}."
    )
    kk, ru = _body(demand, basis, zone)
    late = _late(demand)
    if not late:
        return DemandReply(*title, (to_kk, *kk), (to_ru, *ru))
    return DemandReply(
        *title,
        (to_kk, *kk),
        (to_ru, *ru),
        f"Талап түскеннен кейін жойылған жазбалар саны: {late}.",
        f"Уничтожено записей после поступления требования: {late}.",
    )


def _body(demand: Demand, basis: Basis, zone: tzinfo) -> Paragraphs:
    facts = decision(demand)
    words = facts.get("words", "")
    match demand.state:
        case DemandState.RETURNED if "lacks" in facts:
            return (
                (
                    f"Талап қайтарылады, себебі {basis.ground_kk}.",
                    f"Талапта жоқ: {_fields(facts, _FIELDS_KK)}. "
                    "Осы деректерді көрсетіп, талапты қайта жолдауыңызды сұраймыз.",
                ),
                (
                    f"Требование возвращается, так как {basis.ground_ru}.",
                    f"В требовании не указано: {_fields(facts, _FIELDS_RU)}. "
                    "Просим направить требование повторно, указав эти данные.",
                ),
            )
        case DemandState.RETURNED:
            return (
                (f"Талап қайтарылады. Негізі: {words}.",),
                (f"Требование возвращается. Основание: {words}.",),
            )
        case DemandState.REFUSED:
            return (
                (f"Талапты орындаудан бас тартылды. Негізі: {words}.",),
                (f"В исполнении требования отказано. Основание: {words}.",),
            )
        case DemandState.RECEIVED:
            return (
                ("Талап тіркелді, іздеу әлі жүргізілген жоқ.",),
                ("Требование зарегистрировано, поиск ещё не проведён.",),
            )
        case DemandState.NOT_FOUND | DemandState.SEARCHING if not searched_facts(demand).get("conversations"):
            return _nothing(demand, zone)
    return _found(demand, zone)


def _found(demand: Demand, zone: tzinfo) -> Paragraphs:
    """What was found, and of it what is enclosed, what is not and why: as the search counted it."""
    facts = searched_facts(demand)
    counts = {name: _count(facts, name) for name in ("sealed", "waiting", "destroyed", "missing")}
    counts["destroyed"] -= _late(demand)  # those stand apart, in red
    kk = [f"Талап бойынша {sum(counts.values()) + _late(demand)} сөйлесу табылды."]
    ru = [f"По требованию найдено разговоров: {sum(counts.values()) + _late(demand)}."]
    for name, (said_kk, said_ru) in _COUNTED.items():
        if counts[name]:
            kk.append(said_kk.format(count=counts[name]))
            ru.append(said_ru.format(count=counts[name]))
    until_kk, until_ru = _until(demand, zone)
    kk += until_kk
    ru += until_ru
    if counts["sealed"]:
        kk.append("Жазбалар, олардың тізімі және тексеру құралы қоса беріледі.")
        ru.append("Записи, их перечень и средство проверки прилагаются.")
    else:
        kk.append("Жазбалар қоса берілмейді. Сөйлесулердің тізімі мен іздеудің дәлелі қоса беріледі.")
        ru.append("Записи не прилагаются. Перечень разговоров и подтверждение поиска прилагаются.")
    kk.append(
        "Пакеттің өзгертілмегенін verify.py бағдарламасы тексереді; "
        "ашық кілт пакеттен емес, біздің орталықтан бөлек алынады."
    )
    ru.append(
        "Неизменность пакета проверяет программа verify.py; "
        "открытый ключ берётся не из пакета, а отдельно, у нашего центра."
    )
    return tuple(kk), tuple(ru)


def _nothing(demand: Demand, zone: tzinfo) -> Paragraphs:
    facts = searched_facts(demand)
    kk = ["Талапта көрсетілген деректер бойынша сөйлесу жазбасы табылмады."]
    ru = ["По указанным в требовании данным записей разговоров не найдено."]
    if facts.get("calls_without_conversation"):
        count = facts["calls_without_conversation"]
        kk.append(f"Консультантпен сөйлесусіз аяқталған қоңыраулар саны: {count}.")
        ru.append(f"Звонков, закончившихся без разговора с консультантом: {count}.")
    if "calls_that_day" in facts:
        kk.append(
            f"Сол тәулікте барлығы {facts['calls_that_day']} қоңырау түсті, "
            f"оның {facts['withheld_that_day']} қоңырауының нөмірі жасырын."
        )
        ru.append(
            f"Всего за эти сутки поступило звонков: {facts['calls_that_day']}, "
            f"из них со скрытым номером: {facts['withheld_that_day']}."
        )
    if facts.get("rows_destroyed"):
        count = facts["rows_destroyed"]
        kk.append(f"Сол уақыттың сақтау мерзімі өткен соң жойылған жазбалары: {count}.")
        ru.append(f"Записей за это время, уничтоженных по истечении срока хранения: {count}.")
    until_kk, until_ru = _until(demand, zone)
    return (
        (*kk, *until_kk, "Іздеудің дәлелі қоса беріледі."),
        (*ru, *until_ru, "Подтверждение поиска прилагается."),
    )


def _until(demand: Demand, zone: tzinfo) -> tuple[list[str], list[str]]:
    """Said where the time asked for was not over when it was searched."""
    search = next((event for event in reversed(demand.events) if event.step == "searched"), None)
    end = str(search.facts.get("until", "")) if search else ""
    if search is None or not end or datetime.fromisoformat(end) <= search.at:
        return [], []
    at = f"{search.at.astimezone(zone):%d.%m.%Y %H:%M}"
    return (
        [f"Іздеу {at} жүргізілді, ол кезде көрсетілген уақыт аяқталмаған еді: кейінгі қоңыраулар кірмейді."],
        [f"Поиск проведён {at}, до окончания указанного времени: более поздние звонки в него не вошли."],
    )


def searched_facts(demand: Demand) -> dict[str, object]:
    """What its last search counted; empty before any."""
    return next((event.facts for event in reversed(demand.events) if event.step == "searched"), {})


def _late(demand: Demand) -> int:
    """How many were destroyed after the letter came in."""
    if demand.state in _WITHOUT_FINDINGS:
        return 0
    late = searched_facts(demand).get("destroyed_since", ())
    return len(late) if isinstance(late, list) else 0


def _count(facts: dict[str, object], name: str) -> int:
    count = facts.get(name, 0)
    return count if isinstance(count, int) else 0


_UNDECIDED = frozenset({DemandState.RECEIVED, DemandState.SEARCHING, DemandState.READY})
_WITHOUT_FINDINGS = frozenset({DemandState.RECEIVED, DemandState.RETURNED, DemandState.REFUSED})
_COUNTED = {
    "sealed": ("Қоса берілетін жазбалар саны: {count}.", "Прилагается записей: {count}."),
    "waiting": (
        "Мөрленуін күтіп тұрған жазбалар саны: {count}.",
        "Записей, которые ещё не опечатаны: {count}.",
    ),
    "destroyed": (
        "Талап түскенге дейін сақтау мерзімі өткен соң жойылған жазбалар саны: {count}.",
        "Записей, уничтоженных по истечении срока хранения до поступления требования: {count}.",
    ),
    "missing": ("Жазбасы жоқ сөйлесулер саны: {count}.", "Разговоров, запись которых отсутствует: {count}."),
}
_FIELDS_KK = {"date": "қоңырау күні", "number": "телефон нөмірі"}
_FIELDS_RU = {"date": "дата звонка", "number": "номер телефона"}


def decision(demand: Demand) -> dict[str, object]:
    """The facts of the step that brought it where it stands; what happened since does not change a letter."""
    return next((event.facts for event in demand.events if event.step == demand.state), {})


def _fields(facts: dict[str, object], names: dict[str, str]) -> str:
    lacks = facts["lacks"]
    assert isinstance(lacks, list)
    return ", ".join(names[field] for field in lacks)
