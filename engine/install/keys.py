"""Keys are made once; one that was made and is gone is missed aloud, never replaced in silence; edge."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from config import no_follow
from config.settings import Settings
from engine.install.home_folders import share_keys
from engine.install.owners import NoSuchUser
from recordings.privacy.keyring import APPEALS, ROWS, SECOND_FACTOR, Keyring


def ensure_keys(settings: Settings) -> tuple[str, ...]:
    """Make the keys of a home that never had any; names of those that were made once and are gone or altered.

    Needs the right to write there: root, or whoever owns a home of their own.
    """
    if known := _known(settings):
        # A home from before the console had a key of its own, rows stood in a chain, or appeals were kept.
        if new := [name for name in (SECOND_FACTOR, ROWS, APPEALS) if name not in known]:
            for name in new:
                Keyring(settings.keys_dir).make_one(name)
            there = fingerprints(settings.keys_dir)
            _note(settings, {**known, **{name: there[name] for name in new}})
        return absent(settings)
    Keyring(settings.keys_dir).make()
    remember(settings)
    return ()


def remember(settings: Settings) -> None:
    """Note the fingerprints of the keys there are, after they were made or exchanged."""
    _note(settings, fingerprints(settings.keys_dir))


def _note(settings: Settings, marks: Mapping[str, str]) -> None:
    lines = [f"{name} {mark}" for name, mark in sorted(marks.items())]
    no_follow.write_whole(_made(settings), ("\n".join(lines) + "\n").encode(), 0o644)
    with suppress(NoSuchUser):  # a home that the line was never started in
        share_keys(settings)


def absent(settings: Settings) -> tuple[str, ...]:
    """Names of keys that were made once and are gone, or are others now."""
    known, there = _known(settings), fingerprints(settings.keys_dir)
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


def _made(settings: Settings) -> Path:
    """In home itself, which is root's: who writes the journal must not choose which keys are missed."""
    return settings.home / "keys.made"


def _known(settings: Settings) -> dict[str, str]:
    """As remembered; by homes of before in db."""
    return _read(_made(settings)) or _read(settings.home / "db" / "keys.made")


def _read(file: Path) -> dict[str, str]:
    try:
        with no_follow.folder(file.parent) as folder:
            lines = (no_follow.read_below(folder, file.name) or b"").decode("utf-8", "replace")
    except FileNotFoundError:
        return {}
    pairs = (line.split() for line in lines.splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
