"""Talk: caller and consultant together, recorded from the first word to the last (A19)."""

from ivr.call import Call
from ivr.call_queue import CallQueue
from ivr.line import HungUp
from ivr.stage import After, Reconnect, Stage, Transfer, Wait
from ivr.timers import Timers
from ivr.ucc_result import DROPS


async def talk(call: Call, queue: CallQueue, timers: Timers, consultant: str) -> Stage:
    """Ring the consultant and stay for the conversation; no limit ends it."""
    await record_next(call, queue, consultant, wish=None, consultant=consultant, stage="talk")
    result = await call.line.ring(consultant, timers.ring)
    if result.status != "ANSWER":
        why = result.status if result.hung_up else await call.read("ring") or result.status
        queue.missed(call.id, consultant, why, result.cause, gone=result.hung_up)
        await call.line.stop_recording()
        if result.hung_up:
            raise HungUp
        return Wait()
    following: Stage = After()
    parted = queue.ended
    try:
        if result.hung_up:
            raise HungUp
        match await call.read("wish"), await call.read("ring"):
            case _, ring if ring == DROPS:
                following, parted = Reconnect(), queue.dropped
            case "1414", _:
                following, parted = Transfer(), queue.keep
            case "lost", _:
                following = Reconnect()
    finally:  # a caller may go at any moment: the consultant is free and the recording whole all the same
        parted(call.id, consultant)
        await call.line.stop_recording()
    return following


async def reconnect(call: Call) -> Wait:
    """The consultant's phone is gone: the caller is told so, and keeps the place in the queue."""
    await call.say("connection_lost")
    # The last two in this order: they are what is left to do.
    await call.note(stage="wait", dialstatus=None, ring=None, wish=None)
    return Wait()


async def record_next(call: Call, queue: CallQueue, party: str, **facts: str | None) -> None:
    """Note what begins and start the recording of the next connection: its own files, its intent first."""
    number = call.facts.connection + 1
    stem = f"{call.id}-c{number}"
    await call.note(dialstatus=None, ring=None, connection=number, recording=stem, **facts)
    queue.recording(call.id, number, stem, party)
    await call.line.record(stem)
