"""What the socket's commands need of the engine, as one value; edge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.settings import Settings
from engine.control.monitoring import CallMonitoring
from engine.media.inband_dtmf import InbandDtmfDetection
from engine.operations.consultant_commands import ConsultantCommands
from engine.operations.line_events import LineEvents
from engine.operations.refused_numbers import RefusedNumbers
from engine.operations.survival_queue_members import QueueMemberSync
from engine.wallboard.feed import BoardFeed
from recordings.journal.journal import Journal
from routing.ami.client import Ami
from routing.dispatch.service import DispatchService


@dataclass(frozen=True, slots=True)
class EngineParts:
    """`names` gives people's names by the id of their account; `accounts_changed` reads them again."""

    settings: Settings
    journal: Journal
    dispatch: DispatchService
    consultants: ConsultantCommands
    line: LineEvents
    ami: Ami
    spying: CallMonitoring
    mirror: QueueMemberSync
    feed: BoardFeed
    refused: RefusedNumbers
    tone_keys: InbandDtmfDetection
    names: Callable[[], Mapping[str, str]]
    accounts_changed: Callable[[], None]
