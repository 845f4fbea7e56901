"""Numbers and theorems from the literature, each with its source."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.coalitional.nucleolus.nucleoli import nucleolus, per_capita_nucleolus, prenucleolus
from negotiation.coalitional.shares.banzhaf import banzhaf
from negotiation.coalitional.shares.shapley import shapley
from negotiation.coalitional.shares.tau import tau
from negotiation.errors import NotApplicableError

from .games import plain, weighted_voting


def depth_first(costs: Sequence[float], players: int, kind: str) -> CostGame:
    """Return the game whose coalitions are listed as 1, 12, 123, 13, 2, 23, 3."""
    table, left = np.zeros((2,) * players), iter(costs)

    def go(front: list[int]) -> None:
        for k in range(front[-1] + 1 if front else 0, players):
            row = [*front, k]
            table[tuple(int(j in row) for j in range(players))] = next(left)
            go(row)

    go([])
    return table_game("ABCDE"[:players], table, kind="cost" if kind == "cost" else "savings")


SAKAWA = [0.06, 0.378, 0.536, 0.906, 1, 0.573, 0.747, 0.874, 0.485, 0.144, 0.546, 0.634, 0.255, 0.408, 0.561, 0.182]
SAKAWA += [0.168, 0.337, 0.706, 0.801, 0.379, 0.538, 0.668, 0.279, 0.03, 0.383, 0.473, 0.083, 0.249, 0.386, 0]


@pytest.mark.parametrize(
    ("costs", "kind", "expected"),
    [
        ([46125, 69187.5, 90000, 53812.5, 17437.5, 30750, 5812.5], "savings", (52687.5, 24468.75, 12843.75)),  # J. Lemaire (1991), insurers
        ([8, 8, 10, 20, 19, 10, 20, 19, 1, 10, 13, 12, 10, 12, 11], "cost", (7.5, 0.5, 1.5, 10.5)),  # Hasan et al. (2011), broadcasting
        ([375144, 568232, 772500, 551055, 245280, 452411, 211239], "cost", (331695.25, 233051.25, 207753.5)),  # Oh and Shin (2012), manufacturing
        (SAKAWA, "savings", (0.165, 0.3205, 0.0845, 0.3745, 0.0555)),  # M. Sakawa et al. (2001), production and transport
    ],
)
def test_the_nucleolus_is_right_where_published_ones_were_wrong(costs: Sequence[float], kind: str, expected: tuple[float, ...]) -> None:
    # M. Guajardo, K. Jornsten (2015), "Common mistakes in computing the nucleolus", who give the right answers
    game = depth_first(costs, len(expected), kind)
    for rule in (nucleolus, prenucleolus):
        found = rule(game)
        assert found.evidence["exact"]
        assert found.charges == pytest.approx(expected)


def test_textbook_games_have_the_answers_of_the_textbooks() -> None:
    # T. S. Ferguson, "Game Theory", on coalitional games
    ferguson = plain("ABC", {"A": -1, "B": 0, "C": 1, "AB": 3, "AC": 4, "BC": 2, "ABC": 5}, "savings")
    assert nucleolus(ferguson).charges == pytest.approx((8 / 3, 2 / 3, 5 / 3))
    # B. Peleg, P. Sudholter (2007), example 5.5.12
    peleg = plain("ABC", {"A": 0, "B": 0, "C": 0, "AB": 10, "AC": 0, "BC": 0, "ABC": 2}, "savings")
    assert prenucleolus(peleg).charges == pytest.approx((3, 3, -4))
    assert nucleolus(peleg).charges == pytest.approx((1, 1, 0))
    # the four players of the manual of CoopGame (J. Staudacher, J. Anwander 2019)
    pairs = {"AB": 5, "AC": 5, "AD": 8, "BC": 9, "BD": 10, "CD": 8}
    four = plain("ABCD", {**dict.fromkeys("ABCD", 0.0), **pairs, "ABC": 13, "ABD": 15, "ACD": 16, "BCD": 17, "ABCD": 21}, "savings")
    assert nucleolus(four).charges == pytest.approx((3.5, 4.5, 5.5, 7.5))


def test_cost_per_head_is_as_published() -> None:
    # H. P. Young (1985), "Monotonic solutions of cooperative games", page 68: savings of 2/3, 7/6 and 61/6
    game = plain("ABC", {"A": 15, "B": 20, "C": 55, "AB": 35, "AC": 61, "BC": 65, "ABC": 78})
    assert game.alone - np.array(per_capita_nucleolus(game).charges) == pytest.approx((2 / 3, 7 / 6, 61 / 6))


def test_tau_is_as_published() -> None:
    # I. Stach (2011), "Tijs value"
    assert tau(plain("ABC", {"A": 0, "B": 0, "C": 0, "AB": 1, "AC": 2, "BC": 1, "ABC": 3}, "savings")).charges == pytest.approx((1.2, 0.6, 1.2))


def test_power_in_councils_is_as_published() -> None:
    # L. S. Shapley, M. Shubik (1954), page 791: 76 of 77 parts for the five permanent members of a council of eleven
    wins = np.zeros((6, 7))
    wins[5, 2:] = 1
    found = shapley(table_game(["permanent", "other"], wins, (5, 6), kind="savings"))
    assert found.class_charges == pytest.approx((76 / 77, 1 / 77))
    # J. F. Banzhaf (1965): three of the six votes in Nassau County's board of 1964 never counted
    nassau = banzhaf(weighted_voting(58, [31, 31, 28, 21, 2, 2])).charges
    assert nassau == pytest.approx((1 / 3, 1 / 3, 1 / 3, 0, 0, 0))


@given(st.integers(2, 5), st.integers(0, 10**6), st.sampled_from(["cost", "savings"]))
@settings(max_examples=40)
def test_no_two_members_have_more_against_each_other(n: int, seed: int, kind: str) -> None:
    # M. Maschler, B. Peleg, L. S. Shapley (1979): the prenucleolus lies in the prekernel, the nucleolus in the kernel
    table = np.random.default_rng(seed).integers(0, 20, (2,) * n).astype(float)
    table[(0,) * n] = 0
    game = table_game("ABCDE"[:n], table, kind="cost" if kind == "cost" else "savings")
    most = surplus(game, prenucleolus(game).charges)
    assert most == pytest.approx(most.T, abs=1e-9)
    try:
        charges = nucleolus(game).charges
    except NotApplicableError:
        return
    most = surplus(game, charges)
    alone = np.isclose(charges, game.alone, atol=1e-9)
    assert np.all((most <= most.T + 1e-9) | alone[None, :])


def surplus(game: CostGame, charges: Sequence[float]) -> np.ndarray:
    """Return the largest excess of a coalition with i and without j, for every pair; 0 on the diagonal."""
    n = len(charges)
    excess = (game.charged(charges) - game.costs) * game.sign
    found = np.zeros((n, n))
    for i, j in product(range(n), repeat=2):
        if i != j:
            found[i, j] = max(excess[row] for row in product((0, 1), repeat=n) if row[i] and not row[j])
    return found
