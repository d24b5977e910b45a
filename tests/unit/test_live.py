"""One call after another as a table of events: what the live state makes of them."""

from dataclasses import replace

import pytest
from live_tables import CALLER, lived, story_of, told

from recordings.journal.from_call_summary import record
from recordings.model.call_record import CallRecord, Connection, Outcome
from routing.live.call_summary import Conversation
from routing.live.live_view import CallNow, PhoneNow, view_of

ARRIVAL = """
  10.0 | trunk | arrives  | +77000000001
  10.1 | trunk | sets     | CALL=n1-10000-1
  10.2 | trunk | up       |
"""
QUEUED = (
    ARRIVAL
    + """
  12.0 | trunk | sets     | LANGUAGE=ru
  13.0 | trunk | sets     | QUEUED=13000
"""
)
TALKING = (
    QUEUED
    + """
  14.0 | c101  | rings    |
  16.0 | c101  | dialled  | ANSWER
  16.0 | c101  | joins    |
  16.1 | trunk | joins    |
"""
)
CONSULTANT_LEFT = """
  20.0 | c101  | hangs up |
  20.0 | c101  | leaves   |
  20.0 | trunk | leaves   |
  20.0 | c101  | gone     |
"""
GONE = """
  30.0 | trunk | hangs up |
  30.0 | trunk | gone     |
"""


def test_a_served_and_rated_call_is_told_with_every_time() -> None:
    story = story_of(
        TALKING
        + CONSULTANT_LEFT
        + """
  20.1 | trunk | sets | RATING_ASKED=1
  24.0 | trunk | sets | RATING=4
  25.0 | trunk | gone |
"""
    )
    assert story.outcome == "served"
    times = (story.arrived_at, story.line_answered_at, story.language_at, story.queued_at)
    assert times == (10.0, 10.2, 12.0, 13.0)
    later = (story.first_ring_at, story.answered_at, story.conversation_ended_at, story.rated_at)
    assert later == (14.0, 16.1, 20.0, 24.0)
    assert (story.ended_at, story.ended_by, story.served_by) == (25.0, "consultant", "c101")
    assert (story.rating, story.rating_asked, story.survived, story.whole) == (4, True, False, True)
    assert story.conversations == (Conversation(1, "c101", 14.0, 16.1, 20.0),)


@pytest.mark.parametrize(
    ("table", "outcome"),
    [
        (ARRIVAL + GONE, "abandoned_in_menu"),
        (ARRIVAL + "12 | trunk | sets | LANGUAGE=kk\n" + GONE, "abandoned_in_menu"),
        (QUEUED + GONE, "abandoned_waiting"),
        (QUEUED + "14 | c101 | rings\n" + GONE, "abandoned_waiting"),
        (QUEUED + "14 | trunk | sets | ENDED_BY=caller\n30 | trunk | gone\n", "abandoned_waiting"),
        (QUEUED + "30 | trunk | gone | 44\n", "abandoned_waiting"),
        (QUEUED + "30 | trunk | gone\n", "failed"),
        ("10 | trunk | arrives | +77000000001\n10 | trunk | sets | CALL=n1-10-1\n" + GONE, "failed"),
        (QUEUED + "14 | trunk | sets | ADVISED=1\n" + GONE, "advice"),
        (QUEUED + "14 | trunk | sets | DUTY=answered\n" + GONE, "duty_phone"),
        (QUEUED + "14 | trunk | sets | DUTY=failed\n15 | trunk | sets | ADVISED=1\n" + GONE, "advice"),
        (TALKING + GONE, "served"),
        (TALKING + CONSULTANT_LEFT + "21 | trunk | sets | 1414=busy\n" + GONE, "served"),
        (TALKING + CONSULTANT_LEFT + "21 | trunk | sets | 1414=answered\n" + GONE, "transferred_1414"),
        (
            TALKING + CONSULTANT_LEFT + "21 | 1414 | joins | b2\n21 | trunk | joins | b2\n" + GONE,
            "transferred_1414",
        ),
    ],
)
def test_the_outcome_follows_from_what_happened(table: str, outcome: str) -> None:
    assert story_of(table).outcome == outcome


