"""Calls on the real Asterisk: this engine, the same menu in pure dialplan, and other people's FastAGI.

Fair by: one Asterisk, one run, the same callers (SIPp, with sound both ways: answer, key 1 after 3 s,
hang-up after 10 s), the same prompts and music, the same variables and hang-up handler before the menu;
pure dialplan is measured before and after ours (A-B-A). CPU is the processes' own, from /proc.
"""

import asyncio
from dataclasses import dataclass

from bench import cpu, menu_servers
from bench.measured_line import MeasuredLine
from bench.sipp import Load, Outcome
from bench.table import Row, better, bound, costs, say
from lab.robots import Press, Wait

RATE, SECONDS = 20, 15
OURS, DIALPLAN, BARE = "ivr111", "pure dialplan", "bare dialplan"
NUMBERS = {
    OURS: "111", DIALPLAN: "201", BARE: "202",
    menu_servers.PANORAMISK: "203", menu_servers.UVLOOP: "204", menu_servers.PYST2: "205",
}  # fmt: skip
ORDER = (DIALPLAN, OURS, BARE, *menu_servers.NAMES, OURS, DIALPLAN)

# The beginning of 111-arrive, word for word.
ARRIVE = """\
exten => s,1,Set(ENGINE_ARRIVED=${STRFTIME(,,%s%3q)})
 same => n,Set(ENGINE_CALL=n1-${ENGINE_ARRIVED}-${CUT(UNIQUEID,.,2)})
 same => n,Set(CHANNEL(hangup_handler_push)=111-end,s,1)
 same => n,Set(ENGINE_STAGE=welcome)
 same => n,Answer()
"""
MENU = """\
 same => n,Read(DIGIT,111/welcome_choose,1,,1,2)
 same => n,GotoIf($["${FILTER(12,${DIGIT})}"!=""]?chosen)
 same => n,Read(DIGIT,111/choose_again,1,,1,2)
 same => n(chosen),Set(ENGINE_LANGUAGE=${IF($["${FILTER(12,${DIGIT})}"="2"]?ru:kk)})
 same => n,Set(CHANNEL(language)=${ENGINE_LANGUAGE})
 same => n,Set(CALLERID(name)=${IF($["${ENGINE_LANGUAGE}"="ru"]?RU:KK)} 111)
 same => n,Playback(111/recorded_notice)
 same => n,Set(ENGINE_STAGE=wait)
 same => n,Set(ENGINE_QUEUED=${STRFTIME(,,%s%3q)})
 same => n,Playback(111/wait_begin)
 same => n,MusicOnHold(111)
"""
BARE_MENU = """\
exten => s,1,Answer()
 same => n,Set(CHANNEL(language)=kk)
 same => n,Read(DIGIT,111/welcome_choose,1,,1,2)
 same => n,Playback(111/recorded_notice)
 same => n,Playback(111/wait_begin)
 same => n,MusicOnHold(111)
"""


@dataclass(frozen=True, slots=True)
class Leg:
    """One way's load: what SIPp saw, and CPU milliseconds per call of Asterisk and of the server."""

    outcome: Outcome
    asterisk: float
    server: float


def contexts(ports: dict[str, int]) -> str:
    """The bench's part of extensions.conf; `ports` of the other servers by name."""
    text = "\n[111-from-trunk](+)\n"
    text += "".join(
        f"exten => {number},1,Goto(bench-{number},s,1)\n" for number in NUMBERS.values() if number != "111"
    )
    text += f"\n[bench-{NUMBERS[DIALPLAN]}]\n{ARRIVE}{MENU}\n[bench-{NUMBERS[BARE]}]\n{BARE_MENU}"
    for name, port in ports.items():
        text += f"\n[bench-{NUMBERS[name]}]\n{ARRIVE} same => n,AGI(agi://127.0.0.1:{port}/menu)\n"
    return text


