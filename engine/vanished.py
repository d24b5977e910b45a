"""A consultant's phone that died in mid-conversation: its leg is ended, and the caller served on; edge.

No time limit ends a conversation. Two things together do: the phone answers no qualify request, and not one
packet of sound has come from it for ten seconds.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from dialplan import words as w
from engine.packets import received
from routing.ami import Ami, AmiDown, AmiError, AmiTimeout, Message
from routing.legs import Leg
from routing.ongoing import OngoingCall

log = structlog.get_logger()

EVERY: Final = 2.0
SILENT: Final = 10.0  # seconds
GONE: Final = frozenset({"Unreachable", "Removed"})
BACK: Final = frozenset({"Reachable", "NonQualified", "Created"})


@dataclass(slots=True)
class Count:
    """The packets counted last, and since when their number stands still (monotonic)."""

    packets: int
    since: float


@dataclass(slots=True)
class Vanished:
    """Watches the conversations of phones that cannot be reached, and nobody else's."""

    ami: Ami
    talking: Callable[[str], tuple[OngoingCall, Leg] | None]
    lost: Callable[[str], None]  # a phone is given up: nobody is to ring it
    _gone: set[str] = field(default_factory=set)
    _counts: dict[str, Count] = field(default_factory=dict)

    def on_message(self, message: Message) -> None:
        """An AMI event."""
        if message.get("Event") != "ContactStatus":
            return
        device, status = str(message.get("EndpointName", "")), message.get("ContactStatus")
        if status in GONE:
            self._gone.add(device)
        elif status in BACK:
            self._gone.discard(device)

    async def on_up(self) -> None:
        """After each login: who cannot be reached now, and whom nobody can tell of."""
        self._gone.clear()
        try:
            contacts = await self.ami.list("PJSIPShowContacts")
        except (AmiError, AmiTimeout):  # "No Contacts found" is an error
            return
        for contact in contacts:
            if contact.get("Status") == "Unreachable":
                self._gone.add(str(contact.get("Endpoint", "")))

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            for device in tuple(self._gone):
                found = self.talking(device)
                if found is not None:
                    await self._look(device, *found)
            for channel in [key for key in self._counts if key.rpartition("-")[0][6:] not in self._gone]:
                del self._counts[channel]

    async def _look(self, device: str, call: OngoingCall, leg: Leg) -> None:
        packets, now = await received(self.ami, leg.channel), time.monotonic()
        if packets is None:
            return
        count = self._counts.setdefault(leg.channel, Count(packets, now))
        if count.packets != packets:
            count.packets, count.since = packets, now
        if now - count.since < SILENT or device not in self._gone:
            return
        log.warning("phone_vanished", call=call.word(w.CALL), consultant=device)
        del self._counts[leg.channel]
        self.lost(device)
        try:
            mark = {"Channel": call.channel, "Variable": w.WISH, "Value": w.WISH_LOST}
            await self.ami.send("Setvar", mark)
            await self.ami.send("Hangup", {"Channel": leg.channel, "Cause": "27"})
        except (AmiDown, AmiError, AmiTimeout) as why:
            log.error("leg_not_ended", call=call.word(w.CALL), why=type(why).__name__)
