"""The inspection game of two stakeholders, played at once and with inspections announced beforehand, side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...budget import Budget
from ...errors import NotApplicableError, unknown
from ...numerics import Array, plain, round_off
from ..game import Game, Points
from ..nash import alike_equilibria
from ..wording import amount

FITS = "ask for the concept 'commitment' with an order of moves, or 'stackelberg' for an announced mixture of one of two players"


@dataclass(frozen=True)
class Variant:
    """One way to play.

    Parameters
    ----------
    variant : str
        "at once": an equilibrium when all choose at the same time; "announced": the inspector commits to a probability that all know.
    inspection : float
        Probability of an inspection.
    least, most : float
        Share of members that violate: in the equilibrium, or in the replies to the announcement with the fewest and the most violations.
    inspector, inspector_worst : float or None
        What the inspector gets at `least` and at `most` violations, in the game's money unit; None where the reply has no pure equilibrium.
    """

    variant: str
    inspection: float
    least: float | None
    most: float | None
    inspector: float | None
    inspector_worst: float | None


@dataclass(frozen=True, eq=False)
class InspectionVariants:
    """An inspection game with and without commitment.

    Parameters
    ----------
    game : Game
    inspector, firms : str
    inspect, comply, violate : str
        The actions; the inspector's other one is to rest.
    gain : float
        What a member gains by violating when nobody inspects and all others comply, in the game's money unit.
    sanction : float
        By how much an inspection lowers that gain.
    visit_cost, finding : float
        What an inspection costs the inspector when all comply, and how much more it is worth to it when all violate.
    deterring : float or None
        Least announced probability of inspection at which compliance of all is an equilibrium; None when certainty is not enough.
    dominant : float or None
        The same at which complying is best whatever the other members do.
    variants : tuple of Variant
    complete : bool or None
    reason, method : str
    """

    game: Game
    inspector: str
    firms: str
    inspect: str
    comply: str
    violate: str
    gain: float
    sanction: float
    visit_cost: float
    finding: float
    deterring: float | None
    dominant: float | None
    variants: tuple[Variant, ...]
    complete: bool | None
    reason: str
    method: str = "equilibria when all choose at once; pure equilibria of the others for each announced probability"

    @property
    def sentence(self) -> str:
        """The result in a few sentences."""
        game = self.game
        at_once = [row for row in self.variants if row.variant == "at once"]
        rates = " or ".join(dict.fromkeys(f"{100 * (row.least or 0.0):.3g} %" for row in at_once[:4])) or "an unknown share"
        who, what = game.label(game.index(self.inspector)), self._action(self.firms, self.violate)
        text = f"Choosing at once, '{what}' happens in {rates} of all cases. "
        if self.deterring is None:
            text += f"Even inspection for certain, announced by {who}, does not make '{self._action(self.firms, self.comply)}' an equilibrium."
        else:
            text += (
                f"Announced by {who}, inspection with probability {self.deterring:.3g} is enough for all to choose '{self._action(self.firms, self.comply)}'."
            )
        if game.members[game.index(self.firms)] == 1 and 0 < self.visit_cost < self.finding and 0 < self.gain < self.sanction:
            numbers = f"{amount(game, self.visit_cost)} to {amount(game, self.finding)}"
            text += f" Without announcement the rate is the cost of an inspection to what a finding is worth ({numbers}), whatever the sanction."
        return text

    def _action(self, name: str, action: str) -> str:
        i = self.game.index(name)
        return self.game.label(i, self.game.actions[i].index(action))

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        fields = {name: value for name, value in vars(self).items() if name not in ("game", "variants")}
        return dict(plain(fields | {"variants": [asdict(row) for row in self.variants], "sentence": self.sentence}))


def inspection_variants(game: Game, inspector: str, comply: str, budget: Budget | None = None) -> InspectionVariants:
    r"""Return an inspection game with and without commitment, side by side.

    An inspector (one member, two actions) faces members of one other stakeholder, who comply or violate. With the margins of complying
    :math:`m_k = u(comply | k) - u(violate | k)` when all others comply, :math:`gain = -m_{rest}` and :math:`sanction = m_{inspect} - m_{rest}`,
    an announced probability `p` of inspection makes compliance an equilibrium exactly when :math:`p \ge gain / sanction`. When all choose at once, one
    member violates with probability :math:`visit cost / finding` where neither side has a dominant action, and the sanction only changes how
    often it is inspected.

    Parameters
    ----------
    game : Game
        Two stakeholders that are free to choose, with two actions each.
    inspector : str
        The one with a single member who inspects; which of its actions inspects follows from the payoffs.
    comply : str
        The action of the others that inspections are to bring about.
    budget : Budget, optional

    Returns
    -------
    InspectionVariants

    Raises
    ------
    UnknownNameError
    NotApplicableError
        When the game is not an inspection; says why, and which concept would fit.

    Notes
    -----
    With several members the equilibria at once are those in which they mix alike, and replies to announcements are pure.

    References
    ----------
    G. Tsebelis (1989), "The abuse of probability in political analysis"; R. Avenhaus, B. von Stengel and S. Zamir (2002), "Inspection games".

    Examples
    --------
    >>> firm, state = np.array([[0.0, 0], [-80, 20]]), np.array([[-30.0, 0], [-30, -120]])
    >>> actions = [["comply", "violate"], ["inspect", "rest"]]
    >>> answer = inspection_variants(Game.from_tables([firm, state], ["firm", "state"], actions), "state", "comply")
    >>> [(row.variant, row.inspection, row.most) for row in answer.variants]
    [('at once', 0.2, 0.25), ('announced', 0.0, 1.0), ('announced', 0.2, 1.0), ('announced', 1.0, 0.0)]
    >>> answer.deterring, answer.visit_cost, answer.finding
    (0.2, 30.0, 120.0)
    """
    seat = _seat(game, inspector, comply)
    margins = seat.margins()
    slack = max(game.tolerances[seat.other], round_off(*margins))
    gain, sanction = float(-margins[1][0]), float(margins[0][0] - margins[1][0])
    visit_cost, finding = seat.purpose()
    _check(game, seat, (sanction, visit_cost, finding), slack)
    deterring, dominant = _least(margins[0][:1], margins[1][:1], slack), _least(margins[0], margins[1], slack)
    found = alike_equilibria(game, budget)
    at_once = tuple(_at_once(seat, equilibrium.mixture, equilibrium.payoffs[seat.inspector]) for equilibrium in found.equilibria)
    probabilities = sorted({0.0, 1.0} | {p for p in (deterring, dominant) if p is not None})
    announced = tuple(_announced(seat, p, slack) for p in probabilities)
    named = (inspector, game.names[seat.other], game.actions[seat.inspector][seat.inspect], comply, game.actions[seat.other][seat.violate])
    numbers = (gain, sanction, visit_cost, finding)
    return InspectionVariants(game, *named, *numbers, deterring, dominant, (*at_once, *announced), found.complete, found.reason)


@dataclass(frozen=True)
class _Seat:
    """Who inspects whom, as indices."""

    game: Game
    inspector: int
    other: int
    inspect: int
    comply: int

    @property
    def violate(self) -> int:
        return 1 - self.comply

    def points(self, k: int) -> Points:
        """Return all count profiles of the others when the inspector takes `k`."""
        size = self.game.lattice.axes[self.other].size
        rows = {self.inspector: np.full(size, k), self.other: np.arange(size)}
        return tuple(rows.get(i, np.zeros(size, dtype=np.int64)) for i in range(len(self.game.names)))

    def payoff(self, a: int, k: int) -> Array:
        """Return what a member earns with `a` when the inspector takes `k`, by the number of members that violate."""
        values = np.broadcast_to(self.game.payoff(self.other, a, self.points(k)), self.game.lattice.axes[self.other].size)
        return np.asarray(values if self.comply == 0 else values[::-1])

    def earned(self, k: int) -> Array:
        """Return what the inspector gets with `k`, by the number of members that violate."""
        values = np.broadcast_to(self.game.payoff(self.inspector, k, self.points(k)), self.game.lattice.axes[self.other].size)
        return np.asarray(values if self.comply == 0 else values[::-1])

    def margins(self) -> tuple[Array, Array]:
        """Return how much better complying is, by the number of others that violate, under inspection and without."""
        margin = [self.payoff(self.comply, k)[:-1] - self.payoff(self.violate, k)[1:] for k in (self.inspect, 1 - self.inspect)]
        return margin[0], margin[1]

    def purpose(self) -> tuple[float, float]:
        """Return what an inspection costs the inspector when all comply, and how much more it is worth when all violate."""
        worth = self.earned(self.inspect) - self.earned(1 - self.inspect)
        return float(-worth[0]), float(worth[-1] - worth[0])


def _seat(game: Game, inspector: str, comply: str) -> _Seat:
    if inspector not in game.names:
        raise unknown("stakeholder", inspector, game.names)
    free = [i for i, axis in enumerate(game.lattice.axes) if axis.moves]
    first = game.index(inspector)
    if len(free) != 2 or first not in free or game.members[first] > 1 or any(len(game.actions[i]) != 2 for i in free):
        raise NotApplicableError("an inspection needs two stakeholders with two actions each that are free to choose, the inspector with a single member", FITS)
    other = free[1] if first == free[0] else free[0]
    if comply not in game.actions[other]:
        raise unknown(f"action of '{game.names[other]}'", comply, game.actions[other])
    seat = _Seat(game, first, other, 0, game.actions[other].index(comply))
    hurts = seat.margins()
    return seat if hurts[0][0] >= hurts[1][0] else _Seat(game, first, other, 1, seat.comply)


def _check(game: Game, seat: _Seat, numbers: tuple[float, float, float], slack: float) -> None:
    """Refuse a game in which inspections do not bite, cost nothing to begin with, or find nothing that matters."""
    sanction, visit_cost, finding = numbers
    who, inspect = game.label(seat.inspector), game.label(seat.inspector, seat.inspect)
    violate = game.label(seat.other, seat.violate)
    why = None
    if sanction <= slack:
        why = f"no action of {who} makes '{violate}' less attractive"
    elif visit_cost < -game.tolerances[seat.inspector]:
        why = f"{who} prefers '{inspect}' even where nobody chooses '{violate}'"
    elif finding <= game.tolerances[seat.inspector]:
        why = f"'{inspect}' is worth no more to {who} where all choose '{violate}'"
    if why is not None:
        raise NotApplicableError(f"this is not an inspection: {why}", FITS)


def _least(inspected: Array, rested: Array, slack: float) -> float | None:
    """Return the least probability at which every margin of complying is 0 or more, None where there is none."""
    rise = inspected - rested
    rising, falling = rise > slack, rise < -slack
    low = max(0.0, float(np.max(-rested[rising] / rise[rising], initial=0.0)))
    high = min(1.0, float(np.min(rested[falling] / -rise[falling], initial=1.0)))
    flat = bool((rested[~rising & ~falling] >= -slack).all())
    return low if flat and low <= high + 1e-12 else None


def _at_once(seat: _Seat, mixture: tuple[Array, ...], payoffs: Any) -> Variant:
    violations = float(mixture[seat.other][seat.violate])
    earned = float(max(payoffs.values()))
    return Variant("at once", float(mixture[seat.inspector][seat.inspect]), violations, violations, earned, earned)


def _announced(seat: _Seat, p: float, slack: float) -> Variant:
    """Return the pure equilibria of the others when an inspection has probability `p`: nobody who violates would comply, and the other way round."""
    inspected, rested = seat.margins()
    margin = p * inspected + (1 - p) * rested
    stays, joins = np.append(True, margin <= slack), np.append(margin >= -slack, True)
    stable = np.flatnonzero(stays & joins)
    if not len(stable):
        return Variant("announced", p, None, None, None, None)
    earned = p * seat.earned(seat.inspect) + (1 - p) * seat.earned(1 - seat.inspect)
    few, many, members = int(stable[0]), int(stable[-1]), len(margin)
    return Variant("announced", p, few / members, many / members, float(earned[few]), float(earned[many]))
