"""The allocation methods by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import NotApplicableError, unknown
from .allocation import Allocation
from .core import Core, least_core
from .cost_game import CostGame
from .rules import equal, proportional, shapley


def core_point(game: CostGame) -> Allocation:
    """Return a point of the core.

    Raises
    ------
    NotApplicableError
        When the core is empty.
    """
    core = least_core(game)
    if core.empty:
        raise NotApplicableError(
            "the core is empty: every way of sharing leaves some coalition better off alone", "use least_core, or lower the cost with a subsidy"
        )
    return core.point


METHODS: dict[str, Callable[[CostGame], Allocation]] = {
    "equal": equal,
    "proportional": proportional,
    "shapley": shapley,
    "core": core_point,
    "least_core": lambda game: least_core(game).point,
}


def allocate(game: CostGame, method: str) -> Allocation:
    """Return the allocation by the method of that name.

    Raises
    ------
    UnknownNameError
        Lists the methods.
    NotApplicableError
        When the method does not fit the game.
    """
    if method not in METHODS:
        raise unknown("allocation method", method, METHODS)
    return METHODS[method](game)


def compare(game: CostGame) -> tuple[Core, dict[str, Allocation]]:
    """Return the core and the allocation of every method that fits the game."""
    core = least_core(game)
    found = {}
    for name in METHODS:
        if name == "core" and core.empty:
            continue
        if name in ("core", "least_core"):
            found[name] = core.point
            continue
        try:
            found[name] = allocate(game, name)
        except NotApplicableError:
            continue
    return core, found


def as_dict(core: Core, allocations: dict[str, Allocation]) -> dict[str, Any]:
    """Return all allocations for JSON; an empty core is listed as such."""
    return {name: core.as_dict() if name == "core" else allocations[name].as_dict() for name in METHODS if name == "core" or name in allocations}
