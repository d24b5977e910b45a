"""Calls that are over: one row each, completed by what is learnt later, and what else follows; wiring."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog

from dialplan.recording_names import arrival
from engine.wiring.parts import Engine
from recordings.journal.from_call_summary import record
from recordings.model.call_record import CallRecord
from routing.live.call_summary import NO_ACK, CallSummary

log = structlog.get_logger()

REMEMBERED: Final = 20_000  # calls whose whole story is in the journal already


class CallEndings:
    """Takes each call's story, from live events and from the channel event log (A19)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._whole: dict[str, None] = {}
        self._freed: dict[str, datetime] = {}  # calls that live on after their consultant's wrap-up

    def over(self, story: CallSummary) -> None:
        """A call is over: one row; a part that was not seen is completed from the channel event log."""
        engine = self._engine
        engine.hold.forget(story.call_id)
        engine.links.over(story.call_id)
        if story.call_id in self._whole:
            return
        if story.whole:
            self._whole[story.call_id] = None
            if len(self._whole) > REMEMBERED:
                del self._whole[next(iter(self._whole))]
        row = replace(record(story), wrap_up_ended_at=self._freed.pop(story.call_id, None))
        engine.journal.submit(row)
        engine.today.take(row)
        if story.ended_by == NO_ACK:
            times = engine.today.unconfirmed.take(story.operator, story.ended_at or time.time())
            log.warning("call_not_confirmed", call=story.call_id, operator=story.operator, times=times)
            engine.alarms.raise_("ack_missing", story.operator)
        engine.feed.changed()
        engine.recordings.hurry()
        log.info("call_over", call=story.call_id, outcome=story.outcome, whole=story.whole)

    def wrap_up_ended(self, call: str, at: float) -> None:
        """The consultant of a call is free again: into its row, which is there once the caller has gone."""
        moment = datetime.fromtimestamp(at, UTC)
        if self._engine.line.find(call) is not None:
            self._freed[call] = moment
        elif (arrived := arrival(call)) is not None:
            self._engine.journal.submit(CallRecord(call, None, None, arrived, wrap_up_ended_at=moment))

    def forget(self) -> None:
        """The database is another one, or older: every call is told again."""
        self._whole.clear()
