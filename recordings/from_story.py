"""A call's story, told by the live state, as the record the journal keeps."""

from datetime import UTC, datetime

from recordings.record import CallRecord, Connection, Outcome
from routing.story import Story


def record(story: Story) -> CallRecord:
    """The same facts with aware UTC times (A19, C1)."""
    return CallRecord(
        call_id=story.call_id,
        caller=story.pii_caller,
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
        # Who saw only its end cannot say that nobody served it: the channel event log tells that.
        outcome=None if story.outcome == "failed" and not story.whole else Outcome(story.outcome),
        ended_by=story.ended_by,
        notice_at=_time(story.notice_at),
        ucc_result=story.ucc_result,
        rating=story.rating,
        rating_asked=story.rating_asked,
        survived=story.survived,
        connections=tuple(
            Connection(
                c.number,
                c.party,
                _time(c.rang_at),
                datetime.fromtimestamp(c.answered_at, UTC),
                _time(c.ended_at),
            )
            for c in story.conversations
        ),
    )


def _time(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
