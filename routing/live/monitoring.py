"""A supervisor on a live conversation: listen, whisper, barge; the channel's own id says which."""

from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from routing.live.endpoints import device_of
from routing.live.events import SpyBegan

Mode = Literal["listen", "whisper", "barge"]
# ChanSpy's letters: q no beep, E end with the conversation; without o the caller is heard, too (recipes 8).
OPTIONS: Final[dict[Mode, str]] = {"listen": "qE", "whisper": "qwE", "barge": "qBE"}


@dataclass(frozen=True, slots=True)
class Spy:
    """Who listens to whom since when (epoch seconds); `phone` is the supervisor's."""

    id: str
    phone: str
    mode: Mode
    consultant: str
    at: float


def spy_id(mode: Mode, phone: str, number: int) -> str:
    """The id to give the supervisor's channel: the event that returns is read by it."""
    return f"spy-{mode}-{phone}-{number}"


def spy(event: SpyBegan) -> Spy:
    """As the event tells it; a channel that we did not name counts as listening."""
    parts = event.id.split("-")
    mode = cast(Mode, parts[1]) if len(parts) == 4 and parts[1] in get_args(Mode) else "listen"
    return Spy(event.id, device_of(event.channel), mode, device_of(event.heard), event.at)
