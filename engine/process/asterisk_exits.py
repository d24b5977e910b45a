"""When Asterisk ended, written down for whoever tells of the calls that ended with it; edge."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from config.durable import replace_file
from dialplan.recording_names import SECOND, parse_file

KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class AsteriskExit:
    """`at`: the last moment it lived (epoch seconds); `why`: ended by itself, or silent and ended by us."""

    at: float
    pid: int
    why: str


def note(path: Path, death: AsteriskExit) -> None:
    """Add one, in a whole file that replaces the one before. OSError when the disk refuses."""
    known = [*read(path), death][-KEPT:]
    replace_file(path, "".join(json.dumps(asdict(one)) + "\n" for one in known).encode(), 0o644)


def read(path: Path) -> list[AsteriskExit]:
    """All that are known, the oldest first; a line nobody can read is passed over."""
    found = []
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    for line in lines:
        try:
            death = AsteriskExit(**json.loads(line))
            found.append(AsteriskExit(float(death.at), int(death.pid), str(death.why)))
        except (ValueError, TypeError):
            continue
    return sorted(found, key=lambda one: one.at)


def first_after(deaths: Iterable[AsteriskExit], begun: float) -> float | None:
    """The end of the Asterisk in which something began at `begun`; None when nobody saw it."""
    return min((one.at for one in deaths if one.at >= begun), default=None)


def last_growth(folders: Sequence[Path], call_id: str) -> float | None:
    """When the raw recordings of a call last grew (epoch seconds); None without any in these folders."""
    times = []
    for folder in folders:
        for file in folder.glob(f"{call_id}-*.wav"):
            parsed = parse_file(file.name)
            if parsed is not None and parsed[1] in ("caller", "consultant"):
                try:
                    times.append(file.stat().st_mtime)
                except OSError:
                    continue
    return max(times, default=None)


def day_folders(audio: Path, day: str) -> tuple[Path, Path]:
    """A day's folder on either volume."""
    return audio / day, audio / SECOND / day
