"""The one module that speaks to nashpy: a second opinion on small games of two single actors.

Of nashpy's solvers only vertex enumeration is asked: support enumeration loses equilibria to round-off, and Lemke-Howson may not
return. Payoffs are shifted and scaled to lie between 1 and 2 first, and every answer is checked.
"""

from __future__ import annotations

import warnings

import nashpy
import numpy as np

from ...errors import NotApplicableError, SolverError, TooLargeError
from ...numerics import TOLERANCE, Array
from ..equilibrium import Equilibrium, EquilibriumList
from ..game import Game
from .proof import Bimatrix, tables

MAX_LABELS = 12
SNAP = 1e-9


def nashpy_equilibria(game: Game) -> EquilibriumList:
    """Return the extreme Nash equilibria of a small two-player game that nashpy finds.

    A second opinion in floating point: complete on nondegenerate games as far as is known, not always on degenerate ones. For the list that is
    proven complete see `bimatrix_equilibria`.

    Cost: 0.8 s with 6 x 6 actions.

    Parameters
    ----------
    game : Game
        Two stakeholders of one member each, two actions each at least, twelve in all at most.

    Returns
    -------
    EquilibriumList
        Mixtures with a regret of at most a millionth of the payoffs' range; `complete` is None.

    Raises
    ------
    NotApplicableError
        Unless there are two stakeholders of one member each, with a choice.
    TooLargeError
        Beyond twelve actions in all.
    SolverError
        When nashpy fails.

    References
    ----------
    V. Knight and J. Campbell (2018), "Nashpy: A Python library for the computation of Nash equilibria".

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[1, 0], [0, 2]])])
    >>> [e.kind for e in nashpy_equilibria(game).equilibria]
    ['pure', 'pure', 'mixed']
    """
    two = Bimatrix.of(game)
    if min(two.shape) < 2:
        raise NotApplicableError("nashpy does not take a stakeholder with one action", "list the equilibria with bimatrix_equilibria")
    if sum(two.shape) > MAX_LABELS:
        m, n = two.shape
        raise TooLargeError(
            f"nashpy would need minutes for {m} x {n} actions (limit {MAX_LABELS} in all)", "6 x 6 works; or list them with bimatrix_equilibria"
        )
    units = [_unit(table) for table in two.tables]
    checked, dropped = [], 0
    for mixture in _ask(units[0], units[1].T):
        regrets = [float((table @ other).max() - own @ table @ other) for table, own, other in zip(units, mixture, mixture[::-1], strict=True)]
        if max(regrets) <= TOLERANCE:
            checked.append(_equilibrium(game, mixture))
        else:
            dropped += 1
    notes = (f"{dropped} answers were dropped because somebody would gain by deviating",) if dropped else ()
    ordered = sorted(checked, key=lambda e: (e.kind == "mixed", [(-row).tolist() for row in e.mixture]))
    return EquilibriumList(game, tuple(ordered), None, "nashpy vertex enumeration", "floating point cannot prove that none is missing", notes)


def _unit(table: Array) -> Array:
    """Shift and scale payoffs to lie between 1 and 2: by opponent's action, which changes no best reply."""
    shifted: Array = table - table.min(axis=0)
    largest = float(shifted.max())
    return 1.0 + shifted / (largest if largest > 0 else 1.0)


def _ask(first: Array, second: Array) -> list[tuple[Array, Array]]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            answers = list(nashpy.Game(first, second).vertex_enumeration())
        except Exception as error:
            raise SolverError(
                f"nashpy failed: {str(error).splitlines()[0] if str(error) else type(error).__name__}", "list them with bimatrix_equilibria"
            ) from error
    return [(_tidy(x), _tidy(y)) for x, y in answers if np.isfinite(x).all() and np.isfinite(y).all()]


def _tidy(shares: Array) -> Array:
    """Take round-off out of a mixture."""
    tidy = np.where(np.abs(shares) < SNAP, 0.0, shares)
    return np.asarray(tidy / tidy.sum())


def _equilibrium(game: Game, mixture: tuple[Array, Array]) -> Equilibrium:
    axes, earned = game.lattice.axes, tables(game)
    values = [table @ other for table, other in zip(earned, mixture[::-1], strict=True)]
    losses = [float((row.max() - row[own == 0.0]).min()) for row, own in zip(values, mixture, strict=True) if (own == 0.0).any()]
    margin, pure = min(losses, default=float("inf")), all(row.max() == 1.0 for row in mixture)
    return Equilibrium(
        mixture=mixture,
        payoffs=tuple({a: float(row[a]) for a in np.nonzero(own)[0].tolist()} for row, own in zip(values, mixture, strict=True)),
        regret=max(0.0, *(float(row.max() - own @ row) for row, own in zip(values, mixture, strict=True))),
        margin=margin,
        strict=pure and margin > max(game.tolerances),
        counts=tuple(axis.counts[int(row.argmax())] for axis, row in zip(axes, mixture, strict=True)) if pure else None,
    )
