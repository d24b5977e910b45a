"""The lab's ready-made parties, and the lab made from lab.json."""

import asyncio
import json
from pathlib import Path

from lab.lab import Lab
from lab.media import Pacer
from lab.phone import Phone
from lab.robots import Caller, Consultant, Duty, HangUp, HearTone, Press, Ucc, Wait
from lab.voice import tone

NOWHERE = ("127.0.0.9", 9)


async def test_a_scripted_caller_presses_hears_and_hangs_up() -> None:
    pacer = Pacer()
    async with Phone(("127.0.0.3", 0), NOWHERE, voice=tone(600), pacer=pacer) as phone:
        consultant = Consultant(phone, answer_after=0.05)
        async with Phone(("127.0.0.2", 0), phone.here, voice=tone(400), pacer=pacer) as line:
            call = await Caller(line, (HearTone(600), Press("1"), Wait(0.1), HangUp())).run(within=5)
    assert call.ended_by == "us"
    assert consultant.served[0].ear.tell() == "1"


async def test_a_consultant_presses_the_code_and_hangs_up_by_itself_and_is_busy_meanwhile() -> None:
    async with Phone(("127.0.0.3", 0), NOWHERE) as phone:
        Consultant(phone, answer_after=0.0, talk=0.7, codes=((0.1, "*14"),))
        async with Phone(("127.0.0.2", 0), phone.here) as line:
            first = await (await line.dial("c101")).answered()
            second = await line.dial("c101")
            await second.ended(2)
            await first.ended(3)
    assert (first.ended_by, first.ear.tell(), second.status) == ("them", "*14", 486)


async def test_1414_changes_its_mind_between_calls() -> None:
    statuses = []
    async with Phone(("127.0.0.4", 0), NOWHERE) as phone:
        ucc = Ucc(phone, talk=0.1)
        async with Phone(("127.0.0.2", 0), phone.here) as line:
            for mode in ("answers", "busy", "declines", "unavailable", "broken"):
                ucc.mode = mode
                call = await line.dial("1414")
                await call.ended(3)
                statuses.append(call.status)
    assert statuses == [200, 486, 603, 480, 503]


async def test_the_duty_phone_presses_1_only_when_it_should() -> None:
    told = []
    for press in (True, False):
        async with Phone(("127.0.0.5", 0), NOWHERE) as phone:
            Duty(phone, press_1=press, answer_after=0.0)
            async with Phone(("127.0.0.2", 0), phone.here) as line:
                call = await (await line.dial("duty")).answered()
                await asyncio.sleep(0.35)
                told.append(call.ear.tell())
    assert told == ["1", ""]


async def test_the_lab_is_made_from_lab_json_with_a_voice_for_each(tmp_path: Path) -> None:
    facts = {
        "sip": {"address": "127.0.0.1", "port": 5060},
        "number": "111",
        "trunk": {"address": "127.0.0.2"},
        "test_caller": {"username": "test-caller", "password": "p"},
        "consultants": [
            {"id": "c101", "username": "c101", "password": "p", "languages": ["kk", "ru"]},
            {"id": "c102", "username": "c102", "password": "p", "languages": ["ru"]},
        ],
        "unified_contact_centre": {"number": "1414", "address": "127.0.0.4", "port": 0},
        "duty_phone": {"number": "duty", "address": "127.0.0.5", "port": 0},
        "feature_codes": {"transfer_1414": "*14", "pause": "*22", "release": "*23"},
        "ports": {"agi": 4573},
        "pids": {"engine": 1},
    }
    (tmp_path / "lab.json").write_text(json.dumps(facts))
    async with Lab.open(tmp_path / "lab.json") as lab:
        parties = [
            lab.trunk_phone(),
            lab.test_caller(),
            lab.consultant(0).phone,
            lab.consultant("c102").phone,
            lab.ucc("busy").phone,
            lab.duty().phone,
        ]
        places = [phone.here[0] for phone in parties]
        voices = {phone.voice.frequency for phone in parties}
    assert places == ["127.0.0.2", "127.0.0.7", "127.0.0.3", "127.0.0.3", "127.0.0.4", "127.0.0.5"]
    assert len(voices) == len(parties)
