"""AMI messages, as Asterisk 22.10.1 sends them, read as events."""

import pytest
from panoramisk.message import Message as Panoramisk

from routing.live.ami_events import Message, header_value, read
from routing.live.endpoints import device_of, endpoint_of
from routing.live.events import (
    BridgeEntered,
    ChannelBorn,
    DialBegan,
    HangupAsked,
    QueueRinging,
    ReachChanged,
    VariableSet,
)

NEWCHANNEL: Message = {
    "Event": "Newchannel",
    "Timestamp": "1795354052.370800",
    "Channel": "PJSIP/test-caller-00000001",
    "ChannelState": "4",
    "CallerIDNum": "+77000000002",
    "CallerIDName": "<unknown>",
    "Context": "111-from-trunk",
    "Exten": "111",
    "Uniqueid": "1795354052.1",
    "Linkedid": "1795354052.1",
}


def changed(**headers: str | list[str]) -> Message:
    """The message above with other headers."""
    return {**NEWCHANNEL, **headers}


def test_a_new_channel_is_a_birth_with_its_callers_number() -> None:
    assert read(NEWCHANNEL) == ChannelBorn(
        at=1795354052.3708,
        channel="PJSIP/test-caller-00000001",
        id="1795354052.1",
        linked="1795354052.1",
        context="111-from-trunk",
        dialled="111",
        pii_caller="+77000000002",
        pii_name="",
    )


def test_panoramisks_own_message_reads_the_same_in_any_case() -> None:
    assert read(Panoramisk({name.upper(): value for name, value in NEWCHANNEL.items()})) == read(NEWCHANNEL)


@pytest.mark.parametrize("state", ["4", "5", "0", ""])
def test_only_the_state_up_is_an_answer(state: str) -> None:
    assert read(changed(Event="Newstate", ChannelState=state)) is None
    assert read(changed(Event="Newstate", ChannelState="6")) is not None


def test_only_our_own_variables_are_read() -> None:
    assert read(changed(Event="VarSet", Variable="DIALSTATUS", Value="BUSY")) is None
    mine = read(changed(Event="VarSet", Variable="ENGINE_LANGUAGE", Value="ru"))
    assert mine == VariableSet(1795354052.3708, "1795354052.1", "1795354052.1", "ENGINE_LANGUAGE", "ru")


def test_a_ring_names_the_phone_and_not_the_caller() -> None:
    ring = changed(Event="DialBegin", DestChannel="PJSIP/c101-0000001a", DestUniqueid="1795354053.2")
    assert read(ring) == DialBegan(
        1795354052.3708, "1795354052.1", "c101", "PJSIP/c101-0000001a", "1795354053.2"
    )


def test_a_ring_without_a_caller_belongs_to_its_own_call() -> None:
    ring = {"Event": "DialBegin", "Timestamp": "1.5", "DestChannel": "PJSIP/c101-0000001a"}
    event = read({**ring, "DestUniqueid": "9.1", "DestLinkedid": "9.1"})
    assert event == DialBegan(1.5, "9.1", "c101", "PJSIP/c101-0000001a", "9.1")


def test_a_phones_hang_up_is_read_and_our_own_order_is_not() -> None:
    asked = HangupAsked(1795354052.3708, "1795354052.1", "1795354052.1")
    assert read(changed(Event="HangupRequest")) == asked
    assert read(changed(Event="SoftHangupRequest")) is None


@pytest.mark.parametrize("status", ["Reachable", "Unreachable", "Removed", "NonQualified"])
def test_a_contacts_status_says_nothing_for_an_old_contact_goes_after_the_new_one_came(status: str) -> None:
    told = {"Event": "ContactStatus", "Timestamp": "1.0", "EndpointName": "c101", "ContactStatus": status}
    assert read(told) is None  # the device's state is the sum of its contacts


@pytest.mark.parametrize(
    ("device", "state", "expected"),
    [
        ("PJSIP/c101", "UNAVAILABLE", ReachChanged(1.0, "c101", "unreachable")),
        ("PJSIP/c101", "BUSY", ReachChanged(1.0, "c101", "reachable")),
        ("PJSIP/c101", "UNKNOWN", None),
        ("Queue:111-survival_avail", "INUSE", None),
    ],
)
def test_a_device_state_is_the_last_truth_about_a_phone(
    device: str, state: str, expected: ReachChanged | None
) -> None:
    told = {"Event": "DeviceStateChange", "Timestamp": "1.0", "Device": device, "State": state}
    assert read(told) == expected


def test_survivals_queue_rings_and_stops_ringing() -> None:
    called = changed(Event="AgentCalled", Interface="PJSIP/c102")
    assert read(called) == QueueRinging(1795354052.3708, "1795354052.1", "c102", True)
    missed = changed(Event="AgentRingNoAnswer", Interface="PJSIP/c102")
    assert read(missed) == QueueRinging(1795354052.3708, "1795354052.1", "c102", False)


def test_a_repeated_header_counts_with_its_last_value() -> None:
    repeated = changed(Event="BridgeEnter", BridgeUniqueid=["old", "b1"])
    assert isinstance(read(repeated), BridgeEntered)
    assert header_value(repeated, "BridgeUniqueid") == "b1"
    assert header_value({"Variable": []}, "Variable") == ""


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"Event": "Newchannel"},
        {"Event": "Newchannel", "Timestamp": "noon"},
        {"Event": "Newchannel", "Timestamp": "nan"},
        {"Event": "Hangup", "Timestamp": "1.0", "Cause": "many"},
        {"Event": "Cdr", "Timestamp": "1.0"},
        {"Response": "Success"},
    ],
)
def test_what_cannot_be_read_is_no_event(message: Message) -> None:
    assert read(message) is None


@pytest.mark.parametrize(
    ("channel", "device"),
    [
        ("PJSIP/c101-0000001a", "c101"),
        ("PJSIP/1414-0000000c", "1414"),
        ("PJSIP/duty-0000000d", "duty"),
        ("PJSIP/trunk-00000001", "trunk"),
        ("PJSIP/test-caller-00000001", "test-caller"),
        ("Local/1@x-00000001;1", ""),
        ("Local/s201@111-spy-00000001;1", "s201"),
        ("Local/s201@111-spy-00000001;2", ""),
        ("", ""),
    ],
)
def test_a_channels_name_tells_whose_phone_it_is(channel: str, device: str) -> None:
    assert device_of(channel) == device


def test_an_interface_names_its_phone() -> None:
    assert [endpoint_of(i) for i in ("PJSIP/c101", "PJSIP/1414/sip:x", "Queue:x")] == ["c101", "1414", ""]


def test_a_leg_that_sip_gave_up_is_read_with_its_status() -> None:
    asked = HangupAsked(1795354052.3708, "1795354052.1", "1795354052.1", 408)
    assert read(changed(Event="HangupRequest", Cause="16", TechCause="408")) == asked
