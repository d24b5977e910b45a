"""Files that options name are opened as the person, never as root (decision 0072)."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
from typer.main import get_command

from config.problem import Problem
from engine.cli.authorisation import commands
from engine.cli.file_rights import own_rights
from engine.cli.main import app
from recordings.sealing.worker import Sealer
from tests.evidence_home import EvidenceHome
from tests.folders import open_the_way

pytest_plugins = ("tests.command_line",)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to put aside")
DAULET = 12345  # in no list of users
RECORDING = "n1-1795338000000-1-c1"
LETTER = (
    *("--authority", "informatisation", "--basis", "C6", "--letter-number", "12-3/45", "--letter-date"),
    *("2026-11-22", "--number", "8 700 000 00 01", "--day", "2026-11-22"),
)
KEY = "ab" * 32

# Every option and argument that names a file or a folder; what is then read or written there.
READ = {
    "demands register": {"asked_file": (*LETTER, "--asked-file", "{at}")},
    "demands package": {"passphrase_file": ("1", "--out", "{mine}", "--passphrase-file", "{at}")},
    "demands verify": {"package": ("{at}", "--key", KEY), "key": ("{mine}/none.zip", "--key", "{at}")},
    "recordings verify": {
        "public_key": ("--public-key", "{at}"),
        "statements": ("--statements", "{at_folder}"),
    },
    "audit verify": {"statements": ("--statements", "{at_folder}")},
    "bodies import": {"file": ("{at}",)},
    "replay": {"file": ("{at}",)},
    "prompts import": {"source": ("{at_folder}",)},
}
WRITTEN = {
    "recordings play": {"out": (RECORDING, "--reason", "x", "--out", "{at}")},
    "recordings export": {"out": (RECORDING, "--reason", "x", "--out", "{at}")},
    "recordings statement": {"out": ("--now", "--out", "{at_folder}")},
    "demands listen": {"out": ("1", "1", "--out", "{at}")},
    "demands package": {"out": ("1", "--out", "{at_folder}")},
    "audit export": {"out": ("--out", "{at}")},
    "bodies export": {"out": ("--out", "{at}")},
    "appeals report half-year": {"out": ("--form", "csv", "--out", "{at}")},
    "appeals report incoming": {"out": ("2026-11", "--form", "csv", "--out", "{at}")},
    "appeals report public": {"out": ("--form", "csv", "--out", "{at}")},
    "keys public": {"out": ("--out", "{at}")},
    "render": {"into": ("--into", "{at_folder}")},
}


@pytest.fixture
def roots(settings, monkeypatch, tmp_path):
    """A site's home with a sealed recording, a folder of root's, and a folder of the person's own."""
    (settings.home / "settings.toml").write_text(
        f'[people.uid{DAULET}]\nperson = "Дәулет"\nrole = "administrator"\n'
    )

    async def fill() -> None:
        opened = await EvidenceHome(settings.home).open()
        await opened.talk(1, caller="+77000000001", seconds=1)
        await Sealer(opened.database, opened.keys, opened.settings).pass_once()
        await opened.close()

    asyncio.run(fill())
    monkeypatch.setenv("SUDO_UID", str(DAULET))
    open_the_way(tmp_path)
    (tmp_path / "mine").mkdir()
    os.chown(tmp_path / "mine", DAULET, DAULET)
    (tmp_path / "roots").mkdir(mode=0o700)
    (tmp_path / "roots" / "secret").write_text("root:secret:key\n")
    (tmp_path / "roots" / "2026-11-22-000001.json").write_text('"root:secret:key"')
    (tmp_path / "roots" / "kk").mkdir()
    return tmp_path


def spoken(words, command: str, at: Path, folder: Path, tmp_path: Path) -> list[str]:
    places = {"{at}": str(at), "{at_folder}": str(folder), "{mine}": str(tmp_path / "mine")}
    told = "\n".join(words)
    for sign, place in places.items():
        told = told.replace(sign, place)
    return [*command.split(), *told.split("\n")]


def cases(table) -> list:
    return [
        pytest.param(command, words, id=f"{command} {option}")
        for command, options in table.items()
        for option, words in options.items()
    ]


