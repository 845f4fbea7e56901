"""Which of several equilibria stands out, by one criterion after the other: a table, not a choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...numerics import ROUND_OFF, Array, plain
from ..equilibrium import Equilibrium, EquilibriumList, label_mixture
from ..game import Game
from ..wording import amount, joined
from .expected import expected_payoffs

Criterion = Literal["payoff_dominance", "risk_dominance", "welfare", "smallest_payoff", "spread", "margin", "entropy"]

MAX_COMPARED = 60
"""Strict equilibria up to which risk dominance is examined, pair by pair."""


@dataclass(frozen=True)
class SelectionRow:
    """What one criterion says.

    Parameters
    ----------
    criterion : str
    meaning : str
        The criterion in words.
    chosen : tuple of int
        Positions in the list (from 0) of the equilibria that stand out; several when they tie, none when the criterion singles out none.
    value : float or None
        Value of the criterion there, where it is a number.
    sentence : str
        The row for people.
    """

    criterion: Criterion
    meaning: str
    chosen: tuple[int, ...]
    value: float | None
    sentence: str


@dataclass(frozen=True)
class SelectionTable:
    """One row for each criterion.

    Parameters
    ----------
    equilibria : EquilibriumList
    payoffs : ndarray, shape (equilibria, stakeholders)
        What a member earns on average, in the game's money unit.
    rows : tuple of SelectionRow
    """

    equilibria: EquilibriumList
    payoffs: Array
    rows: tuple[SelectionRow, ...]

    def row(self, criterion: Criterion) -> SelectionRow:
        """Return the row of a criterion."""
        return next(row for row in self.rows if row.criterion == criterion)

    @property
    def sentence(self) -> str:
        """The table in one sentence."""
        count = len(self.equilibria.equilibria)
        if count == 0:
            return "No equilibrium is listed, so there is none to select."
        alone = [row for row in self.rows if len(row.chosen) == 1]
        first = {row.chosen[0] for row in alone}
        which = "every criterion that singles out one points to the same" if len(first) == 1 else f"the criteria point to {len(first)} different ones"
        whole = "" if self.equilibria.complete else ", as far as they are known"
        return (
            f"Of {count} equilibria{whole}, {which}; none of them is chosen here." if alone else f"Of {count} equilibria{whole}, no criterion singles out one."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the table for JSON; equilibria are counted from 1."""
        names = self.equilibria.game.names
        rows = [
            {
                "criterion": row.criterion,
                "meaning": row.meaning,
                "chosen": [k + 1 for k in row.chosen],
                "value": row.value,
                "sentence": row.sentence,
            }
            for row in self.rows
        ]
        payoffs = [dict(zip(names, earned, strict=True)) for earned in self.payoffs.tolist()]
        return dict(plain({"sentence": self.sentence, "complete": self.equilibria.complete, "payoffs": payoffs, "rows": rows}))


def selection(equilibria: EquilibriumList) -> SelectionTable:
    r"""Say by each of several criteria which equilibrium stands out.

    With :math:`v_i(e)` the average payoff of a member of `i` in equilibrium `e` (all its members earn the same where they mix alike):

    - payoff dominance: no other equilibrium gives anybody more, and each gives somebody less (Harsanyi and Selten 1988);
    - risk dominance, among strict equilibria, in pairs: with two single stakeholders `e` beats `f` when the product of what both lose by
      switching from their part of `e` to that of `f` is the larger one (Harsanyi and Selten 1988; for larger games than 2 x 2 this
      looks at the game that the two make up); otherwise `e` beats `f` when, with everyone's mixture half-way between the two, members of
      each stakeholder earn no less with `e`, and some more (Morris, Rob and Shin 1995). It stands out when it beats all others;
    - welfare: the largest sum of all members' payoffs;
    - smallest payoff: the largest :math:`\min_i v_i(e)` (Rawls 1971);
    - spread: the smallest :math:`\max_i v_i(e) - \min_i v_i(e)`;
    - margin: the strict equilibrium in which any deviation costs most;
    - entropy: the largest :math:`-\sum_i \sum_a x_{i,a} \ln x_{i,a}`, the least presuming.

    Ties are all listed. Nothing is chosen: the criteria disagree, and which one matters is for people to say.

    Parameters
    ----------
    equilibria : EquilibriumList

    Returns
    -------
    SelectionTable

    Examples
    --------
    >>> from negotiation.strategic.mixed.multiplayer import multiplayer_equilibria
    >>> hunt = np.array([[9.0, 0.0], [8.0, 7.0]])
    >>> table = selection(multiplayer_equilibria(Game.from_tables([hunt, hunt.T], actions=[["stag", "hare"]] * 2)))
    >>> table.row("payoff_dominance").sentence
    'Payoff dominance: equilibrium 1 (1: stag; 2: stag).'
    >>> table.row("risk_dominance").sentence
    'Risk dominance: equilibrium 2 (1: hare; 2: hare).'

    References
    ----------
    J. C. Harsanyi and R. Selten (1988), "A General Theory of Equilibrium Selection in Games"; S. Morris, R. Rob and H. S. Shin (1995),
    "p-dominance and belief potential".
    """
    found = equilibria.equilibria
    values = np.array([[_average(equilibrium, i) for i in range(len(equilibria.game.names))] for equilibrium in found])
    values = values.reshape(len(found), len(equilibria.game.names))
    return SelectionTable(equilibria, values, tuple(_rows(equilibria, values)) if found else ())


def _average(equilibrium: Equilibrium, i: int) -> float:
    return float(sum(equilibrium.mixture[i][a] * value for a, value in equilibrium.payoffs[i].items()))


