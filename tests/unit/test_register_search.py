"""Search of appeals, duplicates and holds: found however it was typed, by whom it may be (A12, A5)."""

import sqlite3
from datetime import timedelta

import pytest

from appeals.model.appeal import AppealOutcome, AppealState, NoCase
from appeals.register.folding import asked_words, name_keys, stem, word_keys
from appeals.register.holds import AppealHolds
from appeals.register.number import MisheardNumber, in_groups, number_of
from appeals.register.results import AppealRefused, NoSuchAppeal, Wanted
from engine.evidence.services import EvidenceServices
from recordings.access.log import accesses
from recordings.demands.steps import StepForbidden
from recordings.finding.criteria import Criteria
from recordings.finding.registrations import link
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


async def appeal(home, who=AIGERIM, at=NOW, **fields):
    draft = await home.register.draft(who, at)
    for field, text in fields.items():
        await home.register.save_field(draft.id, field, text, 0, who, at)
    return draft.id


async def found(home, who=SAULE, **wanted):
    page = await home.register.search(Wanted(**wanted), who, NOW, reason=WHY)
    return [line.id for line in page.lines]


async def test_a_number_is_found_however_it_is_typed(home):
    id_ = await appeal(home)
    number = (await home.register.register(id_, AIGERIM, NOW)).number
    assert [id_] == await found(home, BOLAT, number=f"№ {number[:2]}-{number[2:]}")


@pytest.mark.parametrize("typed", ["8 701 000 00 01", "+77010000001", "7010000001", "8 (701) 000-00-01"])
async def test_a_phone_is_found_however_it_is_typed_in_the_field_and_by_the_call(home, typed):
    talk = await home.talk(1, caller="+77010000001")
    written = await appeal(home, applicant_phone="+7 701 000 00 01")
    called = (await home.register.draft_from_call(talk.record.call_id, AIGERIM, NOW)).id
    await home.register.save_field(called, "applicant_phone", "", 1, AIGERIM, NOW)
    await appeal(home, applicant_phone="+7 701 000 00 02")
    assert [called, written] == await found(home, BOLAT, phone=typed)


async def test_a_call_under_way_is_found_by_its_number_once_the_journal_has_it(home):
    call = f"n1-{int(NOW.timestamp() * 1000)}-1"
    id_ = (await home.register.draft_from_call(call, AIGERIM, NOW)).id
    await home.talk(1, at=NOW, caller="+77010000003")
    assert [id_] == await found(home, BOLAT, phone="87010000003")
    await home.register.register(id_, AIGERIM, NOW)
    assert [id_] == await found(home, BOLAT, phone="87010000003")


@pytest.mark.parametrize(
    "typed", ["Ильясова", "ильяс", "ИЛЬ", "Фёдор", "федор", "фёд ильяс", "Ильясова Федор"]
)
async def test_a_person_is_found_by_the_beginning_of_any_name_in_any_case(home, typed):
    id_ = await appeal(home, concerned_name="Ильясова Фёдора", violator_name="Біреу")
    await appeal(home, concerned_name="Басқа Адам")
    assert [id_] == await found(home, person=typed)


async def test_latin_i_out_of_a_pdf_finds_the_kazakh_letter(home):
    id_ = await appeal(home, applicant_name="Бейсенбiқызы Әлия")
    assert [id_] == await found(home, person="бейсенбіқ")
    assert [id_] == await found(home, person="Бейсенбiқызы")


@pytest.mark.parametrize(
    "typed, text",
    [
        ("мектеп", "мектепте балаға тиіседі"), ("мектепке", "мектепте"), ("бала", "балаға"),
        ("балаларымызға", "бала"), ("школа", "в школе бьют"), ("школы", "школу"), ("учитель", "учителем"),
        ("учителями", "учитель"), ("жалоба", "жалобы"), ("пенсия", "пенсию"), ("зейнетақы", "зейнетақысын"),
        ("МЕКТЕП балаға", "Балалар мектепте"),
    ],
)  # fmt: skip
async def test_a_word_of_the_matter_is_found_whatever_its_ending(lite, typed, text):
    id_ = await appeal(lite, matter=text)
    await appeal(lite, matter="мүлдем өзге жайт")
    assert [id_] == await found(lite, word=typed)


@pytest.mark.parametrize("typed", ["аб", ".", "a b"])
async def test_fewer_than_three_letters_ask_for_nothing_and_are_refused(lite, typed):
    for wanted in ({"person": typed}, {"word": typed}):
        with pytest.raises(AppealRefused):
            await found(lite, **wanted)


