"""Callers brought together with consultants, and what a recording holds of them, by time."""

import asyncio
import random
from dataclasses import dataclass

import numpy as np

from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.robots import Consultant
from lab.rtp import Numbering
from lab.sip import Headers
from lab.sound import find, load, tones_in
from lab.voice import tone
from recordings.model.recording import Recording
from tests.real.line import RunningLine


@dataclass(frozen=True, slots=True)
class Talk:
    """A caller in conversation; `tone` is the caller's, `theirs` the consultant's (Hz)."""

    caller: Call
    consultant: Consultant
    number: str
    tone: int

    @property
    def leg(self) -> Call:
        """The consultant's side."""
        return self.consultant.served[-1]

    @property
    def theirs(self) -> int:
        return self.consultant.phone.voice.frequency

    @property
    def id(self) -> str:
        """The consultant's id."""
        return self.consultant.phone.user


def a_number(tone_: int) -> str:
    """A caller's number told by the tone, so that a journal row is found again."""
    return f"+77000000{tone_:03d}"


async def dial(
    lab: Lab, frequency: int, language: str = "1", press: bool = True, headers: Headers = ()
) -> Call:
    """A caller who has chosen a language at once."""
    number = a_number(frequency)
    phone = lab.trunk_phone(tone(frequency), Identity(number))
    phone.numbering = from_40_000
    call = await phone.dial("111", headers=headers)
    await call.answered()
    await asyncio.sleep(0.3)
    if press:
        await call.press(language)
    return call


async def talk(lab: Lab, team: list[Consultant], frequency: int, language: str = "1") -> Talk:
    """A caller, and whoever of the team answered: told by the caller's tone."""
    call = await dial(lab, frequency, language)
    return await served(call, team, frequency)


async def talks(lab: Lab, team: list[Consultant], *frequencies: int) -> list[Talk]:
    """Callers brought into conversation all at once, in the order of their tones."""
    return await asyncio.gather(*(talk(lab, team, frequency) for frequency in frequencies))


async def served(call: Call, team: list[Consultant], frequency: int, within: float = 30.0) -> Talk:
    """Wait until one of the team hears this caller now."""
    async with asyncio.timeout(within):
        while True:
            for one in team:
                leg = one.call
                if leg is None or leg.state != "talking" or leg.answered_at is None:
                    continue
                if leg.ear.tone_times(frequency, max(leg.answered_at, leg.ear.last_packet - 1.0)):
                    return Talk(call, one, a_number(frequency), frequency)
            await asyncio.sleep(0.05)


async def team(lab: Lab, *ids: str) -> list[Consultant]:
    """Registered consultants."""
    consultants = [lab.consultant(id_) for id_ in ids]
    for one in consultants:
        one.phone.numbering = from_40_000
        await one.start()
    return consultants


def from_40_000() -> Numbering:
    """RTP numbers with room below and above, so that `renumber` means what it says."""
    return Numbering(40_000, 1_000_000_000, random.getrandbits(32))


def from_20_000() -> Numbering:
    """A phone whose numbers lie below those of the phone before it."""
    return Numbering(20_000, 500_000_000, random.getrandbits(32))


def spans(line: RunningLine, recording: Recording, side: str, frequency: int) -> list[tuple[float, float]]:
    """From when to when (s) the tone sounds on a side; what is shorter than 0.3 s is left out."""
    assert recording.stereo_file
    channel = {"caller": 0, "consultant": 1}[side]
    found: list[tuple[float, float]] = []
    for heard in tones_in(line.settings.audio / recording.stereo_file):
        if heard.channel != channel or abs(heard.frequency - frequency) > 12:
            continue
        if found and heard.start - found[-1][1] < 0.3:
            found[-1] = (found[-1][0], heard.end)
        else:
            found.append((heard.start, heard.end))
    return [(round(a, 1), round(b, 1)) for a, b in found if b - a >= 0.3]


def seconds(found: list[tuple[float, float]]) -> float:
    """How long altogether."""
    return sum(b - a for a, b in found)


def told_at(line: RunningLine, call: Call, language: str, prompt: str) -> tuple[float, float] | None:
    """When (monotonic) a prompt began and ended in what a caller heard; None when it was not heard whole."""
    (sound, *_), _ = load(line.settings.sounds / language / "111" / f"{prompt}.wav")
    samples = np.pad(call.ear.samples(), (0, 800))  # the last words may fill no whole frame
    at, likeness = find(samples, sound)
    if likeness < 0.5:  # another prompt's stays below 0.2; a late packet shifts what follows it
        return None
    began = float(call.ear.frames()[0][0]) + at
    return began, began + len(sound) / 8000
