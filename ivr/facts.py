"""What is known of a call so far: kept on its channel, where a new engine finds it."""

from dataclasses import dataclass, replace
from typing import Self

from config.settings import Language


@dataclass(frozen=True, slots=True)
class Facts:
    """One call's facts, as agi_handlers/channel_variables.py reads and names them; epoch milliseconds."""

    call: str
    arrived: int = 0
    stage: str = "welcome"
    language: Language | None = None
    queued: int | None = None
    consultant: str | None = None
    connection: int = 0
    recording: str = ""
    wish: str = ""
    ended_by: str = ""
    notice: int | None = None
    ucc: str = ""
    ring: str = ""  # forwards | drops: what the phone did that was rung last, in place of serving
    duty: str = ""
    diverted: int | None = None
    rating_asked: bool = False
    rating: int | None = None
    advised: bool = False
    survived: bool = False
    dialstatus: str = ""

    def but(self, **changes: object) -> Self:
        """The same with some facts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]
