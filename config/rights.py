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
    WATCH = "watch"  # the wallboard
    STEER = "steer"
    SPY = "spy"  # listen, whisper, barge
    FIGURES = "figures"
    OWN_DESK = "own_desk"  # a consultant's own state and call
    ACCOUNTS = "accounts"
    OWN_ACCOUNT = "own_account"
    CALLS = "calls"  # what the journal tells of calls, numbers masked
    VERIFY = "verify"  # whether evidence is whole: chain, statements, gaps, keys by fingerprint
    STATE = "state"  # seal now, make and sign a statement
    INSTALL = "install"  # what the machine is given: configuration with all passwords, prompts, a drill
    APPEALS = "appeals"  # write appeals, hand them over
    APPEALS_READ = "appeals_read"  # see appeals; with a reason where it is not one's own
    APPEALS_BY_PERSON = "appeals_by_person"  # search them by a name or a word
    APPEALS_WATCH = "appeals_watch"  # open appeals by owner, missing receipts, reports
    APPEAL_TOKENS = "appeal_tokens"  # which systems may send appeals in writing
    DIRECTORY = "directory"  # bodies, their contacts, the calendar


class CommandAccess(StrEnum):
    """Commands that ask for no right of a role."""

    OPEN = "open"  # reveals nothing of people and changes nothing of ours
    MACHINE = "machine"  # whoever runs the machine: root, who has no name here, an administrator


RIGHTS: Mapping[Right, frozenset[str]] = MappingProxyType(
    {
        Right.FIND: frozenset({"administrator", "supervisor"}),
        Right.LISTEN: frozenset({"administrator", "supervisor"}),
        Right.TAKE_OUT: frozenset({"administrator"}),
        Right.DEMANDS: frozenset({"administrator"}),
        Right.RETENTION: frozenset({"administrator"}),
        Right.READ_LOG: frozenset({"administrator", "auditor"}),
        Right.KEYS: frozenset({"administrator"}),
        Right.WATCH: frozenset({"supervisor", "administrator", "auditor"}),
        Right.STEER: frozenset({"supervisor", "administrator"}),
        Right.SPY: frozenset({"supervisor"}),
        Right.FIGURES: frozenset({"supervisor", "administrator", "auditor"}),
        Right.OWN_DESK: frozenset({"consultant"}),
        Right.ACCOUNTS: frozenset({"administrator"}),
        Right.OWN_ACCOUNT: frozenset({"consultant", "supervisor", "administrator", "auditor"}),
        Right.CALLS: frozenset({"supervisor", "administrator"}),
        Right.VERIFY: frozenset({"administrator", "auditor"}),
        Right.STATE: frozenset({"administrator"}),
        Right.INSTALL: frozenset({"administrator"}),
        Right.APPEALS: frozenset({"consultant", "supervisor", "administrator"}),
        Right.APPEALS_READ: frozenset({"consultant", "supervisor", "administrator", "auditor"}),
        Right.APPEALS_BY_PERSON: frozenset({"supervisor", "administrator"}),
        Right.APPEALS_WATCH: frozenset({"supervisor", "administrator", "auditor"}),
        Right.APPEAL_TOKENS: frozenset({"administrator"}),
        Right.DIRECTORY: frozenset({"administrator"}),
    }
)


def may(role: str, right: Right) -> bool:
    """Whether somebody in `role` may."""
    return role in RIGHTS[right]
