"""What consultants did from when to when: counted once, over restarts and midnight (decision 0051)."""

from dataclasses import replace

import pytest

from routing.dispatch.views import SeatView
from routing.live.consultant_times import Stint, Sum, Timesheet

DAY = 1_000_000.0  # a midnight
SEAT = SeatView("c101", ("kk",), "available", True, None, None, 0, False, None)


def day(*moments: tuple[float, str, dict]) -> Timesheet:
    """Seconds after midnight, state, what else of the seat."""
    sheet = Timesheet()
    for at, state, more in moments:
        sheet.look([replace(SEAT, state=state, **more)], DAY + at, 0.0)
    return sheet


def test_the_day_of_a_consultant_is_summed_by_the_published_formulas():
    sheet = day(
        (0, "off_shift", {}), (100, "available", {}), (200, "ringing", {"call": "a"}),
        (210, "talking", {"call": "a"}), (510, "wrap_up", {}), (540, "available", {}),
        (600, "paused", {"pause": "lunch"}), (900, "available", {}),
    )  # fmt: skip
    sums = sheet.sums("c101", DAY, DAY + 1000)
    assert sums.talked == Sum(300.0)
    assert sums.paused == Sum(300.0)
    assert sums.missed == 0
    assert sums.occupancy == pytest.approx(330 / 600)  # on shift 900 s, 300 of them paused


def test_what_goes_on_has_its_begin_so_that_a_page_can_tick():
    sheet = day((0, "talking", {"call": "a"}), (60, "talking", {"call": "b"}))
    assert sheet.sums("c101", DAY, DAY + 90).talked == Sum(60.0, DAY + 60)
    assert sheet.sums("c101", DAY, DAY + 90).talked.by(DAY + 90) == 90.0


def test_a_ring_nobody_answered_is_missed_and_a_withdrawn_one_is_not():
    sheet = day(
        (0, "available", {}), (10, "ringing", {"call": "a"}), (30, "passed_over", {"missed": 1}),
        (60, "available", {"missed": 1}), (70, "ringing", {"call": "b", "missed": 1}),
        (75, "available", {"missed": 1}), (80, "ringing", {"call": "c", "missed": 1}),
        (100, "passed_over", {"missed": 2}),
    )  # fmt: skip
    assert sheet.sums("c101", DAY, DAY + 200).missed == 2


def test_looking_again_tells_nothing_new():
    sheet = day((0, "available", {}))
    assert sheet.look([SEAT], DAY + 50, 0.0) == []


def test_a_state_begins_when_the_seat_says_so():
    sheet = Timesheet()
    [one] = sheet.look([replace(SEAT, since=7.0)], DAY + 50, DAY)
    assert one.began == DAY + 7.0


def test_a_restart_goes_on_with_the_state_it_finds_again():
    before = day((0, "available", {}), (10, "talking", {"call": "a"}))
    kept = [*before.today["c101"], before.open["c101"]]
    after = Timesheet()
    after.restore(kept)
    assert after.look([replace(SEAT, state="talking", call="a")], DAY + 60, 0.0) == []
    assert after.sums("c101", DAY, DAY + 60).talked == Sum(0.0, DAY + 10)


def test_a_restart_that_finds_another_state_ends_the_old_one():
    after = Timesheet()
    after.restore([Stint("c101", "talking", None, "a", DAY + 10)])
    ended, begun = after.look([SEAT], DAY + 60, 0.0)
    assert (ended.state, ended.ended, begun.state) == ("talking", DAY + 60, "available")


def test_one_left_open_by_a_crash_ends_where_the_next_began():
    sheet = Timesheet()
    sheet.restore(
        [Stint("c101", "paused", "lunch", None, DAY + 10), Stint("c101", "available", None, None, DAY + 40)]
    )
    assert sheet.sums("c101", DAY, DAY + 100).paused == Sum(30.0)


def test_what_is_loaded_late_comes_before_what_is_known():
    sheet = Timesheet()
    sheet.look([SEAT], DAY + 100, 0.0)
    sheet.restore([Stint("c101", "paused", "lunch", None, DAY + 10)])
    assert sheet.open["c101"].state == "available"
    assert sheet.sums("c101", DAY, DAY + 200).paused == Sum(90.0)


def test_only_the_part_after_midnight_counts():
    sheet = day((-600, "talking", {"call": "a"}), (60, "wrap_up", {}), (90, "talking", {"call": "b"}))
    sheet.turn(DAY)
    assert sheet.sums("c101", DAY, DAY + 100).talked == Sum(60.0, DAY + 90)


def test_a_period_of_the_past_is_cut_at_its_end():
    sheet = day((0, "talking", {"call": "a"}), (100, "available", {}))
    assert sheet.sums("c101", DAY, DAY + 40).talked == Sum(40.0)


def test_what_the_journal_has_from_this_very_run_is_not_counted_again():
    sheet = day((0, "talking", {"call": "a"}), (300, "available", {}))
    rows = [*sheet.today["c101"], sheet.open["c101"]]
    sheet.restore([Stint("c101", "paused", "lunch", None, DAY - 60), *rows])  # the database is back
    sums = sheet.sums("c101", DAY, DAY + 400)
    assert (sums.talked.seconds, sums.paused.seconds) == (300.0, 0.0)
    assert sheet.open["c101"].state == "available"


def test_a_consultant_who_is_removed_does_nothing_any_more():
    sheet = day((0, "paused", {"pause": "lunch"}))
    [over] = sheet.look([], DAY + 60, 0.0)
    assert (over.state, over.ended, sheet.open) == ("paused", DAY + 60, {})
    assert sheet.sums("c101", DAY, DAY + 500).paused == Sum(60.0)


def test_a_line_that_stood_still_for_hours_is_nobodys_work():
    sheet = Timesheet()
    sheet.restore(
        [
            Stint("c102", "talking", None, "b", DAY, DAY + 100),
            Stint("c101", "available", None, None, DAY + 50),
        ]
    )
    told = sheet.look([SEAT], DAY + 8 * 3600, 0.0)
    assert [(one.state, one.ended) for one in told] == [("available", DAY + 100), ("available", None)]
    assert sheet.open["c101"].began == DAY + 8 * 3600


def test_sums_are_the_same_however_often_they_are_asked_for():
    sheet = day((0, "talking", {"call": "a"}), (100, "available", {}))
    first = sheet.sums("c101", DAY, DAY + 150, DAY + 120)
    assert sheet.sums("c101", DAY, DAY + 155, DAY + 120) == first
    sheet.look([replace(SEAT, state="talking", call="b")], DAY + 160, 0.0)
    sheet.look([SEAT], DAY + 200, 0.0)
    assert sheet.sums("c101", DAY, DAY + 205, DAY + 180).talked.seconds == 140.0


def test_a_consultant_is_free_of_a_call_with_the_end_of_the_wrap_up_after_it():
    moments = (
        (0, "available", {}), (10, "talking", {"call": "a"}), (40, "reserved", {"call": "a"}),
        (60, "wrap_up", {}), (90, "available", {}), (100, "talking", {"call": "b"}), (130, "paused", {}),
        (140, "available", {}), (150, "talking", {"call": "c"}), (160, "talking", {"call": "d"}),
    )  # fmt: skip
    sheet, left = Timesheet(), []
    for at, state, more in moments:
        for one in sheet.look([replace(SEAT, state=state, **more)], DAY + at, 0.0):
            if one.ended is not None and (call := sheet.left(one)):
                left.append((call, one.ended - DAY))
    assert [("a", 90.0), ("b", 130.0), ("c", 160.0)] == left
