"""Which part of the literature stands in which game of the catalogue: cells, paths, levels, aspects, predictions, cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from . import catalogue
from .cards import filters
from .definition import Definition
from .definition.form import Aspect
from .governance.frameworks.names import CELLS, LEVELS, PATHS
from .literature import Case, Literature, Prediction, literature

COMMAND = "negotiate coverage > games/COVERAGE.md"
ASPECTS = {
    "economic": "economic results",
    "standards": "measurable standards",
    "rights": "enabling rights",
    "environment": "environmental load",
    "coverage": "coverage of lower tiers and groups",
    "public_cost": "public cost",
}
WITHIN = (
    "An expectation holds wherever any one number lies in its range, all others as in the file under its own settings; where it does not, it says "
    "within which part, and so hangs on that parameter. `negotiate check GAME --ranges` looks."
)
Where = Mapping[str, Sequence[str]]
"""For each element, the games in which it stands."""


@dataclass(frozen=True)
class Coverage:
    """What stands where.

    Parameters
    ----------
    games : tuple of Definition
        Those that are looked at.
    read : Literature
    elements : mapping of str to mapping
        For "cells", "paths", "levels", "aspects" and "classes": each element and the games in which it stands.
    predictions, cases : mapping
        Each slug and the games that check it, or have a scenario of it.
    """

    games: tuple[Definition, ...]
    read: Literature
    elements: Mapping[str, Where]
    predictions: Where
    cases: Where

    @property
    def open_predictions(self) -> tuple[Prediction, ...]:
        """Predictions that no game checks."""
        return tuple(entry for slug, entry in self.read.predictions.items() if not self.predictions[slug])

    @property
    def open_cases(self) -> tuple[Case, ...]:
        """Cases that no scenario follows."""
        return tuple(entry for slug, entry in self.read.cases.items() if not self.cases[slug])

    @property
    def left_out(self) -> dict[str, str]:
        """Why each of those is left out, by slug."""
        return {**{one.slug: one.left_out for one in self.open_predictions}, **{one.slug: one.left_out for one in self.open_cases}}

    @property
    def sentence(self) -> str:
        """How much is covered, in one line."""
        core = [entry for entry in self.read.predictions.values() if entry.importance == "core"]
        counts = [
            f"{sum(bool(self.predictions[entry.slug]) for entry in core)} of {len(core)} core predictions",
            f"{len(self.read.predictions) - len(self.open_predictions)} of all {len(self.read.predictions)}",
            f"{len(self.read.cases) - len(self.open_cases)} of {len(self.read.cases)} documented cases",
        ]
        counts += [f"{sum(map(bool, self.elements[name].values()))} of {len(self.elements[name])} {name}" for name in ("cells", "paths", "levels", "aspects")]
        return f"{len(self.games)} games cover {', '.join(counts)}."

    def as_dict(self) -> dict[str, Any]:
        """Return the coverage for JSON."""
        where = {name: {key: list(games) for key, games in rows.items()} for name, rows in self._everything().items()}
        return {"sentence": self.sentence, **where, "left_out": self.left_out}

    def _everything(self) -> dict[str, Where]:
        return {**self.elements, "predictions": self.predictions, "cases": self.cases}


def coverage(games: Iterable[Definition] | None = None, read: Literature | None = None) -> Coverage:
    """Join games and literature.

    Parameters
    ----------
    games : iterable of Definition, optional
        The catalogue's games about clusters unless given.
    read : Literature, optional
        The catalogue's unless given.

    Returns
    -------
    Coverage

    Examples
    --------
    >>> "common_effluent_plant" in coverage().elements["paths"]["cluster"]
    True
    """
    chosen = tuple(_clusters() if games is None else games)
    read = literature() if read is None else read
    levers = {game.name: tuple(game.levers.values()) for game in chosen}
    elements = {
        "cells": _where(CELLS, {name: {f"{one.scope}_{one.actor}" for one in rows} for name, rows in levers.items()}),
        "paths": _where(PATHS, {name: {one.path for one in rows} for name, rows in levers.items()}),
        "levels": _where(LEVELS, {name: {one.level for one in rows} for name, rows in levers.items()}),
        "aspects": _where(get_args(Aspect), {game.name: {outcome.aspect for outcome in game.outcomes.values()} for game in chosen}),
        "classes": _where(filters()["game_class"], {game.name: {game.game_class} for game in chosen}),
    }
    predictions = _where(read.predictions, {game.name: {expected.predicts for expected in game.expected} for game in chosen})
    return Coverage(chosen, read, elements, predictions, _where(read.cases, {game.name: {one.case for one in game.scenarios.values()} for game in chosen}))


def _clusters() -> list[Definition]:
    return [catalogue.load(name) for name, path in catalogue.paths().items() if catalogue.shelf(path) == catalogue.CLUSTERS]


def _where(elements: Iterable[str], has: Mapping[str, set[Any]]) -> Where:
    return {element: tuple(name for name, there in has.items() if element in there) for element in elements}


def as_markdown(found: Coverage) -> str:
    """Return the coverage as a Markdown page."""
    parts = [f"# What the catalogue covers\n\n{found.sentence}\n\nWritten by `{COMMAND}`; a test keeps it up to date."]
    counts = [(game.name, game.title, game.game_class or "", *_counts(found, game.name)) for game in found.games]
    parts.append(_table("Games", ("Game", "Title", "Class", "Cells", "Paths", "Predictions", "Cases"), counts))
    columns = ("Game", "Expectations", "hang on no parameter", "on one", "on two", "on more")
    parts.append(_table("Where expectations hold", columns, [(game.name, *map(str, hanging(game))) for game in found.games]) + f"\n\n{WITHIN}")
    words = {"cells": CELLS, "paths": PATHS, "levels": LEVELS, "aspects": ASPECTS, "classes": filters()["game_class"]}
    for name, title in {"cells": "Cells", "paths": "Paths", "levels": "Levels", "aspects": "Aspects of outcomes", "classes": "Game classes"}.items():
        parts.append(_table(title, ("Element", "Games"), [(words[name][key], ", ".join(games) or "none") for key, games in found.elements[name].items()]))
    told = [(entry, found.predictions[slug]) for slug, entry in found.read.predictions.items()]
    rows = [(entry.slug, entry.importance, entry.statement, "; ".join(entry.sources), ", ".join(games) or "none") for entry, games in told]
    parts.append(_table("Predictions", ("Prediction", "Set", "What it says", "Source", "Checked in"), rows))
    cases = [(entry, found.cases[slug]) for slug, entry in found.read.cases.items()]
    seen = [(entry.slug, f"{entry.name}, {entry.place}", "; ".join(entry.sources), ", ".join(games) or "none") for entry, games in cases]
    parts.append(_table("Cases", ("Case", "What and where", "Source", "Scenario in"), seen))
    left = list(found.left_out.items())
    parts.append(_table("Left out, and why", ("What", "Why"), left) if left else "## Left out, and why\n\nNothing.")
    return "\n\n".join(parts) + "\n"


def hanging(game: Definition) -> tuple[int, int, int, int, int]:
    """Return how many expectations a game has, and how many say that they hang on no parameter, on one, on two, on more."""
    on = [len(expected.within) for expected in game.expected]
    return len(on), on.count(0), on.count(1), on.count(2), sum(number > 2 for number in on)


def _counts(found: Coverage, name: str) -> list[str]:
    return [str(sum(name in games for games in rows.values())) for rows in (found.elements["cells"], found.elements["paths"], found.predictions, found.cases)]


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
