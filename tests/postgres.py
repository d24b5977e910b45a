"""A real PostgreSQL 15 for tests: its own cluster in a temporary folder, on a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

BIN = Path("/usr/lib/postgresql/15/bin")
_USER = "postgres"


class Postgres:
    """One cluster; `stop` and `start` play an outage."""

    def __init__(self) -> None:
        if not (BIN / "initdb").exists():
            pytest.fail(
                f"PostgreSQL 15 is not in {BIN}: run `make test`, which installs it (package postgresql)"
            )
        self.folder = Path(tempfile.mkdtemp(prefix="ivr111-pg-", dir="/tmp"))
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            try:
                user = pwd.getpwnam(_USER)
            except KeyError:
                pytest.fail("no system user postgres: run `make test`, which installs package postgresql")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--init-groups"]
        self._run(
            "initdb",
            "-D",
            str(self.folder / "data"),
            "-U",
            _USER,
            "-A",
            "trust",
            "-N",
            "--no-locale",
            "-E",
            "UTF8",
        )
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as, str(BIN / program), *arguments],
            cwd=self.folder,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        if done.returncode:
            pytest.fail(f"{program} failed: {done.stdout}")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def database(self) -> str:
        """URL of a new, empty database."""
        name = f"t{uuid4().hex[:12]}"
        self._run("createdb", "-h", str(self.folder), "-U", _USER, name)
        return f"postgresql+asyncpg://{_USER}@/{name}?host={self.folder}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for the whole run."""
    cluster = Postgres()
    yield cluster
    cluster.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/db/journal.sqlite"
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.database()
