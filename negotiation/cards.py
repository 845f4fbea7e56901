"""What a game is about at a glance, and finding games by it: the index of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, get_args

from . import catalogue
from .definition import Definition
from .definition.form import GameClass, Kind, Path_
from .errors import unknown
from .governance.frameworks.names import CELLS, LEVELS, PATHS
from .literature import literature


@dataclass(frozen=True)
class Card:
    """A game at a glance.

    Parameters
    ----------
    name, title, summary, money, shelf : str
    game_class : str
        Empty where the file does not say.
    kinds : tuple of str
        Kinds of its stakeholders.
    members : int
        How many players in all.
    cells, paths, levels : tuple of str
        Where it has a lever, driver or barrier.
    cases : tuple of str
        Documented cases that its scenarios follow.
    predictions : tuple of str
        Predictions of the literature that it checks.
    levers, scenarios, expectations : int
        How many.
    """

    name: str
    title: str
    summary: str
    money: str
    shelf: str
    game_class: str = ""
    kinds: tuple[str, ...] = ()
    members: int = 0
    cells: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    predictions: tuple[str, ...] = ()
    levers: int = 0
    scenarios: int = 0
    expectations: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the card for JSON."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


@dataclass(frozen=True)
class Wanted:
    """Which games are looked for; empty fields ask for nothing.

    Parameters
    ----------
    kind : str
        Kind of a stakeholder.
    path : str
        One of the six paths.
    cell : str
        Scope by actor, e.g. "horizontal_private".
    game_class : str
    case : str
        A documented case.
    """

    kind: str = ""
    path: str = ""
    cell: str = ""
    game_class: str = ""
    case: str = ""

    @property
    def said(self) -> dict[str, str]:
        """The fields that ask for something."""
        return {field.name: getattr(self, field.name) for field in fields(self) if getattr(self, field.name)}

    def checked(self) -> Wanted:
        """Return itself.

        Raises
        ------
        UnknownNameError
            For what no game could have; names the nearest.
        """
        for field, value in self.said.items():
            if value not in filters()[field]:
                raise unknown(field.replace("_", " "), value, filters()[field])
        return self

    def fits(self, card: Card) -> bool:
        """Return whether a game is one of those."""
        has = {"kind": card.kinds, "path": card.paths, "cell": card.cells, "game_class": (card.game_class,), "case": card.cases}
        return all(value in has[field] for field, value in self.said.items())


@lru_cache(maxsize=1)
def filters() -> Mapping[str, Mapping[str, str]]:
    """Return what games can be looked for by, and the words for it."""
    return {
        "kind": {kind: {"ngo": "NGO"}.get(kind, kind.capitalize()) for kind in get_args(Kind)},
        "path": {path: PATHS[path] for path in get_args(Path_)},
        "cell": CELLS,
        "game_class": {name: name.capitalize() for name in get_args(GameClass)},
        "case": {slug: f"{case.name} ({case.place})" for slug, case in literature().cases.items()},
    }


def card(definition: Definition, shelf: str) -> Card:
    """Return a game at a glance.

    Examples
    --------
    >>> found = card(catalogue.load("common_effluent_plant"), "clusters")
    >>> found.members > 100, "horizontal_public" in found.cells
    (True, True)
    """
    levers = definition.levers.values()
    placed = {f"{lever.scope}_{lever.actor}" for lever in levers}
    paths, levels, kinds = {lever.path for lever in levers}, {lever.level for lever in levers}, {s.kind for s in definition.stakeholders.values()}
    return Card(
        definition.name,
        definition.title,
        definition.summary,
        definition.money,
        shelf,
        definition.game_class or "",
        tuple(kind for kind in get_args(Kind) if kind in kinds),
        sum(stakeholder.members for stakeholder in definition.stakeholders.values()),
        tuple(cell for cell in CELLS if cell in placed),
        tuple(path for path in PATHS if path in paths),
        tuple(level for level in LEVELS if level in levels),
        tuple(dict.fromkeys(scenario.case for scenario in definition.scenarios.values() if scenario.case)),
        tuple(dict.fromkeys(expected.predicts for expected in definition.expected if expected.predicts)),
        len(definition.levers),
        len(definition.scenarios),
        len(definition.expected),
    )


def catalogue_cards() -> tuple[Card, ...]:
    """Return the catalogue's games at a glance: clusters first, then the textbook."""
    there = catalogue.paths()
    return tuple(card(catalogue.load(name), catalogue.shelf(there[name])) for name in catalogue.names())


def found(cards: Iterable[Card], wanted: Wanted) -> tuple[Card, ...]:
    """Return the games that fit.

    Raises
    ------
    UnknownNameError
    """
    wanted.checked()
    return tuple(one for one in cards if wanted.fits(one))


def offered(cards: Iterable[Card]) -> dict[str, dict[str, str]]:
    """Return for each filter what at least one game has, with its words, so that nobody chooses what is not there."""
    there = tuple(cards)
    return {
        field: {value: words for value, words in choices.items() if any(Wanted(**{field: value}).fits(one) for one in there)}
        for field, choices in filters().items()
    }
