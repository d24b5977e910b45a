"""Service of completeness: whether every answered conversation is a playable recording; edge."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.capture.judging import HARDLY
from recordings.completeness import files, store
from recordings.completeness.compare import AnsweredConversation, RecordingFacts, gap_of, orphans
from recordings.model.entries import PLAYABLE, RecordingState
from recordings.model.gap import Comparison, DayCount, Gap


class Completeness:
    """Compares the journal with the disk: `audio` the raw files, `sealed` the folder of sealed ones."""

    def __init__(
        self,
        database: AsyncEngine,
        audio: Path,
        sealed: Path,
        zone: ZoneInfo,
        progress: Callable[[int], object] = int,
    ) -> None:
        self._database = database
        self._audio = audio
        self._sealed = sealed
        self._zone = zone
        self._progress = progress

    async def gaps(self, since: datetime, until: datetime, now: datetime) -> list[Gap]:
        """Of the conversations answered in between and the files lying there."""
        return list((await self.compare(since, until, now)).gaps)

    async def compare(self, since: datetime, until: datetime, now: datetime) -> Comparison:
        """The gaps, and how many conversations and recordings were compared."""
        found: list[Gap] = []
        first = (since - timedelta(days=1)).astimezone(self._zone).date().isoformat()
        raw = await asyncio.to_thread(files.raw, self._audio, first)
        known = await store.known_recordings(self._database, sorted({name for name, _, _ in raw}))
        sound = frozenset(call_id for name, call_id, _ in raw if not known.get(name))
        counts = dict.fromkeys(("conversations", "recordings", "generated", "destroyed"), 0)
        async for talks in store.conversations(self._database, since, until):
            for kind in (_counted(talk) for talk in talks):
                if kind is not None:
                    counts["conversations"] += kind != "generated"
                    if kind != "conversations":
                        counts[kind] += 1
            found += await asyncio.to_thread(self._wrong, talks, now, sound)
            self._progress(sum(counts.values()))
        found += await self._orphans(raw, known, since, until, now)
        return Comparison(
            conversations=counts["conversations"],
            recordings=counts["recordings"],
            generated=counts["generated"],
            destroyed=counts["destroyed"],
            gaps=tuple(sorted(found, key=lambda gap: (gap.at, gap.recording_id))),
        )

    async def day(self, day: date, now: datetime) -> DayCount:
        """The figures of a civil day."""
        since = datetime.combine(day, time(), self._zone)
        until = datetime.combine(day + timedelta(days=1), time(), self._zone)
        found = await self.compare(since, until, now)
        return DayCount(
            day.isoformat(),
            found.conversations,
            found.recordings,
            found.generated,
            found.destroyed,
            found.gaps,
        )

    def _wrong(self, talks: list[AnsweredConversation], now: datetime, sound: frozenset[str]) -> list[Gap]:
        kept = [talk.recording for talk in talks if talk.recording]
        raw = files.sizes(
            self._audio, [one.stereo_file for one in kept if one.stereo_file and not one.sealed_file]
        )
        sealed = files.sizes(
            self._sealed, [one.sealed_file for one in kept if one.sealed_file and not one.destroyed]
        )
        return [gap for talk in talks if (gap := gap_of(talk, raw, sealed, now, sound))]

    async def known(self, recording_ids: Sequence[str]) -> dict[str, bool]:
        """Those that have a row; False: a stranger's yet, that belongs to no conversation."""
        return await store.known_recordings(self._database, sorted(recording_ids))

    async def _orphans(
        self,
        raw: list[tuple[str, str, datetime]],
        known: Collection[str],
        since: datetime,
        until: datetime,
        now: datetime,
    ) -> list[Gap]:
        sealed = await asyncio.to_thread(lambda: list(files.sealed(self._sealed, since, until, self._zone)))
        rows = await store.sealed_known(self._database, [name for name, _, _ in sealed])
        found = [*orphans(raw, known, now), *orphans(sealed, rows, now)]
        return [gap for gap in found if since <= gap.at < until]


def _counted(talk: AnsweredConversation) -> str | None:
    """Under which head a conversation is counted; None: nobody had time to say a word."""
    kept: RecordingFacts | None = talk.recording
    if kept is not None and kept.state is RecordingState.GENERATED:
        return "generated"
    if kept is not None and kept.destroyed:
        return "destroyed"
    if kept is not None and kept.state in PLAYABLE:
        return "recordings"
    return "conversations" if talk.seconds >= HARDLY else None
