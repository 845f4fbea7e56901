"""The core, the kernel and the nucleolus as shapes, after M. Maschler, B. Peleg, L. S. Shapley (1979).

"Geometric properties of the kernel, nucleolus, and related solution concepts", Mathematics of Operations Research 4, 303-338. Its abstract
states the theorems that are tested here: what of the prekernel lies in the core depends on the core's shape alone; each pair of players
halves the way that the others leave them; in zero-monotonic games the nucleolus lies in the least core. All comparisons are of fractions.
"""

from fractions import Fraction
from itertools import combinations, product
from math import lcm
from operator import mul

import numpy as np
import pytest

from negotiation.coalitional.core.least import least_core, least_core_level
from negotiation.coalitional.core.vertices import core_vertices
from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.coalitional.nucleolus.nucleoli import nucleolus, prenucleolus

from .games import plain

Point = tuple[Fraction, ...]
Excesses = dict[tuple[int, ...], Fraction]
DENOMINATOR = 100_000
"""Largest denominator of a charge in these games of small whole numbers."""


def exactly(game: CostGame, charges: tuple[float, ...]) -> Point:
    """Return what a game of whole numbers shares, as fractions that add up."""
    found = tuple(Fraction(charge).limit_denominator(DENOMINATOR) for charge in charges)
    assert found == pytest.approx(charges, rel=1e-14, abs=1e-14)
    assert sum(found) == Fraction(game.total)
    return found


def excesses(game: CostGame, point: Point) -> Excesses:
    """Return what every coalition but nobody and everybody gets less than alone, in a game of savings."""
    unit = lcm(*(share.denominator for share in point))
    whole = [int(share * unit) for share in point]
    rows = [row for row in product((0, 1), repeat=len(point)) if 0 < sum(row) < len(point)]
    return {row: Fraction(float(game.costs[row])) - Fraction(sum(map(mul, row, whole)), unit) for row in rows}


def in_the_core(game: CostGame, point: Point) -> bool:
    return max(excesses(game, point).values()) <= 0


def surplus(found: Excesses, i: int, j: int) -> Fraction:
    """Return the best excess of a coalition with i and without j."""
    return max(excess for row, excess in found.items() if row[i] and not row[j])


def in_the_prekernel(game: CostGame, point: Point) -> bool:
    """Return whether of no two players one has a larger surplus over the other."""
    found = excesses(game, point)
    return all(surplus(found, i, j) == surplus(found, j, i) for i, j in combinations(range(len(point)), 2))


def farthest(found: Excesses, i: int, j: int) -> Fraction:
    """Return how much j can hand to i before the point leaves the core: by then some wall is met, and none is passed."""
    end = min(-excess for row, excess in found.items() if row[j] > row[i])
    assert max(excess + end * (row[j] - row[i]) for row, excess in found.items()) <= 0
    return end


def halves_every_way(game: CostGame, point: Point) -> bool:
    found = excesses(game, point)
    return all(farthest(found, i, j) == farthest(found, j, i) for i, j in combinations(range(len(point)), 2))


def balanced(n: int, seed: int) -> CostGame:
    """Return a game of whole numbers with a core: everybody's shares at some point, less what is drawn at random."""
    rng = np.random.default_rng(seed)
    shares, table = rng.integers(-3, 9, n), np.zeros((2,) * n)
    for row in product((0, 1), repeat=n):
        table[row] = int(np.dot(row, shares)) - (int(rng.integers(0, 7)) if 0 < sum(row) < n else 0)
    return table_game("ABCDE"[:n], table, kind="savings")


