"""What a caller hears, in the order of a call: calm, short words, for children too."""

from ivr.prompts.prompt import Prompt

WELCOME = (
    Prompt(
        "welcome_choose",
        "Сәлеметсіз бе! Бұл - жүз он бір. Қазақша - бір.",
        "Это сто одиннадцать. На русском - два.",
        "First words of every call; the caller presses 1 or 2 at any moment (A2).",
        both=True,
        most=6.5,
    ),
    Prompt(
        "choose_again",
        "Қазақша - бірді басыңыз.",
        "На русском - нажмите два.",
        "Once more, when no key came.",
        both=True,
        most=4.0,
    ),
    Prompt(
        "recorded_notice",
        "Сөйлесу жазып алынады.",
        "Разговор записывается.",
        "The conversation with the consultant is recorded (A19).",
        most=3.5,
    ),
)

WAITING = (
    Prompt(
        "wait_begin",
        "Қазір барлық консультанттар бос емес. Тұтқаны қоймаңыз, біз сізге жауап береміз.",
        "Сейчас все консультанты заняты. Не кладите трубку, мы вам ответим.",
        "Before the music, when nobody is free at once.",
    ),
    Prompt(
        "comfort",
        "Сіз кезекте тұрсыз. Күткеніңізге рақмет, біз сізге жауап береміз.",
        "Вы по-прежнему в очереди. Спасибо, что ждёте, мы вам ответим.",
        "Again and again between the music.",
    ),
    Prompt(
        "place_is",
        "Сіздің кезектегі орныңыз",
        "Ваш номер в очереди",
        "Followed at once by an ordinal, «үшінші» / «третий»: leave the voice up at the end.",
    ),
    Prompt(
        "connection_lost",
        "Кешіріңіз, консультантпен байланыс үзілді. Тұтқаны қоймаңыз.",
        "Извините, связь с консультантом прервалась. Не кладите трубку.",
        "The consultant's phone died in mid-conversation; wait_begin follows.",
    ),
)

NOBODY = (
    Prompt(
        "nobody_on_shift",
        "Қазір ауысымда консультант жоқ. Кезекші консультантқа қоңырау шалып жатырмыз. Тұтқаны қоймаңыз.",
        "Сейчас на смене нет консультанта. Мы звоним дежурному консультанту. Не кладите трубку.",
        "Nobody is on shift; the duty phone rings while this plays (A1).",
    ),
    Prompt(
        "duty_failed",
        "Кешіріңіз, кезекші консультант әзірге жауап бермеді.",
        "Извините, дежурный консультант пока не ответил.",
        "The duty phone did not answer or nobody pressed 1; advice follows.",
    ),
    Prompt(
        "advice",
        "Қауіп төніп тұрса, жүз он екіге қоңырау шалыңыз. Бұл төтенше қызметтердің бірыңғай нөмірі. "
        "Полиция - жүз екі. Жедел жәрдем - жүз үш. Мемлекеттік қызметтер - он төрт, он төрт. "
        "Немесе желіде қалыңыз: консультант келісімен сізді онымен байланыстырамыз.",
        "Если вам грозит опасность, звоните сто двенадцать. Это единый номер экстренных служб. "
        "Полиция - сто два. Скорая помощь - сто три. Государственные услуги - четырнадцать, четырнадцать. "
        "Или оставайтесь на линии: как только появится консультант, мы вас соединим.",
        "Repeated between the music when nobody can be reached: 112, 102, 103, 1414.",
        most=25.0,
    ),
)

UCC = (
    Prompt(
        "transfer_1414_notice",
        "Сіздің мәселеңіз Бірыңғай байланыс орталығына қатысты. "
        "Қазір сізді он төрт, он төрт нөміріне қайта бағыттаймыз. Ол жақпен сөйлесуді біз жазып алмаймыз.",
        "Ваш вопрос относится к Единому контакт-центру. "
        "Сейчас мы перенаправим вас на номер четырнадцать, четырнадцать. "
        "Разговор с этим центром мы не записываем.",
        "Before anything is dialled (A14, C4). Without this sound nothing is dialled.",
        most=14.0,
    ),
    Prompt(
        "ucc_busy",
        "Кешіріңіз, Бірыңғай байланыс орталығының желісі бос емес.",
        "Извините, линия Единого контакт-центра занята.",
        "1414 is busy; back_to_consultant or back_to_queue follows.",
    ),
    Prompt(
        "ucc_no_answer",
        "Кешіріңіз, Бірыңғай байланыс орталығы жауап бермей тұр.",
        "Извините, Единый контакт-центр не отвечает.",
        "1414 is silent, rejects or cannot be reached; back_to_consultant or back_to_queue follows.",
    ),
    Prompt(
        "back_to_consultant",
        "Сізді консультантыңызға қайтарамыз.",
        "Возвращаем вас к вашему консультанту.",
        "The consultant who was reserved talks to the caller again.",
    ),
    Prompt(
        "back_to_queue",
        "Сіз кезектің басындасыз. Алғашқы босаған консультант сізге жауап береді.",
        "Вы в начале очереди. Вам ответит первый свободный консультант.",
        "The same consultant is not there any more: the caller waits at the head of the queue.",
    ),
)

AFTER = (
    Prompt(
        "rate",
        "Консультанттың жұмысын бірден беске дейін бағалаңыз. Бес - өте жақсы, бір - өте нашар.",
        "Оцените работу консультанта от одного до пяти. Пять - очень хорошо, один - очень плохо.",
        "At once after the consultant hung up; one key, 1 to 5 (C5).",
    ),
    Prompt(
        "rate_thanks", "Рақмет, бағаңыз қабылданды.", "Спасибо, ваша оценка принята.", "After a key 1 to 5."
    ),
    Prompt(
        "goodbye",
        "Қоңырау шалғаныңызға рақмет. Сау болыңыз!",
        "Спасибо за звонок. До свидания!",
        "Last words.",
    ),
)

TROUBLE = (
    Prompt(
        "apology",
        "Кешіріңіз, бізде техникалық ақау болды. Тұтқаны қоймаңыз, сізді консультантпен байланыстырамыз.",
        "Извините, у нас технический сбой. Не кладите трубку, мы соединим вас с консультантом.",
        "A fault of ours, the language is known; a person follows.",
    ),
    Prompt(
        "apology_both",
        "Кешіріңіз, техникалық ақау болды. Сізді консультантпен байланыстырамыз.",
        "Извините, технический сбой. Мы соединим вас с консультантом.",
        "A fault of ours before the language is known; a person follows.",
        both=True,
    ),
)

CALLER = (*WELCOME, *WAITING, *NOBODY, *UCC, *AFTER, *TROUBLE)
