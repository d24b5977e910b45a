"""Asterisk's events: what the filter lets through is what is read, and nothing else."""

import ast
from pathlib import Path

from dialplan.event_filters import EVENTS, event_filters
from routing.live.ami_events import READERS

ROOT = Path(__file__).resolve().parents[2]
OWN_LINE = {"VarSet", "DeviceStateChange"}  # let through in part


def compared_with(tree: ast.AST) -> set[str]:
    """What a file compares an event's name with: `word(message, "Event") == "Newstate"`."""
    compared = [
        right
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and ("'Event'" in (left := ast.unparse(node.left)) or left in ("event", "name"))
        for right in node.comparators
    ]
    constants = (inner for right in compared for inner in ast.walk(right) if isinstance(inner, ast.Constant))
    return {one.value for one in constants if isinstance(one.value, str)}


def read_beside_the_line() -> set[str]:
    """Events that others than the live state read: the client itself, phones, keys, monitoring."""
    files = [*(ROOT / "routing").rglob("*.py"), *(ROOT / "engine").rglob("*.py")]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files if "cli" not in file.parts]
    return set().union(*(compared_with(tree) for tree in trees))


def test_every_event_that_is_read_is_let_through():
    assert set() == set(READERS) - {*EVENTS, *OWN_LINE}


def test_every_event_that_is_let_through_is_read():
    assert set() == set(EVENTS) - set(READERS) - read_beside_the_line()


def test_each_event_has_one_line():
    assert len(set(EVENTS)) + len(OWN_LINE) == len(set(event_filters()))
