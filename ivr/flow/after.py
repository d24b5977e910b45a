"""After: the rating, asked at once and only once (C5)."""

from ivr.call import Call
from ivr.menu import Menu

RATING = Menu("rate", {digit: digit for digit in "12345"}, tries=1, seconds=2.5)


async def after(call: Call) -> None:
    """Ask for 1 to 5 in the caller's language, thank, say goodbye."""
    await call.note(stage="after", rating_asked=True, ended_by="consultant")
    rating = await call.choose(RATING)
    if rating:
        await call.note(rating=int(rating))
        await call.say("rate_thanks")
    await call.say("goodbye")
