"""Every command × everybody who could give it: who is let in, and under whose name it stands (A5, A18)."""

import asyncio
import os

import pytest
from typer.main import get_command

from config.settings import Settings
from engine.cli.authorisation import COMMANDS, commands
from engine.cli.main import app
from recordings.journal.reading import Reader
from tests.folders import open_the_way
from tests.line import SERVED, engine, write_journal

pytest_plugins = ("tests.command_line",)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root is told by sudo for whom it acts")

PEOPLE = {"consultant": 7001, "supervisor": 7002, "administrator": 7003, "auditor": 7004, "unknown": 7005}
EVERYBODY = frozenset({*PEOPLE, "root"})
A, S, U, ROOT = "administrator", "supervisor", "auditor", "root"
EVERY_ROLE = frozenset({"consultant", A, S, U})

# command: words, who is let in at a site, what then stands in the access log under their name.
TABLE = {
    "run": ((), {A, ROOT, "unknown"}, None),
    "demo": ((), {A, ROOT, "unknown"}, None),
    "doctor": ((), EVERYBODY, None),
    "version": ((), EVERYBODY, None),
    "replay": (("/dev/null",), EVERYBODY, None),
    "render": (("--into", "{tmp}/etc"), {A}, "rendered"),
    "prompts check": ((), EVERYBODY, None),
    "prompts script": (("kk",), EVERYBODY, None),
    "prompts import": (("{studio}",), {A}, "changed"),
    "prompts speak": ((), {A, ROOT, "unknown"}, None),
    "calls list": ((), {A, S}, None),
    "calls list --unmask": (("--reason", "сынақ"), {A}, "unmasked"),
    "calls show": (("{call}",), {A, S}, None),
    "calls show --unmask": (("{call}", "--reason", "сынақ"), {A}, "unmasked"),
    "queue show": ((), {A, S, U}, None),
    "consultants list": ((), {A, S, U}, None),
    "consultants add": (("c105", "--name", "Гүлнар", "--language", "kk"), {A}, "changed"),
    "consultants change": (("c101", "--name", "Екінші"), {A}, "changed"),
    "consultants remove": (("c102",), {A}, "changed"),
    "consultants reload": ((), {A}, None),
    "consultants pause": (("c101", "--reason", "lunch"), {A, S}, "paused"),
    "consultants unpause": (("c101",), {A, S}, "unpaused"),
    "recordings find": (("--reason", "сынақ"), {A, S}, "searched"),
    "recordings find --unmask": (("--reason", "сынақ"), {A}, "searched"),
    "recordings show": (("n1-1-1-c1",), {A, S}, None),
    "recordings play": (("n1-1-1-c1", "--reason", "сынақ"), {A, S}, None),
    "recordings export": (("n1-1-1-c1", "--reason", "x", "--out", "{tmp}/x"), {A}, None),
    "recordings link": (("{call}", "--registration", "7"), {A}, "linked"),
    "recordings seal": ((), {A}, None),
    "recordings verify": ((), {A, U}, None),
    "recordings reconcile": ((), {A, U}, None),
    "recordings statement": (("--now",), {A}, "stated"),
    "recordings statements": ((), {A, U}, None),
    "demands register": (
        ("--authority", "informatisation", "--basis", "C6", "--letter-number", "1", "--letter-date",
         "2026-11-22", "--number", "8 700 000 00 01", "--day", "2026-11-22"), {A}, "demand",
    ),
    "demands list": ((), {A}, None),
    "demands show": (("1",), {A}, None),
    "demands search": (("1",), {A}, None),
    "demands approve": (("1",), {A}, None),
    "demands correct": (("1", "--number", "8 700 000 00 01", "--reason", "x"), {A}, None),
    "demands review": (("1",), {A}, None),
    "demands listen": (("1", "1", "--out", "{tmp}/y"), {A}, None),
    "demands package": (("1", "--out", "/"), {A}, None),
    "demands hand-over": (("1", "--to", "x", "--how", "y"), {A}, None),
    "demands acknowledge": (("1", "--note", "x"), {A}, None),
    "demands refuse": (("1", "--ground", "x"), {A}, None),
    "demands return": (("1", "--ground", "x"), {A}, None),
    "demands letter": (("1",), {A}, None),
    "demands verify": (("/dev/null", "--key", "00" * 32), EVERYBODY, None),
    "demands bases": ((), EVERYBODY, None),
    "demands authorities": ((), EVERYBODY, None),
    "retention policies": ((), EVERYBODY, None),
    "retention plan": ((), {A}, "planned"),
    "retention apply": (("--reason", "x", "--yes"), {A}, "destroyed"),
    "retention hold": (("{call}", "--reason", "сот"), {A}, "held"),
    "retention lift": (("1", "--reason", "x"), {A}, None),
    "retention holds": ((), {A}, "viewed"),
    "bodies list": ((), EVERY_ROLE, None),
    "bodies show": (("akimat_abai",), EVERY_ROLE, None),
    "bodies add": (
        ("school", "--kind", "local", "--name-kk", "Мектеп", "--name-ru", "Школа"), {A}, None,
    ),
    "bodies change": (("school", "--name-ru", "Лицей"), {A}, None),
    "bodies close": (("school",), {A}, None),
    "bodies import": (("/dev/null",), {A}, None),
    "bodies export": (("--out", "{tmp}/z"), {A}, None),
    "bodies seed": ((), {A}, None),
    "bodies contact add": (("school", "--channel", "telephone", "--address", "102"), {A}, None),
    "bodies contact change": (("school", "1", "--order", "2"), {A}, None),
    "bodies contact end": (("school", "1"), {A}, None),
    "appeals report half-year": ((), {A, S, U}, None),
    "appeals report incoming": (("2026-11",), {A, S, U}, None),
    "appeals report public": ((), {A, S, U}, None),
    "appeals token add": (("x",), {A}, None),
    "appeals token list": ((), {A}, None),
    "appeals token revoke": (("x",), {A}, None),
    "calendar show": ((), EVERY_ROLE, None),
    "calendar set": (("10.06.2026",), {A}, None),
    "calendar swap": (("18.05.2026", "16.05.2026"), {A}, None),
    "calendar remove": (("27.05.2026",), {A}, None),
    "calendar fill": (("2027",), {A}, None),
    "calendar next": (("akimat_abai",), EVERY_ROLE, None),
    "audit list": ((), {A, U}, "read_log"),
    "audit export": (("--out", "-"), {A, U}, "read_log"),
    "audit verify": ((), {A, U}, None),
    "accounts add": (("x",), {A}, None),
    "accounts list": ((), {A}, "viewed"),
    "accounts password": (("x", "--password-stdin"), {A}, None),
    "accounts disable": (("x",), {A}, None),
    "accounts enable": (("x",), {A}, None),
    "accounts forget-second-factor": (("x",), {A}, None),
    "accounts end-sessions": (("x",), {A}, "account"),
    "keys show": ((), {A, U}, None),
    "keys public": ((), {A, U}, None),
    "keys rotate": ((), {A}, "rotated"),
    "lab fill": (("--calls", "1", "--with-audio", "0"), {A}, None),
}  # fmt: skip


