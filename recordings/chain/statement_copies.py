"""Copies of statements, as rows and files, here and elsewhere, compared: what is cut off is missed; pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from recordings.model.statement import Statement, faults, of_text, signed_by

FILE_MISSING = "its file is missing"
_MISSING = re.compile(r"statement ([0-9]+): missing")


class SignedFile(Protocol):
    """As recordings/chain/statement_files.py reads it."""

    @property
    def path(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def signature(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class CopyComparison:
    """`lines`: one a fault. `sound`: what we signed, from rows and files, each once, in order."""

    lines: list[str] = field(default_factory=list)
    sound: list[Statement] = field(default_factory=list)


def compare(
    rows: Sequence[Statement],
    own: Sequence[SignedFile] | None,
    copies: Iterable[SignedFile],
    public_key: bytes,
) -> CopyComparison:
    """`own`: the home's folder, with a file for each row (None: not asked). `copies`: kept elsewhere."""
    lines = list(faults(rows, public_key))
    known = {row.seq: row for row in rows}
    sound: dict[tuple[int, str], Statement] = {}
    for one in rows:
        signed = of_text(one.body, one.signature)  # as it was signed, whatever the row's other columns say
        if signed is not None and signed_by(signed, public_key):
            sound[one.seq, one.body] = signed
    missed = {int(match[1]) for match in map(_MISSING.fullmatch, lines) if match}
    there: set[int] = set()
    for file in [*(own or ()), *copies]:
        said = of_text(file.body, file.signature or "")
        name = f"statement file {file.path}"
        if said is not None:
            there.add(said.seq)
        if said is None:
            lines.append(f"{name}: is no statement, or was changed")
        elif file.signature is None:
            lines.append(f"{name}: its signature (.sig) is missing")
        elif not signed_by(said, public_key):
            lines.append(f"{name}: {_unsigned(said)}")
        else:
            row = known.get(said.seq)
            if row is None and said.seq not in missed:
                lines.append(f"statement {said.seq}: its row is missing; its file is {file.path}")
                missed.add(said.seq)
            elif row is not None and row.body != said.body and (row.seq, row.body) in sound:
                lines.append(f"{name}: is signed and says something else than the row of statement {row.seq}")
            sound[said.seq, said.body] = said
    if own is not None:
        here = set(_numbers(own))
        lines += [f"statement {seq}: {FILE_MISSING}" for seq in sorted(known) if seq not in here]
    return CopyComparison(lines, [sound[key] for key in sorted(sound)])


def _numbers(files: Iterable[SignedFile]) -> Iterator[int]:
    """By what they say, or what they are called: one that was altered is there."""
    for file in files:
        said = of_text(file.body, "")
        name = file.path.rpartition("/")[2].removesuffix(".json").rpartition("-")[2]
        if said is not None:
            yield said.seq
        if name.isdecimal():
            yield int(name)


def _unsigned(said: Statement) -> str:
    try:
        other = bytes.fromhex(said.public_key)
    except ValueError:
        other = b""
    if len(other) == 32 and signed_by(said, other):
        return f"is signed by another key ({said.public_key[:16]}…)"
    return "its signature is wrong or it was changed"
