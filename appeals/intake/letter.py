"""Letter as another system sends it: JSON read and checked, every fault at once; pure (A7).

{"language": "kk", "channel": "electronic", "fields": {"matter": "…"},
 "attachments": [{"name": "…", "content": base64}]}
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from appeals.form.checks import check
from appeals.form.form import Form
from appeals.intake.content import kind_of
from appeals.intake.results import FieldFault, IntakeCode, IntakeRefused
from appeals.model.appeal import Channel

MOST_FILES: Final = 10
LARGEST_FILE: Final = 5 * 1024 * 1024  # bytes
LARGEST: Final = 8 * 1024 * 1024  # bytes of a whole request
LONGEST_NAME: Final = 200
CHANNELS: Final = frozenset({Channel.ELECTRONIC, Channel.PAPER, Channel.ORAL, Channel.VIDEO})
# Decided by those who work an appeal, never by whoever sends it.
OURS: Final = frozenset({"outcome", "closing_note", "help_scope", "help_given", "help_kind", "referred_to"})
_KEYS: Final = frozenset({"language", "channel", "fields", "attachments"})


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file as it came."""

    name: str
    kind: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class WrittenAppeal:
    """What came, fit for the register."""

    language: str
    channel: Channel
    values: Mapping[str, str]
    files: tuple[SentFile, ...]


def read_letter(raw: bytes, form: Form) -> WrittenAppeal:
    """Raises IntakeRefused with every fault."""
    if len(raw) > LARGEST:
        raise IntakeRefused(IntakeCode.TOO_LARGE)
    try:
        came = json.loads(raw)
    except (ValueError, RecursionError):
        raise IntakeRefused(IntakeCode.NOT_JSON) from None
    if not isinstance(came, dict):
        raise IntakeRefused(IntakeCode.NOT_JSON)
    faults = [FieldFault(str(key)[:64], "unknown_field") for key in came.keys() - _KEYS]
    language, channel = came.get("language", "kk"), came.get("channel", Channel.ELECTRONIC.value)
    if language not in ("kk", "ru"):
        faults.append(FieldFault("language", "not_a_choice", {"choices": "kk, ru"}))
    if channel not in {one.value for one in CHANNELS}:
        choices = ", ".join(sorted(one.value for one in CHANNELS))
        faults.append(FieldFault("channel", "not_a_choice", {"choices": choices}))
    values = _values(came.get("fields"), form, faults)
    files = _files(came.get("attachments", []), faults)
    if faults:
        raise IntakeRefused(IntakeCode.FIELDS_UNFIT, tuple(faults))
    return WrittenAppeal(language, Channel(channel), values, files)


def _values(came: Any, form: Form, faults: list[FieldFault]) -> dict[str, str]:
    if not isinstance(came, dict):
        faults.append(FieldFault("fields", "no_text"))
        return {}
    values = {}
    for name, text in came.items():
        if not isinstance(text, str):
            faults.append(FieldFault(name[:64], "no_text"))
        elif name in OURS:
            faults.append(FieldFault(name, "unknown_field", {"field": name}))
        elif (unfit := check(form, name, text)) is not None:
            faults.append(FieldFault(name[:64], unfit.code.value, dict(unfit.fields)))
        elif text.strip():
            values[name] = text
    if not came.get("matter"):
        faults.append(FieldFault("matter", "missing"))
    return values


def _files(came: Any, faults: list[FieldFault]) -> tuple[SentFile, ...]:
    if not isinstance(came, list) or len(came) > MOST_FILES:
        faults.append(FieldFault("attachments", "too_many", {"most": MOST_FILES}))
        return ()
    found = []
    for number, one in enumerate(came):
        match one:
            case {"name": str(name), "content": str(content)} if name.strip() and len(name) <= LONGEST_NAME:
                code, raw = _content(content)
                if not code:
                    found.append(SentFile(name, kind_of(raw), raw))
            case _:
                code = "file_unfit"
        if code:
            faults.append(FieldFault(f"attachments.{number}", code, {"most": LARGEST_FILE}))
    return tuple(found)


def _content(content: str) -> tuple[str, bytes]:
    try:
        raw = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return "file_unfit", b""
    if len(raw) > LARGEST_FILE:
        return "file_too_large", b""
    return ("" if kind_of(raw) else "file_kind"), raw