def named_files(callback) -> set[str]:
    """Options and arguments that are paths, or whose help speaks of files."""
    found = set()
    for name, hint in get_type_hints(callback, include_extras=True).items():
        kind, *said = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        words = " ".join(str(getattr(one, "help", "")) for one in said).lower()
        if Path in (kind, *get_args(kind)) or (
            kind is str and any(w in words for w in ("file", "folder", "package"))
        ):
            found.add(name)
    return found


def test_every_option_that_names_a_file_stands_in_a_table_of_this_file():
    from engine.cli.prompts import prompts

    every = [*commands(get_command(app)), *commands(get_command(prompts), "prompts")]
    found = {(path, name) for path, command in every for name in named_files(command.callback)}
    known = {(path, name) for table in (READ, WRITTEN) for path, options in table.items() for name in options}
    assert known == found


@pytest.mark.parametrize("command, words", cases(READ))
def test_what_the_person_may_not_read_stays_unread(ivr111, roots, command, words):
    at = roots / "roots" / "secret"
    result = ivr111(*spoken(words, command, at, roots / "roots", roots))
    assert 0 != result.exit_code
    assert "secret:key" not in result.output
    assert not list((roots / "home").rglob("*secret*"))


@pytest.mark.slow
@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("command, words", cases(WRITTEN))
def test_what_the_person_may_not_write_stays_as_it_is(ivr111, roots, command, words, link):
    folder = roots / "roots"
    before = sorted(path.name for path in folder.rglob("*"))
    at = folder / "new"
    if link:  # in a folder of their own, leading into root's
        (roots / "mine" / "way").symlink_to(folder)
        at, folder = roots / "mine" / "way" / "new", roots / "mine" / "way"
    result = ivr111(*spoken(words, command, at, folder, roots))
    assert 1 == result.exit_code, result.output
    assert "Traceback" not in result.output
    assert before == sorted(path.name for path in (roots / "roots").rglob("*"))


@pytest.mark.parametrize("command, words", [one for one in cases(WRITTEN) if "demands" not in one.id])
def test_in_a_folder_of_their_own_the_file_is_theirs(ivr111, roots, command, words):
    mine = roots / "mine"
    result = ivr111(*spoken(words, command, mine / "new", mine, roots))
    assert 0 == result.exit_code, result.output
    written = [path for path in mine.rglob("*") if path.is_file()]
    assert written
    assert {DAULET} == {path.stat().st_uid for path in written}
    assert (0, 0) == (os.geteuid(), os.getegid())


def test_copies_of_statements_are_read_from_a_folder_of_their_own(ivr111, roots):
    mine = roots / "mine"
    assert 0 == ivr111("recordings", "statement", "--now", "--out", str(mine)).exit_code
    for words in (("recordings", "verify"), ("audit", "verify")):
        result = ivr111(*words, "--statements", str(mine))
        assert 0 == result.exit_code, result.output


def test_a_letters_words_come_from_a_file_of_their_own(ivr111, roots):
    letter = roots / "mine" / "letter.txt"
    letter.write_text("берілсін")
    letter.chmod(0o600)
    os.chown(letter, DAULET, DAULET)
    assert 0 == ivr111("demands", "register", *LETTER, "--asked-file", str(letter)).exit_code


def test_rights_come_back_whatever_happens(monkeypatch, tmp_path):
    before = (os.geteuid(), os.getegid(), os.getgroups())
    monkeypatch.setenv("SUDO_UID", str(DAULET))
    (tmp_path / "x").touch(mode=0o600)
    with pytest.raises(Problem, match=f"uid{DAULET} may not open it"), own_rights():
        assert (DAULET, [65534]) == (os.geteuid(), os.getgroups())
        (tmp_path / "x").read_bytes()
    with pytest.raises(ZeroDivisionError), own_rights():
        _ = 1 / 0
    assert before == (os.geteuid(), os.getegid(), os.getgroups())


def test_a_listed_user_has_their_own_groups(monkeypatch):
    import pwd

    daemon = pwd.getpwnam("daemon")
    monkeypatch.setenv("SUDO_UID", str(daemon.pw_uid))
    with own_rights():
        assert daemon.pw_gid == os.getegid()
        assert sorted(os.getgrouplist("daemon", daemon.pw_gid)) == sorted(os.getgroups())


def test_root_itself_is_root():
    with own_rights():
        assert 0 == os.geteuid()
