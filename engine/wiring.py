"""The one place that builds the call engine and joins everything; wiring."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from agi_handlers.call import CallHandler, apologise
from agi_handlers.feature_codes import FeatureCodeHandler
from agi_handlers.server import AgiServer
from config.settings import Settings
from config.tasks import Tasks
from dialplan.recording_names import arrival
from engine.control.commands import EngineOrders
from engine.control.monitoring import CallMonitoring
from engine.health.clock_sync import WallOffset
from engine.install import consultant_accounts as accounts
from engine.install import secrets
from engine.media.inband_dtmf import InbandDtmfDetection
from engine.media.leg_watch import LegWatch
from engine.media.lost_phones import LostPhones
from engine.operations.adopt_pauses import adopt_pauses
from engine.operations.alarm_limit import LimitedAlarms
from engine.operations.cancel_ring import RingCancellation
from engine.operations.cel_follower import LogFollower
from engine.operations.consultant_commands import ConsultantCommands
from engine.operations.consultant_state_store import ConsultantStateStore
from engine.operations.crashed_calls import CrashedCalls
from engine.operations.line_events import LineEvents
from engine.operations.queue_adapter import QueueAdapter
from engine.operations.reclaim_calls import SurvivalReclaim
from engine.operations.refused_numbers import RefusedNumbers
from engine.operations.state_watchdog import Watchdog
from engine.operations.survival_queue_members import MemberSync
from engine.process.local_socket import ControlSocket
from engine.recorder.link_quality import LinkWatch
from engine.recorder.restart import HoldGuard
from engine.recorder.silent_leg import SilentLegGuard
from engine.recorder.volumes import Volumes
from engine.recorder.watch import RecordingGuard
from engine.supervisor.alarm_file import AlarmFollower
from engine.wallboard.agent_times import StintBook
from engine.wallboard.alerts import Alerts
from engine.wallboard.build import BoardBuilder
from engine.wallboard.feed import Feed
from engine.wallboard.today import Today
from ivr.timers import Timers
from recordings.capture.reconcile import Reconciler
from recordings.journal.from_call_summary import record
from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord
from recordings.model.entries import RecordingIntended
from recordings.privacy.keyring import Keyring
from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout, Message
from routing.board.values import Board
from routing.dispatch.consultant import Consultant
from routing.dispatch.decisions import Assign, Decision, RaiseAlarm, Withdraw
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.service import DispatchService
from routing.live.call_summary import NO_ACK, CallSummary, pii_number
from routing.live.live_call import OngoingCall

log = structlog.get_logger()

FIRST_LOGIN = 3.0  # seconds to see who is on shift before calls are taken; until then survival does
CEL_REST = 2.0  # seconds after which the channel event log is surely written
REMEMBERED = 20_000  # calls whose whole story is in the journal already
KEEP_AFTER = 0.2  # seconds
LOAD_FIRST = 2.0  # seconds: a database that is slow or away keeps no call waiting
LOAD_AGAIN = 2.0  # seconds between two tries to read the day from a database that is away


class Engine:
    """The call engine: FastAGI, AMI, dispatcher, journal; one process, the journal's only writer."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        known = secrets.load(settings.home / "secrets")
        rules = Rules(
            ring_seconds=settings.ring_seconds,
            wrap_up_seconds=settings.wrap_up_seconds,
            missed_ring_seconds=settings.missed_ring_seconds,
            proof_seconds=settings.short_conversation_seconds,
        )
        self.journal = Journal(
            settings.database, settings.spool / "journal", Keyring(settings.keys_dir).numbers
        )
        self.feed = Feed(self._board)
        self.desk = DispatchService(Dispatcher(rules), time.monotonic, self._decided, self._desk_changed)
        offset = WallOffset()
        self.stints = StintBook(self.desk, self.journal.submit, offset, self._free_again)
        self.tasks = Tasks()
        self.alarms = LimitedAlarms(self.journal.alarm, lambda: datetime.now(UTC))
        self.supervisors = AlarmFollower(settings.supervisor_alarms, self.journal.submit)
        self.recordings = Reconciler(self.journal, settings.audio)
        self.kept = ConsultantStateStore(self.journal, self.desk)
        self.queue = QueueAdapter(self.desk, self._intend, self._state_changed, self._first)
        self.consultants = ConsultantCommands(self.desk, self._shift_changed)
        cut_off = CrashedCalls(settings.deaths, settings.audio, settings.zone)
        self.ends = cut_off.ends
        self.line = LineEvents(
            self.desk,
            tell=self._told,
            unheld=self._unheld,
            rung_out=lambda: self.tasks.soon(self._fetch(0.3)),  # the queue may ring the next one at once
            released=self.queue.release,
            ours=self.queue.has_session,
            changed=self.feed.changed,
            held=lambda call, by: self.tasks.soon(self._intended(self.hold.held(call, by))),
            ends=partial(cut_off.ends, certain=False),
        )
        self.today = Today(settings.zone, settings.service_level_seconds)
        self.refused = RefusedNumbers(self.alarms.raise_, self.feed.changed)
        self.alerts = Alerts(
            settings,
            lambda: self.journal.reader,
            self.feed.changed,
            refused=self.refused.standing,
            journal_away=lambda: self.journal.away_since,
        )
        self.boards = BoardBuilder(
            settings,
            self.desk,
            self.line,
            self.today,
            self.alerts,
            lambda: self.names,
            offset,
            self.stints,
        )
        self.names: dict[str, str] = {}
        self.spying = CallMonitoring(settings.ami_address, settings.ami_port, known.ami_steer)
        self.ami = Ami(
            settings.ami_address,
            settings.ami_port,
            "engine",
            known.ami_engine,
            on_event=self._event,
            on_up=self._up,
            on_down=self.line.on_down,
            control=settings.asterisk_control,
        )
        self.volumes = Volumes(
            settings,
            self.ami,
            self.journal.alarm,
            failed=self._volume_failed,
            changed=self.feed.changed,
        )
        self.fetch = SurvivalReclaim(self.ami, self.line)
        self.withdraw = RingCancellation(self.ami, self.desk.rings)
        self.mirror = MemberSync(self.ami, lambda: self.desk.snapshot().consultants)
        self.hold = HoldGuard(self.ami, self.volumes.folder, settings.audio, settings.zone, self.line.find)
        self.deaf = SilentLegGuard(self.ami, self.hold, self.line.living, self._unheld)
        self.recorded = RecordingGuard(
            self.ami,
            self.hold,
            self.line.living,
            up=lambda: self.line.up,
            restart=self._restart_recording,
            soon=self.tasks.soon,
            alarm=self.alarms.raise_,
            changed=self.feed.changed,
            seen=self.journal.submit,
        )
        self.links = LinkWatch(self.ami, self.line.living, self.journal.submit)
        self.legs = LegWatch(
            self.ami,
            self.desk,
            self.line.living,
            settings.wire_socket,
            self.journal.alarm,
            self.feed.changed,
            self.tasks.soon,
        )
        self.tone_keys = InbandDtmfDetection(
            self.ami,
            self.legs.wire,
            self.line.find,
            self.journal.alarm,
            self.feed.changed,
            self.tasks.soon,
        )
        self.boards.signs, self.alerts.tones = self.legs.signs, self.tone_keys.standing
        self.legs.wire.heard, self.legs.wire.came = self.tone_keys.take, self.tone_keys.again
        self.alerts.stopped, self.alerts.volumes = self.recorded.stopped, self.volumes.holding
        self.watchdog = Watchdog(self.desk, self.line, self.alarms.raise_)
        self.vanished = LostPhones(self.ami, self.line.living, self.desk.unreachable)
        self.log = LogFollower(
            self.journal,
            settings.cel_file,
            settings.home / "db" / "cel.mark",
            self._told,
            self._journal_replaced,
        )
        call = CallHandler(
            self.queue,
            _timers(settings),
            settings.default_language,
            self.volumes.folder,
            settings.zone,
            lambda: round(time.time() * 1000),
            self.tone_keys,
        )
        self.agi = AgiServer(
            {
                "call": call,
                "pause": FeatureCodeHandler(self.consultants, pausing=True),
                "release": FeatureCodeHandler(self.consultants, pausing=False),
            },
            host=settings.agi_address,
            port=settings.agi_port,
            token=known.agi_token,
            apology=apologise,
            reply_deadline=settings.agi_reply_deadline,
        )
        orders = EngineOrders(self)
        self.control = ControlSocket(
            settings.control_socket, orders.by_name(), {"board.follow": self.feed.follow}, orders.follows
        )
        self._keeping: asyncio.TimerHandle | None = None
        self._restored = False
        self._whole: dict[str, None] = {}
        self._freed: dict[str, datetime] = {}  # calls that live on after their consultant's wrap-up
        self._first_up = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; the control socket answers as soon as calls can be taken.

        Whatever fails on the way, a port that is taken among it, all that was started is stopped again, the
        journal last: raises what failed.
        """
        async with contextlib.AsyncExitStack() as started:
            started.push_async_callback(self.journal.stop)
            await self.journal.start()
            started.callback(self.desk.close)
            started.callback(self.log.close)
            started.push_async_callback(self.tasks.close)
            started.push_async_callback(self.ami.close)
            await self._begin()
            await self.agi.start()
            started.push_async_callback(self.agi.close)
            self.tasks.soon(self._fetch(0.0))
            await self.control.start()
            started.push_async_callback(self.control.close)
            log.info("engine_ready", agi_port=self.agi.port, node=self.settings.node)
            await stop.wait()
            await self._freeze()

    async def _begin(self) -> None:
        """What earlier engines kept, then all that runs beside the calls, then who is on shift."""
        self.accounts_changed()
        for account in accounts.load(self.settings):
            if not account.supervisor:
                self.desk.consultant_known(Consultant(account.id, account.languages))
        if not await self.kept.restore():
            self.tasks.soon(self._restore_late())
        self._restored = True
        await asyncio.wait({self.tasks.soon(self._load_day())}, timeout=LOAD_FIRST)
        guards = (
            self.deaf.keep,
            self.recorded.keep,
            self.links.keep,
            self.legs.counts.keep,
            self.legs.wire.keep,
            *(helper.keep for helper in self.volumes.helpers()),
            self.vanished.keep,
            self.volumes.keep,
            self.supervisors.keep,
            self.watchdog.keep,
            self.alerts.watch,
        )
        for work in (self.ami.run, self.mirror.keep, self.log.follow, self.recordings.run, *guards):
            self.tasks.lasting(work)
        with contextlib.suppress(TimeoutError):  # else the first caller is told that nobody is on shift
            await asyncio.wait_for(self._first_up.wait(), FIRST_LOGIN)
        self.tasks.lasting(self.stints.keep)
        self.stints.changed()

    async def _freeze(self) -> None:
        """Keep the consultants' states as they are now: our sessions end, their conversations do not."""
        self._restored = False
        self.supervisors.take()
        if self._keeping is not None:
            self._keeping.cancel()
        self.stints.look(time.time())
        self.stints.freeze()
        await self.kept.keep()

    def accounts_changed(self) -> None:
        """Names for the board."""
        self.names = {account.id: account.name for account in accounts.load(self.settings)}
        self.feed.changed()

    async def _load_day(self) -> None:
        """Today's figures and the consultants' times, as soon as the database answers."""
        known = False
        while True:
            if self.journal.place == "database":  # what lies in the spool is not in the tables yet
                known = known or await self._stints_loaded()
                if known and await self.today.load(self.journal.reader, datetime.now(UTC)):
                    break
            await asyncio.sleep(LOAD_AGAIN)
        self.feed.changed()

    async def _restore_late(self) -> None:
        while True:
            await asyncio.sleep(LOAD_AGAIN)
            if await self.kept.restore_late():
                return

    async def _stints_loaded(self) -> bool:
        now = datetime.now(UTC)
        self.today.turn(now)
        return await self.stints.load(self.journal.reader, self.today.since, now.timestamp())

    def _desk_changed(self) -> None:
        self.stints.changed()
        self.feed.changed()
        self._state_changed()

    def _board(self, at: float) -> Board:
        return self.boards.build(at)

    # What happens, and what follows from it.

    def _event(self, message: Message) -> None:
        self.vanished.on_message(message)
        self.refused.on_message(message)
        self.tone_keys.on_message(message)
        self.spying.on_message(message)
        self.line.on_message(message)

    async def _up(self) -> None:
        await self.line.on_up(self.ami)
        await self.vanished.on_up()
        await self.volumes.set_global()
        if not self._first_up.is_set():
            adopt_pauses(await self.mirror.members(), self.desk)
        self.mirror.changed()
        self.tasks.soon(self._lose(tuple(self.line.live.calls), time.time()))
        if self._first_up.is_set():
            self.tasks.soon(self._fetch(0.0))
        self._first_up.set()

    async def _fetch(self, rest: float) -> None:
        with contextlib.suppress(AmiDown, AmiError, AmiTimeout):
            await asyncio.sleep(rest)
            await self.fetch()

    async def _lose(self, alive: tuple[str, ...], at: float) -> None:
        """End in the channel event log what Asterisk, restarted, knows no more: no row will tell its end."""
        await asyncio.sleep(CEL_REST)
        await self.log.lose(alive, at, self.ends(at, certain=True))

    def _journal_replaced(self) -> None:
        """The database is another one, or older: what it lacks is told and looked for again."""
        self._whole.clear()
        self.recordings.forget()
        self.kept.forget()
        self.supervisors.forget()
        self._shift_changed()

    def _told(self, story: CallSummary) -> None:
        """A call is over: one row; a part that was not seen is completed from the channel event log."""
        self.hold.forget(story.call_id)
        self.links.over(story.call_id)
        if story.call_id in self._whole:
            return
        if story.whole:
            self._whole[story.call_id] = None
            if len(self._whole) > REMEMBERED:
                del self._whole[next(iter(self._whole))]
        row = replace(record(story), wrap_up_ended_at=self._freed.pop(story.call_id, None))
        self.journal.submit(row)
        self.today.take(row)
        if story.ended_by == NO_ACK:
            times = self.today.unconfirmed.take(story.operator, story.ended_at or time.time())
            log.warning("call_not_confirmed", call=story.call_id, operator=story.operator, times=times)
            self.alarms.raise_("ack_missing", story.operator)
        self.feed.changed()
        self.recordings.hurry()
        log.info("call_over", call=story.call_id, outcome=story.outcome, whole=story.whole)

    def _first(self, call_id: str) -> bool:
        """Whether this call's caller was cut off by the line lately, and comes before all others."""
        call = self.line.find(call_id)
        return call is not None and self.today.first(pii_number(call), time.time())

    def _free_again(self, call: str, at: float) -> None:
        """The wrap-up of a call is over (t7): into its row, which is there once the caller has gone."""
        moment = datetime.fromtimestamp(at, UTC)
        if self.line.find(call) is not None:
            self._freed[call] = moment
        elif (arrived := arrival(call)) is not None:
            self.journal.submit(CallRecord(call, None, None, arrived, wrap_up_ended_at=moment))

    def _decided(self, decision: Decision) -> None:
        match decision:
            case Assign(call=call, consultant=consultant, why=why):
                log.info(
                    "call_assigned", call=call, consultant=consultant, why=why.caller, chosen=why.consultant
                )
            case Withdraw(call=call, consultant=consultant, why=reason):
                log.info("ring_withdrawn", call=call, consultant=consultant, why=reason)
                self.tasks.soon(self.withdraw(call, consultant))
            case RaiseAlarm(kind=kind, language=language, consultant=consultant):
                self.alarms.raise_(kind, consultant or language)

    def _intend(self, call_id: str, connection: int, stem: str, party: str) -> None:
        log.info("recording_intended", call=call_id, connection=connection, party=party)
        self.journal.submit(RecordingIntended(stem, datetime.now(UTC)))

    def _volume_failed(self) -> None:
        self.recorded.volume_failed()

    def _unheld(self, call: OngoingCall) -> None:
        self.tasks.soon(self._restart_recording(call))

    async def _restart_recording(self, call: OngoingCall) -> str | None:
        return await self._intended(self.hold.restart(call))

    async def _intended(self, recorder: Coroutine[Any, Any, str | None]) -> str | None:
        stem = await recorder
        if stem:
            self.journal.submit(RecordingIntended(stem, datetime.now(UTC)))
        return stem

    def _state_changed(self) -> None:
        """A wrap-up began or a ring was missed: kept a moment later, the next caller's ring comes first.

        Not before what an earlier engine kept was read: nobody is on a pause at the beginning.
        """
        if self._keeping is None and self._restored:
            self._keeping = asyncio.get_running_loop().call_later(KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._keeping = None
        if self._restored:
            self.tasks.soon(self.kept.keep())

    def _shift_changed(self) -> None:
        self.mirror.changed()
        if self._restored:
            self.tasks.soon(self.kept.keep())


def _timers(settings: Settings) -> Timers:
    return Timers(
        ring=settings.ring_seconds,
        comfort=settings.comfort_seconds,
        ucc_ring=settings.ucc_ring_seconds,
        duty_ring=settings.duty_ring_seconds,
        advice=settings.advice_seconds,
    )
