"""Manager cut, first volume full and phones on hold at once: each spoken second is on its side, or named."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.cli.journal import number_keys
from engine.supervisor.services import PRIVATE, PYTHON, REPOSITORY, environment
from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.media import TICK
from lab.robots import Consultant
from lab.sound import load, sounding
from lab.voice import tone
from recordings.journal.reading import Reader
from recordings.model.call_record import CallRecord
from recordings.model.recording import Recording
from tests.real.line import RunningLine, now
from tests.real.network import cut_off
from tests.real.spread import consultants
from tests.real.talking import from_40_000

pytestmark = pytest.mark.real

FEW = 8
MANY = int(os.environ.get("DRILL_CONVERSATIONS", "60"))
APART = 1.25  # seconds that may be missing unnamed: what a recording may differ, and the frames at its ends
MINUTE = timedelta(seconds=60)
CUT = 10.0  # seconds without a manager
FIRST_TONE, THEIR_TONE = 400, 1400


@dataclass(slots=True)
class Talking:
    """One conversation: when (monotonic) the consultant held the caller, from and until."""

    number: str
    caller: Call
    held: list[tuple[float, float]] = field(default_factory=list)


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """A line with a small first volume of its own and as many consultants as the drill has callers."""
    second = Path(tempfile.mkdtemp(prefix="ivr111-second-"))
    second.chmod(0o755)
    running = RunningLine(IVR111_SECOND_AUDIO=str(second / "audio"), IVR111_LOW_SPACE="0.01")
    consultants(running, max(FEW, MANY))
    audio = running.settings.audio
    audio.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", audio], check=True)
    try:
        running.start()
        yield running
        assert running.stop() == 0
    finally:
        subprocess.run(["umount", "-l", audio], check=True)
        shutil.rmtree(second)
        if not os.environ.get("KEEP_HOME"):
            shutil.rmtree(running.home, ignore_errors=True)


def number(place: int) -> str:
    return f"+77000000{place:03d}"


def theirs(id_: str) -> int:
    """A consultant's tone."""
    return THEIR_TONE + 20 * (int(id_[1:]) - 101)


async def begin(lab: Lab, count: int) -> tuple[list[Talking], dict[str, Consultant]]:
    """All of them in conversation; consultants by id."""
    people = {}
    for place in range(count):
        one = lab.consultant(place, voice=tone(theirs(f"c{101 + place}")))
        one.phone.numbering = from_40_000
        people[one.phone.user] = await one.start()
    talks = []
    for place in range(count):
        phone = lab.trunk_phone(tone(FIRST_TONE + 15 * place), Identity(number(place)))
        phone.numbering = from_40_000
        call = await phone.dial("111")
        await call.answered()
        await asyncio.sleep(0.2)
        await call.press("1")
        talks.append(Talking(number(place), call))
    async with asyncio.timeout(60):
        while sum(bool(one.served) for one in people.values()) < count:
            await asyncio.sleep(0.1)
    return talks, people


async def hold(one: Consultant, seconds: float, holds: dict[str, list[tuple[float, float]]]) -> None:
    """Hold, and come back as a phone that numbers its packets lower."""
    leg, loop = one.served[-1], asyncio.get_running_loop()
    began = loop.time()
    await leg.hold()
    await asyncio.sleep(seconds)
    await leg.unhold(renumber=True)
    holds.setdefault(one.phone.user, []).append((began, loop.time()))


def fill(folder: Path) -> Path:
    file = folder / "full"
    with file.open("wb", buffering=0) as handle:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    handle.write(bytes(size))
            except OSError:
                continue
    return file


def heard(line: RunningLine, recording: Recording, side: str, frequency: int) -> float:
    """Seconds in which the tone sounds on that side."""
    assert recording.stereo_file
    channels, rate = load(line.settings.audio / recording.stereo_file)
    samples = channels[{"caller": 0, "consultant": 1}[side]]
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return float(np.sum(sounding(frames, frequency, rate, share=0.3))) * 0.02


