"""Which tests leave the fast ring: the dearest, all cases of a function together, and never a guard."""

from tests.slow_list import by_file, costs_in, function_of, slow_of


def test_all_cases_of_a_function_count_together():
    lines = ["0.5 1.0 test_a.py::test_x\n", "0.25 9.0 test_a.py::test_x\n", "0.1 0.1 test_b.py::test_y\n"]
    assert {"test_a.py::test_x": 0.75, "test_b.py::test_y": 0.1} == costs_in(lines)


def test_a_function_is_named_without_its_cases_whatever_they_hold():
    assert "test_a.py::test_x" == function_of("tests/unit/test_a.py::test_x[a b-/c[1]\n]")


def test_the_dearest_leave_until_the_rest_is_within_the_budget():
    costs = {"test_a.py::one": 1.0, "test_b.py::two": 2.0, "test_c.py::three": 3.0}
    assert [] == slow_of(costs, 6.0)
    assert ["test_c.py::three"] == slow_of(costs, 5.9)
    assert ["test_b.py::two", "test_c.py::three"] == slow_of(costs, 2.9)


def test_the_guards_of_each_commit_stay_whatever_they_cost():
    costs = {"test_architecture.py::rule": 5.0, "test_b.py::two": 2.0}
    assert ["test_b.py::two"] == slow_of(costs, 6.0)


def test_a_file_costs_what_its_fast_tests_compute_and_half_of_what_they_wait():
    lines = [
        "1.0 3.0 test_a.py::x\n",
        "0.5 0.4 test_a.py::y\n",
        "9.0 9.0 test_a.py::z\n",
        "0 0 test_b.py::x\n",
    ]
    assert {"test_a": 2.5, "test_b": 0.1} == by_file(lines, ["test_a.py::z"])
