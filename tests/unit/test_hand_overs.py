"""Hand-overs from the plan to the answer: who, when, what, and nothing unseen (A9, A10, A16-A18, B3, B5)."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from appeals.bodies.hours_text import read_hours
from appeals.handing_over.channel_result import Ending
from appeals.handing_over.composer import sha256_of
from appeals.handing_over.lease import give_up, hold
from appeals.handing_over.results import Changed, Confirmed, HandOverRefused, Unexplained
from appeals.handing_over.status import WrongHandOverStep
from appeals.model.appeal import AppealState
from appeals.model.hand_over import AttemptState, BodyAnswer, GivenAnswer, HandOverState
from appeals.model.hand_over_tables import hand_over_attempts, hand_overs
from recordings.demands.steps import StepForbidden
from recordings.model.access_entry import Actor
from tests.hand_over_home import CHILD, NIGHT, HandOverHome
from tests.register_home import AIGERIM, NURLAN

AIGUL = Actor("Айгүл", "administrator", "aigul")

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow
SCHOOL = {
    "applicant_kind": "legal",
    "organisation_name": "Сынақ ЖШС",
    "topic": "4",
    "region": "abai",
    "matter": "Мектеп асханасы жабық.",
}
FRIDAY = datetime(2026, 4, 3, 14, 40, tzinfo=UTC)  # 19:40 in Almaty
POLICE = Actor("the body", "body", "receipt page")


@pytest.fixture
async def home(url, tmp_path):
    opened = await HandOverHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def states(found):
    return {one.body.partition("_abai")[0]: one.state for one in found}


def given(answer=BodyAnswer.CONFIRMED, at=NIGHT):
    return GivenAnswer(answer, "экипаж барды", "капитан Сынақов", "receipt_page", at)


async def test_a_child_in_danger_at_home_three_bodies_are_told_at_once_by_night_and_on_a_holiday(home):
    found = await home.told()
    kinds = sorted(one.body for one in found)
    assert {"commissioner_abai", "guardianship_abai", "internal_affairs_abai"} <= set(kinds)
    assert all(one.urgent and one.state is HandOverState.SENDING for one in found)
    assert all(one.due_at == NIGHT for one in found)
    assert all(one.attempts for one in found)
    appeal = (await home.register.opened(found[0].appeal_id, AIGERIM, NIGHT)).appeal
    assert AppealState.HANDED_OVER is appeal.state


async def test_what_was_shown_is_what_is_kept_to_the_byte(home):
    appeal = await home.registered()
    plan = await home.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    shown = {one.body.id: one.message.text for one in plan.planned}
    confirmed = [Confirmed(one.body.id, one.message.sha256) for one in plan.planned]
    found = await home.hand_overs.confirm(appeal.id, confirmed, "r1", AIGERIM, NIGHT)
    assert shown == {one.body: one.text for one in found}
    assert all(sha256_of(one.text) == one.sha256 for one in found)
    async with home.database.connect() as connection:
        kept = (await connection.execute(select(hand_overs.c.pii_text))).scalars().all()
    assert not any("Сынақов" in one for one in kept)


async def test_an_ordinary_one_waits_for_the_bodys_first_working_minute_and_says_why(home):
    found = await home.told(SCHOOL, FRIDAY)
    [one] = found
    assert (HandOverState.WAITING, False) == (one.state, one.urgent)
    assert datetime(2026, 4, 6, 4, 0, tzinfo=UTC) == one.due_at  # Monday 09:00
    assert "пятница" in one.why_then["ru"] or "3 апреля" in one.why_then["ru"]
    assert one.why_then["kk"] != one.why_then["ru"]
    for at in (FRIDAY, FRIDAY + timedelta(days=1), one.due_at - timedelta(seconds=1)):
        assert 0 == (await home.sending.pass_once(at)).released
    home.script.at = one.due_at
    assert 1 == (await home.sending.pass_once(one.due_at)).released
    assert HandOverState.WAITING is not (await home.hand_overs.get(one.id)).state


async def test_a_page_sent_twice_tells_nobody_twice(home):
    first = await home.told()
    async with home.database.connect() as connection:
        before = await connection.scalar(select(func.count()).select_from(hand_overs))
    confirmed = [Confirmed(one.body, one.sha256) for one in first]
    again = await home.hand_overs.confirm(first[0].appeal_id, confirmed, "r1", AIGERIM, NIGHT)
    assert [one.id for one in first] == [one.id for one in again]
    async with home.database.connect() as connection:
        assert before == await connection.scalar(select(func.count()).select_from(hand_overs))


async def test_words_that_changed_since_they_were_shown_do_not_leave(home):
    appeal = await home.registered()
    plan = await home.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    await home.register.save_field(appeal.id, "matter", "Другое.", 1, AIGERIM, NIGHT)
    confirmed = [Confirmed(one.body.id, one.message.sha256) for one in plan.planned]
    with pytest.raises(Changed) as refused:
        await home.hand_overs.confirm(appeal.id, confirmed, "r1", AIGERIM, NIGHT)
    assert set(refused.value.bodies) == {one.body.id for one in plan.planned}
    assert [] == await home.hand_overs.of_appeal(appeal.id)


async def test_what_is_marked_is_taken_out_or_explained(home):
    values = CHILD | {"matter": "Звонить 8 700 000 00 02, соседка Жанар видела."}
    with pytest.raises(Unexplained):
        await home.told(values)
    found = await home.told(values, request="r2", kept={"matter": "соседка просила назвать её"})
    async with home.database.connect() as connection:
        hidden = (await connection.execute(select(hand_overs.c.pii_grounds))).scalars().first()
    assert {"matter": "соседка просила назвать её"} == json.loads(home.keys.appeals().reveal(hidden))["kept"]
    assert all("Жанар" in one.text for one in found)


async def test_a_body_the_rules_name_is_left_out_only_with_a_reason_and_another_added_with_one(home):
    appeal = await home.registered()
    plan = await home.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    some = [Confirmed(one.body.id, one.message.sha256) for one in plan.planned[1:]]
    with pytest.raises(Unexplained):
        await home.hand_overs.confirm(appeal.id, some, "r1", AIGERIM, NIGHT)
    apart = {plan.planned[0].body.id: "уже сообщили по 102"}
    assert await home.hand_overs.confirm(appeal.id, some, "r2", AIGERIM, NIGHT, left_out=apart)
    with pytest.raises(Unexplained):
        stranger = [*some, Confirmed("health_abai", "0" * 64)]
        await home.hand_overs.confirm(appeal.id, stranger, "r3", AIGERIM, NIGHT, left_out=apart)
    more = await home.hand_overs.plan(appeal.id, AIGERIM, NIGHT, added=["health_abai"])
    health = next(one for one in more.planned if one.body.id == "health_abai")
    stranger = [*some, Confirmed("health_abai", health.message.sha256, added="нужен врач")]
    found = await home.hand_overs.confirm(appeal.id, stranger, "r4", AIGERIM, NIGHT, left_out=apart)
    assert ("by_hand",) == found[-1].rules


async def test_confirmed_by_internal_affairs_the_commissioner_is_told_again_and_by_nobody_else(home):
    found = {one.body: one for one in await home.told()}
    guardians = await home.hand_overs.answered(found["guardianship_abai"].id, given(), POLICE, NIGHT)
    assert 1 == len(guardians)
    later = NIGHT + timedelta(hours=1)
    police = await home.hand_overs.answered(found["internal_affairs_abai"].id, given(at=later), POLICE, later)
    assert ["internal_affairs_abai", "commissioner_abai"] == [one.body for one in police]
    again = police[1]
    assert (True, found["internal_affairs_abai"].id) == (again.urgent, again.source)
    assert "капитан Сынақов" in again.text
    assert "22.03.2026 03:10" in again.text
    first = found["commissioner_abai"].text.splitlines()
    assert set(first) <= set(again.text.splitlines()) | {
        line for line in first if "Основание" in line or "Негіздеме" in line
    }


async def test_not_confirmed_tells_nobody_again_and_all_answered_the_appeal_is_answered(home):
    found = await home.told()
    for one in found:
        [same] = await home.hand_overs.answered(one.id, given(BodyAnswer.NOT_CONFIRMED), POLICE, NIGHT)
        assert (HandOverState.ANSWERED, BodyAnswer.NOT_CONFIRMED) == (same.state, same.given.answer)
    appeal = (await home.register.opened(found[0].appeal_id, AIGERIM, NIGHT)).appeal
    assert AppealState.ANSWERED is appeal.state


async def test_a_receipt_ends_the_tries_that_were_still_to_come(home):
    one = (await home.told())[0]
    received = await home.hand_overs.received(one.id, "кезекші", "telephone", AIGERIM, NIGHT, "n1-1-1")
    assert (HandOverState.RECEIVED, "кезекші") == (received.state, received.received_by)
    assert all(try_.state is AttemptState.NOT_NEEDED for try_ in received.attempts)
    again = await home.hand_overs.received(one.id, "басқа", "telephone", AIGERIM, NIGHT)
    assert "кезекші" == again.received_by


async def test_tries_are_made_once_each_and_the_kept_bytes_are_those_that_left(home):
    await home.told()
    passed = await home.sending.pass_once(NIGHT)
    assert passed.tried == len(home.script.sent) == len({id_ for id_, _ in home.script.sent})
    assert 0 == (await home.sending.pass_once(NIGHT + timedelta(minutes=5))).tried
    numbers = home.keys.appeals()
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(hand_over_attempts))).all()
    kept = {row.message_id: numbers.reveal(row.pii_sent).encode() for row in rows if row.pii_sent}
    assert dict(home.script.sent) == kept


async def test_what_failed_is_tried_again_with_the_same_id_and_bytes_until_taken(home):
    home.script.endings = [Ending.FAILED] * 30 + [Ending.ACCEPTED]
    await home.told()
    at = NIGHT
    for _ in range(40):
        await home.sending.pass_once(at)
        at += timedelta(minutes=10)
    by_id = {}
    for id_, raw in home.script.sent:
        by_id.setdefault(id_, set()).add(raw)
    assert all(len(every) == 1 for every in by_id.values())
    assert {HandOverState.SENT} == set(states(await home.hand_overs.of_appeal(1)).values())


async def test_where_every_channel_refuses_a_person_still_can_and_it_says_so(home):
    home.script.endings = [Ending.REFUSED]
    found = await home.told()
    await home.sending.pass_once(NIGHT)
    now = await home.hand_overs.of_appeal(found[0].appeal_id)
    by_telephone = {one.id for one in now if any(t.channel == "telephone" for t in one.attempts)}
    for one in now:
        expected = HandOverState.SENDING if one.id in by_telephone else HandOverState.FAILED
        assert expected is one.state, one.body
    assert len(now) == len(await home.hand_overs.without_receipt())


async def test_an_unknown_ending_is_not_repeated_by_itself(home):
    home.script.endings = [Ending.UNKNOWN]
    found = await home.told()
    await home.sending.pass_once(NIGHT)
    count = len(home.script.sent)
    for minutes in (1, 10, 100):
        await home.sending.pass_once(NIGHT + timedelta(minutes=minutes))
    assert count == len(home.script.sent)
    contact = (await home.directory.of(found[0].body)).contacts[0]
    again = await home.hand_overs.send_again(found[0].id, contact, AIGERIM, NIGHT)
    assert AttemptState.PLANNED is again.attempts[-1].state


@pytest.mark.parametrize("committed", [False, True])
async def test_after_a_crash_in_mid_try_nothing_is_lost_and_no_mail_doubled(home, committed):
    await home.told()
    async with home.database.begin() as connection:
        for row in (await connection.execute(select(hand_over_attempts.c.id))).all():
            change = (
                "UPDATE hand_over_attempts SET state = 'under_way', tries = 1, committed = :c WHERE id = :i"
            )
            await connection.execute(text(change), {"c": committed, "i": row.id})
    unknown = await home.sender().recover(NIGHT)
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(hand_over_attempts))).all()
    for row in rows:
        lost = committed and row.channel == "email"
        assert (AttemptState.UNKNOWN if lost else AttemptState.FAILED).value == row.state
        assert lost == (row.id in unknown)
    before = len(home.script.sent)
    await home.sending.pass_once(NIGHT + timedelta(minutes=1))
    machine = [row for row in rows if row.state == "failed" and row.channel in ("email", "webhook")]
    assert before + len(machine) == len(home.script.sent)


async def test_two_processes_never_make_one_try_together(home):
    await home.told()
    other = home.sender()
    await asyncio.gather(*(one.pass_once(NIGHT) for one in (home.sending, other, home.sending)))
    ids = [id_ for id_, _ in home.script.sent]
    assert len(ids) == len(set(ids))


async def test_one_process_holds_the_lease_until_it_gives_it_up_or_falls_silent(home):
    assert await hold(home.database, "a", NIGHT)
    assert not await hold(home.database, "b", NIGHT + timedelta(seconds=30))
    assert await hold(home.database, "a", NIGHT + timedelta(seconds=30))
    assert not await hold(home.database, "b", NIGHT + timedelta(seconds=80))
    assert await hold(home.database, "b", NIGHT + timedelta(seconds=91))
    assert not await hold(home.database, "a", NIGHT + timedelta(seconds=92))
    await give_up(home.database, "b")
    assert await hold(home.database, "a", NIGHT + timedelta(seconds=93))


async def test_a_bodys_changed_hours_move_what_waits_and_both_reasons_are_kept(home):
    [one] = await home.told(SCHOOL, FRIDAY)
    hours = read_hours("1-5 10:00-18:00")
    await home.directory.change(one.body, lambda body: replace(body, hours=hours), AIGUL, FRIDAY)
    await home.sending.pass_once(FRIDAY + timedelta(hours=1))
    moved = await home.hand_overs.get(one.id)
    assert one.due_at + timedelta(hours=1) == moved.due_at
    [event] = [event for event in await home.hand_overs.events(one.id) if event.step == "moved"]
    assert one.why_then == json.loads(event.facts["was"])
    assert moved.why_then != one.why_then


async def test_only_who_may_tells_withdraws_and_sends_again(home):
    found = await home.told(SCHOOL, FRIDAY)
    with pytest.raises(StepForbidden):
        await home.hand_overs.plan(found[0].appeal_id, NURLAN, FRIDAY)
    with pytest.raises(StepForbidden):
        await home.hand_overs.withdraw(found[0].id, "қажет емес", NURLAN, FRIDAY)
    with pytest.raises(HandOverRefused):
        await home.hand_overs.withdraw(found[0].id, " ", AIGERIM, FRIDAY)
    gone = await home.hand_overs.withdraw(found[0].id, "өтініш беруші бас тартты", AIGERIM, FRIDAY)
    assert HandOverState.WITHDRAWN is gone.state
    with pytest.raises(WrongHandOverStep):
        await home.hand_overs.received(gone.id, "кезекші", "telephone", AIGERIM, FRIDAY)


async def test_an_appeal_without_its_number_is_told_to_nobody(home):
    draft = await home.register.draft(AIGERIM, NIGHT)
    with pytest.raises(HandOverRefused):
        await home.hand_overs.plan(draft.id, AIGERIM, NIGHT)


async def test_without_a_region_it_is_asked_and_nobody_is_silently_left_out(home):
    appeal = await home.registered({name: value for name, value in CHILD.items() if name != "region"})
    plan = await home.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    assert "region" in plan.ask
    assert {"commissioner", "guardianship", "internal_affairs"} <= {one.kind for one in plan.nobody}


async def test_the_history_of_a_hand_over_only_grows(home):
    await home.told()
    for words in ("UPDATE hand_over_events SET step = 'x'", "DELETE FROM hand_over_events"):
        with pytest.raises(DBAPIError):
            async with home.database.begin() as connection:
                await connection.execute(text(words))
