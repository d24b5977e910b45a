"""The runner's own choices: nothing is lost, heaps are alike, lines run side by side by CPU."""

import re
from dataclasses import replace
from pathlib import Path

from tests.__main__ import HERE, Ran, _named, few_failed, once_more, other_parts
from tests.schedule import (
    COSTS,
    DRILLS,
    LINES,
    TOGETHER,
    Costs,
    Part,
    dealt,
    keep_fast,
    keep_lines,
    line_part,
    line_parts,
    next_part,
    read_costs,
    share_a_line,
)


def part(name: str, seconds: float, cores: float) -> Part:
    return Part(name, (f"{name}.py",), seconds, cores)


def test_every_file_is_dealt_once_and_the_heaps_are_alike():
    costs = {"a": 9.0, "b": 5.0, "c": 4.0, "d": 1.0}
    heaps = dealt(["x/a.py", "x/b.py", "x/c.py", "x/d.py", "x/new.py"], costs, 2)
    assert ["x/a.py", "x/b.py", "x/c.py", "x/d.py", "x/new.py"] == sorted(
        file for heap in heaps for file in heap
    )
    assert [9.5, 10.0] == sorted(sum(costs.get(Path(file).stem, 0.5) for file in heap) for heap in heaps)


def test_no_heap_is_empty_where_cores_are_many():
    assert [("a.py",)] == dealt(["a.py"], {}, 8)


def test_the_longest_that_fits_beside_those_that_run_begins():
    waiting = [part("short", 10, 0.2), part("long", 90, 0.2), part("browser", 200, 1.0)]
    assert "browser" == next_part(waiting, [], 2).name
    assert "long" == next_part(waiting, [part("x", 60, 0.9)], 2).name
    assert next_part(waiting, [part("x", 60, 1.5)], 2) is None


def test_what_fits_nowhere_runs_alone():
    giant = part("giant", 100, 9.0)
    assert giant == next_part([giant], [], 2)
    assert next_part([giant], [part("x", 1, 0.1)], 2) is None


def test_a_line_that_starts_counts_for_what_a_start_takes_and_for_its_own_share_later():
    two, next_ = [part("one", 60, 0.2), part("two", 60, 0.2)], part("next", 60, 0.2)
    assert next_part([next_], two, 2, starting=two) is None
    assert next_ == next_part([next_], two, 2, starting=two[:1])


def test_the_slow_ring_takes_no_lines_place():
    slow = replace(part("slow ring", 600, 0.1), nice=10)
    running = [part(str(number), 60, 0.1) for number in range(LINES - 1)]
    assert next_part([part("one", 60, 0.1)], [slow, *running], 64) is not None
    assert next_part([part("one", 60, 0.1)], [slow, *running, part("x", 60, 0.1)], 64) is None


def test_costs_that_were_measured_are_kept_and_the_others_stay(tmp_path):
    file = tmp_path / "costs.json"
    file.write_text(COSTS.read_text())
    keep_lines({"test_rings": (61.4, 12.34), "a, b": (9.0, 2.0)}, file)
    before, after = read_costs(), read_costs(file)
    assert {**before.lines, "test_rings": (61, 12.3), "a, b": (9, 2.0)} == after.lines
    assert (before.fast, before.slow) == (after.fast, after.slow)


def test_no_more_lines_than_the_most_run_at_once_on_however_many_cores():
    running = [part(str(number), 60, 0.1) for number in range(LINES)]
    assert next_part([part("one", 60, 0.1)], running, 64) is None


def test_every_file_of_real_lines_is_a_part_and_the_slow_ring_misses_no_file():
    parts = other_parts()
    real = {str(file) for file in (HERE / "real").glob("test_*.py")}
    unit = {str(file) for file in (HERE / "unit").glob("test_*.py")}
    assert real | unit == {path for one in parts for path in one.paths}
    assert len(real) + len(unit) == sum(len(one.paths) for one in parts)


def test_the_kept_costs_can_be_read_and_a_file_that_is_gone_is_nobodys():
    kept = read_costs()
    assert kept.fast and kept.slow and kept.lines
    assert [("new.py",)] == dealt(["new.py"], {"gone": 9.0}, 2)


def test_a_line_that_was_never_measured_is_taken_for_a_dear_one():
    assert 0.2 < line_part([Path("test_new.py")], Costs()).cores < 1


def test_files_that_share_a_line_are_one_part_in_their_order_with_a_cost_of_their_own():
    costs = Costs(lines={"test_no_ack, test_srtp": (80.0, 20.0), "test_x": (50.0, 10.0)})
    files = [Path(f"{name}.py") for name in ("test_srtp", "test_x", "test_no_ack")]
    together, alone = line_parts(files, costs)
    assert ("test_no_ack.py", "test_srtp.py") == together.paths
    assert (80.0, 0.25) == (together.seconds, together.cores)
    assert (("test_x.py",), 50.0) == (alone.paths, alone.seconds)


def test_whoever_shares_a_line_has_no_line_of_its_own_and_is_in_one_group():
    every = [stem for group in TOGETHER for stem in group]
    assert len(every) == len(set(every))
    for stem in every:
        text = (HERE / "real" / f"{stem}.py").read_text()
        assert "RunningLine(" not in text, stem
        assert "line.stop()" not in text, stem


def test_files_of_drills_alone_have_no_other_test():
    for stem in DRILLS:
        marks = re.search(r"^pytestmark = (.*)$", (HERE / "real" / f"{stem}.py").read_text(), re.MULTILINE)
        assert marks and "pytest.mark.drill" in marks[1], stem


def test_a_line_is_shared_by_a_groups_files_alone():
    assert share_a_line(["tests/real/test_no_ack.py::test_a", "/x/tests/real/test_srtp.py"])
    assert not share_a_line(["tests/real/test_no_ack.py", "tests/real/test_rings.py"])
    assert not share_a_line(["tests/real"])


def test_of_unit_tests_the_few_that_failed_are_tried_again_and_of_a_line_its_file():
    output = "FAILED tests/unit/test_x.py::test_a - assert 1 == 2\n1 failed, 9 passed in 3 s\n"
    unit = Ran(part("fast ring 1/2", 60, 1), 1, output, 1.0, 1.0)
    assert ("tests/unit/test_x.py::test_a",) == once_more(unit).paths
    line = part("test_line", 60, 0.2)
    assert line == once_more(Ran(line, 1, output, 1.0, 1.0))
    assert once_more(Ran(unit.part, 1, output * 4, 1.0, 1.0)) is None


def test_an_error_before_any_test_is_no_few():
    assert () == few_failed("ERROR tests/unit/test_x.py - ImportError\n")


def test_new_costs_of_the_fast_ring_leave_all_others(tmp_path: Path):
    kept = tmp_path / "costs.json"
    kept.write_text(COSTS.read_text())
    keep_fast({"test_x": 1.5}, kept)
    assert replace(read_costs(), fast={"test_x": 1.5}) == read_costs(kept)


def test_a_heap_of_unit_tests_is_named_as_the_only_files_of_their_folder_and_lines_keep_their_order():
    unit = HERE / "unit"
    one, few = (f"{unit}/test_a.py",), (f"{unit}/test_a.py::test_x", f"{unit}/test_b.py::test_y")
    assert [one, few] == [_named(one), _named(few)]
    assert (str(unit), "--only=test_b.py", "--only=test_a.py") == _named(
        (f"{unit}/test_b.py", f"{unit}/test_a.py")
    )
    lines = (f"{HERE}/real/test_b.py", f"{HERE}/real/test_a.py")
    assert lines == _named(lines)
