"""Many settings of one game at many profiles: what every single switch would bring, as arrays over (case, profile) pairs.

A case is a value for each parameter and, for some stakeholders, the action to which they are bound. A lever set is a case; so is a lever
set with one value of a parameter that is varied. Formulas broadcast, so all pairs are answered together, and no payoff is evaluated at a
profile that nobody asks about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...definition import Definition, Profile
from ...formula import Formula, Value, parse
from ...numerics import ARITHMETIC, ROUND_OFF, Array
from ...program import Moved, Program, Reading
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
        known = self._known(wanted)
        found = np.empty(len(cases))
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                found[part] = self._reading(known, cases[part], counts[:, part]).of(wanted)
        return found

    def earned(self, cases: Indices, counts: Array) -> Array:
        """Return what all members of each stakeholder earn together at each pair, shape (stakeholders, P)."""
        total = np.zeros((len(self.members), len(cases)))
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                reading = self._reading(self._payoffs, cases[part], counts[:, part])
                for i, row in enumerate(self.formulas):
                    for a, formula in enumerate(row):
                        taken = counts[self.first[i] + a, part]
                        total[i, part] += np.where(taken > 0, taken * reading.of(formula), 0.0)
        return total

    def gains(self, cases: Indices, counts: Array) -> Array:
        """Return what a member gains by each move at each pair, shape (moves, P).

        Minus infinity where nobody can make the move, NaN where a payoff has no value. Two evaluations of a payoff formula a move.
        """
        found = np.empty((len(self.moves), len(cases)))
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                base, rows = self._reading(self._payoffs, cases[part], counts[:, part]), iter(found[:, part])
                for i in range(len(self.members)):
                    self._gains_of(i, base, (self.bound[i][cases[part]] < 0, counts[:, part]), rows)
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

    def _gains_of(self, i: int, base: Reading, where: tuple[NDArray[np.bool_], Array], rows: Iterator[Array]) -> None:
        """Fill in the gains of the moves of one stakeholder, which is free in some cases."""
        formulas, (free, counts), alone = self.formulas[i], where, self.members[i] == 1

        @cache
        def stay(a: int) -> Value:
            return (_alone(base, i, a) if alone else base).of(formulas[a])

        for a in range(len(formulas)):
            possible = free & (counts[self.first[i] + a] > 0)
            somebody = bool(possible.any())
            for b in range(len(formulas)):
                if a != b:
                    row = next(rows)
                    row[:] = -np.inf
                    if somebody:
                        there = stay(b) if alone else _after(base, i, a, b).of(formulas[b])
                        np.copyto(row, there - stay(a), where=possible)

    # --- what formulas read

    @cached_property
    def _payoffs(self) -> Known:
        """What the payoffs have in common at all profiles."""
        return self._known(*(formula for row in self.formulas for formula in row))

    def _known(self, *formulas: Formula) -> Known:
        """Return what some formulas have in common at all profiles."""
        program = self.definition.program
        if any(formula not in program for formula in formulas):
            program = self.definition.program_of(*(formula.text for formula in formulas))
        with np.errstate(all="ignore"):
            constants = program.constants(formulas, self.values)
        return Known(program, constants, frozenset(k for k, value in constants.items() if np.ndim(value)))

    def _reading(self, known: Known, cases: Indices, counts: Array) -> Reading:
        """Return what formulas read at some pairs."""

        def source(k: int) -> Value:
            if k in known.constants:
                value = known.constants[k]
                return np.asarray(value)[cases] if k in known.varied else value
            i, a = known.program.count(k)
            row: Array = counts[self.first[i] + a]
            return row

        return Reading(known.program, source)

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
                with np.errstate(all="ignore"):
                    payoff = self._reading(self._payoffs, everywhere, column[:, None]).of(formula)
                found.append(np.nan_to_num(np.abs(np.broadcast_to(payoff, (self.size,))), posinf=0.0))
        return np.array(found)


class Known(NamedTuple):
    """Formulas taken apart, and the values of their steps that read no counts; those in `varied` differ between cases."""

    program: Program
    constants: Mapping[int, Value]
    varied: frozenset[int]


def _alone(base: Reading, i: int, action: int) -> Moved:
    """Return what formulas read when the only member of `i` takes `action`."""
    return Moved(base, i, lambda a, count: float(a == action))


def _after(base: Reading, i: int, action: int, other: int) -> Moved:
    """Return what formulas read after one member of `i` has switched."""
    return Moved(base, i, lambda a, count: count - 1.0 if a == action else count + 1.0 if a == other else count)


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))
