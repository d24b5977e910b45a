"""A port cut off without a word, as by a dead network: packets go nowhere, nobody gets an error."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", "rule", *words], check=check, capture_output=True)


@contextmanager
def cut_off(port: int) -> Iterator[None]:
    """Nothing sent to or from this TCP port arrives; only in a network namespace of one's own."""
    _ip("add", "prio", "5", "lookup", "local")  # local addresses are looked up after our rules, not before
    _ip("del", "prio", "0", check=False)
    sides = ("dport", "sport")
    for side in sides:
        _ip("add", "prio", "1", "ipproto", "tcp", side, str(port), "type", "blackhole")
    try:
        yield
    finally:
        for side in sides:
            _ip("del", "prio", "1", "ipproto", "tcp", side, str(port), "type", "blackhole")
        _ip("add", "prio", "0", "lookup", "local", check=False)
        _ip("del", "prio", "5", check=False)
