"""What consultants and the person at the duty phone hear."""

from ivr.prompts.prompt import Prompt

STAFF = (
    Prompt(
        "duty_confirm",
        "Жүз он бірге қоңырау. Қабылдау үшін бірді басыңыз.",
        "Звонок на сто одиннадцать. Чтобы принять, нажмите один.",
        "Whoever answers the duty phone: an answering machine presses nothing.",
        both=True,
    ),
    Prompt(
        "consultant_paused",
        "Үзіліс басталды.",
        "Перерыв начат.",
        "The pause code worked: no calls from now on.",
    ),
    Prompt(
        "consultant_released",
        "Үзіліс аяқталды.",
        "Перерыв окончен.",
        "The release code worked: calls come again.",
    ),
    Prompt(
        "code_not_possible",
        "Қазір бұл мүмкін емес.",
        "Сейчас это невозможно.",
        "A feature code came when it has no meaning, or the engine is away.",
    ),
)