_WORDS: dict[Criterion, tuple[str, str]] = {
    "payoff_dominance": ("Payoff dominance", "no other equilibrium gives anybody more, and each gives somebody less"),
    "risk_dominance": ("Risk dominance", "beats every other strict equilibrium when either could be meant"),
    "welfare": ("Highest welfare", "largest sum of all members' payoffs, in the game's money unit"),
    "smallest_payoff": ("Fairest to the worst off", "largest smallest payoff of a member, in the game's money unit"),
    "spread": ("Smallest spread", "smallest difference between the largest and the smallest payoff, in the game's money unit"),
    "margin": ("Most robust", "strict equilibrium in which any deviation costs most, in the game's money unit"),
    "entropy": ("Highest entropy", "least presuming mixtures, in nats"),
}


def _rows(equilibria: EquilibriumList, values: Array) -> Iterator[SelectionRow]:
    game, found = equilibria.game, equilibria.equilibria
    round_off = ROUND_OFF * max(float(np.abs(values).max()), 1e-300)
    members = np.array(game.members, dtype=float)
    dominant = np.array([all(bool((u >= v - round_off).all()) for v in values) for u in values])
    yield _dominance(equilibria, "payoff_dominance", dominant)
    yield _dominance(equilibria, "risk_dominance", *_risk(game, found))
    yield _largest(equilibria, "welfare", values @ members, round_off * members.sum())
    yield _largest(equilibria, "smallest_payoff", values.min(axis=1), round_off)
    yield _largest(equilibria, "spread", values.min(axis=1) - values.max(axis=1), round_off)
    margins = np.array([equilibrium.margin if equilibrium.strict else -np.inf for equilibrium in found])
    yield _largest(equilibria, "margin", margins, round_off)
    entropy = np.array([sum(_entropy(row) for row in equilibrium.mixture) for equilibrium in found])
    yield _largest(equilibria, "entropy", entropy, 1e-9)


def _entropy(row: Array) -> float:
    used = row[row > 0]
    return float(-(used * np.log(used)).sum())


def _largest(equilibria: EquilibriumList, criterion: Criterion, scores: Array, tie: float) -> SelectionRow:
    """Return the row of a criterion that is a number, larger being better."""
    title, meaning = _WORDS[criterion]
    best = float(scores.max())
    if best == -np.inf:
        return SelectionRow(criterion, meaning, (), None, f"{title}: none; no equilibrium is strict.")
    chosen = tuple(int(k) for k in np.flatnonzero(scores >= best - tie))
    value = abs(best) if criterion in ("spread", "entropy") else best
    number = f"{value:.4g} nats" if criterion == "entropy" else amount(equilibria.game, value)
    shown = f", {number}" if np.isfinite(value) else ""
    return SelectionRow(criterion, meaning, chosen, value if np.isfinite(value) else None, f"{title}: {_named(equilibria, chosen)}{shown}.")


def _dominance(equilibria: EquilibriumList, criterion: Criterion, dominant: NDArray[np.bool_], remark: str = "") -> SelectionRow:
    """Return the row of a criterion that compares in pairs."""
    title, meaning = _WORDS[criterion]
    chosen = tuple(int(k) for k in np.flatnonzero(dominant))
    if not chosen:
        return SelectionRow(criterion, meaning, (), None, f"{title}: none; {remark or 'no equilibrium beats all others'}.")
    return SelectionRow(criterion, meaning, chosen, None, f"{title}: {_named(equilibria, chosen)}.")


def _named(equilibria: EquilibriumList, chosen: Sequence[int], limit: int = 4) -> str:
    words = [f"equilibrium {k + 1} ({label_mixture(equilibria.game, equilibria.equilibria[k].mixture)})" for k in chosen[:limit]]
    more = [f"{len(chosen) - limit} more"] if len(chosen) > limit else []
    return joined([*words, *more])


def _risk(game: Game, found: Sequence[Equilibrium]) -> tuple[NDArray[np.bool_], str]:
    """Return which equilibria beat every other strict one, and why there may be none."""
    strict = [k for k, equilibrium in enumerate(found) if equilibrium.strict]
    beats = np.zeros(len(found), dtype=bool)
    if len(strict) > MAX_COMPARED:
        return beats, f"more than {MAX_COMPARED} strict equilibria are not compared in pairs"
    two = game.is_ordinary and len(game.names) == 2
    for k in strict:
        beats[k] = all(_product_beats(game, found[k], found[other]) if two else _half_way_beats(game, found[k], found[other]) for other in strict if other != k)
    return beats, "" if strict else "no equilibrium is strict"


def _product_beats(game: Game, one: Equilibrium, other: Equilibrium) -> bool:
    """Return whether the product of the losses from leaving `one` for `other` is the larger."""
    return _losses(game, one, other) > _losses(game, other, one) * (1 + ROUND_OFF)


def _losses(game: Game, one: Equilibrium, other: Equilibrium) -> float:
    payoffs = expected_payoffs(game, one.mixture)
    return float(np.prod([earned @ (mine - yours) for earned, mine, yours in zip(payoffs, one.mixture, other.mixture, strict=True) if (mine != yours).any()]))


def _half_way_beats(game: Game, one: Equilibrium, other: Equilibrium) -> bool:
    """Return whether members of every stakeholder earn no less with `one` than with `other` when others stand half-way, and some more."""
    middle = tuple((mine + yours) / 2 for mine, yours in zip(one.mixture, other.mixture, strict=True))
    payoffs = expected_payoffs(game, middle)
    gains = [
        (float(earned @ (mine - yours)), tolerance)
        for earned, mine, yours, tolerance in zip(payoffs, one.mixture, other.mixture, game.tolerances, strict=True)
        if (mine != yours).any()
    ]
    return all(gain >= -tolerance for gain, tolerance in gains) and any(gain > tolerance for gain, tolerance in gains)