def run(seconds: int = SECONDS) -> list[Row]:
    """About 4 minutes."""
    servers = {name: menu_servers.start(name) for name in menu_servers.NAMES}
    try:
        ports = {name: port for name, (_, port) in servers.items()}
        with MeasuredLine({"extensions.conf": contexts(ports)}, IVR111_COMFORT_SECONDS="30") as line:
            pids = {name: process.pid for name, (process, _) in servers.items()}
            legs = asyncio.run(measure(line, pids, seconds, ORDER))
            assert line.unharmed(), "the supervisor ended somebody"
    finally:
        for process, _ in servers.values():
            process.kill()
            process.wait()
    return rows(legs)


async def measure(
    line: MeasuredLine, pids: dict[str, int], seconds: int, order: tuple[str, ...]
) -> dict[str, list[Leg]]:
    """Each way in turn, with the only consultant on shift busy, so that callers wait."""
    legs: dict[str, list[Leg]] = {}
    async with line.lab() as lab:
        await lab.consultant("c101").start()
        busy = asyncio.create_task(lab.caller(Wait(0.5), Press("1")).run(within=3600))
        while line.ask("consultants.list")["consultants"][0]["state"] != "talking":  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        for phone in lab.phones:
            for call in phone.calls:
                call.stream.paused = True
        for name in order:
            say(f"menu: {name}, {RATE} calls a second for {seconds} s")
            leg = await asyncio.to_thread(_leg, line, name, pids.get(name, line.pids["engine"]), seconds)
            legs.setdefault(name, []).append(leg)
            if leg.outcome.failed:
                say(f"menu: {leg.outcome.failed} failed: {leg.outcome.said[:500]}")
        busy.cancel()
    return legs


def _leg(line: MeasuredLine, name: str, server: int, seconds: int) -> Leg:
    place = (line.settings.sip_address, line.settings.sip_port)
    asterisk = line.pids["asterisk"]
    before, served = cpu.seconds(asterisk), cpu.seconds(server)
    outcome = Load(place, NUMBERS[name], rate=RATE, calls=RATE * seconds).finish()
    spent, serving = cpu.seconds(asterisk) - before, cpu.seconds(server) - served
    return Leg(outcome, 1000 * spent / outcome.calls, 1000 * serving / outcome.calls)


def rows(legs: dict[str, list[Leg]]) -> list[Row]:
    """The table's lines; a way measured twice counts with its mean."""
    asterisk = {name: sum(leg.asterisk for leg in some) / len(some) for name, some in legs.items()}
    server = {name: sum(leg.server for leg in some) / len(some) for name, some in legs.items()}
    failed = sum(leg.outcome.failed for leg in legs[OURS])
    again = {name: max(leg.outcome.retransmissions for leg in some) for name, some in legs.items()}
    table = [
        costs("Asterisk's CPU per call", "ms", asterisk[OURS], name, asterisk[name], most=most)
        for name, most in ((DIALPLAN, 1.6), (BARE, None), *((name, None) for name in menu_servers.NAMES))
        if name in legs
    ]
    for name in menu_servers.NAMES:
        if name in legs:
            table.append(better("server's CPU per call", "ms", server[OURS], name, server[name], more=False))
    for name, cost in asterisk.items():
        if name != OURS:
            own = 0.0 if name in (DIALPLAN, BARE) else server[name]
            table.append(
                better(
                    "calls a second that a core carries", "1/s", 1000 / (asterisk[OURS] + server[OURS]),
                    name, 1000 / (cost + own), more=True,
                )
            )  # fmt: skip
    table.append(bound(f"failed calls at {RATE} a second", "calls", failed, most=0))
    table.append(
        Row(
            f"retransmissions at {RATE} a second", "messages", again[OURS], DIALPLAN, again[DIALPLAN],
            None, "no more", again[OURS] <= again[DIALPLAN],
        )
    )  # fmt: skip
    return table
