"""The evidence package: only what is covered, the same every time, and any altered bit is named (A19)."""

import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyrage
import pytest
import soundfile

from recordings.chain.service import Statements
from recordings.completeness.service import Completeness
from recordings.demands.demand import DemandState, Letter
from recordings.demands.service import Demands
from recordings.demands.steps import WrongStep
from recordings.finding.criteria import Criteria
from recordings.finding.service import Finder
from recordings.model.access_entry import Actor
from recordings.package import envelope
from recordings.package.service import MadePackage, Packages
from recordings.package.verify_package import verify_folder, verify_zip
from recordings.sealing.service import SealedRecordings
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome, sound

pytestmark = pytest.mark.slow

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")
DAULET = Actor("Дәулет Сынақов", "administrator", "daulet")
NOW = T0 + timedelta(hours=11)  # the day asked for is over
LETTER = Letter(
    authority="informatisation",
    basis="C6",
    number="12-3/45",
    date=date(2026, 11, 22),
    asked="Жазбаларды беруді сұраймыз",
    criteria=Criteria(number="8 700 000 00 01", day=date(2026, 11, 22)),
    received_at=T0 + timedelta(hours=1),
    due_at=None,
    responsible="aigul",
)


class Desk:
    """All a package needs, over one home."""

    def __init__(self, home: EvidenceHome) -> None:
        at, keys = home.settings, home.keys
        self.home = home
        finder = Finder(home.database, keys.numbers(), at.zone)
        self.demands = Demands(home.database, finder, keys.numbers(), at.authorities, at.bases)
        count = Completeness(home.database, at.audio, at.sealed, at.zone).day
        self.packages = Packages(
            home.database,
            keys,
            self.demands,
            finder,
            SealedRecordings(home.database, keys, at.sealed),
            Statements(home.database, keys, at.zone, count),
            at.packages,
            at.zone,
            "0.1.0",
        )

    async def approved(self, letter: Letter = LETTER) -> int:
        demand = await self.demands.register(letter, AIGUL, NOW)
        await self.demands.search(demand.id, AIGUL, NOW)
        await self.demands.move(demand.id, DemandState.APPROVED, DAULET, NOW)
        return demand.id

    async def package(self, letter: Letter = LETTER, later: int = 0) -> MadePackage:
        id_ = await self.approved(letter)
        return await self.packages.make(id_, AIGUL, NOW + timedelta(minutes=later))


@pytest.fixture
async def desk(tmp_path):
    home = await EvidenceHome(tmp_path / "home").open()
    await home.talk(1, seconds=1)
    await home.talk(2, seconds=2)
    await home.talk(3, caller="+77000000002", seconds=1)
    await home.talk(4, at=T0 - timedelta(days=1), seconds=1)
    await Sealer(home.database, home.keys, home.settings).pass_once()
    yield Desk(home)
    await home.close()


def manifest(package: Path) -> dict:
    with zipfile.ZipFile(package) as opened:
        return json.loads(opened.read("manifest.json"))


async def test_a_package_holds_what_the_demand_covers_and_nothing_else(desk):
    made = await desk.package()
    said = manifest(made.path)
    ids = [one["id"] for one in said["recordings"]]
    assert 2 == made.recordings == len(ids)
    assert [1, 2] == sorted(int(one.split("-")[2]) for one in ids)
    assert {"+77000000001"} == {call["caller"] for call in said["calls"]}
    with zipfile.ZipFile(made.path) as opened:
        text = b"".join(opened.read(name) for name in opened.namelist() if name.endswith((".json", ".txt")))
        assert b"77000000002" not in text
        for number, one in enumerate(ids, 1):
            samples, rate = soundfile.read(io.BytesIO(opened.read(f"audio/{one}.wav")), dtype="int16")
            assert (8000, True) == (rate, np.array_equal(sound(number, number), samples))
            copy, _ = soundfile.read(io.BytesIO(opened.read(f"audio/{one}-small.wav")))
            assert abs(len(copy) / 8000 - number) < 0.5
    assert said["calls"][0]["arrived_at"].endswith("+05:00")


async def test_an_untouched_package_verifies_in_our_hands_and_in_the_courts(desk, tmp_path):
    made = await desk.package()
    key = desk.home.keys.public()
    assert [] == verify_zip(made.path.read_bytes(), key, made.signature.read_bytes())
    folder = tmp_path / "court"
    with zipfile.ZipFile(made.path) as opened:
        opened.extractall(folder)
    assert [] == verify_folder(folder, key)
    for where in (made.path, folder):
        run = [sys.executable, "-I", "-S", folder / "verify.py", "--key", key.hex(), where]
        done = subprocess.run(
            run, check=False, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
        )
        assert (0, True) == (done.returncode, "UNALTERED" in done.stdout), done.stderr
    done = subprocess.run([*run[:5], "00" * 32, folder], check=False, capture_output=True, text=True)
    assert 1 == done.returncode


async def test_made_again_elsewhere_and_later_it_is_the_same_to_the_byte(desk, tmp_path):
    id_ = await desk.approved()
    first = (await desk.packages.make(id_, AIGUL, NOW)).path.read_bytes()
    zone, mask = os.environ.get("TZ"), os.umask(0o077)
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    try:
        await desk.demands.move(id_, DemandState.HANDED_OVER, AIGUL, NOW + timedelta(minutes=3), "courier")
        again = await desk.packages.make(id_, DAULET, NOW + timedelta(days=3))
    finally:
        os.umask(mask)
        os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone)
        time.tzset()
    assert first == again.path.read_bytes()


