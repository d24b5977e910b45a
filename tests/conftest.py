"""For every test: nobody gives its commands but itself, however the person who runs it signed in."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheap import keep_compiled_templates, log_plainly
from tests.slow_list import function_of, listed


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the runner names a heap of files."""
    parser.addoption("--only", action="append", default=[], help="a file's name: no other test file is read")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    only = config.getoption("only")
    return True if only and collection_path.suffix == ".py" and collection_path.name not in only else None


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was read for good is not looked through again each time garbage is sought."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """`sudo python -m tests`: sudo's word would make each command that person's (operator.py)."""
    os.environ.pop("SUDO_UID", None)
    keep_compiled_templates()
    log_plainly()


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What was measured to cost much is of the slow ring, as what says so itself."""
    slow = listed()
    for item in items:
        if "/unit/" in item.nodeid and function_of(item.nodeid) in slow:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="session")
def nobody_signed_in() -> Iterator[None]:
    """On a developer's machine the kernel keeps who signed in; a test that wants one says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.process.operator.LOGIN", Path("/proc/none/loginuid"))
        yield
