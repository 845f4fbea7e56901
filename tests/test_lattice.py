"""The lattice of count profiles."""

from itertools import product
from math import comb

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from negotiation.lattice import Axis, Lattice, compositions


@given(st.integers(1, 7), st.integers(1, 4))
def test_an_axis_holds_every_count_vector_once_in_falling_order(members: int, actions: int) -> None:
    rows = compositions(members, actions).tolist()
    expected = sorted((list(v) for v in product(range(members + 1), repeat=actions) if sum(v) == members), reverse=True)
    assert rows == expected
    assert len(rows) == comb(members + actions - 1, actions - 1) == Axis(members, actions).size


@given(st.integers(1, 9), st.integers(1, 4))
def test_a_count_vector_leads_back_to_its_row(members: int, actions: int) -> None:
    axis = Axis(members, actions)
    assert [axis.row(row) for row in axis.counts] == list(range(axis.size))


@given(st.integers(1, 6), st.integers(2, 4), st.data())
def test_a_shift_moves_one_member(members: int, actions: int, data: st.DataObject) -> None:
    axis = Axis(members, actions)
    a, b = data.draw(st.sampled_from(axis.moves))
    for row, later in enumerate(axis.shift(a, b)):
        if axis.counts[row, a] == 0:
            assert later == -1
        else:
            assert (axis.counts[later] - axis.counts[row]).tolist() == [(k == b) - (k == a) for k in range(actions)]


def test_a_single_member_at_action_a_stands_in_row_a() -> None:
    assert np.array_equal(Axis(1, 4).counts, np.eye(4))


def test_a_committed_stakeholder_has_one_row_and_no_moves() -> None:
    axis = Axis(5, 3, committed=1)
    assert axis.counts.tolist() == [[0, 5, 0]]
    assert axis.moves == ()
    assert Lattice((axis, Axis(2, 2))).shape == (1, 3)
