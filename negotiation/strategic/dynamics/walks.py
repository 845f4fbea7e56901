"""One sample path: members that move one at a time, drawn by lot."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, TooLargeError
from ...numerics import Array, plain
from ..game import Game, Move, Points
from ..wording import profile_words

MAX_STEPS = 1_000_000

Rule = Literal["better", "best", "logit"]


@dataclass(frozen=True, eq=False)
class PathResult:
    """One sample path of single-member moves.

    Parameters
    ----------
    game : Game
    rule : str
    points : Points
        The profiles, the start first; a profile stands once for every move that led to it.
    moves : tuple of Move
    settled : bool
        Whether the path ended in a pure equilibrium; False when the number of steps, or the budget, ran out.
    reason : str
        Why the path ends here.
    """

    game: Game
    rule: Rule
    points: Points
    moves: tuple[Move, ...]
    settled: bool
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The path in one sentence."""
        where = profile_words(self.game, self.points, len(self.moves))
        end = "a pure equilibrium" if self.settled else "not the end of it"
        return f"After {len(self.moves):,} move{'' if len(self.moves) == 1 else 's'} the situation is ({where}), {end}."

    def as_dict(self) -> dict[str, Any]:
        """Return the path for JSON: the moves, and the first and last profile."""
        moves = [{"stakeholder": self.game.names[i], "from": self.game.actions[i][a], "to": self.game.actions[i][b]} for i, a, b in self.moves]
        ends = {"start": self.game.counts(self.points), "end": self.game.counts(self.points, len(self.moves))}
        body = {"rule": self.rule, "settled": self.settled, "number": len(moves), "moves": moves, "reason": self.reason, "sentence": self.sentence}
        return dict(plain(body | ends))


def sample_path(
    game: Game, start: Points, rng: np.random.Generator, rule: Rule = "better", *, noise: float = 1.0, steps: int = 10_000, budget: Budget | None = None
) -> PathResult:
    """Follow members that move one at a time, drawn by lot.

    Under "better" a member that would gain by some move is drawn and makes one of the moves that pay, each as likely; under "best" it makes one of its best
    moves. Both end in a pure equilibrium, if they end. Under "logit" any member is drawn and chooses as in
    :func:`~negotiation.strategic.dynamics.noise.long_run`; this never ends.

    Parameters
    ----------
    game : Game
    start : Points
        One profile.
    rng : numpy.random.Generator
    rule : str
    noise : float
        In the game's money unit; for "logit".
    steps : int
        Most draws, at most 1,000,000.
    budget : Budget, optional

    Returns
    -------
    PathResult

    Raises
    ------
    NotApplicableError, TooLargeError

    Examples
    --------
    >>> stag = Game.from_tables([np.array([[3, 0], [2, 2]]), np.array([[3, 2], [0, 2]])])
    >>> path = sample_path(stag, (np.array([0]), np.array([1])), np.random.default_rng(1))
    >>> path.settled, len(path.moves)
    (True, 1)
    """
    if rule not in ("better", "best", "logit") or not (noise > 0 and isfinite(noise)):
        raise NotApplicableError("a path follows better, best or logit, with noise above 0", "choose one of these")
    if steps > MAX_STEPS:
        raise TooLargeError(f"{steps:,} steps, at most {MAX_STEPS:,} can be taken", "take several paths")
    at: Points = tuple(np.asarray(rows[:1], dtype=np.int64) for rows in start)
    visited, moves, settled = [at], list[Move](), False
    budget, reason = budget or unlimited(), f"{steps:,} draws were made"
    for k in range(steps):
        if k % 16 == 0 and budget.spent(k / steps, f"{len(moves):,} moves"):
            reason = budget.why()
            break
        gains = np.array([game.gain(move, at)[0] for move in game.moves])
        gains = np.where(np.abs(gains) <= [game.tolerances[move.stakeholder] for move in game.moves], 0.0, gains)
        chosen = _draw(game, at, gains, rng, (rule, noise))
        settled = chosen is None and rule != "logit"
        if settled:
            reason = "nobody gains by a move"
            break
        if chosen is not None:
            at = game.after(chosen, at)
            moves.append(chosen)
            visited.append(at)
    return PathResult(game, rule, tuple(np.concatenate(rows) for rows in zip(*visited, strict=True)), tuple(moves), settled, reason)


def _draw(game: Game, at: Points, gains: Array, rng: np.random.Generator, how: tuple[Rule, float]) -> Move | None:
    """Draw a member and what it does; None when nobody moves."""
    rule, noise = how
    seats: dict[tuple[int, int], list[int]] = {}
    for k, move in enumerate(game.moves):
        if not np.isnan(gains[k]) and (rule == "logit" or gains[k] > 0):
            seats.setdefault((move.stakeholder, move.a), []).append(k)
    if not seats:
        return None
    crowd = np.array([game.taken(i, a, at)[0] for i, a in seats], dtype=np.float64)
    options = list(seats.values())[rng.choice(len(crowd), p=crowd / crowd.sum())]
    if rule == "logit":
        pull = np.append(gains[options], 0.0) / noise
        weight = np.exp(pull - pull.max())
        drawn = int(rng.choice(len(weight), p=weight / weight.sum()))
        return game.moves[options[drawn]] if drawn < len(options) else None
    if rule == "best":
        options = [k for k in options if gains[k] == gains[options].max()]
    return game.moves[options[int(rng.integers(len(options)))]]
