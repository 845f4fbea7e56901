"""The inspection game in closed form: with an inspectorate that commits to its visits, and without."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil, inf
from typing import Any

from ...errors import NotApplicableError
from ...numerics import ROUND_OFF, plain


@dataclass(frozen=True)
class Inspection:
    """An inspection game.

    Parameters
    ----------
    firms, visits : int
        Identical firms, and visits a year; each visit finds a violation at the firm that is visited, and no firm is visited twice.
    cost, assistance, private_gain : float
        Of complying, for one firm and year, in one money unit: what it costs, what of that others pay, what the firm gains by it.
    sanction : float
        What a violator that is found loses, 0 or more: the fine, or the firm's wealth or a bribe where that is less.
    visit_cost, reward : float
        What a visit costs the inspector and what it earns by finding a violation, where it does not commit.
    capable : bool
        Whether a firm could comply at all without assistance.
    """

    firms: int
    visits: int
    cost: float
    sanction: float
    assistance: float = 0.0
    private_gain: float = 0.0
    visit_cost: float = 1.0
    reward: float = 2.0
    capable: bool = True


@dataclass(frozen=True)
class InspectionAnswer:
    """Who complies, with and without commitment.

    Parameters
    ----------
    complies : bool
        Whether firms comply when the inspectorate commits to its visits and firms choose knowing them.
    margin : float
        By how much complying is better than violating, in the money unit; minus infinity where the firm cannot comply.
    visits_needed : int or None
        Fewest visits at which firms comply; None when no number of visits is enough.
    violation_rate, inspection_rate : float
        Equilibrium probabilities when one inspector and one firm choose at the same time. Where the inspector is indifferent, the rate of violation
        is ``visit_cost / reward`` whatever the sanction.
    """

    complies: bool
    margin: float
    visits_needed: int | None
    violation_rate: float
    inspection_rate: float

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        does = "comply" if self.complies else "violate"
        needed = "no number of visits is enough" if self.visits_needed is None else f"{self.visits_needed:,} visits are needed for compliance"
        return f"Knowing the visits beforehand firms {does} ({needed}); without commitment a firm violates with probability {self.violation_rate:.3g}."

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return dict(plain(asdict(self) | {"sentence": self.sentence}))


def inspect(case: Inspection) -> InspectionAnswer:
    r"""Solve an inspection game.

    With commitment to `I` visits among `N` firms a capable firm complies exactly when

    .. math:: cost - assistance \le \min(1, I / N) \, sanction + gain.

    A firm that is not capable needs assistance first. Without commitment, one inspector and one firm mix so that the other is indifferent: the firm
    violates with probability `visit_cost / reward`, the inspector visits with probability `(cost - assistance - gain) / sanction`; outside these
    ranges one of the two has a dominant action.

    Parameters
    ----------
    case : Inspection

    Returns
    -------
    InspectionAnswer

    Raises
    ------
    NotApplicableError
        When a number is out of range.

    References
    ----------
    M. Dresher (1962), "A sampling inspection problem in arms control agreements"; G. Tsebelis (1989), "The abuse of probability in political
    analysis"; on commitment R. Avenhaus, B. von Stengel and S. Zamir (2002), "Inspection games".

    Examples
    --------
    >>> answer = inspect(Inspection(firms=100, visits=20, cost=30, sanction=120))
    >>> answer.complies, answer.visits_needed, answer.violation_rate
    (False, 25, 0.5)
    """
    if case.firms < 1 or case.visits < 0 or case.sanction < 0 or case.visit_cost < 0 or case.reward <= 0:
        raise NotApplicableError("an inspection game needs a firm, a reward, and no negative visits, sanction or cost of visits", "change these numbers")
    able = case.capable or case.assistance > 0
    net = case.cost - case.assistance - case.private_gain
    margin = min(1.0, case.visits / case.firms) * case.sanction - net if able else -inf
    slack = ROUND_OFF * max(abs(case.cost), abs(case.assistance), abs(case.private_gain), case.sanction)
    needed = _visits_needed(case, net - slack) if able else None
    violation, inspection = _simultaneous(case, net if able else inf)
    return InspectionAnswer(margin >= -slack, margin, needed, violation, inspection)


def _visits_needed(case: Inspection, net: float) -> int | None:
    if net <= 0:
        return 0
    return None if net > case.sanction else ceil(case.firms * net / case.sanction)


def _simultaneous(case: Inspection, net: float) -> tuple[float, float]:
    """Return the rates of violation and of inspection."""
    if net <= 0:
        return 0.0, 0.0
    if case.visit_cost >= case.reward:
        return 1.0, 0.0
    if net >= case.sanction:
        return 1.0, 1.0
    return case.visit_cost / case.reward, net / case.sanction
