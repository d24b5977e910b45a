"""What every command looks at first: names of settings, and whether a line ever ran in its home; edge."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from config.home import PROGRAM, UnsafePlace, default_home, ignored_settings
from config.problem import Problem
from config.running import homes
from config.settings import Settings, strangers
from config.settings_words import near
from config.told import N_, LocalizedText, joined, told

STARTS: Final = frozenset(
    {"run", "demo"}
)  # they make the home: the one named, else the one beside the program
NEED_NONE: Final = STARTS | {
    "version", "replay", "demands verify", "doctor",  # the doctor looks at it, among the rest
    "prompts", "prompts check", "prompts script", "prompts speak",  # set-up speaks before there is a home
}  # fmt: skip
BEFORE: Final = frozenset({"render", "prompts import", "lab fill"})  # a home with settings is enough


def look(command: str, environment: Mapping[str, str]) -> None:
    """Raises Problem, UnsafePlace, and what Settings raise."""
    refused = ignored_settings(environment)
    names = [f"IVR111_{name.upper()}" for name in Settings.model_fields]
    for unknown in strangers({name: "" for name in environment if name not in refused}):
        said = told("{name}: there is no such setting", name=unknown)
        guess = near(unknown, names) or told(";")
        where = told("all of them stand in docs/system-administrator.md")
        raise Problem(told("{said}{guess} {where}", said=said, guess=guess, where=where))
    if command in STARTS and not environment.get("IVR111_HOME"):
        os.environ["IVR111_HOME"] = str(default_home())
    if command not in NEED_NONE and (fault := fault_of(Settings().home, before=command in BEFORE)):
        raise Problem(joined(fault, N_("{one}; {other}")))


def fault_of(home: Path, *, before: bool = False) -> tuple[LocalizedText, LocalizedText] | None:
    """Why nothing can be answered from `home`, and what to do; None when a line ran there.

    `before`: settings are enough. Raises OSError.
    """
    try:
        home.stat()
    except (FileNotFoundError, NotADirectoryError):
        said = told("{home}: there is no such folder", home=home)
    else:
        if not home.is_dir():
            said = told("{home}: that is no folder", home=home)
        elif (home / "run").is_dir() or (before and (home / "settings.toml").is_file()):
            return None
        else:
            said = told("{home}: no line ever ran in this home", home=home)
    return said, _instead(home)


def _instead(home: Path) -> LocalizedText:
    running = list[Path]()
    if os.getuid() == 0:
        with suppress(OSError, UnsafePlace):
            running = [one for one in homes(PROGRAM, default_home()) if one != home]
    if running:
        return told(
            "a line runs in {home}: leave IVR111_HOME out, or write IVR111_HOME={home}", home=running[0]
        )
    return told("start it: make run, or name the home of a line: IVR111_HOME=FOLDER")
