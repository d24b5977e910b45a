"""Sizes of the files that lie there; edge."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dialplan.recording_names import parse_stem
from recordings.capture.files import scan


def sizes(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Bytes by name, of those that are there."""
    found = {}
    for name in names:
        try:
            found[name] = (folder / name).stat().st_size
        except FileNotFoundError:
            continue
    return found


def raw(audio: Path, since: str) -> list[tuple[str, str, datetime]]:
    """Recording id, call id and last write of every raw file in the day folders from `since` on.

    A file without sound is no recording: rings that nobody answers leave one.
    """
    return [
        (file.stem.recording, file.stem.call_id, file.modified)
        for file in scan(audio, since)
        if file.size > 44
    ]


def sealed(
    folder: Path, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, str, datetime]]:
    """The same of the sealed files of these days."""
    day = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        for path in sorted((folder / f"{day:%Y/%m/%d}").glob("*.sealed")):
            stem = parse_stem(path.stem)
            if stem is not None:
                yield path.stem, stem.call_id, datetime.fromtimestamp(path.stat().st_mtime, UTC)
        day += timedelta(days=1)
