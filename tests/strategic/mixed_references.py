"""Slow, simple second methods and games with known answers, for the tests of mixed equilibria."""

from __future__ import annotations

import itertools

import numpy as np

from negotiation.lattice import Axis, Lattice
from negotiation.strategic.game import Game


def table_game(shape, seed):
    """Return a random game with payoff tables."""
    rng = np.random.default_rng(seed)
    return Game.from_tables([rng.random(shape) for _ in shape])


def tables(game):
    """Return the payoff tables of an ordinary game."""
    return [np.concatenate(np.broadcast_arrays(*rows), axis=i) for i, rows in enumerate(game.payoffs)]


def count_game(spec, seed):
    """Return a game with random payoffs at every count profile; `spec` lists members and actions."""
    rng = np.random.default_rng(seed)
    lattice = Lattice(tuple(Axis(n, m) for n, m in spec))
    shapes = [tuple(1 if j == i and n == 1 else size for j, size in enumerate(lattice.shape)) for i, (n, _) in enumerate(spec)]
    payoffs = tuple(tuple(rng.random(shape) for _ in range(m)) for shape, (_, m) in zip(shapes, spec, strict=True))
    names = tuple(f"s{i}" for i in range(len(spec)))
    return Game(names, tuple(tuple(f"a{a}" for a in range(m)) for _, m in spec), lattice, payoffs)


def smooth_game(members, actions, seed):
    """Return a game of one stakeholder whose payoffs are smooth in the shares of its members."""
    rng = np.random.default_rng(seed)
    lattice = Lattice((Axis(members, actions),))
    shares = [lattice.column(0, a) / members for a in range(actions)]
    waves = [[rng.normal(), rng.normal(), rng.normal() * 3] for _ in range(actions * actions)]
    payoffs = [sum(w[0] * s + w[1] * np.sin(4 * s + w[2]) for w, s in zip(waves[actions * a :], shares, strict=False)) for a in range(actions)]
    return Game(("firms",), (tuple(f"a{a}" for a in range(actions)),), lattice, (tuple(payoffs),))


def against(table, mixture, i):
    """Return what each action of `i` earns against a mixture of the others."""
    rest = np.moveaxis(table, i, 0)
    for j in reversed([j for j in range(len(mixture)) if j != i]):
        rest = rest @ mixture[j]
    return rest


def searched(game, starts, seed=0):
    """Return the equilibria that Newton's method with difference quotients finds from many random starts on every support."""
    rng = np.random.default_rng(seed)
    payoffs = tables(game)
    found = []
    choices = [[s for k in range(1, m + 1) for s in itertools.combinations(range(m), k)] for m in game.lattice.shape]
    for support in itertools.product(*choices):
        free = [len(used) - 1 for used in support]
        if max(free) == 0:
            candidates = [np.zeros(0)]
        else:
            begin = [np.concatenate([rng.dirichlet(np.ones(len(used)))[1:] for used in support]) for _ in range(starts)]
            candidates = [_newton(lambda z, s=support: _gaps(payoffs, s, _full(s, game.lattice.shape, z)), z) for z in begin]
        for candidate in candidates:
            if candidate is not None:
                mixture = _full(support, game.lattice.shape, candidate)
                if min(row.min() for row in mixture) > -1e-9 and _regret(payoffs, mixture) < 1e-9 and not listed(mixture, found):
                    found.append(mixture)
    return found


def _full(support, shape, z):
    mixture, start = [], 0
    for used, m in zip(support, shape, strict=True):
        row = np.zeros(m)
        part = z[start : start + len(used) - 1]
        row[list(used[1:])], row[used[0]] = part, 1 - part.sum()
        start += len(used) - 1
        mixture.append(row)
    return mixture


def _gaps(payoffs, support, mixture):
    rows = [against(payoffs[i], mixture, i)[list(used)] for i, used in enumerate(support)]
    return np.concatenate([row[1:] - row[0] for row in rows])


def _regret(payoffs, mixture):
    return max(against(table, mixture, i).max() - against(table, mixture, i) @ mixture[i] for i, table in enumerate(payoffs))


def _newton(gaps, z):
    for _ in range(30):
        value = gaps(z)
        slopes = np.column_stack([(gaps(z + 1e-6 * e) - gaps(z - 1e-6 * e)) / 2e-6 for e in np.eye(len(z))])
        if np.linalg.cond(slopes) > 1e10:
            return None
        step = np.linalg.solve(slopes, value)
        z = z - step
        if np.abs(z).max() > 50:
            return None
        if np.abs(step).max() < 1e-12:
            return z
    return None


def listed(mixture, mixtures, apart=1e-6):
    """Return whether a mixture is among others."""
    return any(max(np.abs(a - b).max() for a, b in zip(mixture, other, strict=True)) < apart for other in mixtures)
