"""The attacker's part: from a lesser user's folder nothing of root's reaches a place outside (2.4)."""

import os
import pwd
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from config.settings import Settings
from dialplan.recording_names import SECOND
from engine.install import consultant_accounts as accounts
from engine.install import secrets
from engine.install.home_folders import hand_over, lay_out
from engine.install.home_layout import HOME_FOLDERS
from engine.install.keys import ensure_keys, remember
from engine.install.owners import Owners
from engine.install.prepare import write_lab
from engine.install.run_as_user import as_evidence
from engine.supervisor.processes import shorten, start, write_pid
from tests.folders import open_the_way

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.geteuid() != 0, reason="only root can be led astray")]

LESSER = ("engine", "console", "evidence", "asterisk")
# As homes were laid out before: who owned, which group, which mode. The attacker was at home here.
BEFORE = {
    "run": ("root", "engine", 0o3775),
    "log": ("root", "engine", 0o1770),
    "db": ("engine", "engine", 0o700),
    "recordings": ("engine", "engine", 0o700),
    "statements": ("engine", "engine", 0o750),
    "packages": ("engine", "engine", 0o700),
    "console": ("engine", "engine", 0o700),
    "keys": ("root", "engine", 0o2750),
    "secrets": ("root", "engine", 0o2750),
    "accounts": ("root", "engine", 0o2770),
    "prompts": ("root", "engine", 0o2750),
    "spool": ("engine", "asterisk", 0o750),
    "spool/audio": ("asterisk", "asterisk", 0o2770),
    "spool/cel": ("asterisk", "asterisk", 0o2770),
}
# What root makes, by name, wherever that is: each is planted in each place where a user can.
NAMES = (
    *(one.path.rpartition("/")[2] for one in HOME_FOLDERS if one.path != "."),
    *("lab.json", ".lab.json.new", "engine.pid", ".engine.pid.part", "supervise.lock", "hosts"),
    *("asterisk-log.sock", "engine.sock", "supervise.log", "engine.out", "console.out", "asterisk.log"),
    *("security.log", "engine.log", "consultants.json", ".consultants.json.new", "keys.made"),
    *(".keys.made.new", "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"),
    *("journal.sqlite-journal", "engine.lock", "evidence.lock", "cel.csv", "master-1.key"),
    *("statement.key", ".statement.key.new", "agi_token", SECOND),
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home below a folder that everybody may pass."""
    open_the_way(tmp_path)
    settings = Settings(home=tmp_path / "home", second_audio=tmp_path / "volume" / "second")
    (tmp_path / "volume").mkdir()
    return settings


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What nobody but root may touch: a file, and a folder with a file."""
    there = tmp_path / "outside"
    (there / "folder").mkdir(parents=True)
    for file in (there / "file", there / "folder" / "inner"):
        file.write_text("root's own\n" * 200_000)
        file.chmod(0o600)
    there.chmod(0o755)
    (there / "folder").chmod(0o700)
    return there


def told(outside: Path) -> list[tuple[str, int, int, int, int, float]]:
    """All of it that a write, a chown, a chmod or an unlink would change."""
    found = []
    for path in (outside, *sorted(outside.rglob("*"))):
        one = path.lstat()
        found.append((path.name, one.st_mode, one.st_uid, one.st_gid, one.st_size, one.st_mtime))
    return found


def as_user(settings: Settings, role: str, act: Callable[[], object]) -> str:
    """What `act` prints of itself, run as the lesser user with all the groups that it has."""
    owners = Owners(settings)
    groups = {
        "engine": [owners.gid("journal"), owners.gid("asterisk")],
        "evidence": [owners.gid("journal"), owners.gid("asterisk")],
        "console": [owners.gid("journal")],
        "asterisk": [],
    }[role]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups(groups)
            os.setresgid(*[owners.gid(role)] * 3)
            os.setresuid(*[owners.uid(role)] * 3)
            os.write(writing, str(act() or "").encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    assert os.waitpid(child, 0)[1] == 0
    return said


def plant(settings: Settings, role: str, target: Path, kind: str) -> None:
    """Each name that root uses, in each place, as far as the user gets; what stood there is removed.

    Hard links are made for the user, as a kernel without protected_hardlinks would allow.
    """

    def act() -> str:
        free = []
        for place in HOME_FOLDERS:
            for name in dict.fromkeys(NAMES):
                path = settings.home / place.path / name
                with suppress(OSError):
                    if path.is_dir() and not path.is_symlink():
                        path.rename(path.with_name(f"{name}.aside"))
                    elif os.path.lexists(path):
                        path.unlink()
                with suppress(OSError):
                    path.symlink_to(target)
                    free.append(str(path))
                    if kind == "link":
                        path.unlink()
        return "\n".join(free)

    for path in as_user(settings, role, act).splitlines():
        if kind == "link" and target.is_file():
            os.link(target, path)


def work_of_root(settings: Settings) -> None:
    """All that a start and root's commands write."""
    lay_out(settings)
    ensure_keys(settings)
    secrets.load(settings.home / "secrets")
    with suppress(ValueError):  # the engine's own file, and it wrote something else there
        accounts.save(settings, accounts.load(settings))
        write_lab(settings)
    hand_over(settings)
    remember(settings)
    for name in ("engine", "console"):
        write_pid(settings.run_dir / f"{name}.pid", 1)
        shorten(settings.home / "log" / f"{name}.out")
    lay_out(settings)


def laid_out_before(settings: Settings) -> None:
    """A home as the version before left it."""
    owners = Owners(settings)
    settings.home.mkdir()
    settings.home.chmod(0o711)
    for path, (owner, group, mode) in BEFORE.items():
        folder = settings.home / path
        folder.mkdir(parents=True)
        os.chown(folder, owners.uid(owner), owners.gid(group))
        folder.chmod(mode)
    os.chown(settings.spool, owners.uid("engine"), owners.gid("asterisk"))


@pytest.mark.parametrize("kind", ["symlink", "link"])
@pytest.mark.parametrize("what", ["file", "folder"])
@pytest.mark.parametrize("role", LESSER)
@pytest.mark.parametrize("begun", ["as before", "as now"])
def test_no_name_planted_by_a_lesser_user_leads_root_outside(home, outside, begun, role, what, kind):
    (laid_out_before if begun == "as before" else work_of_root)(home)
    before = told(outside)
    plant(home, role, outside / what, kind)
    work_of_root(home)
    with as_evidence(home):
        pass
    for path in home.home.rglob("*") if kind == "link" else ():
        if path.is_file() and path.samefile(outside / "file"):
            path.unlink()  # what is left of them is the attacker's own folders' matter
    assert before == told(outside)
    for place in HOME_FOLDERS:
        there = (home.home / place.path).lstat()
        owners = Owners(home)
        wanted = (owners.uid(place.owner), owners.gid(place.group), place.mode)
        assert wanted == (there.st_uid, there.st_gid, stat.S_IMODE(there.st_mode)), place.path
        assert stat.S_ISDIR(there.st_mode), place.path


def names_open_to(settings: Settings, role: str) -> set[str]:
    """Folders of home in which the user can make a name."""

    def act() -> str:
        return " ".join(p.path for p in HOME_FOLDERS if os.access(settings.home / p.path, os.W_OK | os.X_OK))

    return set(as_user(settings, role, act).split())


def test_each_user_can_make_names_in_its_own_folders_alone(home):
    work_of_root(home)
    shared = {"db", "spool/audio", "spool/cel"}
    assert {role: names_open_to(home, role) for role in LESSER} == {
        role: {one.path for one in HOME_FOLDERS if one.owner == role}
        | {"engine": shared, "evidence": shared, "console": {"db"}, "asterisk": set()}[role]
        for role in LESSER
    }


def readable(settings: Settings, role: str, files: list[Path]) -> set[str]:
    def act() -> str:
        return " ".join(file.name for file in files if os.access(file, os.R_OK))

    return set(as_user(settings, role, act).split())


def test_the_keys_that_sign_and_that_open_recordings_are_the_evidence_process_alone(home):
    work_of_root(home)
    keys = sorted(home.keys_dir.iterdir())
    every, console = {one.name for one in keys}, {"second-factor.key", "rows.key", "statement.pub"}
    assert [
        {"numbers.key", "index.key", "rows.key", "statement.pub"},
        console,
        every - {"second-factor.key"},
        set(),
    ] == [readable(home, role, keys) for role in LESSER]
    assert every > console


def test_the_secrets_of_manager_and_phones_are_the_engines_alone(home):
    work_of_root(home)
    files = [*(home.home / "secrets").iterdir(), accounts.path(home)]
    every = {one.name for one in files}
    assert [every, set(), set(), set()] == [readable(home, role, files) for role in LESSER]


def test_a_home_of_before_is_given_to_its_new_users_with_all_it_holds(home):
    laid_out_before(home)
    owners = Owners(home)
    sealed = home.sealed / "2026" / "11" / "22" / "a.sealed"
    sealed.parent.mkdir(parents=True)
    made = [sealed, home.home / "db" / "journal.sqlite", home.home / "db" / "evidence.lock",
            home.home / "log" / "engine.log", home.home / "console" / "console.key"]  # fmt: skip
    for path in (*made, sealed.parent, sealed.parent.parent):
        if path.is_dir():
            path.chmod(0o755)  # whatever mask another test left behind
        else:
            path.write_bytes(b"x")
            path.chmod(0o600)
        os.chown(path, owners.uid("engine"), owners.gid("engine"))
    lay_out(home)
    moved = home.home / "log" / "engine" / "engine.log"
    assert not made[3].exists()
    found = {path.name: (path.owner(), path.group(), oct(path.stat().st_mode & 0o777)) for path in
             (sealed, sealed.parent, *made[1:3], moved, made[4])}  # fmt: skip
    evidence, engine, console = home.evidence_user, home.run_user, home.console_user
    assert found == {
        "a.sealed": (evidence, evidence, "0o600"),
        "22": (evidence, evidence, "0o755"),
        "journal.sqlite": ("root", home.journal_group, "0o660"),
        "evidence.lock": (evidence, home.journal_group, "0o600"),
        "engine.log": (engine, engine, "0o600"),
        "console.key": (console, console, "0o600"),
    }


def test_a_home_whose_taking_over_was_interrupted_is_taken_over_to_the_end(home, monkeypatch):
    laid_out_before(home)
    owners = Owners(home)
    for number in range(3):
        file = home.sealed / f"{number}.sealed"
        file.touch()
        os.chown(file, owners.uid("engine"), owners.gid("engine"))
    given: list[Callable[..., bool]] = []
    from config import no_follow

    whole = no_follow.set_owner

    def torn(*asked: object) -> bool:
        given.append(whole)
        if asked[1].endswith(".sealed") and len(given) > 1:
            raise KeyboardInterrupt
        return whole(*asked)

    monkeypatch.setattr(no_follow, "set_owner", torn)
    with pytest.raises(KeyboardInterrupt):
        lay_out(home)
    monkeypatch.setattr(no_follow, "set_owner", whole)
    lay_out(home)
    assert {home.evidence_user} == {file.owner() for file in (home.sealed, *home.sealed.iterdir())}


def test_a_link_that_root_made_in_its_own_folder_is_followed_to_the_other_disk(home, tmp_path):
    lay_out(home)
    other = tmp_path / "disk" / "recordings"
    other.mkdir(parents=True)
    home.sealed.rmdir()
    home.sealed.symlink_to(other)
    lay_out(home)
    assert (home.sealed.is_symlink(), home.evidence_user) == (True, other.owner())


def test_a_second_volume_that_a_lesser_user_made_a_link_is_refused(home, outside):
    parent = home.second_audio.parent
    os.chown(parent, pwd.getpwnam(home.asterisk_user).pw_uid, -1)
    as_user(home, "asterisk", lambda: home.second_audio.symlink_to(outside / "folder"))
    before = told(outside)
    lay_out(home)
    assert before == told(outside)
    assert not (home.audio / SECOND).exists()


async def test_the_output_of_a_process_is_never_written_through_a_link(home, outside):
    lay_out(home)
    output = home.home / "log" / "engine.out"
    output.symlink_to(outside / "file")
    before = told(outside)
    with pytest.raises(OSError, match=r"engine\.out"):
        start(["/bin/true"], {}, output)
    shorten(output)
    assert before == told(outside)
