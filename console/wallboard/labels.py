"""Labels of the wallboard: phases of a call, faults of a phone, alerts; by the words the engine uses."""

from collections.abc import Mapping
from typing import Final

from console.http.refusals import N_
from routing.live import phases

PHASES: Final[Mapping[str, str]] = {
    "menu": N_("in the menu"),
    "waiting": N_("waiting"),
    "ringing": N_("ringing"),
    "duty_ringing": N_("the duty phone rings"),
    "talking": N_("talking"),
    "hold": N_("on hold"),
    "duty_talking": N_("talking with the duty phone"),
    "reserved": N_("calling 1414"),
    "with_1414": N_("with 1414"),
    "rating": N_("rating"),
}
UNANSWERED: Final = phases.UNANSWERED
ELSEWHERE: Final = ("menu", "duty_talking", "reserved", "with_1414", "rating")
COLUMNS: Final = ("available", "ringing", "talking", "wrap_up", "paused", "unreachable", "off_shift")
FAULTS: Final[Mapping[str, str]] = {
    "forwards": N_("the phone forwards calls"),
    "drops": N_("the phone answers and drops calls"),
}
ALERTS: Final[Mapping[str, str]] = {
    "nobody_on_shift": N_("Nobody is on shift"),
    "wait_critical": N_("A caller has waited far too long"),
    "wait_warning": N_("A caller has waited a long time"),
    "trunk_down": N_("The phone provider's trunk does not answer"),
    "number_refused": N_("The phone provider sends calls to a number that is not ours"),
    "ami_down": N_("The connection to the telephone exchange is lost"),
    "disk_low": N_("The disk for recordings is nearly full"),
    "disk_failing": N_("A disk for recordings takes no writes"),
    "disk_not_watched": N_("A disk for recordings cannot be looked at: tell the system administrator"),
    "volume_missing": N_("The second disk for recordings is not there"),
    "recording_stopped": N_("A conversation is not being recorded"),
    "caller_unanswered": N_("A waiting caller's line gives no sign of life: others are served first"),
    "sound_unheard": N_("A caller or consultant is not heard: the sound comes from an unknown address"),
    "sound_followed": N_("The sound of a call comes from another place, and is heard"),
    "evidence_away": N_("Recording fault: the process that seals recordings does not answer"),
    "recording_missing": N_("A conversation has no recording"),
    "recording_orphan": N_("A recording belongs to no known conversation"),
    "recording_leg_silent": N_("One side of a recording is silent"),
    "recording_length": N_("A recording is not as long as its conversation"),
    "recording_hole": N_("A recording has a hole"),
    "recording_unsealed": N_("A recording waits too long for its seal"),
    "recording_unreadable": N_("A recording cannot be read"),
    "recording_altered": N_("A sealed recording is missing or was altered"),
    "recording_not_sealed_whole": N_("Sound of a conversation is not in its sealed recording"),
    "demand_due": N_("The term of a demand is running out"),
    "demand_overdue": N_("The term of a demand has passed"),
    "demand_unreadable": N_("The row of a demand was altered and cannot be read"),
    "demand_destroyed": N_("A recording that is demanded was destroyed after the demand came in"),
    "statement_file": N_("A signed statement's file is missing or altered: tell the system administrator"),
    "statement_copy": N_("A signed statement could not be handed on: tell the system administrator"),
    "call_refused": N_("Callers were refused while the line stopped"),
    "hand_over_failed": N_("A body could not be told by any channel: tell it by telephone"),
    "hand_over_without_receipt": N_("A body has not said that it was told: call it"),
    "hand_over_without_answer": N_("A body has not answered in time: ask it"),
    "appeal_overdue": N_("The reply to an appeal in writing is overdue: answer it"),
    "hand_over_unknown": N_("Nobody can say whether a body was told: ask it, or tell it again"),
    "gate_open": N_("The exchange's inner ports are not closed to others: tell the system administrator"),
    "asterisk_half_silent": N_("The telephone exchange does not answer questions, calls go on"),
    "asterisk_died": N_("The telephone exchange ended and was started anew: conversations were cut off"),
    "other": N_("Something needs a look: tell the system administrator"),
    "ack_missing": N_("The phone provider does not confirm our answers: calls are cut off after 32 s"),
    "keys_as_tones": N_("Keys come from the phone provider only as tones in the sound"),
    "ucc_unreachable": N_("1414 could not be reached"),
    "diverted": N_("The queue is diverted to the duty phone"),
    "last_consultant_missed": N_("The last free consultant did not answer a ring"),
    "phone_forwards": N_("A consultant's phone forwards calls: it is passed over until it answers"),
    "phone_drops": N_("A consultant's phone answers and drops calls: it is passed over until it answers"),
    "healed": N_("A consultant's stuck state was corrected"),
    "kept_waiting": N_("A caller waits for one consultant while somebody else is free"),
    "journal_away": N_("The journal takes no rows: calls go on, their rows wait on the disk"),
    "journal_replaced": N_("The journal's file was deleted or replaced: tell the system administrator"),
    "figures_incomplete": N_("The database does not answer: today's figures are missing"),
}
SHORT: Final[Mapping[str, str]] = {"kk": N_("Kaz"), "ru": N_("Rus")}
