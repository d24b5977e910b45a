"""Sealing an hour of audio, beside doing it by hand with sox and gpg: the cost in CPU and time."""

import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.table import Row, costs
from lab.fill import voice
from recordings.capture.sound import write_stereo
from recordings.sealing.files import write_sealed

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds per hour of audio, and bytes of what was kept."""

    cpu: float
    wall: float
    size: int


def measure(seconds: float = 600.0) -> dict[str, Cost]:
    """Ours and by hand, over the same `seconds` of two voices."""
    folder = Path(tempfile.mkdtemp(prefix="ivr111-bench-"))
    try:
        stereo = folder / "stereo.wav"
        both = np.stack([voice(1, side, seconds) for side in (0, 1)], axis=1)
        write_stereo(stereo, [both])
        return {"ours": _ours(stereo, folder, seconds), "sox + gpg": _by_hand(stereo, folder, seconds)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gpg takes its sockets away itself


def _ours(stereo: Path, folder: Path, seconds: float) -> Cost:
    began, cpu = time.perf_counter(), time.process_time()
    sealed = write_sealed(stereo, folder / "sealed", "2026/11/22/one.sealed", "one")
    scale = HOUR / seconds
    return Cost((time.process_time() - cpu) * scale, (time.perf_counter() - began) * scale, sealed.size)


def _by_hand(stereo: Path, folder: Path, seconds: float) -> Cost:
    """What an administrator would type; it neither reads back nor compares."""
    for tool in ("sox", "gpg"):
        if shutil.which(tool) is None:
            raise FileNotFoundError(f"{tool} is missing: run `make bench`, which installs it")
    flac, secret = folder / "one.flac", folder / "secret"
    secret.write_text("a passphrase for the bench")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(["sox", stereo, flac], check=True)
    gpg: list[str | Path] = ["gpg", "--homedir", folder, "--batch", "--quiet", "--pinentry-mode", "loopback"]
    command = [*gpg, "--passphrase-file", secret, "--cipher-algo", "AES256", "--compress-algo", "none"]
    subprocess.run([*command, "--symmetric", flac], check=True, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    scale = HOUR / seconds
    return Cost(cpu * scale, wall * scale, flac.with_name("one.flac.gpg").stat().st_size)


def run(seconds: float = 600.0) -> list[Row]:
    """Ours reads everything back and compares it; by hand nobody does."""
    found = measure(seconds)
    ours, theirs = found["ours"], found["sox + gpg"]
    return [
        costs("sealing an hour: CPU", "s", ours.cpu, "sox + gpg by hand", theirs.cpu, most=3.0),
        costs("sealing an hour: wall", "s", ours.wall, "sox + gpg by hand", theirs.wall),
        costs("sealed bytes", "B", ours.size, "sox + gpg by hand", theirs.size, most=1.1),
    ]
