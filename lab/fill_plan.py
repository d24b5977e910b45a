"""Invented calls, the same for the same seed: `lab fill` writes them, a drill checks by them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HOURS = (9, 7, 6, 5, 4, 4, 6, 9, 14, 20, 24, 25, 22, 21, 23, 25, 26, 27, 28, 30, 31, 28, 21, 14)
WEEKDAYS = (11, 10, 10, 10, 10, 12, 13)
CONSULTANTS = tuple(f"c{number}" for number in range(101, 131))
ODD = ("two_on_a_day", "over_midnight", "old_offset", "withheld", "two_conversations", "transferred")


@dataclass(frozen=True, slots=True)
class Span:
    """One conversation: with whom, from and to seconds after the call's arrival."""

    party: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Planned:
    """One call; `number` None when withheld. `kind` "" for an ordinary one, else what is odd about it."""

    call_id: str
    number: str | None
    arrived: datetime
    lasts: float
    language: str
    outcome: str
    talks: tuple[Span, ...]
    audio: bool
    kind: str = ""

    @property
    def ended(self) -> datetime:
        """The caller's hang-up."""
        return self.arrived + timedelta(seconds=self.lasts)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to invent: `calls` in all, of them `with_audio` with sound; civil days from `first` to `last`."""

    calls: int
    with_audio: int
    seed: int
    first: date
    last: date
    zone: ZoneInfo

    def __iter__(self) -> Iterator[Planned]:
        """Those with audio first: every sixth of them odd in its own way."""
        source = random.Random(self.seed)  # noqa: S311 - invented calls, no secret
        count = 0
        while count < min(self.with_audio, self.calls):
            kind = ODD[count // 6 % len(ODD)] if count % 6 == 0 else ""
            for one in self._with_audio(source, kind, count):
                count += 1
                yield one
                if count == min(self.with_audio, self.calls):
                    break
        numbers = [_number(number) for number in range(max(10, self.calls // 4))]
        for number in range(count, self.calls):
            yield self._ordinary(source, number, numbers)

    def _with_audio(self, source: random.Random, kind: str, count: int) -> Iterator[Planned]:
        number = None if kind == "withheld" else _number(5_000_000 + count)
        at = self._moment(source)
        seconds = source.uniform(3, 25)
        talks: tuple[Span, ...] = (Span(source.choice(CONSULTANTS), 12.0, 12.0 + seconds),)
        outcome = "served"
        if kind == "over_midnight":
            at = self._local(self._day(source), 23, 59, source.uniform(30, 45))
        elif kind == "old_offset":
            day, hour, minute = source.choice(((date(2024, 2, 29), 23, 30), (date(2024, 3, 1), 0, 10)))
            at = self._local(day, hour, minute, source.uniform(0, 59))
        elif kind == "two_conversations":
            talks += (
                Span(source.choice(CONSULTANTS), 20.0 + seconds, 24.0 + seconds + source.uniform(3, 9)),
            )
        elif kind == "transferred":
            talks += (Span("1414", 30.0 + seconds, 90.0 + seconds),)
            outcome = "transferred_1414"
        yield self._call(count, number, at, source, outcome, talks, True, kind)
        if kind == "two_on_a_day":
            later = at + timedelta(minutes=source.uniform(3, 20))
            again = (Span(source.choice(CONSULTANTS), 15.0, 15.0 + source.uniform(3, 20)),)
            yield self._call(count + 1, number, later, source, "served", again, True, kind)

    def _ordinary(self, source: random.Random, count: int, numbers: list[str]) -> Planned:
        # Some people call again and again; half of the numbers call once.
        place = int(len(numbers) * source.random() ** 1.6)
        number = None if source.random() < 0.05 else numbers[place]
        at = self._moment(source)
        fate = source.random()
        wait = min(900.0, source.expovariate(1 / 25) + 6)
        if fate < 0.72:
            talked = min(4200.0, 20 + source.lognormvariate(5.0, 0.8))
            talks: tuple[Span, ...] = (Span(source.choice(CONSULTANTS), wait, wait + talked),)
            outcome = "served"
            if fate < 0.05:
                talks += (Span("1414", wait + talked + 8, wait + talked + 180),)
                outcome = "transferred_1414"
        else:
            talks = ()
            outcome = "abandoned_waiting" if fate < 0.9 else "abandoned_in_menu" if fate < 0.98 else "advice"
        return self._call(count, number, at, source, outcome, talks, False, "")

    def _call(
        self,
        count: int,
        number: str | None,
        at: datetime,
        source: random.Random,
        outcome: str,
        talks: tuple[Span, ...],
        audio: bool,
        kind: str,
    ) -> Planned:
        lasts = talks[-1].end + source.uniform(1, 15) if talks else source.uniform(4, 120)
        language = "kk" if source.random() < 0.55 else "ru"
        call_id = f"n1-{int(at.timestamp() * 1000)}-{count}"
        return Planned(call_id, number, at, lasts, language, outcome, talks, audio, kind)

    def _moment(self, source: random.Random) -> datetime:
        [hour] = source.choices(range(24), HOURS)
        second = source.random() * 3600
        return self._local(self._day(source), hour, int(second // 60), second % 60)

    def _day(self, source: random.Random) -> date:
        while True:
            day = self.first + timedelta(days=source.randrange((self.last - self.first).days + 1))
            if source.random() * 13 < WEEKDAYS[day.weekday()]:
                return day

    def _local(self, day: date, hour: int, minute: int, second: float) -> datetime:
        whole = int(second)
        local = datetime(
            day.year, day.month, day.day, hour, minute, whole, int((second - whole) * 1e3) * 1000, self.zone
        )
        return local.astimezone(UTC)


def _number(place: int) -> str:
    """Invented: +7 700 0xx xx xx, and one in nine a fixed line."""
    return f"+7717270{place % 10000:04d}" if place % 9 == 0 else f"+7700{place % 10_000_000:07d}"
