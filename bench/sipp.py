"""Callers by SIPp: a load, and what became of its calls."""

import csv
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parent.parent / "tests" / "sipp"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What SIPp counted, and how long it took in seconds."""

    calls: int
    failed: int
    retransmissions: int
    seconds: float
    said: str


class Load:
    """SIPp at work: `rate` calls a second, `calls` of them, to `service`; `finish()` waits for the last."""

    def __init__(
        self,
        server: tuple[str, int],
        service: str,
        *,
        rate: float,
        calls: int,
        scenario: str | Path = "caller.xml",
        limit: int = 600,
        here: str = "127.0.0.2",
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ivr111-bench-")
        place = Path(self._folder.name)
        (place / "voice.alaw").write_bytes(bytes((0x55, 0xD5, 0x34, 0xB4)) * 4000)  # 2 s of a quiet hum
        self._stats = place / "stats.csv"
        self._began = time.monotonic()
        argv = [
            "sipp", f"{server[0]}:{server[1]}", "-sf", str(SCENARIOS / scenario), "-s", service,
            "-i", here, "-mi", here, "-r", f"{max(1, round(rate))}", "-m", str(calls), "-l", str(limit),
            "-nostdin", "-aa", "-trace_stat", "-stf", str(self._stats),
            "-trace_err", "-error_file", str(place / "errors.log"), "-fd", "1",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            argv,
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, within: float = 300.0) -> Outcome:
        """Wait for the end of all calls. Raises subprocess.TimeoutExpired."""
        try:
            _, said = self.process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        took = time.monotonic() - self._began
        try:
            if not self._stats.exists():
                raise RuntimeError(f"sipp did not run: {said[-500:]}")
            with self._stats.open() as file:
                last = list(csv.DictReader(file, delimiter=";"))[-1]
            errors = self._stats.with_name("errors.log")
            said += errors.read_text()[:2000] if errors.exists() else ""
        finally:
            self._folder.cleanup()
        return Outcome(
            int(last["TotalCallCreated"]),
            int(last["FailedCall(C)"]),
            int(last["Retransmissions(C)"]),
            took,
            said,
        )

    def stop(self) -> None:
        """End SIPp; calls under way are hung up."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._folder.cleanup()
