"""From a definition and settings to a game."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb, prod

import numpy as np

from ..definition import Definition
from ..document import Document
from ..errors import InvalidGameError, Problem, TooLargeError
from ..evaluation import ProfileEnvironment
from ..formula import parse
from ..lattice import Axis, Lattice
from ..numerics import Array
from ..settings import NO_SETTINGS, Settings
from ..validation.values import Evaluated, no_value
from .game import Game

MAX_PROFILES = 20_000_000
MAX_BYTES = 2_000_000_000


def check_size(members: Mapping[str, int], actions: Mapping[str, int], limit: int = MAX_PROFILES) -> None:
    """Refuse a lattice beyond the limits before anything is built.

    Raises
    ------
    TooLargeError
        Says how large it would be, the limit, and the nearest size that works.
    """
    sizes = {name: comb(members[name] + actions[name] - 1, actions[name] - 1) for name in members}
    profiles = prod(sizes.values())
    payoffs = 8 * profiles * sum(actions[name] if members[name] > 1 else 1 for name in members)
    limit = min(limit, int(limit * MAX_BYTES / payoffs * profiles / limit)) if payoffs > MAX_BYTES else limit
    if profiles <= limit:
        return
    largest = max(sizes, key=lambda name: (sizes[name], members[name]))
    low, high = 0, members[largest]
    while high - low > 1:
        middle = (low + high) // 2
        fits = profiles // sizes[largest] * comb(middle + actions[largest] - 1, actions[largest] - 1) <= limit
        low, high = (middle, high) if fits else (low, middle)
    remedy = f"with {low:,} members of '{largest}' it fits" if low else "use fewer stakeholders or actions"
    raise TooLargeError(f"the game has {profiles:,} count profiles, at most {limit:,} can be examined", remedy)


def build_game(definition: Definition, settings: Settings = NO_SETTINGS, values: Mapping[str, float] | None = None) -> Game:
    """Evaluate a definition under settings.

    Parameters
    ----------
    definition : Definition
    settings : Settings
        Parameter values, scenario, levers.
    values : mapping of str to float, optional
        Parameter values to use instead of those that `settings` lead to.

    Returns
    -------
    Game

    Raises
    ------
    InvalidGameError
        When a payoff has no value at some profile; names the profile and the reason.
    TooLargeError
        Before anything is built.
    """
    stakeholders = definition.stakeholders
    check_size({name: s.members for name, s in stakeholders.items()}, {name: len(s.actions) for name, s in stakeholders.items()})
    bound = definition.commitments(settings)
    actions = {name: tuple(s.actions) for name, s in stakeholders.items()}
    axes = tuple(Axis(s.members, len(s.actions), actions[name].index(bound[name]) if name in bound else None) for name, s in stakeholders.items())
    lattice = Lattice(axes)
    members = [s.members for s in stakeholders.values()]
    environment = ProfileEnvironment(actions, members, lattice.column, values or definition.values(settings), definition.formulas)
    problems: list[Problem] = []
    payoffs = tuple(tuple(_payoff(definition, environment, lattice, (i, a), problems) for a in range(len(row))) for i, row in enumerate(actions.values()))
    if problems:
        raise InvalidGameError(problems, definition.name)
    labels = {name: s.label for name, s in stakeholders.items()} | {f"{name}.{a}": label for name, s in stakeholders.items() for a, label in s.actions.items()}
    return Game(tuple(actions), tuple(actions.values()), lattice, payoffs, definition.title, definition.money, labels)


def _payoff(definition: Definition, environment: ProfileEnvironment, lattice: Lattice, which: tuple[int, int], problems: list[Problem]) -> Array:
    """Evaluate one payoff over the lattice; report the first profile at which it has no value."""
    i, a = which
    actions = {name: tuple(stakeholder.actions) for name, stakeholder in definition.stakeholders.items()}
    name = tuple(actions)[i]
    action = actions[name][a]
    formula = parse(definition.payoffs[name][action])
    value = np.asarray(formula(environment), dtype=np.float64)
    value = value.reshape((1,) * len(lattice.axes)) if value.ndim == 0 else value
    wrong = ~np.isfinite(value) & (lattice.column(i, a) > 0)
    if wrong.any():
        evaluated = Evaluated(Document({}, source=definition.name), ("payoffs", name, action), formula, environment)
        problems.append(no_value(evaluated, lattice, actions, np.broadcast_to(wrong, lattice.shape)))
    return _own_row(value, i, a, lattice.axes[i])


def _own_row(value: Array, i: int, a: int, axis: Axis) -> Array:
    """Keep of a single member's payoff only the row where it takes the action; close the array."""
    if axis.members == 1 and axis.committed is None and value.shape[i] > 1:
        value = value[(slice(None),) * i + (slice(a, a + 1),)]
    value = np.ascontiguousarray(np.nan_to_num(value, nan=0.0, posinf=0.0, neginf=0.0))
    value.flags.writeable = False
    return value
