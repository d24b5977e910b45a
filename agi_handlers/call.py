"""The handler of a call: facts in, the flow, the last word out; edge."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from agi_handlers.caller_line import CallerLine
from agi_handlers.channel_variables import VARIABLES, read
from agi_handlers.session import AgiSession
from config.settings import Language
from dialplan import words as w
from ivr.call import Call
from ivr.call_queue import CallQueue
from ivr.flow import serve_call
from ivr.inband_dtmf import InbandDtmf
from ivr.line import SoundMissing
from ivr.timers import Timers

log = structlog.get_logger()


class SessionQueue(CallQueue, Protocol):
    """The queue, which also knows which calls have a session here."""

    def begin(self, call: str) -> None:
        """A session has this call."""
        ...

    def over(self, call: str) -> None:
        """The session has ended, however it ended: nothing of the call waits or is reserved any more."""
        ...


@dataclass(frozen=True, slots=True)
class CallHandler:
    """FastAGI path /call: one caller, from hello or from where the last engine stopped."""

    queue: SessionQueue
    timers: Timers
    default_language: Language
    audio: Callable[[], Path]
    zone: ZoneInfo
    clock: Callable[[], int]
    inband: InbandDtmf | None = None

    async def __call__(self, session: AgiSession) -> None:
        """Serve the call to its end; the last word is set only when everything has been said."""
        facts = read(session.request.args[0] if session.request.args else "")
        session.call_id = facts.call
        structlog.contextvars.bind_contextvars(call=facts.call)
        log.info("call_taken", stage=facts.stage, language=facts.language, survived=facts.survived)
        line = CallerLine(session, facts, self.audio, self.zone)
        call = Call(
            line, facts, names=VARIABLES, default=self.default_language, clock=self.clock, inband=self.inband
        )
        self.queue.begin(facts.call)
        try:
            if facts.connection:
                await line.stop_recording()  # survival's, or a dead engine's
            await serve_call(call, self.queue, self.timers)
            await line.set({w.NEXT: "hangup"})
        finally:
            self.queue.over(facts.call)


async def apologise(session: AgiSession) -> None:
    """After a crash, or for an unknown path: say so; with no last word the dialplan finds a person (A1)."""
    known = read(session.request.args[0] if session.request.args else "")
    try:
        await session.command("STREAM FILE", "111/apology" if known.language else "111/apology_both", "")
    except SoundMissing:
        log.error("prompt_missing", prompt="apology")
