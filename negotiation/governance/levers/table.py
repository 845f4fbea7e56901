"""Every set of levers judged: does the target hold, would it form, who leaves first, and how many cooperate?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...definition import Definition
from ...errors import NotApplicableError, UnknownNameError, nearest
from ...numerics import Array, plain, shown
from ...settings import NO_SETTINGS, Settings
from ...strategic.dynamics.paths import FormationWord
from ..situation import Situation
from ..stability import Weakest
from .cases import Cases
from .forming import forming
from .sets import EXACT, Sets, all_sets, cases_of, drawn_sets
from .standing import individually, targets
from .walks import Walks, best_replies
from .wording import lever_words, payers_of, target_words

LISTED = 50


@dataclass(frozen=True, eq=False)
class LeverTable:
    """Lever sets and what becomes of the target in each.

    Parameters
    ----------
    levers : tuple of str
        The levers that are switched, in the order of the columns of `sets`; the levers of `settings` among them are not on by themselves.
    sets : ndarray of bool, shape (sets, levers)
    holds : ndarray of bool, shape (sets,)
        Whether no single member gains by leaving the target.
    margin : ndarray, shape (sets,)
        How far that is from changing, in the game's money unit; infinite where nobody has a choice, NaN where the set cannot be judged.
    kept : Walks
        From the target, those who gain most leave one by one until nobody gains: what is left of the cooperation; NaN where nobody knows
        what to pay.
    reached : Walks or None
        The same from the status quo: the cooperation that gets going by itself; None where the game names no status quo.
    forms : tuple of str or None
        Whether every path of improving moves from the status quo ends in the target ("forms"), some path does ("may form") or none;
        asked where the target holds, None elsewhere.
    excluded : mapping of int to str
        Sets that rule the target out or cannot be judged, with the reason.
    drawn : ndarray of bool or None
        Which sets are a fair sample; None when every set is examined.
    gave_up : str
        Why `forms` is missing where the target holds; empty when it is not.
    """

    definition: Definition
    settings: Settings
    charges: str | None
    levers: tuple[str, ...]
    sets: Sets
    cases: Cases
    holds: NDArray[np.bool_]
    margin: Array
    leaving: NDArray[np.intp]
    kept: Walks
    reached: Walks | None
    forms: tuple[FormationWord | None, ...]
    excluded: Mapping[int, str]
    drawn: NDArray[np.bool_] | None
    gave_up: str

    @cached_property
    def exact(self) -> bool:
        """Whether every set of the levers is in the table."""
        whole = 2 ** len(self.levers)
        return bool(len(self.sets) == whole and len(np.unique(self.sets, axis=0)) == whole)

    @property
    def formed(self) -> NDArray[np.bool_]:
        """Where the target holds and forms from the status quo, shape (sets,)."""
        return np.array([word == "forms" for word in self.forms], dtype=np.bool_)

    @cached_property
    def price(self) -> Array:
        """What each set costs, all payers together, in the game's money unit, shape (sets,)."""
        found: Array = self.sets @ np.array([self.definition.levers[name].cost for name in self.levers], dtype=float)
        return found

    def names(self, k: int) -> tuple[str, ...]:
        """Return the levers of the `k`-th set."""
        return tuple(name for name, on in zip(self.levers, self.sets[k], strict=True) if on)

    def row(self, levers: Sequence[str]) -> int:
        """Return where a set stands.

        Raises
        ------
        UnknownNameError
            For a lever that is not switched here, or a set that was not drawn.
        """
        for name in levers:
            if name not in self.levers:
                raise UnknownNameError(f"the table does not switch a lever '{name}'", nearest(name, self.levers))
        wanted = np.array([name in levers for name in self.levers], dtype=np.bool_)
        found = np.flatnonzero((self.sets == wanted).all(axis=1))
        if not len(found):
            raise UnknownNameError("this set of levers was not drawn", "judge it by itself, or choose fewer levers")
        return int(found[0])

    def weakest(self, k: int) -> Weakest | None:
        """Return who leaves first in the `k`-th set, or comes nearest to leaving; None where nobody has a choice or it cannot be judged."""
        if self.leaving[k] < 0 or np.isnan(self.margin[k]):
            return None
        i, a, b = self.cases.moves[self.leaving[k]]
        name, actions = list(self.cases.actions.items())[i]
        return Weakest(name, actions[a], actions[b], -float(self.margin[k]))

    def payers(self, k: int) -> dict[str, float]:
        """Return who pays how much for the `k`-th set; what has no payer stands under an empty name."""
        return payers_of(self.definition, self.names(k))

    def observe(self, formula: str, counts: Array) -> Array:
        """Return a formula at one profile a set, shape (sets,)."""
        return self.cases.observe(formula, np.arange(self.cases.size), counts)

    def described(self, k: int) -> dict[str, Any]:
        """Return the `k`-th set as a flat row."""
        weakest = self.weakest(k)
        return {
            "levers": list(self.names(k)),
            "holds": bool(self.holds[k]),
            "margin": float(self.margin[k]),
            "leaves_first": weakest and f"{weakest.stakeholder}: {weakest.action} to {weakest.to}",
            "forms": self.forms[k],
            "kept": float(self.kept.cooperation[k]),
            "reached": None if self.reached is None else float(self.reached.cooperation[k]),
            "cost": float(self.price[k]),
            "ruled_out": self.excluded.get(k),
        }

    @property
    def how(self) -> str:
        """How the answer was found and whether it is complete."""
        if self.exact:
            whole = f"every one of the {len(self.sets):,} sets of {len(self.levers)} levers was examined"
        elif self.drawn is None:
            whole = f"{len(self.sets):,} chosen sets of {len(self.levers)} levers were examined"
        else:
            low, high = _interval(int(self.holds[self.drawn].sum()), int(self.drawn.sum()))
            whole = (
                f"{int(self.drawn.sum()):,} sets of {len(self.levers)} levers were drawn, with all sets of up to two and their complements; "
                f"the target holds in {100 * low:.1f} to {100 * high:.1f} % of all sets, with 95 % confidence"
            )
        return whole if not self.gave_up else f"{whole}; formation is missing: {self.gave_up}"

    @property
    def sentence(self) -> str:
        """The table in plain words."""
        holding = np.flatnonzero(self.holds)
        if not len(holding):
            return f"With none of the {len(self.sets):,} lever sets examined does {target_words(self.definition)} hold."
        cheapest = min(holding.tolist(), key=lambda k: (self.price[k], self.sets[k].sum()))
        made = f", and in {int(self.formed.sum()):,} of them it gets going by itself" if self.reached is not None else ""
        price = f"{shown(float(self.price[cheapest]))} {self.definition.money}"
        parts = f"Of {len(self.sets):,} lever sets, {target_words(self.definition)} holds with {len(holding):,}{made}."
        named = lever_words(self.definition, self.names(cheapest))
        return f"{parts} The cheapest that makes it hold: {named} ({price})." if named else f"{parts} It holds without any lever."

    def as_dict(self) -> dict[str, Any]:
        """Return the table for JSON: without levers, each alone, all, and the cheapest sets with which the target holds."""
        few = [k for k in range(len(self.sets)) if self.sets[k].sum() in (0, 1, len(self.levers))]
        holding = sorted(np.flatnonzero(self.holds).tolist(), key=lambda k: (self.price[k], self.sets[k].sum()))
        body = {
            "sentence": self.sentence,
            "how": self.how,
            "exact": self.exact,
            "number": len(self.sets),
            "hold": int(self.holds.sum()),
            "form": int(self.formed.sum()) if self.reached is not None else None,
            "money": self.definition.money,
            "single_levers": [self.described(k) for k in few],
            "cheapest_that_hold": [self.described(k) for k in holding[:LISTED]],
        }
        return dict(plain(body))


