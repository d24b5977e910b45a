"""A package cannot prove itself: no file in it answers for Python, and none is passed over."""

import hashlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from recordings.demands.demand import Letter
from recordings.package.files import verifier
from recordings.package.verify_package import verify_folder, verify_zip
from tests.evidence_home import T0
from tests.unit.test_package import LETTER, Desk, desk

pytestmark = pytest.mark.slow

__all__ = ["desk"]

LIAR = 'import os, sys\nos.write(1, b"UNALTERED (says a file of the package)\\n")\nos._exit(0)\n'
IMPORTED = (
    "__future__ argparse ast codecs collections contextlib encodings enum fnmatch functools gettext hashlib "
    "io json locale ntpath os pathlib posixpath re runpy site sitecustomize stat string struct sys textwrap "
    "types typing unicodedata urllib usercustomize warnings wave zipfile zlib _io abc audioop chunk chunk "
    "copy keyword linecache operator posix reprlib shutil sre_compile tokenize traceback"
).split()


@pytest.fixture
async def made(desk, tmp_path):
    """A package as a court has it: the ZIP, its signature, and all of it unpacked, the key in a file."""
    package = await desk.package()
    folder = tmp_path / "court" / "unpacked"
    folder.mkdir(parents=True)
    for path in (package.path, package.signature):
        shutil.copyfile(path, folder.parent / path.name)
    with zipfile.ZipFile(package.path) as opened:
        opened.extractall(folder)
    (folder.parent / "key.txt").write_text(desk.home.keys.public().hex())
    return Court(folder, folder.parent / package.path.name, desk)


class Court:
    """What the receiver has, and does."""

    def __init__(self, folder: Path, package: Path, desk: Desk) -> None:
        self.folder, self.package, self.desk = folder, package, desk

    def run(self, *options: str, what: Path | None = None, words: tuple[str, ...] = (), **env: str):
        return subprocess.run(
            [sys.executable, *options, "verify.py", "--key", "../key.txt", *words, str(what or self.folder)],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **env},
        )


@pytest.mark.parametrize("options", [(), ("-I",), ("-S",), ("-I", "-S"), ("-E",)])
async def test_no_file_beside_the_verifier_answers_in_its_place(made, options):
    for name in IMPORTED:
        (made.folder / f"{name}.py").write_text(LIAR)
    done = made.run(*options)
    assert (1, False) == (done.returncode, "UNALTERED" in done.stdout), done.stdout + done.stderr
    assert {f"{name}.py: does not belong here" for name in IMPORTED} <= set(done.stdout.splitlines())


async def test_packages_and_compiled_files_beside_the_verifier_do_not_answer_either(made):
    source = made.folder / "liar.py"
    source.write_text(LIAR)
    tag = sys.implementation.cache_tag
    for name in ("hashlib", "json", "argparse", "verify"):
        inner = made.folder / name
        inner.mkdir()
        (inner / "__init__.py").write_text(LIAR)
        py_compile.compile(str(source), str(made.folder / f"{name}.pyc"))
        py_compile.compile(str(source), str(made.folder / "__pycache__" / f"{name}.{tag}.pyc"))
    done = made.run()
    assert (1, False) == (done.returncode, "UNALTERED" in done.stdout), done.stdout + done.stderr
    for name in ("hashlib.pyc", f"__pycache__/json.{tag}.pyc", "json/__init__.py"):
        assert f"{name}: does not belong here" in done.stdout.splitlines()


async def test_run_without_isolation_a_whole_package_is_checked_all_the_same(made):
    for options in ((), ("-I",), ("-S",)):
        done = made.run(*options)
        assert (0, True) == (done.returncode, "UNALTERED" in done.stdout), done.stdout + done.stderr
    done = made.run(PYTHONPATH=str(made.folder), PYTHONDONTWRITEBYTECODE="1")
    assert 0 == done.returncode
    assert not (made.folder / "__pycache__").exists()


@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        ".hidden",
        "__pycache__/x.pyc",
        "audio/.hidden",
        "Manifest.json",
        "MANIFEST.JSON.SIG",
        "audio /x.wav",
        "manifest.json\u200b",
        "mаnifest.json",  # a Cyrillic letter
        "x\nӨЗГЕРІССІЗ UNALTERED",
        "x\x1b[2JUNALTERED",
        "audio/\udcff.wav",
        "ma\u0301nifest",
    ],
)
async def test_every_file_that_does_not_belong_there_is_named(made, name):
    path = made.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    key = made.desk.home.keys.public()
    assert [ascii(name)[1:-1]] == [
        fault.split(": does")[0] for fault in verify_folder(made.folder, key) if "(a folder)" not in fault
    ]
    done = made.run("-I")
    last = done.stdout.splitlines()[-1]
    assert (1, "ӨЗГЕРТІЛГЕН / ИЗМЕНЕНО / ALTERED") == (done.returncode, last)
    assert "\x1b" not in done.stdout


