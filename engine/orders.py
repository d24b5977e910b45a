"""What may be asked of the engine over its socket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from engine import accounts
from engine.control import Answer, Asker, Order, Wrong
from engine.order_access import AccessOrders
from engine.order_accounts import AccountOrders
from recordings.access import Action

if TYPE_CHECKING:
    from engine.wiring import Engine

LONGEST_REASON: Final = 80  # letters


class Orders:
    """One method an order; each answers a mapping that goes out as JSON."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._access = AccessOrders(engine)
        self._accounts = AccountOrders(engine, self._access)

    def by_name(self) -> Mapping[str, Order]:
        """The orders by the word they are asked with."""
        return {
            "ping": self.ping,
            "queue.show": self.queue,
            "consultants.list": self.consultants,
            "consultants.pause": self.pause,
            "consultants.unpause": self.unpause,
            **self._access.by_name(),
            **self._accounts.by_name(),
        }

    async def ping(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """The loop is alive."""
        return {}

    async def queue(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Who waits, who serves, now."""
        snapshot = self._engine.desk.snapshot()
        line = self._engine.line
        now = datetime.now(UTC).timestamp()
        return {
            "at": datetime.now(self._engine.settings.zone).isoformat(timespec="milliseconds"),
            "event": line.live.counters.applied,
            "asterisk": "up" if line.up else "away",
            "waiting": [
                {
                    "call_id": caller.call,
                    "language": caller.language,
                    "state": caller.phase,
                    "place": caller.place,
                    "waited": round(max(0.0, now - caller.arrived), 1),
                    "consultant": caller.consultant,
                    "nobody_on_shift": caller.nobody_on_shift,
                }
                for caller in snapshot.callers
            ],
            "consultants": self._consultants(),
        }

    async def consultants(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """All consultants and what they do."""
        return {"consultants": self._consultants()}

    async def pause(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Pause one with a reason."""
        id_, reason = str(asked.get("id", "")), str(asked.get("reason", "") or "break")
        if not reason.isprintable() or len(reason) > LONGEST_REASON:  # it goes to Asterisk, as a header
            raise Wrong(f"write the reason in at most {LONGEST_REASON} letters on one line")
        if not self._engine.call_desk.pause(id_, reason):
            raise Wrong(f"there is no consultant {id_}; see: ivr111 consultants list")
        await self._access.changed(asker, Action.PAUSED, f"consultant {id_}", reason)
        return {"id": id_, "reason": reason}

    async def unpause(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Release one from a pause."""
        id_ = str(asked.get("id", ""))
        if not self._engine.call_desk.release_consultant(id_):
            raise Wrong(f"there is no consultant {id_}; see: ivr111 consultants list")
        await self._access.changed(asker, Action.UNPAUSED, f"consultant {id_}")
        return {"id": id_}

    def _consultants(self) -> list[dict[str, Any]]:
        names = {account.id: account.name for account in accounts.load(self._engine.settings)}
        return [
            {
                "id": seat.id,
                "name": names.get(seat.id, ""),
                "languages": list(seat.languages),
                "state": seat.state,
                "reachable": seat.reachable,
                "paused": seat.pause,
                "missed": seat.missed,
                "call_id": seat.call,
                "seconds_left": None if seat.left is None else round(seat.left, 1),
            }
            for seat in self._engine.desk.snapshot().consultants
        ]
