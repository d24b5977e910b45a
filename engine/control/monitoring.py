"""Brings a supervisor's own phone to a live conversation: a one-shot login that may only originate; edge.

By way of the dialplan, where a phone that forwards has refused: Originate alone would dial whatever the phone
names (decision 0104).
"""

import asyncio
from itertools import count
from time import time

from dialplan import words as w
from routing.ami.connection import AmiAction
from routing.ami.login import log_in, open_connection
from routing.ami.message import Message
from routing.live.ami_events import header_value
from routing.live.endpoints import device_of
from routing.live.monitoring import OPTIONS, Mode, spy_id

DEADLINE = 5.0
SOON = 3.0  # seconds in which a phone says that it rings, or that it will not
RINGING = frozenset({"5", "6"})  # Asterisk's numbers of the states Ringing and Up


class PhoneRefused(Exception):
    """The supervisor's phone would not be rung; `answer` is its SIP status, 0 when there was none."""

    def __init__(self, answer: int) -> None:
        super().__init__(f"refused: {answer}")
        self.answer = answer

    @property
    def forwards(self) -> bool:
        """Whether it named another place instead."""
        return 300 <= self.answer < 400


class CallMonitoring:
    """AMI user `steer`: the engine's own user may not originate (asterisk/templates/manager.conf)."""

    def __init__(self, host: str, port: int, secret: str) -> None:
        self._host, self._port, self._secret = host, port, secret
        self._numbers = count(int(time()))
        self._asked: dict[str, asyncio.Future[int | None]] = {}  # by phone: None rings, else what it said

    def on_message(self, message: Message) -> None:
        """The engine's own events: of a phone that is being rung, what it does."""
        if not self._asked:
            return
        event = header_value(message, "Event")
        if event == "UserEvent" and header_value(message, "UserEvent") == w.SPY_REFUSED:
            self._told(header_value(message, "Phone"), int(header_value(message, "Answer") or 0))
        elif event == "Newstate" and header_value(message, "ChannelState") in RINGING:
            channel = header_value(message, "Channel")
            if channel.startswith("PJSIP/"):  # not yet the local channel before it
                self._told(device_of(channel), None)

    def _told(self, phone: str, what: int | None) -> None:
        asked = self._asked.get(phone)
        if asked is not None and not asked.done():
            asked.set_result(what)

    async def begin(self, mode: Mode, phone: str, channel: str, consultant: str) -> str:
        """Ring `phone`, and let it hear `channel` when it answers; the id of its channel.

        Returns when the phone rings, or has said nothing for three seconds. ChanSpy ends with the
        consultant's leg. Raises PhoneRefused, OSError, AmiDown, AmiTimeout, AmiError.
        """
        id_ = spy_id(mode, phone, next(self._numbers))
        fields = {
            "Channel": f"Local/{phone}@{w.SPY}/n",
            "Application": "ChanSpy",
            "Data": f"{channel},{OPTIONS[mode]}",
            "CallerID": f'"{mode}" <{consultant}>',
            "Timeout": str(w.SPY_SECONDS * 1000),
            "Async": "true",
            "ChannelId": id_,
            "OtherChannelId": f"{id_}-phone",
        }
        asked = self._asked[phone] = asyncio.get_running_loop().create_future()
        try:
            await self._originate(fields)
            await asyncio.wait({asked}, timeout=SOON)
        finally:
            if self._asked.get(phone) is asked:
                del self._asked[phone]
        if asked.done() and (answer := asked.result()) is not None:
            raise PhoneRefused(answer)
        return id_

    async def _originate(self, fields: dict[str, str]) -> None:
        connection = await open_connection(self._host, self._port, _unheard, DEADLINE)
        try:
            await log_in(connection, "steer", self._secret, DEADLINE)
            await connection.ask(AmiAction("Originate", fields), DEADLINE)
        finally:
            connection.drop("done")


def _unheard(_: Message) -> None:
    """Events come by the engine's own connection."""
