"""How the demo's calls turned out: read from the journal, judged, and put into lines; edge."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from config.settings import Settings
from engine.cli.call_json import waited
from engine.cli.journal import number_keys
from lab import judge
from lab.actors import Actor
from lab.scenes import Scene
from lab.stage import Stage
from recordings.journal.reading import CallFilter, Reader
from recordings.model.call_record import CallRecord
from recordings.model.recording import Recording

SETTLES: Final = 15.0  # seconds for the journal and the recordings, after the last call
Row = tuple[CallRecord, list[Recording]]


@dataclass(frozen=True, slots=True)
class DemoCall:
    """One call of the demo as it turned out; `wait` in seconds from arrival to the consultant's answer."""

    number: int
    title: str
    call_id: str | None = None
    outcome: str | None = None
    rating: int | None = None
    consultant: str | None = None
    wait: float | None = None
    heard: dict[str, float] = field(default_factory=dict)
    recordings: tuple[judge.Sounding, ...] = ()
    faults: tuple[str, ...] = ()


async def journal(settings: Settings, six: tuple[Scene, ...], begun: datetime) -> dict[int, Row]:
    """The rows of the demo's callers, once they and their recordings are whole, or as far as they came."""
    numbers = {f"+7700000000{scene.number}": scene for scene in six}
    reader = Reader.open(settings.database, number_keys(settings))
    end = asyncio.get_running_loop().time() + SETTLES
    try:
        while True:
            rows: dict[int, Row] = {}
            whole = 0
            for record in await reader.calls(CallFilter(since=begun, limit=100)):
                if (scene := numbers.get(record.pii_caller or "")) and record.ended_at:
                    recordings = await reader.recordings(record.call_id)
                    rows[scene.number] = (record, recordings)
                    whole += sum(bool(one.stereo_file) for one in recordings) >= scene.recordings
            if whole == len(six) or asyncio.get_running_loop().time() > end:
                return rows
            await asyncio.sleep(0.3)
    finally:
        await reader.close()


def judged(
    actor: Actor,
    stage: Stage,
    row: Row | None,
    failed: dict[int, str],
    settings: Settings,
) -> DemoCall:
    """One call beside what should have come of it; `failed` is what did not come to pass, by number."""
    scene = actor.scene
    faults = [failed[scene.number]] if scene.number in failed else []
    if row is None:
        return DemoCall(scene.number, scene.title, faults=(*faults, "the journal has no such call"))
    record, recordings = row
    talks = stage.talks[scene.number]
    faults += judge.differences(scene, record, talks)
    soundings, wrong = judge.sounds_of(scene, recordings, settings.audio, talks)
    faults += wrong
    heard: dict[str, float] = {}
    if actor.call is not None:
        heard = judge.prompts_heard(actor.call, settings.sounds, scene.language, scene.hears)
        unheard = [name for name in scene.hears if name not in heard]
        faults += [f"the caller did not hear {name} in {scene.language}" for name in unheard]
        if not unheard and list(heard.values()) != sorted(heard.values()):
            faults.append("the prompts came in another order")
    return DemoCall(
        scene.number,
        scene.title,
        record.call_id,
        record.outcome and record.outcome.value,
        record.rating,
        record.served_by,
        waited(record),
        heard,
        tuple(soundings),
        tuple(faults),
    )


def summary(one: DemoCall) -> list[str]:
    """A call as lines."""
    wait = "nobody answered" if one.wait is None else f"waited {one.wait:.1f} s from arrival"
    rating = "no rating" if one.rating is None else f"rated {one.rating} of 5"
    lines = [
        f"call {one.number}  {one.title}: {one.outcome}, {one.consultant or 'no consultant'}, {rating}, "
        f"{wait}",
        f"        id         {one.call_id}",
        "        heard      " + ", ".join(f"{name} {at:.1f} s" for name, at in one.heard.items()),
    ]
    for sounding in one.recordings:
        (tone, length), (party, other, its) = sounding.caller, sounding.party
        verdict = "as spoken" if not sounding.faults else "NOT as spoken"
        lines.append(f"        recording  {sounding.file}")
        lines.append(
            f"        holds      of {sounding.spoken:.1f} s: left the caller's {tone} Hz {length:.1f} s, "
            f"right {party}'s {other} Hz {its:.1f} s: {verdict}"
        )
    if not one.recordings:
        lines.append("        recording  none")
    return lines + [f"        WRONG      {fault}" for fault in one.faults]
