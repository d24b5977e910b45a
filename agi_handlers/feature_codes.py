"""Handlers of consultants' feature codes: pause and release; edge."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from agi_handlers.session import AgiSession
from config.pause_reasons import BY_DIGIT, OTHER
from dialplan import words as w
from ivr.line import SoundMissing


class ShiftCommands(Protocol):
    """Who may be paused and released."""

    def pause(self, consultant: str, reason: str) -> bool:
        """False when there is no such consultant."""
        ...

    def release_consultant(self, consultant: str) -> bool:
        """False when there is no such consultant."""
        ...


@dataclass(frozen=True, slots=True)
class FeatureCodeHandler:
    """FastAGI paths /pause (consultant, reason digit) and /release (consultant)."""

    shift: ShiftCommands
    pausing: bool

    async def __call__(self, session: AgiSession) -> None:
        """Carry the code out, tell the consultant, and set the last word."""
        consultant = session.request.args[0] if session.request.args else ""
        digit = session.request.args[1] if len(session.request.args) > 1 else ""
        if self.pausing:
            done = self.shift.pause(consultant, BY_DIGIT.get(digit, OTHER))
        else:
            done = self.shift.release_consultant(consultant)
        sound = (
            "code_not_possible"
            if not done
            else "consultant_paused"
            if self.pausing
            else "consultant_released"
        )
        await session.command("SET VARIABLE", w.NEXT, "hangup")
        with suppress(SoundMissing):
            await session.command("STREAM FILE", f"111/{sound}", "")
