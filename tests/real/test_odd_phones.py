"""Phones that act for their person: what they forward, or answer and drop, serves nobody (decision 0083)."""

import asyncio

import pytest

from engine.control.monitoring import CallMonitoring
from engine.install.secrets import load as load_secrets
from lab.call import RefusedError
from lab.lab import Lab
from lab.policy import Reject
from lab.robots import Consultant, HearTone, Press, Wait
from lab.sip import tag
from recordings.journal.reading import Reader
from recordings.model.call_record import CallRecord, Moment, Outcome
from routing.ami.control_socket import run_command
from tests.real.absence import on_shift, without_engine
from tests.real.heard import names
from tests.real.line import RunningLine, now
from tests.real.talking import dial, served, talk, team, told_at

pytestmark = pytest.mark.real


async def moments(line: RunningLine, row: CallRecord) -> tuple[Moment, ...]:
    """What the journal tells of a call beside its conversations."""
    reader = Reader.open(line.settings.database, None)
    try:
        return await reader.moments(row.call_id)
    finally:
        await reader.close()


async def rings(line: RunningLine, row: CallRecord) -> list[tuple[str, str | None]]:
    """Who was rung, in order, and what came of it."""
    return [(one.party, one.result) for one in await moments(line, row) if one.kind == "ring"]


def seat(line: RunningLine, consultant: str) -> dict[str, object]:
    """A consultant's row of the board."""
    board = line.ask("board.show")
    return next(one for one in board["consultants"] if one["id"] == consultant)


def alerts(line: RunningLine) -> set[tuple[str, str]]:
    """Kinds and subjects that stand on the board."""
    return {(one["kind"], one["subject"]) for one in line.ask("board.show")["alerts"]}


async def forwarding(lab: Lab, id_: str, status: int, to: str) -> Consultant:
    """A consultant whose phone sends every call elsewhere."""
    one = await lab.consultant(id_).start()
    one.phone.policy = lambda call: Reject(status, to=to)
    return one


@pytest.mark.parametrize(
    ("status", "to"),
    [
        (302, "sip:*22@{here}"),
        (301, "sip:c102@{here}"),
        (380, "sip:PJSIP%2F1414@{here}"),
        (302, "tel:+77000000001"),
    ],
)
async def test_a_forward_is_a_refusal_and_nothing_it_names_is_dialled(
    line: RunningLine, lab: Lab, status: int, to: str
) -> None:
    here = f"{line.settings.sip_address}:{line.settings.sip_port}"
    since = now()
    away = await forwarding(lab, "c101", status, to.format(here=here))
    outside = lab.ucc("answers")
    call = await dial(lab, 450)
    await line.until(lambda: bool(away.phone.calls), 20)
    other = await lab.consultant("c103").start()
    one = await served(call, [other], 450)
    assert [] == outside.phone.calls
    assert ("phone_forwards", "c101") in alerts(line)
    assert ("forwards", None) == (seat(line, "c101")["fault"], seat(line, "c101")["reason"])
    await one.caller.hang_up()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, "c103", False) == (row.outcome, row.served_by, row.rating_asked)
    told = await rings(line, row)
    assert {("c101", "forwards"), ("c103", "answered")} == set(told)
    assert ("c103", "answered") == told[-1]
    line.ask("consultants.unpause", id="c101")
    assert ("phone_forwards", "c101") not in alerts(line)
    for phone in (away, other):
        await phone.stop()


async def test_a_phone_that_answers_and_drops_has_served_nobody(line: RunningLine, lab: Lab) -> None:
    since = now()
    two = await team(lab, "c101", "c103")
    for one in two:
        one.talk = 0.1
    call = await dial(lab, 500)
    await line.until(lambda: any(one.served for one in two), 20)
    first = next(one for one in two if one.served)
    other = next(one for one in two if one is not first)
    other.talk = None
    one = await served(call, [other], 500)
    assert told_at(line, call, "kk", "connection_lost") is not None
    assert ("phone_drops", first.phone.user) in alerts(line)
    assert ("phone_drops", other.phone.user) not in alerts(line)
    await one.caller.hang_up()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, other.phone.user, False) == (row.outcome, row.served_by, row.rating_asked)
    assert [first.phone.user, other.phone.user] == [talk.party for talk in row.connections]
    assert row.answered_at == row.connections[1].answered_at
    assert [(first.phone.user, "drops"), (other.phone.user, "answered")] == await rings(line, row)
    line.ask("consultants.unpause", id=first.phone.user)
    for phone in two:
        await phone.stop()


