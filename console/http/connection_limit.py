"""Limit of connections: who keeps one when there are more who want in than places; pure."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

OF_AN_ADDRESS: Final = 200  # strangers: an office behind one address has that many pages open
STRANGERS: Final = 1500  # of all, who have not signed in; the rest is kept for those who have
ALL: Final = 2000

Key = Hashable


@dataclass(slots=True)
class ConnectionLimit:
    """Connections by address, each a stranger's until somebody who has signed in asks through it.

    Nobody is turned away: a newcomer takes the place of the stranger who has been idle longest, among those
    of the address that holds most. So who is one among few is never pushed out by who is many.
    """

    of_an_address: int = OF_AN_ADDRESS
    strangers: int = STRANGERS
    all: int = ALL
    _strangers: dict[str, OrderedDict[Key, None]] = field(default_factory=dict)
    _known: dict[str, OrderedDict[Key, None]] = field(default_factory=dict)
    _whose: dict[Key, str] = field(default_factory=dict)

    def admit(self, key: Key, address: str) -> list[Key]:
        """A new connection; those that have to go for it, which count no more from now on."""
        shed: list[Key] = []
        self._whose[key] = address
        self._strangers.setdefault(address, OrderedDict())[key] = None
        if len(self._strangers[address]) > self.of_an_address:
            shed.append(self._push_out(self._strangers, address))
        elif self._count(self._strangers) > self.strangers:
            shed.append(self._push_out(self._strangers, _heaviest(self._strangers)))
        while len(self._whose) > self.all:
            group = self._strangers if self._count(self._strangers) > 1 else self._known
            shed.append(self._push_out(group, _heaviest(group)))
        return shed

    def note_request(self, key: Key, *, known: bool) -> None:
        """A whole request came through it, of somebody who has signed in (`known`) or of a stranger."""
        if (address := self._whose.get(key)) is None:
            return
        self._take(key, address)
        group = self._known if known else self._strangers
        group.setdefault(address, OrderedDict())[key] = None  # at the end: the last to be pushed out

    def release(self, key: Key) -> None:
        """It has ended."""
        if (address := self._whose.pop(key, None)) is not None:
            self._take(key, address)

    def __len__(self) -> int:
        return len(self._whose)

    def _push_out(self, group: dict[str, OrderedDict[Key, None]], address: str) -> Key:
        key = next(iter(group[address]))
        self.release(key)
        return key

    def _take(self, key: Key, address: str) -> None:
        for group in (self._strangers, self._known):
            if (held := group.get(address)) is not None:
                held.pop(key, None)
                if not held:
                    del group[address]

    def _count(self, group: dict[str, OrderedDict[Key, None]]) -> int:
        return sum(map(len, group.values()))


def _heaviest(group: dict[str, OrderedDict[Key, None]]) -> str:
    return max(group, key=lambda address: len(group[address]))
