"""Statements leave the machine, by folder, mail, webhook; tried again until taken, told meanwhile."""

import asyncio
import email
import email.policy
import json
import socket
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller
from pydantic import TypeAdapter

from config.evidence import StatementCopy
from engine.evidence.deliver_statements import MailDestination, StatementDelivery
from engine.evidence.services import EvidenceServices
from engine.evidence.verify_all import VerifiedCounts, all_faults
from recordings.chain.statement_copies import compare
from recordings.chain.statement_files import StatementFile, read_folder
from recordings.model.tables import alarms
from tests.evidence_home import T0, EvidenceHome

_COPY: TypeAdapter[StatementCopy] = TypeAdapter(StatementCopy)


@pytest.fixture
async def evidence(tmp_path):
    """Three statements over two calls."""
    home = await EvidenceHome(tmp_path / "home").open()
    made = EvidenceServices(home.settings, home.database, home.keys)
    for number in range(1, 4):
        await home.talk(number)
        await made.statements.another(T0 + timedelta(hours=number))
    yield made
    await home.close()


def handing(evidence: EvidenceServices, **copy: object) -> StatementDelivery:
    return StatementDelivery(evidence.database, lambda: evidence.statements, (_COPY.validate_python(copy),))


async def told(evidence: EvidenceServices) -> list[tuple[str, str]]:
    async with evidence.database.connect() as connection:
        rows = await connection.execute(alarms.select().order_by(alarms.c.id))
        return [(row.kind, row.about) for row in rows]


class Mailbox:
    """What a real SMTP server received; `refuses` answers so many letters with a refusal first."""

    def __init__(self, refuses: int = 0) -> None:
        self.letters: list[bytes] = []
        self._refuses = refuses

    async def handle_DATA(self, server, session, envelope) -> str:
        if self._refuses:
            self._refuses -= 1
            return "451 later"
        self.letters.append(envelope.content)
        return "250 taken"


@asynccontextmanager
async def mail_server(mailbox: Mailbox):
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    await asyncio.to_thread(server.start)
    try:
        yield server.port
    finally:
        await asyncio.to_thread(server.stop)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def test_a_folder_gets_all_statements_once_and_they_prove_what_they_should(evidence, tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    out = handing(evidence, kind="folder", id="share", folder=folder)
    assert await out.deliver("share", T0)
    assert 3 == len(read_folder(folder))
    await evidence.statements.another(T0 + timedelta(hours=9))
    assert await out.deliver("share", T0)
    assert 4 == len(read_folder(folder))
    assert (4, 0, "") == (out.states["share"].last, out.states["share"].waiting, out.states["share"].fault)
    assert [] == [line async for line in all_faults(evidence, None, False, VerifiedCounts(), int, [folder])]


async def test_a_share_that_is_not_mounted_is_told_once_and_gets_all_when_it_is_back(evidence, tmp_path):
    folder = tmp_path / "share"
    out = handing(evidence, kind="folder", id="share", folder=folder)
    for _ in range(3):
        assert not await out.deliver("share", T0)
    again = handing(evidence, kind="folder", id="share", folder=folder)  # another process
    assert not await again.deliver("share", T0)
    assert [("statement_copy_failed", "share")] == await told(evidence)
    assert (3, True) == (out.states["share"].waiting, "is not there" in out.states["share"].fault)
    folder.mkdir()
    assert await out.deliver("share", T0)
    assert 3 == len(read_folder(folder))
    assert "" == out.states["share"].fault
    ended = [("statement_copy_failed", "share"), ("statement_copy_failed_ended", "share")]
    assert ended == await told(evidence)


async def test_the_newest_statement_goes_by_mail_and_what_arrives_is_what_was_signed(evidence):
    mailbox = Mailbox(refuses=1)
    async with mail_server(mailbox) as port:
        out = handing(
            evidence, kind="mail", id="archive", host="127.0.0.1", port=port, security="none",
            sender="line@example.org", to=["archive@example.org"],
        )  # fmt: skip
        assert not await out.deliver("archive", T0)  # refused for now
        assert await out.deliver("archive", T0)
        await evidence.statements.another(T0 + timedelta(hours=9))
        assert await out.deliver("archive", T0)
    kinds = ("statement_copy_failed", "statement_copy_failed_ended")
    assert [(kind, "archive") for kind in kinds] == await told(evidence)
    letters = [email.message_from_bytes(one, policy=email.policy.default) for one in mailbox.letters]
    files = [
        {part.get_filename(): part.get_content().decode() for part in one.iter_attachments()}
        for one in letters
    ]
    got = [
        StatementFile(name, body, parts[f"{name}.sig"].strip())
        for parts in files
        for name, body in parts.items()
        if name.endswith(".json")
    ]
    rows = await evidence.statements.all()
    assert [row.body for row in rows[2:]] == [one.body for one in got]
    assert [] == compare(rows, None, got, evidence.keys.public()).lines
    assert 2 == len({one["Message-ID"] for one in letters})


async def test_a_server_that_never_answers_ends_with_its_time(evidence):
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    out = handing(
        evidence, kind="mail", id="archive", host="127.0.0.1", port=port, security="none", seconds=0.2,
        sender="line@example.org", to=["archive@example.org"],
    )  # fmt: skip
    async with asyncio.timeout(10):
        assert not await out.deliver("archive", T0)
    listening.close()
    assert out.states["archive"].fault.startswith("127.0.0.1: ")


@pytest.mark.parametrize("status", [500, 302, 401])
async def test_a_webhook_that_answers_otherwise_has_not_taken_it(evidence, status, tmp_path):
    got, answers = [], [status, 204, 204]
    token = tmp_path / "token"
    token.write_text("s3cret\n")

    async def take(request: web.Request) -> web.Response:
        got.append(
            (request.headers["Idempotency-Key"], request.headers["Authorization"], await request.json())
        )
        return web.Response(status=answers.pop(0), headers={"Location": "/elsewhere"})

    async with web_server(take) as url:
        out = handing(evidence, kind="webhook", id="hook", url=url, token_file=token)
        assert not await out.deliver("hook", T0)
        assert f"answered {status}" in out.states["hook"].fault
        assert await out.deliver("hook", T0)
        assert await out.deliver("hook", T0)  # nothing new
    assert 2 == len(got)
    assert got[0] == got[1]
    newest = (await evidence.statements.all())[-1]
    said = got[1][2]
    assert (newest.body, newest.signature) == (said["statement"], said["signature"])
    assert 3 == json.loads(said["statement"])["statement"]
    assert "Bearer s3cret" == got[0][1]


@asynccontextmanager
async def web_server(take):
    application = web.Application()
    application.router.add_post("/hook", take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hook"
    finally:
        await runner.cleanup()


async def test_one_that_hangs_keeps_no_other_waiting(evidence, tmp_path, monkeypatch):
    folder = tmp_path / "share"
    folder.mkdir()
    mail = {"kind": "mail", "id": "archive", "host": "127.0.0.1", "port": 9, "security": "none"}
    copies = [
        {**mail, "sender": "line@example.org", "to": ["archive@example.org"]},
        {"kind": "folder", "id": "share", "folder": folder},
    ]
    asked = tuple(_COPY.validate_python(one) for one in copies)

    async def never(self, statement) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(MailDestination, "take", never)
    out = StatementDelivery(evidence.database, lambda: evidence.statements, asked)
    works = [asyncio.create_task(work()) for work in out.works(0.01)]
    async with asyncio.timeout(20):
        while len(read_folder(folder)) < 3:
            await asyncio.sleep(0.01)
    for one in works:
        one.cancel()
    await asyncio.gather(*works, return_exceptions=True)