async def test_what_is_no_longer_written_is_no_longer_found(home):
    id_ = await appeal(home, matter="мектеп", concerned_name="Арман")
    await home.register.save_field(id_, "matter", "аула", 1, AIGERIM, NOW)
    assert ([], [id_], [id_]) == (
        await found(home, word="мектеп"), await found(home, word="аула"), await found(home, person="Арман")
    )  # fmt: skip


async def test_lists_are_cut_by_state_owner_topic_region_term_and_date(home):
    one = await appeal(home, topic="4", region="abai", urgent="yes")
    other = await appeal(home, BOLAT, NOW + timedelta(days=1), topic="6", region="almaty")
    await home.register.register(other, BOLAT, NOW)
    both = [other, one]
    assert both == await found(home)
    assert [one] == await found(home, states=(AppealState.DRAFT,))
    assert [other] == await found(home, owner="bolat")
    assert [one] == await found(home, topic="4")
    assert [other] == await found(home, region="almaty")
    assert [one] == await found(home, urgent=True)
    assert [other] == await found(home, by_term=True)
    assert [] == await found(home, due_before=NOW)
    assert [other] == await found(home, due_before=NOW + timedelta(days=16))
    assert [other] == await found(home, since=NOW + timedelta(hours=1))
    assert [one] == await found(home, until=NOW + timedelta(hours=1))


@pytest.mark.parametrize("by_term", [False, True])
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(home, by_term):
    ids = [await appeal(home) for _ in range(7)]
    for id_ in ids:
        await home.register.register(id_, AIGERIM, NOW)
    seen, cursor = [], ""
    for size in (3, 3, 1):
        page = await home.register.search(Wanted(by_term=by_term), SAULE, NOW, cursor=cursor, limit=3)
        assert size == len(page.lines)
        seen += [line.id for line in page.lines]
        cursor = page.cursor
    assert ("", ids if by_term else ids[::-1]) == (cursor, seen)
    with pytest.raises(AppealRefused):
        await home.register.search(Wanted(by_term=by_term), SAULE, NOW, cursor="x")


async def test_by_person_only_who_may_and_says_why_which_is_logged_without_the_name(lite):
    await appeal(lite, concerned_name="Арман")
    for who in (AIGERIM, NURLAN):
        with pytest.raises(StepForbidden):
            await found(lite, who, person="Арман")
    for wanted in (Wanted(person="Арман"), Wanted(word="мектеп"), Wanted(phone="87010000001")):
        with pytest.raises(AppealRefused):
            await lite.register.search(wanted, SAULE, NOW)
    await found(lite, person="Арман", word="мектеп", phone="87010000001")
    entries = [one.entry for one in await accesses(lite.database, None, None, "", None, "", 99)]
    assert [("saule", "appeals by phone ***01, person, word", WHY)] == [
        (one.system_user, one.subject, one.reason) for one in entries if one.action == "searched"
    ]


async def test_a_consultant_lists_only_their_own(lite):
    mine = await appeal(lite)
    await appeal(lite, BOLAT)
    assert [mine] == await found(lite, AIGERIM, owner="aigerim")
    for wanted in ({}, {"owner": "bolat"}, {"topic": "4"}):
        with pytest.raises(StepForbidden):
            await found(lite, AIGERIM, **wanted)


async def test_nothing_personal_can_be_read_in_the_file(lite):
    talk = await lite.talk(1, caller="+77010000001")
    id_ = (await lite.register.draft_from_call(talk.record.call_id, AIGERIM, NOW)).id
    secrets = {
        "concerned_name": "Арман Жексенов", "matter": "мектепте ұрады", "applicant_iin": "010101500001",
        "locality": "Қарқаралы",
    }  # fmt: skip
    for field, text in secrets.items():
        await lite.register.save_field(id_, field, text, 0, AIGERIM, NOW)
    await lite.register.close(id_, AppealOutcome.WITHDRAWN, AIGERIM, NOW, "анасы бас тартты")
    await lite.register.no_case(f"n1-{int(NOW.timestamp() * 1000)}-9", NoCase.JOKE, AIGERIM, NOW)
    with sqlite3.connect(lite.settings.home / "db" / "journal.sqlite") as database:
        text = "\n".join(database.iterdump())
    words = ("арман", "жексен", "мектеп", "ұрады", "010101500001", "7010000001", "анасы бас", "қарқар")
    # The access log keeps the reason of a step as the person gave it, as it does everywhere.
    kept = [line for line in text.lower().splitlines() if "access_log" not in line]
    assert [] == [word for word in words if any(word in line for line in kept)]


