"""What follows when nobody receives or answers a hand-over, by virtual moments (A10, A17, B1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from appeals.handing_over.channel_result import Ending
from appeals.handing_over.channels import Channels
from appeals.handing_over.escalating import NO_ANSWER, NO_RECEIPT, Escalating
from appeals.handing_over.sending import FAILED_ALARM
from appeals.model.body import BodyKind, ChannelKind
from appeals.model.hand_over import AttemptState, BodyAnswer, GivenAnswer, HandOverState
from appeals.model.hand_over_tables import hand_over_attempts
from config.hand_over import MailRelay
from engine.register.services import RegisterServices
from recordings.journal.alarming import standing_alarms
from recordings.model.access_entry import Actor
from recordings.model.entries import ENDED
from recordings.model.tables import alarms
from tests.hand_over_home import NIGHT, HandOverHome
from tests.register_home import AIGERIM

DAY = timedelta(days=1)
NURBEK = Actor("Нұрбек", "administrator", "nurbek")


@pytest.fixture
async def home(tmp_path):
    made = await HandOverHome(tmp_path).open()
    yield made
    await made.close()


def escalating(home) -> Escalating:
    """As another process would have it."""
    return RegisterServices(home.settings, home.database, home.keys).escalating


async def clock(home, until, step=timedelta(minutes=1), since=NIGHT, before=lambda now: None):
    """The clock's passes, minute by minute; each with services of its own, as after a crash."""
    now, done = since, []
    while now <= until:
        home.script.at = now
        await home.sending.pass_once(now)
        for id_, one in await escalating(home).pass_once(now):
            done.append((now - NIGHT, id_, one.deed if one.without == "receipt" else f"{one.deed} answer"))
        now += step
    return done


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


async def of_kind(home, kind: BodyKind):
    every = await home.hand_overs.of_appeal(1)
    bodies = [(one, await home.directory.of(one.body)) for one in every]
    return [one for one, body in bodies if body.kind is kind]


async def test_a_commissioner_who_never_confirms_is_followed_by_the_national_one_within_minutes(home):
    await home.told()
    [commissioner] = await of_kind(home, BodyKind.COMMISSIONER)
    done = await clock(home, NIGHT + minutes(25))
    assert [(at, deed) for at, id_, deed in done if id_ == commissioner.id] == [
        (minutes(5), "next_channel"),
        (minutes(10), "deputy"),
        (minutes(10), "alarm"),
        (minutes(20), "above"),
    ]
    [old] = await of_kind(home, BodyKind.COMMISSIONER)
    assert (old.state, old.steps_done) == (HandOverState.ESCALATED, 4)
    [above] = [
        one for one in await of_kind(home, BodyKind.NATIONAL_COMMISSIONER) if one.source == commissioner.id
    ]
    assert (above.urgent, above.rules, above.state) == (True, ("escalated",), HandOverState.SENT)
    body = await home.directory.of(old.body)
    assert f"нет подтверждения, что получено: {body.name_ru}" in above.text or body.name_kk in above.text


async def test_a_receipt_in_between_stops_it_and_takes_the_alarm_from_the_board(home):
    await home.told()
    [commissioner] = await of_kind(home, BodyKind.COMMISSIONER)
    await clock(home, NIGHT + minutes(12))
    raised = await standing_alarms(home.database, (NO_RECEIPT,), NIGHT)
    assert str(commissioner.id) in {one.about for one in raised}
    at = NIGHT + minutes(13)
    await home.hand_overs.received(commissioner.id, "Сынақ", "telephone", AIGERIM, at)
    done = await clock(home, NIGHT + minutes(60), since=at)
    assert [deed for _, id_, deed in done if id_ == commissioner.id] == []
    still = await standing_alarms(home.database, (NO_RECEIPT,), NIGHT)
    assert str(commissioner.id) not in {one.about for one in still}
    [now] = await of_kind(home, BodyKind.COMMISSIONER)
    assert now.state is HandOverState.RECEIVED


