"""How a stage ended, also when an earlier engine or survival ran it."""

from enum import Enum
from typing import Final

from ivr.facts import Facts


class Ending(Enum):
    """What is to be done next depends on it."""

    NONE = "nobody has served the call yet"
    MISSED = "the consultant's phone did not answer"
    CONSULTANT = "the consultant hung up"
    WANTS_1414 = "the consultant asked for 1414"
    UCC_FAILED = "1414 was tried and did not take the call"
    RETURNS = "told so, the caller goes back to the consultant"
    LOST = "the consultant's phone died in mid-conversation"
    DROPPED = "the consultant's phone answered and was gone at once"
    DUTY = "the conversation with the duty phone is over"
    OVER = "everything has been said"


# Why 1414 did not take a call, by Dial's status, with the cause of the hang-up where that tells more (603);
# the engine and survival's dialplan both read it here.
UCC_WHY: Final = {"BUSY": "busy", "NOANSWER": "silent", "CHANUNAVAIL/21": "rejected"}
UCC_ELSE: Final = "unreachable"
UCC_FORWARDS: Final = "rejected"  # it named another number, and no leg follows one (decision 0083)
UCC_DROPPED: Final = "dropped"  # answered, and gone at once
UCC_FAILURES: Final = (*UCC_WHY.values(), UCC_ELSE, UCC_DROPPED, "no_notice")
DROPS: Final = "drops"
FORWARDS: Final = "forwards"


def ucc_why(status: str, cause: int, ring: str = "") -> str:
    """Why a Dial to 1414 came to nothing (A14); `ring` as Facts.ring."""
    if ring == DROPS:
        return UCC_DROPPED
    if ring == FORWARDS:
        return UCC_FORWARDS
    return UCC_WHY.get(status) or UCC_WHY.get(f"{status}/{cause}", UCC_ELSE)


def left_behind(facts: Facts) -> Ending:  # noqa: PLR0911 - one row an ending
    """Where a call stands that comes in with these facts: no stage runs twice."""
    answered = facts.dialstatus == "ANSWER"
    dropped = facts.ring == DROPS
    match facts.stage:
        case _ if facts.rating_asked:
            return Ending.OVER
        case _ if facts.ucc == "answered":
            return Ending.UCC_FAILED if dropped else Ending.OVER
        case _ if facts.wish == "lost":
            return Ending.LOST
        case "after":
            return Ending.CONSULTANT
        case _ if facts.ucc == "dialling":
            return Ending.OVER if answered and not dropped else Ending.UCC_FAILED
        case _ if facts.duty == "answered":
            return Ending.NONE if dropped else Ending.DUTY
        case "talk" if dropped:
            return Ending.DROPPED
        case _ if facts.wish == "1414":
            return Ending.WANTS_1414
        case "talk" if answered:
            return Ending.CONSULTANT
        case "talk" if facts.ucc in UCC_FAILURES:
            return Ending.RETURNS
        case _:
            return Ending.NONE
