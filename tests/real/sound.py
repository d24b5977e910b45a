"""Which tones a recording holds, and on which side."""

from lab.sound import tones_in
from recordings.model.recording import Recording
from tests.real.line import RunningLine

SIDES = ("left", "right")


def heard_on(line: RunningLine, recording: Recording, at_least: float = 0.5) -> dict[str, set[int]]:
    """Tones by side, those that sound for `at_least` seconds."""
    assert recording.stereo_file
    found: dict[str, set[int]] = {"left": set(), "right": set()}
    for tone in tones_in(line.settings.audio / recording.stereo_file):
        if tone.end - tone.start >= at_least:
            found[SIDES[tone.channel]].add(round(tone.frequency / 10) * 10)
    return found
