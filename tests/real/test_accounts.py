"""Consultants added, changed and removed on a running line: judged by what Asterisk and phones then do."""

import asyncio
import json
import os
import subprocess
from contextlib import suppress
from typing import Any

import pytest

from engine.install.asterisk_endpoints import differences
from lab.lab import Account, Lab
from lab.registration import NotRegisteredError
from lab.robots import Consultant
from recordings.model.call_record import Outcome
from routing.ami.control_socket import run_command
from tests.real.line import REPOSITORY, RunningLine, now
from tests.real.talking import served, talk, talks, team

pytestmark = pytest.mark.real

PASSWORD = "Ұзақ-құпиясөз-1414-сынақ"


def started(line: RunningLine, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [REPOSITORY / ".venv/bin/ivr111", *words],
        cwd="/",
        env=line.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def ended(process: "subprocess.Popen[str]", given: str = "") -> tuple[int, str, str]:
    out, err = await asyncio.to_thread(process.communicate, given, 180)
    return process.returncode, out, err


async def command(line: RunningLine, *words: str) -> dict[str, Any]:
    """`ivr111 consultants WORDS --json`, which went well."""
    code, out, err = await ended(started(line, "consultants", *words, "--json"))
    assert (0, "") == (code, err), (words, out, err)
    found: dict[str, Any] = json.loads(out)
    assert found["done"]
    return found


async def add(line: RunningLine, id_: str) -> str:
    """The password."""
    return str((await command(line, "add", id_, "--name", "Жаңа", "--language", "kk"))["password"])


def phone(lab: Lab, id_: str, secret: str) -> Consultant:
    """With whatever password, whether the account is there or not."""
    others = [one for one in lab.facts.consultants if one.id != id_]
    lab.facts.consultants[:] = [*others, Account(id=id_, username=id_, password=secret)]
    return lab.consultant(id_)


async def registers(lab: Lab, id_: str, secret: str) -> bool:
    with suppress(NotRegisteredError):
        await phone(lab, id_, secret).start()
        return True
    return False


async def asterisk(line: RunningLine, words: str) -> str:
    return await run_command(line.settings.asterisk_control, words, 5)


async def test_added_changed_and_removed_in_quick_succession_while_calls_run(
    line: RunningLine, lab: Lab
) -> None:
    four = await team(lab, "c101", "c102", "c103", "c104")
    running = await talks(lab, four, 400, 450, 500, 550)
    first = await add(line, "c301")
    mine = await phone(lab, "c301", first).start()
    running.append(await talk(lab, [mine], 600))  # a new consultant serves at once

    second = str((await command(line, "change", "c301", "--new-password"))["password"])
    assert "No objects" in await asterisk(line, "pjsip show contacts like c301")
    assert (False, True) == (await registers(lab, "c301", first), await registers(lab, "c301", second))
    await running[-1].caller.hears(running[-1].theirs, 5)  # the conversation went on

    await mine.hang_up()
    told = await command(line, "remove", "c301")
    assert ("has forgotten c301" in told["asterisk"], "calls ended" in told["asterisk"]) == (True, False)
    assert not await registers(lab, "c301", second)
    assert "Unable to find" in await asterisk(line, "pjsip show endpoint c301")
    assert "c301" not in await asterisk(line, "database show registrar")
    assert "c301" not in await asterisk(line, "queue show 111-survival")

    third = await add(line, "c301")  # somebody else has the number now: no phone of before is rung
    assert "c301/" not in await asterisk(line, "pjsip show contacts")
    assert not await registers(lab, "c301", second)
    assert await registers(lab, "c301", third)
    for one in running[:4]:
        await one.caller.hears(one.theirs, 5)
        await one.caller.hang_up()
    await command(line, "remove", "c301")


async def test_a_removed_consultants_caller_is_first_in_the_queue_again(line: RunningLine, lab: Lab) -> None:
    since = now()
    mine = await phone(lab, "c302", await add(line, "c302")).start()
    login = started(
        line, "accounts", "add", "keta", "--role", "consultant", "--consultant", "c302", "--password-stdin"
    )
    assert 0 == (await ended(login, PASSWORD + "\n"))[0]
    one = await talk(lab, [mine], 650)
    await asyncio.sleep(1)
    told = await command(line, "remove", "c302")
    assert (["keta"], True) == (told["closed_logins"], "1 of its calls ended" in told["asterisk"])
    await one.leg.ended(3)
    (next_,) = await team(lab, "c101")
    back = await served(one.caller, [next_], 650)
    await asyncio.sleep(1)
    await back.caller.hang_up()
    (row,) = await line.new_calls(since=since)
    assert ["c302", "c101"] == [connection.party for connection in row.connections]
    assert (Outcome.SERVED, False) == (row.outcome, row.rating_asked)
    listed = json.loads((await ended(started(line, "accounts", "list", "--json")))[1])
    assert [("keta", True, 0)] == [(a["login"], a["disabled"], a["sessions"]) for a in listed]


async def test_while_asterisk_starts_anew_and_while_the_engine_is_down(line: RunningLine, lab: Lab) -> None:
    (one,) = await team(lab, "c101")
    talking = await talk(lab, [one], 700)
    engine = line.pid("engine")
    os.kill(engine, 9)
    first = await add(line, "c303")
    mine = await phone(lab, "c303", first).start()
    await talking.caller.hears(talking.theirs, 5)
    await line.until(line.engine_answers, 30)
    await line.until(lambda: _reachable(line, "c303"), 10)
    await talking.caller.hang_up()

    os.kill(line.pid("asterisk"), 9)
    both = await asyncio.gather(
        ended(started(line, "consultants", "remove", "c303", "--json")),
        ended(started(line, "consultants", "add", "c304", "--name", "Б", "--language", "ru", "--json")),
    )
    assert [0, 0] == [code for code, _, _ in both], both
    del mine
    assert not await registers(lab, "c303", first)
    assert await registers(lab, "c304", json.loads(both[1][1])["password"])
    await command(line, "remove", "c304")


def _reachable(line: RunningLine, id_: str) -> bool:
    found = line.ask("consultants.list")["consultants"]
    return any(one["id"] == id_ and one["reachable"] for one in found)


async def test_many_at_once_are_all_known_to_asterisk(line: RunningLine) -> None:
    ids = [f"c{number}" for number in range(401, 407)]
    beside = [
        started(line, "consultants", "add", id_, "--name", id_, "--language", "kk", "--json") for id_ in ids
    ]
    said = [await ended(process) for process in beside]
    assert [(0, "")] * len(ids) == [(code, err) for code, _, err in said]
    assert (set(), set()) == await asyncio.to_thread(differences, line.settings)
    assert {json.loads(out)["id"] for _, out, _ in said} == set(ids)
    removing = [started(line, "consultants", "remove", id_, "--json") for id_ in ids]
    assert [0] * len(ids) == [(await ended(process))[0] for process in removing]
    assert "c4" not in await asterisk(line, "pjsip show endpoints")


def test_what_another_hand_took_from_asterisk_is_put_back_by_reload(line: RunningLine) -> None:
    etc = line.home / "asterisk" / "etc" / "pjsip.conf"
    text = etc.read_text()
    etc.write_text(text.replace("[c101]", "[c109]"))
    asyncio.run(asterisk(line, "module reload res_pjsip.so"))
    assert ({"c101"}, {"c109"}) == differences(line.settings)
    code, out, err = asyncio.run(ended(started(line, "consultants", "reload")))
    assert (0, "asterisk: knows all 5 accounts; read c101, forgot c109\n", "") == (code, out, err)
    assert text == etc.read_text()


def test_a_stopped_line_reads_it_at_the_next_start_without_the_old_phone(line: RunningLine) -> None:
    assert line.process
    asyncio.run(_register_and_leave(line))
    line.process.send_signal(15)
    assert 0 == line.process.wait(15)
    for words in (("remove", "c301"), ("add", "c301", "--name", "Б", "--language", "ru")):
        told = asyncio.run(command(line, *words))
        assert "asterisk: does not run; it reads this when the line starts" == told["asterisk"]
    line.start()
    assert "c301/" not in asyncio.run(asterisk(line, "pjsip show contacts"))
    assert "InAuth:  c301" in asyncio.run(asterisk(line, "pjsip show endpoint c301"))


async def _register_and_leave(line: RunningLine) -> None:
    async with line.lab() as lab:
        await phone(lab, "c301", await add(line, "c301")).start(expires=600)
        lab.phones[0].unplug()
