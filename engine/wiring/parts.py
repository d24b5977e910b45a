"""The parts of the call engine by name; made and connected in `build`; wiring."""

from collections.abc import Mapping

from agi_handlers.server import AgiServer
from config.settings import Settings
from config.tasks import Tasks
from dialplan.line_secrets import Secrets
from engine.control.monitoring import CallMonitoring
from engine.health.clock_sync import ClockOffset
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
from recordings.capture.reconcile import Reconciler
from recordings.journal.journal import Journal
from routing.ami.client import Ami
from routing.dispatch.service import DispatchService


class Engine:
    """The call engine: FastAGI, AMI, dispatcher, journal; one process, the journal's only writer."""

    settings: Settings
    secrets: Secrets
    tasks: Tasks
    journal: Journal
    alarms: LimitedAlarms
    feed: BoardFeed
    names: Mapping[str, str]  # of the people with an account, by its id
    # Who serves whom.
    dispatch: DispatchService
    queue: QueueAdapter
    consultants: ConsultantCommands
    stints: AgentTimes
    states: ConsultantStateStore
    schedule: ConsultantStateSchedule
    # Asterisk, and what is known of its calls.
    ami: Ami
    line: LineEvents
    crashed: CrashedCalls
    cel: CelFollower
    fetch: SurvivalReclaim
    withdraw: RingCancellation
    mirror: QueueMemberSync
    watchdog: StateWatchdog
    vanished: LostPhones
    refused: RefusedNumbers
    # Recordings and sound.
    recordings: Reconciler
    volumes: Volumes
    hold: RecorderRestart
    silent_legs: SilentLegGuard
    recorded: RecordingGuard
    links: LinkWatch
    legs: LegWatch
    tone_keys: InbandDtmfDetection
    # What is shown.
    offset: ClockOffset
    today: Today
    alerts: Alerts
    boards: BoardBuilder
    supervisors: AlarmFollower
    # The doors.
    spying: CallMonitoring
    agi: AgiServer
    control: ControlSocket
