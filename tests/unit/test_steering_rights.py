"""The engine asks for the right again, whoever asks at its socket; only the console speaks for somebody.

What each order does is in test_steering_effects.py.
"""

import asyncio

import pytest

from config.rights import Right, may
from config.settings import Person, Settings
from engine.media.inband_dtmf import InbandDtmfDetection
from engine.operations.refused_numbers import RefusedNumbers
from engine.process.local_socket import CommandRefused, Peer
from tests.line import engine, orders

pytest_plugins = ("tests.command_line",)
ROLES = ("consultant", "supervisor", "administrator", "auditor")
# order: the right of those who may; what is asked besides.
STEERING = {
    "steer.spy": (Right.SPY, {"consultant": "c102", "mode": "listen", "phone": "s201"}),
    "steer.spy_end": (Right.SPY, {"phone": "s201"}),
    "steer.move_up": (Right.STEER, {"call": "n1-1-1"}),
    "steer.assign": (Right.STEER, {"call": "n1-1-1", "consultant": "c102"}),
    "steer.wrap_up_end": (Right.STEER, {"id": "c102"}),
    "desk.wrap_up_more": (Right.STEER, {"id": "c102"}),
    "desk.transfer_1414": (Right.STEER, {"id": "c102"}),
    "shift.start": (Right.STEER, {"id": "c102"}),
    "shift.end": (Right.STEER, {"id": "c102"}),
    "queue.divert": (Right.STEER, {"language": "kk"}),
    "queue.undivert": (Right.STEER, {"language": "kk"}),
    "consultants.pause": (Right.STEER, {"id": "c102", "reason": "lunch"}),
    "consultants.unpause": (Right.STEER, {"id": "c102"}),
}


OTHERS = {
    "ping": (None, {}),
    "phones.count": (None, {}),
    "queue.show": (Right.WATCH, {}),
    "board.show": (Right.WATCH, {}),
    "consultants.list": (Right.WATCH, {}),
    "steer.unassign": (Right.STEER, {"call": "n1-1-1"}),
    "access.note": (Right.TAKE_OUT, {"action": "unmasked", "subjects": ["n1-1-1"], "reason": "сынақ"}),
    "accounts.add": (Right.ACCOUNTS, {"id": "c105", "name": "x", "languages": ["kk"]}),
    "accounts.change": (Right.ACCOUNTS, {"id": "c102", "name": "y"}),
    "accounts.remove": (Right.ACCOUNTS, {"id": "c102"}),
    "accounts.read": (Right.ACCOUNTS, {}),
    "numbers.refused": (None, {}),
    "keys.as_tones": (None, {}),
}
NAMED = {role: f"a-{role}" for role in ROLES}


@pytest.fixture
def box(settings):
    from engine.install import consultant_accounts as accounts

    accounts.load(settings)
    with engine(settings) as running:
        running.settings = Settings(
            home=settings.home,
            people={
                "sam": Person(person="Сэм", role="supervisor"),
                **{user: Person(person=user, role=role) for role, user in NAMED.items()},
            },
        )
        running.refused = RefusedNumbers(lambda *_: None, lambda: None)
        nothing = InbandDtmfDetection(
            None, None, lambda _: None, lambda *_: None, lambda: None, lambda *_: None
        )  # type: ignore[arg-type]
        running.tone_keys = nothing
        yield running


def order(box, asker: str, do: str, **asked):
    """The engine's answer to one system user. Raises CommandRefused."""
    asking = orders(box)[do](Peer(asker), asked)
    return asyncio.run_coroutine_threadsafe(asking, box.loop).result(10)


def test_every_order_stands_in_a_table_of_this_file(box):
    assert set(orders(box)) == {*STEERING, *OTHERS}


@pytest.mark.parametrize("do", [*STEERING, *OTHERS])
def test_at_the_socket_each_order_asks_for_the_same_right_as_everywhere(box, do):
    right, asked = {**STEERING, **OTHERS}[do]
    box.settings = box.settings.model_copy(update={"profile": "site", "console_user": "ivr111-console"})
    for role, user in NAMED.items():
        assert refused_for_the_role(box, user, do, **asked) == (right is not None and not may(role, right)), (
            role
        )
    for user in ("unknown", "root", "ivr111", "ivr111-evidence", "ivr111-console"):
        if do != "board.show" or user != "ivr111-console":
            assert refused_for_the_role(box, user, do, **asked) == (right is not None), user


def test_root_asks_in_the_name_that_sudo_told_and_nobody_else_does(settings, monkeypatch):
    from engine.process.local_socket import ask

    people = {
        "uid7001": Person(person="Әлия", role="auditor"),
        "root": Person(person="Rt", role="administrator"),
    }
    with engine(settings.model_copy(update={"people": people})) as running:
        monkeypatch.setenv("SUDO_UID", "7001")
        with pytest.raises(CommandRefused, match="Әлия is auditor"):
            ask(settings.control_socket, "consultants.pause", id="c101", reason="x")
        monkeypatch.setenv("SUDO_UID", "7002")
        with pytest.raises(CommandRefused, match="uid7002 is nobody we know"):
            ask(settings.control_socket, "consultants.pause", id="c101", reason="x")
        assert running.paused == []
        monkeypatch.delenv("SUDO_UID")
        ask(settings.control_socket, "consultants.pause", id="c101", reason="x")
    assert [("c101", "x")] == running.paused


