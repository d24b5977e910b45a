"""`ivr111 queue` and `consultants`: through the engine while it runs, by root alone while it does not."""

import asyncio
import json
import socket
import stat
import threading

import pytest

from engine import accounts
from engine.control import Wrong, ask
from recordings.reading import Reader
from routing.waiting import Waiting
from tests.line import call_id, engine

pytest_plugins = ("tests.command_line",)

NEW = ("consultants", "add", "c105", "--name", "Гүлнар Сынақ", "--language", "ru", "--language", "kk")


def etc(settings, name="pjsip.conf") -> str:
    return (settings.home / "asterisk" / "etc" / name).read_text()


def acts(settings):
    async def read():
        reader = Reader.open(settings.database, None)
        links = await reader.access_log()
        await reader.close()
        return [(link.entry.action, link.entry.subject, link.entry.reason) for link in links]

    return asyncio.run(read())


def test_the_list_joins_the_engines_states_with_the_names(ivr111, settings):
    accounts.load(settings)
    with engine(settings):
        first = json.loads(ivr111("consultants", "list", "--json").stdout)[0]
        text = ivr111("consultants", "list").stdout.splitlines()
    assert {"id", "name", "languages", "state", "paused", "missed", "reachable", "call_id"} <= set(first)
    assert (first["id"], first["name"], first["languages"]) == ("c101", "Айгүл Сынақ", ["kk", "ru"])
    assert [line.split()[0] for line in text] == ["consultant", "c101", "c102"]


def test_without_an_engine_the_accounts_are_listed_and_their_state_is_unknown(ivr111, settings):
    accounts.load(settings)
    result = ivr111("consultants", "list", "--json")
    found = json.loads(result.stdout)
    assert [one["id"] for one in found] == ["c101", "c102", "c103", "c104"]
    assert {one["state"] for one in found} == {None}
    assert "engine does not answer" in result.stderr
    assert ivr111("consultants", "list").exit_code == 0


def test_the_queue_is_shown_in_order_with_the_wait(ivr111, settings):
    with engine(settings) as running:
        running.loop.call_soon_threadsafe(running.desk.place, Waiting(call_id(1), "kk", 1795338000.0))
        shown = json.loads(ivr111("queue", "show", "--json").stdout)
        text = ivr111("queue", "show").stdout
    assert [(one["call_id"], one["language"]) for one in shown["callers"]] == [(call_id(1), "kk")]
    assert (f"{call_id(1)}  111-kk" in text, "asterisk up" in text) == (True, True)


@pytest.mark.parametrize("reason", ["lunch\r\nAction: Originate", "x" * 81])
def test_a_reason_that_asterisk_could_read_as_more_is_refused(settings, reason):
    with engine(settings) as running, pytest.raises(Wrong, match="one line"):
        ask(settings.control_socket, "consultants.pause", id="c101", reason=reason)
    assert running.paused == []


def test_a_pause_reaches_the_engine_with_its_reason_and_the_access_log(ivr111, settings):
    with engine(settings) as running:
        assert ivr111("consultants", "pause", "c101", "--reason", "түскі ас").exit_code == 0
        assert json.loads(ivr111("consultants", "unpause", "c101", "--json").stdout) == {"id": "c101"}
        assert running.paused == [("c101", "түскі ас"), ("c101", None)]
    assert acts(settings) == [("paused", "consultant c101", "түскі ас"), ("unpaused", "consultant c101", "")]


def test_whom_the_engine_does_not_know_it_does_not_pause(ivr111, settings):
    with engine(settings):
        result = ivr111("consultants", "pause", "c999")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no consultant c999" in result.stderr