CHILD = """
import asyncio, sys
from pathlib import Path
from tests.evidence_home import EvidenceHome
from tests.unit.test_package import AIGUL, NOW, Desk

async def main():
    home = await EvidenceHome(Path(sys.argv[1])).open()
    made = await Desk(home).packages.make(int(sys.argv[2]), AIGUL, NOW)
    print(made.sha256)
    await home.close()

asyncio.run(main())
"""


@pytest.mark.slow
async def test_made_by_other_processes_it_is_the_same_to_the_byte(desk):
    id_ = await desk.approved()
    first = (await desk.packages.make(id_, AIGUL, NOW)).sha256
    for _ in range(3):
        run = [sys.executable, "-c", CHILD, str(desk.home.settings.home), str(id_)]
        done = subprocess.run(run, check=True, capture_output=True, text=True)
        assert first == done.stdout.split()[-1]


@pytest.mark.slow
async def test_every_flipped_bit_is_found_and_only_its_place_accused(desk):
    made = await desk.package()
    data, key, signature = made.path.read_bytes(), desk.home.keys.public(), made.signature.read_bytes()
    source = random.Random(111)
    places = {}
    with zipfile.ZipFile(made.path) as opened:
        for info in opened.infolist():
            start = info.header_offset + 30 + len(info.filename)
            places[info.filename] = (start, start + info.file_size)
    tries = [(name, source.randrange(*span)) for name, span in places.items() for _ in range(6)]
    tries += [(name, at) for name, (start, end) in places.items() for at in (start, end - 1)]
    inside = [span for span in places.values()]
    outside = [at for at in range(len(data)) if not any(start <= at < end for start, end in inside)]
    tries += [("container", at) for at in source.sample(outside, min(250, len(outside)))]
    for name, at in tries:
        altered = bytearray(data)
        altered[at] ^= 1 << source.randrange(8)
        faults = verify_zip(bytes(altered), key, signature)
        assert [name] == [fault.split(":")[0] for fault in faults], (name, at, faults)
        faults = verify_zip(bytes(altered), key)  # without the detached signature as well
        assert [name] == [fault.split(":")[0] for fault in faults], (name, at, faults)


@pytest.mark.slow
@pytest.mark.parametrize("change", [lambda d: d + b"\0", lambda d: b"\0" + d, lambda d: d[:-1]])
async def test_something_added_or_cut_off_is_the_containers_fault(desk, change):
    made = await desk.package()
    key = desk.home.keys.public()
    assert ["container"] == [fault.split(":")[0] for fault in verify_zip(change(made.path.read_bytes()), key)]


async def test_an_altered_detached_signature_is_named(desk):
    made = await desk.package()
    signature = bytearray(made.signature.read_bytes())
    signature[5] ^= 1
    faults = verify_zip(made.path.read_bytes(), desk.home.keys.public(), bytes(signature))
    assert ["container: the detached signature does not fit"] == faults


async def test_nothing_found_is_answered_with_a_letter_and_the_proof_of_the_search(desk):
    wrong = replace(LETTER, criteria=Criteria(number="+77000000009", day=date(2026, 11, 22)))
    demand = await desk.demands.register(wrong, AIGUL, NOW)
    await desk.demands.search(demand.id, AIGUL, NOW)
    near = ["near_numbers"]  # the others of the day differ in one digit
    await desk.demands.move(demand.id, DemandState.NOT_FOUND, DAULET, NOW, confirmed=near)
    made = await desk.packages.make(demand.id, AIGUL, NOW)
    said = manifest(made.path)
    assert ([], [], 3) == (said["calls"], said["recordings"], said["search"]["calls_that_day"])
    assert [] == verify_zip(made.path.read_bytes(), desk.home.keys.public(), made.signature.read_bytes())


async def test_no_package_leaves_before_the_second_person(desk):
    demand = await desk.demands.register(LETTER, AIGUL, NOW)
    await desk.demands.search(demand.id, AIGUL, NOW)
    with pytest.raises(WrongStep, match="approved"):
        await desk.packages.make(demand.id, AIGUL, NOW)
    assert not list(desk.home.settings.packages.glob("*"))


async def test_the_access_log_up_to_the_approval_is_enclosed(desk):
    made = await desk.package()
    with zipfile.ZipFile(made.path) as opened:
        rows = json.loads(opened.read("access-log.json"))
    assert ["searched", "demand"] == [row["action"] for row in rows]
    assert "approved" in rows[-1]["subject"]


async def test_an_envelope_opens_with_age(desk, tmp_path):
    made = await desk.package()
    mine = pyrage.x25519.Identity.generate()
    with made.path.open("rb") as package, (tmp_path / "a.age").open("wb") as sealed:
        envelope.for_recipient(package, sealed, str(mine.to_public()))
    assert made.path.read_bytes() == pyrage.decrypt((tmp_path / "a.age").read_bytes(), [mine])
    with made.path.open("rb") as package, (tmp_path / "b.age").open("wb") as sealed:
        envelope.with_passphrase(package, sealed, "ұзын құпиясөз 111")
    opened = pyrage.passphrase.decrypt((tmp_path / "b.age").read_bytes(), "ұзын құпиясөз 111")
    assert made.path.read_bytes() == opened
    with pytest.raises(envelope.WrongRecipient), made.path.open("rb") as package:
        envelope.for_recipient(package, io.BytesIO(), "age1nobody")
