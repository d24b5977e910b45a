"""`ivr111 run`: starts Asterisk and the engine, keeps both alive, and stops all it started; wiring."""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from config.dumpable import not_dumpable
from config.log import configure
from config.running import supervisor
from config.settings import Settings
from config.tasks import Tasks
from engine.install.home_folders import hand_over, lay_out
from engine.install.owners import NoSuchUser
from engine.install.port_checks import looked_at, sound_ports
from engine.supervisor.alarm_file import AlarmFile
from engine.supervisor.asterisk_log import AsteriskLog
from engine.supervisor.firewall import close_gate, keep_gate, open_gate
from engine.supervisor.foreground import Refused, catch_stops, lock, open_standard_streams, say
from engine.supervisor.services import (
    PRIVATE,
    asterisk_charge,
    configuration,
    console_charge,
    engine_charge,
    environment,
    evidence_charge,
)
from engine.supervisor.sip_repair_service import mend
from engine.supervisor.watch import DidNotStart, Keeper
from engine.supervisor.wire_process import keep_wire

log = structlog.get_logger()

CONSOLE_WITHIN = 10.0  # seconds that the line waits for its console before it is ready without

Prepare = Callable[[Settings], Sequence[str] | None]


def run(settings: Settings, prepare: Prepare) -> int:
    """Run the line in the foreground until Ctrl-C or SIGTERM; the exit code.

    `prepare` fills home before Asterisk starts and may return lines that say how to dial in; whatever it
    raises is said and ends the start. 0: stopped as asked; 1: it could not be started.
    """
    open_standard_streams()
    not_dumpable()
    os.umask(0o027)
    if os.geteuid() != 0:
        say("ivr111 run needs root, to start each part as a user of its own: sudo .venv/bin/ivr111 run")
        return 1
    try:
        return asyncio.run(_run(settings, prepare))
    except Refused as why:
        say(str(why))
        return 1


async def _run(settings: Settings, prepare: Prepare) -> int:
    stop = catch_stops()
    if supervisor(settings.home) is None:  # else the lock says so
        await asyncio.to_thread(_look_at_ports, settings)
    try:
        lay_out(settings)
    except (NoSuchUser, OSError) as why:
        raise Refused(f"the folders of {settings.home} cannot be set right: {why}") from why
    held = lock(settings.run_dir / "supervise.lock")
    configure(settings, "supervise", stderr=False)
    alarms = AlarmFile(settings.supervisor_alarms)
    asterisk_log = AsteriskLog(settings, alarms.raise_)
    asterisk = Keeper(asterisk_charge(settings), alarms=alarms)
    engine = Keeper(engine_charge(settings))
    evidence = Keeper(evidence_charge(settings))
    console = Keeper(console_charge(settings))
    try:
        say(f"home: {settings.home}")
        try:
            lines = await asyncio.to_thread(prepare, settings)
            hand_over(settings)
        except Exception as why:  # the top of the program: said to a person, then ended
            log.exception("prepare_failed")
            raise Refused(f"the line cannot start: {why}") from why
        if not stop.is_set():
            await asyncio.to_thread(
                close_gate, settings
            )  # before anybody could be in; keep_gate says how it went
            await _keep(settings, asterisk, engine, (evidence, console), lines or (), stop, alarms)
        return 0
    finally:
        await asterisk.end()  # first: calls end and are written down by an engine that still lives
        asterisk_log.take_all()
        alarms.write()  # who was refused meanwhile: the engine takes it into the journal as its last deed
        await engine.end()
        await evidence.end()
        await console.end()
        open_gate(settings)
        asterisk_log.close()
        os.close(held)


def _look_at_ports(settings: Settings) -> None:
    """What the doctor would say of them, before anything is started. Raises Refused.

    A console that cannot listen is said and stops nothing: calls come first (A1).
    """
    console, calls = list[str](), list[str]()
    for port, check in looked_at(settings):
        if check.state == "failure":
            said = f"{check.name} ({port.setting}): {check.finding} -> {check.remedy}"
            (console if port.owner == "console" else calls).append(said)
    calls += [
        f"{check.name}: {check.finding} -> {check.remedy}"
        for check in sound_ports(settings)
        if check.state == "failure"
    ]
    if calls:
        raise Refused("the line cannot start:\n" + "\n".join((*calls, *console)))
    for line in console:
        say(f"console: {line}")


async def _keep(
    settings: Settings,
    asterisk: Keeper,
    engine: Keeper,
    others: Sequence[Keeper],
    lines: Sequence[str],
    stop: asyncio.Event,
    alarms: AlarmFile,
) -> None:
    """Bring all up in order, say ready, then keep them until `stop`. Raises Refused."""
    tasks: list[asyncio.Task[None]] = []
    beside = Tasks()  # a fault of the mender, the evidence process or the console never ends the line

    async def come_up() -> None:
        adopted = asterisk.adopt()  # with its calls: these are served without an engine, too, and never ended
        say("asterisk: " + ("an earlier one still runs and is kept" if adopted else "starting"))
        tasks.append(asyncio.create_task(asterisk.keep()))
        beside.lasting(partial(mend, settings))
        beside.lasting(partial(keep_wire, settings))
        beside.lasting(partial(keep_gate, settings, alarms))
        beside.lasting(alarms.keep)
        await asterisk.answered.wait()
        await _booted(settings)
        if engine.adopt():
            say("engine: an unwatched one still runs and is replaced")
            await engine.end()
        say("engine: starting")
        tasks.append(asyncio.create_task(engine.keep(give_up=not adopted)))
        await engine.answered.wait()
        for other in others:
            if other.adopt():
                await other.end()
            beside.lasting(other.keep)
        try:
            await asyncio.wait_for(others[-1].answered.wait(), CONSOLE_WITHIN)
        except TimeoutError:
            say(
                f"console: does not answer, calls go on; see {settings.home / 'log' / 'console.out'} "
                "(a port taken? IVR111_CONSOLE_PORT, IVR111_CONSOLE_PLAIN_PORT)"
            )
        for line in (*lines, "ready"):
            say(line)

    tasks += [asyncio.create_task(come_up())]
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stopping.done():
            done, _ = await asyncio.wait({stopping, *tasks}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                tasks.remove(task)  # type: ignore[arg-type]
                task.result()
    except DidNotStart as why:
        raise Refused(str(why)) from why
    finally:
        for task in (stopping, *tasks):
            task.cancel()
        await asyncio.gather(stopping, *tasks, return_exceptions=True)
        await beside.close()
        if stopping.done() and not stopping.cancelled():
            say("stopping")


async def _booted(settings: Settings) -> None:
    """Return once Asterisk has loaded everything: its manager answers before that."""
    command = (PRIVATE, "asterisk", "-C", configuration(settings), "-rx", "core waitfullybooted")
    while True:
        asked = await asyncio.create_subprocess_exec(
            *command,
            env=environment(settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            said, _ = await asked.communicate()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                asked.kill()
            raise
        if b"fully booted" in said:
            return
        await asyncio.sleep(0.2)
