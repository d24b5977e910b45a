"""What the doctor says, and that every failure says what to do."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.journal_file import JournalIdentity
from config.settings import Settings
from engine.health import checks as doctor
from engine.health import running as doctor_running
from engine.health.installed import asterisk_version, clock, disk, users, version
from engine.install.port_checks import ports
from engine.install.ports import CheckedPort, holders, sockets


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "setup").mkdir()
    names = ("run_user", "asterisk_user", "console_user", "evidence_user", "mender_user", "journal_group")
    return Settings(home=tmp_path / "home", setup=tmp_path / "setup", **dict.fromkeys(names, "root"))


def provide(settings: Settings, words: str, root: str = "") -> None:
    text = json.dumps({"kind": "path", "root": root, "version": words, "modules_dir": "/x"})
    (settings.setup / "asterisk.json").write_text(text)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("22.10.1+dfsg+~cs6.17.60671434-1", (22, 10, 1)),
        ("20.6.0~dfsg+~cs6.13.40431414-2build5", (20, 6, 0)),
        ("22.7.0-rc1", (22, 7, 0)),
        ("GIT-master-1234", ()),
    ],
)
def test_a_version_is_read_from_its_words(words: str, numbers: tuple[int, ...]) -> None:
    assert version(words) == numbers


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("18.9.0", "failure"),
        ("20.0.0", "warning"),
        ("22.10.0", "warning"),
        ("22.10.1+x", "ok"),
        ("23.0", "ok"),
    ],
)
def test_asterisk_20_is_needed_and_22_10_1_advised(settings: Settings, words: str, state: str) -> None:
    provide(settings, words)
    assert [check.state for check in asterisk_version(settings)] == [state]


def test_a_root_that_is_gone_is_a_failure(settings: Settings) -> None:
    provide(settings, "22.10.1", root="/nowhere")
    assert [check.state for check in asterisk_version(settings)] == ["failure"]


def test_a_missing_user_is_a_failure(settings: Settings) -> None:
    other = settings.model_copy(update={"run_user": "nobody-such"})
    assert [check.state for check in users(other)] == ["failure", "ok"]
    without = settings.model_copy(update={"journal_group": "nobody-such"})
    assert [check.state for check in users(without)] == ["failure", "ok"]


GB = 1 << 30


@pytest.mark.parametrize(
    ("total", "free", "state"),
    [(100, 50, "ok"), (100, 15, "warning"), (100, 4, "failure"), (40, 3, "failure"), (4000, 30, "ok")],
)
def test_room_is_judged_by_share_and_by_size(settings: Settings, total: int, free: int, state: str) -> None:
    (check,) = disk(settings, usage=lambda _: (total * GB, (total - free) * GB, free * GB))
    assert check.state == state


def test_kazakhstan_is_one_zone_since_2024(settings: Settings) -> None:
    assert next(clock(settings)).state == "ok"


def test_a_port_held_by_a_stranger_is_told_with_the_setting_that_moves_it(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        taken = settings.model_copy(update={"sip_port": stranger.getsockname()[1]})
        check = next(c for c in ports(taken) if c.name.endswith("/udp"))
    assert (check.state, "IVR111_SIP_PORT" in check.remedy) == ("failure", True)


TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000   999        0 111 2
   1: 0200007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000   999        0 222 2
   2: 00000000:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000   999        0 333 2
   3: 0100007F:13C5 00000000:0000 07 00000000:00000000 00:00000000 00000000   999        0 444 2
"""


def test_only_sockets_that_exclude_ours_count() -> None:
    assert sockets(TABLE, CheckedPort("sip_port", "udp", "127.0.0.1", 5060, "asterisk")) == {"111", "333"}


def test_a_free_port_has_no_holder() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert holders(CheckedPort("agi_port", "tcp", "127.0.0.1", free.getsockname()[1], "engine")) == set()


def test_every_failure_says_what_to_do_and_one_broken_look_hides_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.setup / "asterisk.json").write_text("not json")
    away = settings.model_copy(update={"ami_port": 1, "agi_port": 2})
    found = doctor.examine(away)
    assert [check.name for check in found if check.state != "ok" and not check.remedy] == []
    assert {"asterisk_version", "set-up", "prompts", "engine", "manager"} <= {
        check.name for check in found if check.state == "failure"
    }


def test_a_journal_that_has_gone_from_a_home_whose_line_has_run_is_a_failure(settings: Settings) -> None:
    assert ["ok"] == [check.state for check in doctor_running.database(settings)]
    (settings.home / "db").mkdir(parents=True)
    (settings.home / "db" / "engine.lock").touch()
    [check] = doctor_running.database(settings)
    assert ("failure", True) == (check.state, "has gone" in check.finding)


def test_another_file_in_the_journals_place_and_what_was_set_aside_are_said(settings: Settings) -> None:
    (settings.home / "db").mkdir(parents=True)
    file = settings.home / "db" / "journal.sqlite"
    JournalIdentity((0, 1)).write(file)
    file.touch()
    file.with_name("journal.sqlite.replaced").touch()
    aside, database = doctor_running.database(settings)
    assert ("warning", True) == (aside.state, "journal.sqlite.replaced" in aside.finding)
    assert ("failure", True) == (database.state, "another file" in database.finding)


ONLY_ROOT_READS_PYTHON = """
import os, socket, sys
from engine.health.running import _lets_in
class Closed:
    def find_spec(self, name, path=None, target=None):
        if os.geteuid() != 0:
            raise ImportError(name)
sys.meta_path.insert(0, Closed())
with socket.create_server(("127.0.0.1", 0)) as open_door:
    print(_lets_in("127.0.0.1", open_door.getsockname()[1]), os.geteuid())
print(_lets_in("127.0.0.1", 1), os.geteuid())
"""


@pytest.mark.slow
def test_the_managers_door_is_tried_although_only_root_may_read_python() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ONLY_ROOT_READS_PYTHON], capture_output=True, text=True, check=False
    )
    assert (asked.stdout, asked.stderr) == ("True 0\nFalse 0\n", "")
