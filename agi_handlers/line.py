"""The line to a caller over AGI: prompts, digits, music, variables, dialling, recording; edge."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final

from agi_handlers.protocol import AgiRefused
from agi_handlers.session import AgiSession
from dialplan import mixmonitor
from dialplan.recording_names import file_of
from dialplan.words import MUSIC
from ivr.line import DialResult

KEYS: Final = frozenset("0123456789*#")  # A-D come from outside only by trickery, and are never waited for
LONGEST_WAIT: Final = 3600.0  # seconds in one WAIT FOR DIGIT

# What tells a cause of its own; HANGUPCAUSE after the others may be an earlier Dial's.
CAUSE_TOLD: Final = frozenset({"BUSY", "CHANUNAVAIL", "CONGESTION"})

_PLAIN = re.compile(r"[A-Za-z0-9_.-]*")  # what MSet cannot take for more than a value
_STEM = re.compile(r"/[A-Za-z0-9/_.@+~=-]{1,500}")


class AgiLine:
    """One caller's line over an AGI session (ivr/line.py: Line); `play` and `digit` may be cancelled.

    Every method raises HungUp once the caller has gone. `dial` tells a hang-up while it runs in its result;
    `stop_recording` works after a hang-up too.
    """

    def __init__(self, session: AgiSession) -> None:
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._recorder_stopped = float("-inf")

    async def play(self, sound: str, digits: str = "") -> str | None:
        """Play sounds/<language>/111/`sound`; one of `digits` ends it and is returned."""
        reply = await self._session.command("STREAM FILE", f"111/{sound}", _keys(digits))
        return _digit(reply.result)

    async def digit(self, digits: str, seconds: float) -> str | None:
        """One of `digits` within `seconds`, in silence or over the music; None when time is up."""
        keys = _keys(digits)
        end = self._loop.time() + seconds
        while True:
            left = min(max(end - self._loop.time(), 0.0), LONGEST_WAIT)
            reply = await self._session.command("WAIT FOR DIGIT", str(round(left * 1000)))
            pressed = _digit(reply.result)
            if pressed is not None and pressed in keys:
                return pressed
            if self._loop.time() >= end or (pressed is None and left < 0.001):
                return None

    async def music(self) -> None:
        """Music from now on, until the next prompt; a failed Dial leaves silence, so ask again after one."""
        await self._session.command("EXEC", "StartMusicOnHold", MUSIC)

    async def set(self, values: Mapping[str, str]) -> None:
        """Set variables on the caller's channel, in order; several plain ones in one round trip."""
        if len(values) > 1 and all(_PLAIN.fullmatch(value) for value in values.values()):
            pairs = ",".join(f"{name}={value}" for name, value in values.items())
            await self._session.command("EXEC", "MSet", pairs)
            return
        for name, value in values.items():
            await self._session.command("SET VARIABLE", name, value)

    async def get(self, name: str) -> str:
        """The value of a channel variable, empty when unset."""
        return (await self._session.command("GET VARIABLE", name)).value or ""

    async def speak_in(self, language: str) -> None:
        """Prompts come from sounds/`language` from now on; there is no falling back to another language."""
        await self.set({"CHANNEL(language)": language})

    async def dial(self, target: str, seconds: int, options: str) -> DialResult:
        """Ring `target` for at most `seconds` and stay until the conversation ends, however long (recipe 2).

        DIALSTATUS must have been emptied: a Dial on a dead channel leaves it as it was.

        `options` as Dial's, "g" among them. Cancelling it does not end it: only the phones or AMI do.
        """
        await self._session.ask("EXEC", "Dial", f"{target},{seconds},{options}")
        status = (await self._session.ask("GET VARIABLE", "DIALSTATUS")).value or ""
        cause = ""
        if status in CAUSE_TOLD:
            cause = (await self._session.ask("GET VARIABLE", "HANGUPCAUSE")).value or ""
        return DialResult(status, int(cause) if cause.isdigit() else 0, self._session.hung_up)

    async def start_recording(self, stem: str) -> None:
        """Record what the two say while they talk, mixed and a file for each (recipe 3); `stem` is a path."""
        if not _STEM.fullmatch(stem) or ".." in stem:
            raise AgiRefused("a recording's path is absolute and plain")
        await asyncio.sleep(max(0.0, self._recorder_stopped + mixmonitor.REST - self._loop.time()))
        mixed = file_of(stem, "mixed")
        await self._session.command("EXEC", "MixMonitor", f"{mixed},{mixmonitor.options(stem)}")

    async def stop_recording(self) -> None:
        """Stop the recording, also after a hang-up or one an earlier engine began: its files are complete.

        Without an id: a call has one recorder at a time, and an older id would leave survival's running.
        """
        await self._session.ask("EXEC", "StopMixMonitor", "")
        self._recorder_stopped = self._loop.time()


def _keys(digits: str) -> str:
    return "".join(key for key in digits if key in KEYS)


def _digit(result: str) -> str | None:
    """The key in a result; None for 0 (time is up), 1 (interrupted) and whatever is no key."""
    return key if result.isdigit() and (key := chr(int(result))) in KEYS else None
