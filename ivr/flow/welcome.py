"""Welcome: the language of the applicant's choice, and that the conversation is recorded (A2)."""

from ivr.call import Call
from ivr.menu import Menu
from ivr.stage import Wait

LANGUAGE = Menu("welcome_choose", {"1": "kk", "2": "ru"}, again="choose_again")


async def welcome(call: Call) -> Wait:
    """Ask for the language unless it is known, then tell that the conversation is recorded."""
    if call.facts.language is None:
        await call.note(language=await call.choose(LANGUAGE) or call.default)
    await call.line.speak_in(call.language)
    await call.say("recorded_notice")
    return Wait()