@pytest.mark.parametrize(
    "words", [("queue", "show"), ("consultants", "pause", "c101"), ("consultants", "unpause", "c101")]
)
def test_without_an_engine_it_is_said_what_to_do(ivr111, words):
    result = ivr111(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "make run" in result.stderr


@pytest.mark.parametrize("running", [True, False])
def test_a_new_consultant_gets_an_account_that_asterisk_reads(ivr111, settings, running):
    if running:
        with engine(settings) as box:
            result = ivr111(*NEW)
            assert "c105" in {seat.id for seat in box.desk.snapshot().consultants}
        assert acts(settings) == [("changed", "consultant c105", "added")]
    else:
        result = ivr111(*NEW)
    assert result.exit_code == 0, result.stderr
    [account] = [one for one in accounts.load(settings) if one.id == "c105"]
    assert (account.name, account.languages) == ("Гүлнар Сынақ", ("ru", "kk"))
    assert f"  password    {account.secret}\n" in result.stdout
    assert f"password = {account.secret}" in etc(settings)
    assert stat.S_IMODE((settings.home / "asterisk" / "etc" / "pjsip.conf").stat().st_mode) == 0o640
    lab = json.loads((settings.run_dir / "lab.json").read_text())
    assert "c105" in {one["id"] for one in lab["consultants"]}
    assert account.secret not in ivr111("consultants", "list").stdout


@pytest.mark.parametrize("running", [True, False])
def test_a_removed_consultant_has_no_account_any_more(ivr111, settings, running):
    accounts.load(settings)
    if running:
        with engine(settings) as box:
            result = ivr111("consultants", "remove", "c102")
            assert "c102" not in {seat.id for seat in box.desk.snapshot().consultants}
    else:
        result = ivr111("consultants", "remove", "c102")
    assert result.exit_code == 0, result.stderr
    assert ("[c101]" in etc(settings), "[c102]" in etc(settings)) == (True, False)
    again = ivr111("consultants", "remove", "c102")
    assert (again.exit_code, "there is no consultant c102" in again.stderr) == (1, True)


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(
    "words",
    [
        ("c101", "--name", "Екінші", "--language", "kk"),
        ("boss", "--name", "Екінші", "--language", "kk"),
        ("c106", "--name", "two\nlines", "--language", "kk"),
        ("c106", "--name", "Екінші", "--language", "kk", "--language", "kk"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_what_to_do(ivr111, settings, running, words):
    before = accounts.load(settings)
    if running:
        with engine(settings):
            result = ivr111("consultants", "add", *words)
    else:
        result = ivr111("consultants", "add", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert accounts.load(settings) == before


def test_an_engine_that_lives_but_gives_no_answer_keeps_its_accounts_for_itself(ivr111, settings):
    before = accounts.load(settings)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(settings.control_socket))
        listening.listen()
        closing = threading.Thread(target=lambda: listening.accept()[0].close())  # noqa: PLW0108 - in the thread
        closing.start()
        result = ivr111(*NEW)
        closing.join(10)
    assert (result.exit_code, "does not answer" in result.stderr) == (1, True)
    assert accounts.load(settings) == before


def test_without_root_accounts_stay_as_they_are(ivr111, settings, monkeypatch):
    before = accounts.load(settings)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    result = ivr111(*NEW)
    assert (result.exit_code, "sudo" in result.stderr, accounts.load(settings)) == (1, True, before)


def test_the_engine_refuses_a_language_nobody_speaks_here(ivr111, settings):
    with engine(settings), pytest.raises(Wrong, match="kk, ru"):
        ask(settings.control_socket, "accounts.add", id="c106", name="Екінші", languages=["en"])


def test_an_asterisk_that_runs_is_told_to_read_the_accounts(ivr111, settings, monkeypatch, tmp_path):
    told = tmp_path / "told"
    stand_in = tmp_path / "private"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    stand_in.chmod(0o755)
    monkeypatch.setattr("engine.account_change.PRIVATE", str(stand_in))
    assert "does not run" in ivr111(*NEW).stdout
    (settings.run_dir / "asterisk.pid").write_text("1\n")
    assert "asterisk: has read it" in ivr111("consultants", "remove", "c105").stdout
    assert told.read_text() == f"asterisk -C {settings.home}/asterisk/etc/asterisk.conf -rx pjsip reload\n"
