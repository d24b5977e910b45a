"""Whether a request was meant for this console: the name it was asked by is one of ours; pure.

Without this a page of elsewhere whose name is made to point here (DNS rebinding) would be of our own origin.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable
from typing import Final

_HOST: Final = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
)


def name_of(host: str) -> str | None:
    """The name in a Host header, lower case, an address in its shortest form; None when it is no name."""
    match = _HOST.fullmatch(host)
    if match is None:
        return None
    return normalised(match["name"].strip("[]"))


def normalised(name: str) -> str:
    """One spelling for a name or an address."""
    name = name.lower().removesuffix(".")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def allowed_names(given: Iterable[str]) -> frozenset[str]:
    """The names the console answers by; a wildcard address is none."""
    found = {normalised(one) for one in given if one}
    return frozenset(found - {"0.0.0.0", "::"}) | {"localhost", "127.0.0.1", "::1"}  # noqa: S104


def is_ours(hosts: Collection[str], known: frozenset[str], here: str = "") -> bool:
    """Whether the Host headers of a request name us: exactly one, known, or the address it came in by."""
    if len(hosts) != 1:
        return False
    name = name_of(next(iter(hosts)))
    if name is None:
        return False
    return name in known or name == normalised(here) or any(_matches(name, one) for one in known)


def _matches(name: str, pattern: str) -> bool:
    """A certificate's *.example.kz is good for one label."""
    return pattern.startswith("*.") and name.partition(".")[2] == pattern[2:] and name[0] != "."
