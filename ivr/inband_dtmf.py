"""The ear as the flow sees it: keys that come only as tones in the caller's sound; the engine supplies it."""

from collections.abc import Awaitable
from contextlib import AbstractContextManager
from typing import Protocol


class InbandDtmf(Protocol):
    """Listens to callers who are asked for a key (A2)."""

    def listen(self, call: str, digits: str) -> AbstractContextManager[Awaitable[str]]:
        """Inside: the first of `digits` that is heard as tones; it may never come."""
        ...
