"""The register as the console's pages have it: called over its socket, as JSON, for a named account."""

import dataclasses
import inspect
import json
import os
import pwd
from datetime import date

import pytest
from pydantic import TypeAdapter

from appeals.calendar.day import Day, DayKind
from appeals.form.form import Needed
from appeals.handing_over.results import Changed, Confirmed
from appeals.model.appeal import AppealState
from appeals.model.body import BodyKind
from appeals.model.hand_over import BodyAnswer, GivenAnswer, HandOverState
from appeals.register.number import WrongNumber
from appeals.register.results import AppealRefused, AppealUnreadable, Conflict, FieldsMissing, Saved, Wanted
from config.told import LocalizedText, told
from console.http.register_link import RegisterUnavailable, at_socket, carry_out
from console.http.register_methods import (
    ALLOWED,
    REFUSALS,
    SERVICES,
    UnknownMethod,
    method,
    refusal_from_json,
    refusal_to_json,
)
from engine.register.asking import RegisterAsking
from engine.register.services import RegisterServices
from recordings.model.access_entry import Actor
from recordings.privacy.phone_number import NotAPhoneNumber, NumberFault
from tests.console_home import in_process
from tests.hand_over_home import CHILD, NIGHT, HandOverHome
from tests.register_home import AIGERIM, BOLAT, NOW, WHY

NURBEK = Actor("Нұрбек", "administrator", "nurbek")
SYSTEM = Actor("the line", "system", "ivr111")
MADE = {
    FieldsMissing: FieldsMissing(told("not filled in yet: {fields}", fields="topic"), ("topic",)),
    Changed: Changed(told("say whom to tell"), ("police_abai",)),
    AppealUnreadable: AppealUnreadable(7),
    NotAPhoneNumber: NotAPhoneNumber(NumberFault.SEVERAL),
}


@pytest.fixture
async def home(tmp_path):
    made = await HandOverHome(tmp_path).open()
    yield made
    await made.close()


def services(home: HandOverHome, **settings: object) -> RegisterServices:
    return RegisterServices(home.settings.model_copy(update=settings), home.database, home.keys)


@pytest.fixture
def doors(home):
    return in_process(services(home).doors)


async def child(doors):
    appeal = await doors.register.draft(AIGERIM, NIGHT, language="ru")
    for field, text in CHILD.items():
        saved = await doors.register.save_field(appeal.id, field, text, 0, AIGERIM, NIGHT)
        assert isinstance(saved, Saved)
    return await doors.register.register(appeal.id, AIGERIM, NIGHT, incomplete=True)


async def test_what_crosses_is_the_same_value_at_both_ends(home, doors):
    appeal = await child(doors)
    here = services(home).doors
    assert await doors.register.get(appeal.id, AIGERIM, NIGHT) == appeal
    assert await here.register.get(appeal.id, AIGERIM, NIGHT) == appeal
    plan = await doors.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    assert plan == await here.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    assert await doors.directory.listed() == await here.directory.listed()
    found = await doors.register.search(Wanted(number=appeal.number), AIGERIM, NIGHT)
    assert found == await here.register.search(Wanted(number=appeal.number), AIGERIM, NIGHT)
    days = await doors.calendar.days("", date(2026, 3, 1), date(2026, 3, 31))
    assert days == await here.calendar.days("", date(2026, 3, 1), date(2026, 3, 31))


async def test_an_appeal_is_handed_over_received_and_answered_through_the_socket(doors):
    appeal = await child(doors)
    plan = await doors.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    confirmed = [Confirmed(one.body.id, one.message.sha256) for one in plan.planned]
    made = await doors.hand_overs.confirm(appeal.id, confirmed, "r1", AIGERIM, NIGHT)
    assert {one.state for one in made} == {HandOverState.SENDING}
    body = Actor("дежурный", "body", "receipt page")
    received = await doors.hand_overs.received(made[0].id, "Сынақ", "receipt_page", body, NIGHT)
    assert (received.state, received.received_by) == (HandOverState.RECEIVED, "Сынақ")
    given = GivenAnswer(BodyAnswer.CONFIRMED, "ребёнок в безопасности", "Сынақ", "receipt_page", NIGHT)
    answered = await doors.hand_overs.answered(made[0].id, given, body, NIGHT)
    assert answered[0].given == given


