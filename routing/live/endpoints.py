"""Whose phone a channel belongs to, read from Asterisk's channel and interface names."""

import re
from typing import Final

from dialplan.words import (
    DUTY_ENDPOINT,
    REPLACES,
    SPY,
    TEST_CALLER,
    TRUNK,
    TRUNK_NAT,
    TRUNK_UNCLEAN,
    TRUNK_WATCH,
    UCC_ENDPOINT,
)

CALLERS: Final = frozenset({TRUNK, TRUNK_NAT, TRUNK_UNCLEAN, TEST_CALLER})
DUTY_CHANNEL: Final = "Local/s@111-duty-"  # the duty phone rings behind a local channel
NOT_CONSULTANTS: Final = CALLERS | {UCC_ENDPOINT, DUTY_ENDPOINT, TRUNK_WATCH, REPLACES}
SPY_CHANNEL: Final = re.compile(rf"Local/(s[0-9]{{2,6}})@{SPY}-\w+;1")  # the half that hears a conversation
SUPERVISOR: Final = re.compile(r"s[0-9]{2,6}")  # a supervisor's phone


def device_of(channel: str) -> str:
    """ "PJSIP/c101-0000001a" -> "c101"; empty for a channel that is not a phone's (Local, Surrogate)."""
    technology, _, rest = channel.partition("/")
    if channel.startswith(DUTY_CHANNEL) and channel.endswith(";1"):
        return DUTY_ENDPOINT  # the half that meets the caller, once somebody has pressed 1
    if spy := SPY_CHANNEL.fullmatch(channel):
        return spy[1]
    if technology != "PJSIP":
        return ""
    return rest.rpartition("-")[0]


def endpoint_of(interface: str) -> str:
    """ "PJSIP/c101" or "PJSIP/c101/sip:…" -> "c101"; empty for anything but a phone (Queue:…)."""
    technology, _, rest = interface.partition("/")
    return rest.partition("/")[0] if technology == "PJSIP" else ""


def is_caller(device: str) -> bool:
    """A caller's side: the trunk, or the lab's test caller."""
    return device in CALLERS


def is_consultant(device: str) -> bool:
    """A consultant's phone: neither a caller nor 1414 nor the duty phone nor a supervisor's."""
    return bool(device) and device not in NOT_CONSULTANTS and not SUPERVISOR.fullmatch(device)
