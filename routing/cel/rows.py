"""Rows of Asterisk's channel event log read as the same events that AMI brings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from dialplan.words import PREFIX, SURVIVED
from routing.live.endpoints import device_of
from routing.live.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelAnswered,
    ChannelBorn,
    ChannelGone,
    DialBegan,
    DialEnded,
    Event,
    HangupAsked,
    VariableSet,
)

# The fields of cel_custom.conf, in order (docs/decisions/0007-cel.md).
FIELDS: Final = (
    "eventtype,eventtime(%s.%6q),uniqueid,linkedid,channame,peer,num,name,"
    "exten,context,appname,appdata,eventextra,userfield"
)


@dataclass(frozen=True, slots=True)
class CelRow:
    """One row: `kind` is Asterisk's event, or the name of a user event; `at` in epoch seconds."""

    kind: str
    at: float
    id: str
    linked: str
    channel: str
    peer: str
    pii_caller: str
    pii_name: str
    exten: str
    context: str
    application: str
    argument: str
    extra: str


def row(fields: Sequence[str]) -> CelRow | None:
    """One parsed CSV record as a row; None when it is not one (torn by a crash, other columns)."""
    if len(fields) != FIELDS.count(",") + 1:
        return None
    try:
        at = float(fields[1])
    except ValueError:
        return None
    return CelRow(fields[0], at, *fields[2:13]) if isfinite(at) else None


def events(row: CelRow) -> list[Event]:  # noqa: PLR0911 - one return for each kind of row
    """What the row tells, in the words of routing/live/events.py; empty for rows that add nothing."""
    match row.kind:
        case "CHAN_START":
            return _born(row)
        case "ANSWER":
            return _answered(row)
        case "APP_START" if row.application == "Queue":
            return [VariableSet(row.at, row.id, row.linked, SURVIVED, "1")]
        case "BRIDGE_ENTER":
            bridge = str(_extra(row).get("bridge_id", ""))
            return [BridgeEntered(row.at, bridge, row.id, row.linked, row.channel)]
        case "BRIDGE_EXIT":
            bridge = str(_extra(row).get("bridge_id", ""))
            return [BridgeLeft(row.at, bridge, row.id, row.linked)]
        case "HANGUP":
            return _gone(row)
        case kind if kind.startswith(PREFIX):
            return _variables(row)
    return []


def _extra(row: CelRow) -> dict[str, object]:
    try:
        extra = json.loads(row.extra)
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}


def _born(row: CelRow) -> list[Event]:
    at, id_, linked, channel = row.at, row.id, row.linked, row.channel
    born = ChannelBorn(at, channel, id_, linked, row.context, row.exten, row.pii_caller, row.pii_name)
    if id_ == linked:
        return [born]
    # The log has no row for ringing: a channel born into another's call is being dialled.
    return [born, DialBegan(at, linked, device_of(channel), channel, id_)]


def _answered(row: CelRow) -> list[Event]:
    answered = ChannelAnswered(row.at, row.id, row.linked)
    if row.id == row.linked:
        return [answered]
    return [answered, DialEnded(row.at, row.linked, device_of(row.channel), row.id, "ANSWER")]


def _gone(row: CelRow) -> list[Event]:
    extra = _extra(row)
    cause = extra.get("hangupcause")
    gone = ChannelGone(row.at, row.id, row.linked, row.channel, cause if isinstance(cause, int) else 0)
    if extra.get("hangupsource") == row.channel:
        return [HangupAsked(row.at, row.id, row.linked), gone]
    return [gone]


def _variables(row: CelRow) -> list[Event]:
    told = str(_extra(row).get("extra", ""))
    pairs = (pair.partition("=") for pair in told.split("|"))
    return [
        VariableSet(row.at, row.id, row.linked, name, value)
        for name, _, value in pairs
        if name.startswith(PREFIX) and value
    ]