async def test_nobody_answers_for_a_day_each_step_was_done_once_whatever_restarts_lay_between(home):
    await home.told()
    done = await clock(home, NIGHT + DAY, step=minutes(7))
    again = await clock(home, NIGHT + DAY + minutes(14), step=minutes(7), since=NIGHT + DAY)
    assert again == []
    assert len(done) == len({(id_, deed) for _, id_, deed in done})
    async with home.database.connect() as connection:
        kinds = (await connection.execute(select(alarms.c.kind))).scalars().all()
    assert NO_RECEIPT + ENDED not in kinds
    every = await home.hand_overs.of_appeal(1)
    assert all(one.steps_done for one in every)
    pairs = [(one.body, one.source) for one in every]
    assert len(pairs) == len(set(pairs))


async def test_contacts_that_were_not_tried_are_tried_and_none_twice(home):
    await home.told()
    await clock(home, NIGHT + minutes(11))
    for one in await home.hand_overs.of_appeal(1):
        tried = [attempt.contact_id for attempt in one.attempts]
        body = await home.directory.of(one.body)
        assert len(tried) == len(set(tried))
        deputies = [each for each in body.contacts if each.channel is ChannelKind.TELEPHONE]
        assert {each.id for each in deputies[:3]} <= set(tried)


async def test_who_received_and_does_not_answer_is_reminded_with_the_number_alone(home):
    await home.told()
    [commissioner] = await of_kind(home, BodyKind.COMMISSIONER)
    await home.sending.pass_once(NIGHT)
    await home.hand_overs.received(commissioner.id, "Сынақ", "telephone", AIGERIM, NIGHT + minutes(3))
    done = await clock(home, NIGHT + minutes(400), step=minutes(1), since=NIGHT + minutes(4))
    of_it = [(at, deed) for at, id_, deed in done if id_ == commissioner.id]
    assert of_it == [(minutes(183), "remind answer"), (minutes(363), "alarm answer")]
    one = await home.hand_overs.get(commissioner.id)
    reminder = one.attempts[-1]
    assert (reminder.channel, reminder.state) == (ChannelKind.EMAIL, AttemptState.ACCEPTED)
    channels = Channels(MailRelay(), home.directory, home.settings.zone, secret=lambda contact: "")
    text = channels.text(one, reminder)
    assert one.number[:2] in text
    assert "Отец" not in text
    assert "Сынақов" not in text
    given = GivenAnswer(BodyAnswer.CONFIRMED, "", "Сынақ", "telephone", NIGHT + minutes(420))
    await home.hand_overs.answered(commissioner.id, given, AIGERIM, NIGHT + minutes(420))
    await escalating(home).pass_once(NIGHT + minutes(421))
    assert str(commissioner.id) not in {
        alarm.about for alarm in await standing_alarms(home.database, (NO_ANSWER,), NIGHT)
    }


async def test_what_every_channel_refused_is_tried_by_others_and_goes_up(home):
    home.script.endings = [Ending.REFUSED]
    await home.told()
    [commissioner] = await of_kind(home, BodyKind.COMMISSIONER)
    await clock(home, NIGHT + minutes(21))
    [old] = await of_kind(home, BodyKind.COMMISSIONER)
    assert old.id == commissioner.id
    assert old.state is HandOverState.ESCALATED


async def test_two_clocks_at_once_do_each_step_once(home):
    await home.told()
    now = NIGHT + minutes(21)
    first = await escalating(home).pass_once(now)
    second = await escalating(home).pass_once(now)
    assert first
    assert second == []


async def test_what_nobody_took_fails_and_its_alarm_is_raised_once(home):
    home.script.endings = [Ending.REFUSED]
    await home.told()
    for one in await home.hand_overs.of_appeal(1):
        for contact in (await home.directory.of(one.body)).contacts:
            if contact.channel is not ChannelKind.EMAIL:
                until = (NIGHT - 30 * DAY).date()
                await home.directory.end_contact(one.body, contact.id, until, NURBEK, NIGHT)
    async with home.database.begin() as connection:
        by_people = hand_over_attempts.c.channel != ChannelKind.EMAIL.value
        await connection.execute(update(hand_over_attempts).where(by_people).values(state="refused"))
    await home.sending.pass_once(NIGHT)
    failed = [one for one in await home.hand_overs.of_appeal(1) if one.state is HandOverState.FAILED]
    assert failed
    raised = await standing_alarms(home.database, (FAILED_ALARM,), NIGHT)
    assert sorted(one.about for one in raised) == sorted(str(one.id) for one in failed)
