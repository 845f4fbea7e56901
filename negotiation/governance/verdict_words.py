"""A verdict in plain words, for a minister and for a student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..coalitional.allocation import Allocation
from ..numerics import shown
from ..strategic.dynamics.paths import Formation
from .stability import Test

if TYPE_CHECKING:
    from .verdict import Verdict


def sentences(verdict: Verdict) -> list[str]:
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


def lessons(verdict: Verdict) -> list[str]:
    """Say which definitions of game theory the target meets, and which it breaks."""
    game, alone = verdict.situation.game, verdict.individual
    strict = "a strict Nash equilibrium" if alone.margin > 0 else "a Nash equilibrium, but not a strict one"
    parts = [f"In the words of game theory, the target is {strict if alone.holds else 'no Nash equilibrium'}{_best_deviation(verdict)}."]
    if alone.holds and verdict.coalition is not None:
        if verdict.bloc.holds and not verdict.coalition.pays:
            parts.append("It is a strong equilibrium over blocs: no group gains by leaving together.")
        else:
            parts.append("It is not a strong equilibrium: a group can leave together and gain.")
    number = verdict.equilibria
    many = "no pure equilibrium" if not number else "one pure equilibrium" if number == 1 else f"{number:,} pure equilibria"
    parts.append(f"The game has {many} among {game.lattice.size:,} count profiles.")
    if verdict.formation is not None:
        where = {"forms": "all end in it", "may form": "some end in it", "does not form": "none ends in it"}[verdict.formation.word]
        parts.append(f"Of the improvement paths from the status quo {where}.")
    if verdict.patience is not None:
        critical = verdict.patience.critical
        worst = "reversion to the worst equilibrium"
        if critical is None:
            parts.append(f"In repeated play {worst} supports it for no discount factor.")
        elif critical > 0:
            parts.append(f"In repeated play {worst} supports it from a discount factor of {critical:.3g} on.")
    if verdict.cost is not None:
        parts.append("The charges lie in the core of the cost game." if verdict.cost_holds else "The charges lie outside the core of the cost game.")
    return parts


def _best_deviation(verdict: Verdict) -> str:
    weakest, game = verdict.individual.weakest, verdict.situation.game
    if weakest is None or verdict.individual.holds:
        return ""
    i = game.index(weakest.stakeholder)
    a, b = (game.label(i, game.actions[i].index(action)) for action in (weakest.action, weakest.to))
    return f": the best deviation, of {game.label(i)} from “{a}” to “{b}”, gains {shown(weakest.gain)} {game.money}"