@pytest.fixture
def site(settings, monkeypatch, tmp_path):
    """A site with one person of each role, and one call in its journal; nothing of the machine is started."""
    people = "".join(
        f'[people.uid{uid}]\nperson = "Сынақ {role}"\nrole = "{role}"\n'
        for role, uid in PEOPLE.items()
        if role != "unknown"
    )
    root = '[people.root]\nperson = "Root"\nrole = "administrator"\n'  # believed nowhere at a site
    (settings.home / "settings.toml").write_text(f'profile = "site"\n{people}{root}')
    (tmp_path / "studio").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o777)
    open_the_way(tmp_path)
    monkeypatch.setattr("engine.supervisor.run.run", lambda *_: 0)
    monkeypatch.setattr("lab.demo.run", lambda *_: 0)
    monkeypatch.setattr("engine.cli.prompts.make_drafts", lambda *_: 0)
    at_a_site = Settings()
    from dialplan.sip_accounts import SipAccount
    from engine.install import consultant_accounts as accounts

    accounts.save(at_a_site, [SipAccount(id_, "Айгүл", ("kk",), "x" * 32) for id_ in ("c101", "c102")])
    write_journal(at_a_site, SERVED)
    return at_a_site


def become(monkeypatch, who: str) -> None:
    if who == "root":
        monkeypatch.delenv("SUDO_UID", raising=False)
    else:
        monkeypatch.setenv("SUDO_UID", str(PEOPLE[who]))


def turned_away(result) -> bool:
    words = ("this needs", "nobody we know")
    return result.exit_code == 1 and any(word in result.stderr for word in words)


def entries(settings) -> list:
    async def read():
        reader = Reader.open(settings.database, None)
        links = await reader.access_log()
        await reader.close()
        return [link.entry for link in links]

    return asyncio.run(read())


def spoken(name: str, tmp_path) -> tuple[str, ...]:
    places = {"{tmp}": str(tmp_path / "out"), "{studio}": str(tmp_path / "studio"), "{call}": SERVED.call_id}

    def put(word: str) -> str:
        for sign, place in places.items():
            word = word.replace(sign, place)
        return word

    return (*name.split(), *(put(word) for word in TABLE[name][0]))


def test_every_command_stands_in_the_table_of_rights_and_in_this_one():
    from engine.cli.prompts import prompts

    every = {path for path, _ in commands(get_command(app))}
    every |= {path for path, _ in commands(get_command(prompts), "prompts")}
    assert every == set(COMMANDS)
    assert every - {"prompts"} == {name for name in TABLE if "--" not in name}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_a_command_lets_in_whom_the_table_names_and_writes_their_name(
    ivr111, site, monkeypatch, tmp_path, name
):
    _, allowed, action = TABLE[name]
    for who in sorted(EVERYBODY - allowed):
        become(monkeypatch, who)
        with engine(site):
            result = ivr111(*spoken(name, tmp_path))
        assert turned_away(result), (who, result.output)
    assert [] == entries(site)
    for who in sorted(allowed):
        become(monkeypatch, who)
        before = len(entries(site))
        with engine(site):
            result = ivr111(*spoken(name, tmp_path))
        assert not turned_away(result), (who, result.output)
        told = entries(site)[before:]
        assert {entry.system_user for entry in told} <= {f"uid{PEOPLE[who]}"} if who in PEOPLE else not told
        if action is not None and who == A:
            assert action in {entry.action for entry in told}, result.output


def test_a_command_without_an_entry_is_nobodys(ivr111, site, monkeypatch):
    monkeypatch.setattr("engine.cli.authorisation.COMMANDS", {})
    become(monkeypatch, "administrator")
    result = ivr111("calls", "list")
    assert (1, "stands in no table" in result.stderr) == (result.exit_code, True)
