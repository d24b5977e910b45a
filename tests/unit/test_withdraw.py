"""A ring is withdrawn also when the phone has yet to ring; it is over when the channel is seen to be gone."""

import pytest

from engine.operations.cancel_ring import TRIES, RingCancellation
from routing.ami.client import AmiError, AmiTimeout

RINGS = {"PJSIP/c101-01": "Ringing"}


class Phones:
    """Asterisk's channels, look by look; the last look's stay. `deaf`: Hangups that come to nothing."""

    def __init__(self, *looks: dict[str, str] | AmiError, deaf: int = 0) -> None:
        self._looks = list(looks)
        self._deaf = deaf
        self.looked = 0
        self.ended: list[tuple[str, str]] = []

    async def list(self, action: str) -> list[dict[str, str]]:
        self.looked += 1
        look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        if isinstance(look, AmiError):
            raise look
        gone = {channel for channel, _ in self.ended[self._deaf :]}
        channels = ((channel, state) for channel, state in look.items() if channel not in gone)
        return [{"Channel": channel, "ChannelStateDesc": state} for channel, state in channels]

    async def send(self, action: str, fields: dict[str, str]) -> None:
        self.ended.append((fields["Channel"], fields["Cause"]))
        if len(self.ended) <= self._deaf:
            raise AmiTimeout("no answer")


async def withdrawn(phones: Phones, rings: bool = True) -> Phones:
    await RingCancellation(phones, lambda call, consultant: rings, rest=0.0)("n1-1-1", "c101")  # type: ignore[arg-type]
    return phones


async def test_the_ring_of_this_consultant_ends_and_no_other() -> None:
    channels = RINGS | {"PJSIP/c1010-02": "Ringing", "PJSIP/trunk-03": "Up"}
    assert [("PJSIP/c101-01", "26")] == (await withdrawn(Phones(channels))).ended


async def test_a_phone_that_rings_a_moment_later_is_found() -> None:
    phones = Phones({}, AmiError("not now"), {}, RINGS)
    assert [("PJSIP/c101-01", "26")] == (await withdrawn(phones)).ended


async def test_a_phone_that_sends_183_or_nothing_is_no_longer_rung_either() -> None:
    assert [("PJSIP/c101-01", "26")] == (await withdrawn(Phones({"PJSIP/c101-01": "Down"}))).ended


@pytest.mark.parametrize("state", ["Up", "Ring"])
async def test_a_conversation_and_the_phones_own_call_go_on(state: str) -> None:
    assert [] == (await withdrawn(Phones({"PJSIP/c101-01": state}))).ended


async def test_a_hangup_that_came_to_nothing_is_sent_again_until_the_channel_is_gone() -> None:
    phones = await withdrawn(Phones(RINGS, deaf=2))
    assert ([("PJSIP/c101-01", "26")] * 3, 4) == (phones.ended, phones.looked)


async def test_the_next_ring_of_the_same_phone_is_let_be() -> None:
    phones = await withdrawn(Phones(RINGS, {"PJSIP/c101-02": "Ringing"}))
    assert [("PJSIP/c101-01", "26")] == phones.ended


async def test_a_ring_that_is_over_is_not_looked_for() -> None:
    assert 0 == (await withdrawn(Phones(RINGS), rings=False)).looked


async def test_the_search_has_an_end() -> None:
    assert TRIES == (await withdrawn(Phones({"PJSIP/c101-01": "Up"}))).looked
