from datetime import UTC, datetime, timedelta

from engine.operations.alarm_limit import LimitedAlarms


def test_the_same_alarm_is_raised_once_a_minute_and_another_at_once() -> None:
    raised: list[tuple[str, str]] = []
    at = datetime(2026, 11, 22, tzinfo=UTC)
    alarms = LimitedAlarms(lambda kind, about, _: raised.append((kind, about)), lambda: at)
    for seconds, kind in ((0, "late"), (59, "late"), (59, "lost"), (60, "late")):
        at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=seconds)
        alarms.raise_(kind, "c101")
    assert [("late", "c101"), ("lost", "c101"), ("late", "c101")] == raised
