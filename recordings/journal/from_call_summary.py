"""A call's story, told by the live state, as the record the journal keeps."""

from datetime import UTC, datetime
from typing import Final

from dialplan.words import DUTY_ENDPOINT, UCC_ENDPOINT
from recordings.model.call_record import CallRecord, Connection, Moment, Outcome
from routing.live.call_summary import CallSummary

# What was seen stays true. Every other outcome says too that no consultant talked with the caller.
SEEN: Final = frozenset({Outcome.SERVED, Outcome.TRANSFERRED_1414})


def record(story: CallSummary) -> CallRecord:
    """The same facts with aware UTC times (A19, C1).

    A story that is not whole (the engine was killed, or its manager connection cut, in the midst of the
    call) has no outcome of which an unseen conversation would make an untruth: who talked is never told as
    abandoned. The channel event log tells it, a moment later (decision 0097).
    """
    outcome = Outcome(story.outcome)
    return CallRecord(
        call_id=story.call_id,
        pii_caller=story.pii_caller,
        language=story.language,
        arrived_at=datetime.fromtimestamp(story.arrived_at, UTC),
        line_answered_at=_time(story.line_answered_at),
        language_at=_time(story.language_at),
        queued_at=_time(story.queued_at),
        first_ring_at=_time(story.first_ring_at),
        answered_at=_time(story.answered_at),
        conversation_ended_at=_time(story.conversation_ended_at),
        rated_at=_time(story.rated_at),
        ended_at=_time(story.ended_at),
        served_by=story.served_by,
        outcome=outcome if story.whole or outcome in SEEN else None,
        ended_by=story.ended_by,
        notice_at=_time(story.notice_at),
        ucc_result=story.ucc_result,
        rating=story.rating,
        rating_asked=story.rating_asked,
        survived=story.survived,
        connections=_connections(story),
        moments=_moments(story),
    )


def _connections(story: CallSummary) -> tuple[Connection, ...]:
    return tuple(
        Connection(
            c.number,
            c.party,
            _time(c.rang_at),
            datetime.fromtimestamp(c.answered_at, UTC),
            _time(c.ended_at),
        )
        for c in story.conversations
    )


def _moments(story: CallSummary) -> tuple[Moment, ...]:
    return tuple(
        Moment(m.kind, m.number, m.party, datetime.fromtimestamp(m.at, UTC), _time(m.until), m.result)
        for m in story.happened
    )


def presumed_outcome(call: CallRecord, recorded: bool) -> Outcome:
    """How a call ended of which a part was not seen, once no log can tell it any more (decision 0097).

    `recorded`: there are recordings of it, so somebody may have talked with a caller who then left.
    """
    parties = {talk.party for talk in call.connections}
    if UCC_ENDPOINT in parties or call.ucc_result == "answered":
        return Outcome.TRANSFERRED_1414
    if parties - {DUTY_ENDPOINT}:
        return Outcome.SERVED
    if parties:
        return Outcome.DUTY_PHONE
    if call.line_answered_at is None or call.ended_by != "caller" or recorded:
        return Outcome.FAILED
    return Outcome.ABANDONED_IN_MENU if call.queued_at is None else Outcome.ABANDONED_WAITING


def _time(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
