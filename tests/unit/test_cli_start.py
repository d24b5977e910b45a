"""The command line as a whole: quick to start, plain, and clear about wrong usage."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ("tests.command_line",)
pytestmark = pytest.mark.slow

STREAM = str(Path(__file__).parent.parent / "streams" / "ten-calls.ami")
HEAVY = ("sqlalchemy", "numpy", "pydantic", "structlog", "asyncio", "rich", "jinja2")


def test_help_loads_nothing_heavy():
    code = "import sys; from engine.cli.main import app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert [name for name in HEAVY if name in loaded.split()] == []


def test_every_command_has_help_without_boxes(ivr111):
    commands = (
        "run",
        "doctor",
        "calls",
        "queue",
        "consultants",
        "render",
        "prompts",
        "replay",
        "demo",
        "version",
    )
    top = ivr111("--help").stdout
    for command in commands:
        result = ivr111(command, "--help")
        assert result.exit_code == 0
        assert (f"Usage: ivr111 {command}" in result.stdout, command in top) == (True, True)
        assert not set(result.stdout) & set("│╭─\x1b")


@pytest.mark.parametrize(
    "words", [("calls", "lost"), ("callz",), ("calls", "show"), ("render",), ("pause",), ("prompts", "sing")]
)
def test_wrong_usage_ends_with_2(ivr111, words):
    result = ivr111(*words)
    assert (result.exit_code, result.stdout, bool(result.stderr)) == (2, "", True)


def test_prompts_take_their_own_words(ivr111):
    assert "kk" in ivr111("prompts", "script", "kk").stdout


def test_the_version_is_one_line_or_json(ivr111):
    assert ivr111("version").stdout == f"ivr111 {json.loads(ivr111('version', '--json').stdout)['ivr111']}\n"


def test_a_recorded_stream_is_told_as_lines_or_json(ivr111):
    told = ivr111("replay", STREAM)
    assert told.exit_code == 0
    assert told.stdout.splitlines() == json.loads(ivr111("replay", STREAM, "--json").stdout)
    assert "10 calls, 10 ended" in told.stdout.splitlines()[-1]


def test_a_scrubbed_stream_can_be_replayed_again(ivr111, tmp_path):
    again = tmp_path / "again.ami"
    again.write_text(ivr111("replay", STREAM, "--scrub").stdout)
    assert ivr111("replay", str(again)).stdout == ivr111("replay", STREAM).stdout


def test_a_stream_that_is_not_there_is_said_in_plain_words(ivr111, tmp_path):
    result = ivr111("replay", str(tmp_path / "none.ami"))
    assert (result.exit_code, "No such file" in result.stderr) == (1, True)


def test_doctor_ends_with_1_when_something_fails_and_says_what_to_do(ivr111, settings):
    (settings.setup / "asterisk.json").unlink()
    result = ivr111("doctor")
    assert result.exit_code == 1
    [line] = [one for one in result.stdout.splitlines() if " asterisk:" in one and one.startswith("failure")]
    assert "-> run: make setup" in line
    assert {"name", "state", "finding", "remedy"} == set(json.loads(ivr111("doctor", "--json").stdout)[0])


def test_run_without_root_says_what_to_do(ivr111, monkeypatch, capfd):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert ivr111("run").exit_code == 1


@pytest.mark.parametrize(
    ("module", "unused"),
    [
        (
            "engine.supervisor.run",
            ("sqlalchemy", "alembic", "fpdf", "numpy"),
        ),  # a refusal is said at once
        ("engine.install.prepare", ("sqlalchemy", "alembic", "fpdf", "rich.progress")),
        ("engine.health.checks", ("alembic", "fpdf", "rich.progress")),
        ("engine.cli.journal", ("alembic", "fpdf", "numpy")),
        ("engine.evidence.services", ("alembic", "fpdf")),
        # What `run` starts at each start; the engine again after each of its deaths (A1).
        ("console.http.addresses", ("aiohttp", "cryptography")),
        ("engine.main", ("alembic", "numpy", "jinja2", "aiohttp")),
        ("engine.evidence.main", ("alembic", "fpdf", "aiohttp")),
        ("engine.console_main", ("alembic", "fpdf", "numpy", "zxcvbn")),
    ],
)
def test_a_command_does_not_wait_for_what_it_does_not_use(module, unused):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert [name for name in unused if name in loaded.split()] == []
