"""Before any command: the names of settings, and whether a line ever ran in its home (decision 0090)."""

import os
import subprocess
import sys

import pytest

from config import running
from config.home import PROGRAM, UnsafePlace, chosen_home, settings_of_line
from config.settings import Settings
from engine.cli.authorisation import COMMANDS
from engine.install.preconditions import BEFORE, NEED_NONE
from tests.unit.test_rights_of_commands import TABLE

pytest_plugins = ("tests.command_line",)

NEED_ONE = sorted(set(COMMANDS) - NEED_NONE)


def words(command, tmp_path):
    given = TABLE.get(command, ((), None, None))[0]
    put = {"{tmp}": str(tmp_path / "out"), "{studio}": str(tmp_path), "{call}": "n1-1-1"}
    for name, value in put.items():
        given = tuple(word.replace(name, value) for word in given)
    return (*command.split(), *given)


@pytest.mark.parametrize("command", NEED_ONE)
@pytest.mark.parametrize("home", ["missing", "empty", "a file", "below a file"])
def test_a_home_in_which_no_line_ever_ran_is_named_and_nothing_is_made(
    ivr111, monkeypatch, tmp_path, command, home
):
    place = tmp_path / "elsewhere"
    if home == "empty":
        place.mkdir()
    elif home != "missing":
        place.write_text("x")
    place = place / "home" if home == "below a file" else place
    monkeypatch.setenv("IVR111_HOME", str(place))
    before = sorted(tmp_path.rglob("*"))
    result = ivr111(*words(command, tmp_path))
    assert (1, "") == (result.exit_code, result.stdout), result
    assert str(place) in result.stderr
    assert any(said in result.stderr for said in ("no line ever ran", "no such folder", "no folder"))
    assert ("make" in result.stderr, "Traceback" in result.stderr) == (True, False)
    assert before == sorted(tmp_path.rglob("*"))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_misspelt_variable_is_noticed_by_every_command_before_anything_is_made(
    ivr111, settings, monkeypatch, tmp_path, command
):
    monkeypatch.setenv("IVR111_WRAPUP_SECONDS", "5")
    before = sorted(tmp_path.rglob("*"))
    result = ivr111(*words(command, tmp_path))
    assert (1, "") == (result.exit_code, result.stdout)
    assert (
        "IVR111_WRAPUP_SECONDS: there is no such setting; is IVR111_WRAP_UP_SECONDS meant?" in result.stderr
    )
    assert before == sorted(tmp_path.rglob("*"))


def test_settings_are_enough_to_prepare_a_site(ivr111, monkeypatch, tmp_path):
    home = tmp_path / "site"
    home.mkdir()
    (home / "settings.toml").write_text('node = "n7"\n')
    monkeypatch.setenv("IVR111_HOME", str(home))
    for command in sorted(BEFORE):
        assert "no line ever ran" not in ivr111(*words(command, tmp_path)).stderr
    assert "no line ever ran" in ivr111("calls", "list").stderr


WRONG = {
    'wrap_up_seconds = "soon"': "setting wrap_up_seconds is a number",
    "wrap_up_seconds = -1": "setting wrap_up_seconds is at least 0",
    "wrapup_seconds = 1": "setting wrapup_seconds: there is no such setting; is wrap_up_seconds meant?",
    'profile = "live"': "setting profile is one of 'lab' or 'site'",
    "sip_port = 99999": "setting sip_port: a port is 0 to 65535",
    "rtp_first = 30000": "setting rtp_first lies before rtp_last",
    'trunk_addresses = "10.0.0.1"': "setting trunk_addresses is a list, in square brackets",
    'node = "N 1"': "setting node is not written as it must be",
    "[queue_limits.kk]\nwait_warning = 3": "setting queue_limits.kk.wait_warning: there is no such setting",
    '[people.a]\nperson = "A"\nrole = "boss"': "setting people.a.role is one of",
    '[people.a]\nperson = "A"': "setting people.a.role is missing",
    '[[statement_copies]]\nkind = "pigeon"\nid = "x"': "setting statement_copies",
    "node = n1": "settings file cannot be read as TOML",
}


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("command", [("calls", "list"), ("run",), ("doctor",), ("demands", "bases")])
def test_a_wrong_settings_file_is_told_in_plain_words(ivr111, settings, text, command):
    (settings.home / "settings.toml").write_text(text + "\n")
    result = ivr111(*command)
    assert (1, "") == (result.exit_code, result.stdout)
    assert WRONG[text] in result.stderr
    for foreign in ("pydantic", "https://", "validation error", "type=", "input_value", "Traceback"):
        assert foreign not in result.stderr


