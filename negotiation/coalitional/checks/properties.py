"""What is unusual about a cost game: negative, falling, cheaper apart than together, dearer the more there are; with the worst example of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...numerics import ROUND_OFF, Array
from ..cost_game import CostGame
from ..words import group, joined, money
from .cover import parts, splits, subadditive_cover

MOST_SPLITS = 50_000_000
"""Pairs of a coalition and a part of it up to which every split is looked at; 16 single players have 43 million."""

MOST_DIFFERENCES = 500_000_000
"""Differences of costs up to which pairs of joining members are looked at; 21 single players have 484 million."""


@dataclass(frozen=True)
class Finding:
    """A property that a game does not have, with the example that breaks it most.

    Parameters
    ----------
    kind : str
        "negative", "falling", "apart" (cheaper apart than together), "crowding" (a member adds more to a larger group).
    amount : float
        By how much, in the game's unit.
    coalitions : tuple of dict
        The coalitions of the example.
    sentence : str
    """

    kind: str
    amount: float
    coalitions: tuple[dict[str, int], ...]
    sentence: str


@dataclass(frozen=True)
class Examination:
    """Which of the usual properties a game has.

    Parameters
    ----------
    nonnegative : bool
    monotone : bool
        Serving more members never costs less.
    subadditive : bool or None
        Serving two groups together never costs more than apart (in a game of savings: earns no less); None where that is not known.
    concave : bool or None
        A member never adds more to a larger group (in a game of savings: less; then the game is convex); None where that is not known.
    findings : tuple of Finding
        One for each property that the game does not have.
    reasons : mapping of str to str
        Why a property is not known, or a finding may not be the worst.
    """

    nonnegative: bool
    monotone: bool
    subadditive: bool | None
    concave: bool | None
    findings: tuple[Finding, ...]
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What the findings say, for people."""
        said = [finding.sentence for finding in self.findings] or ["Nothing unusual was found."]
        return " ".join([*said, *self.reasons.values()])

    def as_dict(self) -> dict[str, Any]:
        """Return the examination for JSON."""
        return {
            "nonnegative": self.nonnegative,
            "monotone": self.monotone,
            "subadditive": self.subadditive,
            "concave": self.concave,
            "findings": [{"kind": f.kind, "amount": f.amount, "coalitions": list(f.coalitions), "sentence": f.sentence} for f in self.findings],
            "reasons": dict(self.reasons),
            "sentence": self.sentence,
        }


def examine(game: CostGame) -> Examination:
    r"""Return which of the usual properties a game has, with the worst example against each that it has not.

    .. math:: c(S) \ge 0, \quad c(S) \le c(S \cup i), \quad c(S \cup T) \le c(S) + c(T), \quad c(S \cup ij) - c(S \cup j) \le c(S \cup i) - c(S)

    Real data break these; that is worth knowing, and no reason to refuse them. Monotony and concavity take one and K (K + 1) / 2 passes
    over the table. Every split is looked at up to `MOST_SPLITS` of them; above, a concave game is known to be subadditive,
    and of another one only splits of everybody in two and of one or two members off a group are tried.

    Raises
    ------
    TooLargeError
        Beyond tables.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> print(examine(table_game("AB", np.array([0.0, 5.0, 7.0, 13.0]))).sentence)
    Served apart, B and A cost 12; together they cost 13, which is 1 more. A member can add more to a larger group: A adds 7 on its own, but 8 to B.
    """
    pairs = game.size * len(game.names) * (len(game.names) + 1) // 2 <= MOST_DIFFERENCES
    crowding = _crowding(game) if pairs else None
    concave = crowding is None if pairs else None
    every = splits(game.members) <= MOST_SPLITS
    apart = _apart(game) if every else None if concave else _some_apart(game, pairs)
    reasons = {}
    if not every and not concave:
        reasons["subadditive"] = SOME_SPLITS
    if not pairs:
        reasons["concave"] = TOO_MANY_PAIRS
    found = (_negative(game), _falling(game), apart, crowding)
    subadditive = False if apart else True if every or concave else None
    return Examination(found[0] is None, found[1] is None, subadditive, concave, tuple(one for one in found if one is not None), reasons)


SOME_SPLITS = "Not every way to split was tried: only everybody in two, and members off a group one at a time or two."
TOO_MANY_PAIRS = "The game is too large to see whether members add more to larger groups."


@dataclass(frozen=True)
class _Words:
    """How a game of costs, or of savings, is told."""

    several: str
    more: str


def _words(game: CostGame) -> _Words:
    return _Words("cost", "more") if game.sign > 0 else _Words("earn", "less")


def _negative(game: CostGame) -> Finding | None:
    worst = int(np.argmin(game.costs))
    amount = -float(game.costs.flat[worst])
    if amount <= ROUND_OFF * game.scale:
        return None
    coalition = _coalition(game, np.unravel_index(worst, game.shape))
    what = "Serving" if game.sign > 0 else "The worth of"
    return Finding("negative", amount, (coalition,), f"{what} {group(game, coalition)} is less than nothing: {money(game, -amount)}.")


