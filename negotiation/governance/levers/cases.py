"""Many settings of one game at many profiles: what every single switch would bring, as arrays over (case, profile) pairs.

A case is a value for each parameter and, for some stakeholders, the action to which they are bound. A lever set is a case; so is a lever
set with one value of a parameter that is varied. Formulas broadcast, so all pairs are answered together, and no payoff is evaluated at a
profile that nobody asks about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...definition import Definition, Profile
from ...evaluation import ProfileEnvironment
from ...formula import Formula, Value, count_key, parse
from ...numerics import ARITHMETIC, ROUND_OFF, Array
from ...strategic.game import Move

Indices = NDArray[np.intp]
BLOCK = 16_384
"""Pairs that are evaluated together, so that what is between stays in the processor's cache."""
SAMPLED = 12
"""Profiles from which the usual size of a stakeholder's payoffs is taken."""


@dataclass(frozen=True, eq=False)
class Cases:
    """A definition under many settings at once.

    Profiles are arrays of counts, shape (kinds, P): one row for each stakeholder and action in the order of the file, one column a pair.

    Parameters
    ----------
    definition : Definition
    values : mapping of str to float or ndarray
        Every parameter: one number, or one a case.
    bound : ndarray of int, shape (stakeholders, size)
        Index of the action to which a stakeholder is bound in a case; -1 where it is free.

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": 1},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "5 - fee", "stay": 2}}})
    >>> cases = Cases(game, {"fee": np.array([1.0, 4.0])}, np.full((1, 2), -1))
    >>> cases.gains(np.arange(2), cases.written({"firm": "pay"})).tolist()
    [[-2.0, 1.0], [-inf, -inf]]
    """

    definition: Definition
    values: Mapping[str, Value]
    bound: Indices

    @property
    def size(self) -> int:
        """Number of cases."""
        return int(self.bound.shape[1])

    @cached_property
    def actions(self) -> dict[str, tuple[str, ...]]:
        """Action names of each stakeholder."""
        return {name: tuple(stakeholder.actions) for name, stakeholder in self.definition.stakeholders.items()}

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Members of each stakeholder."""
        return tuple(stakeholder.members for stakeholder in self.definition.stakeholders.values())

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each stakeholder."""
        return {name: i for i, name in enumerate(self.actions)}

    @cached_property
    def first(self) -> tuple[int, ...]:
        """Row of each stakeholder's first action."""
        return tuple(int(row) for row in np.cumsum([0, *(len(row) for row in self.actions.values())])[:-1])

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Every switch of one member from one action to another, if nobody is bound."""
        return tuple(Move(i, a, b) for i, row in enumerate(self.actions.values()) for a in range(len(row)) for b in range(len(row)) if a != b)

    @cached_property
    def formulas(self) -> tuple[tuple[Formula, ...], ...]:
        """Payoff formula of each stakeholder and action."""
        return tuple(tuple(parse(self.definition.payoffs[name][action]) for action in row) for name, row in self.actions.items())

    @cached_property
    def tolerances(self) -> Array:
        """For each stakeholder and case, the difference of payoffs that counts as round-off, shape (stakeholders, size).

        As for a game, a share of the usual payoff; the usual one is taken from a few profiles, always the same.
        """
        found = [self._sampled_payoffs(i) for i in range(len(self.members))]
        return np.array([ROUND_OFF * np.median(one, axis=0) + ARITHMETIC * one.max(axis=0) for one in found])

    # --- profiles

    def written(self, profile: Profile) -> Array:
        """Return a profile of the written form in every case; who is bound stands where it is bound."""
        counts = self.definition.counts(profile)
        column = np.array([float(counts[name][action]) for name, row in self.actions.items() for action in row])
        whole = np.repeat(column[:, None], self.size, axis=1)
        for i, row in enumerate(self.actions.values()):
            for a in range(len(row)):
                whole[self.first[i] + a] = np.where(self.bound[i] < 0, whole[self.first[i] + a], self.members[i] * (self.bound[i] == a))
        return whole

    def by_name(self, counts: Array) -> dict[str, dict[str, int]]:
        """Return one profile, an array of shape (kinds,), by names."""
        return {name: {action: int(counts[self.first[i] + a]) for a, action in enumerate(row)} for i, (name, row) in enumerate(self.actions.items())}

    # --- values

    def observe(self, formula: str, cases: Indices, counts: Array) -> Array:
        """Return the value of a formula at each pair."""
        wanted = parse(formula)
        found = np.empty(len(cases))
        for part in _blocks(len(cases)):
            found[part] = wanted(self._environment(cases[part], counts[:, part]))
        return found

    def earned(self, cases: Indices, counts: Array) -> Array:
        """Return what all members of each stakeholder earn together at each pair, shape (stakeholders, P)."""
        total = np.zeros((len(self.members), len(cases)))
        for part in _blocks(len(cases)):
            environment = self._environment(cases[part], counts[:, part])
            for i, row in enumerate(self.formulas):
                for a, formula in enumerate(row):
                    taken = counts[self.first[i] + a, part]
                    total[i, part] += np.where(taken > 0, taken * formula(environment), 0.0)
        return total

    def gains(self, cases: Indices, counts: Array) -> Array:
        """Return what a member gains by each move at each pair, shape (moves, P).

        Minus infinity where nobody can make the move, NaN where a payoff has no value. Two evaluations of a payoff formula a move.
        """
        found = np.empty((len(self.moves), len(cases)))
        for part in _blocks(len(cases)):
            base, rows = self._environment(cases[part], counts[:, part]), iter(found[:, part])
            for i in range(len(self.members)):
                self._gains_of(i, base, self.bound[i][cases[part]] < 0, rows)
        return found

    def improving(self, cases: Indices, counts: Array) -> NDArray[np.bool_]:
        """Return which moves pay more than round-off at each pair, shape (moves, P)."""
        gains, least = self.gains(cases, counts), self.tolerances[:, cases]
        return np.array([row > least[move.stakeholder] for row, move in zip(gains, self.moves, strict=True)], dtype=np.bool_).reshape(gains.shape)

    def paying(self, cases: Indices, counts: Array) -> Array:
        """Return :meth:`gains` with minus infinity where a move pays no more than round-off."""
        gains = self.gains(cases, counts)
        least = self.tolerances[:, cases]
        for k, move in enumerate(self.moves):
            gains[k][~(gains[k] > least[move.stakeholder])] = -np.inf
        return gains

    def _gains_of(self, i: int, base: Pairs, free: NDArray[np.bool_], rows: Iterator[Array]) -> None:
        """Fill in the gains of the moves of one stakeholder."""
        first, options = self.first[i], range(len(self.formulas[i]))
        alone = self.members[i] == 1
        stay = [self.formulas[i][a](self._alone(base, i, a) if alone else base) for a in options]
        for a in options:
            possible = free & (base.counts[first + a] > 0)
            for b in options:
                if a != b:
                    there = stay[b] if alone else self.formulas[i][b](self._after(base, i, a, b))
                    next(rows)[:] = np.where(possible, there - stay[a], -np.inf)

    # --- environments

    @cached_property
    def _known(self) -> dict[str, Value]:
        """Parameters, and the definitions that read no counts."""
        known = dict(self.values)
        environment = ProfileEnvironment(self.actions, self.members, lambda i, a: np.nan, known, self.definition.formulas)
        return known | {name: environment[name] for name in self.definition.formulas if not self._readers[name]}

    @cached_property
    def _readers(self) -> dict[str, frozenset[str]]:
        """Stakeholders whose counts each definition reads."""
        reads: dict[str, frozenset[str]] = {}
        for name, formula in self.definition.formulas.items():
            own = frozenset(use[1] for use in formula.counts if use[0] != "members")
            reads[name] = own.union(*(reads.get(part, frozenset()) for part in formula.names))
        return reads

    @cached_property
    def _fixed(self) -> dict[str, Value]:
        """What has the same value in all cases, whatever the counts."""
        members = {count_key("members", name): float(size) for name, size in zip(self.actions, self.members, strict=True)}
        return members | {name: value for name, value in self._known.items() if not np.ndim(value)}

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Row of each use of a count."""
        return {count_key("count", name, action): self.first[i] + a for i, (name, row) in enumerate(self.actions.items()) for a, action in enumerate(row)}

    @cached_property
    def _affected(self) -> dict[str, dict[str, int]]:
        """For each stakeholder what changes when its members move: the action of a count, -1 for a share or a definition."""
        found: dict[str, dict[str, int]] = {}
        for name, row in self.actions.items():
            counts = {count_key("count", name, action): a for a, action in enumerate(row)}
            shares = {count_key("share", name, action): -1 for action in row}
            found[name] = counts | shares | {key: -1 for key, readers in self._readers.items() if name in readers}
        return found

    def _environment(self, cases: Indices, counts: Array) -> Pairs:
        return Pairs(self, cases, counts)

    def _alone(self, base: Pairs, i: int, action: int) -> Elsewhere:
        """Return what formulas read when the only member of `i` takes `action`."""
        return Elsewhere(self, base, i, lambda a, count: float(a == action))

    def _after(self, base: Pairs, i: int, action: int, other: int) -> Elsewhere:
        """Return what formulas read after one member of `i` has switched."""
        return Elsewhere(self, base, i, lambda a, count: count - 1.0 if a == action else count + 1.0 if a == other else count)

    def _sampled_payoffs(self, i: int) -> Array:
        """Return absolute payoffs of a stakeholder at a few profiles at which each action is taken, shape (some, size)."""
        rng = np.random.default_rng(20150101)
        everywhere = np.arange(self.size)
        found = []
        for _ in range(SAMPLED):
            split = [rng.multinomial(size, rng.dirichlet(np.ones(len(row)))) for size, row in zip(self.members, self.actions.values(), strict=True)]
            for a, formula in enumerate(self.formulas[i]):
                taken = split[i].copy()
                taken[np.argmax(taken)] -= 1
                taken[a] += 1
                column = np.concatenate([*split[:i], taken, *split[i + 1 :]]).astype(float)
                payoff = formula(self._environment(everywhere, column[:, None]))
                found.append(np.nan_to_num(np.abs(np.broadcast_to(payoff, (self.size,))), posinf=0.0))
        return np.array(found)


