"""Entry in the chain of recordings: sealed, destroyed, or a lab's row without audio; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recordings.model.hash_chain import beginning
from recordings.model.timestamps import hash_text

START = beginning("ivr111 recordings")


class ChainEntryKind(StrEnum):
    """What happened to a recording."""

    SEALED = "sealed"
    DESTROYED = "destroyed"
    GENERATED = "generated"  # by `lab fill`, without audio


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One event of one recording (`subject`: its id); `at` and `facts` are text, to be hashed as stored.

    Facts of `sealed`: call_id, audio_sha256, sealed_sha256, frames, size, started_at, ended_at, marks.
    Facts of `destroyed`: policy, source, run.
    """

    kind: str
    subject: str
    at: str
    facts: str

    def fields(self) -> tuple[str, ...]:
        """All that is hashed."""
        return self.kind, self.subject, self.at, self.facts


def entry(kind: ChainEntryKind, recording_id: str, at: datetime, facts: Mapping[str, object]) -> ChainEntry:
    """An entry; `at` aware, `facts` plain JSON values without personal data."""
    if at.tzinfo is None:
        raise ValueError("a time without its zone is not chained")
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return ChainEntry(kind.value, recording_id, hash_text(at), text)
