"""A returning engine fetches callers from survival's queue, in order, but never out of a ring; edge."""

import asyncio

import structlog

from dialplan import words as w
from engine.operations.line_events import LineEvents
from routing.ami.client import Ami, AmiError

log = structlog.get_logger()

REMEMBERED = 10_000  # channels fetched once: who comes back a second time stays with survival
LONGEST_WAY = 50  # looks, 2 ms apart: a call that does not come does not keep the others


class SurvivalReclaim:
    """One fetch at a time: a second Redirect of a call that is in AGI already would act when its AGI ends.

    A call is fetched once: if a flow of ours fails again and again, survival brings it to a person.
    """

    def __init__(self, ami: Ami, line: LineEvents) -> None:
        self._ami = ami
        self._line = line
        self._one = asyncio.Lock()
        self._fetched: dict[str, None] = {}

    async def __call__(self) -> int:
        """Redirect every waiting caller for whom nobody rings into the engine's entry; how many."""
        async with self._one:
            items = await self._ami.list("QueueStatus", {"Queue": w.SURVIVAL_QUEUE})
            entries = [item for item in items if item.get("Event") == "QueueEntry"]
            entries.sort(key=lambda item: int(str(item.get("Position", "0")) or 0))
            count = 0
            for entry in entries:
                count += await self._take(str(entry.get("Uniqueid", "")), str(entry["Channel"]))
        if count:
            log.info("callers_fetched", number=count)
        return count

    async def _take(self, id_: str, channel: str) -> bool:
        call = self._line.live.calls.get(id_)
        if id_ in self._fetched:
            return False
        if call is not None and any(leg.ringing or leg.talking for leg in call.legs.known.values()):
            return False
        self._fetched[id_] = None
        if len(self._fetched) > REMEMBERED:
            del self._fetched[next(iter(self._fetched))]
        try:
            order = {"Channel": channel, "Context": w.ENGINE, "Exten": "s", "Priority": "1"}
            await self._ami.send("Redirect", order)
        except AmiError:
            return False  # hung up, or answered, just now
        if call is not None:
            await self._waits_here(call.word(w.CALL))
        return True

    async def _waits_here(self, call_id: str) -> None:
        """The next one only when this one has their place: two sessions a millisecond apart may overtake."""
        for _ in range(LONGEST_WAY):
            if self._line.desk.in_queue(call_id):
                return
            await asyncio.sleep(0.002)
