"""`make hooks` in a repository of its own: it says what it did, can be repeated, leaves others' hooks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


@pytest.fixture
def clone(tmp_path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    git(tmp_path, "init", "-q")
    return tmp_path


def git(where: Path, *words: str) -> str:
    told = subprocess.run(
        ["git", *words], cwd=where, env=CLEAN, capture_output=True, text=True, check=False, timeout=20
    )
    return told.stdout.strip()


def install(where: Path) -> subprocess.CompletedProcess[str]:
    command = [where / ".ci/hooks/install"]
    return subprocess.run(
        command, cwd="/", env=CLEAN, capture_output=True, text=True, check=False, timeout=20
    )


def test_hooks_are_put_in_place_once_and_a_second_time_says_that_they_are_there(clone):
    first, second = install(clone), install(clone)
    assert (0, 0) == (first.returncode, second.returncode)
    assert "from now on" in first.stdout and "already there" in second.stdout
    assert ".ci/hooks" == git(clone, "config", "core.hooksPath")


def test_hooks_of_somebodys_own_stay_and_are_named(clone):
    git(clone, "config", "core.hooksPath", "/theirs")
    told = install(clone)
    assert (1, True) == (told.returncode, "/theirs" in told.stderr)
    assert "/theirs" == git(clone, "config", "core.hooksPath")


def test_a_hook_that_git_will_no_longer_run_is_named(clone):
    (clone / ".git/hooks").mkdir(exist_ok=True)
    (clone / ".git/hooks/pre-push").write_text("#!/bin/sh\n")
    assert ".git/hooks/pre-push" in install(clone).stdout


def test_without_its_python_the_hook_refuses_the_commit_and_says_what_to_do(clone):
    told = subprocess.run(
        [clone / ".ci/hooks/pre-commit"],
        cwd=clone, env=CLEAN, capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert (1, True) == (told.returncode, "make setup" in told.stderr)


def test_what_fails_first_ends_the_commit_with_its_words(clone):
    python = clone / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@" >>tried\n[ "$2" != mypy ] || { echo "wrong type"; exit 1; }\n')
    python.chmod(0o755)
    told = subprocess.run(
        [clone / ".ci/hooks/pre-commit"],
        cwd=clone, env=CLEAN, capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert (1, True) == (told.returncode, "wrong type" in told.stderr and "mypy failed" in told.stderr)
    assert ["-m ruff check -q .", "-m ruff format -q --check .", "-m mypy"] == (
        (clone / "tried").read_text().splitlines()
    )
