"""Logs hold no personal data, are bounded, and never stop the one who logs."""

import ast
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config import log as our_log
from config.log import configure, without_numbers
from config.masking import masked
from config.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDERS = (
    "agi_handlers",
    "receipt_page",
    "appeals",
    "config",
    "console",
    "dialplan",
    "engine",
    "ivr",
    "recordings",
    "routing",
)
LOGGING = {"debug", "info", "warning", "error", "exception", "critical", "bind", "bind_contextvars", "new"}
PERSONAL = {
    "caller",
    "caller_name",
    "caller_number",
    "connected",
    "e164",
    "email",
    "full_name",
    "msisdn",
    "name",
    "number",
    "phone",
    "subject",
}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the process's own: what a test sets up must not reach the next."""
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    configured = structlog.get_config()
    structlog.reset_defaults()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raising
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


def settings(home: Path, **more: str) -> Settings:
    return Settings(home=home, **more)  # type: ignore[arg-type]


def lines(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (home / "log" / "engine" / "engine.log").read_text().splitlines()]


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("+77000000045", "***45"),
        ("8 (700) 000-00-45", "***45"),
        ("112", "***"),
        ("Әлия Нұрланқызы", "***"),
        ("Aliya 77000000045", "***"),
        ('x"\n${SHELL(id)}', "***"),
        (77000000045, "***45"),
        ("", ""),
        (None, None),
    ],
)
def test_a_number_keeps_two_digits_and_a_name_nothing(value: object, seen: object) -> None:
    assert masked(value) == seen


@given(st.text())
def test_nothing_but_two_digits_of_any_value_gets_through(value: str) -> None:
    assert len(str(masked(value)).removeprefix("***")) <= 2


def test_marked_keys_are_masked_at_any_depth_and_the_call_id_is_bound(tmp_path: Path) -> None:
    configure(settings(tmp_path), "engine", stderr=False)
    structlog.contextvars.bind_contextvars(call="n1-1795354038914-23")
    structlog.get_logger().info(
        "call_arrived", pii_caller="+77000000045", legs=[{"pii_name": "Әлия", "leg": "c101"}]
    )
    (event,) = lines(tmp_path)
    assert {key: event[key] for key in ("event", "level", "call", "pii_caller", "legs")} == {
        "event": "call_arrived",
        "level": "info",
        "call": "n1-1795354038914-23",
        "pii_caller": "***45",
        "legs": [{"pii_name": "***", "leg": "c101"}],
    }


def test_numbers_in_libraries_words_and_in_tracebacks_are_masked(tmp_path: Path) -> None:
    configure(settings(tmp_path), "engine", stderr=False)
    logging.getLogger("panoramisk").warning("event from %s", "+77000000045")
    try:
        raise ValueError("no such caller 87000000046")
    except ValueError:
        structlog.get_logger().exception("flow_failed")
    text = (tmp_path / "log" / "engine" / "engine.log").read_text()
    assert ("7000000004" in text, "event from ***45" in text, "***46" in text) == (False, True, True)


def test_a_call_ids_milliseconds_stay_readable() -> None:
    assert without_numbers("n1-1795354038914-23 of +77000000045") == "n1-1795354038914-23 of ***45"


def test_the_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_log, "LONGEST", 2_000)
    configure(settings(tmp_path), "engine", stderr=False)
    for number in range(300):
        structlog.get_logger().info("queue_moved", place=number)
    sizes = [file.stat().st_size for file in (tmp_path / "log" / "engine").iterdir()]
    assert (len(sizes), max(sizes) <= 2_000) == (our_log.OLDER + 1, True)


def test_a_disk_that_refuses_costs_the_log_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(settings(tmp_path), "engine", stderr=False)
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.FileHandler)
    handler.stream.close()
    handler.stream = Path("/dev/full").open("w")  # noqa: SIM115
    structlog.get_logger().info("call_arrived")
    assert capsys.readouterr().err == ""


def test_under_the_supervisor_stderr_stays_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = io.StringIO()
    monkeypatch.setattr(sys, "stderr", heard)
    monkeypatch.setenv("IVR111_LOG_STDERR", "0")
    configure(settings(tmp_path), "engine")
    structlog.get_logger().info("call_arrived")
    assert heard.getvalue() == ""


def test_a_person_may_read_lines_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = io.StringIO()
    monkeypatch.setattr(sys, "stderr", heard)
    configure(settings(tmp_path, log_format="console"), None, stderr=True)
    structlog.get_logger().info("call_arrived", pii_caller="+77000000045")
    assert ("call_arrived" in heard.getvalue(), "***45" in heard.getvalue()) == (True, True)


def harmless(key: ast.keyword) -> bool:
    """A count (`number=n - m`, `number=count`) is nobody's; `**error_place(error)` is a fault's kind."""
    match key.value:
        case ast.BinOp() | ast.Name("count" | "done" | "total"):
            return True
        case ast.Call(ast.Name("len" | "sum" | "error_place")):
            return True
    return key.arg is not None and key.arg not in PERSONAL


def unmarked(source: str) -> list[str]:
    """Keys of log calls in `source` that name personal data without the mark."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Attribute(ast.Name(whose) | ast.Attribute(attr=whose), how), keywords=keys):
                if how == "bind_contextvars" or ("log" in whose and how in LOGGING):
                    found += [f"{node.lineno}: {key.arg or '**'}" for key in keys if not harmless(key)]
    return found


def test_no_log_call_names_personal_data_without_the_mark() -> None:
    found = {
        str(file.relative_to(REPOSITORY)): keys
        for folder in FOLDERS
        for file in sorted((REPOSITORY / folder).rglob("*.py"))
        if (keys := unmarked(file.read_text()))
    }
    assert found == {}


def test_the_walk_sees_an_unmarked_number() -> None:
    assert unmarked("log.info('call_arrived', caller='x', pii_caller='y')") == ["1: caller"]
    assert unmarked("self._log.bind(number=1)\nlog.error('e', **values)") == ["1: number", "2: **"]
    assert unmarked("log.info('callers_fetched', number=count)\nother.info('e', caller='x')") == []
