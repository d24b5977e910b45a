"""For every unit test: a row that is written outside its chain is a fault of ours, and fails the test."""

import pytest

from recordings.rows import service


@pytest.fixture(autouse=True)
def no_row_beside_its_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is written outside recordings.rows.service.entered")

    monkeypatch.setattr(service, "unentered", refuse)
