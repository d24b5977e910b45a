"""Hints name commands as they can be typed here: `ivr111` stands for this very program; edge."""

import functools
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.home import PROGRAM, UnsafePlace, default_home

PATHS: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # as sudo has them
WORDS: Final = (
    "run|demo|doctor|calls|queue|consultants|recordings|demands|retention|audit|accounts|keys|lab fill|render"
    "|replay|prompts|version"
)
_COMMAND: Final = re.compile(rf"(?<![\w./-])(?:sudo )?ivr111 (?=(?:{WORDS})\b)")
_MAKE: Final = re.compile(r"(?<![\w./-])make (?=(?:run|setup|demo)\b)")


def typable(text: str) -> str:
    """The text with each command as whoever reads it can give it, wherever they stand."""
    if "ivr111 " not in text and "make " not in text:
        return text
    in_place = _COMMAND.sub(lambda _: f"{command(os.environ)} ", text)
    return _MAKE.sub(lambda _: "make " if Path.cwd() == PROGRAM else f"make -C {PROGRAM} ", in_place)


def command(environment: Mapping[str, str]) -> str:
    """How this program is called: by sudo for who came by it, by name where that is this program.

    Sudo drops the variable that names another home than the program's own.
    """
    sudo = "SUDO_USER" in environment or (os.geteuid() != 0 and shutil.which("sudo") is not None)
    home = environment.get("IVR111_HOME", "")
    named = f"IVR111_HOME={home} " if sudo and home and home != _default() else ""
    return f"{'sudo ' if sudo else ''}{named}{_program()}"


@functools.cache
def _program() -> str:
    own = PROGRAM / ".venv" / "bin" / "ivr111"
    found = shutil.which("ivr111", path=PATHS)
    return "ivr111" if found and Path(found).resolve() == own.resolve() else str(own)


def _default() -> str:
    try:
        return str(default_home())
    except (UnsafePlace, OSError):
        return ""
