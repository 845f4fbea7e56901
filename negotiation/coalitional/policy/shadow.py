"""What a requirement costs: shadow prices both ways, exactly, in money and in words.

The best value is a convex, piecewise linear function of every bound. Its slope may differ to both sides of where the bound is, so
a price is computed for a little more and for a little less, each by a small linear programme over the directions in which the
allocation can move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...linear import minimise
from ...numerics import ROUND_OFF, TOLERANCE, Array, shown
from ..words import currency, each_of, group, money
from .goals import Goal
from .parts import Requirement
from .programme import Programme
from .requirements import said

NO_LESS = ("least", "floor")
"""Requirements that cannot give way beyond 0: nobody is paid for taking part."""


@dataclass(frozen=True)
class Binding:
    """A requirement without which the result would be better.

    Parameters
    ----------
    name, kind, about : str
        The requirement: ``cap:small_firms``, "cap", "small_firms".
    says : str
        The requirement in words.
    price : float
        What the objective falls by with every unit of money by which the requirement gives way; for a class, every unit that each
        member may pay more (has to pay less).
    price_back : float
        What the objective rises by with every unit in the other direction; infinite where the rest could then not hold.
    up_to : float
        Units for which `price` holds at least; infinite where it always does, NaN where that was not looked at.
    sentence : str
    """

    name: str
    kind: str
    about: str
    says: str
    price: float
    price_back: float
    up_to: float
    sentence: str

    @property
    def one_way(self) -> bool:
        """Whether the price holds in one direction only."""
        return abs(self.price_back - self.price) > TOLERANCE * max(abs(self.price), abs(self.price_back))

    def as_dict(self) -> dict[str, Any]:
        """Return the requirement and its prices for JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "about": self.about,
            "says": self.says,
            "price": self.price,
            "price_back": self.price_back,
            "up_to": self.up_to,
            "one_way": self.one_way,
            "sentence": self.sentence,
        }


def bindings(programme: Programme, x: Array, goal: Goal) -> tuple[Binding, ...]:
    r"""Return the requirements that bind at the best allocation, the dearest first.

    With the requirement's bound as :math:`b` and the best value as :math:`f(b)`, the price is :math:`-f'(b+)`, the price back
    :math:`-f'(b-)`. Both are the value of a linear programme over the directions :math:`d` that the requirements which hold with equality leave.

    Parameters
    ----------
    programme : Programme
    x : ndarray
        A best allocation.
    goal : Goal

    Returns
    -------
    tuple of Binding
        Without those whose price is 0 both ways. Of coalitions only those that carry a price in one solution. Not the cost itself where the
        aim is to be close to a rule, whose charges would change with it.

    References
    ----------
    M. Aucamp, D. I. Steinberg (1982), "The computation of shadow prices in linear programming".
    """
    free = replace(programme, requirements=[row for row in programme.requirements if row.kind != "settled"])
    priced = _priced_groups(free, goal)
    found = []
    for row in free.tight(x):
        if (row.kind == "group" and row.name not in priced) or (row.kind == "balance" and goal.name == "closest"):
            continue
        if row.kind in NO_LESS and row.most == 0:
            continue
        ahead, back = _slope(free, x, goal, row, 1.0), _slope(free, x, goal, row, -1.0)
        one = 1.0 if not goal.measures else free.scale
        if max(ahead.price * one, back.price * one if np.isfinite(back.price) else 0.0) > TOLERANCE:
            found.append(_binding(free, goal, row, ahead, back))
    return tuple(sorted(found, key=lambda one: -max(one.price, one.price_back if np.isfinite(one.price_back) else 0.0)))


@dataclass(frozen=True)
class _Slope:
    price: float
    up_to: float


def _priced_groups(free: Programme, goal: Goal) -> frozenset[str]:
    if free.level is None:
        return frozenset()
    reached = free.solve(goal.objective, goal.measures, extra=1.0 if goal.measures else 0.0)
    return frozenset() if reached is None else reached.priced


