"""The desk delivers every decision, in order, whoever is looking, cancelled or gone."""

import asyncio
from collections.abc import Callable

import pytest

from routing.dispatch.decisions import Assign, Decision, NobodyOnShift, RaiseAlarm, SomebodyOnShift, Withdraw
from routing.dispatch.dispatcher import Consultant, Dispatcher, Rules, Waiting
from routing.dispatch.service import DispatchService, TicketLeft

RULES = Rules(wrap_up_seconds=0)


def desk(
    *names: str,
    rules: Rules = RULES,
    clock: Callable[[], float] | None = None,
    on_decision: Callable[[Decision], None] = lambda _: None,
) -> DispatchService:
    loop = asyncio.get_running_loop()
    made = DispatchService(Dispatcher(rules), clock or loop.time, on_decision)
    for name in names:
        made.consultant_known(Consultant(name, ("kk", "ru")))
        made.reachable(name)
    return made


def state(made: DispatchService, consultant: str = "c101") -> str:
    return next(seat.state for seat in made.snapshot().consultants if seat.id == consultant)


async def test_a_caller_is_told_of_the_assignment_and_talks() -> None:
    made = desk("c101")
    ticket = made.place(Waiting("x", "kk", 0))
    decision = await ticket.next()
    assert isinstance(decision, Assign)
    assert decision.consultant == "c101"
    ticket.answered()
    assert state(made) == "talking"
    made.conversation_ended("x", "c101")
    assert state(made) == "available"


async def test_who_waits_is_woken_by_the_next_free_consultant() -> None:
    made = desk("c101")
    made.place(Waiting("x", "kk", 0))
    second = made.place(Waiting("y", "kk", 1))
    waits = asyncio.create_task(second.next())
    await asyncio.sleep(0)
    assert not waits.done()
    assert second.position == 1
    made.conversation_ended("x", "c101")
    decision = await waits
    assert isinstance(decision, Assign)


async def test_decisions_are_kept_in_order_while_nobody_looks() -> None:
    made = desk()
    ticket = made.place(Waiting("x", "kk", 0))
    made.consultant_known(Consultant("c101", ("kk",)))
    made.reachable("c101")
    kinds = [type(await ticket.next()) for _ in range(3)]
    assert kinds == [NobodyOnShift, SomebodyOnShift, Assign]
    assert ticket.take() is None


@pytest.mark.parametrize("turns", range(4))
async def test_a_wait_cancelled_at_any_moment_loses_nothing(turns: int) -> None:
    made = desk("c101")
    made.place(Waiting("x", "kk", 0))
    second = made.place(Waiting("y", "kk", 1))
    waits = asyncio.create_task(second.next())
    await asyncio.sleep(0)
    made.conversation_ended("x", "c101")
    for _ in range(turns):
        await asyncio.sleep(0)
    waits.cancel()
    try:
        decision = await waits
    except asyncio.CancelledError:
        decision = await asyncio.wait_for(second.next(), 1)
    assert isinstance(decision, Assign)


async def test_leaving_frees_the_consultant_for_the_next_and_may_be_told_twice() -> None:
    made = desk("c101")
    first = made.place(Waiting("x", "kk", 0))
    second = made.place(Waiting("y", "kk", 1))
    first.leave()
    first.leave()
    decision = await asyncio.wait_for(second.next(), 1)
    assert isinstance(decision, Assign)
    assert made.stale == {}
    with pytest.raises(TicketLeft):
        await first.next()


async def test_a_second_ticket_for_the_same_call_ends_the_first() -> None:
    made = desk("c101")
    old = made.place(Waiting("x", "kk", 0))
    waits = asyncio.create_task(old.ready())
    new = made.place(Waiting("x", "kk", 0))
    assert isinstance(await new.next(), Assign)
    with pytest.raises(TicketLeft):
        await waits
    old.leave()
    assert state(made) == "ringing"


async def test_a_ring_withdrawn_before_it_was_taken_never_reaches_the_caller() -> None:
    made = desk("c101", "c102")
    ticket = made.place(Waiting("x", "kk", 0))
    made.paused("c101", "break")
    decision = await ticket.next()
    assert isinstance(decision, Assign)
    assert decision.consultant == "c102"
    assert ticket.take() is None


async def test_a_ring_withdrawn_later_is_told_and_goes_on_once_it_has_stopped() -> None:
    made = desk("c101", "c102")
    ticket = made.place(Waiting("x", "kk", 0))
    await ticket.next()
    made.unreachable("c101")
    assert isinstance(await ticket.next(), Withdraw)
    assert ticket.take() is None
    ticket.missed("withdrawn")
    decision = await ticket.next()
    assert isinstance(decision, Assign)
    assert decision.consultant == "c102"


async def test_the_end_of_wrap_up_comes_by_the_desks_own_timer() -> None:
    made = desk("c101", rules=Rules(wrap_up_seconds=0.02))
    first = made.place(Waiting("x", "kk", 0))
    await first.next()
    first.answered()
    made.conversation_ended("x", "c101")
    second = made.place(Waiting("y", "kk", 1))
    assert second.take() is None
    assert isinstance(await asyncio.wait_for(second.next(), 2), Assign)


async def test_listeners_see_all_decisions_in_order_and_may_speak_to_the_desk() -> None:
    seen: list[str] = []

    def listen(decision: Decision) -> None:
        if isinstance(decision, RaiseAlarm):
            made.released("c101")
            if not seen:
                made.place(Waiting("x", "kk", 0))
        seen.append(type(decision).__name__)

    made = desk("c101", on_decision=listen)
    made.paused("c101", "break")
    assert seen == ["RaiseAlarm", "RaiseAlarm", "Assign"]  # one per language, then what the listener caused


async def test_a_listeners_fault_does_not_stop_the_line() -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["exception"]))

    def listen(_: Decision) -> None:
        raise ValueError("broken")

    made = desk("c101", on_decision=listen)
    ticket = made.place(Waiting("x", "kk", 0))
    assert isinstance(await ticket.next(), Assign)
    assert [type(fault) for fault in faults] == [ValueError]


async def test_a_conversation_that_outlived_the_engine_is_taken_over() -> None:
    made = desk("c101")
    ticket = made.adopt(Waiting("x", "ru", 0), "c101")
    assert state(made) == "talking"
    made.reserved("x", "c101")
    made.reservation_ended("x", "c101", back=True)
    decision = await ticket.next()
    assert isinstance(decision, Assign)
    assert decision.why.consultant == "stayed"


async def test_an_assignment_for_a_call_without_a_ticket_does_not_lock_the_consultant() -> None:
    made = desk("c101")
    made.found_talking(Waiting("x", "kk", 0), "c101")
    made.reserved("x", "c101")
    made.reservation_ended("x", "c101", back=True)
    assert state(made) == "available"
    assert made.orphans == {"Assign": 1}


async def test_closing_ends_every_ticket() -> None:
    made = desk()
    ticket = made.place(Waiting("x", "kk", 0))
    made.close()
    with pytest.raises(TicketLeft):
        await ticket.next()
    ticket.leave()
