"""File names of recordings, made and read here alone; what they tell: day, call, connection, segment, leg.

The dialplan is rendered with these; a home holds files of every version, so no name ever changes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

DAY: Final = "%Y-%m-%d"  # a day folder, for strftime and for Asterisk's STRFTIME
SECOND = "v2"  # below the audio folder: a link to the second volume, with day folders of its own

Leg = Literal["caller", "consultant", "mixed", "stereo"]

_STEM = re.compile(
    r"(?P<call>[a-z0-9]{1,16}-[0-9]{10,16}-[0-9]{1,12})-"
    r"(?:c(?P<connection>[0-9]{1,4})(?:-s(?P<segment>[0-9]{1,4}))?|s(?P<offer>[0-9]{1,4}))"
)
_CALL = re.compile(r"[a-z0-9]{1,16}-(?P<at>[0-9]{10,13})-[0-9]{1,12}")
_SUFFIXES: Final[Mapping[Leg, str]] = {
    "caller": "-caller",
    "consultant": "-consultant",
    "stereo": "-stereo",
    "mixed": "",
}
_LEGS: Final[Mapping[str, Leg]] = {suffix: leg for leg, suffix in _SUFFIXES.items()}
_FILE = re.compile(rf"(?P<stem>{_STEM.pattern})(?P<leg>{'|'.join(_LEGS)})\.wav")


@dataclass(frozen=True, slots=True)
class Stem:
    """One segment of one recording.

    `recording` is the recording's id: the stem of its first segment. `connection` is None for a
    conversation of survival, which knows only its `offer` (which try at ringing somebody it was).
    `segment` counts from 1; a new one begins after each hold.
    """

    text: str
    recording: str
    call_id: str
    connection: int | None
    offer: int | None
    segment: int


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """One file of a recording; `path` relative to the audio folder."""

    stem: Stem
    leg: Leg
    path: str
    size: int
    modified: datetime


def arrival(call_id: str) -> datetime | None:
    """When the call of this id arrived, to the millisecond; None when it is no id of ours."""
    match = _CALL.fullmatch(call_id)
    return None if match is None else datetime.fromtimestamp(int(match["at"]) / 1000, UTC)


def day_of(arrived: float, zone: tzinfo) -> str:
    """The day folder of a call that arrived then (epoch seconds): its civil day at the centre."""
    return datetime.fromtimestamp(arrived, zone).strftime(DAY)


def stem_of(call_id: str, connection: int | str, segment: int = 1) -> str:
    """The file stem for a segment of a conversation; in the dialplan both are variables."""
    return segment_of(f"{call_id}-c{connection}", segment)


def segment_of(first: str, segment: int) -> str:
    """The stem of a recording's segment, where the stem of its first is known."""
    return first if segment == 1 else f"{first}-s{segment}"


def file_of(stem: str, leg: Leg) -> str:
    """The name of a leg's file, or its path where `stem` has a folder before it."""
    return f"{stem}{_SUFFIXES[leg]}.wav"


def parse_stem(text: str) -> Stem | None:
    """None when `text` is not a name of ours."""
    match = _STEM.fullmatch(text)
    return None if match is None else _read(text, match)


def parse_file(name: str) -> tuple[Stem, Leg] | None:
    """The stem and the leg of a file name without folder; None when it is not ours."""
    match = _FILE.fullmatch(name)
    return None if match is None else (_read(match["stem"], match), _LEGS[match["leg"]])


def _read(text: str, match: re.Match[str]) -> Stem:
    call_id, connection, offer = match["call"], match["connection"], match["offer"]
    recording = f"{call_id}-c{connection}" if connection else f"{call_id}-s{offer}"
    return Stem(
        text=text,
        recording=recording,
        call_id=call_id,
        connection=int(connection) if connection else None,
        offer=int(offer) if offer else None,
        segment=int(match["segment"] or 1),
    )