def test_the_duty_phone_counts_while_nobody_lived_to_note_its_confirmation() -> None:
    story = story_of(
        QUEUED
        + "14 | trunk | sets | DUTY=ringing\n14 | duty | rings\n"
        + "15 | duty | joins\n15 | trunk | joins\n"
        + GONE
    )
    assert (story.outcome, story.answered_at, story.served_by) == ("duty_phone", 15.0, None)


def test_an_answering_machine_at_the_duty_phone_is_no_answer() -> None:
    story = story_of(
        QUEUED
        + "15 | duty | joins\n15 | trunk | joins\n16 | duty | leaves\n16 | trunk | leaves\n"
        + "17 | trunk | sets | DUTY=failed\n"
        + GONE
    )
    assert story.outcome == "abandoned_waiting"


def test_the_caller_who_hangs_up_in_the_conversation_ends_it() -> None:
    story = story_of(
        TALKING + "19 | trunk | hangs up\n19 | trunk | leaves\n19 | c101 | leaves\n19 | trunk | gone\n"
    )
    assert (story.ended_by, story.conversation_ended_at) == ("caller", 19.0)


DROPPED = (
    QUEUED
    + """
  14.0 | c101  | rings    |
  16.0 | c101  | dialled  | ANSWER
  16.0 | c101  | joins    |
  16.0 | trunk | joins    |
  16.1 | c101  | hangs up |
  16.1 | c101  | leaves   |
  16.1 | trunk | leaves   |
  16.1 | c101  | sets     | RING=drops
  16.1 | c101  | gone     |
"""
)
SERVED_AFTER = """
  20.0 | c102  | rings    |
  21.0 | trunk | joins    | b2
  21.0 | c102  | joins    | b2
  30.0 | trunk | hangs up |
  30.0 | trunk | leaves   | b2
  30.0 | trunk | gone     |
"""


def test_a_phone_that_answered_and_dropped_has_served_nobody() -> None:
    """Neither in the wait of the law nor as served; that it answered stays told."""
    left = story_of(DROPPED + "  25.0 | trunk | hangs up |\n  25.0 | trunk | gone |")
    assert ("abandoned_waiting", None, None) == (left.outcome, left.answered_at, left.served_by)
    assert "caller" == left.ended_by
    assert ["c101"] == [talk.party for talk in left.conversations]
    served = story_of(DROPPED + SERVED_AFTER)
    assert ("served", 21.0, "c102") == (served.outcome, served.answered_at, served.served_by)


def test_a_caller_who_hangs_up_as_the_consultant_answers_was_answered() -> None:
    """The consultant was there in time: it is the caller's choice, and no phone is to blame."""
    told_ = story_of(
        TALKING
        + """
  16.2 | trunk | hangs up |
  16.2 | trunk | leaves   |
  16.2 | c101  | leaves   |
  16.2 | c101  | sets     | RING=drops
  16.2 | c101  | gone     |
  16.2 | trunk | gone     |
"""
    )
    assert ("served", 16.1, "caller") == (told_.outcome, told_.answered_at, told_.ended_by)


def test_the_engines_own_word_on_who_hung_up_wins() -> None:
    story = story_of(
        TALKING + "18 | trunk | sets | ENDED_BY=engine\n" + CONSULTANT_LEFT + "21 | trunk | gone"
    )
    assert story.ended_by == "engine"


