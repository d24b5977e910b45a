"""First the log, then the ear: who cannot be written down cannot listen; what must not wait is marked."""

import asyncio
import sqlite3
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from config.refusals import code_of
from config.settings import Person
from console.http.refusals import reason
from engine.process.local_socket import CommandRefused, Peer
from recordings.journal.journal import Journal
from recordings.privacy.keyring import Keyring
from routing.ami.client import AmiTimeout
from routing.dispatch.queue import Waiting
from tests.line import engine, orders

pytest_plugins = ("tests.command_line",)
CALL = "n1-1795338000000-1"
SUBJECT = f"call {CALL} consultant c101"
LISTEN = {"consultant": "c101", "mode": "listen", "phone": "s201"}


@pytest.fixture
def box(settings):
    """A supervisor with a phone, c101 in a conversation, and a journal as the engine has it."""
    with engine(settings) as box:
        box.settings = settings.model_copy(
            update={"people": {"sam": Person(person="Сэм", role="supervisor")}}
        )
        leg = SimpleNamespace(device="c101", channel="PJSIP/c101-1")
        ongoing = SimpleNamespace(legs=SimpleNamespace(talking=lambda: [leg]))
        box.names["s201"] = "Сэм"
        box.line = SimpleNamespace(
            live=SimpleNamespace(reach={"s201": "reachable"}, spies={}), find=lambda _: ongoing
        )
        box.loop.call_soon_threadsafe(box.dispatch.found_talking, Waiting(CALL, "kk", 0.0), "c101")
        box.heard = []

        async def begin(mode, phone, channel, consultant):
            box.heard.append((mode, spooled(settings), written(settings)))
            return "spy-1"

        box.spying = SimpleNamespace(begin=begin)
        keys = Keyring(settings.keys_dir).numbers
        journal = Journal(settings.database, settings.spool / "quick", keys, patience=0.3, retry=0.2)
        in_loop(box, journal.start())
        box.journal = journal
        yield box
        in_loop(box, journal.stop())


def in_loop(box, work):
    return asyncio.run_coroutine_threadsafe(work, box.loop).result(20)


def order(box, do, **asked):
    return in_loop(box, orders(box)[do](Peer("sam"), asked))


def spooled(settings) -> int:
    """Entries of the access log in the flushed spool."""
    file = settings.spool / "quick" / "journal.jsonl"
    return file.read_text().count('"kind":"Access"') if file.is_file() else 0


def written(settings) -> list:
    """What stands in the chain."""
    with sqlite3.connect(f"file:{settings.home}/db/journal.sqlite?mode=ro", uri=True) as database:
        return list(database.execute("SELECT action, subject, person FROM access_log ORDER BY seq"))


@contextmanager
def locked(settings):
    """Somebody else holds the database: it takes no row."""
    holder = sqlite3.connect(settings.home / "db" / "journal.sqlite")
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


@contextmanager
def no_disk(settings):
    """The spool takes nothing either."""
    file = settings.spool / "quick" / "journal.jsonl"
    file.unlink(missing_ok=True)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()


def later(settings, count: int) -> list:
    until = time.monotonic() + 10
    while len(told := written(settings)) < count and time.monotonic() < until:
        time.sleep(0.05)
    return told


def test_the_ear_opens_when_the_entry_stands_in_the_chain(box, settings):
    assert "spy-1" == order(box, "steer.spy", **LISTEN)["id"]
    [(mode, _, log)] = box.heard
    assert ("listen", [("listened_live", SUBJECT, "Сэм")]) == (mode, log)


@pytest.mark.parametrize("do, asked", [("steer.spy", LISTEN), ("desk.transfer_1414", {"id": "c101"})])
def test_an_order_about_a_call_that_is_over_is_none_about_the_next_one(box, settings, do, asked):
    """It ended, and another one began, while a person was about to press the button."""
    with pytest.raises(CommandRefused, match="that call is over: nothing was ordered"):
        order(box, do, **asked, call="n1-1795338000000-9")
    assert ([], []) == (box.heard, written(settings))


def test_an_entry_flushed_into_the_spool_counts_and_comes_into_the_chain(box, settings):
    with locked(settings):
        order(box, "steer.spy", **LISTEN)
        [(mode, waiting, log)] = box.heard
        assert ("listen", 1, []) == (mode, waiting, log)
    assert [("listened_live", SUBJECT, "Сэм")] == later(settings, 1)


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_who_cannot_be_written_down_does_not_listen(box, settings, mode):
    with (
        locked(settings),
        no_disk(settings),
        pytest.raises(CommandRefused, match="nobody may listen") as refused,
    ):
        order(box, "steer.spy", **{**LISTEN, "mode": mode})
    assert [] == box.heard
    assert "access log cannot be written" in reason(code_of(refused.value))
    action = {"listen": "listened_live", "whisper": "whispered", "barge": "barged"}[mode]
    assert [(action, SUBJECT, "Сэм"), ("not_done", SUBJECT, "Сэм")] == later(settings, 2)


def test_a_pause_and_a_release_do_not_wait_and_are_marked_late(box, settings):
    with locked(settings), no_disk(settings):
        order(box, "consultants.pause", id="c101", reason="lunch")
        order(box, "consultants.unpause", id="c101")
    assert [("c101", "lunch"), ("c101", None)] == box.paused
    assert ["paused", "late", "unpaused", "late"] == [action for action, _, _ in later(settings, 4)]


def test_a_pause_in_time_is_not_marked(box, settings):
    order(box, "consultants.pause", id="c101", reason="lunch")
    assert [("paused", "consultant c101", "Сэм")] == later(settings, 1)


def test_a_phone_that_did_not_ring_heard_nothing_and_the_log_says_so(box, settings):
    async def silent(*_):
        raise AmiTimeout

    box.spying.begin = silent
    with pytest.raises(CommandRefused, match="did not ring"):
        order(box, "steer.spy", **LISTEN)
    assert ["listened_live", "not_done"] == [action for action, _, _ in later(settings, 2)]


def test_numbers_stay_masked_while_the_log_takes_nothing(box, settings):
    box.settings.people["sam"] = Person(person="Сэм", role="administrator")
    with locked(settings), no_disk(settings), pytest.raises(CommandRefused, match="nothing is shown"):
        order(box, "access.note", action="unmasked", subjects=[CALL, "n1-2-2"], reason="сынақ")
    assert ["unmasked"] * 2 + ["not_done"] * 2 == [action for action, _, _ in later(settings, 4)]
