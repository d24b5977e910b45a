"""The call engine built: each part made once, and told whom its news is for; wiring."""

import time
from datetime import UTC, datetime
from functools import partial

from agi_handlers.call import CallHandler, apologise
from agi_handlers.feature_codes import FeatureCodeHandler
from agi_handlers.server import AgiServer
from config.settings import Settings
from config.tasks import Tasks
from engine.control.commands import EngineCommands
from engine.control.engine_parts import EngineParts
from engine.control.monitoring import CallMonitoring
from engine.health.clock_sync import ClockOffset
from engine.install import secrets
from engine.media.inband_dtmf import InbandDtmfDetection
from engine.media.leg_watch import LegWatch
from engine.media.lost_phones import LostPhones
from engine.operations.alarm_limit import LimitedAlarms
from engine.operations.cancel_ring import RingCancellation
from engine.operations.cel_follower import CelFollower
from engine.operations.consultant_commands import ConsultantCommands
from engine.operations.consultant_state_schedule import ConsultantStateSchedule
from engine.operations.consultant_state_store import ConsultantStateStore
from engine.operations.crashed_calls import CrashedCalls
from engine.operations.line_events import LineEvents
from engine.operations.queue_adapter import QueueAdapter
from engine.operations.reclaim_calls import SurvivalReclaim
from engine.operations.refused_numbers import RefusedNumbers
from engine.operations.state_watchdog import StateWatchdog
from engine.operations.survival_queue_members import QueueMemberSync
from engine.process.local_socket import ControlSocket
from engine.recorder.link_quality import LinkWatch
from engine.recorder.restart import RecorderRestart
from engine.recorder.silent_leg import SilentLegGuard
from engine.recorder.volumes import Volumes
from engine.recorder.watch import RecordingGuard
from engine.supervisor.alarm_file import AlarmFollower
from engine.wallboard.agent_times import AgentTimes
from engine.wallboard.alerts import Alerts
from engine.wallboard.build import BoardBuilder
from engine.wallboard.feed import BoardFeed
from engine.wallboard.today import Today
from engine.wiring.parts import Engine
from engine.wiring.reactions import Reactions
from ivr.timers import Timers
from recordings.capture.reconcile import Reconciler
from recordings.journal.journal import Journal
from recordings.privacy.keyring import Keyring
from routing.ami.client import Ami
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.service import DispatchService


def build(settings: Settings) -> tuple[Engine, Reactions]:
    """All parts, none of them started; what one tells another goes through the reactions."""
    engine = Engine()
    engine.settings, engine.secrets, engine.names = settings, secrets.load(settings.home / "secrets"), {}
    engine.tasks, engine.offset = Tasks(), ClockOffset()
    reactions = Reactions(engine)
    _journal(engine)
    _dispatch(engine, reactions)
    _asterisk(engine, reactions)
    _recordings(engine, reactions)
    _sound(engine)
    _board(engine)
    _calls(engine)
    _commands(engine, reactions)
    return engine, reactions


def _journal(e: Engine) -> None:
    settings = e.settings
    e.journal = Journal(settings.database, settings.spool / "journal", Keyring(settings.keys_dir).numbers)
    e.alarms = LimitedAlarms(e.journal.alarm, lambda: datetime.now(UTC))
    e.supervisors = AlarmFollower(settings.supervisor_alarms, e.journal.submit)
    e.recordings = Reconciler(e.journal, settings.audio)
    e.feed = BoardFeed(lambda at: e.boards.build(at))  # noqa: PLW0108 - it is built later


def _dispatch(e: Engine, react: Reactions) -> None:
    settings = e.settings
    rules = Rules(
        ring_seconds=settings.ring_seconds,
        wrap_up_seconds=settings.wrap_up_seconds,
        missed_ring_seconds=settings.missed_ring_seconds,
        proof_seconds=settings.short_conversation_seconds,
    )
    e.dispatch = DispatchService(Dispatcher(rules), time.monotonic, react.decided, react.dispatch_changed)
    e.stints = AgentTimes(e.dispatch, e.journal.submit, e.offset, react.endings.wrap_up_ended)
    e.states = ConsultantStateStore(e.journal, e.dispatch)
    mirrored = lambda: e.mirror.changed()  # noqa: E731, PLW0108 - it is built later
    e.schedule = ConsultantStateSchedule(e.states, e.tasks, mirrored)
    e.queue = QueueAdapter(e.dispatch, react.intend, e.schedule.changed, react.first)
    e.consultants = ConsultantCommands(e.dispatch, e.schedule.ordered)


