"""The Shapley value of a cost game."""

from __future__ import annotations

from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame
from ..terms import NO_TERMS, Terms
from .sampling import sampled_shapley
from .semivalue import SHAPLEY, Averages, averages, countable


def shapley(game: CostGame, terms: Terms = NO_TERMS) -> Allocation:
    r"""Return the Shapley value, per member of each class.

    The average of what a member adds to the cost over all orders of joining. Members of a class are alike, so the sum runs
    over count vectors with hypergeometric weights:

    .. math:: x_k = \sum_s \frac{1}{n} \binom{n-1}{|s|}^{-1} \prod_j \binom{n_j - [j = k]}{s_j} \, (c(s + e_k) - c(s))

    Exact for tables (one pass: 24 players in some 30 ms) and for airport games of any size. Beyond tables, a cost of total use
    is read through its multilinear extension, to the accuracy that `evidence` states (1,000 firms in 6 classes in about a
    second); any other game is sampled, and the answer says that it is an estimate.

    Parameters
    ----------
    game : CostGame
        Costs or savings.
    terms : Terms
        Its seed and budget are for sampling.

    Returns
    -------
    Allocation

    References
    ----------
    L. S. Shapley (1953), "A value for n-person games".

    Examples
    --------
    >>> from negotiation.coalitional.plain import read_plain_game
    >>> game = read_plain_game({"players": ["A", "B"], "costs": [
    ...     {"coalition": ["A"], "cost": 7}, {"coalition": ["B"], "cost": 5}, {"coalition": ["A", "B"], "cost": 9}]})
    >>> shapley(game).charges
    (5.5, 3.5)
    """
    if not countable(game):
        return sampled_shapley(game, seed=terms.seed, budget=terms.budget)
    found = averages(game, SHAPLEY)
    return judge(game, "shapley", covering(game, found.values), note=_note(found), evidence=found.evidence)


def _note(found: Averages) -> str:
    accuracy = float(found.evidence.get("accuracy", 0.0))
    return f"Computed by quadrature, to about {accuracy:.0e} of the largest charge." if accuracy > 0 else ""
