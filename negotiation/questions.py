"""How a question about a game in strategic form is asked: a game with options, and a row of the table of concepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from .budget import Budget
from .errors import NotApplicableError
from .governance.situation import Situation
from .numerics import Array
from .options import Option
from .strategic.game import Game, Points


class Result(Protocol):
    """What a concept returns: it can be turned into JSON; most also have a `sentence`."""

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""


@dataclass(frozen=True)
class Case:
    """A game with the options of one question.

    Parameters
    ----------
    game : Game
    situation : Situation or None
        Where the game comes from a written form.
    options : mapping
        Values of the right kind.
    budget : Budget or None
    """

    game: Game
    situation: Situation | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    budget: Budget | None = None

    def option(self, name: str) -> Any:
        """Return an option, or None."""
        return self.options.get(name)

    @property
    def target(self) -> Points:
        """The game's target."""
        return self._written("target").target

    @property
    def status_quo(self) -> Points:
        """Today's profile, or where everybody takes the first action."""
        today = None if self.situation is None else self.situation.status_quo
        return today if today is not None else tuple(np.zeros(1, dtype=np.int64) for _ in self.game.names)

    def counts(self, points: Points) -> dict[str, dict[str, int]]:
        """Return a profile by names."""
        return self.game.counts(points)

    def shares(self, points: Points) -> tuple[Array, ...]:
        """Return a profile as shares of members, moved a little inwards so that every action is known to somebody."""
        rows = [axis.counts[index[0]] / axis.members for axis, index in zip(self.game.lattice.axes, points, strict=True)]
        return tuple(0.98 * row + 0.02 / len(row) for row in rows)

    def moves(self) -> list[list[str]]:
        """Return the order of moves: the option `moves` ("government > firms, buyers"), or what the game file says."""
        said = self.option("moves")
        if said:
            return [[name.strip() for name in group.split(",")] for group in str(said).split(">")]
        groups = [] if self.situation is None else self.situation.definition.moves
        if not groups:
            first, *rest = self.game.names
            example = f"{first} > {', '.join(rest)}" if rest else first
            raise NotApplicableError("the game says nothing about who moves first", f"give the option moves, e.g. moves='{example}'")
        return groups

    def _written(self, what: str) -> Situation:
        if self.situation is None:
            raise NotApplicableError(f"a game in strategic form has no {what}", "use a game file in the written form")
        return self.situation


@dataclass(frozen=True)
class Concept:
    """A row of the table."""

    name: str
    about: str
    run: Callable[[Case], Result]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Listed:
    """Findings of one kind, each with a sentence of its own.

    Parameters
    ----------
    key : str
        What the list is called in JSON.
    rows : tuple of dict
    sentence : str
    """

    key: str
    rows: tuple[dict[str, Any], ...]
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the list for JSON."""
        return {self.key: list(self.rows), "complete": True, "sentence": self.sentence}
