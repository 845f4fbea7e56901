"""Many settings of one game at many profiles: what every single switch would bring, as arrays over (case, profile) pairs.

A case is a value for each parameter and, for some stakeholders, the action to which they are bound. A lever set is a case; so is a lever
set with one value of a parameter that is varied. Formulas broadcast, so all pairs are answered together, and no payoff is evaluated at a
profile that nobody asks about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import count, islice, permutations

import numpy as np
from numpy.typing import NDArray

from ...definition import Definition, Profile
from ...formula import Formula, Value, parse
from ...lattice import Axis
from ...numerics import ARITHMETIC, ROUND_OFF, Array
from ...strategic.game import Move
from .places import Indices, Places, shifted
from .tabled import After, Here, Tabled

BLOCK = 32_768
"""Pairs that are evaluated together, so that what is between stays in the processor's cache."""
SAMPLED = 12
"""Profiles from which the usual size of a stakeholder's payoffs is taken."""
TABLE = 2**16
"""Values that a table of a step has at most, so that it stays in the processor's cache."""
TABLE_A_CASE = 64
"""The same for each case: few cases are not worth large tables."""


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
    def axes(self) -> tuple[Axis, ...]:
        """Where each stakeholder can stand when nobody is bound."""
        return tuple(Axis(size, len(row)) for size, row in zip(self.members, self.actions.values(), strict=True))

    @cached_property
    def first(self) -> tuple[int, ...]:
        """Row of each stakeholder's first action."""
        return tuple(int(row) for row in np.cumsum([0, *(len(row) for row in self.actions.values())])[:-1])

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Every switch of one member from one action to another, if nobody is bound."""
        return tuple(Move(i, a, b) for i, row in enumerate(self.actions.values()) for a, b in permutations(range(len(row)), 2))

    @cached_property
    def switches(self) -> tuple[int, ...]:
        """How many of the moves are those of each stakeholder."""
        return tuple(len(row) * (len(row) - 1) for row in self.actions.values())

    @cached_property
    def formulas(self) -> tuple[tuple[Formula, ...], ...]:
        """Payoff formula of each stakeholder and action."""
        return tuple(tuple(parse(self.definition.payoffs[name][action]) for action in row) for name, row in self.actions.items())

    @cached_property
    def tolerances(self) -> Array:
        """For each stakeholder and case, the difference of payoffs that counts as round-off, shape (stakeholders, size).

        As for a game, a share of the usual payoff; the usual one is taken from a few profiles, always the same.
        """
        found = []
        for i, row in enumerate(self.formulas):
            group = self.payoffs.group(*row)
            one = self._sampled_payoffs(i, group.first)
            found.append((ROUND_OFF * np.median(one, axis=0) + ARITHMETIC * one.max(axis=0))[group.number])
        return np.array(found)

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
        wanted, tabled, found = parse(formula), self.tabled(formula), np.empty(len(cases))
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                found[part] = tabled.at(self.places(cases[part], counts[:, part])).of(wanted)
        return found

    def observe_at(self, formula: str, places: Places) -> Value:
        """Return the value of a formula at some pairs; it may have one value for all."""
        with np.errstate(all="ignore"):
            return self.tabled(formula).at(places).of(parse(formula))

    def earned(self, cases: Indices, counts: Array) -> Array:
        """Return what all members of each stakeholder earn together at each pair, shape (stakeholders, P)."""
        total = np.zeros((len(self.members), len(cases)))
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                reading = self.payoffs.at(self.places(cases[part], counts[:, part]))
                for i, row in enumerate(self.formulas):
                    for a, formula in enumerate(row):
                        taken = counts[self.first[i] + a, part]
                        total[i, part] += np.where(taken > 0, taken * reading.of(formula), 0.0)
        return total

    def gains(self, cases: Indices, counts: Array) -> Array:
        """Return what a member gains by each move at each pair, shape (moves, P).

        Minus infinity where nobody can make the move, NaN where a payoff has no value. Two values of a payoff formula a move.
        """
        found = np.full((len(self.moves), len(cases)), -np.inf)
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                here, rows = self.payoffs.at(self.places(cases[part], counts[:, part])), iter(found[:, part])
                for i in range(len(self.members)):
                    for row, (possible, gain) in zip(islice(rows, self.switches[i]), self._gains_of(i, here), strict=True):
                        np.copyto(row, gain, where=possible)
        return found

    def replies(self, cases: Indices, counts: Array) -> tuple[Indices, NDArray[np.bool_]]:
        """Return the move that gains most at each pair, the first of equals, and whether it pays more than round-off."""
        best, most = np.zeros(len(cases), dtype=np.intp), np.full(len(cases), -np.inf)
        with np.errstate(all="ignore"):
            for part in _blocks(len(cases)):
                here, moves = self.payoffs.at(self.places(cases[part], counts[:, part])), count()
                for i in range(len(self.members)):
                    for (pays, gain), k in zip(self._paying(i, here), moves, strict=False):
                        better = pays & (gain > most[part])
                        if better.any():
                            most[part], best[part] = np.where(better, gain, most[part]), np.where(better, k, best[part])
        return best, ~np.isneginf(most)

    def improving(self, i: int, places: Places) -> list[NDArray[np.bool_]]:
        """Return for each move of one stakeholder whether it pays more than round-off at some pairs."""
        with np.errstate(all="ignore"):
            return [pays for pays, _ in self._paying(i, self.payoffs.at(places))]

    def _paying(self, i: int, here: Here) -> Iterator[tuple[NDArray[np.bool_], Value]]:
        """Yield for each move of one stakeholder where it pays more than round-off, and what it brings."""
        least = self.tolerances[i][here.places.cases]
        for possible, gain in self._gains_of(i, here):
            yield possible & (gain > least), gain

    def _gains_of(self, i: int, here: Here) -> Iterator[tuple[NDArray[np.bool_], Value]]:
        """Yield for each move of one stakeholder where it is possible, and what it brings there."""
        formulas, counts, places, axis = self.formulas[i], here.places.counts[i], here.places, self.axes[i]
        free, single = self.bound[i][places.cases] < 0, axis.members == 1
        stay: dict[int, Value] = {}
        for a, b in permutations(range(len(formulas)), 2):
            possible = free & (counts[a] > 0)
            if not possible.any():
                yield possible, -np.inf
                continue
            for c in (a, b) if single else (a,):
                if c not in stay:
                    stay[c] = (After(here, i, partial(_alone, c), partial(_towards, places, i, c)) if single else here).of(formulas[c])
            if single:
                yield possible, stay[b] - stay[a]
            else:
                there = After(here, i, partial(_switched, a, b), partial(_onwards, places, i, a, b))
                yield possible, there.of(formulas[b]) - stay[a]

    # --- what formulas read

    def places(self, cases: Indices, counts: Array) -> Places:
        """Return pairs of cases and profiles, an array of shape (kinds, P)."""
        return Places(cases, self.axes, [list(counts[first : first + axis.actions]) for first, axis in zip(self.first, self.axes, strict=True)])

    @cached_property
    def payoffs(self) -> Tabled:
        """All payoffs, with what they have in common at many pairs."""
        return self._tabled(*(formula for row in self.formulas for formula in row))

    def tabled(self, formula: str) -> Tabled:
        """Return the same of another formula."""
        if formula not in self._others:
            self._others[formula] = self._tabled(parse(formula))
        return self._others[formula]

    @cached_property
    def _others(self) -> dict[str, Tabled]:
        return {}

    def _tabled(self, *formulas: Formula) -> Tabled:
        program = self.definition.program
        if any(formula not in program for formula in formulas):
            program = self.definition.program_of(*(formula.text for formula in formulas))
        return Tabled(program, formulas, self.values, self.axes, size=self.size, limit=min(TABLE, TABLE_A_CASE * self.size))

    def _sampled_payoffs(self, i: int, cases: Indices) -> Array:
        """Return absolute payoffs of a stakeholder at a few profiles at which each action is taken, shape (some, cases)."""
        found = []
        for a, formula in enumerate(self.formulas[i]):
            counts = _samples(self.axes)
            own = counts[self.first[i] : self.first[i] + self.axes[i].actions]
            own[own.argmax(axis=0), np.arange(SAMPLED)] -= 1.0
            own[a] += 1.0
            with np.errstate(all="ignore"):
                payoff = self.payoffs.at(self.places(cases[:, None], counts)).of(formula)
            found.append(np.nan_to_num(np.abs(np.broadcast_to(payoff, (len(cases), SAMPLED))), posinf=0.0).T)
        return np.concatenate(found)


def _samples(axes: tuple[Axis, ...]) -> Array:
    """Return a few profiles, always the same, shape (kinds, some)."""
    return np.array(_drawn(axes)).T


@lru_cache(maxsize=64)
def _drawn(axes: tuple[Axis, ...]) -> tuple[tuple[float, ...], ...]:
    rng = np.random.default_rng(20150101)
    drawn = [[rng.multinomial(axis.members, rng.dirichlet(np.ones(axis.actions))) for axis in axes] for _ in range(SAMPLED)]
    return tuple(tuple(np.concatenate(one).astype(float).tolist()) for one in drawn)


def _alone(action: int, a: int, count: Value) -> Value:
    """Return how many take action `a` when the only member takes `action`."""
    return float(a == action)


def _switched(action: int, other: int, a: int, count: Value) -> Value:
    """Return how many take action `a` after one member has switched from `action` to `other`."""
    return count - 1.0 if a == action else count + 1.0 if a == other else count


def _towards(places: Places, i: int, row: int) -> Indices:
    """Return how many rows further the only member of `i` stands at `row`."""
    return row - places.row(i)


def _onwards(places: Places, i: int, a: int, b: int) -> Indices:
    """Return how many rows further a member's switch leads."""
    found: Indices = shifted(places.axes[i], a, b)[places.row(i)]
    return found


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))
