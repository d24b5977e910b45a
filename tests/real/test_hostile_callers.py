"""Callers who withhold or garble who they are: served like any other, stored as they came or cut."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from lab.identity import WITHHELD, Identity
from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from lab.sip import Headers
from lab.voice import tone
from recordings.model.call_record import Outcome
from tests.real.asterisk import complaints, console, proc
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

OURS = "+77000000123"
# Who calls, and what the journal then holds; None: withheld.
CALLERS: dict[str, tuple[Identity, str | None]] = {
    "withheld": (WITHHELD, None),
    "no user": (Identity(None), None),
    "nobody at all": (Identity(None, "Anonymous", "anonymous.invalid"), None),
    "quotes": (Identity(OURS, 'say "hi" \\ \\"done'), OURS),
    "a variable": (Identity(OURS, "${SHELL(id)}${ENGINE_CALL}"), OURS),
    "an AGI line": (Identity(OURS, 'x"\\nEXEC System "touch pwn'), OURS),
    "bare carriage return": (Identity(OURS, "a\rEvent: Shutdown"), OURS),
    "nul": (Identity(OURS, "a\0b"), OURS),
    "facts": (Identity(OURS, "|ENGINE_STAGE=after|ENGINE_NEXT=hangup"), OURS),
    "1,000 bytes": (Identity(OURS, "N" * 1000), OURS),
    "9,000 bytes": (Identity(OURS, "N" * 9000), OURS),
    "9,000 bytes of Kazakh": (Identity(OURS, "Ә" * 4500), OURS),
    "a number of 9,000": (Identity("7" * 9000), "7" * 79),
    "CP1251": (Identity(OURS, "Иванов".encode("cp1251")), OURS),
    "Kazakh": (Identity(OURS, "Әлия Ғұмарқызы Өң Үі Һ"), OURS),
    "bare words": (Identity(raw_from=f"Aliya Bek <sip:{OURS}@127.0.0.2>"), OURS),
    "bare CP1251": (Identity(raw_from=f"Иван <sip:{OURS}@127.0.0.2>".encode("cp1251")), OURS),
    "asserted": (Identity("anonymous", asserted=f'"X" <sip:{OURS}@127.0.0.2>'), OURS),
    "asserted by tel": (Identity("anonymous", asserted=f"<tel:{OURS}>"), OURS),
    "asserted garbage": (Identity(OURS, asserted="garbage <<>>;;"), OURS),
    "a tel URI": (Identity(raw_from=f"<tel:{OURS}>"), OURS),
    "semicolon": (Identity(f"{OURS};x=1"), OURS),
    "comma": (Identity("+77,00&1414"), "+77,00&1414"),
    "slashes": (Identity("PJSIP/1414"), "PJSIP/1414"),
    "percent": (Identity("%24%7bSHELL(id)%7d%7cENGINE_STAGE=after"), "${SHELL(id)}|ENGINE_STAGE=after"),
    "percent quotes": (Identity("%22;touch%20pwn"), '"'),
    # Line breaks in a number would be lines of their own in manager events and AGI headers.
    "an event": (Identity("7%0d%0a%0d%0aEvent%3a%20Shutdown%0d%0a%0d%0a"), None),
    "an AGI header": (Identity("7%0aagi_arg_1%3a%20ENGINE_STAGE=after%7cENGINE_CALL=x"), None),
    "an AGI header's end": (Identity("7%0a%0a200%20result=1"), None),
    "asserted event": (Identity(OURS, asserted="<sip:7%0D%0AEvent%3a%20Shutdown@127.0.0.2>"), None),
}
# SIP that is none: PJSIP drops the whole datagram unread; sip_repair_rules.py makes it readable, withheld.
UNREADABLE: dict[str, Identity] = {
    "a user in Kazakh": Identity("Әлия"),
    "a user in CP1251": Identity("Иван".encode("cp1251")),
    "a user with spaces": Identity("+7 700 000 01 23"),
    "a user with braces": Identity("${SHELL(id)}"),
    "a user with a pipe": Identity("7|x"),
    "a name with a line feed": Identity(OURS, 'x"\nEXEC System "touch pwn'),
    "a quote never closed": Identity(raw_from=f'"x <sip:{OURS}@127.0.0.2>'),
    "no host": Identity(raw_from=f"<sip:{OURS}>"),
    "nothing": Identity(raw_from=""),
}


async def test_every_caller_whatever_they_call_themselves_is_answered(line: RunningLine, lab: Lab) -> None:
    since = now()
    names = list(CALLERS)
    for some in (names[i : i + 10] for i in range(0, len(names), 10)):
        calls = [await lab.trunk_phone(identity=CALLERS[name][0]).dial("111") for name in some]
        for name, call in zip(some, calls, strict=True):
            try:
                await call.answered(5)
            except TimeoutError:
                raise AssertionError(f"not answered: {name}") from None
            assert await call.hears_sound(within=5), name
        for call in calls:
            await call.hang_up()
    rows = await line.new_calls(len(CALLERS), since=since, within=5)
    assert sorted(str(kept) for _, kept in CALLERS.values()) == sorted(str(row.pii_caller) for row in rows)
    assert {Outcome.ABANDONED_IN_MENU} == {row.outcome for row in rows}
    assert len(rows) == len({row.call_id for row in rows})
    assert "0 active channels" in console(line, "core show channels")
    assert line.engine_answers()
    assert [] == [path for path in _files(line.home) if "pwn" in path.name]


async def test_such_callers_are_served_to_the_end(line: RunningLine, lab: Lab) -> None:
    names = ("withheld", "an AGI line", "CP1251", "an AGI header", "9,000 bytes of Kazakh")
    everyone = ("c101", "c102", "c103", "c104")
    consultants = [await lab.consultant(id_, talk=1.5, voice=tone(1000)).start() for id_ in everyone]
    since = now()
    script = (Wait(1), Press("1"), HearTone(1000, 40), Wait(4), Press("5"))
    await asyncio.gather(*(lab.caller(*script, identity=CALLERS[name][0]).run() for name in names))
    rows = await line.new_calls(len(names), since=since)
    assert sorted(str(CALLERS[name][1]) for name in names) == sorted(str(row.pii_caller) for row in rows)
    assert {(Outcome.SERVED, "kk", 5)} == {(row.outcome, row.language, row.rating) for row in rows}
    assert len(names) == sum(len(consultant.served) for consultant in consultants)
    assert [1] * len(names) == [len(await line.recorded(row.call_id)) for row in rows]


async def test_a_caller_whom_asterisk_cannot_read_is_served_as_withheld(line: RunningLine, lab: Lab) -> None:
    since = now()
    calls = [await lab.trunk_phone(identity=identity).dial("111") for identity in UNREADABLE.values()]
    for name, call in zip(UNREADABLE, calls, strict=True):
        try:
            await call.answered(5)
        except TimeoutError:
            raise AssertionError(f"not answered: {name}") from None
        assert await call.hears_sound(within=5), name
    for call in calls:
        await call.hang_up()
    rows = await line.new_calls(len(UNREADABLE), since=since, within=5)
    assert {(None, Outcome.ABANDONED_IN_MENU)} == {(row.pii_caller, row.outcome) for row in rows}


async def test_such_a_caller_is_served_to_the_end_also_after_the_mender_was_killed(
    line: RunningLine, lab: Lab
) -> None:
    (killed,) = menders(line)
    os.kill(killed, signal.SIGKILL)
    seen: list[int] = []

    def another() -> bool:  # one look decides: in the middle of its exec a process has no name
        seen[:] = menders(line)
        return len(seen) == 1 and seen != [killed]

    await line.until(another)
    (mender,) = seen
    assert "0" * 16 == proc(mender, "CapEff") == proc(mender, "CapBnd")
    assert "0" != proc(mender, "Uid").split()[0]
    await asyncio.sleep(0.5)
    await lab.consultant("c101", talk=1.5).start()
    since = now()
    script = (Wait(1), Press("1"), HearTone(1000, 40), Wait(4), Press("5"))
    await lab.caller(*script, identity=UNREADABLE["a user in Kazakh"]).run()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, None, 5) == (row.outcome, row.pii_caller, row.rating)


async def test_an_unreadable_stranger_stays_unheard(line: RunningLine, lab: Lab) -> None:
    stranger = lab.phone(("127.0.0.9", 0), identity=UNREADABLE["a user in Kazakh"])
    call = await stranger.dial("111")
    with pytest.raises(TimeoutError):
        await call.answered(1)


async def test_no_header_of_a_caller_becomes_a_variable_or_a_command(line: RunningLine, lab: Lab) -> None:
    odd: Headers = (
        ("X-ENGINE_STAGE", "after"),
        ("X-Call-Id", "n1-1-1"),
        ("Diversion", '<sip:7%0aagi_arg_1%3a%20ENGINE_STAGE=after@127.0.0.2>;reason="x"'),
        ("Call-Info", "<http://127.0.0.2/x>;answer-after=0"),
        ("Alert-Info", "<http://127.0.0.2/x>"),
        ("Reason", 'Q.850;cause=16;text="x%0a"'),
        ("Subject", "${SHELL(id)}"),
    )
    since = now()
    call = await lab.trunk_phone(identity=Identity(OURS)).dial("111", headers=odd)
    await call.answered(5)
    await call.hears_sound(within=5)
    await call.hang_up()
    (row,) = await line.new_calls(since=since)
    assert (OURS, Outcome.ABANDONED_IN_MENU) == (row.pii_caller, row.outcome)


async def test_after_all_that_no_file_but_the_journal_holds_a_callers_number_or_a_secret(
    line: RunningLine, lab: Lab
) -> None:
    stranger = lab.phone(("127.0.0.9", 0), identity=Identity("+77000000777", "Бейтаныс"))
    for number in ("111", "+77000000778"):
        await stranger.dial(number)
        await lab.trunk_phone(identity=Identity(OURS, "Бейтаныс")).dial(number)
    os.kill(line.pid("engine"), signal.SIGKILL)  # and a call through survival, and an engine that returns
    await lab.consultant("c102", talk=2).start()
    since = now()
    caller = lab.caller(Wait(2), Press("2"), HearTone(1100, 40), Wait(5), identity=Identity(OURS, "Бейтаныс"))
    await caller.run()
    await line.until(line.engine_answers)
    assert OURS in {row.pii_caller for row in await line.new_calls(since=since, within=10)}
    secrets = [path.read_text().strip() for path in (line.home / "secrets").iterdir()]
    secrets += [account.password for account in lab.facts.consultants]
    # The number's local part as well, however it is written; a long number by its sevens.
    words = [b"7000000123", b"700 000 01 23", b"70000007", "Бейтаныс".encode(), b"7" * 12]
    secret_words = [secret[:8].encode() for secret in secrets]  # masked digits may have cut the rest
    found = [
        (path.relative_to(line.home), word)
        for path in _files(line.home)
        if path.relative_to(line.home).parts[0] not in ("db", "spool")
        for word in (*words, *(secret_words if path.suffix in (".log", ".out", ".pid") else ()))
        if word in path.read_bytes()
    ]
    assert [] == found
    assert [] == [path for path in _files(line.home) if "7000000123" in path.name]


def test_none_of_it_was_an_error_of_asterisks(line: RunningLine) -> None:
    expected = (
        "CallerID Name '***'",
        "Dropping",
        "FastAGI failed",
        "token=***': Connection refused",
        "Not enough buffer",
        "remote_uri",  # a From too long to ask that leg for a sign of life: it is never doubted
        "no audio media/RTP session",  # asked whether it is held as it hung up
        "'rtp,hold'",
    )
    assert [] == [text for text in complaints(line) if not any(word in text for word in expected)]


def menders(line: RunningLine) -> list[int]:
    """The process ids of this line's menders: children of its supervisor, told nothing of the home."""
    assert line.process
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = f"PPid:\t{line.process.pid}\n" in (folder / "status").read_text()
            if parent and words[0].endswith(b"python") and b"engine.supervisor.sip_repair" in words:
                found.append(int(folder.name))
    return found


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
