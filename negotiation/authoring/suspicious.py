"""What looks like a slip in a valid game: choices that nobody would ever take, levers and numbers that change nothing, payoffs of
another size, a target that never holds. Each is found by looking at the game in many places; none is a proof of a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ..definition import Definition
from ..errors import Problem
from ..formula import parse
from ..governance.draws import draws_of, gains_at
from ..numerics import Array, shown
from ..settings import NO_SETTINGS, Settings
from .missing import cost_parameters
from .soundings import BASES, ENDS, OWN, Soundings, drivers_of

SCALE = 1e5
"""Payoffs of two stakeholders that differ by this factor are in different units more often than not."""
TRIES = 2_000
CLOSE = 1e-9


def never_taken(found: Soundings) -> Iterator[Problem]:
    """Yield choices that another choice beats, or equals, at every profile and under all values."""
    for stakeholder, table in found.choices.items():
        actions = found.actions[stakeholder]
        size = CLOSE * max(1.0, float(np.abs(np.nan_to_num(table)).max()))
        if len(actions) > 1 and (np.abs(table - table[0]) <= size).all():
            yield Problem(("payoffs", stakeholder), "every choice always brings the same: nothing is at stake", "check the formulas, or make it a parameter")
            continue
        for a, action in enumerate(actions):
            better = [b for b in range(len(actions)) if b != a and (table[b] > table[a] + size).all()]
            if better:
                yield Problem(
                    ("payoffs", stakeholder, action),
                    f"always brings less than '{actions[better[0]]}', whatever the others do, under every lever, scenario and draw: nobody would choose it",
                    "check its signs and sizes; where that is the point of the game, leave it",
                )


def other_sizes(found: Soundings) -> Iterator[Problem]:
    """Yield stakeholders for whom incomparably more or less is at stake than for the others."""
    row = found.rows.index(OWN)
    stakes = {name: float(np.nan_to_num(np.ptp(table[:, row], axis=0)).max()) for name, table in found.choices.items()}
    stakes = {name: stake for name, stake in stakes.items() if stake > 0}
    if not stakes:
        return
    middle = float(np.median(list(stakes.values())))
    for name, stake in stakes.items():
        ratio = max(stake / middle, middle / stake)
        if ratio > SCALE:
            words = f"at most {shown(stake)} {found.definition.money} is at stake for a member, {shown(middle)} for the usual stakeholder"
            yield Problem(("payoffs", name), words, "check that all payoffs are in one unit, and not some in thousands")


def without_effect(found: Soundings) -> Iterator[Problem]:
    """Yield levers, scenarios, parameters and outcomes that change nothing anywhere."""
    definition, cost = found.definition, cost_parameters(found.definition)
    for name, lever in definition.levers.items():
        outside = bool(lever.commit) or bool(cost & {*lever.set, *lever.shift}) or f"lever {name}" not in found.rows
        if not (outside or found.changes(OWN, f"lever {name}") or found.changes(f"beside {name}", f"{name} beside")):
            yield Problem(("levers", name), "changes no payoff and no outcome, alone or beside all other drivers", "set a parameter that payoffs read")
    for name, scenario in definition.scenarios.items():
        if f"scenario {name}" in found.rows and not (cost & scenario.set.keys() or found.changes(OWN, f"scenario {name}")):
            yield Problem(("scenarios", name), "is the same as the file's own numbers", "set what is different there")
    for name, entry in definition.parameters.items():
        tried = [(base, f"{name} {end}: {base}") for base in BASES for end in ENDS if f"{name} {end}: {base}" in found.rows]
        if tried and entry.low != entry.high and name not in cost and not any(found.changes(*pair) for pair in tried):
            yield Problem(
                ("parameters", name), "moving it through its range changes no payoff and no outcome", "check the formulas that read it, and its range"
            )
    for name, table in found.outcomes.items():
        if np.ptp(table) <= CLOSE * max(1.0, float(np.abs(table).max())):
            yield Problem(("outcomes", name), f"is {shown(float(table.flat[0]))} everywhere, whatever anybody does", "let it count what people do")


def out_of_reach(found: Soundings, seed: int = 0) -> Iterator[Problem]:
    """Yield a target that is today's situation, or that holds nowhere."""
    definition = found.definition
    if definition.target is None:
        return
    if _reached(definition):
        yield Problem(("status_quo",), "is the target already: there is nothing to reach", "describe where people stand today")
    sets = [(), drivers_of(definition)]
    who = [held for levers in sets if (held := _leaver(definition, levers, found.values, seed)) is not None]
    if who and len(who) == len(sets):
        stakeholder, to = who[-1]
        tried = len(sets) * (TRIES + len(found.rows))
        words = f"it holds under none of {tried:,} draws, with all drivers or without any; most often {stakeholder} would leave for '{to}'"
        yield Problem(("target",), words, "check that payoff, or choose a target that can hold")


def _reached(definition: Definition) -> bool:
    """Return whether today's profile counts as the target."""
    target, today = definition.target, definition.status_quo
    if target is None or today is None:
        return False
    counts = definition.counts(today)
    if target.condition is None:
        return counts == definition.counts(target.profile)
    environment = draws_of(definition, NO_SETTINGS, {}).environment([[float(n) for n in row.values()] for row in counts.values()])
    return bool(np.all(np.nan_to_num(parse(target.condition)(environment)) != 0))


def _leaver(definition: Definition, levers: tuple[str, ...], values: Mapping[str, Array], seed: int) -> tuple[str, str] | None:
    """Return who leaves the target most often under a set of levers, and for what; None where it holds somewhere."""
    settings = Settings((), None, levers)
    rng = np.random.default_rng(seed)
    rows = {name: [value, np.full(TRIES, definition.parameters[name].value)] for name, value in values.items()}
    own = definition.values(settings)
    for name, entry in definition.parameters.items():
        if name in _set_by(definition, levers):
            rows[name] = [np.full(len(values[name]) + TRIES, own[name])]
        elif entry.low is not None and entry.high is not None:
            rows[name][1] = rng.uniform(entry.low, entry.high, TRIES)
    draws = draws_of(definition, settings, {name: np.concatenate(parts) for name, parts in rows.items()})
    target = definition.target.profile if definition.target is not None else {}
    gains = gains_at(draws, definition.counts(target | dict(draws.bound)))
    if gains.holds.any() or not gains.switches:
        return None
    i, _, b = gains.switches[int(np.bincount(gains.weakest).argmax())]
    name = list(definition.stakeholders)[i]
    return name, list(definition.stakeholders[name].actions)[b]


def _set_by(definition: Definition, levers: tuple[str, ...]) -> set[str]:
    return {name for lever in levers for name in (*definition.levers[lever].set, *definition.levers[lever].shift)}
