"""Secrets of one copy of the line: made once, kept in files only their reader may open; edge."""

import secrets
from pathlib import Path

from config import no_follow
from dialplan.line_secrets import Secrets


def load(folder: Path) -> Secrets:
    """Read the secrets from `folder`, making those that do not exist yet (32 random characters each)."""
    folder.mkdir(parents=True, exist_ok=True)
    return Secrets(
        agi_token=_secret(folder / "agi_token"),
        ami_engine=_secret(folder / "ami_engine"),
        ami_probe=_secret(folder / "ami_probe"),
        test_caller=_secret(folder / "test_caller"),
        ami_steer=_secret(folder / "ami_steer"),
    )


def fresh() -> str:
    """A new random secret, letters and digits only, fit for SIP digest and .conf files."""
    return secrets.token_hex(16)


def write_private(path: Path, text: str) -> None:
    """Write a whole file, flushed and renamed into place, readable for owner and group only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    no_follow.write_whole(path, text.encode())


def _secret(path: Path) -> str:
    if not path.exists():
        write_private(path, fresh())
    return path.read_text(encoding="utf-8").strip()
