"""What may be asked of the engine over its socket; edge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.rights import Right
from engine.control.account_commands import AccountCommands
from engine.control.authorisation import AccessCommands
from engine.control.steering_commands import SteeringCommands
from engine.process.local_socket import Answer, Command, Peer, ping
from routing.board.as_json import board_to_json
from routing.board.queue_listing import (
    ListedCaller,
    ListedConsultant,
    QueueListing,
    consultants_to_json,
    queue_to_json,
)
from routing.board.values import CallerRow

if TYPE_CHECKING:
    from engine.control.engine_parts import EngineParts


class EngineCommands:
    """One method a command; each answers a mapping that goes out as JSON."""

    def __init__(self, engine: EngineParts) -> None:
        self._engine = engine
        self._access = AccessCommands(engine)
        self._accounts = AccountCommands(engine, self._access)
        self._steering = SteeringCommands(engine, self._access)

    def by_name(self) -> Mapping[str, Command]:
        """The commands by the word they are asked with."""
        return {
            "ping": ping,
            "queue.show": self.queue,
            "consultants.list": self.consultants,
            "phones.count": self.phones,
            "numbers.refused": self.refused_numbers,
            "keys.as_tones": self.inband_dtmf,
            **self._access.by_name(),
            **self._accounts.by_name(),
            **self._steering.by_name(),
            "board.show": self.board,
        }

    def require_watching(self, peer: Peer) -> None:
        """Whether this one may follow the board. Raises CommandRefused."""
        self._access.require_watching(peer)

    async def board(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """All that the console shows, with the number of the event for which it is true."""
        self._access.require_watching(peer)
        return board_to_json(self._engine.feed.board())

    async def queue(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Who waits, who serves, now: the same board, in the command line's words."""
        self._access.require_right(peer, request, Right.WATCH)
        board = self._engine.feed.board()
        at = datetime.fromtimestamp(board.at, self._engine.settings.zone)
        listing = QueueListing(
            at.isoformat(timespec="milliseconds"),
            board.event,
            board.asterisk,
            tuple(_listed(caller, board.at) for caller in board.callers),
            self._consultants(),
            board.totals,
            board.today,
        )
        return queue_to_json(listing)

    async def consultants(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """All consultants and what they do."""
        self._access.require_right(peer, request, Right.WATCH)
        return {"consultants": consultants_to_json(self._consultants())}

    async def phones(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """How many consultants' phones there are and how many can be reached: the doctor's, nobody named."""
        seats = self._engine.dispatch.snapshot().consultants
        return {"phones": len(seats), "reachable": sum(bool(seat.reachable) for seat in seats)}

    async def refused_numbers(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Operators that dialled numbers which are not ours: the doctor's, no person's number in it."""
        return {"operators": self._engine.refused.told()}

    async def inband_dtmf(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Calls whose keys came as tones in the sound, by operator: the doctor's."""
        return {"operators": self._engine.tone_keys.told()}

    def _consultants(self) -> tuple[ListedConsultant, ...]:
        names = self._engine.names()
        return tuple(
            ListedConsultant(
                id=seat.id,
                name=names.get(seat.id, ""),
                languages=seat.languages,
                state=seat.state,
                reachable=seat.reachable,
                paused=seat.pause,
                missed=seat.missed,
                fault=seat.fault,
                call_id=seat.call,
                seconds_left=None if seat.left is None else round(seat.left, 1),
            )
            for seat in self._engine.dispatch.snapshot().consultants
        )


def _listed(caller: CallerRow, at: float) -> ListedCaller:
    return ListedCaller(
        call_id=caller.call,
        language=caller.language,
        state=caller.phase,
        place=caller.place,
        waited=round(max(0.0, at - caller.since), 1),
        consultant=caller.consultant,
        nobody_on_shift=caller.nobody_on_shift,
        diverted=caller.diverted,
        unanswered=bool(caller.unanswered),
        held=caller.held,
        unheard=caller.unheard,
        followed=caller.followed,
    )
