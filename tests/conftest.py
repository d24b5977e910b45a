"""For every test: nobody gives its commands but itself, however the person who runs it signed in."""

import os
from pathlib import Path

import pytest

from tests.slow_list import function_of, listed


def pytest_configure() -> None:
    """`sudo python -m tests`: sudo's word would make each command that person's (operator.py)."""
    os.environ.pop("SUDO_UID", None)


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What was measured to cost much is of the slow ring, as what says so itself."""
    slow = listed()
    for item in items:
        if "/unit/" in item.nodeid and function_of(item.nodeid) in slow:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine the kernel keeps who signed in; a test that wants one says so."""
    monkeypatch.setattr("engine.process.operator.LOGIN", Path("/proc/none/loginuid"))
