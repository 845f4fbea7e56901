"""The Banzhaf value of a cost game, scaled so that the charges cover the cost."""

from __future__ import annotations

import numpy as np

from ...errors import NotApplicableError
from ...numerics import ROUND_OFF, shown
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame
from .semivalue import BANZHAF, averages, countable


def banzhaf(game: CostGame) -> Allocation:
    r"""Return the normalised Banzhaf value, per member of each class.

    What a member adds to the cost, averaged over all coalitions of others with the same weight for each,

    .. math:: \beta_k = 2^{1-n} \sum_s \prod_j \binom{n_j - [j = k]}{s_j} \, (c(s + e_k) - c(s)), \quad
       x_k = c(N) \, \beta_k / \sum_j n_j \beta_j

    The values themselves do not add up to the cost in general; where they do not, the note says by how much they were scaled.
    They are in `evidence` as "raw".

    Raises
    ------
    NotApplicableError
        When the values add up to nothing, or to the wrong sign, so that no factor makes them cover the cost; when the game is
        beyond tables and its cost has no structure that helps.

    References
    ----------
    J. F. Banzhaf (1965), "Weighted voting doesn't work". G. Owen (1975), "Multilinear extensions and the Banzhaf value".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> found = banzhaf(table_game("ABC", np.array([0.0, 6.0, 6.0, 6.0, 6.0, 9.0, 9.0, 12.0])))
    >>> [round(charge, 4) for charge in found.charges], found.note
    ([5.1429, 3.4286, 3.4286], 'The Banzhaf values add up to 10.5; they were scaled to cover 12.')
    """
    if not countable(game):
        message = f"{game.size:.3g} coalitions are too many for the Banzhaf value"
        raise NotApplicableError(message, "use shapley, which can be sampled, or join members that are alike")
    found = averages(game, BANZHAF)
    sum_of_all = float(found.values @ np.array(game.members))
    tolerance = ROUND_OFF * game.scale
    if abs(game.total) > tolerance and sum_of_all * np.sign(game.total) <= tolerance:
        raise NotApplicableError(f"the Banzhaf values add up to {shown(sum_of_all)}, which no factor turns into {shown(game.total)}", "use shapley")
    factor = game.total / sum_of_all if abs(game.total) > tolerance else 0.0
    note = f"The Banzhaf values add up to {shown(sum_of_all)}; they were scaled to cover {shown(game.total)}."
    note = note if abs(sum_of_all - game.total) > tolerance else ""
    evidence = {"raw": dict(zip(game.names, found.values.tolist(), strict=True)), "raw_total": sum_of_all, **found.evidence}
    return judge(game, "banzhaf", covering(game, factor * found.values), note=note, evidence=evidence)
