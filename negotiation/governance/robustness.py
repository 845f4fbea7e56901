"""How sure are we? The share of values within their ranges at which the target holds, and the parameters on which that hangs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import TooLargeError
from ..numerics import Array, plain, shown
from .draws import Draws, gains_at
from .situation import Situation

DRAWS = 20_000
MAX_DRAWS = 1_000_000
SEED = 2015
Z95 = 1.959963984540054
MIN_SWING = 0.01
"""Differences in the share that holds below which a parameter counts as not mattering."""


@dataclass(frozen=True)
class Influence:
    """How much the answer hangs on one parameter.

    Parameters
    ----------
    parameter : str
    low_half, high_half : float
        Share of draws that hold where the parameter lies in the lower and in the upper half of its range.
    confidence : str
        Where its value comes from.
    """

    parameter: str
    low_half: float
    high_half: float
    confidence: str

    @property
    def swing(self) -> float:
        """How much more often the target holds in the upper half."""
        return self.high_half - self.low_half


@dataclass(frozen=True)
class Robustness:
    """The individual test under values drawn from the ranges of the game file.

    Parameters
    ----------
    draws : int
    share : float
        Share of draws in which no single member gains by leaving the target.
    interval : tuple of float
        Where the true share lies with 95 % confidence (Wilson 1927).
    margins : tuple of float
        The margin that 5, 50 and 95 in 100 draws stay below, in the game's money unit.
    breakers : tuple of (str, str, float)
        Stakeholder, action it goes to, and in which share of all draws it is the one that gains most.
    influences : tuple of Influence
        Parameters on which it hangs, the most telling first.
    varied, fixed : tuple of str
        Parameters drawn, and those held because a lever, scenario, charge or hand sets them or no range is known.
    """

    draws: int
    share: float
    interval: tuple[float, float]
    margins: tuple[float, float, float]
    breakers: tuple[tuple[str, str, float], ...]
    influences: tuple[Influence, ...]
    varied: tuple[str, ...]
    fixed: tuple[str, ...]
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        body = {
            "sentence": self.sentence,
            "draws": self.draws,
            "share": self.share,
            "interval": self.interval,
            "margins": dict(zip(("5 %", "50 %", "95 %"), self.margins, strict=True)),
            "breakers": [{"stakeholder": who, "to": to, "share": share} for who, to, share in self.breakers],
            "influences": [{**vars(one), "swing": one.swing} for one in self.influences],
            "varied": len(self.varied),
            "fixed": list(self.fixed),
        }
        return dict(plain(body))


def robustness(situation: Situation, draws: int = DRAWS, seed: int = SEED) -> Robustness:
    """Draw all parameters from their ranges and apply the individual test to each draw.

    Every parameter with a range is drawn evenly between its ends, independently of the others, unless a lever, the scenario, a charge
    or a hand-set value fixes it; what a lever shifts is drawn and then shifted. That draws are even and independent is an assumption.

    Parameters
    ----------
    situation : Situation
    draws : int
        Some tens of thousands take milliseconds, a million half a second.
    seed : int

    Returns
    -------
    Robustness

    Raises
    ------
    NotApplicableError
        When the game names no target.
    TooLargeError
        Above a million draws.

    References
    ----------
    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    _ = situation.target
    if draws > MAX_DRAWS:
        raise TooLargeError(f"{draws:,} draws are asked for, at most {MAX_DRAWS:,} are made", f"ask for {MAX_DRAWS:,}: the share is then known to a thousandth")
    values = drawn(situation, draws, np.random.default_rng(seed))
    many = Draws(situation.definition, {**situation.values, **values}, draws, situation.bound)
    found = gains_at(many, situation.target_counts)
    holds = found.holds
    share = float(holds.mean())
    margin = np.nan_to_num(found.margin, posinf=0.0)
    game = situation.game
    breakers = []
    if found.switches:
        often = np.bincount(found.weakest[~holds], minlength=len(found.switches)) / draws
        breakers = [(game.names[i], game.actions[i][b], float(often[k])) for k, (i, _, b) in enumerate(found.switches) if often[k]]
    breakers.sort(key=lambda row: -row[2])
    influences = _influences(situation, values, holds)
    quantiles = tuple(float(value) for value in np.quantile(margin, (0.05, 0.5, 0.95)))
    fixed = tuple(name for name in situation.definition.parameters if name not in values)
    return Robustness(
        draws,
        share,
        wilson(share, draws),
        (quantiles[0], quantiles[1], quantiles[2]),
        tuple(breakers),
        influences,
        tuple(values),
        fixed,
        _sentence(situation, share, breakers, influences),
    )


def drawn(situation: Situation, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Return values drawn evenly from the range of every parameter that nothing fixes."""
    definition, settings = situation.definition, situation.settings
    levers = definition.active(settings)
    held = {name for name, _ in settings.set} | {name for lever in levers for name in lever.set}
    held |= set(definition.scenarios[settings.scenario].set) if settings.scenario is not None else set()
    if situation.rule is not None and situation.cost_game is not None:
        held |= {name for name in situation.cost_game.feeds if name is not None}
    values = {}
    for name, entry in definition.parameters.items():
        if name not in held and entry.low is not None and entry.high is not None and entry.low < entry.high:
            values[name] = rng.uniform(entry.low, entry.high, draws) + sum(lever.shift.get(name, 0.0) for lever in levers)
    return values


def wilson(share: float, draws: int) -> tuple[float, float]:
    """Return where a share lies with 95 % confidence, given what `draws` independent draws showed.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    weight = Z95**2 / draws
    middle = (share + weight / 2) / (1 + weight)
    reach = Z95 / (1 + weight) * float(np.sqrt(share * (1 - share) / draws + Z95**2 / (4 * draws**2)))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _influences(situation: Situation, values: dict[str, Array], holds: NDArray[np.bool_]) -> tuple[Influence, ...]:
    rows = []
    for name, value in values.items():
        upper = value > np.median(value)
        confidence = situation.definition.parameters[name].confidence
        rows.append(Influence(name, float(holds[~upper].mean()), float(holds[upper].mean()), confidence))
    telling = [row for row in rows if abs(row.swing) >= MIN_SWING]
    return tuple(sorted(telling, key=lambda row: -abs(row.swing)))


def _sentence(situation: Situation, share: float, breakers: list[tuple[str, str, float]], influences: tuple[Influence, ...]) -> str:
    game = situation.game
    parts = [f"Drawing every number from its range, nobody gains by leaving in {shown(100 * share, 3)} % of draws."]
    if breakers:
        who, to, often = breakers[0]
        i = game.index(who)
        parts.append(f"Most often it fails through {game.label(i)}, who go to “{game.label(i, game.actions[i].index(to))}” ({shown(100 * often, 3)} %).")
    if influences:
        first = influences[0]
        label = situation.definition.parameters[first.parameter].label or first.parameter
        guess = ", which is assumed" if first.confidence == "assumed" else ""
        halves = f"{shown(100 * first.low_half, 3)} % in the lower half of its range, {shown(100 * first.high_half, 3)} % in the upper"
        parts.append(f"It hangs most on “{label}” ({halves}){guess}.")
    return " ".join(parts)
