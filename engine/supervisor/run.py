"""`ivr111 run`: starts Asterisk and the engine, keeps both alive, and stops all it started; wiring."""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from engine.supervisor.firewall import install_rules, keep_rules, remove_rules
from engine.supervisor.foreground import StartRefused, catch_stops, lock, open_standard_streams, say
from engine.supervisor.services import (
    PRIVATE,
    asterisk_service,
    configuration,
    console_service,
    engine_service,
    environment,
    evidence_service,
    register_service,
)
from engine.supervisor.sip_repair_service import keep_sip_repair
from engine.supervisor.watch import DidNotStart, ServiceSupervisor
from engine.supervisor.wire_process import keep_wire

log = structlog.get_logger()

CONSOLE_WITHIN = 10.0  # seconds that the line waits for its console before it is ready without

Prepare = Callable[[Settings], Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class LineServices:
    """What the supervisor keeps: without the first two there is no line, without the others calls go on."""

    asterisk: ServiceSupervisor
    engine: ServiceSupervisor
    evidence: ServiceSupervisor
    register: ServiceSupervisor
    console: ServiceSupervisor

    @property
    def beside(self) -> tuple[ServiceSupervisor, ...]:
        """Without which calls go on."""
        return self.evidence, self.register, self.console


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
    except StartRefused as why:
        say(str(why))
        return 1


async def _run(settings: Settings, prepare: Prepare) -> int:
    stop = catch_stops()
    if supervisor(settings.home) is None:  # else the lock says so
        await asyncio.to_thread(_look_at_ports, settings)
    try:
        lay_out(settings)
    except (NoSuchUser, OSError) as why:
        raise StartRefused(f"the folders of {settings.home} cannot be set right: {why}") from why
    held = lock(settings.run_dir / "supervise.lock")
    configure(settings, "supervise", stderr=False)
    alarms = AlarmFile(settings.supervisor_alarms)
    asterisk_log = AsteriskLog(settings, alarms.raise_)
    line = _services(settings, alarms)
    try:
        say(f"home: {settings.home}")
        try:
            lines = await asyncio.to_thread(prepare, settings)
            hand_over(settings)
        except Exception as why:  # the top of the program: said to a person, then ended
            log.exception("prepare_failed")
            raise StartRefused(f"the line cannot start: {why}") from why
        if not stop.is_set():
            await asyncio.to_thread(install_rules, settings)  # before anybody is in; keep_rules says how
            await _keep(settings, line, lines or (), stop, alarms)
        return 0
    finally:
        await line.asterisk.end()  # first: calls end and are written down by an engine that still lives
        asterisk_log.take_all()
        alarms.write()  # who was refused meanwhile: the engine takes it into the journal as its last deed
        await line.engine.end()
        for other in line.beside:
            await other.end()
        remove_rules(settings)
        asterisk_log.close()
        os.close(held)


def _services(settings: Settings, alarms: AlarmFile) -> LineServices:
    return LineServices(
        ServiceSupervisor(asterisk_service(settings), alarms=alarms),
        ServiceSupervisor(engine_service(settings)),
        ServiceSupervisor(evidence_service(settings)),
        ServiceSupervisor(register_service(settings)),
        ServiceSupervisor(console_service(settings)),
    )


def _look_at_ports(settings: Settings) -> None:
    """What the doctor would say of them, before anything is started. Raises StartRefused.

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
        raise StartRefused("the line cannot start:\n" + "\n".join((*calls, *console)))
    for line in console:
        say(f"console: {line}")


async def _keep(
    settings: Settings, line: LineServices, lines: Sequence[str], stop: asyncio.Event, alarms: AlarmFile
) -> None:
    """Bring all up in order, say ready, then keep them until `stop`. Raises StartRefused."""
    beside = Tasks()  # a fault of SIP repair, the evidence process or the console never ends the line
    tasks: list[asyncio.Task[None]] = []
    tasks.append(asyncio.create_task(_come_up(settings, line, lines, alarms, tasks, beside)))
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stopping.done():
            done, _ = await asyncio.wait({stopping, *tasks}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                tasks.remove(task)  # type: ignore[arg-type]
                task.result()
    except DidNotStart as why:
        raise StartRefused(str(why)) from why
    finally:
        for task in (stopping, *tasks):
            task.cancel()
        await asyncio.gather(stopping, *tasks, return_exceptions=True)
        await beside.close()
        if stopping.done() and not stopping.cancelled():
            say("stopping")


async def _come_up(
    settings: Settings,
    line: LineServices,
    lines: Sequence[str],
    alarms: AlarmFile,
    tasks: list[asyncio.Task[None]],
    beside: Tasks,
) -> None:
    """Asterisk, then the engine, then the others; to `tasks` go those without which there is no line."""
    adopted = line.asterisk.adopt()  # with its calls: served without an engine, too, and never ended
    say("asterisk: " + ("an earlier one still runs and is kept" if adopted else "starting"))
    tasks.append(asyncio.create_task(line.asterisk.keep()))
    beside.keep_running(partial(keep_sip_repair, settings))
    beside.keep_running(partial(keep_wire, settings))
    beside.keep_running(partial(keep_rules, settings, alarms))
    beside.keep_running(alarms.keep)
    await line.asterisk.answered.wait()
    await _booted(settings)
    if line.engine.adopt():
        say("engine: an unwatched one still runs and is replaced")
        await line.engine.end()
    say("engine: starting")
    tasks.append(asyncio.create_task(line.engine.keep(give_up=not adopted)))
    await line.engine.answered.wait()
    for other in line.beside:
        if other.adopt():
            await other.end()
        beside.keep_running(other.keep)
    try:
        await asyncio.wait_for(line.console.answered.wait(), CONSOLE_WITHIN)
    except TimeoutError:
        say(
            f"console: does not answer, calls go on; see {settings.home / 'log' / 'console.out'} "
            "(a port taken? IVR111_CONSOLE_PORT, IVR111_CONSOLE_PLAIN_PORT)"
        )
    for said in (*lines, "ready"):
        say(said)


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