@pytest.mark.parametrize("told", [True, -1, 2**32, "7001", 7.5, [7001]])
def test_an_asker_that_is_no_number_of_a_user_is_refused(told):
    from engine.process.local_socket import _asker

    with pytest.raises(CommandRefused):
        _asker((0, None), told)


def test_who_is_not_root_asks_for_themselves_only():
    from engine.process.local_socket import _asker

    assert ("uid7001", False) == (_asker((7001, None), None), _asker((7001, None), 7001).root)
    with pytest.raises(CommandRefused, match="only root"):
        _asker((7001, None), 7002)


def test_the_kernels_word_of_who_signed_in_survives_sudo_and_su():
    from engine.process.operator import UnknownUser, operator_uid

    assert 7001 == operator_uid(None, 0, 7001)  # su to root: SUDO_UID is gone, the login is not
    assert 7001 == operator_uid(7001, 0, 7001)
    assert 7002 == operator_uid(7002, 0, None)  # no login: a service, a container
    assert 7002 == operator_uid(7002, 0, 0)  # root signed in, who names nobody
    assert 7003 == operator_uid(7002, 7003, 7001)  # not root: the kernel's word alone
    for said in (7002, 0):
        with pytest.raises(UnknownUser, match="sign in as yourself"):
            operator_uid(said, 0, 7001)


def refused_for_the_role(box, asker: str, do: str, **asked) -> bool:
    try:
        order(box, asker, do, **asked)
    except CommandRefused as why:
        return "this needs" in str(why) or "nobody we know" in str(why)
    return False


def by(role: str, consultant: str | None = None) -> dict:
    return {"person": "Сынақ", "role": role, "user": "x", "consultant": consultant}


@pytest.mark.parametrize("do", STEERING)
def test_each_order_is_open_to_the_roles_that_have_its_right_and_to_no_other(box, do):
    right, asked = STEERING[do]
    console = box.settings.console_user
    for role in ROLES:
        own = by(role, "c101" if role == "consultant" else None)
        assert refused_for_the_role(box, console, do, **asked, by=own) != may(role, right), role


@pytest.mark.parametrize(
    "do", ["shift.start", "shift.end", "consultants.pause", "consultants.unpause", "desk.wrap_up_more"]
)
def test_a_consultant_needs_nobodys_leave_at_their_own_seat(box, do):
    _, asked = STEERING[do]
    own = {**asked, "id": "c101"}
    console = box.settings.console_user
    assert not refused_for_the_role(box, console, do, **own, by=by("consultant", "c101"))


@pytest.mark.parametrize("do", [*STEERING, "accounts.add", "accounts.remove"])
def test_a_system_user_whom_nobody_named_may_nothing(box, do):
    _, asked = STEERING.get(do, (None, {"id": "c105", "name": "x", "languages": ["kk"]}))
    assert refused_for_the_role(box, "games", do, **asked)


@pytest.mark.parametrize("do", STEERING)
def test_nobody_but_the_console_speaks_for_somebody(box, do):
    _, asked = STEERING[do]
    for told in (by("supervisor"), by("consultant", "c102"), "x", 7):
        with pytest.raises(CommandRefused, match="only the console"):
            order(box, "sam", do, **asked, by=told)
    with pytest.raises(CommandRefused, match="only the console"):
        order(box, box.settings.console_user, do, **asked, by="x")


def test_a_named_supervisor_steers_by_the_command_line_and_adds_nobody(box):
    assert order(box, "sam", "queue.divert", language="ru") == {"language": "ru", "diverted": True}
    assert refused_for_the_role(box, "sam", "accounts.add", id="c105", name="x", languages=["kk"])


def test_closing_an_account_ends_its_listening_and_only_an_administrator_does_that(box):
    console = box.settings.console_user
    asked = {"phone": "s201", "closes": True}
    assert order(box, console, "steer.spy_end", **asked, by=by("administrator")) == {"ended": False}
    assert refused_for_the_role(box, console, "steer.spy_end", **asked, by=by("supervisor"))


def test_wrap_up_is_not_a_pause_without_a_reason(box):
    from routing.dispatch.queue import Waiting

    desk = box.dispatch
    desk.found_talking(Waiting("n1-1-1", "kk", 0.0), "c101")
    box.loop.call_soon_threadsafe(desk.conversation_ended, "n1-1-1", "c101")
    console, own = box.settings.console_user, by("consultant", "c101")
    for _ in range(10):
        order(box, console, "desk.wrap_up_more", id="c101", by=own)
    with pytest.raises(CommandRefused, match="take a pause instead"):
        order(box, console, "desk.wrap_up_more", id="c101", by=own)