def _slope(free: Programme, x: Array, goal: Goal, moved: Requirement, step: float) -> _Slope:
    """Return how the best value changes when `moved` gives way by `step` units of money."""
    units, value = np.append(free.units, 1.0), max((measure.at(x) for measure in goal.measures), default=0.0)
    costs = np.append(goal.objective * free.units / free.scale, 1.0 if goal.measures else 0.0)
    while True:
        rows = free.tight(x)
        left = [np.append(row.row * free.units / free.scale, 0.0) for row in rows]
        right = [step * _moves(row, moved) for row in rows]
        for measure in goal.measures:
            reached = np.flatnonzero(measure.rows @ x + measure.constants >= value - TOLERANCE * max(1.0, abs(value)))
            left += [np.append(measure.rows[r] * free.units, -1.0) for r in reached]
            right += [0.0] * len(reached)
        if not goal.measures:
            left += [np.append(np.zeros(free.size), sign) for sign in (1.0, -1.0)]
            right += [0.0, 0.0]
        answer = minimise(costs, (np.array(left), np.array(right)), low=None)
        if not answer:
            return _Slope(float("inf"), float("nan"))
        direction = answer.x * units
        if free.level is None or not _grown(free, x, direction[:-1]):
            per = 1.0 if not goal.measures else 1.0 / free.scale
            price = -step * answer.value * per
            return _Slope(max(price, 0.0) if abs(price) > ROUND_OFF * per else 0.0, _reach(free, x, goal, direction))


def _moves(row: Requirement, moved: Requirement) -> float:
    """Return how much a row's bound changes with the one that is moved: what is to be covered is also what may be collected."""
    return -1.0 if (row.kind, moved.kind) == ("surplus", "balance") else float(row.name == moved.name)


def _grown(free: Programme, x: Array, direction: Array) -> bool:
    """Add a coalition without slack that would pay too much in this direction; return whether there was a new one."""
    game, before = free.game, len(free.pool)
    if not game.tabulated or game.size <= 2:
        return False
    slack = (free.level or 0.0) - game.sign * (game.charged(free.charges(x).tolist()) - game.costs)
    rise = np.where(np.abs(slack) <= ROUND_OFF * free.scale, game.sign * game.charged(free.charges(direction).tolist()), -np.inf)
    rise[game.members] = rise[(0,) * rise.ndim] = -np.inf
    worst = np.unravel_index(int(np.argmax(rise)), game.shape)
    if rise[worst] > ROUND_OFF * free.scale:
        free.add(game.coalition([int(n) for n in worst]), float(game.costs[worst]))
    return len(free.pool) > before


def _reach(free: Programme, x: Array, goal: Goal, direction: Array) -> float:
    """Return for how many units of money the allocation can move on in this direction."""
    along = direction[:-1]
    left = np.stack([row.row for row in free.rows])
    sizes = np.max(np.abs(left * free.units), axis=1)
    pairs = list(zip(np.array([row.most for row in free.rows]) - left @ x, left @ along, sizes, strict=True))
    level = max((measure.at(x) for measure in goal.measures), default=0.0)
    for measure in goal.measures:
        slack, rise = level - measure.rows @ x - measure.constants, measure.rows @ along - direction[-1]
        pairs += [(s, r, 1.0) for s, r in zip(slack, rise, strict=True)]
    steps = [float(slack / rise) for slack, rise, size in pairs if slack > TOLERANCE * size and rise > ROUND_OFF * size]
    if free.level is not None:
        steps.append(_reach_of_groups(free, x, along))
    return free.scale * min(steps, default=float("inf"))


def _reach_of_groups(free: Programme, x: Array, along: Array) -> float:
    game = free.game
    if not game.tabulated:
        return float("nan")
    slack = (free.level or 0.0) - game.sign * (game.charged(free.charges(x).tolist()) - game.costs)
    rise = game.sign * game.charged(free.charges(along).tolist())
    rise[game.members] = 0.0
    moving = (slack > TOLERANCE * free.scale) & (rise > ROUND_OFF * free.scale)
    return float(np.min(slack[moving] / rise[moving])) if moving.any() else float("inf")


