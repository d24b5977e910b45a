"""The engine is dead and stays so: Asterisk alone serves callers, the journal knows of them later (A1)."""

import asyncio

import pytest

from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift, silence, without_engine
from tests.real.heard import heard, names
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real


async def test_new_callers_are_served_recorded_and_rated_in_their_language(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=3).start()
    paused = await lab.consultant("c102", talk=3).start()
    line.ask("consultants.pause", id="c102")
    await on_shift(line, "c101")
    since = now()
    async with without_engine(line):
        kazakh = lab.caller(Wait(1), Press("1"), HearTone(1000, 40), Wait(6), Press("5"))
        russian = lab.caller(Wait(5), Press("2"), HearTone(1000, 40), Wait(6), Press("3"))
        calls = await asyncio.gather(kazakh.run(), russian.run())
    for call, language in zip(calls, ("kk", "ru"), strict=True):
        prompts = [f"{language}/{name}" for name in ("recorded_notice", "rate", "rate_thanks", "goodbye")]
        assert prompts == names(line, call, *prompts)
        assert silence(call) < 3
    assert [] == paused.served
    assert 2 == len(consultant.served)
    rows = sorted(await line.new_calls(2, since=since, within=10), key=lambda row: row.language or "")
    assert [("kk", "c101", 5), ("ru", "c101", 3)] == [(r.language, r.served_by, r.rating) for r in rows]
    assert all(r.survived and r.outcome is Outcome.SERVED and r.ended_by == "consultant" for r in rows)
    for row in rows:
        (recording,) = await line.recorded(row.call_id)
        assert {"left": {400}, "right": {1000}} == heard_on(line, recording)
    line.ask("consultants.unpause", id="c102")


async def test_1414_is_told_before_it_is_dialled_and_only_the_consultant_may_ask_for_it(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None, codes=((3.0, "*14"),)).start()
    ucc = lab.ucc("busy", talk=3)
    await on_shift(line, "c101")
    since = now()
    async with without_engine(line):
        caller = lab.caller(Wait(1), Press("2"), HearTone(1000, 20), Press("*14"))
        going = asyncio.create_task(caller.run())
        await line.until(lambda: bool(ucc.phone.calls), 30)
        (call,) = caller.phone.calls
        for mode in ("rings", "answers"):  # each time back at the same consultant, who asks again
            await line.until(lambda: len(consultant.served) > len(ucc.phone.calls) - 1, 30)
            ucc.mode = mode
            tried = len(ucc.phone.calls) + 1
            await line.until(lambda tried=tried: len(ucc.phone.calls) == tried, 30)
        assert call is await going
    told = heard(line, call, "ru/transfer_1414_notice")
    dialled = [tried.seen("INVITE")[0] for tried in ucc.phone.calls]
    assert 3 == len(told) == len(dialled)
    assert all(8 < at - notice.at < 11 for notice, at in zip(told, dialled, strict=True))
    assert ["ru/ucc_busy", "ru/ucc_no_answer"] == names(line, call, "ru/ucc_busy", "ru/ucc_no_answer")
    assert 3 == len(consultant.served)
    assert consultant.served[0].answered_at is not None
    assert told[0].at > consultant.served[0].answered_at + 3  # the caller's own *14 did nothing
    assert [] == names(line, call, "ru/rate")
    assert silence(call) < 3
    (row,) = await line.new_calls(since=since, within=10)
    assert (Outcome.TRANSFERRED_1414, "answered") == (row.outcome, row.ucc_result)
    assert row.notice_at is not None
    assert 3 == len(await line.recorded(row.call_id, 3))
