"""Reasons that people give: kept whole, or refused with what to do; never cut (A5, A18); pure.

One limit for all of them, and a lower one where Asterisk itself would cut (docs/decisions/0117).
"""

from typing import Final

from config.refusals import Code, refused
from config.told import told

LONGEST: Final = 1000  # letters of a reason, or of what it is about, in the access log and all tables
PAUSE_BYTES: Final = 79  # of a pause's reason: see pause_reason


class ReasonRefused(ValueError):
    """These words would not be kept as they were given; the text says what to do."""


def kept_whole(text: str, what: str = "reason") -> str:
    """The words as they are. Raises ReasonRefused for what a database would cut or change."""
    if len(text) > LONGEST:
        raise ReasonRefused(refused(Code.REASON_TOO_LONG, what=told(what), count=len(text), longest=LONGEST))
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):  # half characters
        raise ReasonRefused(refused(Code.REASON_IS_NO_TEXT, what=told(what)))
    return text


def pause_reason(text: str) -> str:
    """A pause's reason as it is. Raises ReasonRefused for what survival's queue would not give back as it is.

    It goes there as a header of the manager's, so it stands on one line; app_queue keeps 80 bytes of it, the
    last one a zero. One that came back cut would never equal ours (engine/operations/survival_queue_members).
    """
    kept_whole(text)
    if not text.strip() or not text.isprintable() or len(text.encode()) > PAUSE_BYTES:
        raise ReasonRefused(
            refused(Code.PAUSE_REASON_UNFIT, letters=PAUSE_BYTES // 2, latin=PAUSE_BYTES)
        )  # a Cyrillic letter takes two
    return text
