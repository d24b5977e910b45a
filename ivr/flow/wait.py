"""Wait: music and a comfort message until somebody serves the call; the line never hangs up first (A1)."""

from collections.abc import Coroutine
from typing import Any

from ivr.call import Call
from ivr.call_queue import Assigned, CallQueue, QueuePlace, Staffed, Unstaffed
from ivr.flow.duty import advise, advise_unheard, ring_duty
from ivr.spoken import place as spoken_place
from ivr.stage import Goodbye, Talk
from ivr.timers import Timers
from ivr.ucc_result import DROPS


async def wait(call: Call, queue: CallQueue, timers: Timers, kept: str | None = None) -> Talk | Goodbye:
    """Until a consultant serves the call, or the duty phone has.

    `kept` is the consultant who stayed reserved while 1414 was tried.
    """
    queued = call.facts.queued or call.now()
    dropped = call.facts.duty == "answered" and call.facts.ring == DROPS
    if dropped or (call.facts.duty == "ringing" and call.facts.dialstatus):  # an earlier engine's try
        await call.note(duty="failed", ring=None)
    if kept and queue.keeps(call.id, kept):
        await call.say("back_to_consultant")  # still in `talk`: a new engine, too, brings the two together
    else:
        await call.note(stage="wait", queued=queued)
    begin = "back_to_queue" if kept else "wait_begin"
    while True:
        place = queue.place(call.id, call.language, queued, kept)
        served = await _served(call, queue, place, timers, begin)
        if served:
            return Talk(served.consultant)
        place.leave()
        if await ring_duty(call, queue, timers):
            return Goodbye()


async def _served(
    call: Call, queue: CallQueue, place: QueuePlace, timers: Timers, begin: str
) -> Assigned | None:
    """Who serves; None when nobody is on shift, the caller knows, and the duty phone is to be rung."""
    meanwhile: Coroutine[Any, Any, object] = comfort(call, place, timers, begin)
    while True:
        match await call.until(place.next(), meanwhile):
            case Assigned() as served:
                return served
            case Unstaffed() if queue.diverted(call.language) and call.facts.diverted is None:
                await call.note(diverted=call.now())
                meanwhile = (
                    call.say("nobody_on_shift") if call.facts.duty != "failed" else advise(call, timers)
                )
            case Unstaffed() if call.facts.duty != "failed":
                meanwhile = call.say("nobody_on_shift")
            case Unstaffed():
                meanwhile = advise(call, timers)
            case Staffed():
                meanwhile = comfort(call, place, timers, "wait_begin")
            case None if place.doubtful():  # whoever answers the duty phone would hear dead air (0081)
                meanwhile = advise_unheard(call, place, timers)
            case None:  # comfort and advice have no end: the caller knows that nobody is there
                return None


async def comfort(call: Call, place: QueuePlace, timers: Timers, begin: str) -> None:
    """`begin`, music, and now and then the place in the queue; ended from outside at any moment."""
    await call.say(begin)
    while True:
        await call.line.music()
        await call.line.digit("", timers.comfort)
        await call.say("comfort")
        number = place.number()
        if number:
            for sound in spoken_place(call.language, number).sounds:
                await call.say(sound)
