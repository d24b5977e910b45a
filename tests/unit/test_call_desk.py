"""The desk as calls and feature codes meet it."""

from engine.operations.queue_adapter import CallDesk
from routing.dispatch.consultant import Consultant
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.queue import Waiting
from routing.dispatch.service import Desk


def desk_with(*consultants: str) -> CallDesk:
    desk = Desk(Dispatcher(Rules(wrap_up_seconds=30)), lambda: 0.0)
    for name in consultants:
        desk.consultant_known(Consultant(name, ("kk", "ru")))
        desk.reachable(name)
    return CallDesk(desk, lambda *_: None, lambda: None, lambda: None)


async def test_the_release_code_ends_wrap_up_too() -> None:
    calls = desk_with("c101")
    calls.desk.found_talking(Waiting("n1-1-1", "kk", 0.0), "c101")
    calls.desk.conversation_ended("n1-1-1", "c101")
    assert "wrap_up" == calls.desk.snapshot().consultants[0].state
    assert calls.release_consultant("c101")
    assert "available" == calls.desk.snapshot().consultants[0].state
    calls.desk.close()


async def test_nobody_unknown_is_paused_or_released() -> None:
    calls = desk_with("c101")
    assert not calls.pause("c999", "lunch")
    assert not calls.release_consultant("c999")
    calls.desk.close()
