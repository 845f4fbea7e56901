"""What an order of moves leads to: outcomes, replies, and the same when all move at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...numerics import plain
from ..equilibrium import EquilibriumList
from ..game import Game
from ..wording import counts_words, joined

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class CommittedOutcome:
    """A count profile that the order of moves leads to.

    Parameters
    ----------
    counts : mapping
        Members by stakeholder and action.
    payoffs : mapping
        For each stakeholder, what a member earns with each action that is taken, in the game's money unit.
    """

    counts: Counts
    payoffs: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Reply:
    """What follows a joint choice of the first group.

    Parameters
    ----------
    commitment : mapping
        Members by stakeholder of the first group and action.
    equilibria : int
        Pure equilibria of the next group, given the commitment and what comes after.
    optimistic, pessimistic : CommittedOutcome or None
        The one chosen under each selection; None where there is none.
    """

    commitment: Counts
    equilibria: int
    optimistic: CommittedOutcome | None
    pessimistic: CommittedOutcome | None


@dataclass(frozen=True, eq=False)
class CommitmentResult:
    """Outcomes when groups commit in order, beside those when all move at once.

    Parameters
    ----------
    game : Game
    moves : tuple of tuple of str
    optimistic, pessimistic : tuple of CommittedOutcome
        Outcomes in which the first group is in equilibrium, given the replies under each selection. At most 200 are written out.
    found : mapping of str to int
        How many outcomes there are under each selection.
    replies : tuple of Reply
        What follows each joint choice of the first group, at most 200.
    unanswered, ambiguous : int
        Situations of the last group without a pure equilibrium, and with several.
    simultaneous : EquilibriumList
        Pure equilibria when all move at once.
    ranges : mapping
        For each stakeholder, the lowest and highest payoff of an average member under ``"optimistic"``, ``"pessimistic"`` and
        ``"at once"``; None where there is no outcome.
    complete : bool or None
        None when some choice has no pure reply, so that nobody can say what it would bring.
    reason, method : str
    """

    game: Game
    moves: tuple[tuple[str, ...], ...]
    optimistic: tuple[CommittedOutcome, ...]
    pessimistic: tuple[CommittedOutcome, ...]
    found: Mapping[str, int]
    replies: tuple[Reply, ...]
    unanswered: int
    ambiguous: int
    simultaneous: EquilibriumList
    ranges: Mapping[str, Mapping[str, tuple[float, float] | None]]
    complete: bool | None
    reason: str
    method: str = "backward induction over count profiles; members of a group play a pure Nash equilibrium among themselves"

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        first = joined([self.game.label(self.game.index(name)) for name in self.moves[0]])
        if not self.optimistic and not self.pessimistic:
            return f"With {first} moving first, no choice of theirs is stable in pure actions."
        best, worst = (_several([counts_words(self.game, o.counts) for o in row], self.found[key]) for key, row in self._selections)
        text = f"With {first} moving first, the outcome is {best}"
        if best != worst:
            text += f" where followers settle on what suits the leaders, but {worst} where they settle on what suits them least"
        pure = len(self.simultaneous.equilibria)
        count = f"at least {pure}" if not self.simultaneous.complete else str(pure or "no")
        return f"{text}; moving all at once there {'is' if pure == 1 else 'are'} {count} pure equilibri{'um' if pure == 1 else 'a'}."

    @property
    def _selections(self) -> tuple[tuple[str, tuple[CommittedOutcome, ...]], ...]:
        return (("optimistic", self.optimistic), ("pessimistic", self.pessimistic))

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        body = {
            "moves": [list(group) for group in self.moves],
            "sentence": self.sentence,
            "complete": self.complete,
            "method": self.method,
            "reason": self.reason,
            "found": dict(self.found),
            "unanswered": self.unanswered,
            "ambiguous": self.ambiguous,
            **{key: [vars(outcome) for outcome in row] for key, row in self._selections},
            "replies": [_reply_dict(reply) for reply in self.replies],
            "ranges": {name: dict(row) for name, row in self.ranges.items()},
        }
        return dict(plain(body)) | {"simultaneous": self.simultaneous.as_dict()}


def _several(words: Sequence[str], found: int) -> str:
    if not words:
        return "none that is stable"
    shown = " or ".join(f"({word})" for word in words[:3])
    return shown if found <= 3 else f"{shown} or one of {found - 3:,} more"


def _reply_dict(reply: Reply) -> dict[str, Any]:
    outcomes = {"optimistic": reply.optimistic, "pessimistic": reply.pessimistic}
    return {"commitment": reply.commitment, "equilibria": reply.equilibria} | {k: None if v is None else vars(v) for k, v in outcomes.items()}
