"""The table of stages: who runs each, and which one a call goes on with that an earlier engine left (A1).

A new stage is a value in ivr/stage.py, a file beside this one, and a row in each of the two tables here.
"""

from typing import assert_never

from ivr.call import Call
from ivr.call_queue import CallQueue
from ivr.facts import Facts
from ivr.flow.after import after, goodbye
from ivr.flow.talk import reconnect, talk
from ivr.flow.transfer import transfer
from ivr.flow.wait import wait
from ivr.flow.welcome import welcome
from ivr.stage import After, Goodbye, Reconnect, Stage, Talk, Transfer, Wait, Welcome
from ivr.timers import Timers
from ivr.ucc_result import DROPS, FAILURES, UccResult


async def serve_call(call: Call, queue: CallQueue, timers: Timers) -> None:
    """Serve one caller. Returns when there is nothing left to say; a hang-up passes through as HungUp."""
    stage: Stage | None = resumed_stage(call.facts)
    if not isinstance(stage, Welcome):
        await call.line.speak_in(call.language)
    while stage is not None:
        stage = await _run(stage, call, queue, timers)


async def _run(stage: Stage, call: Call, queue: CallQueue, timers: Timers) -> Stage | None:  # noqa: PLR0911 - one row a stage
    match stage:
        case Welcome():
            return await welcome(call)
        case Wait(kept):
            return await wait(call, queue, timers, kept)
        case Talk(consultant):
            return await talk(call, queue, timers, consultant)
        case Transfer():
            return await transfer(call, queue, timers)
        case Reconnect():
            return await reconnect(call)
        case After():
            return await after(call)
        case Goodbye():
            await goodbye(call)
            return None
    assert_never(stage)


def resumed_stage(facts: Facts) -> Stage:  # noqa: PLR0911 - one row a finding
    """The stage that a call goes on with whose channel has these facts: no stage runs twice.

    The first row that fits counts; context 111-survival of the dialplan asks the same of the same variables.
    """
    answered = facts.dialstatus == "ANSWER"
    dropped = facts.ring == DROPS
    match facts.stage:
        case "welcome":
            return Welcome()
        case _ if facts.rating_asked:
            return Goodbye()
        case _ if facts.ucc == UccResult.ANSWERED:
            return Transfer() if dropped else Goodbye()
        case _ if facts.wish == "lost":
            return Reconnect()
        case "after":
            return After()
        case _ if facts.ucc == UccResult.DIALLING:
            return Goodbye() if answered and not dropped else Transfer()
        case _ if facts.duty == "answered":
            return Wait() if dropped else Goodbye()
        case "talk" if dropped:
            return Reconnect()
        case _ if facts.wish == "1414":
            return Transfer()
        case "talk" if answered:
            return After()
        case "talk" if facts.ucc in FAILURES:
            return Wait(kept=facts.consultant)
        case _:
            return Wait()
