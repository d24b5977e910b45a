"""Appeals in writing: registered once for each key, files hidden, replies within the term (A7, C2)."""

import asyncio
import base64
import getpass
import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from appeals.calendar.service import Calendar
from appeals.form.loading import load_form
from appeals.intake.attachments import CHUNK, AttachmentAltered
from appeals.intake.content import kind_of
from appeals.intake.letter import LARGEST, MOST_FILES
from appeals.intake.replies import OVERDUE_ALARM, Replies
from appeals.intake.results import IntakeCode, IntakeRefused
from appeals.intake.service import Intake
from appeals.intake.tokens import TokenRefused, Tokens
from appeals.model.appeal import AppealState, Channel
from appeals.model.intake_tables import appeal_attachment_chunks, appeal_attachments, appeal_tokens
from appeals.model.register_tables import appeals
from appeals.register.form_rules import FormAsRules
from appeals.register.results import AppealRefused, NoSuchAppeal
from appeals.register.terms import CalendarTerms
from config.appeals import TERMS
from console.http.request_context import SERVICES
from console.intake.api import routes
from engine.process.local_socket import ControlSocket
from engine.register.intake_asking import IntakeAsking
from recordings.demands.steps import StepForbidden
from recordings.journal.alarming import standing_alarms
from recordings.model.access_entry import Actor
from tests.register_home import AIGERIM, NOW, NURLAN, SAULE, WHY, RegisterHome

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

AIGUL = Actor("Айгүл", "administrator", "aigul")
KEY = "a3f1c2d4-0001"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 4096
BODY = {
    "language": "ru",
    "fields": {"matter": "Мектепте жылу жоқ.", "applicant_name": "Сынақов", "topic": "4"},
}


def sent(**more):
    return json.dumps({**BODY, **more}, ensure_ascii=False).encode()


def file(raw=PDF, name="хат.exe"):
    return {"name": name, "content": base64.b64encode(raw).decode()}


@pytest.fixture
async def home(url, tmp_path):
    opened = await RegisterHome(tmp_path / "home", database_url=url).open()
    form = load_form()
    calendar = Calendar(opened.database, opened.settings.zone, TERMS)
    opened.register = opened.another(form=FormAsRules(form), terms=CalendarTerms(calendar))
    numbers = opened.keys.appeals()
    opened.intake = Intake(opened.database, numbers, opened.register, form)
    opened.replies = Replies(opened.database, numbers, opened.register)
    opened.tokens = Tokens(opened.database)
    _, opened.token = await opened.tokens.add("111.gov4c.kz", 30, AIGUL, NOW)
    yield opened
    await opened.close()


async def refusal(question):
    with pytest.raises(IntakeRefused) as why:
        await question
    return why.value


async def counted(home, table):
    async with home.database.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table))


async def the_appeal(home):
    async with home.database.connect() as connection:
        id_ = await connection.scalar(select(appeals.c.id))
    return await home.register.get(id_, SAULE, NOW, WHY)


async def test_what_came_is_registered_at_once_with_two_working_days_for_the_reply(home):
    done = await home.intake.accept(home.token, KEY, sent(attachments=[file()]), NOW)
    appeal = await the_appeal(home)
    assert (done.number, AppealState.REGISTERED, Channel.ELECTRONIC, "ru") == (
        appeal.number, appeal.state, appeal.channel, appeal.language
    )  # fmt: skip
    assert ("written_reply", done.due_at) == (appeal.due_source, appeal.due_at)
    assert "2026-11-24" == f"{done.due_at.astimezone(home.settings.zone):%Y-%m-%d}"  # came on a Sunday
    assert "Мектепте жылу жоқ." == appeal.text("matter")
    assert ["letter"] == [contact.kind for contact in appeal.contacts]
    assert "token:111.gov4c.kz" == appeal.owner


async def test_the_same_key_brings_the_same_answer_and_another_body_with_it_is_refused(home):
    first = await home.intake.accept(home.token, KEY, sent(), NOW)
    assert first == await home.intake.accept(home.token, KEY, sent(), NOW + timedelta(days=1))
    why = await refusal(home.intake.accept(home.token, KEY, sent(language="kk"), NOW))
    assert (IntakeCode.KEY_REUSED, 1) == (why.code, await counted(home, appeals))
    _, other = await home.tokens.add("мектеп QR", 30, AIGUL, NOW)
    second = await home.intake.accept(other, KEY, sent(language="kk"), NOW)
    assert first.number != second.number


async def test_one_key_sent_five_times_at_once_makes_one_appeal_with_its_files_once(home):
    raw = sent(attachments=[file(), file(b"\x89PNG\r\n\x1a\n0", "сурет")])
    answers = await asyncio.gather(*(home.intake.accept(home.token, KEY, raw, NOW) for _ in range(5)))
    assert 1 == len(set(answers)) == await counted(home, appeals)
    assert 2 == await counted(home, appeal_attachments)
    assert 1 == len((await the_appeal(home)).contacts)


