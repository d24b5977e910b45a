"""What may be asked of the engine over its socket; edge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.rights import Right
from engine.control.account_commands import AccountOrders
from engine.control.authorisation import AccessOrders
from engine.control.steering_commands import SteeringOrders
from engine.process.local_socket import Answer, Asker, Order, ping
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


class EngineOrders:
    """One method an order; each answers a mapping that goes out as JSON."""

    def __init__(self, engine: EngineParts) -> None:
        self._engine = engine
        self._access = AccessOrders(engine)
        self._accounts = AccountOrders(engine, self._access)
        self._steering = SteeringOrders(engine, self._access)

    def by_name(self) -> Mapping[str, Order]:
        """The orders by the word they are asked with."""
        return {
            "ping": ping,
            "queue.show": self.queue,
            "consultants.list": self.consultants,
            "phones.count": self.phones,
            "numbers.refused": self.refused,
            "keys.as_tones": self.as_tones,
            **self._access.by_name(),
            **self._accounts.by_name(),
            **self._steering.by_name(),
            "board.show": self.board,
        }

    def follows(self, asker: Asker) -> None:
        """Whether this one may follow the board. Raises OrderRefused."""
        self._access.follows(asker)

    async def board(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """All that the console shows, with the number of the event for which it is true."""
        self._access.follows(asker)
        return board_to_json(self._engine.feed.board())

    async def queue(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Who waits, who serves, now: the same board, in the command line's words."""
        self._access.may(asker, asked, Right.WATCH)
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

    async def consultants(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """All consultants and what they do."""
        self._access.may(asker, asked, Right.WATCH)
        return {"consultants": consultants_to_json(self._consultants())}

    async def phones(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """How many consultants' phones there are and how many can be reached: the doctor's, nobody named."""
        seats = self._engine.dispatch.snapshot().consultants
        return {"phones": len(seats), "reachable": sum(bool(seat.reachable) for seat in seats)}

    async def refused(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Operators that dialled numbers which are not ours: the doctor's, no person's number in it."""
        return {"operators": self._engine.refused.told()}

    async def as_tones(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
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
