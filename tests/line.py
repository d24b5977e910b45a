"""Calls in a journal, and the engine's side of its socket, as the command line meets them."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from config.settings import Settings
from engine.control.commands import EngineCommands
from engine.control.engine_parts import EngineParts
from engine.install import consultant_accounts as accounts
from engine.operations.consultant_commands import ConsultantCommands
from engine.operations.line_events import LineEvents
from engine.process.local_socket import Answer, Command, ControlSocket, Peer
from engine.wallboard.agent_times import AgentTimes
from engine.wallboard.alerts import Alerts
from engine.wallboard.build import BoardBuilder
from engine.wallboard.feed import BoardFeed
from engine.wallboard.today import Today
from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord, Connection, Outcome
from recordings.model.entries import RecordingChecked, RecordingState, Segment
from recordings.privacy.keyring import Keyring
from routing.dispatch.consultant import Consultant
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.service import DispatchService
from tests.cheap import prepared

T0 = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)  # 14:00:00.123 in Almaty
CALLER = "+77000000001"


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def call_id(number: int) -> str:
    return f"n1-{1795338000123 + number * 1000}-{number}"


SERVED = CallRecord(
    call_id=call_id(1),
    pii_caller=CALLER,
    language="kk",
    arrived_at=T0,
    line_answered_at=after(0.1),
    language_at=after(4),
    queued_at=after(9),
    first_ring_at=after(10),
    answered_at=after(14.5),
    conversation_ended_at=after(80),
    rated_at=after(90),
    ended_at=after(91),
    served_by="c101",
    outcome=Outcome.SERVED,
    ended_by="consultant",
    rating=5,
    rating_asked=True,
    connections=(Connection(1, "c101", after(10), after(14.5), after(80)),),
)
WITHHELD = CallRecord(
    call_id=call_id(2),
    pii_caller=None,
    language=None,
    arrived_at=after(60),
    ended_at=after(62),
    outcome=Outcome.ABANDONED_IN_MENU,
    ended_by="caller",
)
BACK_FROM_1414 = CallRecord(
    call_id=call_id(33),
    pii_caller="+77000000003",
    language="ru",
    arrived_at=after(3600),
    queued_at=after(3609),
    answered_at=after(3650),
    ended_at=after(3700),
    served_by="c102",
    outcome=Outcome.SERVED,
    ended_by="caller",
    notice_at=after(3665),
    ucc_result="busy",
    connections=(
        Connection(1, "c102", after(3645), after(3650), after(3660)),
        Connection(2, "c102", after(3670), after(3671), after(3699)),
    ),
)


def recording(record: CallRecord, connection: int) -> RecordingChecked:
    stem = f"{record.call_id}-c{connection}"
    talk = record.connections[connection - 1]
    seconds = (talk.ended_at - talk.answered_at).total_seconds()
    return RecordingChecked(
        recording_id=stem,
        call_id=record.call_id,
        connection=connection,
        state=RecordingState.FINISHED,
        started_at=talk.answered_at,
        ended_at=talk.ended_at,
        seconds=seconds,
        stereo_file=f"2026-11-22/{stem}-stereo.wav",
        caller_level=-21.5,
        consultant_level=-19.25,
        caller_silence=0.1,
        consultant_silence=0.1,
        caller_longest=1.0,
        consultant_longest=1.0,
        checks=(),
        size=1000,
        checked_at=after(4000),
        segments=(
            Segment(
                stem,
                1,
                talk.answered_at,
                talk.ended_at,
                seconds,
                f"2026-11-22/{stem}-caller.wav",
                f"2026-11-22/{stem}-consultant.wav",
            ),
        ),
    )


def write_journal(settings: Settings, *entries) -> None:
    async def write() -> None:
        await prepared(settings.database)
        Keyring(settings.keys_dir).make()
        journal = Journal(
            settings.database, settings.spool / "journal", Keyring(settings.keys_dir).numbers, patience=5.0
        )
        await journal.start()
        for entry in entries:
            await journal.write(entry)
        await journal.stop()

    asyncio.run(write())


class Recorded(ConsultantCommands):
    """The real ones, but that pauses are only noted, in `paused`: the command's own output is looked at."""

    def __init__(self, desk: DispatchService, changed: Callable[[], object], paused: list[object]) -> None:
        super().__init__(desk, changed)
        self._paused = paused

    def pause(self, consultant: str, reason: str) -> bool:
        return self._desk.known(consultant) and not self._paused.append((consultant, reason))

    def release_consultant(self, consultant: str) -> bool:
        return self._desk.known(consultant) and not self._paused.append((consultant, None))


def orders(box: SimpleNamespace) -> Mapping[str, Command]:
    """The orders by their word, about what a test has put together, as it is when one comes."""

    def of(word: str) -> Command:
        async def order(asker: Peer, asked: Mapping[str, Any]) -> Answer:
            return await now()[word](asker, asked)

        return order

    def now() -> Mapping[str, Command]:
        there = {field.name: getattr(box, field.name, None) for field in fields(EngineParts)}
        return EngineCommands(EngineParts(**there | {"names": lambda: box.names})).by_name()

    return {word: of(word) for word in now()}


@contextlib.contextmanager
def engine(settings: Settings, **stubs) -> Iterator[SimpleNamespace]:
    """The engine's side of its orders, on its socket, with a real journal and a real desk; no telephony."""
    ready, over, box = threading.Event(), None, SimpleNamespace()

    async def serve() -> None:
        nonlocal over
        over = asyncio.Event()
        box.loop = asyncio.get_running_loop()
        box.settings = settings
        await prepared(settings.database)
        Keyring(settings.keys_dir).make()
        journal = box.journal = Journal(
            settings.database, settings.spool / "journal", Keyring(settings.keys_dir).numbers, patience=5.0
        )
        await journal.start()
        box.dispatch = DispatchService(Dispatcher(Rules()), lambda: 0.0)
        for id_, languages in (("c101", ("kk", "ru")), ("c102", ("ru",))):
            box.dispatch.consultant_known(Consultant(id_, languages))
        box.paused = []
        box.mirror = SimpleNamespace(changed=lambda: None)
        nothing = lambda *_: None  # noqa: E731
        box.line = LineEvents(box.dispatch, nothing, nothing, nothing, nothing, lambda _: False, up=True)
        box.names = {}
        box.accounts_changed = lambda: box.names.update({a.id: a.name for a in accounts.load(settings)})
        box.accounts_changed()
        box.feed = BoardFeed(
            BoardBuilder(
                settings,
                box.dispatch,
                box.line,
                Today(settings.zone, 20.0),
                Alerts(settings, lambda: journal.reader, nothing),
                lambda: box.names,
                lambda: 0.0,
                AgentTimes(box.dispatch, journal.submit, lambda: 0.0),
            ).build
        )
        box.consultants = Recorded(box.dispatch, nothing, box.paused)
        control = ControlSocket(settings.control_socket, {**orders(box), **stubs})
        await control.start()
        ready.set()
        await over.wait()
        await control.close()
        box.dispatch.close()
        await journal.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield box
    finally:
        box.loop.call_soon_threadsafe(over.set)
        thread.join(10)
