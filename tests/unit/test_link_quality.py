"""Loss and jitter of each side: what they explain of a recording's length, and what they do not."""

from datetime import UTC, datetime, timedelta

import pytest

from dialplan import words as w
from engine.recorder.link_quality import LinkCount, LinkWatch
from recordings.completeness.compare import AnsweredConversation, RecordingFacts, gap_of
from recordings.journal.spool_lines import from_line, to_line
from recordings.model.entries import RecordingState
from recordings.model.link_quality import LinkHeard, explained, words
from routing.ami.protocol import AmiError
from routing.ami.rtp_count import Packets, packets
from routing.live.events import BridgeEntered, BridgeLeft, ChannelBorn, VariableSet
from routing.live.live_call import OngoingCall

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ID = "n1-1763815501123-1-c1"


def heard(loss: float = 0.0, jitter: float = 0.0, leg: str = "caller", at: datetime = NOW) -> LinkHeard:
    lost = round(1000 * loss)
    return LinkHeard(ID, leg, 1000 - lost, lost, jitter, at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("talked", "recorded", "links", "expected"),
    [
        (600.0, 600.9, (), True),
        (600.0, 597.0, (), False),
        (3600.0, 3595.6, (), True),  # an hour: the clocks of phones
        (19.1, 21.0, (heard(jitter=0.009), heard(jitter=0.0093, leg="consultant")), True),  # 100 ms bursts
        (600.0, 666.0, (heard(jitter=0.009),), True),
        (600.0, 666.0, (), False),
        (600.0, 666.0, (heard(loss=0.001, jitter=0.0003),), False),
        (18.16, 15.48, (heard(loss=0.17, jitter=0.002),), True),
        (600.0, 512.0, (heard(loss=0.2),), True),
        (600.0, 512.0, (heard(jitter=0.02),), False),  # late packets make nothing shorter
        (600.0, 300.0, (heard(loss=0.2, jitter=0.02),), False),
        (600.0, 900.0, (heard(jitter=1.0),), False),  # twice recorded is not explained by anything
    ],
)
def test_what_the_network_explains_of_a_length(talked, recorded, links, expected):
    assert expected == explained(talked, recorded, links)


def talk(recorded: float, *links: LinkHeard) -> AnsweredConversation:
    kept = RecordingFacts(ID, RecordingState.FINISHED, recorded, "x.wav", NOW, None, None, False)
    return AnsweredConversation("n1-1763815501123-1", 1, NOW - timedelta(seconds=100), NOW, kept, links)


def test_a_gap_that_is_more_than_the_network_did_says_what_the_network_did():
    raw = {"x.wav": 1}
    assert gap_of(talk(85.0, heard(loss=0.2)), raw, {}, NOW) is None
    gap = gap_of(talk(50.0, heard(loss=0.2), heard(jitter=0.009, leg="consultant")), raw, {}, NOW)
    assert gap is not None
    assert "length" == gap.kind
    expected = "talked 100.0 s, recorded 50.0 s (caller: 20.0% of packets lost; consultant: jitter 9 ms)"
    assert expected == gap.detail
    assert "" == words((heard(),))


class Asterisk:
    """Answers for two channels; `said` is set by the test."""

    def __init__(self) -> None:
        self.said: dict[str, tuple[int, int, float]] = {}

    async def send(self, _: str, fields: dict[str, str]) -> dict[str, str]:
        if fields["Channel"] not in self.said:
            raise AmiError("No such channel")
        count, lost, jitter = self.said[fields["Channel"]]
        assert "CHANNEL(rtcp,all)" == fields["Variable"]
        spread = f"rxjitter=0.000000;rxcount={count};txjitter={jitter / 1e6:.6f}"
        return {"Value": f"ssrc=1;themssrc=2;lp={lost};{spread};txcount=9"}


async def test_the_counts_are_read_as_asterisk_says_them():
    asterisk = Asterisk()
    asterisk.said["a"] = (1036, 12, 9380)
    assert Packets(1036, 12, 0.00938) == await packets(asterisk, "a")  # type: ignore[arg-type]
    assert await packets(asterisk, "b") is None  # type: ignore[arg-type]


async def test_what_was_heard_in_the_conversation_is_written_at_its_end_without_the_wait_before():
    asterisk, written = Asterisk(), list[LinkHeard]()
    call = OngoingCall("1.1")
    for name, value in ((w.CALL, "n1-1763815501123-1"), (w.CONNECTION, "1")):
        call.apply(VariableSet(1.0, "1.1", "1.1", name, value))
    call.apply(ChannelBorn(1.0, "a", "1.1", "1.1", "", "", "", ""))
    call.apply(BridgeEntered(2.0, "b", "1.1", "1.1", "a"))
    call.apply(BridgeEntered(2.0, "b", "1.2", "1.1", "PJSIP/c101-00000002"))
    watch = LinkWatch(asterisk, lambda: [call], written.append)  # type: ignore[arg-type]
    asterisk.said["a"] = (5000, 100, 100)  # music and prompts before
    await watch.look(NOW)
    asterisk.said["a"] = (5800, 300, 2000)
    await watch.look(NOW + timedelta(seconds=70))
    asterisk.said["a"] = (400, 0, 1000)  # another source: counted from nothing
    await watch.look(NOW + timedelta(seconds=75))
    asterisk.said["a"] = (500, 0, 1000)
    await watch.look(NOW + timedelta(seconds=135))
    call.apply(BridgeLeft(40.0, "b", "1.2", "1.1"))
    await watch.look(NOW + timedelta(seconds=140))
    assert LinkHeard(ID, "caller", 900, 200, 0.001333, NOW + timedelta(seconds=135)) == written[-1]
    assert 3 == len(written)
    assert written[-1] == from_line(to_line(written[-1]))


def counted(*looks: tuple[int, int, float], every: float = 3.0) -> LinkHeard:
    """What is kept after these counts (received, lost, jitter), `every` seconds apart."""
    one = LinkCount(Packets(0, 0, 0.0), LinkHeard(ID, "caller", 0, 0, 0.0, NOW), NOW)
    for number, look in enumerate(looks, 1):
        one.take(Packets(*look), NOW + timedelta(seconds=number * every))
    return one.newest


def test_a_phone_that_numbers_its_packets_anew_has_lost_none():
    """Numbers 20,000 lower: Asterisk counts 45,536 lost packets, and 12 s of jitter that fade away."""
    link = counted((150, 0, 0.001), (200, 45_536, 12.5), (350, 45_536, 0.6), (500, 45_536, 0.003))
    assert (500, 0, 0.002) == (link.received, link.lost, link.jitter)
    assert not explained(33.0, 22.0, (link,))


def test_real_loss_is_kept_however_late_it_is_counted():
    assert 0.2 == counted((120, 0, 0.0), (240, 50, 0.0), (360, 90, 0.0)).loss
    assert 0.5 == counted((75, 75, 0.0), (150, 150, 0.0)).loss
    assert 0.2 == counted((240, 60, 0.0), (480, 120, 0.0)).loss  # 10 ms a packet
    assert 0.2 == counted((400, 100, 0.0), every=10).loss  # the manager was away


def test_packets_that_came_late_are_lost_no_more():
    assert 5 == counted((140, 10, 0.0), (295, 5, 0.0)).lost