async def test_a_twin_in_other_letters_is_called_one(made):
    (made.folder / "Letter.PDF").write_bytes(b"x")
    [fault] = verify_folder(made.folder, made.desk.home.keys.public())
    assert "Letter.PDF: does not belong here, and looks like letter.pdf" == fault


async def test_links_pipes_and_empty_folders_are_named_and_links_not_followed(made):
    (made.folder / "link").symlink_to("/etc/hostname")
    (made.folder / "round").symlink_to(".")
    (made.folder / "empty").mkdir()
    os.mkfifo(made.folder / "pipe")
    faults = verify_folder(made.folder, made.desk.home.keys.public())
    assert ["empty", "link", "pipe", "round"] == sorted(fault.split(":")[0] for fault in faults)


async def test_a_member_that_is_a_link_to_its_own_content_is_missing(made):
    real = made.folder.parent / "letter.pdf"
    (made.folder / "letter.pdf").rename(real)
    (made.folder / "letter.pdf").symlink_to(real)
    faults = verify_folder(made.folder, made.desk.home.keys.public())
    assert "letter.pdf: missing" in faults


async def test_the_answer_says_whose_demand_it_is_and_with_which_key(made):
    for what in (made.folder, made.package):
        said = made.run("-I", what=what).stdout
        assert made.package.stem in said
        assert LETTER.number in said
        assert hashlib.sha256(made.desk.home.keys.public()).hexdigest() in said
        assert hashlib.sha256((made.folder / "verify.py").read_bytes()).hexdigest() in said
    assert 0 == made.run("-I", words=("--demand", made.package.stem)).returncode
    other = made.run("-I", words=("--demand", "D-9999"))
    assert (1, False) == (other.returncode, "UNALTERED" in other.stdout)


async def test_without_the_detached_signature_the_answer_is_not_unaltered(made):
    sig = made.package.with_name(made.package.name + ".sig")
    sig.unlink()
    done = made.run("-I", what=made.package)
    assert (2, False) == (done.returncode, "UNALTERED" in done.stdout)
    assert f"{sig.name}: missing" in done.stdout


async def test_the_signature_of_another_demand_does_not_fit(made):
    other = await made.desk.package(_other())
    shutil.copyfile(other.signature, made.package.with_name(made.package.name + ".sig"))
    done = made.run("-I", what=made.package)
    assert (1, False) == (done.returncode, "UNALTERED" in done.stdout)
    shutil.copyfile(made.desk.home.settings.packages / other.path.name, made.package)
    done = made.run("-I", what=made.package, words=("--demand", made.package.stem))
    assert (1, True) == (done.returncode, other.path.stem in done.stdout)


def _other() -> Letter:
    return replace(LETTER, number="99", received_at=T0)


async def test_members_twice_in_the_zip_or_after_its_end_are_the_containers_fault(made):
    key, data = made.desk.home.keys.public(), made.package.read_bytes()
    with zipfile.ZipFile(made.package, "a") as opened, pytest.warns(UserWarning):
        opened.writestr("letter.pdf", b"another letter")
    assert verify_zip(made.package.read_bytes(), key) != []
    for altered in (data + b"\n", data + data, b"#!/bin/sh\n" + data, data[: data.rfind(b"PK\5\6")]):
        assert verify_zip(altered, key) != []


@pytest.mark.parametrize(
    "name", ["__pycache__/x.pyc", "../x", "/etc/x", "C:\\x", "argparse.py", "audio/", ".x"]
)
async def test_every_member_of_the_zip_that_does_not_belong_there_is_named(made, name):
    with zipfile.ZipFile(made.package, "a") as opened:
        opened.writestr(name, b"")
    faults = verify_zip(made.package.read_bytes(), made.desk.home.keys.public())
    assert [f"{ascii(name)[1:-1]}: does not belong here"] == faults


async def test_the_verifiers_own_sum_stands_in_the_manifest_and_beside_the_key(made):
    said = json.loads((made.folder / "manifest.json").read_text())
    assert said["verifier_sha256"] == said["members"]["verify.py"]["sha256"]
    assert (made.folder / "verify.py").read_bytes() == verifier()
    assert said["verifier_sha256"] in (made.folder / "README.txt").read_text()
