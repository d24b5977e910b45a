"""How a conversation is recorded, said once: by a session, or by AMI when the recorder is started anew."""

from typing import Final, Literal

from dialplan.recording_names import file_of

# MixMonitor keeps its RTP state over a stop and a start closer than an audio frame, and then loses a party.
REST: Final = 0.12  # seconds between the two (decision 0066)

Side = Literal["caller", "consultant"]
SIDES: Final[tuple[Side, Side]] = ("caller", "consultant")


def options(path: str, on: Side = "caller") -> str:
    """MixMonitor's options: only while the two talk, a file for each; `path` has no extension.

    `on` is whose channel the recorder sits on: it receives that side and sends the other one.
    """
    other: Side = "consultant" if on == "caller" else "caller"
    return f"br({file_of(path, on)})t({file_of(path, other)})"


def side(segment: int) -> Side:
    """Whose channel the recorder of a segment sits on: the first on the caller's, then in turn.

    Two recorders on one channel share what they know of its RTP numbers; on the other channel a new one
    knows nothing, and the old one need not stop before it has begun (docs/decisions/0030, 0066).
    """
    return "caller" if segment % 2 else "consultant"
