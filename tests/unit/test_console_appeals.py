"""The consultant's pages of the register, over the real register: drafts, saving, searching, handing over."""

import re

import pytest

from appeals.form.form import FieldType
from console.appeals.rulebook import the_form
from console.http.request_context import FIELDS_SIGNED_IN
from recordings.model.access_entry import Actor
from tests.appeals_console import (
    CHILD,
    WHY,
    appeals_console,
    body_number,
    live_call,
    number_of,
    plan_form,
    shown_fields,
)
from tests.hand_over_home import NIGHT


@pytest.fixture
async def home(tmp_path):
    async with appeals_console(tmp_path) as home:
        yield home


async def test_a_draft_stands_in_the_list_and_each_field_is_saved_by_itself(home):
    aigul = await home.person("consultant")
    assert "Сізде ашық өтініш те, жоба да жоқ." in await aigul.get("/appeals")
    at = await aigul.draft()
    saved = await aigul.save(at, "matter", "сосед кричит")
    assert (saved["saved"]["version"], saved["wrong"]) == (1, "")
    page = await aigul.get(at)
    assert "сосед кричит" in page and at in await aigul.get("/appeals")


async def test_a_field_appears_when_what_it_hangs_on_is_answered(home):
    aigul = await home.person("consultant")
    at = await aigul.draft()
    assert "violator_lives_with_child" not in shown_fields(await aigul.get(at))
    await aigul.save(at, "child_rights_violated", "yes")
    assert "violator_lives_with_child" in shown_fields(await aigul.get(at))


async def test_two_writers_of_one_field_see_both_texts_and_neither_is_lost(home):
    aigul, sara = await home.person("consultant"), await home.person("supervisor")
    at = await aigul.draft()
    await sara.post(f"{at}/look", reason=WHY)
    await sara.get(at)
    await aigul.save(at, "matter", "первый текст")
    told = await sara.save(at, "matter", "второй текст", status=409)
    assert told["conflict"]["text"] == "первый текст"
    assert told["conflict"]["version"] == 1
    await sara.save(at, "matter", "второй текст", base=1)
    state = await aigul.ask(f"{at}/open")
    assert (state["fields"]["matter"]["text"], state["others"]) == ("второй текст", ["Сынақ supervisor"])


async def test_the_same_change_sent_twice_is_saved_once(home):
    aigul = await home.person("consultant")
    at = await aigul.draft()
    first = await aigul.save(at, "matter", "текст", change="c1")
    assert await aigul.save(at, "matter", "текст", change="c1") == first


async def test_without_a_script_the_whole_form_is_saved_by_its_button(home):
    aigul = await home.person("consultant")
    at = await aigul.draft()
    form = {
        "f.matter": "первая\r\nвторая",
        "v.matter": "0",
        "f.region": "abai",
        "v.region": "0",
        "f.kind": "",
    }
    await aigul.post(at, **form)
    page = await aigul.get(at)
    assert "первая\nвторая" in page and '<option value="abai" selected>' in page
    text = await aigul.post(at, 409, **{"f.matter": "другое", "v.matter": "0"})
    assert "другое" in text and "первая" in text


def test_the_whole_form_and_its_versions_fit_into_what_is_read():
    assert 2 * len(the_form().fields) + 20 < FIELDS_SIGNED_IN


async def test_what_does_not_fit_is_kept_and_said(home):
    aigul = await home.person("consultant")
    at = await aigul.draft()
    told = await aigul.save(at, "applicant_iin", "12")
    assert told["saved"]["text"] == "12" and "он екі" in told["wrong"]


async def test_anothers_appeal_is_shown_only_with_a_reason_which_is_logged(home):
    aigul, sara = await home.person("consultant"), await home.person("supervisor")
    at = await aigul.filled()
    for path in (at, f"{at}/history", f"{at}/read-out", f"{at}/hand-over"):
        assert "отец бьёт" not in await sara.get(path)
    assert await home.looks() == []
    await sara.post(f"{at}/look", reason=WHY)
    assert "отец бьёт" in await sara.get(at)
    [(who, reason)] = await home.looks()
    assert (who, reason) == ("supervisor", WHY)


async def test_a_colleague_goes_on_with_a_draft_after_a_reason(home):
    aigul, sara = await home.person("consultant"), await home.person("supervisor")
    at = await aigul.draft()
    await sara.save(at, "matter", "чужое", status=422)
    await sara.post(f"{at}/look", reason=WHY)
    await sara.get(at)
    await sara.save(at, "matter", "продолжение")
    await sara.post(f"{at}/take", reason=WHY)
    assert at in await sara.get("/appeals")


