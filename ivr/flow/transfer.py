"""1414: the caller is told first, and only then anything is dialled (A14, C4)."""

from ivr.call import Call
from ivr.call_queue import CallQueue
from ivr.line import DialResult, HungUp
from ivr.stage import Wait
from ivr.timers import Timers
from ivr.ucc_result import DROPS, UccResult, prompt, ucc_result


async def transfer(call: Call, queue: CallQueue, timers: Timers) -> Wait | None:
    """None when 1414 took the caller; the consultant stays kept until then, and is waited for otherwise."""
    consultant = call.facts.consultant or ""
    queue.keep(call.id, consultant)  # again, where an earlier engine had kept them
    try:
        taken = await _tell_and_dial(call, timers)
    except HungUp:
        queue.release(call.id, consultant)
        raise
    return None if taken else Wait(kept=call.facts.consultant)


async def _tell_and_dial(call: Call, timers: Timers) -> bool:
    tried = call.facts.ucc in {UccResult.DIALLING, UccResult.ANSWERED}
    if tried and call.facts.dialstatus:  # an earlier engine's try came to nothing
        result = DialResult(call.facts.dialstatus, 0, hung_up=False)
        return await _tell_why(call, result, call.facts.ring)
    if call.facts.ucc not in {"", UccResult.DIALLING}:  # a try after a try: told again
        await call.note(notice=None, ucc=None)  # in this order, whatever happens in between
    if call.facts.notice is None:
        if not await call.announce("transfer_1414_notice"):
            await call.note(dialstatus=None, ucc=UccResult.NO_NOTICE, wish=None)
            return False
        await call.note(notice=call.now())
    # The wish stands until the dialling is noted: an engine that dies here leaves it to the next one.
    await call.note(dialstatus=None, ring=None, ucc=UccResult.DIALLING, wish=None)
    result = await call.line.ring("1414", timers.ucc_ring)
    if result.hung_up:
        raise HungUp
    ring = await call.read("ring")
    if result.status == "ANSWER" and ring != DROPS:
        return True
    return await _tell_why(call, result, ring)


async def _tell_why(call: Call, result: DialResult, ring: str) -> bool:
    why = ucc_result(result.status, result.cause, ring)
    await call.note(ucc=why, ring=None)  # the notice's time stays: it was played (A14)
    await call.say(prompt(why))
    return False
