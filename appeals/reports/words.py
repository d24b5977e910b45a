"""Words of reports in Kazakh, Russian and English, side by side; pure (A2)."""

from collections.abc import Mapping
from typing import Final

from appeals.reports.values import Label

WORDS: Final[Mapping[str, Label]] = {
    id_: Label(kk, ru, en)
    for id_, (kk, ru, en) in {
        "half_year": (
            "Балалардың құқықтары туралы өтініштер: жарты жылдық есеп",
            "Обращения о правах детей: отчёт за полугодие",
            "Appeals about children's rights: half-yearly report",
        ),
        "incoming": ("Келіп түскен өтініштер", "Поступившие обращения", "Incoming appeals"),
        "public": (
            "111 байланыс орталығына түскен өтініштердің статистикасы",
            "Статистика обращений в контакт-центр 111",
            "Statistics of appeals to the contact centre 111",
        ),
        "by_topic": ("Бағыт бойынша", "По направлениям", "By topic"),
        "by_reason": ("Себеп бойынша", "По причинам", "By reason"),
        "by_region": ("Өңір бойынша", "По регионам", "By region"),
        "by_kind": ("Түрі бойынша", "По видам", "By kind"),
        "by_channel": ("Келу жолы бойынша", "По способу поступления", "By channel"),
        "by_language": ("Тіл бойынша", "По языкам", "By language"),
        "by_outcome": ("Нәтиже бойынша", "По итогам", "By outcome"),
        "region_topic": (
            "Өңір мен бағыт бойынша",
            "По регионам и направлениям",
            "By region and topic",
        ),
        "times": (
            "Алғаны расталғанға және жауапқа дейінгі уақыт",
            "Время до подтверждения получения и до ответа",
            "Times to receipt and answer",
        ),
        "terms": ("Мерзімдер", "Сроки", "Terms"),
        "to_receipt": ("Алғаны расталғанға дейін", "До подтверждения получения", "To receipt"),
        "to_receipt_before": (
            "Алғаны расталғанға дейін, алдыңғы кезең",
            "До подтверждения получения, прошлый период",
            "To receipt, the period before",
        ),
        "to_answer": ("Жауапқа дейін", "До ответа", "To answer"),
        "to_answer_before": (
            "Жауапқа дейін, алдыңғы кезең",
            "До ответа, прошлый период",
            "To answer, the period before",
        ),
        "kept": ("Мерзімінде жабылды", "Закрыто в срок", "Closed in time"),
        "broken": ("Мерзімі бұзылды", "Срок нарушен", "Term broken"),
        "running": ("Мерзімі әлі біткен жоқ", "Срок ещё идёт", "Term still running"),
        "no_term": ("Мерзімі жоқ", "Без срока", "Without a term"),
        "appeals": ("Өтініштер", "Обращения", "Appeals"),
        "confirmed": ("Расталды", "Подтверждено", "Confirmed"),
        "partly": ("Ішінара расталды", "Подтверждено частично", "Partly confirmed"),
        "not_confirmed": ("Расталмады", "Не подтверждено", "Not confirmed"),
        "unanswered": ("Жауап жоқ", "Ответа нет", "No answer"),
        "measures": ("Шара қолданылғаны айтылды", "Сообщено о мерах", "Measures told"),
        "repeated": ("Қайталанған", "Повторные", "Repeated"),
        "urgent": ("Шұғыл", "Срочные", "Urgent"),
        "now": ("Осы кезең", "Этот период", "This period"),
        "before": ("Алдыңғы кезең", "Прошлый период", "Period before"),
        "change": ("Айырмасы", "Разница", "Difference"),
        "count": ("Саны", "Количество", "Count"),
        "median": ("Медиана", "Медиана", "Median"),
        "p90": ("Оннан тоғызы", "Девять из десяти", "Nine in ten"),
        "longest": ("Ең ұзағы", "Самое долгое", "Longest"),
        "total": ("Барлығы", "Всего", "Total"),
        "not_stated": ("Көрсетілмеген", "Не указано", "Not stated"),
        "no_outcome": ("Әлі жабылмаған", "Ещё не закрыто", "Not closed yet"),
        "country": ("Бүкіл ел", "Вся страна", "Whole country"),
        "region": ("Өңір", "Регион", "Region"),
        "period": ("Кезең", "Период", "Period"),
        "made": ("Жасалған уақыты", "Составлено", "Made"),
        "hidden": ("жасырын", "скрыто", "suppressed"),
        "kk": ("Қазақша", "На казахском", "Kazakh"),
        "ru": ("Орысша", "На русском", "Russian"),
        "phone": ("Телефонмен", "По телефону", "By telephone"),
        "paper": ("Қағаз хатпен", "Письмом на бумаге", "On paper"),
        "electronic": ("Электрондық түрде", "В электронном виде", "Electronic"),
        "oral": ("Ауызша", "Устно", "In person"),
        "video": ("Бейнебайланыспен", "По видеосвязи", "By video"),
        "note_registered": (
            "Өтініш тіркелген күні бойынша саналды. Уақыт органға жіберілуге тиіс сәттен бастап саналды.",
            "Обращения посчитаны по дню регистрации. Время считается с минуты, "
            "когда сведения должны были уйти в орган.",
            "Appeals are counted by their day of registration; times begin when the hand-over was to leave.",
        ),
        "note_repeated": (
            "Қайталанған: осы нөмірден бұрын да сол бағыт бойынша өтініш түскен немесе "
            "адам оны басқа өтінішке қосқан.",
            "Повторное: с этого номера уже было обращение того же направления, "
            "или человек присоединил его к другому.",
            "Repeated: the same number had an appeal of this topic before, or a person joined it to another.",
        ),
        "note_answers": (
            "Бір өтінішке бірнеше орган жауап берсе, ең маңызды жауап саналды: расталды, "
            "ішінара расталды, расталмады.",
            "Если на обращение ответили несколько органов, посчитан самый весомый ответ: "
            "подтверждено, частично, не подтверждено.",
            "Of several answers the weightiest counts: confirmed, partly confirmed, not confirmed.",
        ),
        "note_hidden": (
            "Кіші сандар көрсетілмейді: олардан жеке адамды тануға болады. Оларды есептеп шығару "
            "мүмкін болмас үшін кейбір басқа сандар да жасырылды.",
            "Малые числа не показаны: по ним можно узнать человека. Чтобы их нельзя было вычислить, "
            "скрыты и некоторые другие.",
            "Small counts are suppressed, and some others so that they cannot be reckoned back.",
        ),
    }.items()
}
