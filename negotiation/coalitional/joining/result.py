"""Who takes part in the end, round by round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..cost_game import CostGame
from ..methods import title_of
from ..words import group, in_full, money

Pace = Literal["at once", "one by one"]
Outcome = Literal["settled", "cycle", "stopped"]


@dataclass(frozen=True)
class Move:
    """Members of a class who leave or come back.

    Parameters
    ----------
    name : str
        Their class.
    members : int
        How many; negative where they come back.
    charge : float
        What one of them was asked for (offered); as the next one inside, where they come back.
    limit : float
        The most at which it stays (the least it takes).
    why : str
    """

    name: str
    members: int
    charge: float
    limit: float
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Return the move for JSON."""
        return {"class": self.name, "members": self.members, "charge": self.charge, "limit": self.limit, "why": self.why}


@dataclass(frozen=True)
class Round:
    """Who is inside, what they are asked for, and who then moves.

    Parameters
    ----------
    members : dict of str to int
        Members of each class inside, at the start of the round.
    charges : dict of str to float
    shortfall : float
        What the charges leave uncovered, where caps do not reach.
    moves : tuple of Move
    """

    members: dict[str, int]
    charges: dict[str, float]
    shortfall: float
    moves: tuple[Move, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the round for JSON."""
        return {"members": self.members, "charges": self.charges, "shortfall": self.shortfall, "moves": [move.as_dict() for move in self.moves]}


@dataclass(frozen=True)
class Joining:
    """Who takes part in the end.

    Parameters
    ----------
    game : CostGame
    method : str
    pace : str
        "at once" (all who object leave together) or "one by one".
    members : tuple of int
        Of each class inside, at the end; where it never settles, those who are inside throughout.
    rounds : tuple of Round
        The first with everybody inside.
    outcome : str
        "settled"; "cycle" where leaving and coming back never ends; "stopped" where the rule does not fit those who are left, or the
        time was over.
    fell : bool
        Whether anybody's charge fell while others left: more people can then make it dearer for all.
    largest : bool or None
        Whether no membership in which nobody objects has anybody who is not in this one; None where they were too many to look at. While
        charges never fall as others leave, it is.
    cycle : tuple of dict
        Memberships that follow each other without end.
    note : str
    """

    game: CostGame
    method: str
    pace: Pace
    members: tuple[int, ...]
    rounds: tuple[Round, ...]
    outcome: Outcome
    fell: bool
    largest: bool | None
    cycle: tuple[dict[str, int], ...] = ()
    note: str = ""

    @property
    def stays(self) -> dict[str, int]:
        """Members of each class inside."""
        return self.game.coalition(self.members)

    @property
    def left(self) -> dict[str, int]:
        """Members of each class outside."""
        return self.game.coalition([n - inside for n, inside in zip(self.game.members, self.members, strict=True)])

    @property
    def inside(self) -> int:
        """Number of members inside."""
        return sum(self.members)

    @property
    def charges(self) -> dict[str, float]:
        """What a member of each class inside pays at the end."""
        return self.rounds[-1].charges

    @property
    def sentence(self) -> str:
        """Who stays, who leaves and why."""
        first = self.rounds[0]
        if self.outcome == "cycle":
            always = f"{group(self.game, self.stays)} always stay{'s' if self.inside == 1 else ''}" if self.inside else "nobody always stays"
            return f"Under the rule {title_of(self.method)} it never settles: members who left come back and leave again; {always}."
        if self.outcome == "stopped":
            return f"Under the rule {title_of(self.method)} it is not known who stays: {self.note}."
        if not self.left:
            return f"Under the rule {title_of(self.method)} everybody stays."
        reasons = [f"{group(self.game, {move.name: move.members})} ({_why(self.game, move)})" for move in first.moves]
        rest = (
            "nobody is left"
            if not self.inside
            else f"{'only ' if self.inside == 1 else ''}{group(self.game, self.stays)} stay{'s' if self.inside == 1 else ''}"
        )
        also = f", then {len(self.rounds) - 2} more {'round' if len(self.rounds) == 3 else 'rounds'} of leaving" if len(self.rounds) > 2 else ""
        return f"Under the rule {title_of(self.method)} the first to leave: {'; '.join(reasons)}{also}; in the end {rest}."

    def table(self) -> list[dict[str, Any]]:
        """Return, for each class, who stays, what it was first asked for and what it pays, and when and why it began to leave."""
        rows = []
        for name, entry, inside in zip(self.game.names, self.game.classes, self.members, strict=True):
            went = next(((k, move) for k, one in enumerate(self.rounds, start=1) for move in one.moves if move.name == name and move.members > 0), None)
            rows.append(
                {
                    "class": name,
                    "label": entry.title,
                    "members": entry.members,
                    "stays": inside,
                    "first_charge": self.rounds[0].charges.get(name),
                    "charge": self.charges.get(name),
                    "leaves_in_round": None if went is None else went[0],
                    "limit": None if went is None else went[1].limit,
                    "why": "" if went is None else went[1].why,
                }
            )
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "method": self.method,
            "pace": self.pace,
            "outcome": self.outcome,
            "stays": self.stays,
            "left": self.left,
            "charges": self.charges,
            "rounds": [one.as_dict() for one in self.rounds],
            "table": self.table(),
            "fell": self.fell,
            "largest": self.largest,
            "cycle": list(self.cycle),
            "note": self.note,
            "sentence": self.sentence,
        }


def _why(game: CostGame, move: Move) -> str:
    verb = "offered" if game.kind == "savings" else "asked for"
    return f"{verb} {in_full(game, move.charge)}, {move.why}: {money(game, move.limit)}"
