"""The table of allocation methods: every rule by which a cost can be shared, under one name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import NotApplicableError, SolverError, TooLargeError, unknown
from .allocation import Allocation
from .core.equal_profit import equal_profit
from .core.least import Core, core_point, least_core, least_core_point
from .cost_game import CostGame
from .nucleolus.nucleoli import nucleolus, per_capita_nucleolus, prenucleolus, proportional_nucleolus
from .shares.airport import airport
from .shares.banzhaf import banzhaf
from .shares.owen import owen
from .shares.paths import aumann_shapley, serial
from .shares.rules import equal, equal_per_class, proportional, scrb, tiered
from .shares.shapley import shapley
from .shares.tau import tau
from .terms import NO_TERMS, Terms, within_bounds


@dataclass(frozen=True)
class Method:
    """A row of the table.

    Parameters
    ----------
    name : str
    title : str
        What people call it.
    about : str
        What is fair about it, in one sentence for the people who are to pay.
    run : callable
        From a cost game and terms to an allocation.
    bounded : bool
        Whether it keeps the terms' caps and floors by itself; if not, they are applied to its charges.
    quick : bool
        Whether it takes milliseconds on any game, so that a page can show it with every change.
    """

    name: str
    title: str
    about: str
    run: Callable[[CostGame, Terms], Allocation]
    bounded: bool = False
    quick: bool = True


_ROWS = (
    Method("equal", "Equal for all", "Every member pays the same.", lambda game, _: equal(game)),
    Method("equal_per_class", "Equal for each class", "Every class pays the same in total, shared by its members.", lambda game, _: equal_per_class(game)),
    Method("proportional", "In proportion", "Who uses (or can pay) twice as much pays twice as much.", lambda game, terms: proportional(game, terms.to)),
    Method("scrb", "Separable costs first", "Everybody pays what it causes, and shares the rest by what joining saves it.", lambda game, _: scrb(game)),
    Method("shapley", "Shapley value", "Everybody pays what it adds to the cost, averaged over all orders of joining.", shapley),
    Method("banzhaf", "Banzhaf value", "Everybody pays what it adds to the cost, averaged over all groups of others.", lambda game, _: banzhaf(game)),
    Method("owen", "Owen value", "Those who negotiate as one share with the others first, then among themselves.", owen),
    Method("tau", "Tau value", "As far between what each has to pay and the most it can be asked for as the total allows.", lambda game, _: tau(game)),
    Method("core", "Centre of the core", "No group pays more than it would alone.", lambda game, _: core_point(game)),
    Method("least_core", "Least core", "The largest objection of any group is as small as possible.", lambda game, _: least_core_point(game)),
    Method("nucleolus", "Nucleolus", "The largest objection is as small as can be, then the next; nobody pays more than alone.", nucleolus, bounded=True),
    Method("prenucleolus", "Prenucleolus", "The largest objection of any group is as small as can be, then the next, and so on.", prenucleolus, bounded=True),
    Method("per_capita_nucleolus", "Nucleolus per head", "The largest objection per head is as small as can be.", per_capita_nucleolus, bounded=True),
    Method(
        "proportional_nucleolus",
        "Proportional nucleolus",
        "The least saving, as a share of cost, is as large as can be.",
        proportional_nucleolus,
        bounded=True,
    ),
    Method("equal_profit", "Equal savings", "Everybody saves the same share, as far as no group does better alone.", lambda game, _: equal_profit(game)),
    Method("serial", "Serial cost sharing", "Every step of use is shared equally by those who use that much.", lambda game, _: serial(game)),
    Method("aumann_shapley", "Aumann-Shapley prices", "Marginal cost, averaged while all grow in step.", lambda game, _: aumann_shapley(game), quick=False),
    Method("airport", "Stretch by stretch", "Every stretch (or step of size) is shared equally by those who need it.", lambda game, _: airport(game)),
    Method("tiered", "Table of fees", "Everybody pays the fee of its class, whether or not that covers the cost.", tiered, bounded=True),
)
METHODS = {row.name: row for row in _ROWS}
"""Every allocation method by its name."""


def title_of(name: str) -> str:
    """Return what people call a rule, in quotes; the name itself where it is not of the table.

    Examples
    --------
    >>> title_of("proportional"), title_of("paid")
    ("'In proportion'", "'paid'")
    """
    return f"'{METHODS[name].title if name in METHODS else name}'"


def method_named(name: str) -> Method:
    """Return a method.

    Raises
    ------
    UnknownNameError
        Lists the methods.
    """
    if name not in METHODS:
        raise unknown("allocation method", name, METHODS)
    return METHODS[name]


def allocate(game: CostGame, method: str, terms: Terms = NO_TERMS) -> Allocation:
    """Return the allocation by the method of that name.

    Parameters
    ----------
    game : CostGame
    method : str
        One of `METHODS`.
    terms : Terms
        A subsidy, caps, floors, unions.

    Returns
    -------
    Allocation

    Raises
    ------
    UnknownNameError
        Lists the methods.
    NotApplicableError
        When the method does not fit the game.
    """
    row = method_named(method)
    shared = game.subsidised(terms.subsidy)
    found = row.run(shared, terms)
    if not row.bounded:
        found = within_bounds(found, terms)
    return terms.with_subsidy(game, found)


def compare(game: CostGame, terms: Terms = NO_TERMS, names: Iterable[str] = METHODS) -> tuple[Core, dict[str, Allocation]]:
    """Return the core and the allocation of every method, of those named, that fits the game and its size and can be computed in floats."""
    core = least_core(game.subsidised(terms.subsidy))
    found = {}
    for name in names:
        try:
            found[name] = allocate(game, name, terms)
        except (NotApplicableError, TooLargeError, SolverError):
            continue
    return core, found


def as_dict(core: Core, allocations: dict[str, Allocation]) -> dict[str, Any]:
    """Return allocations for JSON; an empty core is listed as such."""
    return {name: core.as_dict() if name == "core" else allocations[name].as_dict() for name in METHODS if name == "core" or name in allocations}
