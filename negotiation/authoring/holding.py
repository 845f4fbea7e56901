"""Under which numbers for one parameter does an expectation hold? All numbers are asked at once where the claim allows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..definition import Definition, Expectation, Given
from ..errors import NegotiationError
from ..governance.anchors import anchors_at_once, at_profile, drawn
from ..governance.expectations import CLOSE, failures, follows, related
from ..governance.line import Line, Truth, build_line, taken
from ..governance.situation import build_situation
from ..governance.stability import bloc
from ..governance.tipping import tips_at_once
from ..numerics import Array
from ..strategic.game import Points
from .missing import cost_parameters, names_read
from .moved import with_values

KEPT = 2
"""Games of the last settings that are kept: claims under the same settings follow one another."""
CLAIMS = ("every_equilibrium", "some_equilibrium", "no_equilibrium", "holds", "observe", "after_moves")

SITUATED = ("verdict", "individual", "formation", "equilibria", "every_equilibrium", "some_equilibrium", "no_equilibrium", "weakest", "holds", "after_moves")
"""Claims about the game under the expectation's own settings."""


class Holding:
    """A definition with many numbers for one of its parameters, asked for one expectation after the other.

    Parameters
    ----------
    definition : Definition
    name : str
        The parameter.
    values : sequence of float
        Numbers for it, within its range.

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": {"value": 1, "low": 0, "high": 9}},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "5 - fee", "stay": 2}},
    ...     "expected": [{"says": "It pays.", "every_equilibrium": "count(firm, pay) == 1"}]})
    >>> Holding(game, "fee", [0, 2, 4]).asked(game.expected[0]).tolist()
    [True, True, False]
    """

    def __init__(self, definition: Definition, name: str, values: Sequence[float] | Array) -> None:
        self.definition, self.name, self.values = definition, name, np.asarray(values, dtype=float)
        self._lines = lru_cache(maxsize=KEPT)(self._line)

    def asked(self, expected: Expectation) -> Truth:
        """Return under which of the numbers an expectation holds that holds under the file's own; False where the game has no value."""
        if self._one_by_one(expected):
            return self._each(expected)
        try:
            if not self._touches(expected):
                return np.ones(len(self.values), dtype=np.bool_)
            return self._at_once(expected) if expected.after_moves is None else self._each(expected)
        except NegotiationError:
            return self._each(expected)

    def _one_by_one(self, expected: Expectation) -> bool:
        """Return whether charges, costs or mixtures are claimed, and the parameter has to do with them."""
        if expected.given.charges is not None or expected.mixed or expected.solutions is not None:
            return True
        if expected.core is None and not expected.in_core:
            return False
        told = [] if expected.iff is None else [expected.iff]
        return self.name in cost_parameters(self.definition) | names_read(self.definition, told)

    def _each(self, expected: Expectation) -> Truth:
        return np.array([self._holds(expected, value) for value in self.values], dtype=np.bool_)

    def _holds(self, expected: Expectation, value: float) -> bool:
        try:
            return next(failures(with_values(self.definition, {self.name: float(value)}), expected, tested=False), None) is None
        except NegotiationError:
            return False

    def _touches(self, expected: Expectation) -> bool:
        """Return whether the parameter changes a payoff, or is read by the claim, under any settings that the expectation looks at."""
        texts = [text for field in CLAIMS if (text := getattr(expected, field)) is not None] + list(expected.tips_at.values())
        target = self.definition.target
        texts += [target.condition] if target is not None and target.condition is not None else []
        judged = expected.verdict is not None and self.name in cost_parameters(self.definition)
        if expected.vary or judged or self.name in names_read(self.definition, texts):
            return True
        return any(self._lines(*key).moves_payoffs for key in self._settings(expected))

    def _settings(self, expected: Expectation) -> Iterator[tuple[str, tuple[tuple[str, float], ...]]]:
        """Yield the settings that an expectation looks at, as keys of the lines: the given ones, each step, those compared with."""
        plain = _only_observes(expected)
        if not plain:
            yield _key(expected.given)
        if expected.trend is not None:
            yield from (_key(expected.given, step) for step in _steps(expected))
        if expected.relation is not None and expected.compared_with is not None:
            yield from (_key(expected.given), _key(expected.compared_with))

    def _line(self, given: str, extra: tuple[tuple[str, float], ...]) -> Line:
        under = Given.model_validate_json(given)
        return build_line(self.definition, under.model_copy(update={"set": {**under.set, **dict(extra)}}), self.name, self.values)

    def _at_once(self, expected: Expectation) -> Truth:
        truth = np.ones(len(self.values), dtype=np.bool_)
        if at_profile(expected):
            truth &= self._anchor(expected)
        if expected.tips_at:
            truth &= self._tipping(expected)
        if not _only_observes(expected):
            truth &= self._equilibria(expected, self._lines(*_key(expected.given)))
        if expected.observe is not None and expected.trend is not None:
            truth &= self._trend(expected)
        if expected.observe is not None and expected.relation is not None and expected.compared_with is not None:
            truth &= self._comparison(expected)
        return truth

    def _anchor(self, expected: Expectation) -> Truth:
        """Compare the closed form with the engine's answer at every draw under every number."""
        closed, found = anchors_at_once(self.definition, expected, self._columns(expected))
        same: Truth = (closed == found).reshape(len(self.values), -1).all(axis=1)
        return same

    def _tipping(self, expected: Expectation) -> Truth:
        """Compare numbers of members in the same way."""
        truth = np.ones(len(self.values), dtype=np.bool_)
        for claimed, found in tips_at_once(self.definition, expected, self._columns(expected)).values():
            truth &= (claimed == found).reshape(len(self.values), -1).all(axis=1)
        return truth

    def _columns(self, expected: Expectation) -> dict[str, Array]:
        """Return every draw of what varies under every number."""
        draws, many = drawn(expected) if expected.vary else [{}], len(self.values)
        tiled = {name: np.tile([draw[name] for draw in draws], many) for name in expected.vary}
        return {**tiled, self.name: np.repeat(taken(self.definition, expected.given, self.name, self.values), len(draws))}

    def _equilibria(self, expected: Expectation, line: Line) -> Truth:
        truth = np.ones(line.size, dtype=np.bool_)
        if expected.individual is not None:
            truth &= line.content(line.situation.target) == expected.individual
        if expected.is_equilibrium is not None and expected.iff is None:
            truth &= line.content(line.game.point(line.situation.definition.counts(expected.is_equilibrium)))
        if expected.holds is not None:
            origin = tuple(np.zeros(1, dtype=np.int64) for _ in line.game.names)
            truth &= line.situation.observe(expected.holds, line.everywhere(origin)) != 0
        if expected.equilibria is not None:
            truth &= line.numbers == expected.equilibria
        truth &= _claimed(expected, line)
        return self._verdict(expected, line, truth) if truth.any() else truth

    def _verdict(self, expected: Expectation, line: Line, truth: Truth) -> Truth:
        target = line.situation.target if expected.verdict is not None or expected.weakest is not None else None
        if target is not None and expected.weakest is not None:
            truth = truth & _weakest(line, target, expected.weakest)
        if target is not None and expected.verdict is not None:
            content = line.content(target)
            truth = truth & (content != (expected.verdict == "unstable"))
            if expected.verdict != "unstable":
                truth = truth & (self._others(expected, line, target, truth) == (expected.verdict == "stable"))
        if expected.formation is not None and truth.any():
            truth = truth & np.array([word == expected.formation for word in line.words or [None] * line.size])
        return truth

    def _others(self, expected: Expectation, line: Line, target: Points, asked: Truth) -> Truth:
        """Return under which of the numbers asked about the target forms, blocs stay and charges are fair."""
        truth: Truth = asked & np.array([word == "forms" for word in line.words or ["forms"] * line.size], dtype=np.bool_)
        fair = self._fair(expected, truth)
        for k in np.flatnonzero(truth):
            truth[k] = fair[k] and bloc(line.game, tuple(rows[k : k + 1] for rows in line.everywhere(target))).holds
        return truth

    def _fair(self, expected: Expectation, asked: Truth) -> Truth:
        fair = np.ones(len(self.values), dtype=np.bool_)
        if self.definition.cost_game is None or not asked.any():
            return fair
        moves = self.name in cost_parameters(self.definition)
        for k in np.flatnonzero(asked) if moves else [0]:
            values = {self.name: float(self.values[k])} if moves else {}
            paid = build_situation(with_values(self.definition, values), expected.given.settings()).paid
            fair[k if moves else slice(None)] = paid is None or (paid.objection is None and paid.shortfall == 0.0)
        return fair

    def _trend(self, expected: Expectation) -> Truth:
        steps = np.array([_ends(self._lines(*_key(expected.given, step)), expected.observe or "") for step in _steps(expected)])
        return np.array([_told(steps[:, k], expected.trend or "") for k in range(len(self.values))], dtype=np.bool_)

    def _comparison(self, expected: Expectation) -> Truth:
        sides = [_ends(self._lines(*_key(given)), expected.observe or "") for given in (expected.given, expected.compared_with) if given is not None]
        here, there = sides
        close = CLOSE * np.maximum(1.0, np.abs(sides).max(axis=(0, 2)))
        pairs = zip(here - there, close, strict=True)
        return np.array([not np.isnan(change).any() and related(change, expected.relation or "", float(limit)) for change, limit in pairs], dtype=np.bool_)


