"""The line as `ivr111 run` starts it, with what only the bench needs appended to Asterisk's configuration."""

import dataclasses
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Self

from bench import cpu
from config.settings import Settings
from engine.install.prepare import prepare
from engine.install.secrets import write_private
from engine.supervisor import run as supervise
from engine.supervisor.services import PRIVATE, PYTHON, REPOSITORY, configuration, engine_service, environment
from engine.supervisor.watch import ServiceSpec
from tests.real.line import RunningLine

ENGINE = "IVR111_BENCH_ENGINE"  # a script to run in the engine's place


class MeasuredLine(RunningLine):
    """A running line; `extra`: file name -> text appended; `engine`: a script in the engine's place."""

    def __init__(self, extra: Mapping[str, str], *, engine: str = "", **settings: str) -> None:
        super().__init__(**settings)
        (self.home / "bench").mkdir()
        for name, text in extra.items():
            (self.home / "bench" / name).write_text(text)
        if engine:
            self.env[ENGINE] = engine
        self.pids: dict[str, int] = {}

    def start(self) -> Self:
        """Start and wait for `ready`."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.measured_line"],
            cwd=REPOSITORY,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        for text in self.process.stdout:
            self.said += text
            if text.strip() == "ready":
                self.pids = {name: self.pid(name) for name in ("engine", "asterisk")}
                self._await_engine()
                return self
        self.stop()
        raise RuntimeError(f"the line did not start: {self.said.splitlines()[-1]}")

    def _await_engine(self) -> None:
        end = time.monotonic() + 20
        while not self.engine_answers():
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError("the engine does not see Asterisk")
            time.sleep(0.1)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.stop()

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far of `engine` and `asterisk`."""
        return {name: cpu.seconds(pid) for name, pid in self.pids.items()}

    def unharmed(self) -> bool:
        """Whether both are still the processes that were started: the supervisor killed nobody falsely."""
        return all(self.pid(name) == pid for name, pid in self.pids.items())

    def console(self, command: str) -> str:
        """One command of Asterisk's console, as root of this home."""
        settings = self.settings
        argv = (PRIVATE, "asterisk", "-C", configuration(settings), "-rx", command)
        done = subprocess.run(
            argv, env=environment(settings), capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout

    def channels(self) -> int:
        """How many channels Asterisk has now."""
        counted = re.search(r"(\d+) active channel", self.console("core show channels count"))
        return int(counted[1]) if counted else 0


def _prepared(settings: Settings) -> Sequence[str]:
    prepare(settings)
    for file in (settings.home / "bench").iterdir():
        target = settings.home / "asterisk" / "etc" / file.name
        write_private(target, target.read_text() + file.read_text())
    return ()


def _with_engine(script: str) -> None:
    real = engine_service

    def service(settings: Settings) -> ServiceSpec:
        command = (PRIVATE, "engine", PYTHON, script)
        return dataclasses.replace(real(settings), command=command, words=(script,))

    setattr(supervise, "engine_service", service)  # noqa: B010 - in this process only


if __name__ == "__main__":
    if script := os.environ.get(ENGINE):
        _with_engine(script)
        del os.environ[ENGINE]
    sys.exit(supervise.run(Settings(), _prepared))