async def test_a_caller_who_hangs_up_as_the_consultant_answers_blames_no_phone(
    line: RunningLine, lab: Lab
) -> None:
    since = now()
    (one,) = await team(lab, "c101")
    call = await dial(lab, 550)
    await line.until(lambda: bool(one.served), 20)
    await call.hang_up()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, "caller") == (row.outcome, row.ended_by)
    assert ("phone_drops", "c101") not in alerts(line)
    await one.stop()


async def test_without_the_engine_too_a_phone_that_drops_or_forwards_serves_nobody(
    line: RunningLine, lab: Lab
) -> None:
    dropping = await lab.consultant("c101", talk=0.1).start()
    away = await forwarding(lab, "c102", 302, f"sip:*22@{line.settings.sip_address}")
    good = await lab.consultant("c103", talk=3).start()
    await on_shift(line, "c101", "c102", "c103")
    since = now()
    async with without_engine(line):
        calls = [
            lab.caller(Wait(1), Press("2"), HearTone(good.phone.voice.frequency, 100), Wait(8))
            for _ in range(2)
        ]
        done = await asyncio.gather(*(one.run() for one in calls))
    assert dropping.served and away.phone.calls and good.served
    dropped = [call for call in done if names(line, call, "ru/connection_lost")]
    assert dropped
    rows = await line.new_calls(2, since=since, within=10)
    assert {(Outcome.SERVED, "c103")} == {(row.outcome, row.served_by) for row in rows}
    told = [ring for row in rows for ring in await rings(line, row)]
    assert ("c101", "drops") in told
    assert ("c102", "forwards") in told


async def test_nobody_steps_into_anothers_conversation(line: RunningLine, lab: Lab) -> None:
    """INVITE with Replaces (RFC 3891), from a phone and from the trunk: Asterisk asks for no leave (0103)."""
    mine, other = await team(lab, "c101", "c102")
    line.ask("consultants.pause", id="c102")
    one = await talk(lab, [mine], 600)
    theirs = one.leg.dialog
    named = f"{theirs.call_id};to-tag={tag(theirs.remote)};from-tag={tag(theirs.local)}"
    for phone, number in ((other.phone, "*22"), (lab.trunk_phone(), "111")):
        for value in (named, f"{named};early-only", "nobody;to-tag=1;from-tag=2"):
            with pytest.raises(RefusedError) as refused:
                await (await phone.dial(number, headers=(("Replaces", value),))).answered(5)
            assert 401 == refused.value.status  # as any stranger
    await one.caller.hears(one.theirs, 3)
    assert "talking" == one.leg.state
    await one.caller.hang_up()


async def test_a_supervisors_phone_that_forwards_is_rung_and_no_other(line: RunningLine, lab: Lab) -> None:
    """Originate alone would dial PJSIP/1414 for a Contact of that name (decision 0104)."""
    mine = await lab.consultant("c101").start()
    one = await talk(lab, [mine], 650)
    phone = (await lab.supervisor().start()).phone
    outside = lab.ucc("answers")
    here = f"{line.settings.sip_address}:{line.settings.sip_port}"
    steer = load_secrets(line.settings.home / "secrets").ami_steer
    spying = CallMonitoring(line.settings.ami_address, line.settings.ami_port, steer)
    for to in ("PJSIP%2F1414", "Local%2F1414@111-duty", "*22"):
        phone.policy = lambda call, to=to: Reject(302, to=f"sip:{to}@{here}")  # type: ignore[misc]
        await spying.begin("listen", phone.user, f"PJSIP/{one.id}-0", one.id)
    async with asyncio.timeout(60):
        while "2 active channels" not in await run_command(
            line.settings.asterisk_control, "core show channels", 5
        ):
            await asyncio.sleep(0.2)
    assert 3 == len(phone.calls)
    assert [] == outside.phone.calls
    await one.caller.hang_up()
