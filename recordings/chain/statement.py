"""A signed statement and the proof that one entry of the chain stands under it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """As the table keeps it. `body` is JSON and was signed to the byte; hex `signature` and `public_key`.

    body: {"statement": seq, "kind", "day", "zone", "made_at", "previous": SHA-256 of the body before,
    "conversations", "recordings", "generated", "gaps": [...], "chain": {"first", "last", "head", "root"},
    "access_log": {"seq", "head"}, "public_key"}
    """

    seq: int
    kind: str
    day: str
    first_seq: int
    last_seq: int
    body: str
    signature: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Proof:
    """RFC 6962 inclusion: `leaf` is the chain entry's hash (hex), `index` its place among `size` leaves."""

    seq: int
    leaf: str
    index: int
    size: int
    path: tuple[str, ...]
    statement: Statement


class NotSigned(Exception):
    """No statement covers this entry yet."""