def lever_table(
    subject: Situation | Definition,
    settings: Settings | None = None,
    charges: str | None = None,
    levers: Sequence[str] | None = None,
    budget: Budget | None = None,
    *,
    seed: int = 1,
    formation: bool = True,
) -> LeverTable:
    """Judge every set of levers: exactly up to 14 levers, above that 4,096 drawn sets, all sets of up to two, and their complements.

    All sets are walked at once, and their payoffs evaluated only at profiles that some path reaches; no game is built.

    Parameters
    ----------
    subject : Situation or Definition
        Of a situation its settings and charges are taken, unless others are given.
    settings : Settings, optional
        Scenario and values set by hand, which have the last word; its levers stay on unless they are among `levers`.
    charges : str, optional
        Allocation method whose charges people pay, worked out anew for each set that changes the cost game.
    levers : sequence of str, optional
        Which are switched; all of the file if not given.
    budget : Budget, optional
    seed : int
        For what is drawn.
    formation : bool
        Whether to ask if the target forms, which takes longer than all the rest.

    Returns
    -------
    LeverTable

    Raises
    ------
    NotApplicableError
        When the game names no target or no levers.
    UnknownNameError
        For a lever, parameter or scenario that does not exist.

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "Two firms", "money": "USD", "parameters": {"fine": 0},
    ...     "stakeholders": {"firm": {"members": 2, "actions": ["comply", "cheat"]}}, "payoffs": {"firm": {"comply": "0 - 3", "cheat": "0 - fine"}},
    ...     "target": {"profile": {"firm": "comply"}}, "levers": {"police": {"shift": {"fine": 2}}, "court": {"shift": {"fine": 2}}}})
    >>> table = lever_table(game)
    >>> table.holds.tolist(), table.kept.cooperation.tolist(), table.margin.tolist()
    ([False, False, False, True], [0.0, 0.0, 0.0, 1.0], [-3.0, -1.0, -1.0, 1.0])
    """
    definition = subject.definition if isinstance(subject, Situation) else subject
    if isinstance(subject, Situation):
        settings, charges = subject.settings if settings is None else settings, subject.rule if charges is None else charges
    names = tuple(definition.levers) if levers is None else tuple(dict.fromkeys(levers))
    if not names:
        raise NotApplicableError(f"'{definition.name}' names no levers", "add 'levers: ...', what people could put in place")
    if len(names) <= EXACT:
        return judged_sets(definition, names, all_sets(len(names)), settings, charges, budget=budget, formation=formation)
    sets, drawn = drawn_sets(len(names), seed)
    return judged_sets(definition, names, sets, settings, charges, budget=budget, drawn=drawn, formation=formation)


