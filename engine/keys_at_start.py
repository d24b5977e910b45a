"""Keys are made once; one that was made and is gone is missed aloud, never replaced in silence."""

import hashlib
import os
from pathlib import Path

from config.settings import Settings
from engine.secrets import write_private
from recordings.keys import Keyring


def ensure_keys(settings: Settings) -> tuple[str, ...]:
    """Make the keys of a home that never had any; names of those that were made once and are gone or altered.

    Needs the right to write there: root, or whoever owns a home of their own.
    """
    ring, made = Keyring(settings.keys_dir), settings.home / "db" / "keys.made"
    known = _read(made)
    if known:
        return absent(settings)
    ring.make()
    remember(settings)
    return ()


def remember(settings: Settings) -> None:
    """Note the fingerprints of the keys there are, after they were made or exchanged."""
    lines = [f"{name} {mark}" for name, mark in sorted(fingerprints(settings.keys_dir).items())]
    made = settings.home / "db" / "keys.made"
    write_private(made, "\n".join(lines) + "\n")
    for file in (made, *(settings.keys_dir.glob("*") if os.geteuid() == 0 else ())):
        folder = made.parent.stat()
        if os.geteuid() == 0:  # the engine reads them, and only root writes keys
            os.chown(file, -1, folder.st_gid)


def absent(settings: Settings) -> tuple[str, ...]:
    """Names of keys that were made once and are gone, or are others now."""
    known, there = _read(settings.home / "db" / "keys.made"), fingerprints(settings.keys_dir)
    return tuple(sorted(name for name, mark in known.items() if there.get(name) != mark))


def fingerprints(folder: Path) -> dict[str, str]:
    """Sixteen hex digits of SHA-256 by file name: to compare, telling nothing of the key."""
    found = {}
    for file in sorted((*folder.glob("*.key"), *folder.glob("*.pub"))):
        try:
            found[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        except OSError:
            found[file.name] = "unreadable"
    return found


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    pairs = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
