"""Check rendered configuration with pyst2's parser before Asterisk sees it; edge."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from asterisk.config import Config, ParseError

# Where a name twice in one section is a mistake, not a list.
ONCE = ("manager.conf", "queues.conf", "rtp.conf", "asterisk.conf", "http.conf")


def check(files: Mapping[str, str]) -> list[str]:
    """What is wrong, one line each: unreadable lines, missing sections, options given twice."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            file = Path(folder) / name
            lines = (line for line in text.splitlines() if not line.startswith("#"))  # #tryinclude
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            try:
                config = Config(str(file))
            except ParseError as error:
                faults.append(f"{name}: {error}")
                continue
            faults += _doubles(name, config) if name in ONCE else []
    return faults


def _doubles(name: str, config: Config) -> list[str]:
    faults = []
    for category in config.categories:
        seen: set[str] = set()
        for line in category.items:
            if "eventfilter" in line.name or line.name in {"deny", "permit"}:
                continue
            if line.name in seen:
                faults.append(f"{name} [{category.name}]: {line.name} is given twice")
            seen.add(line.name)
    return faults
