"""Rotation of the CEL file once a day; old ones go by policy, never before they were read; edge."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Settings
from recordings.retention.holds import Period

HOUR = 3  # in the centre's zone: the quietest
LARGEST = 50_000_000  # bytes; beyond it is rotated at any hour


def rotate(settings: Settings, now: datetime) -> Path | None:
    """Rename it aside when it is time; Asterisk opens the name anew for each row, the reader follows."""
    log = settings.cel_file
    if not log.exists() or not (size := log.stat().st_size):
        return None
    here = now.astimezone(settings.zone)
    aside = log.with_name(f"{log.name}.{here:%Y-%m-%d}")
    if size > LARGEST and aside.exists():
        aside = log.with_name(f"{log.name}.{here:%Y-%m-%d-%H%M%S}")
    if aside.exists() or (size <= LARGEST and here.hour != HOUR):
        return None
    log.rename(aside)
    return aside


def expire(settings: Settings, now: datetime, kept: Sequence[Period] = ()) -> int:
    """Delete those older than the policy keeps them; how many. Without a policy none.

    What the engine has not read to the end stays, however old: it may be all there is of a call; so does
    what has rows of a time in `kept`, which a demand, an appeal or a hold may be about.
    """
    days = max((one.days for one in settings.retention if one.what == "channel_log"), default=None)
    if days is None:
        return 0
    files = sorted(
        settings.cel_file.parent.glob(f"{settings.cel_file.name}.*"), key=lambda f: f.stat().st_mtime_ns
    )
    reading = _reading(settings)
    gone, began = 0, None
    for file in files:
        if file.stat().st_ino == reading or reading is None:
            break
        since, began = began, datetime.fromtimestamp(file.stat().st_mtime, UTC)  # its rows lie between these
        if any(period.meets(since, began) for period in kept):
            continue
        if began < now - timedelta(days=days):
            file.unlink()
            gone += 1
    return gone


def _reading(settings: Settings) -> int | None:
    """The inode of the file the engine reads."""
    try:
        return int((settings.home / "db" / "cel.mark").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