@pytest.mark.parametrize("value", ["[", "a,b", '{"x"'])
def test_a_wrong_variable_is_told_in_plain_words(ivr111, settings, monkeypatch, value):
    monkeypatch.setenv("IVR111_TRUNK_ADDRESSES", value)
    result = ivr111("queue", "show")
    assert 1 == result.exit_code
    assert "setting IVR111_TRUNK_ADDRESSES cannot be read: write a list as" in result.stderr
    assert "Source" not in result.stderr


@pytest.fixture
def line(settings, monkeypatch, tmp_path):
    """A process of root's that holds the home's lock, started as `ivr111 run` of this program is."""
    lock = settings.home / "run" / running.LOCK
    script = tmp_path / "bin" / "ivr111"
    script.parent.mkdir()
    script.write_text(f"import os\nheld = open({str(lock)!r}, 'w')\nheld.write(str(os.getpid()))\n"
                      "held.flush()\nprint('held', flush=True)\ninput()\n")  # fmt: skip
    monkeypatch.setattr("config.home.PROGRAM", tmp_path)
    environment = {**os.environ, "IVR111_NODE": "n9", "IVR111_HOME": str(settings.home)}
    with subprocess.Popen(
        [sys.executable, "bin/ivr111", "run"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees what root's processes were started with")
def test_the_home_and_the_variables_of_the_line_that_runs_are_found_without_them(settings, line, monkeypatch):
    monkeypatch.delenv("IVR111_HOME")
    assert settings.home.resolve() == chosen_home({})
    heard = Settings()
    assert (settings.home.resolve(), "n9") == (heard.home, heard.node)
    line.kill()
    line.wait()
    assert {} == settings_of_line(settings.home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees what root's processes were started with")
def test_a_process_that_is_not_roots_own_line_is_not_believed(settings, line, monkeypatch, tmp_path):
    monkeypatch.setattr("config.home.PROGRAM", PROGRAM)
    assert {} == settings_of_line(settings.home)  # another program's
    monkeypatch.setattr("config.home.PROGRAM", tmp_path)
    (settings.home / "run" / running.LOCK).write_text(str(os.getpid()))  # holds nothing
    assert {} == settings_of_line(settings.home)


def test_where_two_lines_run_somebody_must_say_which(monkeypatch, tmp_path):
    monkeypatch.setattr("config.home.homes", lambda *_: iter([tmp_path / "a", tmp_path / "b"]))
    with pytest.raises(UnsafePlace, match="name the one you mean"):
        chosen_home({})
    assert tmp_path == chosen_home({"IVR111_HOME": str(tmp_path)})


def test_a_wrong_home_and_a_misspelt_variable_are_told_in_the_askers_language(ivr111, monkeypatch, tmp_path):
    monkeypatch.setenv("IVR111_WRAPUP_SECONDS", "3")
    assert "мұндай баптау жоқ; IVR111_WRAP_UP_SECONDS" in ivr111("calls", "list", "--lang", "kk").stderr
    monkeypatch.delenv("IVR111_WRAPUP_SECONDS")
    monkeypatch.setenv("IVR111_HOME", str(tmp_path / "none"))
    assert f"{tmp_path / 'none'}: такой папки нет;" in ivr111("calls", "list", "--lang", "ru").stderr