async def test_every_unfit_field_is_named_at_once_by_the_forms_codes_and_nothing_is_begun(home):
    fields = {"applicant_iin": "12", "region": "mars", "nonsense": "x", "outcome": "helped", "topic": 4}
    raw = json.dumps({"fields": fields, "channel": "phone", "more": 1}).encode()
    why = await refusal(home.intake.accept(home.token, KEY, raw, NOW))
    found = {fault.field: fault.code for fault in why.faults}
    assert {
        "applicant_iin": "not_twelve_digits", "region": "not_a_choice", "nonsense": "unknown_field",
        "outcome": "unknown_field", "topic": "no_text", "channel": "not_a_choice", "more": "unknown_field",
        "matter": "missing",
    } == found  # fmt: skip
    for raw, code in ((b"{", "not_json"), (b"[]", "not_json"), (b"[" * 100_000, "not_json")):
        assert code == (await refusal(home.intake.accept(home.token, KEY, raw, NOW))).code
    assert IntakeCode.NO_KEY is (await refusal(home.intake.accept(home.token, "short", sent(), NOW))).code
    assert 0 == await counted(home, appeals)


async def test_files_are_known_by_their_content_bounded_and_hidden_at_rest(home):
    assert ("application/pdf", "text/plain") == (kind_of(PDF), kind_of("хат\n".encode()))
    bad = [b"MZ\x90\x00", b"PK\x03\x04", b"<html><script>", b"#!/bin/sh\n", b"", b"\x7fELF"]
    assert [""] * len(bad) == [kind_of(raw) for raw in bad]
    why = await refusal(home.intake.accept(home.token, KEY, sent(attachments=[file(bad[0])]), NOW))
    assert [("attachments.0", "file_kind")] == [(one.field, one.code) for one in why.faults]
    many = [file(b"x")] * (MOST_FILES + 1)
    why = await refusal(home.intake.accept(home.token, KEY, sent(attachments=many), NOW))
    assert ["too_many"] == [one.code for one in why.faults]
    await home.intake.accept(home.token, KEY, sent(attachments=[file()]), NOW)
    appeal = await the_appeal(home)
    [one] = await home.intake.attachments(appeal.id, SAULE, NOW, WHY)
    assert ("хат.exe", "application/pdf", len(PDF)) == (one.name, one.kind, one.size)
    assert (one, PDF) == await home.intake.attachment(appeal.id, one.id, SAULE, NOW, WHY)
    async with home.database.connect() as connection:
        chunks = (await connection.execute(select(appeal_attachment_chunks.c.pii_bytes))).scalars().all()
    assert len(chunks) == -(-len(PDF) // CHUNK)
    assert not any(b"%PDF" in chunk or PDF[5000:5064] in chunk for chunk in chunks)
    with pytest.raises(AppealRefused):
        await home.intake.attachments(appeal.id, SAULE, NOW)


async def test_a_chunk_that_was_altered_or_left_out_gives_no_file(home):
    await home.intake.accept(home.token, KEY, sent(attachments=[file()]), NOW)
    appeal = await the_appeal(home)
    [one] = await home.intake.attachments(appeal.id, SAULE, NOW, WHY)
    table = appeal_attachment_chunks
    async with home.database.begin() as connection:
        first = await connection.scalar(select(table.c.pii_bytes).where(table.c.part == 0))
        await connection.execute(update(table).where(table.c.part == 1).values(pii_bytes=first))
    with pytest.raises(AttachmentAltered):
        await home.intake.attachment(appeal.id, one.id, SAULE, NOW, WHY)
    async with home.database.begin() as connection:
        await connection.execute(table.delete().where(table.c.part > 0))
    with pytest.raises(AttachmentAltered):
        await home.intake.attachment(appeal.id, one.id, SAULE, NOW, WHY)


async def test_a_token_is_shown_once_kept_as_digest_expires_and_is_revoked(home):
    async with home.database.connect() as connection:
        assert home.token not in str((await connection.execute(select(appeal_tokens))).all())
    for token, now in (("", NOW), (home.token + "x", NOW), (home.token, NOW + timedelta(days=30))):
        assert IntakeCode.NOT_A_SENDER is (await refusal(home.intake.accept(token, KEY, sent(), now))).code
    for who in (AIGERIM, SAULE, NURLAN):
        with pytest.raises(StepForbidden):
            await home.tokens.listed(who)
    with pytest.raises(TokenRefused):
        await home.tokens.add("111.gov4c.kz", 30, AIGUL, NOW)
    first = await home.tokens.revoke("111.gov4c.kz", AIGUL, NOW)
    assert first == await home.tokens.revoke("111.gov4c.kz", AIGUL, NOW + timedelta(days=1))
    assert IntakeCode.NOT_A_SENDER is (await refusal(home.intake.accept(home.token, KEY, sent(), NOW))).code
    assert [first] == await home.tokens.listed(AIGUL)


async def test_a_reply_is_kept_to_the_byte_with_whether_it_was_in_time_and_cannot_be_changed(home):
    done = await home.intake.accept(home.token, KEY, sent(), NOW)
    appeal = await the_appeal(home)
    words = "Сәлеметсіз бе!\r\nЖылу қосылды.  "
    first = await home.replies.reply(appeal.id, words, "email", AIGERIM, done.due_at)
    late = await home.replies.reply(appeal.id, "Тағы.", "letter", AIGERIM, done.due_at + timedelta(seconds=1))
    assert (True, False) == (first.in_time, late.in_time)
    assert (words, hashlib.sha256(words.encode()).hexdigest()) == (first.text, first.sha256)
    assert [first, late] == await home.replies.of_appeal(appeal.id, SAULE, NOW, WHY)
    for change in ("UPDATE appeal_replies SET sha256 = 'x'", "DELETE FROM appeal_replies"):
        with pytest.raises(DBAPIError):
            async with home.database.begin() as connection:
                await connection.execute(text(change))
    for words, channel in (("  ", "email"), ("Жауап", "pigeon")):
        with pytest.raises(AppealRefused):
            await home.replies.reply(appeal.id, words, channel, AIGERIM, NOW)
    with pytest.raises(NoSuchAppeal):
        await home.replies.reply(99, "Жауап", "email", AIGERIM, NOW)
    with pytest.raises(StepForbidden):
        await home.replies.reply(appeal.id, "Жауап", "email", NURLAN, NOW)


async def test_an_overdue_reply_is_an_alarm_once_and_an_answered_one_is_none(home):
    first = await home.intake.accept(home.token, KEY, sent(), NOW)
    await home.intake.accept(home.token, KEY + "b", sent(), NOW)
    appeal = await the_appeal(home)
    assert 0 == await home.replies.raise_overdue(first.due_at)
    await home.replies.reply(appeal.id, "Жауап", "email", AIGERIM, NOW)
    late = first.due_at + timedelta(minutes=1)
    assert [1, 0] == [await home.replies.raise_overdue(late) for _ in range(2)]
    [one] = await standing_alarms(home.database, [OVERDUE_ALARM], NOW)
    [(id_, number, due_at)] = await home.replies.overdue(late)
    assert (str(id_), first.due_at) == (one.about, due_at)
    assert id_ != appeal.id
    assert number


async def test_over_http_a_token_and_a_key_register_once_and_every_fault_is_problem_json(tmp_path):
    home = await RegisterHome(tmp_path / "home").open()
    form = load_form()
    register = home.another(form=FormAsRules(form))
    intake = Intake(home.database, home.keys.appeals(), register, form)
    _, token = await Tokens(home.database).add("111.gov4c.kz", 30, AIGUL, NOW)
    asking = IntakeAsking(lambda: intake, getpass.getuser(), lambda: NOW)
    path = tmp_path / "register.sock"
    socket = ControlSocket(path, {"intake.accept": asking.accept}, longest=16 * 1024 * 1024)
    await socket.start()
    app = web.Application()
    app[SERVICES] = SimpleNamespace(settings=SimpleNamespace(register_socket=path))
    [route] = routes()
    app.router.add_route(route.method, route.path, route.handler)
    head = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
    async with TestClient(TestServer(app)) as client:

        async def post(data, **headers):
            async with client.post(route.path, data=data, headers={**head, **headers}) as answer:
                return answer.status, await answer.json()

        first = await post(sent(attachments=[file()]))
        assert (201, {"number", "registered_at", "due_at"}) == (first[0], set(first[1]))
        assert first == await post(sent(attachments=[file()]))
        expected = [
            (422, "key_reused", await post(sent(language="kk"))),
            (401, "not_a_sender", await post(sent(), Authorization="Bearer other")),
            (401, "not_a_sender", await post(sent(), Authorization="")),
            (400, "no_key", await post(sent(), **{"Idempotency-Key": ""})),
            (400, "not_json", await post(b"\xff", **{"Idempotency-Key": KEY + "x"})),
            (413, "too_large", await post(b" " * (LARGEST + 1), **{"Idempotency-Key": KEY + "y"})),
        ]
        for status, code, (found, problem) in expected:
            assert (status, code) == (found, problem["code"])
        _, problem = await post(b'{"fields": {"region": "mars"}}', **{"Idempotency-Key": KEY + "z"})
        assert ["region", "matter"] == [fault["field"] for fault in problem["faults"]]
        await socket.close()
        assert 503 == (await post(sent()))[0]
    await home.close()
