"""A call's facts as channel variables: their names, and how the dialplan hands them over."""

from typing import Final

from dialplan import words as w
from ivr.facts import Facts

VARIABLES: Final = {
    "stage": w.STAGE,
    "language": w.LANGUAGE,
    "queued": w.QUEUED,
    "consultant": w.CONSULTANT,
    "connection": w.CONNECTION,
    "recording": w.RECORDING,
    "wish": w.WISH,
    "ended_by": w.ENDED_BY,
    "notice": w.NOTICE,
    "ucc": w.UCC,
    "ring": w.RING,
    "duty": w.DUTY,
    "diverted": w.DIVERTED,
    "rating_asked": w.RATING_ASKED,
    "rating": w.RATING,
    "advised": w.ADVISED,
    "dialstatus": w.DIALSTATUS,
}


def read(text: str) -> Facts:
    """From `NAME=value|NAME=value`, the first argument of AGI(); unknown or odd values are left out."""
    values = dict(part.partition("=")[::2] for part in text.split("|"))
    get = values.get
    language = get(w.LANGUAGE)
    return Facts(
        call=get(w.CALL, ""),
        arrived=_number(get(w.ARRIVED)) or 0,
        stage=get(w.STAGE) or "welcome",
        language="kk" if language == "kk" else "ru" if language == "ru" else None,
        queued=_number(get(w.QUEUED)),
        consultant=get(w.CONSULTANT) or None,
        connection=_number(get(w.CONNECTION)) or 0,
        wish=get(w.WISH, ""),
        ended_by=get(w.ENDED_BY, ""),
        notice=_number(get(w.NOTICE)),
        ucc=get(w.UCC, ""),
        ring=get(w.RING, ""),
        duty=get(w.DUTY, ""),
        diverted=_number(get(w.DIVERTED)),
        rating_asked=get(w.RATING_ASKED) == "1",
        rating=_number(get(w.RATING)),
        advised=get(w.ADVISED) == "1",
        survived=get(w.SURVIVED) == "1",
        dialstatus=get(w.DIALSTATUS, ""),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