def _falling(game: CostGame) -> Finding | None:
    falls = [_worst(_upper(game.costs, k, -1) - _upper(game.costs, k, 1)) for k in range(len(game.names))]
    k = int(np.argmax([amount for amount, _ in falls]))
    amount, counts = falls[k]
    if amount <= ROUND_OFF * game.scale:
        return None
    before, after = _coalition(game, counts), _coalition(game, _plus(counts, k))
    who = group(game, before) if before else "nobody"
    more = "Serving more can be cheaper" if game.sign > 0 else "More can earn less"
    numbers = f"{money(game, _cost(game, counts))} for {who}, but {money(game, _cost(game, _plus(counts, k)))} for {group(game, after)}"
    return Finding("falling", amount, (before, after), f"{more}: {numbers}.")


def _apart(game: CostGame) -> Finding | None:
    """Return the coalition that gains most by splitting, of all."""
    cover = subadditive_cover(game)
    amount, counts = _worst(game.sign * (game.costs - cover.costs))
    return _split(game, amount, parts(game, cover, counts)) if amount > ROUND_OFF * game.scale else None


def _some_apart(game: CostGame, pairs: bool) -> Finding | None:
    """Return the coalition that gains most by splitting, of those that split off one or two members, and everybody in two."""
    costs, classes = game.sign * game.costs, len(game.names)
    one = np.eye(classes, dtype=np.int64)
    few = [*one, *(one[j] + one[k] for j in range(classes) for k in range(j, classes) if pairs and (j < k or game.members[k] > 1))]
    found = []
    for few_members in few:
        rest = tuple(slice(0, n + 1 - t) for n, t in zip(game.members, few_members, strict=True))
        whole = tuple(slice(t, None) for t in few_members)
        amount, counts = _worst(costs[whole] - costs[rest] - costs[tuple(few_members)])
        found.append((amount, [tuple(map(int, few_members)), counts]))
    amount, counts = _worst(costs[game.members] - costs - np.flip(costs))
    found.append((amount, [counts, tuple(n - s for n, s in zip(game.members, counts, strict=True))]))
    amount, split = max(found, key=lambda entry: entry[0])
    return _split(game, amount, split) if amount > ROUND_OFF * game.scale else None


def _split(game: CostGame, amount: float, split: list[tuple[int, ...]]) -> Finding:
    words, coalitions = _words(game), tuple(_coalition(game, part) for part in split)
    apart = sum(_cost(game, part) for part in split)
    together = _cost(game, tuple(map(sum, zip(*split, strict=True))))
    numbers = f"{words.several} {money(game, apart)}; together they {words.several} {money(game, together)}, which is {money(game, amount)} {words.more}"
    return Finding("apart", amount, coalitions, f"Served apart, {joined(_in_one(game, part) for part in coalitions)} {numbers}.")


def _in_one(game: CostGame, coalition: dict[str, int]) -> str:
    return group(game, coalition) if len(coalition) == 1 else f"({group(game, coalition)})"


def _crowding(game: CostGame) -> Finding | None:
    """Return the pair of members of whom one adds most more to a group with the other than without."""
    found = []
    for j in range(len(game.names)):
        for k in range(j, len(game.names)):
            if j < k or game.members[k] > 1:
                amount, counts = _worst(game.sign * _second(game.costs, j, k))
                found.append((amount, counts, j, k))
    amount, counts, j, k = max(found, key=lambda entry: entry[0], default=(0.0, (), 0, 0))
    if amount <= ROUND_OFF * game.scale:
        return None
    larger = _plus(counts, k)
    adds = [_cost(game, _plus(to, j)) - _cost(game, to) for to in (counts, larger)]
    smaller = f"to {group(game, _coalition(game, counts))}" if any(counts) else "on its own"
    member = game.label(j) if game.members[j] == 1 else f"a member of {game.label(j)}"
    numbers = f"{member} adds {money(game, adds[0])} {smaller}, but {money(game, adds[1])} to {group(game, _coalition(game, larger))}"
    sentence = f"A member can add {_words(game).more} to a larger group: {numbers}."
    return Finding("crowding", amount, (_coalition(game, counts), _coalition(game, larger)), sentence)


def _second(costs: Array, j: int, k: int) -> Array:
    """Return c(s + j + k) - c(s + j) - c(s + k) + c(s) for all s for which there are that many."""
    if j < k:
        first = _upper(costs, j, 1) - _upper(costs, j, -1)
        found: Array = _upper(first, k, 1) - _upper(first, k, -1)
        return found
    return np.diff(costs, n=2, axis=k)


def _upper(costs: Array, k: int, side: int) -> Array:
    """Return the costs with one member more of class `k` than the least (side 1), or one less than the most (side -1)."""
    return costs[(slice(None),) * k + (slice(1, None) if side > 0 else slice(None, -1),)]


def _worst(values: Array) -> tuple[float, tuple[int, ...]]:
    """Return the largest value and its place."""
    place = int(np.argmax(values))
    return float(values.flat[place]), tuple(int(k) for k in np.unravel_index(place, values.shape))


def _plus(counts: Sequence[int], k: int) -> tuple[int, ...]:
    return tuple(n + (j == k) for j, n in enumerate(counts))


def _cost(game: CostGame, counts: tuple[int, ...]) -> float:
    return float(game.costs[counts])


def _coalition(game: CostGame, counts: Sequence[int] | tuple[np.intp, ...]) -> dict[str, int]:
    return game.coalition([int(n) for n in counts])
