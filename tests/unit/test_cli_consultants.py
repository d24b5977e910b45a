"""`ivr111 queue` and `consultants`: through the engine while it runs, by root alone while it does not."""

import asyncio
import contextlib
import json
import socket
import stat
import subprocess
import sys
import threading

import pytest

from config.settings import Settings
from dialplan.sip_accounts import SipAccount
from engine.install import consultant_accounts as accounts
from engine.install.asterisk_endpoints import EndpointNotReady, settle_gone
from engine.process.local_socket import CommandRefused, ask
from engine.supervisor.services import configuration
from recordings.journal.reading import Reader
from routing.dispatch.queue import Waiting
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
        running.loop.call_soon_threadsafe(running.dispatch.place, Waiting(call_id(1), "kk", 1795338000.0))
        shown = json.loads(ivr111("queue", "show", "--json").stdout)
        text = ivr111("queue", "show").stdout
    assert [(one["call_id"], one["language"]) for one in shown["callers"]] == [(call_id(1), "kk")]
    assert (f"{call_id(1)}  111-kk" in text, "asterisk up" in text) == (True, True)


@pytest.mark.parametrize("reason", ["lunch\r\nAction: Originate", "x" * 80, "ұ" * 40, " "])
def test_a_reason_that_asterisk_could_read_as_more_is_refused(settings, reason):
    with engine(settings) as running, pytest.raises(CommandRefused, match="one line"):
        ask(settings.control_socket, "consultants.pause", id="c101", reason=reason)
    assert running.paused == []


def test_a_pause_reaches_the_engine_with_its_reason_and_the_access_log(ivr111, settings):
    with engine(settings) as running:
        assert ivr111("consultants", "pause", "c101", "--reason", "түскі ас").exit_code == 0
        assert json.loads(ivr111("consultants", "unpause", "c101", "--json").stdout) == {"id": "c101"}
        assert running.paused == [("c101", "түскі ас"), ("c101", None)]
    assert acts(settings) == [("paused", "consultant c101", "түскі ас"), ("unpaused", "consultant c101", "")]


def test_a_pause_reason_stands_whole_or_is_refused_before_it_is_sent(ivr111, settings):
    with engine(settings) as running:
        assert 0 == ivr111("consultants", "pause", "c101", "--reason", "ұ" * 39).exit_code
        refused = ivr111("consultants", "pause", "c101", "--reason", "ұ" * 40)
    assert [("c101", "ұ" * 39)] == running.paused
    assert (2, True) == (refused.exit_code, "39 Kazakh" in " ".join(refused.stderr.split()))


def test_a_reason_of_the_settings_that_would_be_cut_keeps_no_line_from_starting(settings):
    assert ("ұ" * 40,) == Settings(home=settings.home, pause_reasons=("ұ" * 40,)).pause_reasons


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
            assert "c105" in {seat.id for seat in box.dispatch.snapshot().consultants}
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
            assert "c102" not in {seat.id for seat in box.dispatch.snapshot().consultants}
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
    with engine(settings), pytest.raises(CommandRefused, match="kk, ru"):
        ask(settings.control_socket, "accounts.add", id="c106", name="Екінші", languages=["en"])


