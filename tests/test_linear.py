"""Linear programs: statuses, prices, and programs that grow against programs built anew."""

import numpy as np
import pytest
from scipy.optimize import linprog

from negotiation.linear import Program, minimise


def test_there_is_none_is_an_answer() -> None:
    assert minimise([1.0], at_most=([[1.0]], [-1.0])).status == "infeasible"
    assert minimise([-1.0]).status == "unbounded"
    assert not minimise([1.0], at_most=([[1.0]], [-1.0]))


def test_prices_say_how_much_the_objective_falls() -> None:
    found = minimise([1.0, 2.0], at_most=([[-1.0, -1.0], [1.0, 0.0]], [-3.0, 1.0]))
    assert found.x == pytest.approx([1.0, 2.0])
    assert found.prices == pytest.approx([2.0, 1.0])
    eased = minimise([1.0, 2.0], at_most=([[-1.0, -1.0], [1.0, 0.0]], [-2.9, 1.0]))
    assert found.value - eased.value == pytest.approx(0.2)


@pytest.mark.parametrize("seed", range(12))
def test_a_program_that_grows_answers_as_one_built_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    objective = np.append(np.zeros(5), 1.0)
    program = Program(objective, None, tolerance=1e-10)
    program.add([[*np.ones(5), 0.0]], [1.0], equal=True)
    rows, right, free = np.empty((0, 6)), np.empty(0), set()
    for _ in range(6):
        new = np.column_stack([np.vstack([np.eye(5), rng.integers(0, 2, (4, 5))]), -np.ones(9)])
        bound = rng.uniform(0, 1, 9)
        numbers = program.add(new, bound)
        assert numbers == list(range(1 + len(rows), 10 + len(rows)))
        rows, right = np.vstack([rows, new]), np.append(right, bound)
        gone = rng.choice(np.arange(5, len(rows)), 2, replace=False).tolist()
        program.free([1 + k for k in gone])
        free |= set(gone)
        kept = [k for k in range(len(rows)) if k not in free]
        found = program.solve()
        expected = linprog(objective, rows[kept], right[kept], [[*np.ones(5), 0.0]], [1.0], bounds=[(None, None)] * 6)
        assert found.value == pytest.approx(expected.fun, abs=1e-8)
        assert found.prices[[1 + k for k in free]] == pytest.approx(0)
        assert np.all(rows[kept] @ found.x <= right[kept] + 1e-8)
        assert np.sum(found.prices[1:]) == pytest.approx(1)


def test_a_program_says_when_rows_leave_nothing_and_goes_on_without_them() -> None:
    program = Program([1.0], 0.0, 5.0)
    assert program.solve().value == 0
    bad = program.add([[-1.0]], [-6.0])
    assert program.solve().status == "infeasible"
    program.free(bad)
    program.add([[-1.0]], [-2.0])
    assert program.solve().value == pytest.approx(2)
