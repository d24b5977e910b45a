"""After: the rating, asked at once and only once (C5)."""

from ivr.call import Call
from ivr.menu import Menu
from ivr.stage import Goodbye

RATING = Menu("rate", {digit: digit for digit in "12345"}, tries=1, seconds=2.5)


async def after(call: Call) -> Goodbye:
    """Ask for 1 to 5 in the caller's language, and thank."""
    await call.note(stage="after", rating_asked=True, ended_by="consultant")
    rating = await call.choose(RATING)
    if rating:
        await call.note(rating=int(rating))
        await call.say("rate_thanks")
    return Goodbye()


async def goodbye(call: Call) -> None:
    """The last words."""
    await call.say("goodbye")
