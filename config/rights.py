"""Which role may do what, as data; a right that is not named here is nobody's (A5, A18)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """What the command line and the console ask for before they do something."""

    FIND = "find"  # search recordings, numbers masked
    LISTEN = "listen"
    TAKE_OUT = "take_out"  # export, unmask
    DEMANDS = "demands"
    RETENTION = "retention"
    READ_LOG = "read_log"
    KEYS = "keys"


RIGHTS: Mapping[Right, frozenset[str]] = MappingProxyType(
    {
        Right.FIND: frozenset({"administrator", "supervisor"}),
        Right.LISTEN: frozenset({"administrator", "supervisor"}),
        Right.TAKE_OUT: frozenset({"administrator"}),
        Right.DEMANDS: frozenset({"administrator"}),
        Right.RETENTION: frozenset({"administrator"}),
        Right.READ_LOG: frozenset({"administrator", "auditor"}),
        Right.KEYS: frozenset({"administrator"}),
    }
)


def may(role: str, right: Right) -> bool:
    """Whether somebody in `role` may."""
    return role in RIGHTS[right]
