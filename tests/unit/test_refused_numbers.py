"""Numbers that are not ours, dialled by a trunk: counted by operator, on the board until they have ceased."""

import pytest

from engine.operations.refused_numbers import CEASED, RefusedNumbers, shown
from routing.live.ami_events import Message, read, refused_number
from routing.live.events import NumberRefused
from tests.unit.test_board import Home

AT = 1795354052.25


def refusal(at: float = AT, address: str = "192.0.2.1:5062", number: str = "112") -> Message:
    """The dialplan's event as the manager sends it."""
    return {
        "Event": "UserEvent",
        "Timestamp": f"{at:.6f}",
        "UserEvent": "NumberRefused",
        "Channel": "PJSIP/trunk-00000001",
        "Uniqueid": "1795354052.1",
        "Linkedid": "1795354052.1",
        "Address": address,
        "Number": number,
    }


class Counted:
    """Refused numbers and what they told."""

    def __init__(self) -> None:
        self.alarms: list[tuple[str, str]] = []
        self.numbers = RefusedNumbers(lambda *told: self.alarms.append(told), lambda: None)

    def dialled(self, *at: float, **fields: str) -> None:
        for moment in at:
            self.numbers.on_message(refusal(moment, **fields))


def test_the_event_names_the_operator_without_its_port():
    assert refused_number(refusal()) == NumberRefused(AT, "192.0.2.1", "112")
    assert refused_number(refusal(address="[2001:db8::1]:5060")) == NumberRefused(AT, "2001:db8::1", "112")


@pytest.mark.parametrize("change", [{"UserEvent": "Other"}, {"Timestamp": "x"}, {"Address": ""}])
def test_no_other_event_is_a_refused_number(change):
    assert refused_number({**refusal(), **change}) is None


def test_a_refused_number_is_no_call():
    assert read(refusal()) is None


def test_each_operator_is_counted_and_its_spell_told_once():
    counted = Counted()
    counted.dialled(AT, AT + 1, AT + 2)
    counted.dialled(AT + 1, address="192.0.2.2:5060")
    assert [("number_refused", "192.0.2.1"), ("number_refused", "192.0.2.2")] == counted.alarms
    assert {"192.0.2.1": 3, "192.0.2.2": 1} == {
        row["operator"]: row["count"] for row in counted.numbers.told()
    }


def test_the_alert_goes_when_no_more_come_and_a_new_spell_is_a_new_alert():
    counted = Counted()
    counted.dialled(AT, AT + 600)
    assert [("192.0.2.1", AT)] == list(counted.numbers.standing(AT + 600 + CEASED - 1))
    assert [] == list(counted.numbers.standing(AT + 600 + CEASED))
    counted.dialled(AT + 600 + CEASED)
    assert [("192.0.2.1", AT + 600 + CEASED)] == list(counted.numbers.standing(AT + 600 + CEASED))
    assert 2 == len(counted.alarms)


@pytest.mark.parametrize(
    ("number", "seen"),
    [("112", "112"), ("1414", "1414"), ("+7112", "+7112"), ("*22", "*22"), ("87000000044", "***44"),
     ("+77000000044", "***44"), ("00044", "***44"), ("ivan.petrov", "***"), ("", "")],
)  # fmt: skip
def test_a_short_code_is_shown_and_what_could_be_a_persons_number_is_masked(number, seen):
    counted = Counted()
    counted.dialled(AT, number=number)
    assert seen == shown(number) == counted.numbers.told()[0]["number"]


def test_the_board_says_it_and_names_the_operator():
    home = Home()
    home.alerts.refused = lambda at: [("192.0.2.1", at - 60)]
    alerts = [one for one in home.board()["alerts"] if one["kind"] == "number_refused"]
    assert [("192.0.2.1", "warning", round(home.now - 60, 1))] == [
        (one["subject"], one["grade"], one["since"]) for one in alerts
    ]


def test_a_network_of_operators_is_bounded():
    counted = Counted()
    for number in range(300):
        counted.dialled(AT + number, address=f"192.0.{number // 250}.{number % 250}:5060")
    assert 200 == len(counted.numbers.told())
