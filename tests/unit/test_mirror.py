"""Survival's queue equals the shift, also after Asterisk has owed an answer."""

import asyncio

import pytest

from engine.mirror import Mirror
from routing.ami import AmiError, AmiTimeout
from routing.views import SeatView

LUNCH = SeatView("c101", ("kk",), "paused", True, None, "lunch", 0, False, None)


class Queue:
    """Asterisk's queue of one member, who is not paused; the first question comes to nothing."""

    def __init__(self, fault: Exception) -> None:
        self._faults = [fault]
        self.told: list[tuple[str, str, str]] = []
        self.paused = asyncio.Event()

    async def list(self, action: str, fields: dict[str, str]) -> list[dict[str, str]]:
        if self._faults:
            raise self._faults.pop()
        return [{"Event": "QueueMember", "Name": "c101", "Paused": "0"}]

    async def send(self, action: str, fields: dict[str, str]) -> None:
        self.told.append((action, fields["Interface"], fields["Reason"]))
        self.paused.set()


@pytest.mark.parametrize("fault", [AmiTimeout("no answer"), AmiError("no such queue")])
async def test_a_pause_that_asterisk_did_not_take_is_told_again(fault: Exception) -> None:
    queue = Queue(fault)
    mirror = Mirror(queue, lambda: (LUNCH,), again=0.01)  # type: ignore[arg-type]
    mirror.changed()
    keeping = asyncio.create_task(mirror.keep())
    async with asyncio.timeout(2):
        await queue.paused.wait()
    keeping.cancel()
    assert [("QueuePause", "PJSIP/c101", "lunch")] == queue.told
