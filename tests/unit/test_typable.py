"""Each hint can be typed as it stands."""

import ast
import re
import shlex
from pathlib import Path

from typer.main import get_command

from config import typable as typing
from config.home import PROGRAM
from config.typable import typable
from engine.cli.authorisation import COMMANDS, commands
from engine.cli.main import app

OWN = str(PROGRAM / ".venv" / "bin" / "ivr111")
KNOWN = dict(commands(get_command(app)))


def test_a_hint_names_this_very_program_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.delenv("IVR111_HOME", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.chdir(tmp_path)
    typing._program.cache_clear()
    assert f"see: {OWN} calls list" == typable("see: ivr111 calls list")
    assert f"start it: make -C {PROGRAM} run" == typable("start it: make run")
    monkeypatch.setenv("SUDO_USER", "sara")
    assert f"sudo {OWN} calls list" == typable("sudo ivr111 calls list")
    monkeypatch.setenv("IVR111_HOME", "/srv/second")
    assert f"sudo IVR111_HOME=/srv/second {OWN} calls list" == typable("ivr111 calls list")
    monkeypatch.chdir(PROGRAM)
    assert "make run" == typable("make run")


def test_where_the_path_leads_to_this_program_its_name_is_enough(monkeypatch, tmp_path):
    (tmp_path / "ivr111").symlink_to(OWN)
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(typing, "PATHS", str(tmp_path))
    typing._program.cache_clear()
    assert "ivr111 doctor" == typable("ivr111 doctor")
    typing._program.cache_clear()


def test_other_words_stay_as_they_are():
    for text in ("ivr111 0.4.0", "ivr111 lab phone", "var/ivr111 run", "ivr111", "make room", "remake run"):
        assert text == typable(text)


def hints():
    """Each command that a message of ours names, by file; help and docstrings name them for readers."""
    for file in sorted((*(PROGRAM / "engine").rglob("*.py"), *(PROGRAM / "console").rglob("*.py"),
                        *(PROGRAM / "recordings").rglob("*.py"))):  # fmt: skip
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for found in re.finditer(r"(?<![\w./-])ivr111 ([a-z]+(?:[ -][a-z-]+)*)", node.value):
                    yield file, found[1]


def test_every_command_that_is_named_exists_with_its_options():
    wrong = []
    for file, words in hints():
        parts = shlex.split(words)
        paths = (" ".join(parts[:length]) for length in (3, 2, 1))
        if not any(path in COMMANDS for path in paths) and parts[0] in {path.split()[0] for path in COMMANDS}:
            wrong.append((Path(file).name, words))
    assert [] == [one for one in wrong if len(one[1].split()) > 1 and one[1] != "lab phone"]
    assert KNOWN


def test_no_sentence_is_printed_past_the_one_that_makes_its_commands_typable():
    """`spoken` alone leaves "ivr111 demands review 1" as it is: `hint` says it as it can be typed here."""
    past = []
    for file in sorted((PROGRAM / "engine").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("typer.echo", "typer.secho"):
                continue
            said = ast.unparse(node.args[0]).removeprefix("one_line(") if node.args else ""
            if said.startswith("spoken(") and "N_(" not in said:
                past.append(f"{file.name}: {said}")
    assert past == []
