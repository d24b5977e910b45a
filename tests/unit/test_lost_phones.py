"""A phone that answers no question and sends no sound is given up; one never heard has served nobody."""

import pytest

from engine.media.lost_phones import SILENT, LostPhones, PacketCount
from routing.live.legs import Leg
from routing.live.live_call import OngoingCall


class Manager:
    """Asterisk's manager: says how many packets have come, notes what is asked of it."""

    def __init__(self, packets: int) -> None:
        self.packets = packets
        self.done: list[tuple[str, str]] = []

    async def send(self, action: str, fields: dict[str, str]) -> dict[str, str]:
        if action == "Getvar":
            return {"Value": str(self.packets)}
        self.done.append((action, fields.get("Variable", "") + "=" + fields.get("Value", "")))
        return {}


@pytest.mark.parametrize(("packets", "mark"), [(0, "ENGINE_RING=drops"), (700, "ENGINE_WISH=lost")])
async def test_a_phone_that_was_never_heard_is_one_that_drops(packets: int, mark: str) -> None:
    manager, given_up = Manager(packets), []
    watch = LostPhones(manager, tuple, given_up.append)  # type: ignore[arg-type]
    watch._listed = True
    call, leg = OngoingCall("1000.1", channel="PJSIP/trunk-1"), Leg("1000.2", "c101", channel="PJSIP/c101-2")
    watch._counts[leg.channel] = PacketCount(packets, -SILENT)
    await watch._look(call, leg)
    assert [("Setvar", mark), ("Hangup", "=")] == manager.done
    assert ["c101"] == given_up