async def test_closing_over_the_socket_asks_which_bodies_have_not_answered(doors):
    appeal = await child(doors)
    plan = await doors.hand_overs.plan(appeal.id, AIGERIM, NIGHT)
    confirmed = [Confirmed(one.body.id, one.message.sha256) for one in plan.planned]
    await doors.hand_overs.confirm(appeal.id, confirmed, "r1", AIGERIM, NIGHT)
    events = await doors.register.history(appeal.id, AIGERIM, NIGHT)
    assert (await doors.register.get(appeal.id, AIGERIM, NIGHT)).state is AppealState.HANDED_OVER
    assert [one.step for one in events][-1] == "handed_over"


async def test_two_writers_of_one_field_get_a_conflict_and_a_missing_field_its_id(doors):
    appeal = await doors.register.draft(AIGERIM, NOW, language="kk")
    await doors.register.opened(appeal.id, BOLAT, NOW, WHY)
    await doors.register.save_field(appeal.id, "matter", "бірінші", 0, AIGERIM, NOW)
    second = await doors.register.save_field(appeal.id, "matter", "екінші", 0, BOLAT, NOW)
    assert isinstance(second, Conflict)
    assert second.theirs is not None
    assert second.theirs.text == "бірінші"
    with pytest.raises(FieldsMissing) as missed:
        await doors.register.register(appeal.id, AIGERIM, NOW)
    assert "topic" in missed.value.fields
    opened = await doors.register.opened(appeal.id, AIGERIM, NOW)
    assert set(missed.value.fields) == set(opened.missing[Needed.REGISTER])


async def test_a_refusal_crosses_with_its_class_and_a_sentence_that_can_be_said_in_any_language(doors):
    appeal = await doors.register.draft(AIGERIM, NOW)
    with pytest.raises(AppealRefused) as why:
        await doors.register.get(appeal.id, BOLAT, NOW)
    said = why.value.args[0]
    assert isinstance(said, LocalizedText)
    assert said.message == "this appeal is another person's: say why you look at it"
    with pytest.raises(WrongNumber):
        await doors.register.find("12", AIGERIM, NOW)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_comes_back_as_it_was_raised(kind):
    why = MADE.get(kind) or (kind(told("say why"), ("a",)) if REFUSALS[kind] else kind(told("say why")))
    back = refusal_from_json(json.loads(json.dumps(refusal_to_json(why))))
    assert type(back) is kind
    assert str(back) == str(why)
    assert vars(back) == vars(why)


def test_an_exception_that_nobody_can_do_anything_about_is_no_refusal():
    assert refusal_to_json(RuntimeError("a fault")) is None


@pytest.mark.parametrize(("service", "name"), [(s, n) for s, names in ALLOWED.items() for n in sorted(names)])
def test_each_allowed_method_is_there_is_awaited_and_crosses_as_json(service, name):
    assert inspect.iscoroutinefunction(getattr(SERVICES[service], name))
    assert method(service, name).signature


async def test_nobody_speaks_as_our_own_process_and_a_body_only_of_its_hand_over(home):
    doors = services(home).doors
    by = {"person": "x", "role": "system", "user": "ivr111"}
    asked = {"service": "register", "method": "get", "arguments": {"appeal_id": 1, "now": NOW.isoformat()}}
    for role in ("system", "body", "", "root"):
        with pytest.raises(UnknownMethod):
            await carry_out(doors, {**asked, "by": {**by, "role": role}})
    with pytest.raises(UnknownMethod):
        await carry_out(doors, asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"service": "register", "method": "_row", "arguments": {}},
        {"service": "keys", "method": "appeals", "arguments": {}},
        {"service": "directory", "method": "change", "arguments": {}},
        {"service": "directory", "method": "of", "arguments": {"id_": "x", "who": "me"}},
        {"service": "directory", "method": "of", "arguments": {"id_": ["СЫРЫМ"]}},
    ],
)
async def test_what_no_page_asks_is_refused_without_a_word_of_what_was_asked_with(home, asked):
    with pytest.raises(UnknownMethod) as why:
        await carry_out(services(home).doors, asked)
    assert "СЫРЫМ" not in str(why.value)


