"""Nobody on shift: say so, ring the duty phone; if that fails advise, as long as the caller stays (A1)."""

from typing import Final

from ivr.call import Call
from ivr.call_queue import CallQueue, QueuePlace
from ivr.flow.talk import record_next
from ivr.line import HungUp
from ivr.timers import Timers
from ivr.ucc_result import DROPS

LOOK: Final = 1.0  # seconds between two looks whether the caller has given a sign of life


async def ring_duty(call: Call, queue: CallQueue, timers: Timers) -> bool:
    """True when somebody answered the duty phone and pressed 1; an answering machine is no answer."""
    await record_next(call, queue, "duty", duty="ringing")
    result = await call.line.ring("duty", timers.duty_ring)
    await call.line.stop_recording()
    if result.hung_up:
        raise HungUp
    # Not the status: a machine that hangs up while it is asked to press 1 counts as an answer there.
    if await call.read("duty") == "answered" and await call.read("ring") != DROPS:
        return True
    await call.note(duty="failed", ring=None)
    return False


async def advise(call: Call, timers: Timers) -> None:
    """Which numbers to dial, repeated between music; ended from outside when somebody comes on shift."""
    if not call.facts.advised:
        await call.say("duty_failed")
    while True:
        await call.note(advised=True)  # before: who has heard the number hangs up in the middle of it
        await call.say("advice")
        await call.line.music()
        await call.line.digit("", timers.advice)


async def advise_unheard(call: Call, place: QueuePlace, timers: Timers) -> None:
    """Advice for a caller without a sign of life, until there is one: then the duty phone is to be rung."""
    while place.doubtful():
        await call.note(advised=True)
        await call.say("advice")
        await call.line.music()
        waited = 0.0
        while waited < timers.advice and place.doubtful():
            await call.line.digit("", LOOK)
            waited += LOOK
