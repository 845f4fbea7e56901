"""The selection table: textbook cases, ties, criteria that single out none."""

import json

import numpy as np
import pytest

from negotiation.lattice import Axis, Lattice
from negotiation.strategic.equilibrium import EquilibriumList
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.multiplayer import multiplayer_equilibria
from negotiation.strategic.mixed.selection import selection
from negotiation.strategic.mixed.symmetric import symmetric_equilibria

from .mixed_references import table_game


def table(*payoffs, actions=None):
    names = actions or [["a", "b"]] * len(payoffs)
    return selection(multiplayer_equilibria(Game.from_tables([np.array(p, dtype=float) for p in payoffs], actions=names)))


def test_in_the_stag_hunt_payoff_and_risk_dominance_disagree():
    hunt = table([[9, 0], [8, 7]], [[9, 8], [0, 7]])
    assert hunt.row("payoff_dominance").chosen == (0,)
    assert hunt.row("risk_dominance").chosen == (1,)
    assert hunt.row("welfare").chosen == (0,)
    assert hunt.row("entropy").chosen == (2,)
    assert "different ones" in hunt.sentence


def test_risk_dominance_is_the_larger_product_of_losses_also_where_players_differ():
    """Losses 4 and 3 at the first, 2 and 5 at the second: 12 against 10."""
    uneven = table([[4, 0], [0, 2]], [[3, 0], [0, 5]])
    assert uneven.row("risk_dominance").chosen == (0,)
    assert uneven.row("payoff_dominance").chosen == ()


def test_in_the_battle_of_the_sexes_the_fair_ones_tie_or_mix():
    battle = table([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert battle.row("payoff_dominance").chosen == ()
    assert battle.row("risk_dominance").chosen == ()
    assert battle.row("welfare").chosen == (0, 1)
    assert battle.row("smallest_payoff").chosen == (0, 1)
    assert battle.row("spread").chosen == (2,)
    assert battle.row("margin").chosen == (0, 1)
    assert "none" in battle.row("risk_dominance").sentence


def test_without_a_strict_equilibrium_risk_dominance_and_robustness_single_out_none():
    pennies = table([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    assert pennies.row("risk_dominance").chosen == ()
    assert pennies.row("margin").chosen == ()
    assert pennies.row("margin").sentence == "Most robust: none; no equilibrium is strict."
    assert pennies.row("payoff_dominance").chosen == (0,)


def test_among_many_members_the_threshold_decides_risk_dominance():
    """Joining pays the share of the other members who join: it beats staying at `outside` exactly when that is below a half."""
    for outside, expected in ((0.4, 1.0), (0.6, 0.0)):
        share = (np.arange(50, -1, -1) - 1) / 49
        game = Game(("firms",), (("join", "stay"),), Lattice((Axis(50, 2),)), ((share, np.full(51, outside)),))
        found = symmetric_equilibria(game)
        chosen = selection(found).row("risk_dominance").chosen
        assert [float(found.equilibria[k].mixture[0][0]) for k in chosen] == [expected]


def test_welfare_counts_every_member():
    lattice = Lattice((Axis(10, 2), Axis(1, 2)))
    agree = (lattice.column(0, 0) == 10) & (lattice.column(1, 0) == 1)
    other = (lattice.column(0, 1) == 10) & (lattice.column(1, 1) == 1)
    many = tuple(np.where(agree, 2.0, np.where(other, 1.0, 0.0)) for _ in range(2))
    one = tuple(np.where(agree, 1.0, np.where(other, 8.0, 0.0))[:, a : a + 1] for a in range(2))
    found = symmetric_equilibria(Game(("firms", "state"), (("x", "y"),) * 2, lattice, (many, one)))
    best = selection(found).row("welfare")
    assert best.value == 21
    assert found.equilibria[best.chosen[0]].mixture[1][0] == 1


def test_the_table_is_plain_data_and_says_when_the_list_is_not_complete():
    found = multiplayer_equilibria(table_game((2, 2, 2), 1))
    partial = EquilibriumList(found.game, found.equilibria, None, found.method, "no proof")
    data = selection(partial).as_dict()
    assert json.loads(json.dumps(data)) == data
    assert len(data["rows"]) == 7
    assert "as far as they are known" in data["sentence"]


def test_an_empty_list_has_no_rows():
    found = multiplayer_equilibria(table_game((2, 2), 1))
    empty = selection(EquilibriumList(found.game, (), True, "", ""))
    assert empty.rows == ()
    assert empty.sentence == "No equilibrium is listed, so there is none to select."


@pytest.mark.parametrize("seed", range(5))
def test_the_payoff_dominant_one_is_best_by_welfare_and_for_the_worst_off(seed):
    chosen = selection(multiplayer_equilibria(table_game((2, 2, 2, 2), seed)))
    for k in chosen.row("payoff_dominance").chosen:
        assert k in chosen.row("welfare").chosen
        assert k in chosen.row("smallest_payoff").chosen
