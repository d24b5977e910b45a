"""What is written to the authority, in Kazakh and in Russian: with a package, or instead of one."""

from dataclasses import dataclass
from datetime import tzinfo

from config.evidence import Authority, Basis
from recordings.demands.demand import Demand, State


@dataclass(frozen=True, slots=True)
class Reply:
    """A letter's title and paragraphs in both languages."""

    title_kk: str
    title_ru: str
    kk: tuple[str, ...]
    ru: tuple[str, ...]


_TITLES = {
    State.RETURNED: ("Талапты қайтару туралы", "О возврате требования"),
    State.REFUSED: ("Талапты орындаудан бас тарту туралы", "Об отказе в исполнении требования"),
    State.NOT_FOUND: ("Іздеу нәтижесі туралы", "О результате поиска"),
}
_COVER = ("Сөйлесу жазбаларын беру туралы", "О передаче записей разговоров")


def reply(demand: Demand, authority: Authority, basis: Basis, zone: tzinfo) -> Reply:
    """The letter for a demand as it stands."""
    title = _TITLES.get(demand.state, _COVER)
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
    kk, ru = _body(demand, basis)
    return Reply(*title, (to_kk, *kk), (to_ru, *ru))


def _body(demand: Demand, basis: Basis) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts = decision(demand)
    words = facts.get("words", "")
    match demand.state:
        case State.RETURNED if "lacks" in facts:
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
        case State.RETURNED:
            return (
                (f"Талап қайтарылады. Негізі: {words}.",),
                (f"Требование возвращается. Основание: {words}.",),
            )
        case State.REFUSED:
            return (
                (f"Талапты орындаудан бас тартылды. Негізі: {words}.",),
                (f"В исполнении требования отказано. Основание: {words}.",),
            )
        case State.NOT_FOUND:
            return _nothing(demand)
    count = len(demand.findings)
    return (
        (
            f"Талап бойынша {count} сөйлесу табылды. "
            "Жазбалар, олардың тізімі және тексеру құралы қоса беріледі.",
            "Пакеттің өзгертілмегенін verify.py бағдарламасы тексереді; "
            "ашық кілт пакеттен емес, біздің орталықтан бөлек алынады.",
        ),
        (
            f"По требованию найдено разговоров: {count}. "
            "Записи, их перечень и средство проверки прилагаются.",
            "Неизменность пакета проверяет программа verify.py; "
            "открытый ключ берётся не из пакета, а отдельно, у нашего центра.",
        ),
    )


def _nothing(demand: Demand) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts = next((event.facts for event in reversed(demand.events) if event.step == "searched"), {})
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
    kk.append("Іздеудің дәлелі қоса беріледі.")
    ru.append("Подтверждение поиска прилагается.")
    return tuple(kk), tuple(ru)


_FIELDS_KK = {"date": "қоңырау күні", "number": "телефон нөмірі"}
_FIELDS_RU = {"date": "дата звонка", "number": "номер телефона"}


def decision(demand: Demand) -> dict[str, object]:
    """The facts of the step that brought it where it stands; what happened since does not change a letter."""
    return next((event.facts for event in demand.events if event.step == demand.state), {})


def _fields(facts: dict[str, object], names: dict[str, str]) -> str:
    lacks = facts["lacks"]
    assert isinstance(lacks, list)
    return ", ".join(names[field] for field in lacks)
