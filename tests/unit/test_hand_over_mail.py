"""E-mail to a body, against a real server and against odd ones: each ending true, nothing twice (A10)."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from appeals.handing_over.channel_result import Ending
from appeals.handing_over.mail import Mail, letter
from config.hand_over import MailRelay
from console.http.certificate import certificate
from tests.unit.test_deliver_statements import free_port

AT = datetime(2026, 3, 22, 2, 10, tzinfo=UTC)
TO = "polisia@example.kz"
TEXT = "Бала қауіпте. Ә Ғ Қ Ң Ө Ұ Ү Һ І\n" + "ұзын жол " * 200 + "\n.\n"


class Begun:
    """What the store would write before the bytes leave."""

    def __init__(self):
        self.times = 0

    async def __call__(self):
        self.times += 1


def raw(message_id="<1@111>"):
    return letter(
        MailRelay(sender="111@example.kz"), TO, "26 000 417 3: ШҰҒЫЛ", TEXT, message_id, AT, '{"a": 1}'
    )


class Keeping:
    """A mail server's box."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):
        self.got.append(envelope.content)
        return "250 2.0.0 kept as 77"


@asynccontextmanager
async def real_server(box, folder):
    """aiosmtpd with STARTTLS."""
    crt, key = certificate(folder, ["localhost"], datetime.now(UTC))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(crt, key)
    port = free_port()
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        server_hostname="localhost",
        tls_context=tls,
        require_starttls=True,
    )
    await asyncio.to_thread(server.start)
    try:
        yield MailRelay(host="localhost", port=port, sender="111@example.kz", ca_file=crt)
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def odd_server(**answers):
    """A server without TLS that answers as told: a code, `close`, or `hang`; `end`: the answer to the dot."""
    seen = []

    async def serve(reader, writer):
        async def say(step, usual):
            answer = answers.get(step, usual)
            if answer == "hang":
                await asyncio.sleep(3600)
            if answer == "close":
                writer.close()
                raise ConnectionResetError
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            return answer

        try:
            await say("greeting", "220 odd")
            while line := (await reader.readline()).decode():
                seen.append(line.split()[0].upper())
                if seen[-1] == "DATA":
                    if (await say("data", "354 go on")).startswith("354"):
                        while (await reader.readline()) != b".\r\n":
                            pass
                        seen.append("END")
                        await say("end", "250 taken")
                else:
                    await say(seen[-1].lower(), "250 fine")
        except ConnectionResetError:
            return

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield (
            MailRelay(
                host="127.0.0.1", port=port, sender="111@example.kz", connect_seconds=2, answer_seconds=1
            ),
            seen,
        )
    finally:
        server.close()


async def test_a_letter_arrives_whole_over_tls_and_says_what_it_is(tmp_path):
    box = Keeping()
    async with real_server(box, tmp_path) as relay:
        begun = Begun()
        result = await Mail(relay).send(TO, raw(), begun)
    assert (Ending.ACCEPTED, "250 2.0.0 kept as 77", 1) == (result.ending, result.words, begun.times)
    [got] = box.got
    message = message_from_bytes(got, policy=policy.default)
    assert ("26 000 417 3: ШҰҒЫЛ", "<1@111>") == (message["Subject"], message["Message-ID"])
    text, data = message.iter_parts()
    assert TEXT == text.get_content().replace("\r\n", "\n")
    assert got.rstrip() == raw().rstrip()  # what is kept is what left
    assert {"a": 1} == json.loads(data.get_content())


async def test_the_bytes_of_a_letter_are_the_same_at_each_try():
    assert 1 == len({raw() for _ in range(3)})
    assert raw() != raw("<2@111>")


async def test_without_tls_nothing_is_sent_unless_the_contact_says_so():
    async with odd_server() as (relay, seen):
        begun = Begun()
        result = await Mail(relay).send(TO, raw(), begun)
        assert (Ending.FAILED, 0) == (result.ending, begun.times)
        assert "MAIL" not in seen
        assert Ending.ACCEPTED is (await Mail(relay).send(TO, raw(), begun, plain=True)).ending


async def test_a_certificate_nobody_vouches_for_is_not_believed(tmp_path):
    async with real_server(Keeping(), tmp_path) as relay:
        result = await Mail(relay.model_copy(update={"ca_file": None})).send(TO, raw(), Begun())
    assert Ending.FAILED is result.ending


@pytest.mark.parametrize(
    "answers, ending, committed",
    [
        ({"greeting": "close"}, Ending.FAILED, 0),
        ({"greeting": "hang"}, Ending.FAILED, 0),
        ({"greeting": "421 busy"}, Ending.FAILED, 0),
        ({"mail": "451 later"}, Ending.FAILED, 0),
        ({"rcpt": f"550 no such {TO}"}, Ending.REFUSED, 0),
        ({"rcpt": "450 greylisted"}, Ending.FAILED, 0),
        ({"data": "554 no"}, Ending.REFUSED, 1),
        ({"data": "451 later"}, Ending.FAILED, 1),
        ({"end": "552 too big"}, Ending.REFUSED, 1),
        ({"end": "451 later"}, Ending.FAILED, 1),
        ({"end": "close"}, Ending.UNKNOWN, 1),
        ({"end": "hang"}, Ending.UNKNOWN, 1),
    ],
)
async def test_how_a_try_ended_is_told_as_far_as_it_is_certain(answers, ending, committed):
    async with odd_server(**answers) as (relay, _):
        begun = Begun()
        result = await Mail(relay).send(TO, raw(), begun, plain=True)
    assert (ending, committed) == (result.ending, begun.times)
    assert TO not in result.words
    assert result.words


async def test_a_server_that_is_not_there_fails_and_may_be_tried_again():
    result = await Mail(MailRelay(host="127.0.0.1", port=free_port())).send(TO, raw(), Begun(), plain=True)
    assert Ending.FAILED is result.ending


def test_what_is_no_address_makes_no_letter():
    for to in ("", "nobody", "a@b\r\nBcc: c@d", "пошта@", "a b@example.kz"):
        with pytest.raises(ValueError, match="not an e-mail address"):
            letter(MailRelay(sender="111@example.kz"), to, "тақырып", "мәтін", "<1@111>", AT)
