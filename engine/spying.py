"""Brings a supervisor's own phone to a live conversation: a one-shot login that may only originate; edge."""

from itertools import count
from time import time

from routing.ami_connection import Action
from routing.ami_login import log_in, open_connection
from routing.ami_message import Message
from routing.spying import OPTIONS, Mode, spy_id

DEADLINE = 5.0
RINGS = 15_000  # milliseconds the supervisor's phone rings


class Spying:
    """AMI user `steer`: the engine's own user may not originate (asterisk/templates/manager.conf)."""

    def __init__(self, host: str, port: int, secret: str) -> None:
        self._host, self._port, self._secret = host, port, secret
        self._numbers = count(int(time()))

    async def begin(self, mode: Mode, phone: str, channel: str, consultant: str) -> str:
        """Ring `phone`, and let it hear `channel` when it answers; the id of its channel.

        ChanSpy ends with the consultant's leg. Raises OSError, AmiDown, AmiTimeout, AmiError.
        """
        id_ = spy_id(mode, phone, next(self._numbers))
        fields = {
            "Channel": f"PJSIP/{phone}",
            "Application": "ChanSpy",
            "Data": f"{channel},{OPTIONS[mode]}",
            "CallerID": f'"{mode}" <{consultant}>',
            "Timeout": str(RINGS),
            "Async": "true",
            "ChannelId": id_,
        }
        connection = await open_connection(self._host, self._port, _unheard, DEADLINE)
        try:
            await log_in(connection, "steer", self._secret, DEADLINE)
            await connection.ask(Action("Originate", fields), DEADLINE)
        finally:
            connection.drop("done")
        return id_


def _unheard(_: Message) -> None:
    """Events come by the engine's own connection."""
