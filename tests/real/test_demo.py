"""The demo, as `make demo` shows it: its own line, six calls, and its own judgement."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

pytestmark = pytest.mark.real

OUTCOMES = ["served", "served", "served", "abandoned_waiting", "transferred_1414", "served"]


def test_the_demo_makes_six_calls_and_finds_them_in_the_journal_and_on_the_disk(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    env = {name: value for name, value in os.environ.items() if not name.startswith("IVR111_")}
    kept = {name: value for name, value in os.environ.items() if name == "IVR111_SETUP"}
    shown = subprocess.run(
        [Path(sys.executable).with_name("ivr111"), "demo", "--json"],
        check=False,
        env={**env, **kept, "IVR111_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
    )
    told = json.loads(shown.stdout)
    assert [] == [fault for call in told["calls"] for fault in call["faults"]]
    assert OUTCOMES == [call["outcome"] for call in told["calls"]]
    assert ["5", "4", "None", "None", "None", "5"] == [str(call["rating"]) for call in told["calls"]]
    files = [Path(recording["file"]) for call in told["calls"] for recording in call["recordings"]]
    assert 6 == len(files)
    assert {2} == {soundfile.info(file).channels for file in files}  # they stay after the demo has ended
    assert (True, 0, "") == (told["ok"], shown.returncode, shown.stderr)
