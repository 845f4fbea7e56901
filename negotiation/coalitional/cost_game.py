"""Cost games over classes of identical members.

c(S) depends on how many members of each class S has, so the game is one table over count vectors. A game between single
players is the case in which every class has one member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np

from ..definition import Definition
from ..document import read_document
from ..errors import InvalidGameError, NotApplicableError, Problem, TooLargeError, listed, nearest
from ..evaluation import CoalitionEnvironment
from ..formula import parse
from ..numerics import Array, frozen

MAX_COALITIONS = 5_000_000
MAX_PLAYERS = 22


@dataclass(frozen=True, eq=False)
class CostGame:
    """The least cost of serving every coalition.

    Parameters
    ----------
    names : tuple of str
        Classes (or single players).
    members : tuple of int
        Members of each class.
    costs : ndarray, shape (members + 1 of each class)
        ``costs[s]`` is the cost of serving `s_k` members of each class `k`; 0 for nobody; in `unit`.
    use : tuple of float
        What one member of each class uses (its flow, its load), for charges in proportion to use.
    feeds : tuple of (str or None)
        Parameter of the game that each class's charge becomes.
    kind : str
        "cost", or "savings" where the table holds worths to be shared out.
    """

    names: tuple[str, ...]
    members: tuple[int, ...]
    costs: Array
    use: tuple[float, ...]
    feeds: tuple[str | None, ...]
    unit: str = ""
    kind: Literal["cost", "savings"] = "cost"
    labels: Mapping[str, str] | None = None

    @cached_property
    def total(self) -> float:
        """Cost of serving everybody."""
        return float(self.costs[self.members])

    @property
    def population(self) -> int:
        """Number of members of all classes together."""
        return sum(self.members)

    @property
    def size(self) -> int:
        """Number of coalitions, as count vectors, with the empty one and everybody."""
        return prod(n + 1 for n in self.members)

    @property
    def between_players(self) -> bool:
        """Whether every class is a single player."""
        return all(n == 1 for n in self.members)

    @cached_property
    def scale(self) -> float:
        """The largest absolute cost."""
        return float(np.max(np.abs(self.costs)))

    def label(self, k: int) -> str:
        """Return what people call a class."""
        return (self.labels or {}).get(self.names[k]) or self.names[k]

    def charged(self, charges: Sequence[float]) -> Array:
        """Return what each coalition would pay under `charges` per member, shape of `costs`."""
        total = np.zeros(())
        for k, (charge, n) in enumerate(zip(charges, self.members, strict=True)):
            total = total + (charge * np.arange(n + 1.0)).reshape([-1 if j == k else 1 for j in range(len(self.members))])
        return total

    def coalition(self, flat: int) -> dict[str, int]:
        """Return a coalition by names, leaving out classes of which it has nobody."""
        counts = np.unravel_index(flat, self.costs.shape)
        return {name: int(count) for name, count in zip(self.names, counts, strict=True) if count}


def build_cost_game(definition: Definition, values: Mapping[str, float]) -> CostGame:
    """Evaluate the cost game of a definition.

    Raises
    ------
    NotApplicableError
        When the definition has none.
    TooLargeError
        Beyond `MAX_COALITIONS` count vectors.
    InvalidGameError
        When some coalition's cost has no value.
    """
    form = definition.cost_game
    if form is None:
        raise NotApplicableError(f"'{definition.name}' has no cost game", "add 'cost_game' with classes and a cost formula")
    members = {name: entry.members or definition.stakeholders[name].members for name, entry in form.classes.items()}
    _check_size(members)
    environment = CoalitionEnvironment(members, values, definition.formulas)
    shape = tuple(n + 1 for n in members.values())
    costs = np.array(np.broadcast_to(parse(form.cost)(environment), shape), dtype=float)
    costs[(0,) * len(shape)] = 0.0
    if not np.isfinite(costs).all():
        first = np.argwhere(~np.isfinite(costs))[0]
        coalition = ", ".join(f"{count} {name}" for name, count in zip(members, first, strict=True))
        raise InvalidGameError(
            [Problem(("cost_game", "cost"), f"the cost has no value for the coalition of {coalition}", "guard the formula")], definition.name
        )
    everybody = {key: float(np.max(value)) if key.startswith("count(") else value for key, value in environment.items()}
    use = tuple(float(np.max(parse(entry.use)(CoalitionEnvironment(members, everybody, definition.formulas)))) for entry in form.classes.values())
    labels = {name: entry.label or (definition.stakeholders[name].label if name in definition.stakeholders else "") for name, entry in form.classes.items()}
    unit = form.unit or definition.money
    return CostGame(tuple(members), tuple(members.values()), frozen(costs), use, tuple(entry.feeds for entry in form.classes.values()), unit, "cost", labels)


def _check_size(members: Mapping[str, int]) -> None:
    size = prod(n + 1 for n in members.values())
    if size > MAX_COALITIONS:
        largest = max(members, key=lambda name: members[name])
        fits = MAX_COALITIONS * (members[largest] + 1) // size - 1
        remedy = f"with {fits:,} members of '{largest}' it fits" if fits > 0 else "join classes"
        raise TooLargeError(f"the cost game has {size:,} coalitions, at most {MAX_COALITIONS:,} can be examined", remedy)


def read_plain_game(data: Any, source: str = "") -> CostGame:
    """Read ``{"players": [...], "costs": [{"coalition": [...], "cost": ...}, ...]}`` (or "worths", each with a "worth").

    Raises
    ------
    InvalidGameError
        With every mistake: unknown or repeated players, a coalition that is missing or stands twice, a value that is no number.
    TooLargeError
        Above `MAX_PLAYERS` players.

    Examples
    --------
    >>> game = read_plain_game({"players": ["A", "B"], "costs": [
    ...     {"coalition": ["A"], "cost": 7}, {"coalition": ["B"], "cost": 5}, {"coalition": ["A", "B"], "cost": 9}]})
    >>> game.total
    9.0
    """
    if isinstance(data, (str, bytes)):
        data = read_document(data, source).data
    players = data.get("players") if isinstance(data, dict) else None
    if not isinstance(players, list) or not players or not all(isinstance(name, str) and name for name in players) or len(set(players)) < len(players):
        raise InvalidGameError([Problem(("players",), "expected a list of different names", 'write e.g. "players": ["A", "B"]')], source)
    if len(players) > MAX_PLAYERS:
        raise TooLargeError(f"the game has {len(players)} players, at most {MAX_PLAYERS} can be examined", "join players that are alike into classes")
    if "worths" in data and "costs" in data:
        raise InvalidGameError([Problem(("worths",), "both 'costs' and 'worths' are given", "keep one of them")], source)
    kind: Literal["cost", "savings"] = "savings" if "worths" in data else "cost"
    section, field = ("worths", "worth") if kind == "savings" else ("costs", "cost")
    entries = data.get(section)
    if not isinstance(entries, list):
        raise InvalidGameError([Problem((section,), f"'{section}' is missing", f'add a list of {{"coalition": [...], "{field}": number}}')], source)
    table, problems = _fill(players, entries, section, field)
    if problems:
        raise InvalidGameError(problems, source)
    ones = (1,) * len(players)
    return CostGame(tuple(players), ones, frozen(table), (1.0,) * len(players), (None,) * len(players), str(data.get("unit") or ""), kind)


def _fill(players: list[str], entries: list[Any], section: str, field: str) -> tuple[Array, list[Problem]]:
    table = np.full((2,) * len(players), np.nan)
    table[(0,) * len(players)] = 0.0
    problems = []
    for k, entry in enumerate(entries):
        place = (section, k)
        coalition, value = (entry.get("coalition"), entry.get(field)) if isinstance(entry, dict) else (None, None)
        strangers = [name for name in coalition if name not in players] if isinstance(coalition, list) else []
        if not isinstance(coalition, list) or (not coalition and value not in (0, 0.0)):
            problems.append(Problem((*place, "coalition"), "expected a list of players", 'write e.g. ["A", "B"]'))
        elif strangers:
            problems.append(Problem((*place, "coalition"), f"unknown player '{strangers[0]}'", nearest(str(strangers[0]), players)))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= 1e15:
            problems.append(
                Problem(
                    (*place, field),
                    f"got {str(value)[:30]}, expected a finite number of at most 1e15",
                    "write digits with a decimal point, in larger units where needed",
                )
            )
        else:
            row = tuple(int(name in coalition) for name in players)
            if len(set(coalition)) < len(coalition):
                problems.append(Problem((*place, "coalition"), "a player stands twice", "name each player once"))
            if coalition and not np.isnan(table[row]):
                problems.append(Problem(place, f"the coalition {', '.join(coalition)} stands twice", "remove one of them"))
            table[row] = value if coalition else 0.0
    missing = [", ".join(name for name, here in zip(players, row, strict=True) if here) for row in np.argwhere(np.isnan(table))[:9]]
    if missing and not problems:
        count = int(np.isnan(table).sum())
        problems.append(Problem((section,), f"{count} coalition{'s are' if count > 1 else ' is'} missing: {listed(missing, 8)}", "give every coalition"))
    return table, problems
