"""Equilibria and other solution concepts for people."""

from __future__ import annotations

import numpy as np

from ..answers.play import Conceived, Solved
from ..loading import load
from ..numerics import shown
from ..strategic.equilibrium import Equilibrium, EquilibriumList
from ..strategic.game import Game
from ..strategic.mixed.selection import SelectionTable
from .layout import LISTED, Report, Table, plain_report
from .naming import labelled

TOLD = {"Correlated": "correlated", "SecurityLevels": "security", "Welfare": "welfare", "Potential": "potential", "QuantalResponse": "quantal"}
"""Kinds of results that have words of their own in `concepts`; others are told by their fields."""


def solved(answer: Solved) -> Report:
    """Return the equilibria of a game for people."""
    alike = answer.concept == "symmetric" and not answer.found.game.is_ordinary
    return equilibria(answer.found, answer.selection, alike=alike)


def equilibria(found: EquilibriumList, chosen: SelectionTable | None = None, *, alike: bool = False) -> Report:
    """Return a list of equilibria for people, with what stands out by which criterion; `alike`: only those whose members mix alike were looked for."""
    game, number = found.game, len(found.equilibria)
    kind = "stakeholder-symmetric " if alike else ""
    what = f"no {kind}equilibrium" if number == 0 else f"one {kind}equilibrium" if number == 1 else f"{number:,} {kind}equilibria"
    what += " (all members of a stakeholder choose alike, or draw the same lots)" if alike else ""
    whole = {True: "The list is complete", False: "The list is not complete", None: "The list may not be complete"}[found.complete]
    how_many = f"There {'is' if number <= 1 else 'are'} {what}" if found.complete else f"Found: {what}"
    sentence = f"{how_many}. {whole}: {found.reason}."
    shown_rows = tuple(_equilibrium_row(game, k, equilibrium) for k, equilibrium in enumerate(found.equilibria[:LISTED], 1))
    more = (f"{number - LISTED:,} more are in the JSON output.",) if number > LISTED else ()
    columns = ("", "Who does what", f"Each member earns ({game.money or 'payoff'})", "Kind", "Margin", "Regret")
    tables = [Table("Equilibria", columns, shown_rows)] if shown_rows else []
    if chosen is not None:
        rows = tuple((row.criterion.replace("_", " "), ", ".join(str(k + 1) for k in row.chosen[:LISTED]) or "none", row.meaning) for row in chosen.rows)
        tables.append(Table("Which of them? Nothing is chosen here", ("Criterion", "Equilibrium", "Means"), rows))
    return Report(sentence, tuple(tables), (*(_said(note) for note in found.notes), *more))


def _equilibrium_row(game: Game, k: int, equilibrium: Equilibrium) -> tuple[str, ...]:
    parts, earned = [], []
    for i, row in enumerate(equilibrium.mixture):
        used = [a for a in range(len(row)) if row[a] > 1e-9]
        amounts = [_amount(game, i, a, equilibrium) for a in used]
        parts.append(f"{game.label(i)}: " + ", ".join(f"{amount}{game.label(i, a)}" for amount, a in zip(amounts, used, strict=True)))
        amounts = [shown(equilibrium.payoffs[i][a]) for a in used if a in equilibrium.payoffs[i]]
        earned.append(f"{game.label(i)}: " + ", ".join(amounts if equilibrium.counts is not None else amounts[:1]))
    kind = f"{equilibrium.kind}, strict" if equilibrium.strict else equilibrium.kind
    return (
        str(k),
        "\n".join(parts),
        "\n".join(earned),
        kind,
        shown(equilibrium.margin) if np.isfinite(equilibrium.margin) else "-",
        _regret(game, equilibrium.regret),
    )


def _said(note: str) -> str:
    """Return a remark as a sentence."""
    return f"{note[0].upper()}{note[1:]}{'' if note.endswith('.') else '.'}" if note else note


def _regret(game: Game, regret: float) -> str:
    """Return a regret for people: what rounding leaves is no regret."""
    within = abs(regret) <= max(game.tolerances, default=0.0)
    return shown(0.0 if within else regret) + (" (to rounding)" if within and regret else "")


def _amount(game: Game, i: int, a: int, equilibrium: Equilibrium) -> str:
    if equilibrium.counts is not None:
        return f"{int(equilibrium.counts[i][a])} " if game.members[i] > 1 else ""
    return f"{shown(100 * float(equilibrium.mixture[i][a]))} % "


def concept(answer: Conceived) -> Report:
    """Return what a solution concept says, for people."""
    kind = type(answer.result).__name__
    if kind not in TOLD:
        return plain_report(labelled(answer.result.as_dict(), answer.game))
    told: Report = load(f"negotiation.report.concepts:{TOLD[kind]}")(answer.result)
    return told
