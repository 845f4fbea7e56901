"""The verdict: does working together hold, would it get going, and who would leave first?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..coalitional.allocation import Allocation
from ..loading import load
from ..numerics import plain
from ..strategic.criteria.coalitions import BlocDeviation, coalition_deviation
from ..strategic.dynamics.paths import Formation, formation
from ..strategic.game import Points
from ..strategic.sequence.repeated import PatienceResult, critical_discount
from .situation import Situation
from .stability import Test, bloc, individual
from .verdict_words import lessons, sentences

if TYPE_CHECKING:
    from .robustness import Robustness

Word = Literal["stable", "fragile", "unstable"]
ASSUMED_DISCOUNT = 0.9
"""What the next period is taken to be worth where a margin of patience in money is shown: an assumption."""
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
    patience : PatienceResult or None
        How much members have to value the future for the threat of the worst equilibrium to hold the target together; None unless asked
        for, or without a pure equilibrium to revert to.
    robustness : Robustness or None
        The individual test over the ranges of all parameters; None unless asked for.
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
    patience: PatienceResult | None = None
    robustness: Robustness | None = None

    @property
    def cost_holds(self) -> bool | None:
        """Whether the charges cover the cost and no coalition would do better alone; None where that is not asked."""
        return None if self.cost is None else self.cost.objection is None and self.cost.shortfall == 0.0

    def _terms(self) -> dict[str, Any]:
        said = self.situation.terms.as_dict()
        return {"terms": said} if said else {}

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        return " ".join(sentences(self))

    @property
    def lesson(self) -> str:
        """The same for a student: which definitions the target meets, and which it breaks."""
        return " ".join(lessons(self))

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for JSON."""
        made = self.formation
        body = {
            "verdict": self.word,
            "sentence": self.sentence,
            "lesson": self.lesson,
            "settings": self.situation.settings.as_dict() | {"charges": self.situation.rule} | self._terms(),
            "individual": self.individual.as_dict(),
            "bloc": self.bloc.as_dict(),
            "coalition": self.coalition and {"holds": not self.coalition.pays, "margin": -self.coalition.least, **self.coalition.as_dict(self.situation.game)},
            "cost": None if self.cost is None else {"holds": self.cost_holds, **self.cost.as_dict()},
            "formation": made and {"word": made.word, "reached": made.reached, "stuck": made.stuck, "circles": made.circles, "ends": self._ends(made)},
            "patience": self.patience and _patience(self.patience),
            "robustness": self.robustness and self.robustness.as_dict(),
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


def _patience(found: PatienceResult) -> dict[str, Any]:
    """Return what a verdict says about patience for JSON."""
    first = found.binding
    who = None if first is None else {"stakeholder": first.stakeholder, "action": first.action, "to": first.to, "gain": first.gain, "loss": first.loss}
    margin = found.margin(ASSUMED_DISCOUNT)
    holds = found.critical is not None and found.critical <= ASSUMED_DISCOUNT
    body = {"holds": holds, "margin": margin if np.isfinite(margin) else None, "critical_discount": found.critical, "weakest": who}
    return body | {"at_discount": ASSUMED_DISCOUNT, "sentence": found.sentence}


def verdict(situation: Situation, *, full: bool = False) -> Verdict:
    """Judge the target of a situation.

    Parameters
    ----------
    situation : Situation
        See :func:`~negotiation.governance.situation.build_situation`.
    full : bool
        Whether to add the tests of patience and robustness.

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
    joint, there = coalition_deviation(game, target), standing(situation, target)
    patient = critical_discount(game, situation.target_counts) if full and len(found) else None
    sure = load("negotiation.governance.robustness:robustness")(situation) if full else None
    return Verdict(situation, word, alone, together, joint, paid, made, len(found), there, today, best, worst, most, patient, sure)


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