class Pairs(dict[str, Value]):
    """What formulas read at pairs of case and profile; each value is worked out when it is first asked for."""

    def __init__(self, owner: Cases, cases: Indices, counts: Array) -> None:
        super().__init__(owner._fixed)
        self._owner, self._cases, self.counts = owner, cases, counts

    def __missing__(self, key: str) -> Value:
        owner = self._owner
        value: Value
        if key in owner._rows:
            value = self.counts[owner._rows[key]]
        elif key in owner._known:
            value = np.take(owner._known[key], self._cases)
        elif key in owner.definition.formulas:
            value = owner.definition.formulas[key](self)
        else:
            value = _share(self, key, owner)
        self[key] = value
        return value


class Elsewhere(dict[str, Value]):
    """The same once members of one stakeholder stand elsewhere; what does not depend on that is taken from before.

    Parameters
    ----------
    owner : Cases
    base : Pairs
    i : int
        Stakeholder.
    move : callable
        ``move(a, count)`` is how many take action `a` afterwards.
    """

    def __init__(self, owner: Cases, base: Pairs, i: int, move: Callable[[int, Value], Value]) -> None:
        super().__init__()
        self._owner, self._base, self._move = owner, base, move
        self._name = tuple(owner.actions)[i]
        self._affected = owner._affected[self._name]

    def __missing__(self, key: str) -> Value:
        value: Value
        kind = self._affected.get(key)
        if kind is None:
            value = self._base[key]
        elif kind >= 0:
            value = self._move(kind, self._base[key])
        elif key in self._owner.definition.formulas:
            value = self._owner.definition.formulas[key](self)
        else:
            value = _share(self, key, self._owner)
        self[key] = value
        return value


def _share(environment: Mapping[str, Value], key: str, owner: Cases) -> Value:
    """Return a share; its key names the same count."""
    name, action = key[len("share(") : -1].split(", ")
    count = count_key("count", name, action)
    return environment[count] / owner.members[owner.index[name]]


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))
