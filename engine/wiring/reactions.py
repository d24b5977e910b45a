"""What follows from events: of Asterisk's manager, of the dispatcher, of disks and databases; wiring."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from dialplan import mixmonitor
from engine.install import consultant_accounts as accounts
from engine.operations.adopt_pauses import adopt_pauses
from engine.wiring.call_endings import CallEndings
from engine.wiring.parts import Engine
from recordings.model.entries import RecordingIntended
from routing.ami.client import AmiDown, AmiError, AmiTimeout, Message
from routing.dispatch.decisions import Assign, Decision, RaiseAlarm, Withdraw
from routing.live.call_summary import pii_caller
from routing.live.live_call import OngoingCall

log = structlog.get_logger()

CEL_REST: Final = 2.0  # seconds after which the channel event log is surely written
QUEUE_REST: Final = 0.3  # seconds: survival's queue may ring the next one at once


class Reactions:
    """Each method hears of one kind of event; `first_up` is set once Asterisk has told who is there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.endings = CallEndings(engine)
        self.first_up = asyncio.Event()

    # Asterisk's manager.

    def message(self, message: Message) -> None:
        """An AMI event."""
        engine = self._engine
        engine.vanished.on_message(message)
        engine.refused.on_message(message)
        engine.tone_keys.on_message(message)
        engine.spying.on_message(message)
        engine.line.on_message(message)

    async def up(self) -> None:
        """After each login: the state is made anew, and survival's callers are fetched."""
        engine = self._engine
        await engine.line.on_up(engine.ami)
        await engine.vanished.on_up()
        await engine.volumes.set_global()
        if not self.first_up.is_set():
            adopt_pauses(await engine.mirror.members(), engine.dispatch)
        engine.mirror.changed()
        engine.tasks.spawn(self._lose(tuple(engine.line.live.calls), time.time()))
        if self.first_up.is_set():
            self.fetch()
        self.first_up.set()

    def fetch(self, rest: float = 0.0) -> None:
        """Callers who wait in survival's queue are fetched, after so many seconds."""
        self._engine.tasks.spawn(self._fetch(rest))

    def rung_out(self) -> None:
        """Survival stopped ringing somebody."""
        self.fetch(QUEUE_REST)

    async def _fetch(self, rest: float) -> None:
        with contextlib.suppress(AmiDown, AmiError, AmiTimeout):
            await asyncio.sleep(rest)
            await self._engine.fetch()

    async def _lose(self, alive: tuple[str, ...], at: float) -> None:
        """End in the channel event log what Asterisk, restarted, knows no more: no row will tell its end."""
        await asyncio.sleep(CEL_REST)
        await self._engine.cel.lose(alive, at, self._engine.crashed.ends(at, certain=True))

    # The dispatcher.

    def decided(self, decision: Decision) -> None:
        """A decision, after its caller has it."""
        match decision:
            case Assign(call=call, consultant=consultant, why=why):
                log.info(
                    "call_assigned", call=call, consultant=consultant, why=why.caller, chosen=why.consultant
                )
            case Withdraw(call=call, consultant=consultant, why=reason):
                log.info("ring_withdrawn", call=call, consultant=consultant, why=reason)
                self._engine.tasks.spawn(self._engine.withdraw(call, consultant))
            case RaiseAlarm(kind=kind, language=language, consultant=consultant):
                self._engine.alarms.raise_(kind, consultant or language)

    def dispatch_changed(self) -> None:
        """Callers or consultants are not what they were."""
        self._engine.stints.changed()
        self._engine.feed.changed()
        self._engine.schedule.changed()

    def first(self, call_id: str) -> bool:
        """Whether this call's caller was cut off by the line lately, and comes before all others."""
        call = self._engine.line.find(call_id)
        return call is not None and self._engine.today.first(pii_caller(call), time.time())

    # Recordings.

    def intend(self, call_id: str, connection: int, stem: str, party: str) -> None:
        """A recording is about to start (A19)."""
        log.info("recording_intended", call=call_id, connection=connection, party=party)
        self._engine.journal.submit(RecordingIntended(stem, datetime.now(UTC)))

    def held(self, call: OngoingCall, by: mixmonitor.Side) -> None:
        """A side holds the other."""
        self._engine.tasks.spawn(self._intended(self._engine.hold.held(call, by)))

    def unheld(self, call: OngoingCall) -> None:
        """A phone came back from hold: the recording begins anew."""
        self._engine.tasks.spawn(self.restart_recording(call))

    async def restart_recording(self, call: OngoingCall) -> str | None:
        """A new segment; its stem, None where no recorder could be started."""
        return await self._intended(self._engine.hold.restart(call))

    async def _intended(self, recording: Coroutine[Any, Any, str | None]) -> str | None:
        stem = await recording
        if stem:
            self._engine.journal.submit(RecordingIntended(stem, datetime.now(UTC)))
        return stem

    def volume_failed(self) -> None:
        """Recorders move to the other volume."""
        self._engine.recorded.volume_failed()

    # Databases and accounts.

    def journal_replaced(self) -> None:
        """The database is another one, or older: what it lacks is told and looked for again."""
        engine = self._engine
        self.endings.forget()
        engine.recordings.forget()
        engine.states.forget()
        engine.supervisors.forget()
        engine.schedule.ordered()

    def accounts_changed(self) -> None:
        """Names for the board."""
        engine = self._engine
        engine.names = {account.id: account.name for account in accounts.load(engine.settings)}
        engine.feed.changed()
