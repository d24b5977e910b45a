"""Keeps one process alive: starts it, asks it, ends it when it is dead, starts it again; edge."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import structlog

from engine.process.asterisk_exits import AsteriskExit, note
from engine.supervisor.liveness import RepeatedProbe, SecondarySigns
from engine.supervisor.probes import Probe
from engine.supervisor.processes import RunningProcess, last_lines, left_over, shorten, start, write_pid
from engine.supervisor.timeouts import BackOff

log = structlog.get_logger()

HALF: Final = "manager"  # what is silent of a process that lives
SUSPECT: Final = 1.0  # seconds of silence after which the other signs are asked for


class AlarmSink(Protocol):
    """Where somebody who can act is told; `about` is an id of ours."""

    def raise_(self, kind: str, about: str) -> None:
        """Something a person must look at."""

    def stands(self, kind: str, about: str) -> None:
        """The same of what lasts: raised once, until it is over."""

    def ended(self, kind: str, about: str) -> None:
        """It is over."""


class DidNotStart(Exception):
    """The process ended again and again before it ever answered."""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A process to keep running, and how it is asked whether it lives; times in seconds."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    words: Sequence[str]  # what its command line holds, to know it again
    pid_file: Path
    output: Path
    probe: Probe
    silence: float  # without an answer this long, it is ended
    start_silence: float  # the same until its first answer
    excuse: Callable[[int], float]  # pid -> seconds of silence excused since its start
    excused_share: float = 1.0  # at most this share of each passage is excused
    gently: float = 1.0  # between SIGTERM and SIGKILL at our own end
    every: float = 0.5  # between an answer and the next question
    tick: float = 0.1
    # Further ways of asking, sip and control: with them silence of the probe proves nothing (liveness.py)
    witnesses: Mapping[str, Probe] = field(default_factory=dict)
    deaths: Path | None = None  # where each of its ends is written down


class ServiceSupervisor:
    """Keeps one service running. Independent of every other: a sick engine never costs Asterisk anything."""

    def __init__(
        self,
        service: ServiceSpec,
        clock: Callable[[], float] = time.monotonic,
        alarms: AlarmSink | None = None,
    ) -> None:
        self.service = service
        self._alarms = alarms
        self.answered = asyncio.Event()  # it has answered at least once
        self.running: RunningProcess | None = None
        self._clock = clock
        self._health: float | None = None  # seconds between the present one's first and last answer
        self._last_sign = 0.0  # when it last showed that it lives

    def adopt(self) -> bool:
        """Take over the living process an earlier supervisor left; False when there is none."""
        self.running = left_over(self.service.pid_file, self.service.words)
        return self.running is not None

    async def keep(self, *, give_up: bool = True) -> None:
        """Keep it alive until cancelled.

        Raises DidNotStart after three ends before its first answer, unless told never to give up.
        """
        back_off = BackOff()
        ends = 0
        while True:
            try:
                if self.running is None:
                    self._start()
                self._health = None
                await self._until_trouble()
            except Exception:  # a full disk, no memory, a fault of ours: never a reason to stop watching
                log.exception(f"{self.service.name}_care_failed")
                await asyncio.sleep(1.0)
                continue
            if not self.answered.is_set():
                ends += 1
                if give_up and ends == 3:
                    raise DidNotStart(
                        "\n".join((f"{self.service.name} does not start:", *last_lines(self.service.output)))
                    )
            await asyncio.sleep(back_off.wait(self._health))

    def _start(self) -> None:
        self.running = start(self.service.command, self.service.environment, self.service.output)
        log.info(f"{self.service.name}_started", pid=self.running.pid)

    async def _until_trouble(self) -> None:
        """Return once it has ended, by itself or by us because it was silent."""
        assert self.running is not None
        try:
            write_pid(self.service.pid_file, self.running.pid)
        except OSError as error:
            log.error(f"{self.service.name}_pid_not_written", error=str(error))
        if await self._silent(self.running):
            log.error(f"{self.service.name}_silent", pid=self.running.pid)
            self._write_death(self._clock() - self._last_sign, "silent")
            await self.running.end(gently=0)
        else:
            self._write_death(0.0, "ended")
            log.error(f"{self.service.name}_ended", pid=self.running.pid, status=self.running.exit_status)
        self.running = None

    async def end(self) -> None:
        """End it: gently, then not; return once it is gone."""
        if self.running is not None:
            await self.running.end(self.service.gently)
            self.running = None
        self.service.pid_file.unlink(missing_ok=True)

    async def _silent(self, running: RunningProcess) -> bool:
        """Ask until it has been silent too long (True) or is gone (False)."""
        gone = asyncio.create_task(running.ended())
        asking = asyncio.create_task(self._ask_on(running))
        try:
            await asyncio.wait((gone, asking), return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return False
            asking.result()  # a fault of our own is raised here, and is no reason to end anybody
            return True
        finally:
            gone.cancel()
            asking.cancel()
            await asyncio.gather(gone, asking, return_exceptions=True)

    def _write_death(self, ago: float, why: str) -> None:
        """For whoever tells of what ended with it; that it cannot be written ends nothing."""
        if self.service.deaths is None or self.running is None:
            return
        try:
            if self._alarms is not None:
                self._alarms.raise_(f"{self.service.name}_died", why)
                self._alarms.ended(f"{self.service.name}_half_silent", HALF)
            note(self.service.deaths, AsteriskExit(time.time() - ago, self.running.pid, why))
        except OSError as error:
            log.error(f"{self.service.name}_death_not_written", error=str(error))

    async def _ask_on(self, running: RunningProcess) -> None:
        """Ask over and over; return once it is dead."""
        service = self.service
        main = RepeatedProbe(service.probe, service.start_silence, service.tick, service.every)
        witnesses = SecondarySigns(service.witnesses, service.silence - SUSPECT, service.tick, service.every)
        told = False
        before, excused_before = self._clock(), service.excuse(running.pid)
        self._last_sign = before
        first_answer = None
        try:
            while True:
                now, excused = self._clock(), service.excuse(running.pid)
                elapsed = now - before
                excuse = min(excused - excused_before, elapsed * service.excused_share)
                if main.step(now, elapsed, excuse):
                    main.timeout.limit = service.silence
                    self.answered.set()
                    if first_answer is None and self._alarms is not None:  # an earlier supervisor's may stand
                        self._alarms.ended(f"{service.name}_half_silent", HALF)
                    first_answer = now if first_answer is None else first_answer
                    self._health = now - first_answer
                    self._last_sign = now
                    shorten(service.output)
                    await witnesses.rest()
                elif witnesses and main.timeout.owed >= SUSPECT:
                    self._last_sign = max(self._last_sign, witnesses.look(running.pid, now, elapsed, excuse))
                if main.silent and (not witnesses or self._proven(witnesses, main.timeout.owed, now)):
                    return
                told = self._tell(told, main.silent, running.pid)
                before, excused_before = now, excused
                await asyncio.sleep(service.tick)
        finally:
            await main.forget()
            await witnesses.rest()

    def _proven(self, witnesses: SecondarySigns, owed: float, now: float) -> bool:
        return witnesses.prove(owed, now, served=self.answered.is_set())

    def _tell(self, told: bool, silent: bool, pid: int) -> bool:
        """Say once that its manager is silent while it lives, and once that it answers again."""
        if silent and not told:
            log.critical(f"{self.service.name}_half_silent", alarm=True, pid=pid)
            if self._alarms is not None:
                self._alarms.stands(f"{self.service.name}_half_silent", HALF)
        elif told and not silent:
            log.warning(f"{self.service.name}_answers_again", pid=pid)
            if self._alarms is not None:
                self._alarms.ended(f"{self.service.name}_half_silent", HALF)
        return silent
