"""What things are called on the pages: messages by the words the engine uses."""

from collections.abc import Mapping
from typing import Final

from console.said import N_

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "available": ("●", N_("available")),
    "ringing": ("◎", N_("ringing")),
    "talking": ("▶", N_("talking")),
    "hold": ("Ⅱ", N_("on hold")),
    "reserved": ("⇄", N_("waits for 1414")),
    "wrap_up": ("✎", N_("wrap-up")),
    "paused": ("◐", N_("paused")),
    "unreachable": ("✕", N_("unreachable")),
    "off_shift": ("○", N_("off shift")),
}
PHASES: Final[Mapping[str, str]] = {
    "waiting": N_("waiting"),
    "ringing": N_("ringing"),
    "talking": N_("talking"),
    "reserved": N_("1414 is tried"),
}
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
ALERTS: Final[Mapping[str, str]] = {
    "nobody_on_shift": N_("Nobody is on shift"),
    "wait_critical": N_("Somebody waits much too long"),
    "wait_warning": N_("Somebody waits long"),
    "trunk_down": N_("The operator's trunk does not answer"),
    "ami_down": N_("The connection to the telephone exchange is lost"),
    "disk_low": N_("The disk for recordings is nearly full"),
    "recorder": N_("A recording is in trouble"),
    "ucc_unreachable": N_("1414 could not be reached"),
    "diverted": N_("The queue is diverted to the duty phone"),
    "last_consultant_missed": N_("The last free consultant did not answer a ring"),
    "healed": N_("A stuck state was put right"),
}
LANGUAGES: Final[Mapping[str, str]] = {"kk": N_("Kazakh"), "ru": N_("Russian")}
QUEUES: Final[Mapping[str, str]] = {"kk": N_("111 Kazakh"), "ru": N_("111 Russian")}
FORMULAS: Final[Mapping[str, str]] = {
    "average_wait": N_(
        "Average wait today: mean of (answer − arrival of the call) over answered calls. "
        "The law allows {law} s on average (C1)."
    ),
    "waiting": N_("Callers in the queue now whom nobody rings for."),
    "longest": N_("Now − arrival of the call, for the caller who has waited longest."),
    "available": N_("Consultants on shift who could be rung now."),
    "talking": N_("Consultants in conversation now, on hold included."),
    "service_level": N_(
        "Answered within {target} s of entering the queue ÷ "
        "(answered + abandoned − abandoned within 5 s), today."
    ),
    "abandoned": N_("Callers who entered the queue today and hung up before an answer."),
    "offered": N_("Calls that entered the queue today and are over."),
    "answered": N_("Calls answered today by a consultant or the duty phone."),
    "queue_wait": N_("Mean of (answer − entering the queue) over answered calls, today."),
    "average_talk": N_("Mean of (end of conversation − answer), today."),
}
