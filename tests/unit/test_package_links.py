"""Root takes packages out of a folder that the evidence process writes; planted links lead nowhere (2.4)."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from config.no_follow import UnexpectedFile, open_plain
from config.settings import Settings
from engine.cli.package import hand_out
from engine.install.home_folders import hand_over, lay_out
from engine.install.run_as_user import as_evidence
from recordings.package import files
from recordings.package.service import MadePackage
from tests.folders import open_the_way

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root and the evidence user, played")

SECRET = b"root's own\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("IVR111_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IVR111_HOME", str(tmp_path / "home"))
    open_the_way(tmp_path)
    settings = Settings()
    lay_out(settings)
    hand_over(settings)
    return settings


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """What only root may read and write."""
    closed = tmp_path / "root-only"
    closed.mkdir(mode=0o700)
    file = closed / "file"
    file.write_bytes(SECRET)
    file.chmod(0o600)
    return file


@contextmanager
def evidence_user(settings: Settings) -> Iterator[None]:
    """Who took the evidence process: its user number alone."""
    known = pwd.getpwnam(settings.evidence_user)
    os.setegid(known.pw_gid)
    os.seteuid(known.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def made(settings: Settings) -> MadePackage:
    """A package as the evidence process leaves it."""
    path = settings.packages / "111-D-000001.zip"
    with evidence_user(settings):
        path.write_bytes(b"zip")
        path.with_name(f"{path.name}.sig").write_bytes(b"signature")
    return MadePackage("111-D-000001", path, path.with_name(f"{path.name}.sig"), "00", 0)


def test_what_was_made_is_handed_out_and_nothing_stays(home, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    one = made(home)
    assert out / one.path.name == hand_out(home, one, out, "", None)
    assert {one.path.name: b"zip", one.signature.name: b"signature"} == {
        file.name: file.read_bytes() for file in out.iterdir()
    }
    assert [] == list(home.packages.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "folder"])
@pytest.mark.parametrize("name", ["path", "signature"])
@pytest.mark.parametrize("enclosed", ["", "age"])
def test_what_the_evidence_user_plants_in_place_of_a_package_is_not_handed_out(
    home, victim, tmp_path, kind, name, enclosed
):
    out = tmp_path / "out"
    out.mkdir()
    one = made(home)
    planted: Path = getattr(one, name)
    planted.unlink()
    if kind == "hard link":
        os.link(victim, planted)  # the kernel may allow it to anybody: fs.protected_hardlinks=0
    with evidence_user(home):
        if kind == "link":
            planted.symlink_to(victim)
        elif kind == "pipe":
            os.mkfifo(planted)
        elif kind == "folder":
            planted.mkdir()
    age = str(pyrage.x25519.Identity.generate().to_public()) if enclosed else ""
    if enclosed and name == "signature":
        hand_out(home, one, out, age, None)  # the signature of the ZIP does not go out with an envelope
    else:
        with pytest.raises((UnexpectedFile, OSError)):
            hand_out(home, one, out, age, None)
    assert SECRET == victim.read_bytes()
    assert not [file for file in out.iterdir() if SECRET in file.read_bytes()]


def test_an_envelope_is_never_written_through_a_planted_link(home, victim, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    one = made(home)
    with evidence_user(home):
        one.path.with_name(f"{one.path.name}.age").symlink_to(victim)
    assert out / f"{one.path.name}.age" == hand_out(home, one, out, "", "ұзын құпиясөз 111")
    assert SECRET == victim.read_bytes()


@pytest.mark.parametrize("part", ["folder", "file"])
def test_a_member_exchanged_while_a_package_is_made_is_not_packed(home, victim, part):
    """The evidence user can exchange what root's command has just written and is about to pack."""
    with as_evidence(home):
        work = home.packages / ".making-1"
        files.add_member(work, "audio/1.wav", b"sound")
    with evidence_user(home):
        (work / "audio" / "1.wav").unlink()
        if part == "folder":
            (work / "audio").rmdir()
            (work / "audio").symlink_to(victim.parent)
            name = "audio/file"
        else:
            (work / "audio" / "1.wav").symlink_to(victim)
            name = "audio/1.wav"
    with as_evidence(home):
        with pytest.raises(OSError):
            files.member(work, name)
        with pytest.raises(OSError):
            files.pack(work, [name], home.packages / "x.zip", datetime.now(UTC), print)
    assert not (home.packages / "x.zip").exists()


def test_a_plain_file_is_its_owner_s_and_no_link(tmp_path, victim):
    (tmp_path / "plain").write_bytes(b"mine")
    with open_plain(tmp_path / "plain", 0) as file:
        assert b"mine" == file.read()
    with pytest.raises(UnexpectedFile):
        open_plain(tmp_path / "plain", 12345)