def zero_monotonic(n: int, seed: int) -> CostGame:
    """Return a game in which joining does no harm to anybody; every other one has so much for everybody that it has a core."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 12, (2,) * n).astype(float)
    table[(1,) * n] += (seed % 2) * 20
    for row in product((0, 1), repeat=n):
        joined = [tuple(entry - (k == j) for j, entry in enumerate(row)) for k in range(n) if row[k]]
        table[row] = max([table[row] if sum(row) > 1 else 0.0, *(table[less] for less in joined)]) if any(row) else 0.0
    return table_game("ABCDE"[:n], table, kind="savings")


def touched(game: CostGame) -> tuple[CostGame, CostGame]:
    """Return a game in units in which its corners are whole, and the one with its core in which every coalition's wall touches that."""
    corners = core_vertices(game).points
    unit = lcm(*(share.denominator for corner in corners for share in corner))
    table, n = np.zeros(game.shape), len(game.names)
    for row in product((0, 1), repeat=n):
        table[row] = float(unit * min(sum(share for here, share in zip(row, corner, strict=True) if here) for corner in corners))
    return table_game(game.names, unit * game.costs, kind="savings"), table_game(game.names, table, kind="savings")


@pytest.mark.parametrize(("n", "games"), [(3, 120), (4, 80), (5, 30)])
def test_the_nucleolus_halves_the_way_that_the_core_leaves_each_pair(n: int, games: int) -> None:
    for seed in range(games):
        game = balanced(n, seed)
        point = exactly(game, prenucleolus(game).charges)
        assert in_the_core(game, point)
        assert in_the_prekernel(game, point)
        assert halves_every_way(game, point), seed


@pytest.mark.parametrize("n", [3, 4])
def test_a_point_of_the_core_is_in_the_prekernel_exactly_where_it_halves_every_way(n: int) -> None:
    inside = outside = 0
    for seed in range(60):
        game = balanced(n, seed)
        corners = core_vertices(game).points
        middles = [tuple((a + b) / 2 for a, b in zip(one, other, strict=True)) for one, other in combinations(corners[:5], 2)]
        for point in (*corners[:5], *middles):
            halves = halves_every_way(game, point)
            assert halves == in_the_prekernel(game, point)
            inside, outside = inside + halves, outside + (not halves)
    assert min(inside, outside) > 10, "both kinds were seen"


@pytest.mark.parametrize(("n", "games"), [(3, 30), (4, 25), (5, 10)])
def test_what_of_the_prekernel_is_in_the_core_hangs_on_the_shape_of_the_core_alone(n: int, games: int) -> None:
    moved = 0
    for seed in range(games):
        game, tight = touched(balanced(n, seed))
        assert core_vertices(tight).points == core_vertices(game).points
        points = [exactly(one, prenucleolus(one).charges) for one in (game, tight)]
        assert all(in_the_prekernel(one, point) for one in (game, tight) for point in points), seed
        moved += not np.array_equal(game.costs, tight.costs)
    assert moved > games / 2, "walls that did not touch the core were moved"


@pytest.mark.parametrize(("n", "games"), [(3, 40), (4, 30), (5, 16)])
def test_where_joining_does_no_harm_the_nucleolus_lies_in_the_least_core(n: int, games: int) -> None:
    empty = 0
    for seed in range(games):
        game = zero_monotonic(n, seed)
        point = exactly(game, nucleolus(game).charges)
        assert point == exactly(game, prenucleolus(game).charges)
        worst = max(excesses(game, point).values())
        assert float(worst) == pytest.approx(least_core_level(game), abs=1e-7)
        empty += worst > 0
    assert 2 < empty < games - 2, "games with and without a core were seen"


@pytest.mark.parametrize("n", [3, 4])
def test_the_nucleolus_is_the_lexicographic_centre(n: int) -> None:
    rng = np.random.default_rng(n)
    for seed in range(60):
        game = balanced(n, seed)
        point = exactly(game, prenucleolus(game).charges)
        sorted_ones = sorted(excesses(game, point).values(), reverse=True)
        for size in (Fraction(1, 1000), Fraction(1, 3), Fraction(2)):
            moves = [Fraction(int(step)) * size for step in rng.integers(-3, 4, n - 1)]
            if any(moves):
                other = tuple(share + move for share, move in zip(point, (*moves, -sum(moves)), strict=True))
                assert sorted_ones < sorted(excesses(game, other).values(), reverse=True)


