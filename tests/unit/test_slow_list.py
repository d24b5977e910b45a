"""Which tests leave the fast ring: the dearest, all cases of a function together, and never a guard."""

from tests.slow_list import costs_in, function_of, slow_of


def test_all_cases_of_a_function_count_together():
    lines = ["0.5 test_a.py::test_x\n", "0.25 test_a.py::test_x\n", "0.1 test_b.py::test_y\n"]
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
