"""What a test asks of the running Asterisk and of its logs."""

import subprocess
from pathlib import Path

from engine.supervisor.services import PRIVATE, configuration, environment
from tests.real.line import RunningLine


def console(line: RunningLine, command: str) -> str:
    """What Asterisk's console says to a command."""
    settings = line.settings
    asked = (PRIVATE, "asterisk", "-C", configuration(settings), "-rx", command)
    env = {**environment(settings), "IVR111_HOME": str(line.home)}
    return subprocess.run(asked, env=env, capture_output=True, text=True, timeout=20, check=False).stdout


def log(line: RunningLine, name: str = "asterisk") -> list[str]:
    """The lines of log/NAME.log: asterisk or security."""
    return (line.home / "log" / f"{name}.log").read_text().splitlines()


def complaints(line: RunningLine) -> list[str]:
    """Asterisk's errors and warnings."""
    return [text for text in log(line) if " ERROR[" in text or " WARNING[" in text]


def proc(pid: int, field: str) -> str:
    """One field of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(text for text in lines if text.startswith(f"{field}:")).partition(":")[2].strip()
