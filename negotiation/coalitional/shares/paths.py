"""Charges by following the cost on its way from nobody to everybody: serial cost sharing, Aumann-Shapley prices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ...errors import NotApplicableError, listed
from ...numerics import ROUND_OFF, Array, shown
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame
from ..costs import CostFunction, OfTotalUse
from ..exact import common_unit
from .diagonal import marginal_costs
from .semivalue import without_top

OUTSIDE = " What comes from outside lowers all charges by the same share."


def serial(game: CostGame) -> Allocation:
    r"""Return serial cost sharing: every step of use is shared equally by those who use at least that much.

    With uses :math:`q_1 \le q_2 \le \dots \le q_n` of single members,

    .. math:: x_k = \sum_{j \le k} \frac{C(q^j) - C(q^{j-1})}{n - j + 1}, \quad
       q^j = \big(\min(q_1, q_j), \dots, \min(q_n, q_j)\big)

    What a small user pays does not depend on how much larger the large ones are. For a cost of total use this is exact; for another
    formula a member of class l counts as the share :math:`\min(q_l, q) / q_l` of itself on the way, and the cost along that way is
    shared. An amount that only everybody together gets from outside lowers all charges by the same share.

    Raises
    ------
    NotApplicableError
        When the cost has no meaning between whole members (tables), or uses do not order the members.

    References
    ----------
    H. Moulin, S. Shenker (1992), "Serial cost sharing".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> classes = (MemberClass("small", 2, use=1.0), MemberClass("large", 1, use=4.0))
    >>> serial(CostGame(classes, OfTotalUse((1.0, 4.0), lambda total: total**2))).charges
    (3.0, 30.0)
    """
    below, extra = _along_a_path(game, "serial", "shapley")
    use, members = np.array(game.use), np.array(game.members, dtype=float)
    wrong = [game.names[k] for k in np.flatnonzero(use < 0 if isinstance(below, OfTotalUse) else use <= 0)]
    if wrong or use.max() <= 0:
        need = "uses of 0 or more, and somebody who uses something" if isinstance(below, OfTotalUse) else "uses above 0"
        raise NotApplicableError(f"serial cost sharing needs {need}" + (f", unlike {listed(wrong)}" if wrong else ""), "check 'use' of the cost game's classes")
    whole, unit = common_unit(tuple(use.tolist()))
    sizes = np.array(whole, dtype=float)
    levels = np.unique(sizes[sizes > 0])
    steps = np.diff(_on_the_way(below, sizes, members, levels, unit), prepend=0.0) / np.array([members[sizes >= level].sum() for level in levels])
    charges = np.array([steps[levels <= size].sum() for size in sizes])
    meaning = "" if isinstance(below, OfTotalUse) else "On the way a member counts as the share of its use that is reached; parts of members count."
    return judge(game, "serial", _with_extra(game, charges, extra), note=(meaning + OUTSIDE * (extra != 0)).strip())


def _on_the_way(below: CostFunction, sizes: Array, members: Array, levels: Array, unit: Fraction) -> Array:
    """Return the cost when everybody uses what it does, but at most this level (in units of use), shape (levels,)."""
    if not isinstance(below, OfTotalUse):
        return _costs(below, np.minimum(1.0, levels[:, None] / sizes) * members)
    return _finite(np.asarray(below.cost(np.minimum(levels[:, None], sizes) @ members * unit.numerator / unit.denominator), dtype=float))


def aumann_shapley(game: CostGame) -> Allocation:
    r"""Return Aumann-Shapley prices: the marginal cost of a member, averaged along the way on which all classes grow in step.

    .. math:: x_k = \int_0^1 \frac{\partial c}{\partial s_k}(t n_1, \dots, t n_K) \, dt

    A fixed cost that is there as soon as somebody joins is shared in proportion to the rest of the charges (Mirman, Samet and
    Tauman 1983); a jump on the way falls on the classes that bring it about, in proportion to how much they do. For a cost of total
    use these are charges in proportion to use, exactly. For other formulas the integral is adaptive quadrature of differences;
    its accuracy, as a share of the cost, is in `evidence`, and the charges are scaled so that they cover the cost exactly. An amount
    that only everybody together gets from outside lowers all charges by the same share.

    Raises
    ------
    NotApplicableError
        When the cost has no meaning between whole members (tables), or nothing of it varies.

    References
    ----------
    R. J. Aumann, L. S. Shapley (1974), "Values of non-atomic games". L. J. Billera, D. C. Heath (1982), "Allocation of shared costs".
    L. J. Mirman, Y. Tauman (1982), "Demand compatible equitable cost sharing prices".
    L. J. Mirman, D. Samet, Y. Tauman (1983), "An axiomatic approach to the allocation of a fixed cost through prices".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> classes = (MemberClass("small", 2, use=1.0), MemberClass("large", 1, use=4.0))
    >>> aumann_shapley(CostGame(classes, OfTotalUse((1.0, 4.0), lambda total: total**2))).charges
    (6.0, 24.0)
    """
    below, extra = _along_a_path(game, "Aumann-Shapley prices", "shapley, the counterpart for whole members")
    members = np.array(game.members, dtype=float)
    if isinstance(below, OfTotalUse) and float(np.dot(game.use, members)) > 0:
        price = float(_costs(below, members[None, :])[0]) / float(np.dot(below.use, members))
        note = "The cost depends on total use, so the prices are in proportion to use."
        return judge(game, "aumann_shapley", _with_extra(game, price * np.array(below.use), extra), note=note + OUTSIDE * (extra != 0))
    total = float(_costs(below, members[None, :])[0])
    found = marginal_costs(lambda counts: _costs(below, counts), members)
    varying = float(found.shares.sum())
    tolerance = ROUND_OFF * found.scale
    if abs(varying) <= tolerance < abs(total):
        raise NotApplicableError("nothing of the cost varies with the members, so there are no marginal costs to go by", "use equal or proportional")
    factor = total / varying if abs(varying) > tolerance else 0.0
    fixed = total - varying
    note = f"{shown(fixed)} is fixed and shared in proportion to the rest." if abs(fixed) > max(1e-6, found.accuracy) * found.scale else ""
    evidence = {"accuracy": found.accuracy, "fixed": fixed}
    charges = _with_extra(game, factor * found.shares / members, extra)
    return judge(game, "aumann_shapley", charges, note=(note + OUTSIDE * (extra != 0)).strip(), evidence=evidence)


def _along_a_path(game: CostGame, what: str, instead: str) -> tuple[CostFunction, float]:
    below, extra = without_top(game.function)
    if not below.divisible:
        raise NotApplicableError(f"{what} needs a cost that has a meaning between whole members, such as a formula of use", f"use {instead}")
    return below, extra


def _costs(function: CostFunction, counts: Array) -> Array:
    """Return the costs of parts of members, shape (m,); nobody costs nothing."""
    costs = np.array(np.broadcast_to(function(list(counts.T)), len(counts)), dtype=float)
    costs[~counts.any(axis=1)] = 0.0
    return _finite(costs)


def _finite(costs: Array) -> Array:
    if not np.isfinite(costs).all():
        raise NotApplicableError("the cost has no value for some parts of members on the way from nobody to everybody", "guard the formula, or use shapley")
    return costs


def _with_extra(game: CostGame, charges: Array, extra: float) -> list[float]:
    """Return the charges of the whole cost, with an amount that only everybody gets or pays shared in proportion to them."""
    if not extra:
        return covering(game, charges)
    before = game.total - extra
    if abs(before) <= ROUND_OFF * game.scale:
        raise NotApplicableError(f"there is nothing in proportion to which {shown(extra)} could be shared", "use equal or proportional")
    return covering(game, charges * (game.total / before))
