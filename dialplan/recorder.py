"""How a conversation is recorded, said once: by a session, or by AMI after a hold."""

from typing import Final

# MixMonitor keeps its RTP state over a stop and a start closer than an audio frame, and then loses a party.
REST: Final = 0.12  # seconds between the two (recipes.md 3)


def options(path: str) -> str:
    """MixMonitor's options: only while the two talk, a file for each; `path` has no extension."""
    return f"br({path}-caller.wav)t({path}-consultant.wav)"
