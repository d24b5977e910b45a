"""Labels that several pages share: states, reasons, roles, languages, formulas; by the engine's words."""

from collections.abc import Mapping
from typing import Final

from console.http.refusals import N_

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "available": ("●", N_("available")),
    "ringing": ("◎", N_("ringing")),
    "talking": ("▶", N_("talking")),
    "hold": ("Ⅱ", N_("on hold")),
    "reserved": ("⇄", N_("waiting for 1414")),
    "wrap_up": ("✎", N_("wrap-up")),
    "paused": ("◐", N_("paused")),
    "unreachable": ("✕", N_("unreachable")),
    "off_shift": ("○", N_("off shift")),
}
# On badges, where a long name would not fit beside the others; its title says the whole of it.
BADGES: Final[Mapping[str, str]] = {"wrap_up": N_("in wrap-up"), "reserved": N_("to 1414")}
REASONS: Final[Mapping[str, str]] = {
    "lunch": N_("lunch"),
    "break": N_("break"),
    "training": N_("training"),
    "technical": N_("technical"),
    "meeting": N_("meeting"),
    "other": N_("other reason"),
}
MODES: Final[Mapping[str, str]] = {
    "listen": N_("listens"),
    "whisper": N_("whispers"),
    "barge": N_("has joined"),
}
ROLES: Final[Mapping[str, str]] = {
    "consultant": N_("consultant"),
    "supervisor": N_("supervisor"),
    "administrator": N_("administrator"),
    "auditor": N_("auditor"),
}
LANGUAGES: Final[Mapping[str, str]] = {"kk": N_("Kazakh"), "ru": N_("Russian")}
QUEUES: Final[Mapping[str, str]] = {"kk": N_("111 Kazakh"), "ru": N_("111 Russian")}
FORMULAS: Final[Mapping[str, str]] = {
    "average_wait": N_(
        "Mean of (answer − arrival of the call) over answered calls. "
        "The law allows an average of at most {law} s."
    ),
    "waiting": N_("Callers nobody has answered yet, ringing included."),
    "longest": N_("Now − arrival of the call, for the caller who has waited longest."),
    "available": N_("Consultants on shift who could be rung now."),
    "talking": N_("Consultants in conversation now, on hold included."),
    "service_level": N_(
        "How many of the callers were answered within {target} s. Exactly: answered within {target} s "
        "of entering the queue ÷ (answered + abandoned − abandoned within 5 s)."
    ),
    "abandoned": N_("Callers who entered the queue and hung up before an answer."),
    "offered": N_("Calls that entered the queue."),
    "answered": N_("Calls answered by a consultant or the duty phone."),
    "queue_wait": N_("Mean of (answer − entering the queue) over answered calls."),
    "average_talk": N_("Mean of (end of conversation − answer)."),
    "to_1414": N_("Calls that 1414 took over after the notice."),
    "longest_today": N_("The longest time from the call's arrival to the answer or the hang-up."),
    "answered_by": N_("Calls that this consultant answered."),
    "missed": N_("Rings of this consultant's phone that were not answered, busy and refused included."),
    "talked": N_("Time in conversation, on hold included."),
    "paused": N_("Time in pauses."),
    "occupancy": N_("(Conversation + wrap-up) ÷ time on shift without pauses."),
}
