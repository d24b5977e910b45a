"""What each alarm of the journal is called on the board, which has words for it in every language."""

import re
from collections.abc import Mapping
from typing import Final

OTHER: Final = "other"  # of a version that this one does not know: seen all the same
_DEMAND: Final = re.compile(r"demand_\d+")  # demand_50, demand_80: a share of its term is over

BOARD: Final[Mapping[str, str]] = {
    "last_consultant_missed": "last_consultant_missed",
    "consultant_healed": "healed",
    "journal_replaced": "journal_replaced",
    "recording_missing": "recording_missing",
    "recording_orphan": "recording_orphan",
    "recording_leg_silent": "recording_leg_silent",
    "recording_length": "recording_length",
    "recording_hole": "recording_hole",
    "recording_unsealed": "recording_unsealed",
    "recording_unread": "recording_unreadable",
    "recording_unreadable": "recording_unreadable",
    "recording_file_missing": "recording_altered",
    "recording_file_size": "recording_altered",
    "recording_sealed_altered": "recording_altered",
    "recording_grew_after_seal": "recording_not_sealed_whole",
    "recording_sound_not_sealed": "recording_not_sealed_whole",
    "demand_overdue": "demand_overdue",
    "demand_destroyed": "demand_destroyed",
    "demand_unreadable": "demand_unreadable",
    "statement_file_missing": "statement_file",
    "statement_file_lost": "statement_file",
    "statement_file_altered": "statement_file",
    "statement_copy_failed": "statement_copy",
    "hand_over_failed": "hand_over_failed",
    "hand_over_unknown": "hand_over_unknown",
    "hand_over_without_receipt": "hand_over_without_receipt",
    "hand_over_without_answer": "hand_over_without_answer",
    "appeal_overdue": "appeal_overdue",
    "call_refused": "call_refused",
    "gate_open": "gate_open",
    "asterisk_half_silent": "asterisk_half_silent",
    "asterisk_died": "asterisk_died",
}
# Told by the state itself for as long as it holds; see engine/wallboard/alerts.py.
STATES: Final[Mapping[str, str]] = {
    "nobody_on_shift": "nobody_on_shift",
    "phone_forwards": "phone_forwards",
    "phone_drops": "phone_drops",
    "answer_unseen": "healed",  # the consultant's state shows it, and what is done about it
    "recording_stopped": "recording_stopped",
    "disk_low": "disk_low",
    "volume_failing": "disk_failing",
    "number_refused": "number_refused",
    "volume_filling": "disk_low",
    "volume_missing": "volume_missing",
    "volume_not_watched": "disk_not_watched",
    "caller_unanswered": "caller_unanswered",
    "sound_unheard_caller": "sound_unheard",
    "sound_unheard_consultant": "sound_unheard",
    # Nothing to be done: the sound is heard. The call's story tells of it.
    "sound_followed_caller": "sound_followed",
    "sound_followed_consultant": "sound_followed",
    "ami_down": "ami_down",
    "ack_missing": "ack_missing",
    "keys_as_tones": "keys_as_tones",
    "keys_as_tones_understood": "keys_as_tones",  # nothing to be done: the call's story tells of it
}
KEYS_AS_TONES: Final = "keys_as_tones"  # of an operator: no telephone-event comes from it
ACK_MISSING: Final = "ack_missing"  # of an operator: it never confirms our answers
LAST_MISSED: Final = "last_consultant_missed"
# On the board until its end is told, however long ago it began: who raises it tells the end as well.
LASTING: Final = (
    "gate_open",
    "asterisk_half_silent",
    "recording_unsealed",
    "recording_unreadable",
    "demand_overdue",
    "demand_unreadable",
    "statement_file_missing",
    "statement_file_altered",
    "statement_copy_failed",
    "hand_over_without_receipt",
    "hand_over_without_answer",
)


def on_board(kind: str) -> str:
    """The board's kind of one of the journal's alarms."""
    return "demand_due" if _DEMAND.fullmatch(kind) else BOARD.get(kind, OTHER)
