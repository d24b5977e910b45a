"""Progress of an appeal in words that can be read out to the applicant, in both languages; pure (A12).

No name, no reason and no word of the matter: who asks by the number may be somebody else in the room.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from appeals.model.appeal import Appeal, AppealEvent, AppealOutcome, AppealState
from appeals.register.number import in_groups
from appeals.register.results import StatusTold

MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "kk": tuple(
        "қаңтарда ақпанда наурызда сәуірде мамырда маусымда шілдеде тамызда қыркүйекте қазанда қарашада "
        "желтоқсанда".split()
    ),
    "ru": tuple("января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()),
}
MONTHS_UNTIL: Final = tuple(
    "қаңтарға ақпанға наурызға сәуірге мамырға маусымға шілдеге тамызға қыркүйекке қазанға қарашаға "
    "желтоқсанға".split()
)
# Kazakh, Russian.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "number": ("Өтінішіңіздің нөмірі: {number}.", "Номер вашего обращения: {number}."),
    "state draft": ("Өтініш жазылып жатыр, әзірге нөмірі жоқ.", "Обращение записывают, номера ещё нет."),
    "state registered": ("Өтініш тіркелді.", "Обращение зарегистрировано."),
    "state in_work": ("Өтінішпен жұмыс істеп жатырмыз.", "Мы работаем над обращением."),
    "state handed_over": (
        "Өтініш көмектесуі тиіс органға берілді, жауабын күтіп отырмыз.",
        "Обращение передано тем, кто должен помочь; ждём ответа.",
    ),
    "state answered": ("Өтініш бойынша жауап келді.", "По обращению пришёл ответ."),
    "state closed": ("Өтініш бойынша жұмыс аяқталды.", "Работа по обращению закончена."),
    "step registered": ("{when} тіркелді.", "Зарегистрировано {when}."),
    "step in_work": ("{when} жұмысқа алынды.", "Взято в работу {when}."),
    "step handed_over": ("{when} органға берілді.", "Передано {when}."),
    "step handed_over to": ("{when} мына органға берілді: {bodies}.", "Передано {when}: {bodies}."),
    "step answered": ("{when} жауап келді.", "Ответ пришёл {when}."),
    "step reopened": ("{when} жұмыс қайта басталды.", "Работа возобновлена {when}."),
    "step closed": ("{when} жұмыс аяқталды.", "Работа закончена {when}."),
    "due": ("Жауап {until} дейін берілуі тиіс.", "Ответ должен быть дан до {until}."),
    "outcome helped": ("Сізге кеңес немесе көмек берілді.", "Вам дали консультацию или помощь."),
    "outcome confirmed": (
        "Айтылған жайт расталды, шара қолданылды.",
        "Сказанное подтвердилось, меры приняты.",
    ),
    "outcome not_confirmed": ("Айтылған жайт расталмады.", "Сказанное не подтвердилось."),
    "outcome referred": ("Сізге қайда жүгіну керегі айтылды.", "Вам сказали, куда обратиться."),
    "outcome unified_contact_centre": (
        "Сізге 1414 бірыңғай байланыс орталығы жауап береді.",
        "Вам ответит единый контакт-центр 1414.",
    ),
    "outcome preventive_talk": ("Алдын алу әңгімесі өткізілді.", "Проведена профилактическая беседа."),
    "outcome withdrawn": ("Өтініш қайтарып алынды.", "Обращение отозвано."),
    "outcome unreachable": ("Сізбен хабарласа алмадық.", "С вами не удалось связаться."),
    "outcome joined": (
        "Бұл өтініш басқа өтінішіңізбен біріктірілді: {number}.",
        "Это обращение объединено с другим вашим обращением: {number}.",
    ),
}
STEPS: Final = ("registered", "in_work", "handed_over", "answered", "reopened", "closed")


def progress(
    appeal: Appeal, events: Sequence[AppealEvent], language: str, zone: tzinfo, joined_to: str = ""
) -> StatusTold:
    """`joined_to`: the number of the appeal it was joined to. A hand-over names the bodies that its facts
    name as `bodies_kk` and `bodies_ru`."""
    sentences = [_say("number", language, number=in_groups(appeal.number))] if appeal.number else []
    sentences.append(_say(f"state {appeal.state}", language))
    sentences += [_step(event, language, zone) for event in events if event.step in STEPS]
    if appeal.outcome is AppealOutcome.JOINED:
        if joined_to:
            sentences.append(_say("outcome joined", language, number=in_groups(joined_to)))
    elif appeal.outcome is not None:
        sentences.append(_say(f"outcome {appeal.outcome}", language))
    if appeal.due_at is not None and appeal.state is not AppealState.CLOSED:
        sentences.append(_say("due", language, until=until(appeal.due_at, language, zone)))
    return StatusTold(appeal.number, language, tuple(sentences))


def moment(at: datetime, language: str, zone: tzinfo) -> str:
    """2026 жылғы 22 наурызда (сағат 02:10); 22 марта 2026 года в 02:10."""
    here = at.astimezone(zone)
    month = MONTHS[language][here.month - 1]
    if language == "kk":
        return f"{here.year} жылғы {here.day} {month} (сағат {here:%H:%M})"
    return f"{here.day} {month} {here.year} года в {here:%H:%M}"


def until(at: datetime, language: str, zone: tzinfo) -> str:
    """The day alone: 2026 жылғы 26 наурызға; 26 марта 2026 года."""
    here = at.astimezone(zone)
    if language == "kk":
        return f"{here.year} жылғы {here.day} {MONTHS_UNTIL[here.month - 1]}"
    return f"{here.day} {MONTHS['ru'][here.month - 1]} {here.year} года"


def _step(event: AppealEvent, language: str, zone: tzinfo) -> str:
    when = moment(event.at, language, zone)
    bodies = event.facts.get(f"bodies_{language}")
    if event.step == "handed_over" and bodies:
        return _say("step handed_over to", language, when=when, bodies=bodies)
    return _say(f"step {event.step}", language, when=when)


def _say(key: str, language: str, **fields: object) -> str:
    kazakh, russian = WORDS[key]
    return (russian if language == "ru" else kazakh).format(**fields)
