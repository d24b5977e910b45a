"""Receipts by link: what the link shows, what the code opens, guesses, repeats, two at once (A17, B2)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from appeals.form.loading import load_form
from appeals.handing_over.planning import Planning
from appeals.handing_over.receipt_links import secret_of
from appeals.handing_over.receipts import ReceiptLinks, Receipts, locked_until
from appeals.handing_over.rules_file import read_rules
from appeals.model.hand_over import BodyAnswer, HandOverState
from appeals.model.hand_over_tables import hand_over_events, hand_overs
from appeals.model.receipt import ReceiptFault, ReceiptRefused
from appeals.model.receipt_tables import receipt_links
from appeals.topics.loading import load_topics
from recordings.demands.steps import StepForbidden
from tests.hand_over_home import NIGHT, HandOverHome
from tests.register_home import AIGERIM, NURLAN

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow


@pytest.fixture
async def home(url, tmp_path):
    opened = await HandOverHome(tmp_path / "home", database_url=url).open()
    form = load_form()
    planning = Planning(
        form, load_topics(form), read_rules(), opened.directory, opened.calendar, opened.settings.zone
    )
    opened.receipts = Receipts(opened.database, opened.keys.appeals(), planning, days=30)
    yield opened
    await opened.close()


def link_of(home, one):
    return secret_of(home.keys.appeals(), one.id, one.sha256)


async def code_of(home, one):
    return (await home.hand_overs.receipt_code(one.id, AIGERIM, NIGHT)).code


async def opened(home, one, now=NIGHT):
    link = link_of(home, one)
    view = await home.receipts.look(link, now)
    return await home.receipts.unlock(link, view.form, await code_of(home, one), now)


async def refusal(question):
    with pytest.raises(ReceiptRefused) as why:
        await question
    return why.value


async def all_rows(home):
    async with home.database.connect() as connection:
        counted = [
            await connection.scalar(select(func.count()).select_from(hand_over_events)),
            (await connection.execute(select(hand_overs).order_by(hand_overs.c.id))).all(),
            (await connection.execute(select(receipt_links))).all(),
        ]
    return counted


async def test_the_same_link_for_every_try_and_only_its_digest_is_kept(home):
    one, other = (await home.told())[:2]
    links = ReceiptLinks("https://answers.example/", home.keys.appeals())
    made = links(one, one.attempts[0])
    assert made == links(one, one.attempts[-1])
    assert made == f"https://answers.example/r/{link_of(home, one)}"
    assert link_of(home, one) != link_of(home, other)
    assert "" == ReceiptLinks("", home.keys.appeals())(one, one.attempts[0])
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(receipt_links))).all()
    assert not any(link_of(home, one) in str(row) for row in rows)


async def test_a_look_shows_number_and_time_and_changes_nothing(home):
    one = (await home.told())[0]
    before = await all_rows(home)
    for _ in range(3):
        view = await home.receipts.look(link_of(home, one), NIGHT)
    assert before == await all_rows(home)
    assert (NIGHT, None, None, "") == (view.told_at, view.received_at, view.answered_at, view.answer)
    assert not any(word in repr(view) for word in ("Сынақов", "Отец"))


async def test_the_code_opens_the_text_as_it_left_and_the_history_says_so(home):
    one = (await home.told())[0]
    text = await opened(home, one)
    assert (one.text, one.sha256) == (text.text, text.sha256)
    steps = [event.step for event in await home.hand_overs.events(one.id)]
    assert "text_opened" in steps


async def test_wrong_codes_are_counted_and_lock_for_a_while_even_for_the_right_one(home):
    one = (await home.told())[0]
    link, code = link_of(home, one), await code_of(home, one)
    form = (await home.receipts.look(link, NIGHT)).form
    wrong = f"{(int(code) + 1) % 10**6:06}"
    faults = [(await refusal(home.receipts.unlock(link, form, wrong, NIGHT))).fault for _ in range(5)]
    assert [ReceiptFault.WRONG_CODE] * 4 + [ReceiptFault.LOCKED] == faults
    locked = await refusal(home.receipts.unlock(link, form, code, NIGHT))
    assert (ReceiptFault.LOCKED, NIGHT + timedelta(minutes=15)) == (locked.fault, locked.until)
    shown = await home.hand_overs.receipt_code(one.id, AIGERIM, NIGHT)
    assert (5, locked.until) == (shown.wrong, shown.locked_until)
    text = await home.receipts.unlock(link, form, f" {code[:3]} {code[3:]} ", NIGHT + timedelta(minutes=15))
    assert one.text == text.text


async def test_of_codes_tried_at_once_none_is_left_uncounted(home):
    one = (await home.told())[0]
    link, code = link_of(home, one), await code_of(home, one)
    form = (await home.receipts.look(link, NIGHT)).form
    wrong = f"{(int(code) + 1) % 10**6:06}"
    tries = [refusal(home.receipts.unlock(link, form, wrong, NIGHT)) for _ in range(8)]
    faults = [why.fault for why in await asyncio.gather(*tries)]
    assert 4 == faults.count(ReceiptFault.WRONG_CODE)
    assert 5 == (await home.hand_overs.receipt_code(one.id, AIGERIM, NIGHT)).wrong


def test_locks_double_up_to_a_day():
    waits = [locked_until(wrong, NIGHT) for wrong in (1, 4, 5, 9, 10, 15, 1000)]
    minutes = [None if one is None else int((one - NIGHT).total_seconds() / 60) for one in waits]
    assert [None, None, 15, None, 30, 60, 1440] == minutes


async def test_one_hand_overs_link_code_and_form_open_nothing_of_another(home):
    one, other = (await home.told())[:2]
    text = await opened(home, one)
    link = link_of(home, other)
    why = await refusal(home.receipts.unlock(link, text.view.form, await code_of(home, other), NIGHT))
    assert ReceiptFault.FORM_OLD is why.fault
    form = (await home.receipts.look(link, NIGHT)).form
    why = await refusal(home.receipts.unlock(link, form, await code_of(home, one), NIGHT))
    assert ReceiptFault.WRONG_CODE is why.fault
    for sealed in (text.opened, form):  # another's, and one that no code made
        why = await refusal(home.receipts.answer(link, sealed, BodyAnswer.CONFIRMED, "", "Бір", "", NIGHT))
        assert ReceiptFault.FORM_OLD is why.fault
    assert (await home.hand_overs.get(other.id)).given is None


async def test_guessed_expired_withdrawn_and_not_yet_sent_links_say_which_they_are(home):
    one = (await home.told())[0]
    link = link_of(home, one)
    for guess in ("", link[:-1], link + "A", link.swapcase(), "0" * 32):
        why = await refusal(home.receipts.look(guess, NIGHT))
        assert ReceiptFault.NO_SUCH_LINK is why.fault
    last = NIGHT + timedelta(days=30)
    assert await home.receipts.look(link, last - timedelta(seconds=1))
    assert ReceiptFault.EXPIRED is (await refusal(home.receipts.look(link, last))).fault


async def test_a_receipt_needs_no_code_and_the_first_name_stays(home):
    one = (await home.told())[0]
    link = link_of(home, one)
    form = (await home.receipts.look(link, NIGHT)).form
    taken = await asyncio.gather(
        *(home.receipts.take(link, form, by, "кезекші", NIGHT) for by in ("Бір", "Екі"))
    )
    assert all(view.received_at == NIGHT for view in taken)
    now = await home.hand_overs.get(one.id)
    assert HandOverState.RECEIVED is now.state
    assert now.received_by in ("Бір, кезекші", "Екі, кезекші")
    steps = [event.step for event in await home.hand_overs.events(one.id)]
    assert 1 == steps.count("received")
    for by, fault in (("  ", ReceiptFault.EMPTY), ("я" * 201, ReceiptFault.TOO_LONG)):
        assert fault is (await refusal(home.receipts.take(link, form, by, "", NIGHT))).fault
    late = await refusal(home.receipts.take(link, form, "Үш", "", NIGHT + timedelta(hours=12)))
    assert ReceiptFault.FORM_OLD is late.fault


async def test_an_answer_sent_twice_at_once_is_one_answer_and_tells_the_commissioner_again_once(home):
    found = {one.body: one for one in await home.told()}
    police = found["internal_affairs_abai"]
    text = await opened(home, police)

    async def answer():
        return await home.receipts.answer(
            link_of(home, police),
            text.opened,
            BodyAnswer.CONFIRMED,
            "экипаж барды",
            "Сынақов",
            "капитан",
            NIGHT,
        )

    for said in await asyncio.gather(answer(), answer()):
        assert ("confirmed", "экипаж барды", "Сынақов, капитан") == (
            said.view.answer, said.measures, said.answered_by
        )  # fmt: skip
    again = [one for one in await home.hand_overs.of_appeal(police.appeal_id) if one.source == police.id]
    assert ["commissioner_abai"] == [one.body for one in again]
    steps = [event.step for event in await home.hand_overs.events(police.id)]
    assert 1 == steps.count("answered")


async def test_another_answer_later_replaces_the_first_which_stays_in_the_history(home):
    one = (await home.told())[0]
    text = await opened(home, one)
    for answer in (BodyAnswer.PARTLY, BodyAnswer.NOT_CONFIRMED):
        await home.receipts.answer(link_of(home, one), text.opened, answer, "", "Бір", "", NIGHT)
    assert BodyAnswer.NOT_CONFIRMED is (await home.hand_overs.get(one.id)).given.answer
    events = await home.hand_overs.events(one.id)
    assert ["partly", "not_confirmed"] == [e.facts["answer"] for e in events if e.step == "answered"]


async def test_the_code_is_told_to_who_hands_over_and_stands_in_the_access_log(home):
    one = (await home.told())[0]
    with pytest.raises(StepForbidden):
        await home.hand_overs.receipt_code(one.id, NURLAN, NIGHT)
    assert 6 == len(await code_of(home, one))