def test_1414_back_to_the_same_consultant_is_a_second_conversation() -> None:
    story = story_of(
        TALKING
        + CONSULTANT_LEFT
        + """
  21.0 | trunk  | sets    | NOTICE=21000
  21.1 | 1414   | rings   |
  22.0 | 1414   | dialled | BUSY
  22.0 | 1414   | gone    | 17
  22.0 | trunk  | sets    | 1414=busy
  22.0 | trunk  | sets    | NOTICE=
  23.0 | c101#2 | rings   |
  24.0 | c101#2 | joins   | b2
  24.0 | trunk  | joins   | b2
  27.0 | trunk  | leaves  | b2
"""
        + GONE
    )
    parties = [(c.number, c.party, c.answered_at, c.ended_at) for c in story.conversations]
    assert parties == [(1, "c101", 16.1, 20.0), (2, "c101", 24.0, 27.0)]
    assert (story.answered_at, story.conversation_ended_at) == (16.1, 27.0)
    assert (story.notice_at, story.ucc_result, story.first_ring_at) == (21.0, "busy", 14.0)


def test_a_withheld_number_is_none_and_a_garbled_one_stays_as_it_came() -> None:
    named = "10 | trunk | sets | CALL=n1-10-1\n" + GONE
    assert story_of("10 | trunk | arrives | Anonymous\n" + named).pii_caller is None
    assert story_of("10 | trunk | arrives | ++7'x\n" + named).pii_caller == "++7'x"


def test_a_refused_number_is_no_call_to_111() -> None:
    live = lived(told("10 | trunk | arrives | +77000000001\n" + GONE))
    assert list(live.ended()) == []


def test_garbage_in_variables_is_no_value() -> None:
    story = story_of(
        QUEUED + "14 | trunk | sets | RATING=9\n14 | trunk | sets | NOTICE=²\n14 | trunk | sets | X=\n" + GONE
    )
    assert (story.rating, story.notice_at) == (None, None)
    assert record(story).outcome == Outcome.ABANDONED_WAITING


def test_variables_of_a_consultants_leg_are_not_the_calls() -> None:
    assert story_of(QUEUED + "14 | c101 | sets | LANGUAGE=kk\n" + GONE).language == "ru"


def test_a_language_known_only_at_the_end_came_before_the_queue() -> None:
    story = story_of(ARRIVAL + "29 | trunk | sets | QUEUED=13000\n29 | trunk | sets | LANGUAGE=ru\n" + GONE)
    assert (story.language, story.language_at) == ("ru", 13.0)


def test_the_present_is_seen_while_it_lasts() -> None:
    live = lived(told("9 | c101 | reach | yes\n9 | c102 | reach | no\n" + QUEUED + "14 | c101 | rings"))
    expected = CallNow(
        call_id="n1-10000-1",
        id=CALLER,
        channel="PJSIP/trunk-00000001",
        pii_caller="+77000000001",
        arrived_at=10.0,
        stage="",
        language="ru",
        queued_at=13.0,
        ringing=("c101",),
        talking_with=(),
        talking_since=None,
        held=False,
        survived=False,
    )
    assert view_of(live).calls == (expected,)
    talk = told("16 | c101 | joins\n16 | trunk | joins\n17 | c101 | holds")
    for event in talk:
        live.apply(event)
    talking = replace(expected, ringing=(), talking_with=("c101",), talking_since=16.0, held=True,
                      answered_at=16.0)  # fmt: skip
    assert view_of(live).calls == (talking,)
    live.apply(told("18 | c101 | holds | off")[0])
    assert view_of(live).calls == (replace(talking, held=False),)
    assert view_of(live).phones == (
        PhoneNow("c101", "reachable", in_call=False),
        PhoneNow("c102", "unreachable", in_call=False),
    )


RINGS = "10 | trunk | arrives | +77000000001\n14 | c101 | rings\n"


