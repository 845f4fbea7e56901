"""Correlated equilibria against HiGHS on the same linear program."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from bench.measure import HEADER, Measurement, median_time
from negotiation.strategic.criteria.correlated import correlated_equilibrium
from negotiation.strategic.criteria.obedience import Obedience, obedience
from negotiation.strategic.criteria.welfare import welfare
from negotiation.strategic.game import Game

SIZES = ((2, 8), (2, 20), (2, 40), (3, 12), (4, 6), (6, 4), (8, 3), (10, 2), (14, 2))


def random_game(players: int, actions: int, seed: int = 1) -> Game:
    """Return an ordinary game with normally distributed payoffs."""
    rng = np.random.default_rng(seed)
    return Game.from_tables([rng.normal(size=(actions,) * players) for _ in range(players)])


def dilemma(players: int, actions: int, seed: int = 1) -> Game:
    """Return a game of contributions to a public good, with a little noise: nobody wants to contribute."""
    rng = np.random.default_rng(seed)
    given = actions - 1 - np.indices((actions,) * players)
    return Game.from_tables([0.6 * given.sum(axis=0) - given[i] + 0.05 * rng.normal(size=given.shape[1:]) for i in range(players)])


def highs(conditions: Obedience, gain: np.ndarray) -> float:
    """Solve the whole program with HiGHS directly."""
    matrix = sparse.vstack([conditions.matrix, np.ones((1, len(gain)))]).tocsc()
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = matrix.shape[1], matrix.shape[0]
    program.col_cost_, program.col_lower_, program.col_upper_ = -gain, np.zeros(len(gain)), np.full(len(gain), np.inf)
    program.row_lower_ = np.append(np.full(matrix.shape[0] - 1, -np.inf), 1.0)
    program.row_upper_ = np.append(np.zeros(matrix.shape[0] - 1), 1.0)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(program)
    solver.run()
    return -float(solver.getInfo().objective_function_value)


def measurements() -> list[Measurement]:
    """Measure the best and the worst device; ours includes building and checking, HiGHS has its matrix given."""
    result = []
    for players, actions in SIZES:
        for kind, make in (("random", random_game), ("public good", dilemma)):
            game = make(players, actions)
            conditions, total = obedience(game), welfare(game).ravel()
            for objective, sign in (("welfare", 1.0), ("worst", -1.0)):
                ours = median_time(lambda game=game, objective=objective: correlated_equilibrium(game, objective), 3)
                peer = median_time(lambda conditions=conditions, gain=sign * total: highs(conditions, gain), 3)
                gap = abs(correlated_equilibrium(game, objective).value - sign * highs(conditions, sign * total))
                task = f"correlated, {objective}, {kind}, {players} players x {actions} actions"
                result.append(Measurement(task, ours, peer, "HiGHS", f"values differ by {gap:.1g}"))
    return result


if __name__ == "__main__":
    print("\n".join([HEADER, *(line.row() for line in measurements())]))
