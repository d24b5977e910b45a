"""Wait: music and a comfort message until somebody serves the call; the line never hangs up first (A1)."""

from ivr.call import Call
from ivr.desk import Desk, Nobody, Place, Served
from ivr.flow.duty import advise, ring_duty
from ivr.pace import Pace
from ivr.spoken import place as spoken_place


async def wait(call: Call, desk: Desk, pace: Pace, *, kept: str | None = None) -> str | None:
    """The consultant who serves the call now, or None when the duty phone did.

    `kept` is the consultant who stayed reserved while 1414 was tried.
    """
    queued = call.facts.queued or call.now()
    begin = "wait_begin"
    if kept:
        begin = "back_to_queue"
        if desk.keeps(call.id, kept):
            await call.say("back_to_consultant")
    await call.note(stage="wait", queued=queued)
    while True:
        place = desk.place(call.id, call.language, queued, kept)
        try:
            served = await _served(call, place, pace, begin)
        except BaseException:
            place.leave()
            raise
        if served:
            return served.consultant
        place.leave()
        if await ring_duty(call, desk, pace):
            return None


async def _served(call: Call, place: Place, pace: Pace, begin: str) -> Served | None:
    """Who serves; None when nobody is on shift and the duty phone has not been tried yet."""
    nobody = False
    while True:
        meanwhile = advise(call, pace) if nobody else comfort(call, place, pace, begin)
        match await call.until(place.next(), meanwhile):
            case Served() as served:
                return served
            case Nobody() if call.facts.duty != "failed":
                return None
            case Nobody():
                nobody = True
            case _:
                nobody = False


async def comfort(call: Call, place: Place, pace: Pace, begin: str) -> None:
    """`begin`, music, and now and then the place in the queue; ended from outside at any moment."""
    await call.say(begin)
    while True:
        await call.line.music()
        await call.line.digit("", pace.comfort)
        await call.say("comfort")
        number = place.number()
        if number:
            for sound in spoken_place(call.language, number).sounds:
                await call.say(sound)