def _asterisk(e: Engine, react: Reactions) -> None:
    settings = e.settings
    e.crashed = CrashedCalls(settings.deaths, settings.audio, settings.zone)
    e.line = LineEvents(
        e.dispatch,
        tell=react.endings.over,
        unheld=react.unheld,
        rung_out=react.rung_out,
        released=e.queue.release,
        ours=e.queue.has_session,
        changed=e.feed.changed,
        held=react.held,
        ends=partial(e.crashed.ends, certain=False),
    )
    e.ami = Ami(
        settings.ami_address,
        settings.ami_port,
        "engine",
        e.secrets.ami_engine,
        on_event=react.message,
        on_up=react.up,
        on_down=e.line.on_down,
        control=settings.asterisk_control,
    )
    mark = settings.home / "db" / "cel.mark"
    e.cel = CelFollower(e.journal, settings.cel_file, mark, react.endings.over, react.journal_replaced)
    e.fetch = SurvivalReclaim(e.ami, e.line)
    e.withdraw = RingCancellation(e.ami, e.dispatch.rings)
    e.mirror = QueueMemberSync(e.ami, lambda: e.dispatch.snapshot().consultants)
    e.watchdog = StateWatchdog(e.dispatch, e.line, e.alarms.raise_)
    e.vanished = LostPhones(e.ami, e.line.living, e.dispatch.unreachable)
    e.refused = RefusedNumbers(e.alarms.raise_, e.feed.changed)


def _recordings(e: Engine, react: Reactions) -> None:
    settings, changed = e.settings, e.feed.changed
    e.volumes = Volumes(settings, e.ami, e.journal.alarm, failed=react.volume_failed, changed=changed)
    e.hold = RecorderRestart(e.ami, e.volumes.folder, settings.audio, settings.zone, e.line.find)
    e.silent_legs = SilentLegGuard(e.ami, e.hold, e.line.living, react.unheld)
    e.recorded = RecordingGuard(
        e.ami,
        e.hold,
        e.line.living,
        up=lambda: e.line.up,
        restart=react.restart_recording,
        soon=e.tasks.spawn,
        alarm=e.alarms.raise_,
        changed=changed,
        seen=e.journal.submit,
    )
    e.links = LinkWatch(e.ami, e.line.living, e.journal.submit)


def _sound(e: Engine) -> None:
    alarm, changed, soon = e.journal.alarm, e.feed.changed, e.tasks.spawn
    e.legs = LegWatch(e.ami, e.dispatch, e.line.living, e.settings.wire_socket, alarm, changed, soon)
    e.tone_keys = InbandDtmfDetection(e.ami, e.legs.wire, e.line.find, alarm, changed, soon)
    e.legs.wire.heard, e.legs.wire.came = e.tone_keys.take, e.tone_keys.again


def _board(e: Engine) -> None:
    settings = e.settings
    e.today = Today(settings.zone, settings.service_level_seconds)
    e.alerts = Alerts(
        settings,
        lambda: e.journal.reader,
        e.feed.changed,
        stopped=e.recorded.stopped,
        volumes=e.volumes.holding,
        journal_away=lambda: e.journal.away_since,
        refused=e.refused.standing,
        tones=e.tone_keys.standing,
    )
    e.boards = BoardBuilder(
        settings,
        e.dispatch,
        e.line,
        e.today,
        e.alerts,
        lambda: e.names,
        e.offset,
        e.stints,
        e.legs.signs,
    )


def _calls(e: Engine) -> None:
    settings = e.settings
    call = CallHandler(
        e.queue,
        _timers(settings),
        settings.default_language,
        e.volumes.folder,
        settings.zone,
        lambda: round(time.time() * 1000),
        e.tone_keys,
    )
    e.agi = AgiServer(
        {
            "call": call,
            "pause": FeatureCodeHandler(e.consultants, pausing=True),
            "release": FeatureCodeHandler(e.consultants, pausing=False),
        },
        host=settings.agi_address,
        port=settings.agi_port,
        token=e.secrets.agi_token,
        apology=apologise,
        reply_deadline=settings.agi_reply_deadline,
    )


def _commands(e: Engine, react: Reactions) -> None:
    settings = e.settings
    e.spying = CallMonitoring(settings.ami_address, settings.ami_port, e.secrets.ami_steer)
    parts = EngineParts(
        settings=settings,
        journal=e.journal,
        dispatch=e.dispatch,
        consultants=e.consultants,
        line=e.line,
        ami=e.ami,
        spying=e.spying,
        mirror=e.mirror,
        feed=e.feed,
        refused=e.refused,
        tone_keys=e.tone_keys,
        names=lambda: e.names,
        accounts_changed=react.accounts_changed,
    )
    orders = EngineCommands(parts)
    e.control = ControlSocket(
        settings.control_socket, orders.by_name(), {"board.follow": e.feed.follow}, orders.require_watching
    )


def _timers(settings: Settings) -> Timers:
    return Timers(
        ring=settings.ring_seconds,
        comfort=settings.comfort_seconds,
        ucc_ring=settings.ucc_ring_seconds,
        duty_ring=settings.duty_ring_seconds,
        advice=settings.advice_seconds,
    )
