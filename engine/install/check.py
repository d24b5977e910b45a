"""What the doctor finds: one value a look."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it is, and for anything but ok what to do."""

    name: str
    state: State
    finding: str
    remedy: str = ""
