"""When a recorder is believed to have lost a side, and when a phone to have vanished."""

import asyncio
from pathlib import Path

import pytest

from dialplan import words as w
from engine.media.lost_phones import LostPhones
from engine.recorder.silent_leg import SilentLegGuard, WatchedLeg
from recordings.capture.wave_header import new_header
from routing.ami.protocol import AmiError, AmiFault, AmiTimeout
from routing.live.events import BridgeEntered, ChannelBorn, VariableSet
from routing.live.live_call import OngoingCall

SOUND, ZEROS = b"\x01\x02" * 8000, bytes(16_000)  # a second each


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "one-caller.wav"
    file.write_bytes(new_header(1, 8000, 0))
    return file


def write(path: Path, *seconds: bytes) -> Path:
    with path.open("ab") as file:
        file.write(b"".join(seconds))
    return path


def test_a_second_of_zeros_raises_the_suspicion_and_packets_prove_it(path: Path) -> None:
    one = WatchedLeg()
    assert not one.look(write(path, SOUND, SOUND))
    assert one.look(write(path, SOUND, ZEROS))
    assert one.proves(1000, 1015)


def test_zeros_in_the_middle_are_no_suspicion(path: Path) -> None:
    one = WatchedLeg()
    assert not one.look(write(path, ZEROS, SOUND))
    assert not one.look(path)


def test_a_recorder_is_started_anew_once_on_each_channel_for_one_silence(path: Path) -> None:
    """A supervisor listens: what sits on the consultant's channel then is deaf, and moves back."""
    one = WatchedLeg()
    for packets in (1000, 1200):
        assert one.look(write(path, ZEROS))
        proved = one.proves(packets, packets + 15)
        proved = proved or (one.look(write(path, ZEROS)) and one.proves(packets + 100, packets + 115))
        assert proved
        one.new_file()
        path.write_bytes(new_header(1, 8000, 0))
    assert not one.look(write(path, ZEROS, ZEROS))
    assert not one.look(write(path, SOUND))
    assert one.look(write(path, ZEROS))


def test_a_phone_that_sends_nothing_is_not_lost(path: Path) -> None:
    one = WatchedLeg()
    assert one.look(write(path, ZEROS))
    assert not one.proves(1000, 1000)


def test_a_phone_that_pauses_must_be_silent_while_it_sends(path: Path) -> None:
    one = WatchedLeg()
    assert one.look(write(path, ZEROS))
    assert not one.proves(1000, 1000)
    assert one.look(write(path, ZEROS))
    assert not one.proves(1030, 1045)  # it speaks again, and the file has yet to show it
    assert not one.look(write(path, SOUND))
    assert one.look(write(path, ZEROS, ZEROS))
    assert not one.proves(2000, 2015)
    assert one.look(write(path, ZEROS, ZEROS))
    assert one.proves(2100, 2115)


def test_a_file_that_is_not_there_yet_tells_nothing(tmp_path: Path) -> None:
    assert not WatchedLeg().look(tmp_path / "none.wav")


def contact(status: str, uri: str = "sip:c101@127.0.0.3:5") -> dict[str, str]:
    return {"Event": "ContactStatus", "EndpointName": "c101", "URI": uri, "ContactStatus": status}


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        ([contact("NonQualified")], False),
        ([contact("Reachable"), contact("Unreachable")], True),
        ([contact("Unreachable"), contact("Reachable")], False),
        ([contact("Reachable"), contact("Removed")], True),
        (
            [contact("Reachable", "sip:old"), contact("Reachable", "sip:new"), contact("Removed", "sip:old")],
            False,
        ),
    ],
)
def test_a_phone_has_gone_when_no_contact_of_it_answers(told: list[dict[str, str]], gone: bool) -> None:
    watch = LostPhones(None, list, lambda device: None)  # type: ignore[arg-type]
    for message in told:
        watch.on_message(message)  # type: ignore[arg-type]
    assert gone == watch._gone("c101")


class Contacts:
    """Asterisk's answer to the question for all contacts."""

    def __init__(self, answer: list[dict[str, str]] | AmiFault) -> None:
        self._answer = answer

    async def list(self, action: str) -> list[dict[str, str]]:
        if isinstance(self._answer, AmiFault):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ([], True),
        (AmiError("No Contacts found"), True),
        ([{"Endpoint": "c101", "Uri": "sip:c101@127.0.0.3:5", "Status": "Reachable"}], False),
        (AmiTimeout("no answer"), False),
        (AmiError("Permission denied"), False),
    ],
)
async def test_a_phone_is_not_given_up_before_asterisk_has_named_all_contacts(
    answer: list[dict[str, str]] | AmiFault, gone: bool
) -> None:
    watch = LostPhones(Contacts(answer), list, lambda device: None)  # type: ignore[arg-type]
    assert not watch._gone("c101")
    await watch.on_up()
    assert gone == watch._gone("c101")


def test_1414_registers_nowhere_and_is_never_given_up() -> None:
    assert not LostPhones(None, list, lambda device: None)._gone("1414")  # type: ignore[arg-type]


async def test_a_deaf_recorder_among_thirty_muted_phones_is_found_with_the_first_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.recorder.silent_leg.ASKED", 0.2)
    calls = []
    for n in range(31):
        call = OngoingCall(f"{n}.1")
        call.apply(VariableSet(1.0, call.id, call.id, w.CALL, f"call-{n}"))
        call.apply(ChannelBorn(1.0, f"PJSIP/trunk-{n}", call.id, call.id, "", "", "", ""))
        call.apply(BridgeEntered(2.0, "b", call.id, call.id, call.channel))
        call.apply(BridgeEntered(2.0, "b", f"{n}.2", call.id, f"PJSIP/c{n}-1"))
        for side in ("caller", "consultant"):
            file = tmp_path / f"call-{n}-{side}.wav"
            file.write_bytes(new_header(1, 8000, 0))
            write(file, SOUND if side == "consultant" else ZEROS, SOUND if side == "consultant" else ZEROS)
        calls.append(call)

    class Asterisk:
        packets = 0

        async def send(self, _: str, fields: dict[str, str]) -> dict[str, str]:
            self.packets += 15
            speaks = fields["Channel"] == "PJSIP/trunk-30"
            return {"Value": str(self.packets if speaks else 100)}  # the others are muted, and send nothing

    class Hold:
        def path(self, call: OngoingCall) -> Path:
            return tmp_path / call.word(w.CALL)

    begun: list[OngoingCall] = []
    guard = SilentLegGuard(Asterisk(), Hold(), lambda: calls, begun.append)  # type: ignore[arg-type]
    async with asyncio.timeout(2.0):  # one after another: six seconds
        await guard.look()
    assert [calls[30]] == begun