async def test_a_file_crosses_as_its_bytes_with_its_faults_as_sentences(home, doors):
    file = await doors.directory.exported("csv")
    assert file == await services(home).doors.directory.exported("csv")
    assert (await doors.directory.plan(file)).faults == ()
    broken = file + b"\nabai,nonsense\n"
    faults = (await doors.directory.plan(broken)).faults
    assert faults == (await services(home).doors.directory.plan(broken)).faults
    assert all(isinstance(one.why, LocalizedText) for one in faults)


async def test_an_administrator_changes_a_body_and_a_day_over_the_socket(doors):
    [police, *_] = await doors.directory.find(BodyKind.INTERNAL_AFFAIRS, "abai", NIGHT.date())
    changed = await doors.directory.put(dataclasses.replace(police, name_ru="Полиция"), NURBEK, NOW)
    assert changed.name_ru == "Полиция"
    day = Day(date(2026, 12, 30), DayKind.HOLIDAY, name_kk="сынақ", name_ru="проба")
    assert await doors.calendar.set([day], NURBEK, NOW) == [day]


class TestSocket:
    async def test_the_console_asks_over_the_register_s_socket(self, home):
        us = pwd.getpwuid(os.getuid()).pw_name
        asking = RegisterAsking(services(home, console_user=us))
        await asking.socket.start()
        doors = at_socket(home.settings.register_socket)
        try:
            appeal = await child(doors)
            assert appeal.number
            file = await doors.directory.exported("csv")
            assert len(file) > 64 * 1024
            assert (await doors.directory.plan(file)).faults == ()
        finally:
            await asking.socket.close()

    async def test_who_is_not_the_console_speaks_for_nobody(self, home):
        asking = RegisterAsking(services(home, console_user="somebody-else"))
        await asking.socket.start()
        try:
            with pytest.raises(RegisterUnavailable):
                await at_socket(home.settings.register_socket).register.draft(AIGERIM, NOW)
        finally:
            await asking.socket.close()

    async def test_a_register_that_is_away_is_said_and_found_again(self, home):
        doors = at_socket(home.settings.register_socket)
        with pytest.raises(RegisterUnavailable):
            await doors.directory.listed()
        us = pwd.getpwuid(os.getuid()).pw_name
        asking = RegisterAsking(services(home, console_user=us))
        await asking.socket.start()
        try:
            assert len(await doors.directory.listed()) > 80
        finally:
            await asking.socket.close()

    async def test_a_database_that_is_away_is_told_as_the_register_being_away(self, home):
        doors = in_process(services(home).doors)
        gone = home.settings.home / "db" / "journal.sqlite"
        await home.database.dispose()
        gone.rename(gone.with_suffix(".away"))
        with pytest.raises(RegisterUnavailable):
            await doors.register.draft(AIGERIM, NOW)
        gone.with_suffix(".away").rename(gone)

    async def test_a_key_that_is_away_is_told_as_the_register_being_away(self, home):
        us = pwd.getpwuid(os.getuid()).pw_name
        asking = RegisterAsking(services(home, console_user=us))
        key = home.settings.keys_dir / "appeals.key"
        key.rename(key.with_suffix(".away"))
        await asking.socket.start()
        doors = at_socket(home.settings.register_socket)
        try:
            with pytest.raises(RegisterUnavailable):
                await doors.directory.listed()
            key.with_suffix(".away").rename(key)
            assert len(await doors.directory.listed()) > 80
        finally:
            await asking.socket.close()


def test_a_sentence_with_a_sentence_in_it_is_the_same_after_a_socket():
    adapter = TypeAdapter(LocalizedText)
    said = told("{person} is {role}: this needs {needs}", person="A", role=told("auditor"), needs="x")
    back = adapter.validate_json(adapter.dump_json(said))
    assert (back, back.message) == (said, said.message)
    assert isinstance(back.fields["role"], LocalizedText)