@contextlib.contextmanager
def asterisk(settings, answers):
    """A process of this home's Asterisk, and its control socket, where each command is answered at once."""
    heard = []

    async def serve(reader, writer):
        writer.write(b"here/1/22\n")
        said = (await reader.readuntil(b"\0")).decode().removeprefix("cli quit after ").rstrip("\0")
        heard.append(said)
        known = [answer for begin, answer in answers.items() if said.startswith(begin)]
        writer.write((known[0] if known else "Unable to find object.").encode())
        writer.close()

    async def listen(ready, over):
        settings.asterisk_control.parent.mkdir(parents=True)
        server = await asyncio.start_unix_server(serve, str(settings.asterisk_control))
        ready.set()
        await asyncio.to_thread(over.wait)
        server.close()

    ready, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(listen(ready, over)))
    thread.start()
    command = [sys.executable, "-c", "input()", configuration(settings)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        (settings.run_dir / "asterisk.pid").write_text(f"{process.pid}\n")
        assert ready.wait(10)
        try:
            yield heard
        finally:
            over.set()
            thread.join(10)
            process.kill()


BOOTED = {"core waitfullybooted": "Asterisk has fully booted.\n"}


def test_an_asterisk_that_only_says_that_it_reloaded_is_not_believed(ivr111, settings, monkeypatch):
    monkeypatch.setattr("engine.cli.endpoint_change.SETTLED", 0.5)
    polite = {**BOOTED, "module reload": "Module 'res_pjsip.so' reloaded successfully.\n"}
    with asterisk(settings, polite) as heard:
        added = ivr111(*NEW)
        listed = ivr111("consultants", "reload")
    assert heard.count("module reload res_pjsip.so") > 1
    assert (1, True) == (added.exit_code, "Asterisk has not read c105" in added.stderr)
    assert "password" in added.stdout  # the account is there: whoever gets it needs this
    assert (1, True) == (listed.exit_code, "ivr111 consultants reload" in listed.stderr)


def test_a_removed_phone_that_is_still_there_is_not_told_as_gone(ivr111, settings, monkeypatch):
    monkeypatch.setattr("engine.cli.endpoint_change.SETTLED", 0.5)
    accounts.load(settings)
    there = {
        **BOOTED,
        "pjsip show endpoint c102": " Endpoint:  c102    Unavailable   0 of 1\n",
        "module reload": "reloaded successfully",
        "database show registrar contact": "0 results found.",
        "core show channels concise": "",
        "queue show": "",
    }
    with asterisk(settings, there):
        stays = ivr111("consultants", "remove", "c102")
    assert (1, True) == (stays.exit_code, "still has its endpoint" in stays.stderr)


def test_a_removed_phones_registration_calls_and_queue_place_are_ended_and_its_caller_goes_back(settings):
    def leg(name, bridge):
        return f"{name}!x!s!1!Up!Dial!!77000000001!!!3!5!{bridge}!1.1\n"

    state = {
        **BOOTED,
        "database show registrar contact": "".join(
            f"/registrar/contact/{key}: {{}}\n" for key in ("c102;@abc", "c1020;@d")
        ),
        "core show channels concise": leg("PJSIP/111-trunk-00000001", "b1") + leg("PJSIP/c102-00000002", "b1")
        + leg("PJSIP/c1020-00000003", "b2") + leg("PJSIP/111-trunk-00000004", "b2"),
        "queue show": "   c102 (PJSIP/c102) (dynamic)\n",
    }  # fmt: skip
    with asterisk(settings, state) as heard, pytest.raises(EndpointNotReady, match="a call"):
        asyncio.run(settle_gone(settings.asterisk_control, "c102", 0.2))
    asked = ("core", "pjsip", "database show", "queue show")
    assert [
        "database del registrar contact/c102;@abc",
        "dialplan set chanvar PJSIP/111-trunk-00000001 ENGINE_WISH lost",
        "channel request hangup PJSIP/c102-00000002",
        "queue remove member PJSIP/c102 from 111-survival",
    ] == [one for one in heard if not one.startswith(asked)][:4]


@pytest.mark.parametrize("running", [True, False])
def test_a_changed_account_has_what_was_asked_and_nothing_else(ivr111, settings, running):
    before = {one.id: one for one in accounts.load(settings)}
    words = ("consultants", "change", "c101", "--language", "ru", "--json")
    with engine(settings) if running else contextlib.nullcontext() as box:
        languages = json.loads(ivr111(*words).stdout)
        secret = json.loads(ivr111("consultants", "change", "c101", "--new-password", "--json").stdout)
        if running:
            assert ("ru",) == next(s.languages for s in box.dispatch.snapshot().consultants if s.id == "c101")
    after = {one.id: one for one in accounts.load(settings)}
    assert (["ru"], False) == (languages["languages"], "password" in languages)
    assert after["c101"].secret == secret["password"] != before["c101"].secret
    assert (before["c101"].name, before["c102"]) == (after["c101"].name, after["c102"])
    assert ivr111("consultants", "change", "c101").exit_code == 2


def test_an_engine_that_read_the_accounts_too_early_reads_them_again(settings):
    with engine(settings) as box:
        accounts.save(
            settings, [SipAccount("c101", "А", ("ru",), "x" * 32), SipAccount("c109", "Б", ("kk",), "y" * 32)]
        )
        ask(settings.control_socket, "accounts.read")
        seats = {seat.id: seat.languages for seat in box.dispatch.snapshot().consultants}
    assert {"c101": ("ru",), "c109": ("kk",)} == seats