@pytest.mark.parametrize("order", ["holds answers trunk", "answers holds trunk", "trunk holds answers"])
def test_a_phone_that_holds_as_it_answers_holds_from_the_first_word(order: str) -> None:
    rows = {"holds": "16 | c101 | holds\n", "answers": "16 | c101 | joins\n", "trunk": "16 | trunk | joins\n"}
    live = lived(told(RINGS + "".join(rows[one] for one in order.split())))
    [call] = live.calls.values()
    assert (True, [("c101", 16.0, None)]) == (call.held, [(h.device, h.at, h.until) for h in call.holds])
    live.apply(told("20 | c101 | leaves")[0])
    assert (False, [("c101", 16.0, 20.0)]) == (call.held, [(h.device, h.at, h.until) for h in call.holds])


def test_a_hold_that_was_taken_back_before_the_conversation_is_none() -> None:
    early = "15 | c101 | holds\n15.5 | c101 | holds | off\n16 | c101 | joins\n16 | trunk | joins\n"
    live = lived(told(RINGS + early))
    [call] = live.calls.values()
    assert (False, []) == (call.held, call.holds)


def test_a_hold_of_the_operators_lasts_from_the_wait_into_the_conversation() -> None:
    """A consultant's ends with the conversation, the operator's when the caller comes back (0082)."""
    held = "  13.5 | trunk | holds |\n"
    talked = "  17.0 | c101 | holds |\n" + CONSULTANT_LEFT + "  21.0 | trunk | holds | off\n"
    story = story_of(QUEUED + held + TALKING.removeprefix(QUEUED) + talked + GONE)
    holds = [(one.party, one.at, one.until) for one in story.happened if one.kind == "hold"]
    assert [("caller", 13.5, 21.0), ("c101", 17.0, 20.0)] == holds


def test_a_call_past_the_engine_makes_a_phone_busy() -> None:
    live = lived(told("9 | c102 | arrives | 102"))
    assert view_of(live).phones == (PhoneNow("c102", None, in_call=True),)
    live.apply(told("10 | c102 | gone")[0])
    assert view_of(live).phones == ()


def test_survivals_queue_stops_ringing_a_member() -> None:
    live = lived(told(QUEUED + "14 | c101 | queue rings\n14 | c101 | rings\n22 | c101 | queue rings | off"))
    assert view_of(live).calls[0].ringing == ()


def test_events_of_unknown_calls_are_counted_and_dropped() -> None:
    live = lived(told("16 | c101 | joins\n20 | c101 | hangs up\n21 | trunk | gone"))
    assert (live.counters.unknown, live.counters.applied, list(live.ended())) == (3, 0, [])


def test_what_comes_after_the_end_is_no_second_call() -> None:
    live = lived(told(TALKING + GONE + TALKING + GONE))
    assert len(list(live.ended())) == 1
    assert live.counters.begun == 1
    assert not live.busy()


def test_a_late_birth_of_a_call_that_is_over_keeps_no_phone_busy() -> None:
    live = lived(told("10 | trunk | arrives\n14 | c101 | arrives\n20 | c101 | gone\n" + GONE))
    live.apply(told("14 | c101 | arrives")[0])
    assert live.busy() == frozenset()


def test_a_call_lost_with_asterisk_is_told_once_and_not_whole() -> None:
    live = lived(told(QUEUED))
    live.lose(frozenset(), 99.0)
    (story,) = live.ended()
    assert (story.outcome, story.ended_at, story.ended_by, story.whole) == ("failed", 99.0, None, False)


def test_a_conversation_lost_with_asterisk_was_a_conversation() -> None:
    live = lived(told(TALKING))
    live.lose(frozenset(), 99.0)
    (story,) = live.ended()
    assert (story.outcome, story.conversation_ended_at) == ("served", 99.0)


def test_the_story_becomes_the_journals_record() -> None:
    kept = record(story_of(TALKING + CONSULTANT_LEFT + "25 | trunk | gone"))
    assert isinstance(kept, CallRecord)
    (connection,) = kept.connections
    assert isinstance(connection, Connection)
    assert (connection.party, connection.answered_at.timestamp()) == ("c101", 16.1)
    assert kept.arrived_at.isoformat() == "1970-01-01T00:00:10+00:00"