def _only_observes(expected: Expectation) -> bool:
    """Return whether an expectation says nothing about the game under its own settings but what is observed, or an anchor."""
    alone = expected.is_equilibrium is None or expected.iff is not None
    return alone and not expected.tips_at and all(getattr(expected, field) is None for field in SITUATED)


def _key(given: Given, extra: Mapping[str, float] | None = None) -> tuple[str, tuple[tuple[str, float], ...]]:
    return given.model_dump_json(), tuple((extra or {}).items())


def _steps(expected: Expectation) -> list[dict[str, float]]:
    length = len(next(iter(expected.along.values()), ()))
    return [{name: values[k] for name, values in expected.along.items()} for k in range(length)]


def _claimed(expected: Expectation, line: Line) -> Truth:
    """Return under which values all, some or no equilibria are as claimed."""
    truth = np.ones(line.size, dtype=np.bool_)
    if expected.every_equilibrium is not None:
        truth &= np.array([bool(len(found)) and bool((found != 0).all()) for found in line.observed(expected.every_equilibrium)])
    if expected.some_equilibrium is not None:
        truth &= np.array([bool((found != 0).any()) for found in line.observed(expected.some_equilibrium)])
    if expected.no_equilibrium is not None:
        truth &= np.array([not (found != 0).any() for found in line.observed(expected.no_equilibrium)])
    return truth


def _weakest(line: Line, target: Points, claimed: Mapping[str, str]) -> Truth:
    """Return under which values the most tempting move is the one claimed."""
    gains, game = line.gains(target), line.game
    if not len(gains) or np.isnan(gains).all():
        return np.zeros(line.size, dtype=np.bool_)
    best = [game.moves[k] for k in np.argmax(np.nan_to_num(gains, nan=-np.inf), axis=0)]
    words = [{"stakeholder": game.names[move.stakeholder], "to": game.actions[move.stakeholder][move.b]} for move in best]
    return np.array([all(word.get(key) == value for key, value in claimed.items()) for word in words], dtype=np.bool_)


def _ends(line: Line, formula: str) -> Array:
    """Return the least and the largest value over all equilibria under each of the values, shape (values, 2); NaN where there is none."""
    return np.array([[found.min(), found.max()] if found.size else [np.nan, np.nan] for found in line.observed(formula)])


def _told(ranges: Array, trend: str) -> bool:
    if np.isnan(ranges).any():
        return False
    changes = np.array([after - before for before, after in pairwise(ranges)])
    return follows(changes, trend, CLOSE * max(1.0, float(np.abs(ranges).max())))
