"""Entry in the chain of rows: one version of one row; only who has the number keys can make one; pure."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from recordings.model.hash_chain import beginning
from recordings.model.timestamps import hash_text

START = beginning("ivr111 rows")
_MOST = 2**31
# What somebody put into a row that no column of ours holds (bytes) is content too: repr.
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr).encode
_LENGTH = 32  # hex digits: 128 bits of a keyed hash

Value = str | int | float | bool | datetime | None
Key = tuple[Value, ...]


class RowEntryKind(StrEnum):
    """What happened to a row."""

    WRITTEN = "written"  # made or changed, by us
    REMOVED = "removed"  # lawfully: retention, a search that replaces another
    ADOPTED = "adopted"  # stood there before rows were chained: nobody vouches for what it was earlier
    ALTERED = "altered"  # found changed by another hand before we wrote it ourselves
    COMPLETE = "complete"  # all rows from before are adopted: from here on none is taken in


@dataclass(frozen=True, slots=True)
class RowEntry:
    """One version; `digest` is keyed and says nothing of the row to others, empty where there is none."""

    kind: str
    table: str
    key: str
    at: str
    digest: str

    def fields(self) -> tuple[str, ...]:
        """All that is hashed."""
        return self.kind, self.table, self.key, self.at, self.digest


def entry(kind: RowEntryKind, table: str, key: str, at: datetime, digest: str = "") -> RowEntry:
    """`at` aware."""
    return RowEntry(kind.value, table, key, hash_text(at), digest)


def digest(secret: bytes, table: str, values: Mapping[str, Value]) -> str:
    """Of a row's content, whatever the database; a column added later and still empty changes nothing."""
    kept = {
        name: _plain(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None and value is not False
    }
    return _keyed(secret, _json([table, kept]))


def mark(secret: bytes, hash_: str) -> str:
    """Proves that a holder of the number keys made the link with this hash."""
    return _keyed(secret, hash_)


@lru_cache(4096)  # of one row it is asked for six times in a transaction
def key_text(key: Key) -> str:
    """A row's key as the chain keeps it."""
    if len(key) == 1:
        return str(_plain(key[0]))
    return _json([_plain(part) for part in key])


def key_words(text: str) -> str:
    """As a person reads it."""
    try:
        parts = json.loads(text) if text.startswith("[") else [text]
    except ValueError:  # an altered key is still told
        parts = [text]
    return " ".join(str(part) for part in parts)


def key_parts(text: str, kinds: Sequence[type]) -> Key:
    """Back to what the table is asked by. ValueError when it is no key of this table."""
    parts = [text] if len(kinds) == 1 else json.loads(text)
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise ValueError("not a key of this table")
    key = tuple(
        datetime.fromisoformat(str(part)) if kind is datetime else kind(part)
        for part, kind in zip(parts, kinds, strict=True)
    )
    if any(isinstance(part, int) and not -_MOST < part < _MOST for part in key):
        raise ValueError("not a key of this table")
    return key


def _plain(value: Value) -> str | int | float | bool | None:
    if isinstance(value, datetime):
        there = value if value.tzinfo is UTC else value.astimezone(UTC)
        return there.isoformat(timespec="microseconds")
    return value


def _keyed(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()[:_LENGTH]
