"""A second look at a verdict: its numbers computed again from the written form, profile by profile, before anybody acts on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SolverError
from ..numerics import TOLERANCE
from .draws import Draws, gains_at

if TYPE_CHECKING:
    from .verdict import Standing, Verdict

Counts = Mapping[str, Mapping[str, int]]


def recheck(verdict: Verdict) -> tuple[str, ...]:
    """Recompute what a verdict says from the written form, without the arrays that it was found with.

    Looked at again: the margin of every single switch at the target; the least gain of the bloc's and the group's joint move; payoffs of
    every profile shown; that each equilibrium shown has no profitable switch; the objection against the charges; that nobody moves where
    the verdict says so, and somebody does where it says that something forms.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    tuple of str
        What was confirmed.

    Raises
    ------
    SolverError
        At the first disagreement: then nothing of the verdict may be shown.
    """
    confirmed = []
    for what, disagreement in _looked_at(verdict):
        if disagreement:
            raise SolverError(f"the verdict could not be confirmed: {what}: {disagreement}", "report the game: this is a fault of the engine")
        confirmed.append(what)
    return tuple(confirmed)


def _looked_at(verdict: Verdict) -> Iterator[tuple[str, str]]:
    situation = verdict.situation
    draws = Draws(situation.definition, situation.values, 1, situation.bound)
    target = verdict.target.counts
    margin = float(gains_at(draws, target).margin[0])
    yield "the margin at the target", _differ(verdict.individual.margin, margin, _size(verdict))
    weakest = verdict.individual.weakest
    if weakest is not None:
        gain = _gain(draws, target, _moved(target, [(weakest.stakeholder, weakest.action, weakest.to, 1)]), (weakest.stakeholder, weakest.action, weakest.to))
        yield "the gain of the weakest link", _differ(weakest.gain, gain, _size(verdict))
    if verdict.coalition is not None:
        after = _moved(target, [(flow.stakeholder, flow.action, flow.to, flow.members) for flow in verdict.coalition.flows])
        gains = [_gain(draws, target, after, (flow.stakeholder, flow.action, flow.to)) for flow in verdict.coalition.flows]
        yield "the joint move across stakeholders", _differ(verdict.coalition.least, min(gains), _size(verdict))
    standings = {"the target": verdict.target, "today": verdict.status_quo}
    equilibria = {"the best equilibrium": verdict.best, "the worst equilibrium": verdict.worst, "the most cooperative equilibrium": verdict.most_cooperative}
    for name, standing in (standings | equilibria).items():
        if standing is not None:
            yield f"the payoffs of {name}", _payoffs(draws, standing)
    for name, standing in equilibria.items():
        if standing is not None:
            regret = -float(gains_at(draws, standing.counts).margin[0])
            yield f"that nobody gains by leaving {name}", f"somebody gains {regret:g}" if regret > TOLERANCE * _size(verdict) else ""
    yield from _charges(verdict)
    if verdict.formation is not None and verdict.status_quo is not None:
        rest = bool(gains_at(draws, verdict.status_quo.counts).holds[0])
        yield (
            "who moves today",
            "nobody does" if rest and verdict.formation.reached > 1 else "somebody does" if not rest and verdict.formation.reached == 1 else "",
        )


def _charges(verdict: Verdict) -> Iterator[tuple[str, str]]:
    paid = verdict.cost
    if paid is None or paid.objection is None:
        return
    counts = np.array([[paid.objection.coalition.get(name, 0) for name in paid.game.names]])
    pays = float(counts[0] @ np.array(paid.charges))
    gain = (pays - float(paid.game.at(counts)[0])) * paid.game.sign
    yield "the objection against the charges", _differ(paid.objection.gain, gain, paid.game.scale)


def _payoffs(draws: Draws, standing: Standing) -> str:
    rows = [[float(standing.counts[name][action]) for action in actions] for name, actions in draws.actions.items()]
    here = draws.environment(rows)
    for i, (name, actions) in enumerate(draws.actions.items()):
        for a, action in enumerate(actions):
            if rows[i][a]:
                again = float(draws.read(here, i, a)[0])
                wrong = _differ(standing.payoffs[name][action], again, abs(again))
                if wrong:
                    return f"{name} with {action}: {wrong}"
    return ""


def _gain(draws: Draws, before: Counts, after: Counts, switch: tuple[str, str, str]) -> float:
    name, action, to = switch
    i = list(draws.actions).index(name)
    rows = [[[float(counts[who][which]) for which in actions] for who, actions in draws.actions.items()] for counts in (before, after)]
    a, b = draws.actions[name].index(action), draws.actions[name].index(to)
    return float(draws.payoff(rows[1], i, b)[0] - draws.payoff(rows[0], i, a)[0])


def _moved(counts: Counts, flows: list[tuple[str, str, str, int]]) -> dict[str, dict[str, int]]:
    after = {name: dict(row) for name, row in counts.items()}
    for name, action, to, members in flows:
        after[name][action] -= members
        after[name][to] += members
    return after


def _size(verdict: Verdict) -> float:
    return max((abs(value) for row in verdict.target.payoffs.values() for value in row.values()), default=1.0) + abs(
        verdict.individual.weakest.gain if verdict.individual.weakest else 0.0
    )


def _differ(first: float, second: float, size: float) -> str:
    """Say how two numbers differ; nothing where they agree up to what a solver may lose."""
    if first == second or abs(first - second) <= TOLERANCE * max(size, abs(first), abs(second)):
        return ""
    return f"{first:g} before, {second:g} now"
