"""The way of one call, from hello to goodbye; a new engine continues where the old one died (A1)."""

from ivr.call import Call
from ivr.desk import Desk
from ivr.ending import Ending, left_behind
from ivr.flow.after import after
from ivr.flow.talk import talk
from ivr.flow.transfer import transfer
from ivr.flow.wait import wait
from ivr.flow.welcome import welcome
from ivr.pace import Pace


async def take(call: Call, desk: Desk, pace: Pace) -> None:
    """Serve one caller. Returns when there is nothing left to say; a hang-up passes through as HungUp."""
    if call.facts.stage == "welcome":
        await welcome(call)
    else:
        await call.line.speak_in(call.language)
    ending = left_behind(call.facts)
    kept: str | None = None
    while True:
        if ending is Ending.NONE:
            consultant = await wait(call, desk, pace, kept=kept)
            kept = None
            ending = await talk(call, desk, pace, consultant) if consultant else Ending.DUTY
        match ending:
            case Ending.MISSED:
                ending = Ending.NONE
            case Ending.WANTS_1414 | Ending.UCC_FAILED:
                if await transfer(call, desk, pace):
                    return
                ending = Ending.RETURNS
            case Ending.RETURNS:
                kept, ending = call.facts.consultant, Ending.NONE
            case Ending.LOST | Ending.DROPPED:
                await call.say("connection_lost")
                await call.note(  # the last two in this order: they are what is left to do
                    stage="wait", dialstatus=None, ring=None, wish=None
                )
                ending = Ending.NONE
            case Ending.CONSULTANT:
                await after(call)
                return
            case Ending.DUTY | Ending.OVER:
                await call.say("goodbye")
                return
            case Ending.NONE:
                continue