async def flushed(line: RunningLine, folder: Path) -> int:
    """Files of a volume that the engine's user flushes, as its helper does: with its rights alone."""
    settings = line.settings
    helper = await asyncio.create_subprocess_exec(
        PRIVATE, "engine", PYTHON, "-m", "recordings.capture.flush_process", folder,
        cwd=REPOSITORY, env=environment(settings),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert helper.stdout
    assert helper.stdin
    looks = [json.loads(await helper.stdout.readline()) for _ in range(2)]
    helper.stdin.close()
    await helper.wait()
    assert [(None, False)] * 2 == [(look["error"], look["denied"]) for look in looks]
    return int(looks[-1]["flushed"])


async def named(line: RunningLine, since: datetime) -> dict[str, list[tuple[str, datetime]]]:
    """Alarms by recording."""
    reader = Reader.open(line.settings.database, number_keys(line.settings))
    try:
        found: dict[str, list[tuple[str, datetime]]] = {}
        for alarm in await reader.alarms(since - timedelta(minutes=5)):
            found.setdefault(alarm.about, []).append((alarm.kind, alarm.at))
        return found
    finally:
        await reader.close()


async def drill(line: RunningLine, lab: Lab, count: int, *, full_for_good: bool = False) -> None:
    since = now()
    talks, people = await begin(lab, count)
    unsaid = lab.pacer.lost_ticks
    team, holds, full = list(people.values()), dict[str, list[tuple[float, float]]](), Path()
    await asyncio.sleep(5)
    # Of two files each; some were opened just now, and after an earlier drill the second volume is used.
    volumes = [one for one in (line.settings.audio, line.settings.second_audio) if one]
    assert sum([await flushed(line, one) for one in volumes]) >= count
    await asyncio.gather(*(hold(one, 2.0, holds) for one in team[::3]))
    await asyncio.sleep(3)
    with cut_off(line.settings.ami_port):
        await asyncio.sleep(0.5)
        held = [asyncio.create_task(hold(one, 2.5, holds)) for one in team[1::3]]
        await asyncio.sleep(1)
        full = fill(line.settings.audio)
        await asyncio.sleep(CUT - 1.5)
        await asyncio.gather(*held)
    await asyncio.gather(*(hold(one, 1.5, holds) for one in team[::6]))
    await asyncio.sleep(10)
    early = [one.number for one in talks if one.caller.state != "talking"]
    assert [] == early, f"{len(early)} of {count} calls ended early"
    unsaid = (lab.pacer.lost_ticks - unsaid) * TICK
    await asyncio.gather(*(one.caller.hang_up() for one in talks))
    ended = datetime.now(UTC)
    if not full_for_good:
        await asyncio.sleep(3)
        full.unlink()
    rows = await line.new_calls(count, since=since, within=30)
    unnamed = await judged(line, rows, holds, unsaid, ended, since)
    found = [one for row in rows for one in await line.recordings(row.call_id) if one.of_a_conversation]
    joined = [bool(one.stereo_file) for one in found]
    full.unlink(missing_ok=True)
    assert {} == unnamed
    assert [True] * count == joined


async def judged(
    line: RunningLine,
    rows: list[CallRecord],
    holds: dict[str, list[tuple[float, float]]],
    unsaid: float,
    ended: datetime,
    since: datetime,
) -> dict[str, object]:
    """What is missing and named nowhere, by recording, once a minute has passed or all is clear."""
    wrong: dict[str, object] = {}
    while datetime.now(UTC) - ended < MINUTE:
        wrong, unjudged = {}, 0
        alarms = await named(line, since)
        for row in rows:
            found = await line.recordings(row.call_id)
            unjudged += not all(one.stereo_file for one in found if one.of_a_conversation)
            lost = missing(line, row, found, holds, unsaid)
            abouts = (row.call_id, f"{row.call_id}-c1", *(one.id for one in found))
            kinds = [kind for one in abouts for kind, _ in alarms.get(one, [])]
            checks = [check for one in found for check in one.checks]
            if max(lost.values()) > APART and not told(checks, kinds):
                wrong[f"{row.call_id} {row.served_by}"] = (lost, checks, kinds, parts(row, found))
        if not wrong and not unjudged:
            break
        await asyncio.sleep(2)
    total = {"caller": 0.0, "consultant": 0.0}
    for row in rows:
        found = await line.recordings(row.call_id)
        lost = missing(line, row, found, holds, unsaid)
        kinds = [kind for kind, _ in (await named(line, since)).get(f"{row.call_id}-c1", [])]
        for side in total:
            total[side] += lost[side]
        print(row.served_by, {k: round(v, 2) for k, v in lost.items()},
              [one.checks for one in found], kinds, parts(row, found))  # fmt: skip
    print("missing on average", {side: round(value / len(rows), 2) for side, value in total.items()})
    return wrong


def told(checks: list[str], kinds: list[str]) -> bool:
    words = ("length_differs", "hole", "lengths_differ", "_lost", "_gap", "_silent")
    return any(check.endswith(words) for check in checks) or any(
        kind in ("recording_missing", "recording_length", "recording_hole", "recording_unread")
        for kind in kinds
    )


def missing(
    line: RunningLine,
    row: CallRecord,
    found: list[Recording],
    holds: dict[str, list[tuple[float, float]]],
    unsaid: float,
) -> dict[str, float]:
    """Seconds spoken and not heard, by side; who holds sends nothing meanwhile.

    `unsaid`: seconds that the phones of a busy machine left out.
    """
    (connection,) = row.connections
    assert connection.ended_at
    assert row.served_by
    assert row.pii_caller
    talked = (connection.ended_at - connection.answered_at).total_seconds() - unsaid
    silent = sum(end - begin for begin, end in holds.get(row.served_by, []))
    spoken = {"caller": talked, "consultant": talked - silent}
    tones = {"caller": FIRST_TONE + 15 * int(row.pii_caller[-3:]), "consultant": theirs(row.served_by)}
    good = [one for one in found if one.stereo_file]
    return {side: spoken[side] - sum(heard(line, one, side, tones[side]) for one in good) for side in spoken}


def parts(row: CallRecord, found: list[Recording]) -> list[tuple[int, float, float | None]]:
    (connection,) = row.connections
    return [
        (part.number, round((part.started_at - connection.answered_at).total_seconds(), 1), part.seconds)
        for one in found
        for part in one.segments
        if part.started_at
    ]


async def test_with_the_manager_cut_the_first_volume_full_and_phones_held_nothing_is_missing_unnamed(
    line: RunningLine, lab: Lab
) -> None:
    await drill(line, lab, FEW)


@pytest.mark.drill
async def test_sixty_conversations_under_all_three_at_once_miss_nothing_unnamed(
    line: RunningLine, lab: Lab
) -> None:
    await drill(line, lab, MANY)


@pytest.mark.drill
async def test_a_first_volume_that_stays_full_keeps_no_conversation_from_being_joined(
    line: RunningLine, lab: Lab
) -> None:
    await drill(line, lab, FEW, full_for_good=True)
