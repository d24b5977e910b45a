"""A consultant's phone that died in mid-conversation: its leg is ended, and the caller served on; edge.

No time limit ends a conversation. Two things together do: the phone answers no qualify request, and not one
packet of sound has come from it for ten seconds.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import structlog

from dialplan import words as w
from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout, Message
from routing.ami.rtp_count import received
from routing.live.endpoints import is_consultant
from routing.live.legs import Leg
from routing.live.live_call import OngoingCall

log = structlog.get_logger()

EVERY: Final = 2.0
SILENT: Final = 10.0  # seconds


@dataclass(slots=True)
class PacketCount:
    """The packets counted last, and since when their number stands still (monotonic)."""

    packets: int
    since: float


@dataclass(slots=True)
class LostPhones:
    """Watches the conversations of phones that cannot be reached, and nobody else's."""

    ami: Ami
    living: Callable[[], Iterable[OngoingCall]]
    lost: Callable[[str], None]  # a phone is given up: nobody is to ring it
    # By device: its contacts, and which of them answer. A phone that registers anew has two for a moment.
    _contacts: dict[str, dict[str, bool]] = field(default_factory=dict)
    _listed: bool = False  # Asterisk has named all contacts: from now on a phone without one is gone
    _counts: dict[str, PacketCount] = field(default_factory=dict)

    def on_message(self, message: Message) -> None:
        """An AMI event."""
        if message.get("Event") == "ContactStatus":
            self._contact(message, "EndpointName", "URI", str(message.get("ContactStatus", "")))

    async def on_up(self) -> None:
        """After each login: whose phones answer now."""
        try:
            contacts = await self.ami.list("PJSIPShowContacts")
        except AmiTimeout:
            return
        except AmiError as why:
            if "no contacts" not in str(why).lower():  # none at all is an error, too, but an answer
                log.error("contacts_not_listed")
                return
            contacts = []
        self._listed = True
        self._contacts.clear()
        for contact in contacts:
            self._contact(contact, "Endpoint", "Uri", str(contact.get("Status", "")))

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            talks = [(call, leg) for call in self.living() for leg in call.legs.talking()]
            gone = [(call, leg) for call, leg in talks if self._gone(leg.device)]
            for call, leg in gone:
                await self._look(call, leg)
            for channel in self._counts.keys() - {leg.channel for _, leg in gone}:
                del self._counts[channel]

    def _contact(self, message: Message, device: str, uri: str, status: str) -> None:
        contacts = self._contacts.setdefault(str(message.get(device, "")), {})
        named = str(message.get(uri, ""))
        for listed in [one for one in contacts if named.startswith(one)]:
            del contacts[listed]  # the list names long ones by their beginning
        if status == "Removed":
            return
        contacts[named] = status != "Unreachable"

    def _gone(self, device: str) -> bool:
        if not is_consultant(device):
            return False
        contacts = self._contacts.get(device)
        return self._listed if contacts is None else not any(contacts.values())

    async def _look(self, call: OngoingCall, leg: Leg) -> None:
        packets, now = await received(self.ami, leg.channel), time.monotonic()
        if packets is None:
            return
        count = self._counts.setdefault(leg.channel, PacketCount(packets, now))
        if count.packets != packets:
            count.packets, count.since = packets, now
        if now - count.since < SILENT or not self._gone(leg.device):
            return
        log.warning("phone_vanished", call=call.word(w.CALL), consultant=leg.device)
        del self._counts[leg.channel]
        self.lost(leg.device)
        try:
            if count.packets:
                mark = {"Channel": call.channel, "Variable": w.WISH, "Value": w.WISH_LOST}
            else:  # it answered and was never heard: no conversation (decision 0083)
                mark = {"Channel": leg.channel, "Variable": w.RING, "Value": "drops"}
            await self.ami.send("Setvar", mark)
            await self.ami.send("Hangup", {"Channel": leg.channel, "Cause": "27"})
        except (AmiDown, AmiError, AmiTimeout) as why:
            log.error("leg_not_ended", call=call.word(w.CALL), why=type(why).__name__)