async def test_an_auditor_sees_with_a_reason_changes_nothing_and_never_sees_what_their_right_does_not_name(
    home,
):
    aigul, nurlan = await home.person("consultant"), await home.person("auditor")
    at = await aigul.filled({**CHILD, "applicant_phone": "+77010000001"})
    await nurlan.post(f"{at}/look", reason=WHY)
    page = await nurlan.get(at)
    assert "отец бьёт" in page and "+77010000001" not in page and 'data-field="applicant_phone"' not in page
    assert "+77010000001" not in await nurlan.get(f"{at}/history")
    assert "formaction=" not in page
    for path in ("", "/field", "/urgent", "/register", "/close", "/hand-over/confirm"):
        await nurlan.post(f"{at}{path}", 403)


async def test_an_urgent_draft_is_told_in_two_clicks_to_all_whom_the_rules_name(home):
    aigul = await home.person("consultant")
    at = await aigul.filled({name: text for name, text in CHILD.items() if name != "urgent"})
    await aigul.post(f"{at}/urgent")
    page = await aigul.get(aigul.at)
    form = plan_form(page)
    bodies = {text for name, text in form.items() if name.startswith("body.")}
    assert {"commissioner_abai", "guardianship_abai", "internal_affairs_abai"} <= bodies
    await aigul.post(f"{at}/hand-over/confirm", **form)
    told = await home.doors.hand_overs.of_appeal(int(at.split("/")[-1]))
    assert {one.body for one in told} == bodies
    assert all(one.urgent for one in told)
    page = await aigul.get(at)
    for one in told:
        assert one.sha256 in page
    await aigul.post(f"{at}/hand-over/confirm", **form)
    assert len(await home.doors.hand_overs.of_appeal(int(at.split("/")[-1]))) == len(told)


async def test_words_are_changed_taken_out_and_added_and_leave_only_as_they_were_shown(home):
    aigul = await home.person("consultant")
    at = await aigul.filled()
    await aigul.post(f"{at}/urgent")
    form = plan_form(await aigul.get(aigul.at))
    n = body_number(form, "commissioner_abai")
    changed = {**form, f"w.{n}.matter": "взрослый бьёт ребёнка", f"x.{n}.topic": "1"}
    page = await aigul.post(f"{at}/hand-over/confirm", 409, **changed)
    assert "Мәтін көрсетілгеннен кейін өзгерді" in page
    shown = plan_form(page) | {f"x.{n}.topic": "1"}
    assert shown[f"w.{n}.matter"] == "взрослый бьёт ребёнка"
    await aigul.post(f"{at}/hand-over/confirm", **shown)
    told = await home.told(at)
    assert "взрослый бьёт ребёнка" in told["commissioner_abai"].text
    assert "отец бьёт ребёнка" in told["internal_affairs_abai"].text
    assert told["commissioner_abai"].sha256 == shown[f"sha.{n}"]


async def test_a_body_is_left_out_only_with_a_reason_and_another_added_with_one(home):
    aigul = await home.person("consultant")
    at = await aigul.filled()
    await aigul.post(f"{at}/urgent")
    form = plan_form(await aigul.get(aigul.at))
    n = body_number(form, "guardianship_abai")
    form.pop(f"tell.{n}")
    page = await aigul.post(f"{at}/hand-over/confirm", 409, **form)
    assert f'name="out.{n}"' in page and 'aria-invalid="true"' in page
    form[f"out.{n}"] = "уже сообщили по телефону"
    crisis = await home.doors.directory.of("crisis_centre_abai")
    page = await aigul.post(f"{at}/hand-over", 200, **form, add_body=crisis.name_kk, add_why="негде ночевать")
    form = plan_form(page) | {f"out.{n}": form[f"out.{n}"]}
    await aigul.post(f"{at}/hand-over/confirm", **form)
    told = await home.told(at)
    assert "crisis_centre_abai" in told and "guardianship_abai" not in told


