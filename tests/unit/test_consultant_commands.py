"""Orders about consultants, as feature codes and pages give them."""

from engine.operations.consultant_commands import ConsultantCommands
from routing.dispatch.consultant import Consultant
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService


def desk_with(*consultants: str) -> tuple[DispatchService, ConsultantCommands]:
    desk = DispatchService(Dispatcher(Rules(wrap_up_seconds=30)), lambda: 0.0)
    for name in consultants:
        desk.consultant_known(Consultant(name, ("kk", "ru")))
        desk.reachable(name)
    return desk, ConsultantCommands(desk, lambda: None)


async def test_the_release_code_ends_wrap_up_too() -> None:
    desk, commands = desk_with("c101")
    desk.found_talking(Waiting("n1-1-1", "kk", 0.0), "c101")
    desk.conversation_ended("n1-1-1", "c101")
    assert "wrap_up" == desk.snapshot().consultants[0].state
    assert commands.release_consultant("c101")
    assert "available" == desk.snapshot().consultants[0].state
    desk.close()


async def test_nobody_unknown_is_paused_or_released() -> None:
    desk, commands = desk_with("c101")
    assert not commands.pause("c999", "lunch")
    assert not commands.release_consultant("c999")
    desk.close()
