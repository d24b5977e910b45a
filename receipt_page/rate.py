"""How fast one network, and one link, may ask: a bucket of tokens for each, the oldest forgotten; pure."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Buckets:
    """`a_second` tokens come, `at_once` are the most; `kept`: of so many askers, those seen last."""

    at_once: float
    a_second: float
    kept: int = 10_000
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, who: str, now: float) -> bool:
        """Whether this request may go on. `now`: monotonic seconds."""
        left, at = self._left.pop(who, (self.at_once, now))
        left = min(self.at_once, left + (now - at) * self.a_second)
        self._left[who] = (left - 1.0 if left >= 1.0 else left, now)
        if len(self._left) > self.kept:
            self._left.popitem(last=False)
        return left >= 1.0


def network_of(address: str) -> str:
    """An IPv4 address; of IPv6 the /64, which is what one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network(f"{found}/64", strict=False))
