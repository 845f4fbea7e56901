"""Elimination of the two largest supports: its polynomials, the cells it leaves, the solutions it proves, against plain subdivision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import unlimited
from negotiation.strategic.mixed.cells import whole
from negotiation.strategic.mixed.eliminants import minors, plan, polynomials
from negotiation.strategic.mixed.elimination import eliminated
from negotiation.strategic.mixed.frames import frame
from negotiation.strategic.mixed.indifference import basis
from negotiation.strategic.mixed.subdivision import subdivide

SIZES = [(2, 2), (2, 2, 2), (3, 2, 2), (3, 3, 2), (4, 3, 2), (4, 4, 2), (3, 3, 3), (2, 2, 2, 2), (3, 3, 2, 2)]


def multilinear(sizes, rng, systems, draw=None):
    """Return the frame of supports without other actions, and payoff differences that depend on the others' mixtures only."""
    constants = frame(sizes, sizes, tuple(tuple(int(i != j) for j in range(len(sizes))) for i in range(len(sizes))))
    rows = []
    for i, size in enumerate(sizes):
        shape = (systems, size - 1, *(1 if j == i else k for j, k in enumerate(sizes)))
        row = rng.uniform(-1, 1, shape) if draw is None else draw(shape)
        rows.append(np.broadcast_to(row, (systems, size - 1, *sizes)).reshape(systems, size - 1, -1))
    return constants, np.concatenate(rows, axis=1)


def solved(constants, cells):
    """Return systems and mixtures of all solutions, rounded, and whether nothing was left open."""
    found = subdivide(constants, cells, unlimited(), 100_000)
    points = {(int(k), tuple(np.round(row, 6) + 0.0)) for owner, parts in found.solutions for k, row in zip(owner, np.concatenate(parts, axis=1), strict=True)}
    return points, set(found.singular), found.finished


@pytest.mark.parametrize("sizes", SIZES)
def test_the_cells_and_solutions_of_elimination_hold_every_solution_that_subdivision_finds(sizes):
    constants, table = multilinear(sizes, np.random.default_rng(len(sizes) * 10 + sum(sizes)), 40)
    cells = whole(constants, table)
    expected, _, finished = solved(constants, cells)
    left, proven = eliminated(constants, cells)
    again, _, also = solved(constants, left)
    assert finished
    assert also
    between = [(held.owner[k], held.low[k], held.high[k]) for held in proven for k in range(len(held.owner))]
    for k, row in expected:
        inside = [owner == k and (np.array(row) > low - 1e-5).all() and (np.array(row) < high + 1e-5).all() for owner, low, high in between]
        assert (k, row) in again or sum(inside) == 1
    assert len(again) + len(between) >= len(expected)
    assert expected


@given(st.sampled_from(SIZES[1:]), st.integers(0, 10**6))
@settings(max_examples=30)
def test_degenerate_systems_lose_no_solution_to_elimination(sizes, seed):
    rng = np.random.default_rng(seed)
    constants, table = multilinear(sizes, rng, 3, lambda shape: rng.integers(-1, 2, shape) / 2)
    cells = whole(constants, table)
    left, proven = eliminated(constants, cells)
    kept = {int(k) for k in left.owner} | {int(k) for held in proven for k in held.owner}
    found, singular, _ = solved(constants, cells)
    assert {k for k, _ in found} | singular <= kept


@pytest.mark.parametrize("sizes", SIZES[1:])
def test_the_polynomials_vanish_at_solutions_and_follow_the_mixtures(sizes):
    rng = np.random.default_rng(7)
    constants, table = multilinear(sizes, rng, 1)
    point = [rng.dirichlet(np.full(k, 4.0)) for k in sizes]
    weights = point[0]
    for row in point[1:]:
        weights = np.multiply.outer(weights, row).ravel()
    table = table - (table @ weights)[..., None]  # every difference is now zero at the point
    how = plan(sizes, True)
    coefficients, (vanishing, first, second) = polynomials(constants, table, how)
    degree = max(2 * (sizes[1] - 1) + (len(sizes) > 3), sizes[1])
    values = coefficients[0] @ bernstein_at(degree, point[2:])
    assert np.abs(values[vanishing]).max() < how.round_off
    for group, mixture in ((first, point[0]), (second, point[1])):
        assert np.allclose(values[group] / values[group].sum(), mixture)


def bernstein_at(degree, mixtures):
    weights = np.ones(1)
    for row in mixtures:
        weights = np.multiply.outer(weights, basis(degree, row[None])[0][0]).ravel()
    return weights


@pytest.mark.parametrize("size", [2, 3, 4])
def test_minors_are_orthogonal_to_all_rows(size):
    matrix = np.random.default_rng(size).normal(size=(2, size - 1, size, 5))
    vector = minors(matrix)
    assert np.allclose(np.einsum("bijn,bjn->bin", matrix, vector), 0)
    assert np.abs(vector).max() > 0.1


def test_shapes_with_too_many_unknowns_are_left_to_subdivision():
    assert plan((2, 2, 2, 2, 2), True) is None
    assert plan((3, 3, 3, 2), False) is None
    constants, table = multilinear((2, 2, 2, 2, 2), np.random.default_rng(1), 2)
    left, proven = eliminated(constants, whole(constants, table))
    assert len(left) == 2
    assert not proven
