"""The bench itself: it runs, and its figures stand in the right order, with bounds no slow machine meets."""

import pytest

from bench import agi_servers, ami_events, dispatcher, free_to_ring, full_house, journal, menu_calls, sealing
from bench.free_to_ring import Depth
from bench.full_house import Cost
from bench.menu_calls import Leg
from bench.sipp import Outcome
from bench.table import Row, better, bound, costs, print_json, print_table
from lab.sip import Request, Response
from lab.wire import Seen

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pyst2's own


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    assert 4.0 == better("x", "1/s", 8, "theirs", 2, more=True).ratio
    assert 4.0 == better("x", "ms", 2, "theirs", 8, more=False).ratio
    assert [True, False] == [better("x", "ms", 2, "", 8, least=least, more=False).holds for least in (4, 5)]


def test_a_cost_says_how_many_times_theirs_ours_is() -> None:
    assert [True, False] == [costs("x", "ms", 3, "theirs", 2, most=most).holds for most in (1.6, 1.4)]


def test_a_figure_without_a_target_neither_passes_nor_fails() -> None:
    assert bound("x", "ms", 2).holds is None
    assert better("x", "ms", 2, "", 8, more=False).holds is None


def test_the_table_shows_each_row_with_its_alternative_and_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(
        [("part", [bound("ring", "ms", 60, most=50), better("calls", "1/s", 8, "other", 2, more=True)])]
    )
    out = capsys.readouterr().out
    assert "FAIL" in out
    assert "other" in out
    assert "4.00" in out


def test_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([("part", [bound("ring", "ms", 60, most=50)])], machine="here")
    assert '"holds": false' in capsys.readouterr().out


@pytest.mark.slow
def test_our_fastagi_server_is_not_ten_times_slower_than_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agi_servers, "SECONDS", 0.1)
    monkeypatch.setattr(agi_servers, "ROUNDS", 2)
    assert [] == far_off(agi_servers.run(), 10)


@pytest.mark.slow
def test_our_reader_of_manager_events_is_not_ten_times_slower_than_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ami_events, "MANY", 500)
    monkeypatch.setattr(ami_events, "FEW", 20)
    assert [] == far_off(ami_events.run(), 10)


def test_the_dispatcher_decides_within_ten_milliseconds_in_a_full_house() -> None:
    assert [] == far_off(dispatcher.run(200), 10)


@pytest.mark.slow
def test_the_journal_writes_faster_in_batches() -> None:
    assert [] == far_off(journal.run(400), 10)


def test_a_gap_counts_from_the_bye_confirmed_to_the_next_invite_while_callers_wait() -> None:
    depth = Depth([(0.0, 9), (1.0, 9), (2.0, 9), (3.0, 1), (4.0, 1)])
    trace = [
        seen(0.5, "200 BYE"),
        seen(0.52, "INVITE"),
        seen(1.0, "BYE", outgoing=True),
        seen(1.01, "200 BYE"),
        seen(1.03, "INVITE"),
        seen(1.04, "INVITE"),  # repeated
        seen(3.5, "200 BYE"),
        seen(9.0, "INVITE"),  # nobody waited
    ]
    assert [20, 20] == [round(gap) for gap in free_to_ring.gaps(trace, depth)]


def test_menu_rows_hold_every_way_beside_ours() -> None:
    legs = {
        name: [Leg(Outcome(100, 0, 0, 1.0, ""), cost, 1.0)]
        for name, cost in zip(menu_calls.NUMBERS, (12.0, 10.0, 9.0, 12.0, 12.0, 15.0), strict=True)
    }
    rows = menu_calls.rows(legs)
    assert set(menu_calls.NUMBERS) - {menu_calls.OURS} <= {row.beside for row in rows}
    assert [1.2] == [row.ratio for row in rows if row.beside == "pure dialplan" and "Asterisk's" in row.what]
    assert [] == [row for row in rows if row.holds is False]


def test_more_retransmissions_than_pure_dialplan_are_a_failure() -> None:
    legs = {
        name: [Leg(Outcome(100, 0, again, 1.0, ""), 10.0, 1.0)]
        for name, again in (("ivr111", 1), ("pure dialplan", 0))
    }
    assert ["retransmissions at 20 a second"] == [
        row.what for row in menu_calls.rows(legs) if row.holds is False
    ]


def test_a_full_house_is_judged_by_the_queues_own_work_and_shown_as_it_is() -> None:
    costs = {
        full_house.OURS: Cost(0.2, 0.0),
        full_house.QUEUE: Cost(0.3, 0.0),
        full_house.IDLE: Cost(0.01, 0.0),
        full_house.SILENT_OURS: Cost(0.01, 0.01),
        full_house.SILENT_QUEUE: Cost(0.51, 0.0),
    }
    rows = full_house.rows(200, costs)
    assert [None, None, True, None, None] == [row.holds for row in rows]
    assert [1.5, 25.5, 50.0] == [round(row.ratio, 6) for row in rows if row.ratio]


def test_every_other_server_gets_a_number_and_a_context() -> None:
    text = menu_calls.contexts({"panoramisk": 4001})
    assert "exten => 203,1,Goto(bench-203,s,1)" in text
    assert "AGI(agi://127.0.0.1:4001/menu)" in text


def far_off(rows: list[Row], times: float) -> list[str]:
    """Rows that miss their target by more than so many times; a ratio must at least not turn round so far."""
    off = []
    for row in rows:
        if not row.target:
            continue
        wanted = float(row.target.split()[1])
        measured = row.ratio if row.ratio is not None else row.ours
        if measured * times < wanted if row.target.startswith(">=") else measured > wanted * times:
            off.append(f"{row.what}: {measured} where {row.target} is wanted")
    return off


def seen(at: float, what: str, *, outgoing: bool = False) -> Seen:
    status, _, method = what.rpartition(" ")
    headers = (("CSeq", f"1 {method}"),)
    if status:
        return Seen(at, outgoing, Response(int(status), "OK", headers, b""))
    return Seen(at, outgoing, Request(method, "sip:c101@127.0.0.3", headers, b""))


@pytest.mark.slow
def test_sealing_costs_at_most_ten_times_its_target_beside_sox_and_gpg() -> None:
    found = sealing.measure(60.0)
    ours, theirs = found["ours"], found["sox + gpg"]
    assert 0 < ours.cpu < 30 * theirs.cpu
    assert ours.size < 1.1 * theirs.size
