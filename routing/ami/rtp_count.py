"""What has come from a phone, as Asterisk counts it: packets, lost ones, jitter; edge."""

import re
from dataclasses import dataclass
from typing import Final

from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout

RECEIVED: Final = "CHANNEL(rtcp,rxcount)"
ALL: Final = "CHANNEL(rtcp,all)"
_FIELD = re.compile(r"\s*([a-z]+)=([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Packets:
    """Packets since the call (or its source) began; `jitter` is the present one (s, RFC 3550).

    Asterisk's own average is of no use: one renumbering makes it seconds for the rest of the call.
    """

    received: int
    lost: int
    jitter: float


async def received(ami: Ami, channel: str) -> int | None:
    """Packets since the call (or its source) began; None when Asterisk does not say."""
    told = await value(ami, channel, RECEIVED)
    return int(told) if told.isascii() and told.isdigit() else None


async def packets(ami: Ami, channel: str) -> Packets | None:
    """All three; None when Asterisk does not say, as of a channel without RTP."""
    fields = _fields(await value(ami, channel, ALL))
    if "rxcount" not in fields or "lp" not in fields:
        return None
    # What it tells the phone of the phone's own packets is "tx": rxjitter is what the phone tells us.
    return Packets(int(fields["rxcount"]), int(fields["lp"]), fields.get("txjitter", 0.0))


def _fields(text: str) -> dict[str, float]:
    found = (_FIELD.fullmatch(part) for part in text.split(";"))
    return {match[1]: float(match[2]) for match in found if match}


async def value(ami: Ami, channel: str, variable: str) -> str:
    """What Asterisk says of a channel; empty when it does not."""
    try:
        answer = await ami.send("Getvar", {"Channel": channel, "Variable": variable})
    except (AmiDown, AmiError, AmiTimeout):
        return ""
    return str(answer.get("Value", ""))