def _binding(free: Programme, goal: Goal, row: Requirement, ahead: _Slope, back: _Slope) -> Binding:
    if row.kind in NO_LESS and free.game.kind == "cost":
        ahead = replace(ahead, up_to=min(ahead.up_to, -row.most))
    text = _sentence(free, goal, row, ahead, back)
    return Binding(row.name, row.kind, row.about, said(free, row), ahead.price, back.price, ahead.up_to, text)


def _sentence(free: Programme, goal: Goal, row: Requirement, ahead: _Slope, back: _Slope) -> str:
    """Say what giving way brings, and what the other direction costs where that differs."""
    step = _step(free, goal, row)
    relax, tighten = _subject(free, row, step)
    costs = f"{tighten} could not be borne at all"
    if np.isfinite(back.price):
        costs = f"{tighten} {_change(goal, step * back.price, 'rises')}"
    if ahead.price == 0:
        return f"{relax} changes nothing; {costs[0].lower()}{costs[1:]}."
    limit = "" if not np.isfinite(ahead.up_to) else f" (up to {money(free.game, ahead.up_to)})"
    gains = f"{relax} {_change(goal, step * ahead.price, 'falls')}{limit}"
    different = abs(back.price - ahead.price) > TOLERANCE * ahead.price
    return f"{gains}; {costs[0].lower()}{costs[1:]}." if different else f"{gains}."


def _change(goal: Goal, amount: float, way: str) -> str:
    """Return the change of what was aimed at, in words."""
    if goal.name == "burden":
        return f"{'lowers' if way == 'falls' else 'raises'} the worst burden by {shown(100 * amount, 3)} percentage points"
    if goal.name == "closest":
        return f"{'lowers' if way == 'falls' else 'raises'} the largest deviation from the rule by {shown(100 * amount, 3)} percentage points"
    return f"{'saves' if way == 'falls' else 'costs'} {goal.payer} {shown(amount, 3)}"


def _step(free: Programme, goal: Goal, row: Requirement) -> float:
    """Return the amount of money that the sentence speaks of: 1, or a round one where shares change."""
    if not goal.measures:
        return 1.0
    amount = free.scale / 100 / (max(float(np.max(row.row)), 1.0) if row.kind in ("cap", "floor") else 1.0)
    return float(10.0 ** np.floor(np.log10(amount)))


def _subject(free: Programme, row: Requirement, step: float) -> tuple[str, str]:
    """Return who could do what differently, for giving way and for the other direction."""
    game = free.game
    amount = f"Each {currency(game)}" if step == 1 else f"Every {money(game, step)}"
    saved = game.kind == "savings"
    name = row.about
    if row.kind in ("cap", "floor"):
        name = each_of(game.classes[game.names.index(name)])
    if row.kind in ("most", "least"):
        name = {source.name: source.title for source in free.sources}[name]
    if row.kind == "group":
        name = group(game, {k: int(n) for k, n in zip(game.names, row.row[: len(game.names)], strict=True) if n})
    what, way = {
        "balance": ("that everybody together earns", "more") if saved else ("that everybody together costs", "less"),
        "surplus": ("that may stay unshared", "more") if saved else ("that may be collected beyond the cost", "more"),
        "cap": (f"that {name} may get" if saved else f"that {name} could pay", "more"),
        "floor": (f"that {name} has to get" if saved else f"that {name} has to pay", "less"),
        "most": (f"that {name} could give", "more"),
        "least": (f"that {name} has to give", "less"),
        "capital": ("that may come from outside", "more") if row.about == "outside" else ("that has to come from outside", "less"),
        "group": (f"that {name} would earn alone", "less") if saved else (f"that {name} would cost alone", "more"),
    }[row.kind]
    other = {"more": "less", "less": "more"}[way]
    return f"{amount} {way} {what}", f"{amount} {other} {what}"
