"""Merkle trees of RFC 6962: one signed root for many entries, and a short proof for each; pure."""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree's root over leaf hashes; EMPTY of nothing."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What must be joined to leaf `index`, from below, to come to the root."""
    level, found = list(leaves), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            found.append(level[beside])
        level, index = _above(level), index // 2
    return found


def _above(level: Sequence[bytes]) -> list[bytes]:
    joined = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*joined, level[-1]] if len(level) % 2 else joined
