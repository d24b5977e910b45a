"""The bench beside its kept table, with invented figures: what is worse is named, and nothing else is."""

import json

import pytest

from bench import __main__ as bench
from bench import compare
from bench.compare import KeptRow, gone, merged, twice_worse, worse
from bench.table import better, bound, costs


def more(ratio: float, what: str = "rows written") -> KeptRow:
    return KeptRow("Journal", what, "a row each", ratio, True)


def less(ratio: float) -> KeptRow:
    return KeptRow("Sealing", "CPU", "sox", ratio, False)


def test_a_ratio_that_fell_by_a_tenth_is_worse_and_one_that_fell_by_less_is_not():
    assert [30.0 / 14.7] == [one.times for one in worse([more(30.0)], [more(14.7)])]
    assert [] == worse([more(30.0)], [more(27.5)])
    assert [] == worse([more(30.0)], [more(60.0)])


def test_where_less_is_better_a_ratio_that_rose_is_worse():
    assert [1.25] == [one.times for one in worse([less(2.0)], [less(2.5)])]
    assert [] == worse([less(2.0)], [less(2.1)])
    assert [] == worse([less(2.0)], [less(1.0)])


def test_the_worst_stands_first_and_what_only_one_table_has_is_nobodys():
    before = [more(10), more(10, "other"), more(10, "gone")]
    now = [more(8), more(5, "other"), more(1, "new")]
    assert ["other", "rows written"] == [one.now.what for one in worse(before, now)]


def test_only_what_is_worse_in_both_runs_is_called_worse_by_the_better_of_them():
    first = worse([more(30), more(10, "other")], [more(15), more(5, "other")])
    told = twice_worse(first, [more(20), more(9.9, "other")])
    assert [("rows written", 1.5)] == [(one.now.what, one.times) for one in told]


def test_a_figure_that_is_no_more_is_told_where_its_part_ran():
    assert ["Journal, rows written, a row each"] == gone([more(1), less(1)], [], ["Journal"])
    assert [] == gone([more(1), less(1)], [more(9)], ["Journal"])


def test_parts_that_did_not_run_are_kept_as_they_were():
    assert [less(2), more(9)] == merged([less(2), more(30), more(3, "gone")], [more(9)], ["Journal"])


def test_a_figure_alone_is_never_compared():
    rows = [
        bound("p99", "ms", 3, most=5),
        better("calls", "1/s", 4, "x", 2, more=True),
        costs("c", "s", 3, "x", 2),
    ]
    found = compare.ratios([("part", rows)])
    assert [("calls", 2.0, True), ("c", 1.5, False)] == [(one.what, one.ratio, one.more) for one in found]


def test_what_is_kept_is_read_again(tmp_path):
    compare.keep([more(30.11), less(2)], "2026-11-28", "two cores", tmp_path / "last.json")
    assert [more(30.11), less(2)] == compare.read(tmp_path / "last.json")


def test_the_table_in_the_repository_can_be_read_and_names_parts_that_there_are():
    kept = compare.read()
    assert {one.heading for one in kept} <= {heading for heading, *_ in bench.PARTS.values()}
    assert len(kept) == len({one.key for one in kept})


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """`python -m bench journal` with these figures of its runs beside a table with 30: code, words, table."""
    last = tmp_path / "last.json"
    compare.keep([KeptRow("Journal", "rows", "each", 30.0, True)], "", "", last)

    def go(*figures: float | None, options: tuple[str, ...] = ()):
        left = list(figures)

        def part():
            figure = left.pop(0)
            if figure is None:
                raise OSError("no disk")
            return [better("rows", "1/s", figure, "each", 1.0, least=2, more=True)]

        monkeypatch.setattr(bench, "PARTS", {"journal": ("Journal", part, part)})
        monkeypatch.setattr("sys.argv", ["bench", "journal", *options])
        code = bench.main(last)
        assert [] == left
        return code, capsys.readouterr(), last

    return go


def test_an_equal_table_ends_with_0_after_one_run(run):
    assert 0 == run(29.0)[0]


def test_worse_in_both_runs_ends_with_3_and_is_named(run):
    code, said, _ = run(14.7, 15.0)
    assert 3 == code
    assert "worse by 100 %: Journal, rows beside each: ratio 30.00 before, 15.00 now" in said.err


def test_worse_in_one_run_of_two_was_the_machine(run):
    code, said, _ = run(14.7, 29.0)
    assert (0, False) == (code, "worse by" in said.err)
    assert "once more before it is called so: Journal" in said.err


def test_a_missed_target_is_the_graver_word(run):
    code, said, _ = run(1.5, 1.5)
    assert (1, True, True) == (code, "missed: rows" in said.err, "worse by" in said.err)


def test_a_second_run_that_fails_clears_nothing(run):
    code, said, _ = run(14.7, None)
    assert (3, True) == (code, "its first alone counts" in said.err)


def test_smaller_samples_are_not_compared(run):
    assert 0 == run(14.7, options=("--quick",))[0]


def test_what_got_worse_stands_in_the_json_too(run):
    _, said, _ = run(14.7, 15.0, options=("--json",))
    assert 1 == len(json.loads(said.out)["worse"])


def test_a_table_is_kept_only_when_asked(run):
    _, _, last = run(40.0)
    assert [30.0] == [one.ratio for one in compare.read(last)]
    _, _, last = run(40.0, options=("--keep",))
    assert [40.0] == [one.ratio for one in compare.read(last)]
