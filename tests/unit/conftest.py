"""For every unit test: a row that our code writes outside its chain fails the test."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.rows import service

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, scope="session")
def no_row_beside_its_chain() -> Iterator[None]:
    def refuse(name: str) -> None:
        if writer := _writer():
            raise AssertionError(f"{writer} writes {name} outside recordings.rows.service.entered")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "unentered", refuse)
        yield


def _writer() -> str:
    """The file of ours that waits for the database just now; empty when it is a test's own hand."""
    task = asyncio.current_task()
    step = task.get_coro() if task is not None else None
    files = []
    while step is not None:
        code = getattr(step, "cr_code", None)
        files.append(code.co_filename if code is not None else "")
        step = getattr(step, "cr_await", None)
    ours = [
        file
        for file in files
        if file.startswith(f"{ROOT}/") and not file.startswith((f"{ROOT}/.venv/", f"{ROOT}/tests/"))
    ]
    return ours[-1] if ours else ""
