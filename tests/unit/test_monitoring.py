"""A supervisor's phone is rung by way of the dialplan, and says at once when it would not (0104)."""

import asyncio

import pytest

from engine.control.monitoring import CallMonitoring, PhoneRefused
from routing.ami.message import Message


class Asterisk(CallMonitoring):
    """What a phone does once it is rung: the events that come then."""

    def __init__(self, *events: dict[str, str]) -> None:
        super().__init__("127.0.0.1", 1, "none")
        self.events = events
        self.asked: list[dict[str, str]] = []

    async def _originate(self, fields: dict[str, str]) -> None:
        self.asked.append(fields)
        for event in self.events:
            asyncio.get_running_loop().call_soon(self.on_message, Message(event))


def ringing(channel: str, state: str = "5") -> dict[str, str]:
    return {"Event": "Newstate", "Channel": channel, "ChannelState": state}


def refused(answer: str, phone: str = "s201") -> dict[str, str]:
    return {"Event": "UserEvent", "UserEvent": "111-spy-refused", "Phone": phone, "Answer": answer}


async def begun(asterisk: Asterisk) -> str:
    async with asyncio.timeout(2):
        return await asterisk.begin("listen", "s201", "PJSIP/c101-01", "c101")


async def test_nothing_but_the_house_dialplan_rings_the_phone() -> None:
    asterisk = Asterisk(ringing("PJSIP/s201-07"))
    id_ = await begun(asterisk)
    [fields] = asterisk.asked
    assert ("Local/s201@111-spy/n", id_) == (fields["Channel"], fields["ChannelId"])
    assert id_.startswith("spy-listen-s201-")


@pytest.mark.parametrize(
    ("answer", "forwards"), [("302", True), ("380", True), ("486", False), ("603", False), ("", False)]
)
async def test_a_phone_that_would_not_is_told_with_its_answer(answer: str, forwards: bool) -> None:
    others = (ringing("PJSIP/s202-06"), ringing("Local/s201@111-spy-01;1"), refused("302", "s202"))
    with pytest.raises(PhoneRefused) as why:
        await begun(Asterisk(*others, refused(answer)))
    assert (int(answer or 0), forwards) == (why.value.answer, why.value.forwards)


async def test_a_phone_that_rings_and_refuses_later_has_rung() -> None:
    asterisk = Asterisk(ringing("PJSIP/s201-07"), refused("486"))
    assert (await begun(asterisk)).startswith("spy-listen-s201-")
