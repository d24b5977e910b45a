"""What the network did to a leg, and by how much a recording may differ from its conversation for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from recordings.model.spans import APART

FIXED: Final = APART  # seconds by which a recording may differ from its conversation whatever its length
SHARE: Final = 0.001  # of the conversation: the clocks of phones
DROPPED: Final = 1.5  # for each lost packet, with those out of order, which the recorder drops
JITTER: Final = 20.0  # share of longer sound for each second of average jitter, as run (decision 0067)
MOST: Final = 0.25  # what jitter explains at most
BAD_LOSS: Final = 0.01  # from here on loss is named
BAD_JITTER: Final = 0.004  # seconds


@dataclass(frozen=True, slots=True)
class LinkHeard:
    """RTP that came from one side during a conversation, so far; `jitter` is the average (s).

    A later one of the same leg replaces it.
    """

    recording_id: str
    leg: Literal["caller", "consultant"]
    received: int
    lost: int
    jitter: float
    at: datetime

    @property
    def loss(self) -> float:
        """The share of packets that never came."""
        return self.lost / max(1, self.lost + self.received)


def explained(talked: float, recorded: float, links: Iterable[LinkHeard]) -> bool:
    """Whether the difference of the two lengths (s) is within what clocks and network make of it.

    A side is written as what comes of it: lost packets of the only one who speaks leave less, late ones,
    which the recorder had filled with silence already, leave more.
    """
    heard = tuple(links)
    loss = max((one.loss for one in heard), default=0.0)
    jitter = max((one.jitter for one in heard), default=0.0)
    less = FIXED + talked * (SHARE + DROPPED * loss)
    more = less + talked * min(MOST, JITTER * jitter)
    return -less <= recorded - talked <= more


def words(links: Iterable[LinkHeard]) -> str:
    """What was bad about the network, for the detail of a gap; empty when nothing was."""
    said = []
    for one in sorted(links, key=lambda link: link.leg):
        if one.loss >= BAD_LOSS:
            said.append(f"{one.leg}: {one.loss:.1%} of packets lost")
        if one.jitter >= BAD_JITTER:
            said.append(f"{one.leg}: jitter {one.jitter * 1000:.0f} ms")
    return "; ".join(said)
