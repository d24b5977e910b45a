"""Entries as lines of the spool: one JSON object each, read back as they were."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from dialplan import limits
from recordings.model.access_entry import Access
from recordings.model.call_record import CallRecord
from recordings.model.entries import (
    Alarm,
    ConsultantState,
    ConsultantStint,
    Entry,
    LogRead,
    RecordingChecked,
    RecordingIntended,
    SegmentSeen,
)
from recordings.model.link_quality import LinkHeard

_KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (
        CallRecord,
        RecordingIntended,
        SegmentSeen,
        RecordingChecked,
        Alarm,
        ConsultantState,
        ConsultantStint,
        LogRead,
        Access,
        LinkHeard,
    )
}


def clean(text: str) -> str:
    """Text that both databases and JSON accept: no NUL, no half characters, at most 200 of them.

    Half characters (lone surrogates) are what is left of bytes that were not UTF-8.
    """
    return text[: limits.JOURNAL].replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def to_line(entry: Entry) -> bytes:
    """One line, ending in a line feed; never raises for any text a caller could send."""
    line = {"kind": type(entry).__name__, "value": _plain(asdict(entry))}
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Entry:
    """The entry of `line`; ValueError when it was torn or is not ours."""
    try:
        read = json.loads(line)
        entry: Entry = _KINDS[read["kind"]].validate_python(_renamed(read["kind"], read["value"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a line of the journal: {type(error).__name__}") from error
    return entry


def _renamed(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """Fields as they are named now: a call's number was `caller` before 0.6.0."""
    if kind != CallRecord.__name__:
        return value
    return {"pii_caller" if name == "caller" else name: told for name, told in value.items()}


def from_lines(read: Iterable[bytes]) -> tuple[list[Entry], list[bytes]]:
    """The entries, and the lines that were none."""
    entries, torn = [], []
    for line in read:
        try:
            entries.append(from_line(line))
        except ValueError:
            if line.strip():
                torn.append(line)
    return entries, torn


def cleaned(entry: Entry) -> Entry:
    """`entry` with what came from outside made harmless for databases and lines.

    The access log's words are refused where they are made (model/access_entry.py), never changed or cut.
    """
    match entry:
        case CallRecord(pii_caller=str(number)) if (cleaned_ := clean(number)) != number:
            return replace(entry, pii_caller=cleaned_)
    return entry


def _plain(value: Any) -> Any:
    match value:
        case str():
            # Values of enums are ours and short; reasons and subjects are people's own words.
            return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return value
