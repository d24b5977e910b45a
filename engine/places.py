"""The folders of a home and who may do what in them; docs/decisions has the reasons."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from recordings.names import SECOND


@dataclass(frozen=True, slots=True)
class Place:
    """One folder below home. Owner and group name roles: root, engine, asterisk."""

    path: str
    owner: str
    group: str
    mode: int


# The engine is in Asterisk's group, never the other way round: the one that talks to strangers sees least.
# Set-gid where both write: what either makes belongs to the shared group.
PLACES = (
    Place(".", "root", "root", 0o711),
    Place("run", "root", "engine", 0o3775),  # sticky: the engine makes its socket, and removes only that
    Place("log", "root", "engine", 0o1770),
    Place("db", "engine", "engine", 0o700),
    Place("recordings", "engine", "engine", 0o700),
    Place("statements", "engine", "engine", 0o750),
    Place("packages", "engine", "engine", 0o700),
    Place("console", "engine", "engine", 0o700),  # its certificate
    Place("keys", "root", "engine", 0o2750),  # the engine reads them, only root makes new ones
    Place("secrets", "root", "engine", 0o2750),
    Place("accounts", "root", "engine", 0o2770),
    Place("prompts", "root", "engine", 0o2750),
    Place("spool", "engine", "asterisk", 0o750),
    Place("spool/audio", "asterisk", "asterisk", 0o2770),
    Place("spool/cel", "asterisk", "asterisk", 0o2770),
    Place("asterisk", "root", "asterisk", 0o750),
    Place("asterisk/etc", "root", "asterisk", 0o2750),  # Asterisk reads its configuration, it never writes it
    Place("asterisk/data", "root", "asterisk", 0o2750),
    Place("asterisk/data/documentation", "root", "asterisk", 0o2750),  # asterisk/private binds it here
    Place("asterisk/lib", "root", "asterisk", 0o2750),
    Place("asterisk/lib/keys", "root", "asterisk", 0o2750),
    Place("asterisk/moh", "root", "asterisk", 0o2750),
    Place("asterisk/cache", "asterisk", "asterisk", 0o2750),
    Place("asterisk/db", "asterisk", "asterisk", 0o2750),
    Place("asterisk/log", "asterisk", "asterisk", 0o2750),
    Place("asterisk/run", "asterisk", "asterisk", 0o2750),
    Place("asterisk/spool", "asterisk", "asterisk", 0o2750),
)
RENDERED = (
    "secrets",
    "keys",
    "accounts",
    "prompts",
    "asterisk/etc",
    "asterisk/data",
    "asterisk/lib",
    "asterisk/moh",
)


def lay_out(settings: Settings) -> None:
    """Make the folders of home, or set their owners and modes right; what they hold stays as it is."""
    for place in PLACES:
        folder = settings.home / place.path
        folder.mkdir(parents=True, exist_ok=True)
        if place.owner == "engine" and place.path != "spool" and folder.owner() != settings.run_user:
            _take_over(folder, settings.run_user)  # a command of root's was here first
        shutil.chown(folder, _name(settings, place.owner), _name(settings, place.group))
        folder.chmod(place.mode)
    second_volume(settings)


def _take_over(folder: Path, user: str) -> None:
    for inner, folders, files in os.walk(folder):
        for name in (*folders, *files):
            shutil.chown(Path(inner, name), user, user)


def second_volume(settings: Settings) -> None:
    """Where new calls record when the first volume is nearly full: a link below the audio folder.

    A volume that is not mounted stops nothing: recordings stay on the first one.
    """
    link = settings.audio / SECOND
    if link.is_symlink() and (settings.second_audio is None or link.readlink() != settings.second_audio):
        link.unlink()
    if settings.second_audio is None or not settings.second_audio.parent.is_dir():
        return
    settings.second_audio.mkdir(exist_ok=True)
    name = _name(settings, "asterisk")
    shutil.chown(settings.second_audio, name, name)
    settings.second_audio.chmod(0o2770)
    if not link.is_symlink():
        link.symlink_to(settings.second_audio)


def hand_over(settings: Settings) -> None:
    """After rendering: what root wrote becomes readable for the one it is meant for, and for nobody else."""
    for place in PLACES:
        if place.path in RENDERED:
            for folder, _, files in os.walk(settings.home / place.path):
                shutil.chown(folder, _name(settings, place.owner), _name(settings, place.group))
                Path(folder).chmod(place.mode)
                for name in files:
                    file = Path(folder, name)
                    if not file.is_symlink():
                        shutil.chown(file, _name(settings, place.owner), _name(settings, place.group))
                        file.chmod(0o640)


def _name(settings: Settings, role: str) -> str:
    return {"root": "root", "engine": settings.run_user, "asterisk": settings.asterisk_user}[role]
