"""How many RTP packets have come from a phone, as Asterisk counts them; edge."""

from routing.ami import Ami, AmiDown, AmiError, AmiTimeout

RECEIVED = "CHANNEL(rtcp,rxcount)"


async def received(ami: Ami, channel: str) -> int | None:
    """Packets since the call (or its source) began; None when Asterisk does not say."""
    try:
        answer = await ami.send("Getvar", {"Channel": channel, "Variable": RECEIVED})
    except (AmiDown, AmiError, AmiTimeout):
        return None
    value = str(answer.get("Value", ""))
    return int(value) if value.isascii() and value.isdigit() else None
