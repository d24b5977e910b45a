"""The line to one caller, as the conversation sees it; agi_handlers supplies the real one."""

from typing import Protocol


class HungUp(Exception):  # noqa: N818 - a fact of every call, not a fault
    """The caller has hung up: passes through every flow untouched."""


class SoundMissing(Exception):  # noqa: N818 - the caller is still there
    """A prompt's file is missing or unreadable; nothing was heard."""


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

    async def set(self, name: str, value: str) -> None:
        """Set a variable on the caller's channel (dialplan/words.py)."""
        ...

    async def get(self, name: str) -> str:
        """The value of a channel variable, empty when unset."""
        ...