def four_players() -> CostGame:
    """Return the game whose core is a segment, with the nucleolus off its middle.

    The game goes under the three authors' names (also in M. Maschler's chapter "The bargaining set, kernel, and nucleolus" of the Handbook of
    Game Theory, 1992). It is quoted from memory, with no copy of the paper at hand; core, nucleolus and kernel below were worked out by hand.
    """
    pairs = {"12": 1, "23": 1, "34": 1, "14": 1, "13": 0.5, "24": 0}
    return plain("1234", {**dict.fromkeys("1234", 0.0), **pairs, **dict.fromkeys(("123", "124", "134", "234"), 1), "1234": 2}, "savings")


ENDS = ((Fraction(1, 4), Fraction(3, 4), Fraction(1, 4), Fraction(3, 4)), (Fraction(1), Fraction(0), Fraction(1), Fraction(0)))


def test_the_core_of_four_players_is_a_segment_and_the_nucleolus_is_not_its_middle() -> None:
    game = four_players()
    corners = core_vertices(game)
    assert (corners.points, corners.dimension) == (ENDS, 1)
    middle = tuple((a + b) / 2 for a, b in zip(*ENDS, strict=True))
    found = nucleolus(game)
    assert found.evidence["exact"]
    assert found.charges == prenucleolus(game).charges == (0.5, 0.5, 0.5, 0.5)
    assert found.charges != tuple(map(float, middle)) == (0.625, 0.375, 0.625, 0.375)
    assert least_core(game).level == 0.0, "the core is its own least core: no group can be left with something to spare"
    assert [level["excess"] for level in found.evidence["levels"]] == [0.0, 0.0, -0.5]


def test_all_of_the_segment_is_in_the_kernel() -> None:
    game = four_players()
    for tenths in range(-1, 12):
        point = tuple(a + Fraction(tenths, 10) * (b - a) for a, b in zip(*ENDS, strict=True))
        inside = 0 <= tenths <= 10
        assert in_the_core(game, point) == inside
        assert in_the_prekernel(game, point) or not inside


def test_the_same_core_with_walls_that_touch_it_has_its_middle_for_nucleolus() -> None:
    _, tight = touched(four_players())
    assert core_vertices(tight).points == tuple(tuple(4 * share for share in end) for end in ENDS)
    assert nucleolus(tight).charges == (2.5, 1.5, 2.5, 1.5)


def five_players() -> CostGame:
    """Return the game of page 317, in which groups of three small ones and two large ones earn 4 where their weights 1, 1, 1, 2, 2 add up to 4.

    As H. I. Meinhardt's notebook of the package TuGames quotes it, with its answers: nucleolus, a segment in the kernel, surpluses.
    """
    weights, table = (1, 1, 1, 2, 2), np.zeros((2,) * 5)
    for row in product((0, 1), repeat=5):
        table[row] = 7 if all(row) else 4 if np.dot(row, weights) == 4 else 0
    return table_game("12345", table, kind="savings")


PUBLISHED = (Fraction(1), Fraction(1), Fraction(1), Fraction(2), Fraction(2))


def test_five_players_have_the_nucleolus_that_was_published_and_no_other_point_in_the_core() -> None:
    game = five_players()
    assert nucleolus(game).charges == prenucleolus(game).charges == tuple(map(float, PUBLISHED))
    assert core_vertices(game).points == (PUBLISHED,)
    assert least_core(game).level == 0.0


def test_the_kernel_of_five_players_leaves_the_core_on_the_segment_that_was_published() -> None:
    game = five_players()
    for tenths in range(-3, 12):
        share = Fraction(tenths, 10)
        point = (share, share, share, (7 - 3 * share) / 2, (7 - 3 * share) / 2)
        assert in_the_prekernel(game, point) == (-2 <= tenths <= 10), "below 0 somebody gets less than alone: prekernel, not kernel"
        assert in_the_core(game, point) == (tenths == 10)
    # the published table of surpluses at (-3/10, -3/10, -3/10, 79/20, 79/20): 13/20 between the small ones, 9/10 against 13/20 with a large one
    beyond = (*[Fraction(-3, 10)] * 3, *[Fraction(79, 20)] * 2)
    found = excesses(game, beyond)
    assert [surplus(found, *pair) for pair in ((0, 1), (1, 0), (0, 3), (3, 0))] == [Fraction(13, 20), Fraction(13, 20), Fraction(9, 10), Fraction(13, 20)]
