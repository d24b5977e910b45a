"""A bad network between a lab phone and the line: packets lost, late in bursts, out of order."""

import random
from dataclasses import dataclass, field
from typing import Final

TICKS: Final = 25  # half a second of packets: one burst in each


@dataclass(slots=True)
class Network:
    """What becomes of each packet: `loss` is a share; `burst` ticks of each half second come late, at once.

    `swap` is the share of packets that come after the next one. The same seed does the same.
    """

    loss: float = 0.0
    burst: int = 0
    swap: float = 0.0
    seed: int = 1
    _chance: random.Random = field(init=False)
    _tick: int = 0
    _held: list[bytes] = field(default_factory=list)
    _late: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - a test's dice

    def carry(self, packet: bytes) -> list[bytes]:
        """The packets that arrive now that this one was sent."""
        self._tick = (self._tick + 1) % TICKS
        if self._chance.random() < self.loss:
            arriving = []
        elif self._chance.random() < self.swap:
            self._late.append(packet)
            return []
        else:
            arriving = [packet, *self._late]
            self._late = []
        if self._tick < self.burst:
            self._held += arriving
            return []
        held, self._held = self._held, []
        return held + arriving
