"""How the files of one conversation grow, leg by leg and segment by segment; time and sizes go in; edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from dialplan.recording_names import Leg
from recordings.capture.files import GrowingAudio
from recordings.capture.match_conversations import HEADER

STILL: Final = 3.5  # seconds without growth that raise the suspicion: Asterisk writes every 2.05 s
ABSENT: Final = 2  # looks without any file of a conversation
AGAIN: Final = (1.0, 2.0, 5.0)  # seconds between the tries for one conversation; the last one for ever
RATE: Final = 16_000  # bytes a second

Step = Literal["grows", "waits", "stands"]


@dataclass(slots=True)
class FileGrowth:
    """How the files of one conversation grow; times are monotonic."""

    since: dict[Leg, float]  # when each leg grew last
    size: dict[Leg, int]
    segments: dict[int, int] = field(default_factory=dict)  # bytes of the caller's leg by segment
    seen: set[int] = field(default_factory=set)  # segments whose begin was told
    drift: dict[int, GrowingAudio] = field(default_factory=dict)  # where the clock of a segment was taken
    newest: int = 1
    both: int = 0  # looks at which an older segment grew beside the newest
    absent: int = 0  # looks that found no file at all
    tried: int = 0  # recorders started in vain since both legs grew last
    next_try: float = 0.0
    busy: bool = False
    leave: bool = False  # its volume failed, and its recorder is there still, growing or not
    told: bool = False

    @classmethod
    def begun(cls, now: float) -> "FileGrowth":
        """A conversation seen for the first time."""
        return cls({"caller": now, "consultant": now}, {"caller": 0, "consultant": 0})

    def look(self, size: Mapping[Leg, int], now: float) -> Step:
        """Take in the bytes of all segments, by leg."""
        for leg, bytes_ in size.items():
            if bytes_ > self.size[leg]:
                self.since[leg] = now
            self.size[leg] = bytes_
        if now - min(self.since.values()) < STILL:
            return "grows"
        return "waits" if self.busy or now < self.next_try else "stands"

    def behind(self, segment: int, now: GrowingAudio) -> float:
        """Seconds by which a segment's sound is behind the clock since its first bytes came."""
        if now.size <= HEADER:
            if segment > 1:  # just opened, and not before an answer as the first one is: its clock runs
                self.drift = {segment: GrowingAudio(HEADER, now.at)}
            return 0.0
        first = self.drift.get(segment)
        if first is None:
            self.drift = {segment: now}
            return 0.0
        return (now.at - first.at) - (now.size - first.size) / RATE

    def found(self, *, files: bool, now: float) -> None:
        """Whether there are any files. A recorder opens them at once, so nobody waits for their growth."""
        self.absent = 0 if files else self.absent + 1
        if self.absent >= ABSENT:
            self.since = {"caller": now - STILL, "consultant": now - STILL}

    def tried_at(self, now: float, *, started: bool) -> None:
        """A recorder was started, and has to write first, or could not be: when to try again."""
        self.next_try = now + (STILL if started else AGAIN[min(self.tried, len(AGAIN) - 1)])
        self.tried += 1

    def twice(self, segments: Mapping[int, int]) -> bool:
        """Whether an older recorder writes on beside the newest; bytes by segment, one leg's."""
        newest = max(segments, default=1)
        if newest != self.newest:
            self.newest, self.both = newest, 0
        grew = {n for n, bytes_ in segments.items() if bytes_ > self.segments.get(n, bytes_)}
        self.segments = dict(segments)
        # Its last bytes come when it is stopped, before the newest writes its first.
        self.both += bool(segments.get(newest)) and bool(grew - {newest})
        if self.both < 2:
            return False
        self.both = 0
        return True

    def fresh(self, written: Mapping[int, GrowingAudio]) -> list[int]:
        """Segments that were seen to grow for the first time; before `twice`."""
        grew = [
            segment
            for segment, now in written.items()
            if segment not in self.seen and 0 <= self.segments.get(segment, -1) < now.size - HEADER
        ]
        self.seen.update(grew)
        return grew

    def grows(self) -> None:
        """Both legs do."""
        self.tried, self.next_try, self.told = 0, 0.0, False
