"""Files of signed statements, DAY-SEQ.json and DAY-SEQ.json.sig: written once, read back; edge."""

import re
from dataclasses import dataclass
from pathlib import Path

from config.durable import flush_folder, owner_for, replace_file
from recordings.model.statement import Statement, of_text, signed_by

_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-([0-9]{6,})\.json")


@dataclass(frozen=True, slots=True)
class StatementFile:
    """What lies there; `signature` None without its .sig."""

    path: str
    body: str
    signature: str | None


class FileDiffers(Exception):
    """A file of this name says something else: it is evidence, and not written over."""


def name_of(day: str, seq: int) -> str:
    """The file's name; the signature's has .sig behind it."""
    return f"{day}-{seq:06d}.json"


def write_files(folder: Path, statement: Statement) -> Path:
    """Both files, flushed; what is there already stays. Raises OSError, FileDiffers."""
    folder.mkdir(parents=True, exist_ok=True)
    body = folder / name_of(statement.day, statement.seq)
    wrong = False
    for path, text in ((body, statement.body), (body.with_suffix(".json.sig"), statement.signature + "\n")):
        try:
            there = path.read_bytes()
        except FileNotFoundError:
            replace_file(path, text.encode("ascii"), owner=owner_for(folder))
        else:
            wrong = wrong or there != text.encode()
    flush_folder(folder)
    if wrong:
        raise FileDiffers(f"{body.name} is not what statement {statement.seq} says; see: recordings verify")
    return body


def absent(folder: Path, names: frozenset[str]) -> frozenset[str]:
    """Those of `names` that do not lie there with their signature. Raises OSError."""
    try:
        there = frozenset(path.name for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        there = frozenset()
    return frozenset(name for name in names if name not in there or f"{name}.sig" not in there)


def read_folder(folder: Path) -> list[StatementFile]:
    """All statements that lie there, by name. Raises OSError."""
    found = []
    for path in sorted(folder.glob("*.json")):
        signature = path.with_suffix(".json.sig")
        text = path.read_bytes().decode("ascii", errors="replace")
        signed = signature.read_bytes().decode("ascii", errors="replace") if signature.exists() else None
        found.append(StatementFile(str(path), text, None if signed is None else signed.strip()))
    return found


def last_signed(folder: Path, after: int, public_key: bytes) -> int:
    """The highest number behind `after` that we signed a file for; `after` when there is none."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return after
    numbers = ((int(match[1]), match[0]) for match in map(_NAME.fullmatch, names) if match)
    for seq, name in sorted(numbers, reverse=True):
        if seq <= after:
            break
        try:
            body = (folder / name).read_text(encoding="ascii")
            signature = (folder / f"{name}.sig").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        said = of_text(body, signature)
        if said is not None and said.seq == seq and signed_by(said, public_key):
            return seq
    return after
