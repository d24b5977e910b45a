"""A returning engine fetches callers from survival's queue, in order of arrival, but never out of a ring; edge."""

import structlog

from dialplan import words as w
from engine.line import Line
from routing.ami import Ami, AmiError

log = structlog.get_logger()


async def fetch(ami: Ami, line: Line) -> int:
    """Redirect every waiting caller for whom nobody rings into the engine's entry; how many."""
    items = await ami.list("QueueStatus", {"Queue": w.SURVIVAL_QUEUE})
    entries = [item for item in items if item.get("Event") == "QueueEntry"]
    entries.sort(key=lambda item: int(str(item.get("Position", "0")) or 0))
    count = 0
    for entry in entries:
        call = line.live.calls.get(str(entry.get("Uniqueid", "")))
        if call is not None and any(leg.ringing or leg.talking for leg in call.legs.known.values()):
            continue
        order = {"Channel": str(entry["Channel"]), "Context": w.ENGINE, "Exten": "s", "Priority": "1"}
        try:
            await ami.send("Redirect", order)
            count += 1
        except AmiError:
            continue  # hung up, or answered, just now
    if count:
        log.info("callers_fetched", number=count)
    return count
