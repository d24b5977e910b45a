"""The engine asks for the right again, whoever asks at its socket; only the console speaks for somebody."""

import asyncio

import pytest

from config.rights import Right, may
from config.settings import Person, Settings
from engine.control import Asker, Wrong
from engine.orders import Orders
from tests.line import engine

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


@pytest.fixture
def box(settings):
    from engine import accounts

    accounts.load(settings)
    with engine(settings) as running:
        running.settings = Settings(
            home=settings.home, people={"sam": Person(person="Сэм", role="supervisor")}
        )
        running.call_desk.start_shift = running.call_desk.end_shift = lambda _: True
        running.call_desk.divert = lambda *_: None
        yield running


def order(box, asker: str, do: str, **asked):
    """The engine's answer to one system user. Raises Wrong."""
    asking = Orders(box).by_name()[do](Asker(asker), asked)
    return asyncio.run_coroutine_threadsafe(asking, box.loop).result(10)


def refused_for_the_role(box, asker: str, do: str, **asked) -> bool:
    try:
        order(box, asker, do, **asked)
    except Wrong as why:
        return "this needs" in str(why) or "nobody we know" in str(why)
    return False


def by(role: str, consultant: str | None = None) -> dict:
    return {"person": "Сынақ", "role": role, "user": "x", "consultant": consultant}


@pytest.mark.parametrize("do", STEERING)
def test_each_order_is_open_to_the_roles_that_have_its_right_and_to_no_other(box, do):
    right, asked = STEERING[do]
    console = box.settings.run_user
    for role in ROLES:
        own = by(role, "c101" if role == "consultant" else None)
        assert refused_for_the_role(box, console, do, **asked, by=own) != may(role, right), role


@pytest.mark.parametrize(
    "do", ["shift.start", "shift.end", "consultants.pause", "consultants.unpause", "desk.wrap_up_more"]
)
def test_a_consultant_needs_nobodys_leave_at_their_own_seat(box, do):
    _, asked = STEERING[do]
    own = {**asked, "id": "c101"}
    console = box.settings.run_user
    assert not refused_for_the_role(box, console, do, **own, by=by("consultant", "c101"))


@pytest.mark.parametrize("do", [*STEERING, "accounts.add", "accounts.remove"])
def test_a_system_user_whom_nobody_named_may_nothing(box, do):
    _, asked = STEERING.get(do, (None, {"id": "c105", "name": "x", "languages": ["kk"]}))
    assert refused_for_the_role(box, "games", do, **asked)


@pytest.mark.parametrize("do", STEERING)
def test_nobody_but_the_console_speaks_for_somebody(box, do):
    _, asked = STEERING[do]
    for told in (by("supervisor"), by("consultant", "c102"), "x", 7):
        with pytest.raises(Wrong, match="only the console"):
            order(box, "sam", do, **asked, by=told)
    with pytest.raises(Wrong, match="only the console"):
        order(box, box.settings.run_user, do, **asked, by="x")


def test_a_named_supervisor_steers_by_the_command_line_and_adds_nobody(box):
    assert order(box, "sam", "queue.divert", language="ru") == {"language": "ru", "diverted": True}
    assert refused_for_the_role(box, "sam", "accounts.add", id="c105", name="x", languages=["kk"])


def test_closing_an_account_ends_its_listening_and_only_an_administrator_does_that(box):
    console = box.settings.run_user
    asked = {"phone": "s201", "closes": True}
    assert order(box, console, "steer.spy_end", **asked, by=by("administrator")) == {"ended": False}
    assert refused_for_the_role(box, console, "steer.spy_end", **asked, by=by("supervisor"))


def test_wrap_up_is_not_a_pause_without_a_reason(box):
    from routing.waiting import Waiting

    desk = box.desk
    desk.found_talking(Waiting("n1-1-1", "kk", 0.0), "c101")
    box.loop.call_soon_threadsafe(desk.conversation_ended, "n1-1-1", "c101")
    console, own = box.settings.run_user, by("consultant", "c101")
    for _ in range(10):
        order(box, console, "desk.wrap_up_more", id="c101", by=own)
    with pytest.raises(Wrong, match="take a pause instead"):
        order(box, console, "desk.wrap_up_more", id="c101", by=own)
