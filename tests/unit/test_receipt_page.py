"""Receipt page over real HTTP and the register's real socket: words, headers, limits, repeats (A17, B2)."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import aiohttp
import pytest
from aiohttp import web

from appeals.form.loading import load_form
from appeals.handing_over.planning import Planning
from appeals.handing_over.receipt_links import secret_of
from appeals.handing_over.receipts import Receipts
from appeals.handing_over.rules_file import read_rules
from appeals.model.hand_over import BodyAnswer, HandOverState
from appeals.model.receipt import ReceiptFault
from appeals.topics.loading import load_topics
from engine.process.local_socket import ControlSocket
from engine.register.receipt_asking import ReceiptAsking
from receipt_page.app import HERE, ReceiptPage, build
from receipt_page.rate import Buckets, network_of
from receipt_page.register_link import RegisterLink
from receipt_page.words import FAULTS, WORDS
from tests.hand_over_home import NIGHT, HandOverHome
from tests.register_home import AIGERIM

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow


class Site:
    """The page on a port of loopback, the register behind its socket; `now` is the register's time."""

    async def open(self, home: HandOverHome, folder) -> "Site":
        self.home, self.now = home, NIGHT
        form = load_form()
        planning = Planning(
            form, load_topics(form), read_rules(), home.directory, home.calendar, home.settings.zone
        )
        receipts = Receipts(home.database, home.keys.appeals(), planning, days=30)
        asking = ReceiptAsking(lambda: receipts, lambda: self.now)
        self.socket = ControlSocket(folder / "receipt.sock", asking.commands)
        await self.socket.start()
        self.page = ReceiptPage(RegisterLink(folder / "receipt.sock"), home.settings.zone)
        self.runner = web.AppRunner(build(self.page), access_log=None)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        port = self.runner.addresses[0][1]
        self.client = aiohttp.ClientSession(f"http://127.0.0.1:{port}")
        return self

    async def close(self) -> None:
        await self.client.close()
        await self.runner.cleanup()
        await self.socket.close()

    def path(self, one) -> str:
        return f"/r/{secret_of(self.home.keys.appeals(), one.id, one.sha256)}"

    async def get(self, path: str):
        async with self.client.get(path) as answer:
            return answer, unescape(await answer.text())

    async def post(self, path: str, **fields: str):
        async with self.client.post(path, data=fields) as answer:
            return answer, unescape(await answer.text())

    async def unlocked(self, one):
        _, text = await self.get(self.path(one))
        code = (await self.home.hand_overs.receipt_code(one.id, AIGERIM, NIGHT)).code
        return await self.post(self.path(one), do="unlock", form=hidden(text, "form"), code=code)


@pytest.fixture
async def site(url, tmp_path):
    home = await HandOverHome(tmp_path / "home", database_url=url).open()
    made = await Site().open(home, tmp_path)
    yield made
    await made.close()
    await home.close()


