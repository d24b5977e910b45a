"""For every test: nobody gives its commands but itself, however the person who runs it signed in."""

import os
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """`sudo python -m tests`: sudo's word would make each command that person's (operator.py)."""
    os.environ.pop("SUDO_UID", None)


@pytest.fixture(autouse=True)
def nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine the kernel keeps who signed in; a test that wants one says so."""
    monkeypatch.setattr("engine.process.operator.LOGIN", Path("/proc/none/loginuid"))
