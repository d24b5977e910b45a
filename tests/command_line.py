"""Fixtures: a home of its own, and the command line in it."""

import functools
import grp
import os
import pwd
from collections.abc import Sequence

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from config.settings import Settings
from engine.cli.language import NoSuchLanguage, chosen, taken
from engine.cli.main import app


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    """A lab's home in a folder of its own; the users of the line are whoever runs the tests."""
    me = pwd.getpwuid(os.getuid()).pw_name
    setup = tmp_path / "setup"
    setup.mkdir()
    kind = '{"kind": "root", "root": "", "version": "22.10.1", "modules_dir": "/usr/lib/asterisk/modules"}'
    (setup / "asterisk.json").write_text(kind)
    for name in [name for name in os.environ if name.startswith("IVR111_")]:
        monkeypatch.delenv(name)
    for name, value in (
        ("HOME", str(tmp_path / "home")),
        ("SETUP", str(setup)),
        ("RUN_USER", me),
        ("ASTERISK_USER", me),
        ("CONSOLE_USER", me),
        ("EVIDENCE_USER", me),
        ("MENDER_USER", me),
        ("JOURNAL_GROUP", grp.getgrgid(os.getgid()).gr_name),
    ):
        monkeypatch.setenv(f"IVR111_{name}", value)
    (tmp_path / "home" / "run" / "engine").mkdir(parents=True)
    return Settings()


def _in_english(words: Sequence[str]) -> bool:
    try:
        return chosen(taken(words)[0]) == "en"
    except NoSuchLanguage:
        return False


_english = functools.cache(get_command)


@pytest.fixture
def ivr111(settings, monkeypatch):
    """The command line: `ivr111("calls", "list")`.

    In English, where it says what it was built with, the program is built once for all; to speak otherwise
    changes the built one, which is then of one use.
    """

    def run(*words: str):
        monkeypatch.setattr("typer.testing._get_command", _english if _in_english(words) else get_command)
        return CliRunner().invoke(app, list(words), prog_name="ivr111")

    return run