def hidden(text: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', text)[1]


async def test_from_the_link_to_the_answer_the_register_has_what_the_body_typed(site):
    one = next(one for one in await site.home.told() if one.body == "internal_affairs_abai")
    answer, text = await site.get(site.path(one))
    assert (200, []) == (answer.status, list(answer.cookies))
    assert "Сынақов" not in text
    form = hidden(text, "form")
    answer, text = await site.post(site.path(one), do="take", form=form, by="Бір <b>", post="кезекші")
    assert 200 == answer.status
    assert HandOverState.RECEIVED is (await site.home.hand_overs.get(one.id)).state
    answer, text = await site.unlocked(one)
    assert all(line in text for line in one.text.splitlines())
    typed = {"answer": "confirmed", "measures": "экипаж барды", "by": "Сынақов", "post": "капитан"}
    answer, text = await site.post(site.path(one), do="answer", opened=hidden(text, "opened"), **typed)
    assert 200 == answer.status
    given = (await site.home.hand_overs.get(one.id)).given
    assert (BodyAnswer.CONFIRMED, "экипаж барды", "Сынақов, капитан", "receipt_page") == (
        given.answer, given.measures, given.by, given.channel
    )  # fmt: skip


async def test_a_scanner_that_opens_every_link_by_get_and_head_changes_nothing(site):
    one = (await site.home.told())[0]
    before = (await site.home.hand_overs.get(one.id), await site.home.hand_overs.events(one.id))
    for query in ("", "?do=take&by=x", "?lang=kk", "?do=answer&answer=confirmed"):
        assert 200 == (await site.get(site.path(one) + query))[0].status
        async with site.client.head(site.path(one) + query) as answer:
            assert 200 == answer.status
    assert before == (await site.home.hand_overs.get(one.id), await site.home.hand_overs.events(one.id))


async def test_a_form_sent_without_its_token_is_refused_and_what_was_typed_stays(site):
    one = (await site.home.told())[0]
    answer, text = await site.post(site.path(one), do="take", form="", by="Айдар Сынақ", post="")
    assert 409 == answer.status
    assert FAULTS[ReceiptFault.FORM_OLD][0] in text
    assert 'value="Айдар Сынақ"' in text
    assert (await site.home.hand_overs.get(one.id)).received_at is None


async def test_the_bodys_language_comes_first_and_the_switch_shows_the_other(site):
    one = (await site.home.told())[0]
    for query, language in (("", one.language), ("?lang=kk", "kk"), ("?lang=ru", "ru")):
        _, text = await site.get(site.path(one) + query)
        assert f'<html lang="{language}">' in text
        ours, theirs = WORDS["take"] if language == "kk" else WORDS["take"][::-1]
        assert (True, False) == (ours in text, theirs in text)


async def test_guessed_expired_and_strange_addresses_say_so_in_plain_words_with_every_header(site):
    one = (await site.home.told())[0]
    site.now = NIGHT + timedelta(days=31)
    expected = {
        "/r/" + "A" * 32: (404, FAULTS[ReceiptFault.NO_SUCH_LINK][0]),
        site.path(one): (410, FAULTS[ReceiptFault.EXPIRED][0]),
        "/": (404, WORDS["nothing"][0]),
        "/sign-in": (404, WORDS["nothing"][0]),
        "/api/board": (404, WORDS["nothing"][0]),
    }
    for path, (status, words) in expected.items():
        answer, text = await site.get(path)
        assert (status, True) == (answer.status, words in text), path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert ("no-referrer", "no-store") == (
            answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]
        )  # fmt: skip
        assert not {"Set-Cookie", "Server"} & set(answer.headers)
    assert "Disallow: /" in (await site.get("/robots.txt"))[1]


async def test_two_who_answer_at_once_make_one_answer(site):
    one = (await site.home.told())[0]
    _, text = await site.unlocked(one)
    fields = {"do": "answer", "opened": hidden(text, "opened"), "answer": "partly", "by": "Бір"}
    both = await asyncio.gather(*(site.post(site.path(one), **fields) for _ in range(2)))
    assert [200, 200] == [answer.status for answer, _ in both]
    steps = [event.step for event in await site.home.hand_overs.events(one.id)]
    assert 1 == steps.count("answered")


async def test_an_answer_without_a_result_asks_for_it(site):
    one = (await site.home.told())[0]
    _, text = await site.unlocked(one)
    answer, text = await site.post(site.path(one), do="answer", opened=hidden(text, "opened"), by="Бір")
    assert (422, True) == (answer.status, WORDS["choose"][1] in text or WORDS["choose"][0] in text)


async def test_too_many_requests_of_one_network_or_to_one_link_wait(site):
    one, other = (await site.home.told())[:2]
    site.page.clock = lambda: 0.0
    site.page.links = Buckets(3, 1)
    statuses = [(await site.get(site.path(one)))[0].status for _ in range(4)]
    assert [200, 200, 200, 429] == statuses
    assert 200 == (await site.get(site.path(other)))[0].status
    site.page.networks = Buckets(1, 1)
    assert [200, 429] == [(await site.get(site.path(other)))[0].status for _ in range(2)]
    site.page.clock = lambda: 10.0
    assert 200 == (await site.get(site.path(one)))[0].status


async def test_a_register_that_is_away_is_said_and_nothing_else_breaks(site):
    one = (await site.home.told())[0]
    await site.socket.close()
    answer, text = await site.get(site.path(one))
    assert (503, True) == (answer.status, WORDS["away"][0] in text)
    answer, text = await site.post(site.path(one), do="take", form="x", by="Бір")
    assert 503 == answer.status
    await site.socket.start()
    assert 200 == (await site.get(site.path(one)))[0].status


def test_the_page_has_no_script_and_every_word_in_both_languages():
    page = (HERE / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|javascript:|\son\w+=|\sstyle=", page)
    pairs = [*WORDS.values(), *FAULTS.values()]
    assert all(kazakh and russian and kazakh != russian for kazakh, russian in pairs)
    assert set(FAULTS) == set(ReceiptFault)


def test_a_network_is_an_address_and_of_ipv6_the_customers_half():
    assert "192.0.2.7" == network_of("::ffff:192.0.2.7") == network_of("192.0.2.7")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:0:1::1")
