"""Survival's queue equals the shift, also after Asterisk has owed an answer: judged by its members."""

import asyncio

import pytest

from engine.operations.survival_queue_members import QueueMemberSync
from routing.ami.client import AmiDown, AmiError, AmiTimeout
from routing.dispatch.views import SeatView

LUNCH = SeatView("c101", ("kk",), "paused", True, None, "lunch", 0, False, None)
FREE = SeatView("c102", ("kk",), "available", True, None, None, 0, False, None)


class Queue:
    """Asterisk's queue; `faults`: what comes of the first questions, `deaf`: orders that change nothing."""

    def __init__(self, *faults: Exception, deaf: int = 0, refuses: str = "") -> None:
        self._faults, self._deaf, self._refuses = list(faults), deaf, refuses
        self.members: dict[str, str] = {"c101": "", "c199": ""}
        self.told: list[tuple[str, str]] = []

    async def list(self, action: str, fields: dict[str, str]) -> list[dict[str, str]]:
        if self._faults:
            raise self._faults.pop()
        return [
            {"Event": "QueueMember", "Name": name, "Paused": "1" if why else "0", "PausedReason": why}
            for name, why in self.members.items()
        ]

    async def send(self, action: str, fields: dict[str, str]) -> None:
        name = fields["Interface"].removeprefix("PJSIP/")
        self.told.append((action, name))
        if name == self._refuses:
            raise AmiError("Unable to do that")
        if len(self.told) <= self._deaf:
            return
        if action == "QueueRemove":
            del self.members[name]
        else:
            self.members[name] = fields.get("Reason", "") if fields["Paused"] == "true" else ""


async def mirrored(queue: Queue, *seats: SeatView, until: dict[str, str]) -> None:
    mirror = QueueMemberSync(queue, lambda: seats, again=0.01)  # type: ignore[arg-type]
    mirror.changed()
    keeping = asyncio.create_task(mirror.keep())
    async with asyncio.timeout(5):
        while queue.members != until:
            await asyncio.sleep(0.01)
    keeping.cancel()


@pytest.mark.parametrize("fault", [AmiTimeout("no answer"), AmiError("no such queue")])
async def test_a_pause_that_asterisk_did_not_take_is_told_again(fault: Exception) -> None:
    queue = Queue(fault)
    await mirrored(queue, LUNCH, until={"c101": "lunch"})
    assert [("QueueRemove", "c199"), ("QueuePause", "c101")] == queue.told


async def test_an_order_that_was_answered_and_changed_nothing_is_given_again() -> None:
    queue = Queue(deaf=3)
    await mirrored(queue, LUNCH, FREE, until={"c101": "lunch", "c102": ""})
    asked = [("QueueRemove", "c199"), ("QueuePause", "c101"), ("QueueAdd", "c102")]
    assert asked * 2 == queue.told


async def test_one_who_is_refused_keeps_no_other_back() -> None:
    queue = Queue(refuses="c199")
    await mirrored(queue, LUNCH, FREE, until={"c101": "lunch", "c102": "", "c199": ""})


async def test_after_a_lost_connection_nothing_is_asked_until_the_next_login() -> None:
    queue = Queue(AmiDown("gone"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await mirrored(queue, LUNCH, until={"c101": "lunch"})
    assert [] == queue.told
