"""Reasons of a consultant's pause: which there are, and by which digit of the feature code; pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BREAK: Final = "break"
OTHER: Final = "other"
# Words for them: console/http/labels.py. A site may offer others (setting `pause_reasons`).
PAUSE_REASONS: Final = ("lunch", BREAK, "training", "technical", "meeting", OTHER)
# After the code for pause; none is a short break.
BY_DIGIT: Final[Mapping[str, str]] = MappingProxyType(
    {"": BREAK, "1": BREAK, "2": "lunch", "3": "training", "4": "technical", "5": "meeting"}
)