async def test_what_looks_like_anothers_data_is_marked_and_needs_a_word(home):
    aigul = await home.person("consultant")
    at = await aigul.filled({**CHILD, "matter": "бьёт ребёнка, звоните соседке 8 701 000 00 02"})
    await aigul.post(f"{at}/urgent")
    page = await aigul.get(aigul.at)
    assert "8 701 000 00 02</mark>" in page
    form = plan_form(page)
    await aigul.post(f"{at}/hand-over/confirm", 409, **form)
    why = {name.replace("w.", "k."): "она видела" for name in form if name.endswith(".matter")}
    await aigul.post(f"{at}/hand-over/confirm", **form, **why)


async def test_receipt_answer_and_withdrawal_are_entered_on_the_appeals_page(home):
    aigul = await home.person("consultant")
    at = await aigul.filled()
    await aigul.post(f"{at}/urgent")
    await aigul.post(f"{at}/hand-over/confirm", **plan_form(await aigul.get(aigul.at)))
    police = (await home.told(at))["internal_affairs_abai"]
    one = f"{at}/hand-overs/{police.id}"
    await aigul.post(f"{one}/received", 409, by="")
    await aigul.post(f"{one}/received", by="дежурный Сынақов", channel="telephone")
    await aigul.post(f"{one}/answer", by="дежурный Сынақов", answer="confirmed", measures="выехал наряд")
    page = await aigul.get(at)
    assert "выехал наряд" in page and "дежурный Сынақов" in page
    told = await home.doors.hand_overs.of_appeal(1)
    assert [one.source for one in told if one.source] == [police.id]  # the commissioner is told again (B5)
    await aigul.post(f"{one}/withdraw", 409, reason="ошибка")
    assert await aigul.get(at)


async def test_an_ordinary_one_is_registered_first_and_what_is_missing_is_named(home):
    aigul = await home.person("consultant")
    at = await aigul.draft()
    page = await aigul.post(f"{at}/to-hand-over", 409)
    assert the_form().fields["matter"].label.kk in page.split('role="alert"')[1][:400]
    assert 'href="#f-matter"' in page
    values = {
        "applicant_kind": "natural",
        "kind": "application",
        "topic": "4",
        "matter": "не берут в школу",
        "region": "abai",
    }
    for field, text in values.items():
        await aigul.save(at, field, text)
    await aigul.post(f"{at}/to-hand-over")
    assert aigul.at == f"{at}/hand-over"
    assert "education_abai" in await aigul.get(aigul.at)


async def test_it_is_found_by_its_number_however_it_is_typed_and_a_wrong_digit_is_said(home):
    aigul = await home.person("consultant")
    at = await aigul.filled()
    await aigul.post(f"{at}/urgent")
    number = number_of(await aigul.get(at))
    for typed in (number, number.replace(" ", ""), number.replace(" ", "-"), f"№ {number}"):
        await aigul.post("/appeals/search", number=typed)
        assert aigul.at == at
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    page = await aigul.post("/appeals/search", 409, number=wrong)
    assert 'role="alert"' in page and wrong in page


async def test_by_phone_a_reason_is_needed_and_by_name_the_right(home):
    aigul, sara = await home.person("consultant"), await home.person("supervisor")
    at = await aigul.filled({**CHILD, "applicant_phone": "+77010000001", "concerned_name": "Сынақов Дәулет"})
    await aigul.post("/appeals/search", 409, phone="8 701 000 00 01")
    assert at in await aigul.post("/appeals/search", 200, phone="8 701 000 00 01", reason="перезвонила")
    assert 'name="person"' not in await aigul.get("/appeals")
    await aigul.post("/appeals/search", 409, person="Сынақов", reason=WHY)
    assert at in await sara.post("/appeals/search", 200, person="Сынақов", reason=WHY)
    assert at in await sara.post("/appeals/search", 200, word="бьёт", reason=WHY)


async def test_lists_are_cut_by_state_topic_and_region_and_turned_page_by_page(home):
    sara = await home.person("supervisor")
    for _ in range(27):
        await sara.draft()
    page = await sara.post("/appeals/search", 200, state="draft")
    found = page.split('id="found"')[1]
    cursor = re.search(r'name="cursor" value="([^"]+)"', found)[1]
    assert found.count('scope="row"') == 25
    rest = await sara.post("/appeals/search", 200, state="draft", cursor=cursor)
    assert rest.split('id="found"')[1].count('scope="row"') == 2
    assert "Ештеңе табылмады" in await sara.post("/appeals/search", 200, region="abai")


