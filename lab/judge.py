"""What came of a call, beside what should have: the journal's word, and the sound on the disk; edge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab.call import Call
from lab.scenes import Scene
from lab.sound import Heard, find, load, tones_in
from lab.stage import Talk
from recordings.model.call_record import CallRecord
from recordings.model.recording import Recording

SHARE = 0.8  # of the conversation each voice must fill in the recording
SLACK = 0.6  # seconds at its ends that may be missing: answer and hang-up are not one moment for all
SPURIOUS = 0.3  # a voice that does not belong there is a fault from this length on
BEGINNING = 6400  # samples: this much of a prompt is looked for, a key may cut the rest
LIKE = 0.8


@dataclass(frozen=True, slots=True)
class Sounding:
    """One recording listened to; seconds of each tone (Hz) by side."""

    file: Path
    spoken: float
    caller: tuple[int, float]
    party: tuple[str, int, float]
    faults: tuple[str, ...]


def by_tone(heard: Sequence[Heard], channel: int) -> dict[int, float]:
    """Seconds of each tone on a side, frequencies rounded to 10 Hz."""
    seconds: dict[int, float] = {}
    for one in heard:
        if one.channel == channel:
            frequency = round(one.frequency / 10) * 10
            seconds[frequency] = seconds.get(frequency, 0.0) + one.end - one.start
    return seconds


def listen(file: Path, caller_tone: int, talk: Talk) -> Sounding:
    """The caller's tone on the left for the whole conversation, the other side's on the right, no third."""
    heard = tones_in(file)
    needed = max(0.5, (talk.seconds - SLACK) * SHARE)
    faults = []
    lengths = []
    for channel, name, tone in ((0, "left", caller_tone), (1, "right", talk.tone)):
        found = by_tone(heard, channel)
        lengths.append(found.get(tone, 0.0))
        if lengths[-1] < needed:
            faults.append(f"{name}: {tone} Hz for {lengths[-1]:.1f} s where {talk.seconds:.1f} s were spoken")
        strange = {f: s for f, s in found.items() if f != tone and s >= SPURIOUS}
        faults += [f"{name}: {f} Hz for {s:.1f} s does not belong there" for f, s in strange.items()]
    sides = (caller_tone, lengths[0]), (talk.party, talk.tone, lengths[1])
    return Sounding(file, talk.seconds, *sides, tuple(faults))


def prompts_heard(call: Call, sounds: Path, language: str, names: Sequence[str]) -> dict[str, float]:
    """Which of these prompts the caller's phone heard, in this language, and at what second of its sound."""
    samples = call.ear.samples()
    found = {}
    for name in names:
        channels, _ = load(sounds / language / "111" / f"{name}.wav")
        at, likeness = find(samples, channels[0][np.flatnonzero(channels[0])[0] :][:BEGINNING])
        if likeness >= LIKE:
            found[name] = round(at, 1)
    return found


def differences(scene: Scene, record: CallRecord, talks: Sequence[Talk]) -> Iterator[str]:
    """What the journal says otherwise than the phones saw it. C1, C5, A14, A19."""
    with_us = [talk for talk in talks if talk.party != "1414"]
    wanted_and_found: tuple[tuple[str, object, object], ...] = (
        ("outcome", scene.outcome.value, record.outcome and record.outcome.value),
        ("language", scene.language, record.language),
        ("rating", scene.rating, record.rating),
        ("rating asked", "rate" in scene.hears, record.rating_asked),
        ("1414", scene.ucc, record.ucc_result),
        ("consultant", with_us[-1].party if with_us else None, record.served_by),
        ("notice stored", scene.ucc is not None, record.notice_at is not None),
        ("served without the engine", False, record.survived),
    )
    for what, wanted, found in wanted_and_found:
        if wanted != found:
            yield f"{what}: the journal has {found}, where {wanted} happened"


def sounds_of(
    scene: Scene, recordings: Sequence[Recording], audio: Path, talks: Sequence[Talk]
) -> tuple[list[Sounding], list[str]]:
    """Each recording listened to, beside the conversation of its number; and what is missing or too much."""
    with_us = [talk for talk in talks if talk.party != "1414"]
    playable = [one for one in recordings if one.stereo_file]
    faults = []
    if not len(playable) == scene.recordings == len(with_us):
        faults.append(
            f"{len(playable)} recordings of {len(with_us)} conversations; there should be {scene.recordings}"
        )
    heard = [
        listen(audio / str(one.stereo_file), scene.tone, talk)
        for one, talk in zip(playable, with_us, strict=False)
    ]
    return heard, faults + [fault for one in heard for fault in one.faults]