def judged_sets(
    definition: Definition,
    levers: Sequence[str],
    sets: Sets,
    settings: Settings | None = None,
    charges: str | None = None,
    *,
    budget: Budget | None = None,
    drawn: NDArray[np.bool_] | None = None,
    varied: Mapping[str, Array] | None = None,
    formation: bool = True,
) -> LeverTable:
    """Judge the given sets of levers; as :func:`lever_table`, which chooses the sets itself.

    Parameters
    ----------
    definition : Definition
    levers : sequence of str
    sets : ndarray of bool, shape (sets, levers)
    settings, charges, budget
        As in :func:`lever_table`.
    drawn : ndarray of bool, optional
        Which sets are a fair sample of all.
    varied : mapping of str to ndarray, optional
        Parameters that have another value for each row; as if set by hand.
    formation : bool
        Whether to ask if the target forms.

    Returns
    -------
    LeverTable
    """
    settings = settings or NO_SETTINGS
    aim = definition.target
    if aim is None:
        raise NotApplicableError(f"'{definition.name}' names no target", "add 'target: {profile: ...}', the cooperative outcome to be judged")
    cases, excluded = cases_of(definition, settings, levers, sets, charges, varied=varied)
    unpriced = np.array([k in excluded for k in range(len(sets))], dtype=np.bool_)
    target, excluded = targets(cases, excluded)
    judgeable = np.array([k not in excluded for k in range(len(sets))], dtype=np.bool_)
    holds, margin, leaving = individually(cases, cases.written(aim.profile))
    holds, margin = holds & judgeable, np.where(judgeable, margin, np.nan)
    starts = [cases.written(aim.profile)] + ([] if definition.status_quo is None else [cases.written(definition.status_quo)])
    everywhere = np.tile(np.arange(cases.size), len(starts))
    walks = best_replies(cases, everywhere, np.concatenate(starts, axis=1), np.tile(target, len(starts)), budget)
    words: list[FormationWord | None] = [None] * len(sets)
    why = ""
    if len(starts) == 2 and formation:
        chosen = np.flatnonzero(holds)
        found, why = forming(cases, chosen, starts[1], target, aim.condition, budget=budget)
        for k, word in zip(chosen.tolist(), found, strict=True):
            words[k] = word
    walks.cooperation[np.tile(unpriced, len(starts))] = np.nan
    kept, reached = walks.part(slice(0, len(sets))), walks.part(slice(len(sets), None)) if len(starts) == 2 else None
    return LeverTable(definition, settings, charges, tuple(levers), sets, cases, holds, margin, leaving, kept, reached, tuple(words), excluded, drawn, why)


def _interval(hits: int, size: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share."""
    z2 = 1.96**2
    middle = (hits + z2 / 2) / (size + z2)
    half = 1.96 / (size + z2) * np.sqrt(hits * (size - hits) / size + z2 / 4)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
