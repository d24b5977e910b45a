"""Where the home is found, and what root refuses to believe (decision 0072)."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import home as places
from config.home import PROGRAM, UnsafePlace, default_home, ignored_settings, require_trusted
from config.settings import Settings

pytest_plugins = ("tests.command_line",)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root is asked whom it trusts")
DAULET = 7001  # a person who may call ivr111 through sudo, and own files of their own


@pytest.fixture
def theirs(tmp_path):
    """A folder of the person's own, with settings that name them administrator of a site."""
    var = tmp_path / "theirs" / "var"
    var.mkdir(parents=True)
    (var / "settings.toml").write_text(
        f'profile = "site"\n[people.uid{DAULET}]\nperson = "Invented"\nrole = "administrator"\n'
    )
    for path in (var.parent, var, var / "settings.toml"):
        os.chown(path, DAULET, DAULET)
    return var


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IVR111_", "SUDO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from engine.cli.main import main; main()", *words],
        cwd=cwd, env={**kept, "PYTHONPATH": str(PROGRAM), "SUDO_UID": str(DAULET), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_home_is_beside_the_program_and_never_where_somebody_stands(theirs, monkeypatch):
    monkeypatch.chdir(theirs.parent)
    for name in [name for name in os.environ if name.startswith("IVR111_")]:
        monkeypatch.delenv(name)
    assert (PROGRAM / "var", "lab") == (Settings().home, Settings().profile)


@pytest.mark.slow
def test_a_person_gains_nothing_from_a_folder_of_their_own(theirs):
    for words in (
        ("accounts", "list"),
        ("keys", "show"),
        ("render", "--into", str(theirs)),
        ("run",),
        ("demo",),
    ):
        named = run(*words, cwd=theirs.parent, IVR111_HOME=str(theirs))
        assert (1, True) == (named.returncode, f"belongs to uid{DAULET}" in named.stderr), named
    assert ["settings.toml"] == [file.name for file in theirs.iterdir()]


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757])
def test_a_home_that_others_can_write_is_refused(tmp_path, mode):
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 0, DAULET)
    home.chmod(mode)
    with pytest.raises(UnsafePlace, match="can be written by others"):
        Settings(home=home)
    home.chmod(0o711)
    assert home == Settings(home=home).home


def test_every_folder_above_is_looked_at_and_every_link_on_the_way(tmp_path):
    loose, safe = tmp_path / "loose", tmp_path / "safe"
    (loose / "home").mkdir(parents=True)
    safe.mkdir()
    loose.chmod(0o777)
    (safe / "step").symlink_to(loose / "home")
    (safe / "link").symlink_to("step/../home")
    for place in (loose / "home", safe / "step", safe / "link", safe / "link" / "settings.toml"):
        with pytest.raises(UnsafePlace, match=str(loose)):
            require_trusted(place)
    loose.chmod(0o1777)  # as /tmp: what root made there nobody else moves
    require_trusted(safe / "link")
    os.chown(safe / "step", DAULET, DAULET, follow_symlinks=False)
    with pytest.raises(UnsafePlace, match="step belongs to"):
        require_trusted(safe / "link")


def test_links_in_a_circle_are_refused(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UnsafePlace, match="circle"):
        require_trusted(tmp_path / "a")


@pytest.mark.parametrize("name", ["settings.toml", "setup", "setup/asterisk.json"])
def test_settings_and_set_up_that_others_can_write_are_refused(ivr111, settings, name):
    (settings.home / "settings.toml").write_text("")
    file = settings.setup.parent / name if name.startswith("setup") else settings.home / name
    os.chown(file, DAULET, DAULET)
    result = ivr111("keys", "show")
    assert (1, "") == (result.exit_code, result.stdout)
    assert f"{file} belongs to uid{DAULET}" in result.stderr
    assert "chown root:" in result.stderr


def test_settings_that_somebody_brings_through_sudo_are_not_heard(ivr111, settings, monkeypatch, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('profile = "site"\n')
    smuggled = {
        "PEOPLE": f'{{"uid{DAULET}": {{"person": "Invented", "role": "administrator"}}}}',
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/own.sqlite",
        "KEYS": str(tmp_path / "keys"),
        "SETTINGS": str(own),
        "NODE": "n7",
    }
    for name, value in smuggled.items():
        monkeypatch.setenv(f"IVR111_{name}", value)
    assert ("n7", "site") == (Settings().node, Settings().profile)
    monkeypatch.setenv("SUDO_UID", str(DAULET))
    heard = Settings()
    assert (settings.home, settings.setup) == (heard.home, heard.setup)  # root may trust them
    assert (None, {}, "n1", "lab", "") == (
        heard.keys, heard.people, heard.node, heard.profile, heard.database_url,
    )  # fmt: skip
    (settings.home / "settings.toml").write_text('[people.root]\nperson = "R"\nrole = "administrator"\n')
    result = ivr111("accounts", "list")
    assert (1, True) == (result.exit_code, f"uid{DAULET} is nobody we know" in result.stderr)
    assert "not heard through sudo: " in result.stderr
    assert "IVR111_DATABASE_URL" in result.stderr


def test_root_itself_and_roots_own_sudo_are_heard(monkeypatch):
    assert [] == ignored_settings({"IVR111_KEYS": "x"})
    assert [] == ignored_settings({"IVR111_KEYS": "x", "SUDO_UID": "0"})
    assert ["IVR111_KEYS"] == ignored_settings({"IVR111_KEYS": "x", "IVR111_HOME": "y", "SUDO_UID": "1"})


def test_children_of_the_line_do_not_hear_it_either(settings, monkeypatch):
    from engine.supervisor.services import environment

    monkeypatch.setenv("IVR111_DATABASE_URL", "sqlite:///x")
    monkeypatch.setenv("SUDO_UID", str(DAULET))
    assert "IVR111_DATABASE_URL" not in environment(settings)
    assert str(settings.home) == environment(settings)["IVR111_HOME"]


def test_a_program_without_its_repository_reads_its_home_from_a_file_of_roots(tmp_path, monkeypatch):
    named = tmp_path / "home"
    monkeypatch.setattr(places, "PROGRAM", tmp_path)
    monkeypatch.setattr(places, "NAMED", named)
    assert Path("/var/lib/ivr111") == default_home()
    named.write_text("/srv/line\n")
    assert Path("/srv/line") == default_home()
    named.write_text("line\n")
    with pytest.raises(UnsafePlace, match="whole path"):
        default_home()
    named.chmod(0o666)
    with pytest.raises(UnsafePlace, match="can be written by others"):
        default_home()


def test_a_developers_clone_is_trusted_by_the_root_that_runs_it(tmp_path, monkeypatch):
    clone = tmp_path / "clone"
    (clone / "var").mkdir(parents=True)
    for path in (clone, clone / "var"):
        os.chown(path, DAULET, DAULET)
    with pytest.raises(UnsafePlace):
        require_trusted(clone / "var")
    monkeypatch.setattr(places, "PROGRAM", clone)
    require_trusted(clone / "var")
    assert not stat.S_IMODE(clone.stat().st_mode) & 0o002


def test_who_is_not_root_is_not_asked(theirs, monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: DAULET)
    require_trusted(theirs)
