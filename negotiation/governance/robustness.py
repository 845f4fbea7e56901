"""How sure are we? The share of values within their ranges at which the target holds, and the parameters on which that hangs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..budget import Budget
from ..errors import TooLargeError
from ..numerics import Array, plain, shown
from .draws import Draws, gains_at
from .joint_draws import blocs_hold, divided, draws_form, joint_moves
from .situation import Situation

DRAWS = 20_000
MAX_DRAWS = 1_000_000
SEED = 2015
Z95 = 1.959963984540054
MIN_SWING = 0.01
"""Differences in the share that holds below which a parameter counts as not mattering."""

JOINT = 2_000_000
"""Payoffs that are looked at for the test of blocs: draws times joint moves."""
FEWEST = 100
"""Draws below which a share says too little to be given."""
NOT_DRAWN = {
    "coalition": "joint moves across stakeholders go through every profile of the game, which is too dear for each draw",
    "cost": "charges cover the cost for the numbers they were worked out for; with others they would be shared anew",
    "patience": "the worst equilibrium to fall back to would have to be found in every draw",
}


@dataclass(frozen=True)
class Counted:
    """In which share of the draws a test holds.

    Parameters
    ----------
    test : str
    share : float or None
        None where it is not counted.
    interval : tuple of float or None
        Where the true share lies with 95 % confidence.
    draws : int
        Draws that were judged.
    note : str
        Why it is not counted, or on fewer draws.
    """

    test: str
    share: float | None
    interval: tuple[float, float] | None
    draws: int
    note: str = ""


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
    """The tests of stability under values drawn from the ranges of the game file, first of all the individual one.

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
    tests : tuple of Counted
        Every test of a verdict: how often it holds together with the individual one, or why that is not counted.
    """

    draws: int
    share: float
    interval: tuple[float, float]
    margins: tuple[float, float, float]
    breakers: tuple[tuple[str, str, float], ...]
    influences: tuple[Influence, ...]
    varied: tuple[str, ...]
    fixed: tuple[str, ...]
    tests: tuple[Counted, ...]
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
            "tests": [vars(one) for one in self.tests],
        }
        return dict(plain(body))


def robustness(situation: Situation, draws: int = DRAWS, seed: int = SEED, formed: int = 0, budget: Budget | None = None) -> Robustness:
    """Draw all parameters from their ranges and apply the individual test to each draw, the test of blocs to as many as two million payoffs
    allow, and formation to the first `formed` in which nobody gains by leaving.

    Every parameter with a range is drawn evenly between its ends, independently of the others, unless a lever, the scenario, a charge
    or a hand-set value fixes it; what a lever shifts is drawn and then shifted. That draws are even and independent is an assumption.

    Parameters
    ----------
    situation : Situation
    draws : int
        Some tens of thousands take milliseconds, a million half a second.
    seed : int
    formed : int
        In how many of the draws in which it holds to ask whether the target gets going: up to a tenth of a second each.
    budget : Budget, optional
        For formation.

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
    tests = (
        Counted("individual", share, wilson(share, draws), draws),
        _blocs(situation, values, holds),
        _formed(situation, values, (holds, formed), budget),
        *(Counted(test, None, None, 0, why) for test, why in NOT_DRAWN.items() if test != "cost" or situation.cost_game is not None),
    )
    return Robustness(
        draws,
        share,
        wilson(share, draws),
        (quantiles[0], quantiles[1], quantiles[2]),
        tuple(breakers),
        influences,
        tuple(values),
        fixed,
        tests,
        _sentence(situation, share, breakers, influences) + _more(tests),
    )


def _blocs(situation: Situation, values: dict[str, Array], holds: NDArray[np.bool_]) -> Counted:
    """Return how often no stakeholder gains by a joint move of its members either."""
    one = Draws(situation.definition, situation.values, 1, situation.bound)
    several, moves = divided(one, situation.target_counts), joint_moves(one, situation.target_counts)
    if several:
        return Counted("bloc", None, None, 0, f"members of {', '.join(several)} stand at several actions of the target")
    size, chosen = _first(holds, JOINT // max(1, moves))
    if len(chosen) < min(FEWEST, int(holds.sum())):
        return Counted("bloc", None, None, 0, f"{moves:,} joint moves are too many for each draw")
    some = Draws(situation.definition, {**situation.values, **{name: value[chosen] for name, value in values.items()}}, len(chosen), situation.bound)
    return _counted("bloc", holds, size, blocs_hold(some, situation.target_counts) if len(chosen) else np.zeros(0, dtype=np.bool_))


def _formed(situation: Situation, values: dict[str, Array], asked: tuple[NDArray[np.bool_], int], budget: Budget | None) -> Counted:
    """Return how often the target holds and gets going from the status quo."""
    holds, most = asked
    if situation.status_quo is None or most < 1:
        return Counted("formation", None, None, 0, "the game names no status quo" if situation.status_quo is None else "not asked")
    size, chosen = _first(holds, most)
    found, why = draws_form(situation, {name: value[chosen] for name, value in values.items()}, len(chosen), budget) if len(chosen) else ([], "")
    return Counted("formation", None, None, 0, why) if why else _counted("formation", holds, size, np.array(found, dtype=np.bool_))


def _first(holds: NDArray[np.bool_], most: int) -> tuple[int, NDArray[np.intp]]:
    """Return the first draws in which it holds, at most so many, and up to which draw these are all."""
    where = np.flatnonzero(holds)
    return (int(where[most]), where[:most]) if len(where) > most else (len(holds), where)


def _counted(test: str, holds: NDArray[np.bool_], size: int, good: NDArray[np.bool_]) -> Counted:
    """Count a test that was asked only where the individual one holds, in the first `size` draws; never more often than that holds in all."""
    if size == len(holds):
        share = float(good.sum() / size)
        return Counted(test, share, wilson(share, size), size)
    alone, given = float(holds.mean()), float(good.mean())
    (low, high), (least, most) = wilson(alone, len(holds)), wilson(given, len(good))
    return Counted(test, alone * given, (low * least, high * most), size, f"asked of {len(good):,} draws in which nobody gains by leaving")


def _more(tests: tuple[Counted, ...]) -> str:
    """Say how often the other tests hold besides."""
    words = {"bloc": "no stakeholder gains by moving together", "formation": "it holds and gets going from today"}
    parts = [f"In {shown(100 * one.share, 3)} % {words[one.test]}." for one in tests if one.share is not None and one.test in words]
    return "".join(f" {part}" for part in parts)


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
