"""The register of appeals: drafts, numbers, steps, contacts, who sees what (A6, A11, A12)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from appeals.model.appeal import AppealOutcome, AppealState, Channel, ContactKind, NoCase
from appeals.model.register_tables import appeal_values
from appeals.register.number import read_number
from appeals.register.ports import FieldRefused
from appeals.register.results import AppealRefused, Conflict, FieldsMissing, NoSuchAppeal, Saved
from engine.register.services import RegisterServices
from recordings.access.log import accesses
from recordings.demands.steps import StepForbidden, WrongStep
from tests.register_home import AIGERIM, BOLAT, NOW, NURLAN, SAULE, WHY, RegisterHome

pytest_plugins = ("tests.postgres",)


@pytest.fixture
async def home(url, tmp_path):
    opened = await RegisterHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


@pytest.fixture
async def lite(tmp_path):
    opened = await RegisterHome(tmp_path / "home").open()
    yield opened
    await opened.close()


async def save(home, appeal, field, text, base=0, who=AIGERIM, at=NOW, change=""):
    return await home.register.save_field(appeal.id, field, text, base, who, at, change)


async def test_an_appeal_from_its_draft_to_its_end(home):
    draft = await home.register.draft(AIGERIM, NOW, channel=Channel.ORAL, language="ru")
    assert ("", AppealState.DRAFT, "aigerim", Channel.ORAL, "ru") == (
        draft.number, draft.state, draft.owner, draft.channel, draft.language
    )  # fmt: skip
    assert isinstance(await save(home, draft, "matter", "Мектепте балаға тиіседі"), Saved)
    registered = await home.register.register(draft.id, AIGERIM, NOW)
    assert "26 000 001".replace(" ", "") == registered.number[:8] == read_number(registered.number)[:8]
    assert (AppealState.REGISTERED, NOW, "written") == (
        registered.state, registered.registered_at, registered.due_source
    )  # fmt: skip
    for to in (AppealState.IN_WORK, AppealState.HANDED_OVER, AppealState.ANSWERED):
        assert to is (await home.register.move(draft.id, to, AIGERIM, NOW)).state
    closed = await home.register.close(draft.id, AppealOutcome.CONFIRMED, AIGERIM, NOW)
    assert (AppealState.CLOSED, AppealOutcome.CONFIRMED, NOW) == (
        closed.state,
        closed.outcome,
        closed.closed_at,
    )
    again = await home.register.reopen(draft.id, AIGERIM, NOW, "анасы қайта қоңырау шалды")
    assert (AppealState.IN_WORK, None, None) == (again.state, again.outcome, again.closed_at)
    steps = [event.step for event in await home.register.history(draft.id, AIGERIM, NOW)]
    assert steps == [
        "begun",
        "saved",
        "registered",
        "in_work",
        "handed_over",
        "answered",
        "closed",
        "reopened",
    ]


async def test_numbers_have_no_gap_and_none_is_given_twice(home):
    drafts = [await home.register.draft(AIGERIM, NOW) for _ in range(8)]
    made = await asyncio.gather(*(home.register.register(one.id, AIGERIM, NOW) for one in drafts * 2))
    assert [f"26{n:06d}" for n in range(1, 9)] == sorted({one.number[:8] for one in made})
    assert 8 == len({(one.id, one.number) for one in made})


async def test_a_registration_that_comes_to_nothing_leaves_no_gap(home):
    class Broken:
        async def due(self, appeal, registered_at):
            raise LookupError("no term")

    one, other = [await home.register.draft(AIGERIM, NOW) for _ in range(2)]
    with pytest.raises(LookupError):
        await home.another(terms=Broken()).register(one.id, AIGERIM, NOW)
    assert "26000001" == (await home.register.register(other.id, AIGERIM, NOW)).number[:8]


async def test_the_year_of_a_number_is_the_centres_and_begins_anew(home):
    eve = NOW.replace(month=12, day=31, hour=18, minute=59)
    numbers = []
    for at in (NOW, eve, eve + timedelta(minutes=1)):
        draft = await home.register.draft(AIGERIM, at)
        numbers.append((await home.register.register(draft.id, AIGERIM, at)).number[:8])
    assert ["26000001", "26000002", "27000001"] == numbers


async def test_two_writers_of_one_field_never_overwrite_each_other_in_silence(home):
    draft = await home.register.draft(AIGERIM, NOW)
    await home.register.opened(draft.id, BOLAT, NOW, WHY)
    mine = await save(home, draft, "matter", "менікі")
    theirs = await save(home, draft, "matter", "оныкі", who=BOLAT)
    assert isinstance(mine, Saved)
    assert isinstance(theirs, Conflict)
    assert ("менікі", "aigerim", "Айгерім", NOW) == (
        theirs.theirs.text, theirs.theirs.by, theirs.theirs.person, theirs.theirs.at
    )  # fmt: skip
    assert isinstance(await save(home, draft, "matter", "екеуміздікі", 1, who=BOLAT), Saved)
    assert "екеуміздікі" == (await home.register.get(draft.id, AIGERIM, NOW)).text("matter")


async def test_different_fields_never_conflict_even_at_once(home):
    draft = await home.register.draft(AIGERIM, NOW)
    await home.register.opened(draft.id, BOLAT, NOW, WHY)
    fields = [f"field_{number}" for number in range(10)]
    done = await asyncio.gather(
        *(save(home, draft, one, one, who=AIGERIM if n % 2 else BOLAT) for n, one in enumerate(fields))
    )
    assert all(isinstance(one, Saved) for one in done)
    appeal = await home.register.get(draft.id, AIGERIM, NOW)
    assert fields == [appeal.text(one) for one in fields]


async def test_a_repeat_after_a_lost_answer_is_no_conflict_with_itself(home):
    draft = await home.register.draft(AIGERIM, NOW)
    first = await save(home, draft, "matter", "бір", change="c1")
    assert first == await save(home, draft, "matter", "бір", change="c1")
    await home.register.opened(draft.id, BOLAT, NOW, WHY)
    await save(home, draft, "matter", "екі", 1, who=BOLAT, change="b1")
    late = await save(home, draft, "matter", "бір", change="c1")
    assert ("екі", 1) == (late.now.text, late.version)
    assert "екі" == (await home.register.get(draft.id, AIGERIM, NOW)).text("matter")


async def test_what_the_form_refuses_is_not_saved(lite):
    draft = await lite.register.draft(AIGERIM, NOW)
    with pytest.raises(FieldRefused):
        await save(lite, draft, "nonsense", "x")
    with pytest.raises(FieldRefused):
        await save(lite, draft, "matter", "a\0b")
    assert {} == (await lite.register.get(draft.id, AIGERIM, NOW)).values


async def test_many_saves_within_a_minute_are_one_entry_and_nobody_misses_what_they_saw(home):
    draft = await home.register.draft(AIGERIM, NOW)
    for n, text in enumerate(("м", "ме", "мек", "мектеп")):
        await save(home, draft, "matter", text, n, at=NOW + timedelta(seconds=n))
    seen = await home.register.opened(draft.id, BOLAT, NOW + timedelta(seconds=5), WHY)
    assert "мектеп" == seen.appeal.text("matter")
    await save(home, draft, "matter", "мектепте", 4, at=NOW + timedelta(seconds=6))
    await save(home, draft, "matter", "мектептен", 5, at=NOW + timedelta(seconds=90))
    events = [one for one in await home.register.history(draft.id, AIGERIM, NOW) if one.step == "saved"]
    assert [("", "мектеп"), ("мектеп", "мектепте"), ("мектепте", "мектептен")] == [
        (one.before, one.after) for one in events
    ]
    assert [False, False, True] == [one.seq == 0 for one in events]


async def test_who_has_an_appeal_open_is_seen_until_the_mark_is_old(home):
    draft = await home.register.draft(AIGERIM, NOW)
    await home.register.opened(draft.id, AIGERIM, NOW)
    other = await home.register.opened(draft.id, BOLAT, NOW + timedelta(seconds=5), WHY)
    assert ["aigerim"] == [one.system_user for one in other.others]
    mine = await home.register.opened(draft.id, AIGERIM, NOW + timedelta(seconds=20))
    assert ["bolat"] == [one.system_user for one in mine.others]
    assert () == (await home.register.opened(draft.id, AIGERIM, NOW + timedelta(seconds=120))).others
    await home.register.opened(draft.id, BOLAT, NOW + timedelta(seconds=121), WHY)
    await home.register.left(draft.id, BOLAT)
    assert () == (await home.register.opened(draft.id, AIGERIM, NOW + timedelta(seconds=122))).others


async def test_anothers_appeal_is_seen_and_written_only_after_saying_why(home):
    draft = await home.register.draft(AIGERIM, NOW)
    for look in (home.register.get, home.register.opened, home.register.history, home.register.calls):
        with pytest.raises(AppealRefused):
            await look(draft.id, BOLAT, NOW)
    with pytest.raises(AppealRefused):
        await save(home, draft, "matter", "x", who=BOLAT)
    await home.register.get(draft.id, BOLAT, NOW, WHY)
    [entry] = [one for one in await logged(home) if one[0] == "viewed"]
    assert ("viewed", "bolat", f"appeal draft {draft.id}", WHY) == entry


async def logged(home):
    found = await accesses(home.database, None, None, "", None, "", 50)
    entries = [link.entry for link in found]
    return [(one.action, one.system_user, one.subject, one.reason) for one in entries]


async def test_an_auditor_sees_with_a_reason_and_changes_nothing(home):
    draft = await home.register.draft(AIGERIM, NOW)
    assert draft.id == (await home.register.get(draft.id, NURLAN, NOW, WHY)).id
    await home.register.opened(draft.id, NURLAN, NOW, WHY)
    for change in (
        home.register.draft(NURLAN, NOW),
        home.register.draft_from_call("n1-1-1", NURLAN, NOW),
        save(home, draft, "matter", "x", who=NURLAN),
        home.register.register(draft.id, NURLAN, NOW),
        home.register.move(draft.id, AppealState.IN_WORK, NURLAN, NOW),
        home.register.close(draft.id, AppealOutcome.HELPED, NURLAN, NOW, WHY),
        home.register.give(draft.id, "nurlan", "Нұрлан", NURLAN, NOW, WHY),
        home.register.note(draft.id, "x", NURLAN, NOW),
        home.register.add_contact(draft.id, ContactKind.LETTER, NURLAN, NOW),
        home.register.no_case("n1-1-1", NoCase.JOKE, NURLAN, NOW),
    ):
        with pytest.raises(StepForbidden):
            await change
    assert replace(draft, version=1) == await home.register.get(draft.id, AIGERIM, NOW)


async def test_what_is_missing_is_listed_and_stops_registering_only_where_it_is_not_urgent(home):
    home.form.needs = {"register": ("topic", "region"), "close": ("closing_note",)}
    draft = await home.register.draft(AIGERIM, NOW)
    await save(home, draft, "topic", "4")
    opened = await home.register.opened(draft.id, AIGERIM, NOW)
    assert {"register": ("region",), "hand_over": (), "close": ("closing_note",)} == opened.missing
    with pytest.raises(FieldsMissing) as why:
        await home.register.register(draft.id, AIGERIM, NOW)
    assert ("region",) == why.value.fields
    assert (await home.register.register(draft.id, AIGERIM, NOW, incomplete=True)).number
    with pytest.raises(FieldsMissing):
        await home.register.close(draft.id, AppealOutcome.HELPED, AIGERIM, NOW)


async def test_closing_over_an_open_hand_over_needs_a_reason_which_the_history_keeps(home):
    draft = await home.register.draft(AIGERIM, NOW)
    await home.register.register(draft.id, AIGERIM, NOW)
    await home.register.move(draft.id, AppealState.HANDED_OVER, AIGERIM, NOW)
    home.bodies.open = {draft.id: ("abai_police",)}
    with pytest.raises(WrongStep):
        await home.register.close(draft.id, AppealOutcome.HELPED, AIGERIM, NOW)
    await home.register.close(draft.id, AppealOutcome.HELPED, AIGERIM, NOW, "ауызша жауап берді")
    last = (await home.register.history(draft.id, AIGERIM, NOW))[-1]
    assert ("closed", "ауызша жауап берді", ["abai_police"]) == (
        last.step, last.after, last.facts["open_hand_overs"]
    )  # fmt: skip


async def test_a_closed_appeal_is_not_written_before_it_is_reopened(home):
    draft = await home.register.draft(AIGERIM, NOW)
    await home.register.close(draft.id, AppealOutcome.WITHDRAWN, AIGERIM, NOW, "ойынан қайтты")
    with pytest.raises(AppealRefused):
        await save(home, draft, "matter", "x")
    await home.register.reopen(draft.id, AIGERIM, NOW, WHY)
    assert isinstance(await save(home, draft, "matter", "x"), Saved)


async def test_an_appeal_given_to_a_colleague_is_theirs(home):
    draft = await home.register.draft(AIGERIM, NOW)
    given = await home.register.give(draft.id, "bolat", "Болат", BOLAT, NOW, "қоңырау маған ауысты")
    assert ("bolat", "Болат") == (given.owner, given.owner_person)
    assert isinstance(await save(home, draft, "matter", "жалғасы", who=BOLAT), Saved)
    with pytest.raises(AppealRefused):
        await home.register.get(draft.id, AIGERIM, NOW)


async def test_a_draft_from_a_call_has_its_language_and_number(home):
    talk = await home.talk(1, language="ru", caller="+77010000001")
    call = talk.record.call_id
    draft = await home.register.draft_from_call(call, AIGERIM, NOW)
    assert ("ru", "+77010000001", [call]) == (
        draft.language, draft.text("applicant_phone"), [one.call_id for one in draft.contacts]
    )  # fmt: skip
    assert draft.id == (await home.register.draft_from_call(call, AIGERIM, NOW)).id
    [facts] = await home.register.calls(draft.id, AIGERIM, NOW)
    assert ("ru", "+77010000001", ("ring",), (talk.recording_id,), "c101") == (
        facts.language, facts.pii_caller, facts.path, facts.recordings, facts.served_by
    )  # fmt: skip


async def test_a_draft_from_a_call_under_way_takes_what_the_line_knows(home):
    live = f"n1-{int(NOW.timestamp() * 1000)}-7"
    draft = await home.register.draft_from_call(live, AIGERIM, NOW, language="ru", phone="8 701 000 00 02")
    assert ("ru", "8 701 000 00 02") == (draft.language, draft.text("applicant_phone"))
    for wrong in ("n1-1-1", "no call", f"n1-{int(NOW.timestamp() * 1000) + 10**8}-7"):
        with pytest.raises(AppealRefused):
            await home.register.draft_from_call(wrong, AIGERIM, NOW)


async def test_one_appeal_has_several_calls_and_letters(home):
    first, second = (await home.talk(1)), (await home.talk(2))
    draft = await home.register.draft_from_call(first.record.call_id, AIGERIM, NOW)
    for _ in range(2):
        await home.register.add_contact(
            draft.id, ContactKind.CALL, AIGERIM, NOW, call_id=second.record.call_id
        )
    await home.register.add_contact(draft.id, ContactKind.LETTER, AIGERIM, NOW)
    appeal = await home.register.get(draft.id, AIGERIM, NOW)
    assert [ContactKind.CALL, ContactKind.CALL, ContactKind.LETTER] == [one.kind for one in appeal.contacts]


async def test_a_call_that_is_no_case_is_one_word_and_becomes_an_appeal_after_all(home):
    talk = await home.talk(1)
    call = talk.record.call_id
    await home.register.no_case(call, NoCase.JOKE, AIGERIM, NOW)
    made = await home.register.no_case(call, NoCase.ABUSIVE, AIGERIM, NOW)
    assert ((), made) == await home.register.of_call(call, AIGERIM)
    draft = await home.register.draft_from_call(call, AIGERIM, NOW)
    assert ((draft.id,), None) == await home.register.of_call(call, AIGERIM)
    with pytest.raises(AppealRefused):
        await home.register.no_case(call, NoCase.JOKE, AIGERIM, NOW)


async def test_the_same_makers_key_makes_one_appeal(home):
    made = [await home.register.draft(AIGERIM, NOW, made_key="k1") for _ in range(2)]
    assert 1 == len({one.id for one in made})


async def test_no_appeal_is_told_as_none(home):
    for asked in (home.register.get(99, AIGERIM, NOW), home.register.find("260004175", AIGERIM, NOW)):
        with pytest.raises(NoSuchAppeal):
            await asked


async def test_the_status_is_told_in_both_languages_without_a_word_of_the_matter(home):
    draft = await home.register.draft(AIGERIM, NOW)
    await save(home, draft, "matter", "құпия")
    number = (await home.register.register(draft.id, AIGERIM, NOW)).number
    await home.register.move(
        draft.id, AppealState.HANDED_OVER, AIGERIM, NOW,
        facts={"bodies_kk": "Абай облысының уәкілі", "bodies_ru": "уполномоченный области Абай"},
    )  # fmt: skip
    kazakh = await home.register.tell_status(number, BOLAT, NOW)
    russian = await home.register.tell_status(number, BOLAT, NOW, language="ru")
    assert (
        "Өтінішіңіздің нөмірі: 26 000 001 " + number[-1] + ".",
        "Өтініш көмектесуі тиіс органға берілді, жауабын күтіп отырмыз.",
        "2026 жылғы 22 қарашада (сағат 14:00) тіркелді.",
        "2026 жылғы 22 қарашада (сағат 14:00) мына органға берілді: Абай облысының уәкілі.",
        "Жауап 2026 жылғы 7 желтоқсанға дейін берілуі тиіс.",
    ) == kazakh.sentences
    assert (
        "Номер вашего обращения: 26 000 001 " + number[-1] + ".",
        "Обращение передано тем, кто должен помочь; ждём ответа.",
        "Зарегистрировано 22 ноября 2026 года в 14:00.",
        "Передано 22 ноября 2026 года в 14:00: уполномоченный области Абай.",
        "Ответ должен быть дан до 7 декабря 2026 года.",
    ) == russian.sentences


async def test_a_duplicate_is_joined_by_a_person_and_its_calls_come_along(home):
    first, second = await home.talk(1), await home.talk(2)
    one = await home.register.draft_from_call(first.record.call_id, AIGERIM, NOW)
    other = await home.register.draft_from_call(second.record.call_id, AIGERIM, NOW)
    await home.register.register(other.id, AIGERIM, NOW)
    with pytest.raises(AppealRefused):
        await home.register.join(other.id, one.id, SAULE, NOW, "")
    with pytest.raises(AppealRefused):
        await home.register.join(one.id, one.id, SAULE, NOW, WHY)
    target = await home.register.join(other.id, one.id, SAULE, NOW, WHY)
    assert {first.record.call_id, second.record.call_id} == {one.call_id for one in target.contacts}
    joined = await home.register.get(other.id, AIGERIM, NOW)
    assert (AppealState.CLOSED, AppealOutcome.JOINED, one.id) == (
        joined.state,
        joined.outcome,
        joined.joined_to,
    )


async def test_the_term_follows_the_kind_and_what_came_by_the_net_has_its_own(home):
    register = RegisterServices(home.settings, home.database, home.keys).register
    spoken = await register.draft(AIGERIM, NOW)
    net = await register.draft(AIGERIM, NOW, channel=Channel.ELECTRONIC)
    for one in (spoken, net):
        await register.register(one.id, AIGERIM, NOW, incomplete=True)
    assert "application" == (await register.get(spoken.id, AIGERIM, NOW)).due_source
    early = (await register.get(net.id, AIGERIM, NOW)).due_at
    assert timedelta(days=1) < early - NOW < timedelta(days=4)
    await register.save_field(spoken.id, "kind", "complaint", 0, AIGERIM, NOW)
    after = await register.get(spoken.id, AIGERIM, NOW)
    assert ("complaint", True) == (after.due_source, after.due_at > NOW + timedelta(days=25))
    assert "term" == [one.step for one in await register.history(spoken.id, AIGERIM, NOW) if one.seq][-1]


async def test_the_forms_own_rules_keep_what_does_not_fit_and_hide_it(home):
    register = RegisterServices(home.settings, home.database, home.keys).register
    draft = await register.draft(AIGERIM, NOW)
    for field, typed, kept in (
        ("applicant_phone", "8 701 000 00 01", "+77010000001"),
        ("applicant_iin", "12", "12"),
        ("region", "abai", "abai"),
        ("topic", "он төрт", "он төрт"),
        ("locality", "Қарқаралы", "Қарқаралы"),
    ):
        saved = await register.save_field(draft.id, field, typed, 0, AIGERIM, NOW)
        assert kept == saved.now.text
    with pytest.raises(FieldRefused):
        await register.save_field(draft.id, "no_such_field", "x", 0, AIGERIM, NOW)
    async with home.database.connect() as connection:
        rows = (await connection.execute(select(appeal_values.c.field, appeal_values.c.text))).all()
    assert {"region": "abai"} == {row.field: row.text for row in rows if row.text is not None}
    missing = (await register.opened(draft.id, AIGERIM, NOW)).missing["register"]
    assert "topic" in missing
    assert "region" not in missing
