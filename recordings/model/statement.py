"""A signed statement of a day, and the proof that one entry of the chain stands under it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.model.hash_chain import Head

_ONE_BY_ONE = 50  # missing statements in a row; more are told as one fault
GENESIS = hashlib.sha256(b"ivr111 statements").hexdigest()  # stands before the first statement


@dataclass(frozen=True, slots=True)
class Statement:
    """As the table keeps it. `body` is JSON and was signed to the byte; hex `signature` and `public_key`.

    body: {"statement": seq, "kind", "day", "zone", "made_at", "previous": SHA-256 of the body before,
    "conversations", "recordings", "generated", "destroyed", "gaps": [...],
    "chain": {"first", "last", "head", "root"}, "access_log": {"seq", "head"}, "rows": {"seq", "head"} (since
    0.4.0), "public_key"}
    """

    seq: int
    kind: str
    day: str
    first_seq: int
    last_seq: int
    body: str
    signature: str
    public_key: str

    def facts(self) -> dict[str, object]:
        """The body, read. ValueError when it is no JSON."""
        read: dict[str, object] = json.loads(self.body)
        return read


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


def canonical(facts: Mapping[str, object]) -> str:
    """The one way a body is written."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(body: str) -> str:
    """What the next statement names as `previous`."""
    return hashlib.sha256(body.encode()).hexdigest()


def signed_by(statement: Statement, public_key: bytes) -> bool:
    """Whether the holder of `public_key` signed exactly this body."""
    try:
        signature = bytes.fromhex(statement.signature)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement.body.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def heads(statements: Iterable[Statement], chain: str) -> Iterator[Head]:
    """The ends of a chain ("chain", "access_log" or "rows") that signed statements vouch for."""
    for one in statements:
        part = one.facts().get(chain)
        if not isinstance(part, dict):  # made before rows were chained
            continue
        seq = int(part["last" if chain == "chain" else "seq"])
        if seq:
            yield Head(seq, str(part["head"]))


def of_text(body: str, signature: str) -> Statement | None:
    """A statement from its file; None when `body` is none."""
    try:
        facts = json.loads(body)
        chain = facts["chain"]
        return Statement(
            int(facts["statement"]),
            str(facts["kind"]),
            str(facts["day"]),
            int(chain["first"]),
            int(chain["last"]),
            body,
            signature,
            str(facts["public_key"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def faults(statements: Iterable[Statement], public_key: bytes) -> Iterator[str]:
    """What is wrong, statement by statement, in order of seq: one line each, nothing else accused."""
    seq, previous, last = 0, GENESIS, 0
    for one in statements:
        if one.seq - seq > _ONE_BY_ONE:
            yield f"statements {seq + 1} to {one.seq - 1}: missing"
        else:
            yield from (f"statement {gone}: missing" for gone in range(seq + 1, one.seq))
        follows = one.seq == seq + 1
        if not signed_by(one, public_key):
            yield f"statement {one.seq}: its signature is wrong or it was changed"
            previous, last = "", one.last_seq
        else:
            facts = one.facts()
            chain = facts["chain"]
            assert isinstance(chain, dict)
            stated = (facts["statement"], facts["kind"], facts["day"], chain["first"], chain["last"])
            signed = facts["public_key"]
            if (*stated, signed) != (one.seq, one.kind, one.day, one.first_seq, one.last_seq, one.public_key):
                yield f"statement {one.seq}: its row does not say what was signed"
            elif follows and previous and (facts["previous"] != previous or chain["first"] != last + 1):
                yield f"statement {one.seq}: does not follow the one before it"
            previous, last = digest(one.body), int(chain["last"])
        seq = one.seq
