"""Numbers and theorems from the literature, each with its source."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.coalitional.allocation import Allocation
from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.coalitional.nucleolus.nucleoli import nucleolus, per_capita_nucleolus, prenucleolus, proportional_nucleolus
from negotiation.coalitional.shares.banzhaf import banzhaf
from negotiation.coalitional.shares.rules import scrb
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


SKANE = """
    A 21.95 H 17.08 K 10.91 L 15.88 M 20.81 T 21.98 AH 34.69 AK 32.86 AL 37.83 AM 42.76 AT 43.93 HK 22.96 HL 25.00 HM 37.89 HT 39.06 KL 26.79 KM 31.45
    KT 32.89 LM 31.10 LT 37.86 MT 39.41 AHK 40.74 AHL 43.22 AHM 55.50 AHT 56.67 AKL 48.74 AKM 53.40 AKT 54.84 ALM 53.05 ALT 59.81 AMT 61.36 HKL 27.26
    HKM 42.55 HKT 44.94 HLM 45.81 HLT 46.98 HMT 56.49 KLM 42.01 KLT 48.77 KMT 50.32 LMT 51.46 AHKL 48.95 AHKM 60.25 AHKT 62.72 AHLM 64.03 AHLT 65.20
    AHMT 74.10 AKLM 63.96 AKLT 70.72 AKMT 72.27 ALMT 73.41 HKLM 48.07 HKLT 49.24 HKMT 59.35 HLMT 64.41 KLMT 56.61 AHKLM 69.76 AHKLT 70.93 AHKMT 77.42
    AHLMT 83.00 AKLMT 73.97 HKLMT 66.46 AHKLMT 83.82"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (shapley, (20.01, 10.71, 6.61, 10.37, 16.94, 19.18)),
        (scrb, (19.54, 13.28, 5.62, 10.90, 16.66, 17.82)),
        (nucleolus, (20.35, 12.06, 5.00, 8.61, 18.32, 19.49)),
        (per_capita_nucleolus, (20.03, 12.52, 3.94, 9.07, 18.54, 19.71)),
        (proportional_nucleolus, (19.81, 12.57, 4.35, 9.25, 18.37, 19.47)),
    ],
)
def test_water_for_six_groups_of_towns_costs_each_what_was_published(rule: Callable[[CostGame], Allocation], expected: tuple[float, ...]) -> None:
    # H. P. Young, N. Okada, T. Hashimoto (1982), "Cost allocation in water resources development", million Swedish crowns
    words = SKANE.split()
    game = plain("AHKLMT", {coalition: float(cost) for coalition, cost in zip(words[::2], words[1::2], strict=True)})
    assert rule(game).charges == pytest.approx(expected, abs=0.01), "published to two decimals that add up"


def test_three_purposes_of_the_tennessee_dams_bear_what_was_published() -> None:
    # P. D. Straffin, J. P. Heaney (1981), "Game theory and the Tennessee Valley Authority", thousand dollars: navigation, floods, power
    game = plain("NFP", {"N": 163520, "F": 140826, "P": 250096, "NF": 301607, "NP": 378821, "FP": 367370, "NFP": 412584})
    assert shapley(game).charges == pytest.approx((117829, 100756.5, 193998.5))
    assert nucleolus(game).charges == pytest.approx((116234, 93540, 202810))


@pytest.mark.parametrize(("quota", "weights"), [(4, [3, 1, 1, 1, 1]), (4, [2, 2, 1, 1, 1]), (5, [3, 2, 2, 1, 1]), (6, [5, 1, 1, 1, 1, 1, 1])])
def test_votes_of_fair_councils_are_worth_their_weight(quota: float, weights: list[int]) -> None:
    # B. Peleg (1968), "On weights of constant-sum majority games": the nucleolus of a homogeneous one are its weights
    assert nucleolus(weighted_voting(quota, weights)).charges == pytest.approx(np.array(weights) / sum(weights))


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
