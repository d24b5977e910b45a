"""Results of a transfer to 1414 (A14, C4): one table for flow, dialplan, journal and wallboard; pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

# What a phone did that was rung, in place of serving: the leg's end tells it (decision 0083).
DROPS: Final = "drops"  # answered, and gone at once
FORWARDS: Final = "forwards"  # named another number, and no leg follows one


class UccResult(StrEnum):
    """As the call's channel, the journal's row and the command line's JSON have it."""

    DIALLING = "dialling"  # no result yet
    ANSWERED = "answered"
    BUSY = "busy"
    SILENT = "silent"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    DROPPED = "dropped"
    NO_NOTICE = "no_notice"  # not dialled: the notice could not be played


FAILURES: Final = frozenset(UccResult) - {UccResult.DIALLING, UccResult.ANSWERED}

# Why 1414 did not take a call: what the leg's end told comes first, then Dial's status, with the cause of the
# hang-up where that tells more (603). dialplan/render.py writes all of it into survival's dialplan.
BY_RING: Final[Mapping[str, UccResult]] = MappingProxyType(
    {DROPS: UccResult.DROPPED, FORWARDS: UccResult.REJECTED}
)
BY_DIAL: Final[Mapping[str, UccResult]] = MappingProxyType(
    {"BUSY": UccResult.BUSY, "NOANSWER": UccResult.SILENT, "CHANUNAVAIL/21": UccResult.REJECTED}
)
ELSE: Final = UccResult.UNREACHABLE


def ucc_result(status: str, cause: int, ring: str = "") -> UccResult:
    """Why a Dial to 1414 came to nothing; `ring` as Facts.ring, `cause` a Q.850 number."""
    return BY_RING.get(ring) or BY_DIAL.get(status) or BY_DIAL.get(f"{status}/{cause}", ELSE)


def prompt(result: UccResult) -> str:
    """What the caller hears of a try that failed."""
    return "ucc_busy" if result is UccResult.BUSY else "ucc_no_answer"
