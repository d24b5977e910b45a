"""The caller's line as the flow wants it: parties by name, recordings by stem; edge."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from agi_handlers.line import AgiLine
from agi_handlers.session import AgiRejected, AgiSession
from dialplan import words as w
from dialplan.recording_names import day_of
from ivr.facts import Facts
from ivr.line import DialResult

log = structlog.get_logger()


class CallerLine(AgiLine):
    """ivr.line.Line over one session; `audio` gives the recordings' folder, one sub-folder a civil day."""

    def __init__(self, session: AgiSession, facts: Facts, audio: Callable[[], Path], zone: ZoneInfo) -> None:
        super().__init__(session)
        self._call = facts.call
        self._audio, self._day = audio, day_of(facts.arrived / 1000, zone)

    async def speak_in(self, language: str) -> None:
        """Prompts in this language from now on, and the consultant's phone shows it (A2)."""
        await super().speak_in(language)
        await self.set({"CALLERID(name)": f"{language.upper()} 111"})

    async def ring(self, party: str, seconds: int) -> DialResult:
        """Ring a consultant, "1414" or "duty"; the caller hears music, never a ring-back in silence."""
        music = f"igm({w.MUSIC})"  # i: a phone that forwards has refused, whatever it names
        match party:
            case w.UCC_ENDPOINT:
                return await self.dial(f"PJSIP/{party}", seconds, f"{music}b(111-leg^s^1)U(111-ucc-answered)")
            case w.DUTY_ENDPOINT:
                return await self.dial("Local/s@111-duty/n", seconds, music)
            case _:
                lead = f"b(111-lead^s^1({self._call}))U(111-answered)"
                return await self.dial(f"PJSIP/{party}", seconds, f"{music}{lead}")

    async def record(self, stem: str) -> None:
        """Record the next connection into the call's day folder; a recorder's fault never stops a call."""
        try:
            await self.start_recording(str(self._audio() / self._day / stem))
        except AgiRejected:
            log.error("recording_not_started", stem=stem)
