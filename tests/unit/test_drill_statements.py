"""Killed at random moments while statements are made: none is lost, none is twice, nothing is accused."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.evidence.nightly_statement import NightlyStatements
from engine.evidence.services import EvidenceServices
from engine.evidence.verify_all import VerifiedCounts, all_faults
from recordings.chain.statement_files import read_folder
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

KILLS = int(os.environ.get("KILLS", "60"))
ROOT = Path(__file__).resolve().parents[2]

WORK = """
import asyncio
from datetime import UTC, datetime
from config.settings import Settings
from engine.evidence.services import open_evidence
from engine.evidence.nightly_statement import NightlyStatements
from recordings.model.access_entry import Action, Actor
from recordings.journal.alarming import alarm

async def main():
    who = Actor("x", "auditor", "x")
    async with open_evidence(Settings()) as evidence:
        nightly = NightlyStatements(evidence)
        print("ready", flush=True)
        while True:
            now = datetime.now(UTC)
            await alarm(evidence.database, "recording_missing", "drill", now)
            await evidence.access.note(who, Action.READ_LOG, ["drill"])
            await evidence.statements.another(now)
            await nightly.keep_files(now)

asyncio.run(main())
"""


@pytest.mark.drill
async def test_killed_at_random_moments_of_a_statement(tmp_path):
    home = await EvidenceHome(tmp_path / "home").open()
    for number in range(1, 4):
        await home.talk(number)
    await Sealer(home.database, home.keys, home.settings).pass_once()
    source, environment = random.Random(11), {**os.environ, "IVR111_HOME": str(home.settings.home)}
    for _ in range(KILLS):
        work = await asyncio.to_thread(
            subprocess.Popen, [sys.executable, "-c", WORK], cwd=ROOT, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert work.stdout is not None
        try:
            assert b"ready" in await asyncio.to_thread(work.stdout.readline)
            await asyncio.sleep(source.uniform(0.0, 0.4))
        finally:
            work.send_signal(signal.SIGKILL)
            await asyncio.to_thread(work.wait)
            work.stdout.close()
    evidence = EvidenceServices(home.settings, home.database, home.keys)
    await NightlyStatements(evidence).keep_files(T0)
    rows = await evidence.statements.all()
    assert list(range(1, len(rows) + 1)) == [one.seq for one in rows]
    assert len(rows) == len(read_folder(home.settings.statements_dir))
    assert [] == [line async for line in all_faults(evidence, None, True, VerifiedCounts(), int)]
    assert len(rows) > KILLS // 2
    await home.close()