async def test_duplicates_are_offered_by_number_person_and_text_within_seven_days(home):
    matter = "Мектепте мұғалім баланы ұрады, сыныптастары күледі"
    mine = await appeal(home, applicant_phone="+77010000001", concerned_name="Жексенов Арман", matter=matter)
    phone = await appeal(home, applicant_phone="8 701 000 00 01")
    person = await appeal(home, concerned_is_applicant="yes", applicant_name="жексенов арман")
    text = await appeal(home, at=NOW + timedelta(days=6), matter=matter.upper() + "!")
    await appeal(home, concerned_name="Жексенов Арманбек", matter="басқа жайт туралы айтылды")
    await appeal(home, at=NOW + timedelta(days=8), applicant_phone="+77010000001", matter=matter)
    offered = await home.register.duplicates(mine, AIGERIM, NOW)
    assert [(text, ("text",)), (person, ("person",)), (phone, ("number",))] == [
        (one.appeal.id, one.grounds) for one in offered
    ]
    await home.register.join(phone, mine, AIGERIM, NOW, WHY)
    assert [text, person] == [one.appeal.id for one in await home.register.duplicates(mine, AIGERIM, NOW)]


async def test_drafts_and_open_appeals_hold_their_recordings_and_closed_ones_none(home):
    talks = [await home.talk(number) for number in range(1, 5)]
    drafted, closed, joined, tied = (talk.record.call_id for talk in talks)
    await home.register.draft_from_call(drafted, AIGERIM, NOW)
    one = await home.register.draft_from_call(closed, AIGERIM, NOW)
    await home.register.register(one.id, AIGERIM, NOW)
    other = await home.register.draft_from_call(joined, AIGERIM, NOW)
    target = await home.register.draft(AIGERIM, NOW)
    assert await link(home.database, "KZ-1/26", tied, True, NOW)

    async def kept():
        async with home.database.connect() as connection:
            found = await AppealHolds().why(connection, [drafted, closed, joined, tied], NOW)
            assert len(found) == len(await AppealHolds().periods(connection, NOW))
            return {call: reasons[0] for call, reasons in found.items()}

    every = dict.fromkeys((drafted, closed, joined, tied), "open appeal")
    assert every == await kept()
    await home.register.close(one.id, AppealOutcome.HELPED, AIGERIM, NOW)
    await home.register.join(other.id, target.id, AIGERIM, NOW, WHY)
    assert {call: why for call, why in every.items() if call != closed} == await kept()
    await home.register.reopen(one.id, AIGERIM, NOW, WHY)
    assert every == await kept()


async def test_a_recording_is_found_by_its_appeals_number_as_a_letter_writes_it(home):
    talk = await home.talk(1)
    draft = await home.register.draft_from_call(talk.record.call_id, AIGERIM, NOW)
    number = (await home.register.register(draft.id, AIGERIM, NOW)).number
    finder = EvidenceServices(home.settings, home.database, home.keys).finder
    for written in (number, in_groups(number), f"{number[:2]}-{number[2:]}"):
        [found_call] = await finder.find(Criteria(registration=written))
        assert (talk.record.call_id, (number,)) == (found_call.call.call_id, found_call.registrations)


async def test_which_register_a_number_is_of(home):
    id_ = await appeal(home)
    number = (await home.register.register(id_, AIGERIM, NOW)).number
    assert (id_, None) == (await home.register.numbered(number), await home.register.numbered("KZ-1/26"))
    with pytest.raises(MisheardNumber):
        await home.register.numbered(number[:-1] + str((int(number[-1]) + 1) % 10))
    with pytest.raises(NoSuchAppeal):
        await home.register.numbered(number_of(2026, 999))


def test_words_lose_their_endings_and_keep_at_least_three_letters():
    assert {"бал"} == {stem(word) for word in ("бала", "балаға", "балалар", "баланың", "балаларымызға")}
    assert {"школ"} == {stem(word) for word in ("школа", "школу", "школе", "школы", "школой")}
    assert {"аба", "абай"} == name_keys("Абай")
    assert frozenset() == word_keys("а бв 12")
    assert ("мектеп",) == asked_words("Мектеп, мектепте; МЕКТЕПКЕ")
