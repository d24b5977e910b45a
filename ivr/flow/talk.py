"""Talk: caller and consultant together, recorded from the first word to the last (A19)."""

from ivr import ending as ended
from ivr.call import Call
from ivr.desk import Desk
from ivr.ending import Ending
from ivr.line import HungUp
from ivr.pace import Pace


async def talk(call: Call, desk: Desk, pace: Pace, consultant: str) -> Ending:
    """Ring the consultant and stay for the conversation; no limit ends it."""
    await record_next(call, desk, consultant, wish=None, consultant=consultant, stage="talk")
    result = await call.line.ring(consultant, pace.ring)
    if result.status != "ANSWER":
        why = result.status if result.hung_up else await call.read("ring") or result.status
        desk.missed(call.id, consultant, why, result.cause, gone=result.hung_up)
        await call.line.stop_recording()
        if result.hung_up:
            raise HungUp
        return Ending.MISSED
    ending = Ending.CONSULTANT
    try:
        if result.hung_up:
            raise HungUp
        match await call.read("wish"), await call.read("ring"):
            case _, ended.DROPS:
                ending = Ending.DROPPED
            case "1414", _:
                ending = Ending.WANTS_1414
            case "lost", _:
                ending = Ending.LOST
    finally:  # a caller may go at any moment: the consultant is free and the recording whole all the same
        if ending is Ending.WANTS_1414:
            desk.keep(call.id, consultant)
        elif ending is Ending.DROPPED:
            desk.dropped(call.id, consultant)
        else:
            desk.ended(call.id, consultant)
        await call.line.stop_recording()
    return ending


async def record_next(call: Call, desk: Desk, party: str, **facts: str | None) -> None:
    """Note what begins and start the recording of the next connection: its own files, its intent first."""
    number = call.facts.connection + 1
    stem = f"{call.id}-c{number}"
    await call.note(dialstatus=None, ring=None, connection=number, recording=stem, **facts)
    desk.recording(call.id, number, stem, party)
    await call.line.record(stem)
