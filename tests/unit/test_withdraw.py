"""A ring is withdrawn also when the phone has yet to ring."""

from engine.withdraw import TRIES, Withdrawal
from routing.ami import AmiError


class Phones:
    """Asterisk's channels, look by look; the last look's stay."""

    def __init__(self, *looks: dict[str, str] | AmiError) -> None:
        self._looks = list(looks)
        self.looked = 0
        self.ended: list[tuple[str, str]] = []

    async def list(self, action: str) -> list[dict[str, str]]:
        self.looked += 1
        look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        if isinstance(look, AmiError):
            raise look
        return [{"Channel": channel, "ChannelStateDesc": state} for channel, state in look.items()]

    async def send(self, action: str, fields: dict[str, str]) -> None:
        self.ended.append((fields["Channel"], fields["Cause"]))


async def withdrawn(phones: Phones, rings: bool = True) -> Phones:
    await Withdrawal(phones, lambda call, consultant: rings, rest=0.0)("n1-1-1", "c101")  # type: ignore[arg-type]
    return phones


async def test_the_ring_of_this_consultant_ends_and_no_other() -> None:
    channels = {"PJSIP/c101-01": "Ringing", "PJSIP/c1010-02": "Ringing", "PJSIP/trunk-03": "Up"}
    assert [("PJSIP/c101-01", "26")] == (await withdrawn(Phones(channels))).ended


async def test_a_phone_that_rings_a_moment_later_is_found() -> None:
    phones = Phones({}, AmiError("not now"), {"PJSIP/c101-01": "Down"}, {"PJSIP/c101-01": "Ringing"})
    assert [("PJSIP/c101-01", "26")] == (await withdrawn(phones)).ended


async def test_a_ring_that_is_over_is_not_looked_for() -> None:
    assert 0 == (await withdrawn(Phones({"PJSIP/c101-01": "Ringing"}), rings=False)).looked


async def test_the_search_has_an_end() -> None:
    assert TRIES == (await withdrawn(Phones({"PJSIP/c101-01": "Up"}))).looked
