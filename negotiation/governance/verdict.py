"""The verdict: does working together hold, would it get going, and who would leave first?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..coalitional.allocation import Allocation
from ..numerics import plain, shown
from ..strategic.criteria.coalitions import BlocDeviation, coalition_deviation
from ..strategic.dynamics.paths import Formation, formation
from ..strategic.game import Points
from .situation import Situation
from .stability import Test, bloc, individual

Word = Literal["stable", "fragile", "unstable"]
CONDITIONAL = "This holds if these payoffs hold; it is not a prediction of what real people will do."


@dataclass(frozen=True)
class Standing:
    """A profile as people see it.

    Parameters
    ----------
    counts : dict
        Members per stakeholder and action.
    welfare : float
        Sum of all members' payoffs, in the game's money unit.
    cooperation : float
        Share of members who take their target action.
    payoffs : dict
        What one member earns, for each action that is taken.
    outcomes : dict
        The game's named outcomes.
    """

    counts: dict[str, dict[str, int]]
    welfare: float
    cooperation: float
    payoffs: dict[str, dict[str, float]]
    outcomes: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the standing for JSON."""
        return {"counts": self.counts, "welfare": self.welfare, "cooperation": self.cooperation, "payoffs": self.payoffs, "outcomes": self.outcomes}


@dataclass(frozen=True)
class Verdict:
    """Whether the target is stable in a situation.

    Parameters
    ----------
    word : str
        "stable": every test holds; "fragile": no single member gains by leaving, but another test fails; "unstable": somebody gains.
    individual, bloc : Test
    coalition : BlocDeviation or None
        The joint move across stakeholders that pays its movers best; None where nobody has a choice.
    cost : Allocation or None
        What people pay, judged in the cost game; None where the game says nothing about it.
    formation : Formation or None
        From the status quo; None where the game names none.
    equilibria : int
        Number of pure equilibria.
    target, status_quo, best, worst, most_cooperative : Standing or None
        Best and worst are the equilibria with the highest and the lowest welfare.
    """

    situation: Situation
    word: Word
    individual: Test
    bloc: Test
    coalition: BlocDeviation | None
    cost: Allocation | None
    formation: Formation | None
    equilibria: int
    target: Standing
    status_quo: Standing | None
    best: Standing | None
    worst: Standing | None
    most_cooperative: Standing | None

    @property
    def cost_holds(self) -> bool | None:
        """Whether the charges cover the cost and no coalition would do better alone; None where that is not asked."""
        return None if self.cost is None else self.cost.objection is None and self.cost.shortfall == 0.0

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        return " ".join(_sentences(self))

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for JSON."""
        made = self.formation
        body = {
            "verdict": self.word,
            "sentence": self.sentence,
            "settings": self.situation.settings.as_dict() | {"charges": self.situation.rule},
            "individual": self.individual.as_dict(),
            "bloc": self.bloc.as_dict(),
            "coalition": self.coalition and {"holds": not self.coalition.pays, "margin": -self.coalition.least, **self.coalition.as_dict(self.situation.game)},
            "cost": None if self.cost is None else {"holds": self.cost_holds, **self.cost.as_dict()},
            "formation": made and {"word": made.word, "reached": made.reached, "stuck": made.stuck, "circles": made.circles, "ends": self._ends(made)},
            "weakest_link": self.individual.weakest and self.individual.weakest.as_dict(),
            "margin": self.individual.margin if np.isfinite(self.individual.margin) else None,
            "cooperation": self.target.cooperation if self.most_cooperative is None else self.most_cooperative.cooperation,
            "equilibria": {
                "count": self.equilibria,
                "complete": True,
                "best": self.best and self.best.as_dict(),
                "worst": self.worst and self.worst.as_dict(),
                "most_cooperative": self.most_cooperative and self.most_cooperative.as_dict(),
            },
            "target": self.target.as_dict(),
            "status_quo": self.status_quo and self.status_quo.as_dict(),
            "money": self.situation.game.money,
            "assumed": assumed(self.situation),
            "condition": CONDITIONAL,
        }
        return dict(plain(body))

    def _ends(self, made: Formation) -> list[dict[str, dict[str, int]]]:
        return [self.situation.game.counts(made.ends, k) for k in range(len(made.ends[0]))]


def verdict(situation: Situation) -> Verdict:
    """Judge the target of a situation.

    Parameters
    ----------
    situation : Situation
        See :func:`~negotiation.governance.situation.build_situation`.

    Returns
    -------
    Verdict

    Raises
    ------
    NotApplicableError
        When the game names no target.
    """
    game, target = situation.game, situation.target
    alone, together = individual(game, target), bloc(game, target)
    start = situation.status_quo
    made = None if start is None else formation(game, start, situation.target_mask)
    found = situation.equilibria
    paid = situation.paid
    fair = paid is None or (paid.objection is None and paid.shortfall == 0.0)
    others = together.holds and fair and (made is None or made.word == "forms")
    word: Word = "unstable" if not alone.holds else "stable" if others else "fragile"
    best = worst = most = None
    if len(found):
        welfare, cooperation = game.welfare(found.points), situation.cooperation(found.points)
        best, worst, most = (standing(situation, found.points, int(k)) for k in (np.argmax(welfare), np.argmin(welfare), np.argmax(cooperation)))
    today = None if start is None else standing(situation, start)
    return Verdict(
        situation, word, alone, together, coalition_deviation(game, target), paid, made, len(found), standing(situation, target), today, best, worst, most
    )


def standing(situation: Situation, points: Points, k: int = 0) -> Standing:
    """Return the `k`-th of `points` as people see it."""
    game = situation.game
    point = tuple(rows[k : k + 1] for rows in points)
    payoffs = {
        name: {action: float(game.payoff(i, a, point)[0]) for a, action in enumerate(game.actions[i]) if game.taken(i, a, point)[0]}
        for i, name in enumerate(game.names)
    }
    outcomes = {name: float(situation.observe(outcome.formula, point)[0]) for name, outcome in situation.definition.outcomes.items()}
    return Standing(game.counts(point), float(game.welfare(point)[0]), float(situation.cooperation(point)[0]), payoffs, outcomes)


def assumed(situation: Situation) -> list[str]:
    """Return the parameters whose value has no source."""
    return [name for name, parameter in situation.definition.parameters.items() if parameter.confidence == "assumed"]


def _sentences(verdict: Verdict) -> list[str]:
    """Say who would leave, whether it gets going, whether the charges are accepted."""
    game = verdict.situation.game
    named = verdict.situation.definition.target
    what = f"“{named.label}”" if named and named.label else "The target"
    opening = {"stable": f"{what} holds.", "fragile": f"{what} is fragile.", "unstable": f"{what} does not hold."}[verdict.word]
    parts = [opening, *_weakest_sentence(verdict, verdict.individual)]
    for name in verdict.situation.displaced:
        i = game.index(name)
        parts.append(f"The levers bind {game.label(i)} to “{game.label(i, game.actions[i].index(verdict.situation.bound[name]))}”.")
    if verdict.individual.holds and not verdict.bloc.holds:
        parts += _weakest_sentence(verdict, verdict.bloc)
    if verdict.formation is not None:
        parts.append(_formation_sentence(verdict, verdict.formation))
    if verdict.cost is not None:
        parts.append(_cost_sentence(verdict, verdict.cost))
    if verdict.status_quo is not None and abs(more := verdict.target.welfare - verdict.status_quo.welfare) > max(game.tolerances):
        today = "today with these levers" if verdict.situation.settings.levers else "today"
        parts.append(f"At the target all together earn {shown(abs(more))} {game.money} {'more' if more > 0 else 'less'} than {today}.")
    if verdict.word == "unstable" and verdict.most_cooperative is not None:
        share = shown(100 * verdict.most_cooperative.cooperation, 3)
        parts.append(f"Of the outcomes that hold, the most cooperative has {share} % of members at their target action.")
    if not verdict.equilibria:
        parts.append(f"No pure equilibrium exists among {game.lattice.size:,} profiles.")
    return parts


def _weakest_sentence(verdict: Verdict, test: Test) -> list[str]:
    weakest, game = test.weakest, verdict.situation.game
    if weakest is None:
        return ["Nobody has a choice."]
    i = game.index(weakest.stakeholder)
    who, to = game.label(i), game.label(i, game.actions[i].index(weakest.to))
    amount = f"{shown(abs(weakest.gain))} {game.money}"
    subject = f"one of the {game.members[i]:,} {who}" if game.members[i] > 1 else who
    if weakest.together > 1:
        return [f"{weakest.together} of the {game.members[i]:,} {who} together would each gain {amount} by choosing “{to}”."]
    if not test.holds:
        return [f"Most to gain by leaving: {subject} would gain {amount} by choosing “{to}”."]
    if test.margin == 0.0:
        return [f"But only just: {subject} would lose nothing by choosing “{to}”."]
    return [f"Nobody gains by leaving alone; closest is {subject}, losing {amount} by choosing “{to}”."]


def _formation_sentence(verdict: Verdict, made: Formation) -> str:
    today = "today's situation with these levers" if verdict.situation.settings.levers else "today's situation"
    if made.word == "forms":
        return f"It gets going by itself from {today}."
    if made.word == "may form":
        return f"From {today} it may get going, but can also end elsewhere."
    return f"From {today} nobody makes the first step." if made.stuck else f"From {today} it does not get going."


def _cost_sentence(verdict: Verdict, paid: Allocation) -> str:
    unit = paid.game.unit
    if paid.objection is not None:
        group = ", ".join(_group(paid, name, count) for name, count in paid.objection.coalition.items())
        return f"The charges will be contested: {group} would together save {shown(paid.objection.gain)} {unit} with a solution of their own."
    if paid.shortfall > 0:
        return f"The charges leave {shown(paid.shortfall)} {unit} of the cost uncovered."
    if paid.shortfall < 0:
        return f"The charges bring in {shown(-paid.shortfall)} {unit} more than the cost."
    return "The charges cover the cost, and no group would pay less with a solution of its own."


def _group(paid: Allocation, name: str, count: int) -> str:
    k = paid.game.names.index(name)
    return f"{count} of the {paid.game.members[k]:,} {paid.game.label(k)}" if paid.game.members[k] > 1 else paid.game.label(k)
