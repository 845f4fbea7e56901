"""Verdicts for people."""

from __future__ import annotations

from ..answers.judged import Judged
from ..governance.verdict import ASSUMED_DISCOUNT, CONDITIONAL, Verdict, assumed
from ..numerics import shown
from ..strategic.game import Game
from ..strategic.sequence.repeated import PatienceResult
from .layout import SHARE, Report, Table, measured
from .objections import objection_text
from .target import target


def judged(answer: Judged) -> Report:
    """Return a verdict for people, with what was asked for besides."""
    told = verdict(answer.verdict)
    if answer.depth is None:
        return told
    depth = answer.depth
    situation = answer.verdict.situation
    parts = [depth.winners, depth.participation, depth.conditions]
    tables, notes = list(told.tables), [answer.verdict.lesson]
    for part in parts:
        if part is not None:
            said = target(part, situation)
            tables += said.tables
            notes += [said.sentence, *said.notes]
    if answer.verdict.robustness is not None:
        notes.append(answer.verdict.robustness.sentence)
    return Report(told.sentence, tuple(tables), (*notes, *told.notes))


def verdict(judged: Verdict) -> Report:
    """Return a verdict for people."""
    game = judged.situation.game
    tests = Table("Does it hold?", ("Test", "Answer", f"Margin ({game.money})", "Who, and how"), tuple(_tests(judged)))
    columns, rows = _standings(judged)
    notes = [f"{judged.equilibria:,} pure equilibri{'um' if judged.equilibria == 1 else 'a'} in all; the list is complete."]
    if guessed := assumed(judged.situation):
        notes.append(f"Assumed, without a source: {', '.join(guessed)}.")
    return Report(judged.sentence, (tests, Table("Where it stands", columns, rows)), (*notes, CONDITIONAL))


def _standings(judged: Verdict) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return profiles side by side: a row for each stakeholder, for cooperation, for the sum of payoffs, for each outcome."""
    game, outcomes = judged.situation.game, judged.situation.definition.outcomes
    only = judged.best is not None and judged.worst is not None and judged.best.counts == judged.worst.counts
    best = "Only equilibrium" if judged.equilibria == 1 else "Best and worst equilibrium" if only else "Best equilibrium"
    named = [("The target", judged.target), ("Today", judged.status_quo), (best, judged.best), ("Worst equilibrium", None if only else judged.worst)]
    there = [(name, standing) for name, standing in named if standing is not None]
    rows = [(game.label(i), *[_who(game, i, one.counts[name]) for _, one in there]) for i, name in enumerate(game.names)]
    rows.append(("Members who cooperate", *[f"{shown(100 * one.cooperation, 3)} %" for _, one in there]))
    rows.append((f"Sum of payoffs ({game.money})", *[shown(one.welfare) for _, one in there]))
    for name, outcome in outcomes.items():
        share = outcome.unit == SHARE
        values = [measured(one.outcomes[name], SHARE) if share else shown(one.outcomes[name]) for _, one in there]
        rows.append((_titled(outcome.label or name, "" if share else outcome.unit), *values))
    return ("", *[name for name, _ in there]), tuple(rows)


def _titled(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def _who(game: Game, i: int, counts: dict[str, int]) -> str:
    taken = [(a, counts[action]) for a, action in enumerate(game.actions[i]) if counts[action]]
    return "\n".join(f"{f'{count} ' if game.members[i] > 1 else ''}{game.label(i, a)}" for a, count in taken)


def _tests(judged: Verdict) -> list[tuple[str, ...]]:
    game = judged.situation.game
    rows: list[tuple[str, ...]] = []
    for name, test in (("No single member gains by leaving", judged.individual), ("No bloc of one stakeholder gains", judged.bloc)):
        who = ""
        if test.weakest is not None:
            i = game.index(test.weakest.stakeholder)
            a = game.actions[i].index(test.weakest.to)
            number = f"{test.weakest.together} of " if test.weakest.together > 1 else ""
            change = f"{'gain' if test.weakest.gain > 0 else 'lose'} {shown(abs(test.weakest.gain))}{' each' if game.members[i] > 1 else ''}"
            who = f"{number}{game.label(i)} to “{game.label(i, a)}”: {change}"
        rows.append((name, "yes" if test.holds else "no", shown(test.margin), who))
    if judged.coalition is not None:
        joint = judged.coalition
        rows.append(("No group across stakeholders gains", "no" if joint.pays else "yes", shown(-joint.least), joint.sentence(game) if joint.pays else ""))
    if judged.formation is not None:
        rows.append(("It gets going from today's situation", judged.formation.word, "", _on_the_way(judged.formation.reached)))
    if judged.patience is not None:
        rows.append(_patience(judged.patience, game))
    if judged.robustness is not None:
        sure, half = judged.robustness, judged.robustness.margins[1]
        low, high = (shown(100 * end, 3) for end in sure.interval)
        rows.append(
            (
                "It holds whatever the numbers are",
                f"in {shown(100 * sure.share, 3)} %",
                shown(half),
                f"of {sure.draws:,} draws ({low} to {high} %); median margin",
            )
        )
    if judged.cost is not None:
        paid = judged.cost
        missing = f"{shown(abs(paid.shortfall))} {paid.game.unit} {'uncovered' if paid.shortfall > 0 else 'more than the cost'}"
        who = objection_text(paid) if paid.objection else "nobody objects" if paid.shortfall == 0 else missing
        rows.append(("No group would pay less on its own", "yes" if judged.cost_holds else "no", shown(-max(paid.largest_excess, abs(paid.shortfall))), who))
    return rows


def _patience(found: PatienceResult, game: Game) -> tuple[str, ...]:
    name, first = "The future deters leaving", found.binding
    if first is None:
        return name, "yes", "", "nobody is tempted"
    i = game.index(first.stakeholder)
    who = f"{game.label(i)} to “{game.label(i, game.actions[i].index(first.to))}”"
    margin = shown(found.margin(ASSUMED_DISCOUNT))
    if found.critical is None:
        return name, "no", margin, f"{who}: the worst equilibrium does not deter it, however patient"
    return name, f"from {found.critical:.3g} on", margin, f"{who}; margin where the next period counts {ASSUMED_DISCOUNT:g} of this one (assumed)"


def _on_the_way(profiles: int) -> str:
    return "nobody moves" if profiles == 1 else f"{profiles:,} profiles on the way"
