"""The line to one caller, as the conversation sees it; agi_handlers supplies the real one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class HungUp(Exception):
    """The caller has hung up: passes through every flow untouched."""


class SoundMissing(Exception):
    """A prompt's file is missing or unreadable; nothing was heard."""


@dataclass(frozen=True, slots=True)
class DialResult:
    """How a Dial ended: Asterisk's DIALSTATUS and HANGUPCAUSE; `hung_up` when the caller ended it."""

    status: str
    cause: int
    hung_up: bool


class Line(Protocol):
    """One caller's line. Every method raises HungUp once the caller has gone."""

    async def play(self, sound: str, digits: str = "") -> str | None:
        """Play sounds/<language>/111/`sound`; the first of `digits` pressed ends it at once and is returned.

        Raises SoundMissing when there is no such file.
        """
        ...

    async def digit(self, digits: str, seconds: float) -> str | None:
        """Wait for one of `digits`, in silence or over the music that plays; None when time is up."""
        ...

    async def music(self) -> None:
        """Music from now on, until the next prompt."""
        ...

    async def set(self, values: Mapping[str, str]) -> None:
        """Keep facts on the caller's channel, in order, where the next engine and survival find them."""
        ...

    async def get(self, name: str) -> str:
        """A fact kept on the channel (perhaps by the dialplan), empty when unset."""
        ...

    async def speak_in(self, language: str) -> None:
        """Play prompts in this language from now on."""
        ...

    async def ring(self, party: str, seconds: int) -> DialResult:
        """Ring a consultant (by id), "1414" or "duty", and stay until the conversation is over.

        Never limited once answered. Does not raise HungUp: a caller who hung up is a result here, since the
        recording must still be closed.
        """
        ...

    async def record(self, stem: str) -> None:
        """Record from the next bridge on: three files whose names begin with `stem`."""
        ...

    async def stop_recording(self) -> None:
        """Close the recording's files; works after the caller has gone."""
        ...
