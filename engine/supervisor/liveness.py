"""Signs of life of one process: questions side by side, sound that flows, what they prove; edge."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.supervisor.probes import Probe
from engine.supervisor.timeouts import SilenceTimeout

SOUND: Final = (".wav", ".alaw", ".ulaw", ".sln", ".sln16", ".gsm", ".g722")


class RepeatedProbe:
    """One way of asking, over and over; counts how long its answer has been owed."""

    def __init__(self, probe: Probe, limit: float, tick: float, every: float) -> None:
        self.timeout = SilenceTimeout(limit, longest_tick=tick * 1.5)
        self.answered_at: float | None = None  # the last answer
        self._probe = probe
        self._tick, self._every = tick, every
        self._open: asyncio.Task[None] | None = None
        self._next = 0.0

    @property
    def silent(self) -> bool:
        """Whether an answer has been owed for the whole limit."""
        return self.timeout.owed >= self.timeout.limit

    def step(self, now: float, elapsed: float, excused: float) -> bool:
        """Ask when it is time, take in what came; True for a new answer."""
        answered = False
        if self._open is None and now >= self._next:
            self._open = asyncio.create_task(self._probe.ask())
            self.timeout.ask()
        elif self._open is not None and self._open.done():
            failed = self._open.exception() is not None
            self._open = None
            self._next = now + (self._tick if failed else self._every)
            if not failed:
                self.timeout.answer()
                self.answered_at, answered = now, True
        self.timeout.passed(elapsed, excused)
        return answered

    async def forget(self) -> None:
        """Ask no more; the next question begins with nothing owed."""
        self.timeout.answer()
        self._next = 0.0
        if self._open is not None:
            self._open.cancel()
            await asyncio.gather(self._open, return_exceptions=True)
            self._open = None


@dataclass(slots=True)
class SoundFileGrowth:
    """Whether sound flows through a process: it goes on reading or writing its open sound files.

    Recordings that grow, prompts and music that are read: the kernel tells how far each open file is.
    Neither a port nor a lock of the process has a part in it; one that is stopped or hangs moves nothing.
    """

    places: Mapping[str, int] = field(default_factory=dict)
    since: float | None = None  # the first look
    moved_at: float | None = None

    def look(self, pid: int, now: float) -> None:
        """Compare with the look before; `now` is monotonic. The first look proves nothing yet."""
        places = sound_files(pid)
        if self.since is None:
            self.since = now
        elif any(self.places.get(name, at) != at for name, at in places.items()):
            self.moved_at = now
        self.places = places

    def still(self, now: float) -> float:
        """Seconds since something moved, or since the first look; 0 before it."""
        last = self.since if self.moved_at is None else self.moved_at
        return 0.0 if last is None else now - last

    def forget(self) -> None:
        """Its next look is a first one."""
        self.places, self.since, self.moved_at = {}, None, None


def sound_files(pid: int) -> dict[str, int]:
    """The sound files `pid` has open: descriptor and name -> how far it has read or written (bytes)."""
    found = {}
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            with suppress(OSError, ValueError, IndexError):
                if (name := str(Path(entry.path).readlink())).endswith(SOUND):
                    told = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text()
                    found[f"{entry.name} {name}"] = int(told.split(None, 2)[1])
    return found


class SecondarySigns:
    """The signs beside a silent manager, asked for while it is silent only: sip, control, and sound."""

    def __init__(self, probes: Mapping[str, Probe], limit: float, tick: float, every: float) -> None:
        self._questions = {name: RepeatedProbe(probe, limit, tick, every) for name, probe in probes.items()}
        self._sound = SoundFileGrowth()
        self._limit = limit

    def __bool__(self) -> bool:
        return bool(self._questions)

    def look(self, pid: int, now: float, elapsed: float, excused: float) -> float:
        """Ask on; when the process last gave a sign (monotonic; 0: none yet)."""
        for question in self._questions.values():
            question.step(now, elapsed, excused)
        self._sound.look(pid, now)
        answers = (question.answered_at or 0.0 for question in self._questions.values())
        return max(self._sound.moved_at or 0.0, *answers)

    async def rest(self) -> None:
        """Ask no more, and begin anew the next time."""
        self._sound.forget()
        for question in self._questions.values():
            await question.forget()

    def prove(self, manager: float, now: float, *, served: bool) -> bool:
        """Whether a manager silent for so many seconds is dead; never while sound flows.

        Who has never come up (`served` is False) has served nobody: still sound is enough.
        """
        if self._sound.still(now) < self._limit:
            return False
        silent = {name: question.timeout.owed for name, question in self._questions.items()}
        return not served or dead({"manager": manager, **silent}, self._limit)


LONG: Final = 60.0  # seconds: what a firewall does to both ports is over by then


def dead(silent: Mapping[str, float], limit: float) -> bool:
    """Whether the seconds of silence of each sign prove that Asterisk is dead; pure.

    Two signs that share no port, thread or network: the control socket, and the manager or SIP. While the
    control socket answers, manager and SIP together must have been silent for a minute: then nobody can call.
    """
    manager, sip, control = silent["manager"], silent["sip"], silent["control"]
    return (control >= limit and max(manager, sip) >= limit) or min(manager, sip) >= LONG
