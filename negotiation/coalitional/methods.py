"""The table of allocation methods: every rule by which a cost can be shared, under one name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import NotApplicableError, SolverError, TooLargeError, unknown
from ..loading import later
from .allocation import Allocation
from .cost_game import CostGame
from .terms import NO_TERMS, Terms, within_bounds

if TYPE_CHECKING:
    from .core.least import Core

Rule = Callable[[CostGame, Terms], Allocation]


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
    run: Rule
    bounded: bool = False
    quick: bool = True


def _of_game(place: str) -> Rule:
    """Return a rule that looks at the game alone, loaded when it is used."""
    return lambda game, _: later(f"{__package__}.{place}")(game)


def _on_terms(place: str) -> Rule:
    """Return a rule that keeps to terms, loaded when it is used."""
    return later(f"{__package__}.{place}")


_ROWS = (
    Method("equal", "Equal for all", "Every member pays the same.", _of_game("shares.rules:equal")),
    Method(
        "equal_per_class",
        "Equal for each class",
        "Every class pays the same in total, shared by its members.",
        _of_game("shares.rules:equal_per_class"),
    ),
    Method(
        "proportional",
        "In proportion",
        "Who uses (or can pay) twice as much pays twice as much.",
        lambda game, terms: later("negotiation.coalitional.shares.rules:proportional")(game, terms.to),
    ),
    Method(
        "scrb",
        "Separable costs first",
        "Everybody pays what it causes, and shares the rest by what joining saves it.",
        _of_game("shares.rules:scrb"),
    ),
    Method(
        "shapley",
        "Shapley value",
        "Everybody pays what it adds to the cost, averaged over all orders of joining.",
        _on_terms("shares.shapley:shapley"),
    ),
    Method(
        "banzhaf",
        "Banzhaf value",
        "Everybody pays what it adds to the cost, averaged over all groups of others.",
        _of_game("shares.banzhaf:banzhaf"),
    ),
    Method(
        "owen",
        "Owen value",
        "Those who negotiate as one share with the others first, then among themselves.",
        _on_terms("shares.owen:owen"),
    ),
    Method(
        "tau",
        "Tau value",
        "As far between what each has to pay and the most it can be asked for as the total allows.",
        _of_game("shares.tau:tau"),
    ),
    Method("core", "Centre of the core", "No group pays more than it would alone.", _of_game("core.least:core_point")),
    Method(
        "least_core",
        "Least core",
        "The largest objection of any group is as small as possible.",
        _of_game("core.least:least_core_point"),
    ),
    Method(
        "nucleolus",
        "Nucleolus",
        "The largest objection is as small as can be, then the next; nobody pays more than alone.",
        _on_terms("nucleolus.nucleoli:nucleolus"),
        bounded=True,
    ),
    Method(
        "prenucleolus",
        "Prenucleolus",
        "The largest objection of any group is as small as can be, then the next, and so on.",
        _on_terms("nucleolus.nucleoli:prenucleolus"),
        bounded=True,
    ),
    Method(
        "per_capita_nucleolus",
        "Nucleolus per head",
        "The largest objection per head is as small as can be.",
        _on_terms("nucleolus.nucleoli:per_capita_nucleolus"),
        bounded=True,
    ),
    Method(
        "proportional_nucleolus",
        "Proportional nucleolus",
        "The least saving, as a share of cost, is as large as can be.",
        _on_terms("nucleolus.nucleoli:proportional_nucleolus"),
        bounded=True,
    ),
    Method(
        "equal_profit",
        "Equal savings",
        "Everybody saves the same share, as far as no group does better alone.",
        _of_game("core.equal_profit:equal_profit"),
    ),
    Method(
        "serial",
        "Serial cost sharing",
        "Every step of use is shared equally by those who use that much.",
        _of_game("shares.paths:serial"),
    ),
    Method(
        "aumann_shapley",
        "Aumann-Shapley prices",
        "Marginal cost, averaged while all grow in step.",
        _of_game("shares.paths:aumann_shapley"),
        quick=False,
    ),
    Method(
        "airport",
        "Stretch by stretch",
        "Every stretch (or step of size) is shared equally by those who need it.",
        _of_game("shares.airport:airport"),
    ),
    Method(
        "tiered",
        "Table of fees",
        "Everybody pays the fee of its class, whether or not that covers the cost.",
        _on_terms("shares.rules:tiered"),
        bounded=True,
    ),
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
    core = later("negotiation.coalitional.core.least:least_core")(game.subsidised(terms.subsidy))
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
