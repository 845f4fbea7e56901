"""Which lever sets are examined, and what each of them does to parameters and stakeholders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...coalitional.build import build_cost_game
from ...definition import Definition, known
from ...errors import NotApplicableError, TooLargeError
from ...formula import Value, parse
from ...numerics import Array
from ...settings import Settings
from ..situation import charged_values
from .cases import Cases

Sets = NDArray[np.bool_]
"""Lever sets, shape (sets, levers)."""
EXACT = 14
"""Levers up to which every set is examined."""
DRAWN = 4_096
"""Sets that are drawn where there are more levers."""
MAX_LEVERS = 60


def all_sets(levers: int) -> Sets:
    """Return every set; row `k` has lever `j` where bit `j` of `k` is 1.

    Raises
    ------
    TooLargeError
        Above 14 levers.

    Examples
    --------
    >>> all_sets(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    if levers > EXACT:
        raise TooLargeError(f"{levers} levers have {2**levers:,} sets, at most {2**EXACT:,} can all be examined", f"choose {EXACT} levers")
    return (np.arange(2**levers)[:, None] >> np.arange(levers) & 1).astype(np.bool_)


def drawn_sets(levers: int, seed: int = 1) -> tuple[Sets, NDArray[np.bool_]]:
    """Return sets drawn with equal chances, together with all sets of up to two levers and their complements.

    Returns
    -------
    sets : ndarray of bool, shape (sets, levers)
    drawn : ndarray of bool, shape (sets,)
        Which of them were drawn; only these are a fair sample.
    """
    if levers > MAX_LEVERS:
        raise TooLargeError(f"there are {levers} levers, at most {MAX_LEVERS} can be examined", "choose fewer levers")
    rng = np.random.default_rng(seed)
    codes = np.unique(rng.integers(0, 2**levers, size=DRAWN, dtype=np.int64))
    small = [sum(1 << j for j in chosen) for size in range(3) for chosen in combinations(range(levers), size)]
    extra = np.setdiff1d(np.array(small + [2**levers - 1 - code for code in small], dtype=np.int64), codes)
    whole = np.concatenate([codes, extra])
    return (whole[:, None] >> np.arange(levers) & 1).astype(np.bool_), np.arange(len(whole)) < len(codes)


def cases_of(
    definition: Definition, settings: Settings, levers: Sequence[str], sets: Sets, charges: str | None = None, *, varied: Mapping[str, Array] | None = None
) -> tuple[Cases, dict[int, str]]:
    """Return what the lever sets do, as cases, and why some of them cannot be judged.

    Parameters
    ----------
    definition : Definition
    settings : Settings
        Its levers are on in every set.
    levers : sequence of str
        Names, one for each column of `sets`.
    sets : ndarray of bool
    charges : str, optional
        Allocation method whose charges people pay; one cost game for each different setting of what it reads.
    varied : mapping of str to ndarray, optional
        Parameters with a value for each row of `sets`; as if set by hand.

    Returns
    -------
    cases : Cases
    excluded : dict of int to str
        Sets in which the method has no charges, with the reason.

    Raises
    ------
    UnknownNameError
        For a parameter, lever or scenario that does not exist.
    """
    for name in (*levers, *settings.levers):
        known("lever", name, definition.levers)
    active = {name: np.ones(len(sets), dtype=np.bool_) for name in settings.levers} | {name: sets[:, j] for j, name in enumerate(levers)}
    ordered = [(lever, active[name]) for name, lever in definition.levers.items() if name in active]
    values: dict[str, Value] = dict(definition.values(Settings((), settings.scenario)))
    for lever, on in ordered:
        values |= {name: np.where(on, value, values[name]) for name, value in lever.set.items()}
    for lever, on in ordered:
        values |= {name: values[name] + np.where(on, amount, 0.0) for name, amount in lever.shift.items()}
    by_hand: dict[str, Value] = dict(settings.set) | dict(varied or {})
    for name in by_hand:
        known("parameter", name, definition.parameters)
    values |= by_hand
    bound = np.full((len(definition.stakeholders), len(sets)), -1, dtype=np.intp)
    for i, (name, stakeholder) in enumerate(definition.stakeholders.items()):
        for lever, on in ordered:
            if name in lever.commit:
                bound[i, on] = list(stakeholder.actions).index(lever.commit[name])
    excluded = {} if charges is None else _charge(definition, by_hand, values, charges, len(sets))
    return Cases(definition, values, bound), excluded


def _charge(definition: Definition, by_hand: Mapping[str, Value], values: dict[str, Value], rule: str, size: int) -> dict[int, str]:
    """Put the charges of a rule into `values`; return the cases in which it has none."""
    read = sorted(_read_by_costs(definition))
    table = np.array([np.broadcast_to(values[name], (size,)) for name in read]).reshape(len(read), size)
    first, which = np.unique(table, axis=1, return_index=True, return_inverse=True)[1:]
    excluded: dict[int, str] = {}
    charged: dict[str, Array] = {}
    for group, k in enumerate(first):
        here = np.flatnonzero(which.ravel() == group)
        one = {name: float(np.broadcast_to(value, (size,))[k]) for name, value in values.items()}
        try:
            found = charged_values(build_cost_game(definition, one), rule)
        except NotApplicableError as error:
            excluded |= {int(case): error.message for case in here}
            continue
        for name, charge in found.items():
            charged.setdefault(name, np.array(np.broadcast_to(values[name], (size,)), dtype=float))[here] = charge
    values |= {name: charge for name, charge in charged.items() if name not in by_hand}
    return excluded


def _read_by_costs(definition: Definition) -> set[str]:
    """Return the parameters on which the cost game depends."""
    form = definition.cost_game
    if form is None:
        return set()
    texts = [form.cost, form.capital]
    for one in form.classes.values():
        texts += [text for text in (one.use, one.ability, one.months, one.fee, one.floor) if text is not None]
    for source in form.sources.values():
        texts += [text for text in (source.least, source.most) if text is not None]
    waiting = set().union(*(parse(text).names for text in texts))
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in definition.parameters:
            found.add(name)
        elif name in definition.formulas:
            waiting |= definition.formulas[name].names
    return found