async def test_it_is_taken_closed_with_an_outcome_and_reopened_with_a_reason(home):
    aigul = await home.person("consultant")
    at = await aigul.filled()
    await aigul.post(f"{at}/urgent")
    await aigul.post(f"{at}/work")
    await aigul.post(f"{at}/close", 409)
    await aigul.post(f"{at}/close", 409, outcome="helped")  # fields are missing
    await aigul.post(f"{at}/close", outcome="helped", reason="всё сказано по телефону")
    page = await aigul.get(at)
    assert "жабылды" in page
    assert "readonly" in page and "formaction=" not in page
    await aigul.post(f"{at}/reopen", 409, reason="")
    await aigul.post(f"{at}/reopen", reason="позвонила снова")
    assert "formaction=" in await aigul.get(at)


async def test_two_of_one_matter_are_offered_and_joined_by_a_person(home):
    aigul = await home.person("consultant")
    first = await aigul.filled({**CHILD, "applicant_phone": "+77010000001"})
    await aigul.post(f"{first}/urgent")
    number = number_of(await aigul.get(first))
    second = await aigul.filled({**CHILD, "applicant_phone": "+77010000001"})
    assert f'href="{first}"' in await aigul.get(second)
    await aigul.post(f"{second}/join", number=number, reason="одна и та же семья")
    assert "readonly" in await aigul.get(second)


async def test_what_may_be_read_out_stands_in_both_languages(home):
    aigul = await home.person("consultant")
    at = await aigul.filled()
    assert "Әзірге нөмірі жоқ" in await aigul.get(f"{at}/read-out")
    await aigul.post(f"{at}/urgent")
    page = await aigul.get(f"{at}/read-out")
    assert "Өтінішіңіздің нөмірі" in page and "Номер вашего обращения" in page and "отец" not in page


async def test_reasons_are_found_by_typing_with_their_guide(home):
    aigul = await home.person("consultant")
    found = await aigul.ask("/appeals/reasons", text="ұрды")
    assert "4.02" in [one["id"] for one in found]
    [one] = [one for one in found if one["id"] == "4.02"]
    assert {line["part"] for line in one["guide"]} == {"ask", "say", "avoid", "tell"}


async def test_a_body_is_chosen_by_its_name_and_kept_by_its_id(home):
    aigul = await home.person("consultant")
    at = await aigul.filled({"kind": "complaint", "complaint_about_body": "yes"})
    police = await home.doors.directory.of("internal_affairs_abai")
    told = await aigul.save(at, "complained_body", police.name_ru)
    assert told["saved"]["text"] == police.name_kk
    assert [one.id for one in the_form().fields.values() if one.type is FieldType.BODY] == [
        "complained_body",
        "referred_to",
    ]
    appeal = await home.doors.register.get(1, Actor("x", "consultant", "consultant"), NIGHT)
    assert appeal.text("complained_body") == "internal_affairs_abai"


async def test_a_call_becomes_a_draft_or_no_case_by_one_tap(home):
    aigul = await home.person("consultant")
    page = await aigul.post("/appeals/no-case", 409, call="n1-1795540000000-1", kind="silent")
    assert 'role="alert"' in page
    call = live_call()
    assert "Белгіленді" in await aigul.post("/appeals/no-case", 200, call=call, kind="silent")
    await aigul.post("/appeals/from-call", call=call)
    assert call in await aigul.get(aigul.at)


@pytest.mark.parametrize(
    "path", ["/appeals/0", "/appeals/99", "/appeals/x", "/appeals/1e3", f"/appeals/{'9' * 40}"]
)
async def test_an_appeal_that_is_not_there_is_said_to_be_none(home, path):
    aigul = await home.person("consultant")
    await aigul.get(path, 404)


async def test_markup_in_a_text_is_text(home):
    aigul = await home.person("consultant")
    at = await aigul.filled({**CHILD, "matter": "</textarea><img src=x onerror=alert(1)>{{7*7}}"})
    await aigul.post(f"{at}/urgent")
    for path in (at, aigul.at, f"{at}/history"):
        page = await aigul.get(path)
        assert "<img" not in page and "{{7*7}}" in page


async def test_no_page_of_appeals_puts_a_persons_words_into_an_address(home):
    aigul = await home.person("consultant")
    at = await aigul.filled({**CHILD, "applicant_phone": "+77010000001"})
    await aigul.post(f"{at}/urgent")
    for path in ("/appeals", at, aigul.at):
        addresses = re.findall(r'(?:href|action|formaction|src)="([^"]*)"', await aigul.get(path))
        assert [one for one in addresses if "?" in one or "7701" in one] == []
