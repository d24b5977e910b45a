"""AMI as it was recorded: text in, messages out; and made fit to be shown to strangers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from dialplan.words import IDENTITY
from routing.live.ami_events import READERS, Message

# Headers that name a caller; the same with Dest and Effective before them.
NUMBERS: Final = ("CallerIDNum", "ConnectedLineNum")
NAMES: Final = ("CallerIDName", "ConnectedLineName")
# Values that say nothing of a person.
OPEN: Final = frozenset({"", "<unknown>", "anonymous", "s", "111", "1414"})
KEPT_EVENTS: Final = frozenset(READERS) | {"Status", "FullyBooted"}
# Headers nobody reads, left out of what is kept.
IDLE: Final = frozenset(
    {
        "Privilege",
        "Language",
        "AccountCode",
        "Priority",
        "Nativeformats",
        "Readformat",
        "Readtrans",
        "Writeformat",
        "Writetrans",
        "Callgroup",
        "Pickupgroup",
        "TimeToHangup",
        "Type",
        "DNID",
        "URI",
    }
)


def messages(lines: Iterable[str]) -> Iterator[Message]:
    """Messages of a recorded stream; a repeated header has a list of values, what is no header is skipped."""
    message: dict[str, str | list[str]] = {}
    for line in lines:
        name, colon, value = line.rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if not name.strip() and not colon:
            if message:
                yield message
            message = {}
        elif colon and name in message:
            before = message[name]
            message[name] = [*([before] if isinstance(before, str) else before), value]
        elif colon:
            message[name] = value
    if message:
        yield message


@dataclass(slots=True)
class Anonymiser:
    """Masks numbers and names, the same one always by the same mask, and leaves out what nobody reads."""

    masks: dict[str, str] = field(default_factory=dict)

    def message(self, message: Message) -> str:
        """One message as text without personal data; empty when it is none of those replayed."""
        if message.get("Event") not in KEPT_EVENTS:
            return ""
        if message["Event"] == "VarSet" and not str(message.get("Variable", "")).startswith("ENGINE_"):
            return ""
        if message.get("Variable") == IDENTITY:  # a caller's number in base64
            return ""
        lines = []
        for name, values in message.items():
            if name in IDLE:
                continue
            for value in [values] if isinstance(values, str) else values:
                if value.startswith(f"{IDENTITY}="):
                    continue
                lines.append(f"{name}: {self._value(name, value)}\n")
        return "".join(lines) + "\n"

    def _value(self, name: str, value: str) -> str:
        if name.endswith(NUMBERS):
            return self.number(value)
        if name.endswith(NAMES):
            return self.name(value)
        return self.text(value)

    def number(self, value: str) -> str:
        """A caller's number, or its mask."""
        return value if value in OPEN else self.masks.setdefault(value, f"+7700000{len(self.masks):04d}")

    def name(self, value: str) -> str:
        """A caller's name, or its mask."""
        return value if value in OPEN else self.masks.setdefault(value, f"Caller {len(self.masks)}")

    def text(self, value: str) -> str:
        """Any other value: numbers and names met before are masked in it too."""
        # One pass: a mask may look like another caller's number.
        known = sorted((re.escape(real) for real in self.masks if len(real) > 5), key=len, reverse=True)
        return re.sub("|".join(known), lambda m: self.masks[m.group()], value) if known else value


def anonymise(lines: Iterable[str]) -> Iterator[str]:
    """A recorded AMI stream without personal data, ready to be committed as a test's."""
    mask = Anonymiser()
    return filter(None, map(mask.message, messages(lines)))
