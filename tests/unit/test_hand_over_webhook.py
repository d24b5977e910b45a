"""A signed webhook to a body's system: each ending true, one id, no other host asked (A10)."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from appeals.handing_over.channel_result import Ending
from appeals.handing_over.webhook import Webhooks, body, new_secret

AT = datetime(2026, 3, 22, 2, 10, tzinfo=UTC)
RAW = body("appeal.handed_over", AT, {"number": "260004173", "matter": "Бала қауіпте"})
SECRET = new_secret()


@asynccontextmanager
async def receiver(answer):
    asked = []

    async def take(request):
        asked.append((request.path, dict(request.headers), await request.read()))
        return await answer(request)

    app = web.Application()
    app.router.add_post("/{rest:.*}", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)  # one that hangs is let go
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/in", asked
    finally:
        await runner.cleanup()


async def begun():
    return None


def hooks(seconds=2.0):
    return Webhooks(seconds, tls=False)


async def test_what_arrives_is_what_was_made_and_its_signature_holds():
    async def fine(_):
        return web.Response(status=204)

    async with receiver(fine) as (url, asked):
        result = await hooks().send(url, SECRET, "msg_1", RAW, begun)
    assert (Ending.ACCEPTED, "HTTP 204") == (result.ending, result.words)
    [(_, headers, got)] = asked
    assert RAW == got
    told = Webhook(SECRET).verify(got, headers)
    assert "Бала қауіпте" == told["data"]["matter"]
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(got, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got + b" ", headers)


@pytest.mark.parametrize(
    "status, ending",
    [
        (200, Ending.ACCEPTED),
        (202, Ending.ACCEPTED),
        (500, Ending.FAILED),
        (503, Ending.FAILED),
        (429, Ending.FAILED),
        (400, Ending.REFUSED),
        (401, Ending.REFUSED),
        (404, Ending.REFUSED),
        (410, Ending.REFUSED),
    ],
)
async def test_an_answer_says_whether_it_may_be_tried_again(status, ending):
    async def answer(_):
        return web.Response(status=status)

    async with receiver(answer) as (url, _):
        assert ending is (await hooks().send(url, SECRET, "msg_1", RAW, begun)).ending


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_where_it_is_sent_on_to_nothing_goes(status):
    async def fine(_):
        return web.Response(status=200)

    async with receiver(fine) as (other, asked_there):

        async def aside(_):
            return web.Response(status=status, headers={"Location": other})

        async with receiver(aside) as (url, asked):
            result = await hooks().send(url, SECRET, "msg_1", RAW, begun)
    assert (Ending.REFUSED, 1, 0) == (result.ending, len(asked), len(asked_there))


async def test_one_that_hangs_or_breaks_off_has_failed_and_is_asked_again_with_the_same_id():
    ways = iter(("hang", "break", "fine"))

    async def odd(request):
        match next(ways):
            case "hang":
                await asyncio.sleep(3600)
            case "break":
                request.transport.close()
        return web.Response(status=200)

    async with receiver(odd) as (url, asked):
        results = [(await hooks(0.3).send(url, SECRET, "msg_7", RAW, begun)).ending for _ in range(3)]
    assert [Ending.FAILED, Ending.FAILED, Ending.ACCEPTED] == results
    assert [("msg_7", RAW)] * 3 == [(headers["webhook-id"], got) for _, headers, got in asked]


async def test_an_address_that_is_not_https_is_never_asked():
    async def fine(_):
        return web.Response(status=200)

    async with receiver(fine) as (url, asked):
        assert Ending.REFUSED is (await Webhooks().send(url, SECRET, "msg_1", RAW, begun)).ending
    assert [] == asked
