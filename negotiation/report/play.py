"""Equilibria and other solution concepts for people."""

from __future__ import annotations

import numpy as np

from ..answers.play import Conceived, Solved
from ..numerics import shown
from ..strategic.equilibrium import Equilibrium, EquilibriumList
from ..strategic.game import Game
from ..strategic.mixed.selection import SelectionTable
from .layout import LISTED, Report, Table, plain_report
from .naming import labelled


def solved(answer: Solved) -> Report:
    """Return the equilibria of a game for people."""
    return equilibria(answer.found, answer.selection)


def equilibria(found: EquilibriumList, chosen: SelectionTable | None = None) -> Report:
    """Return a list of equilibria for people, with what stands out by which criterion."""
    game, number = found.game, len(found.equilibria)
    what = "no equilibrium" if number == 0 else "one equilibrium" if number == 1 else f"{number:,} equilibria"
    whole = {True: "The list is complete", False: "The list is not complete", None: "The list may not be complete"}[found.complete]
    sentence = f"There {'is' if number <= 1 else 'are'} {what}. {whole}: {found.reason}."
    shown_rows = tuple(_equilibrium_row(game, k, equilibrium) for k, equilibrium in enumerate(found.equilibria[:LISTED], 1))
    more = (f"{number - LISTED:,} more are in the JSON output.",) if number > LISTED else ()
    columns = ("", "Who does what", f"Each member earns ({game.money or 'payoff'})", "Kind", "Margin", "Regret")
    tables = [Table("Equilibria", columns, shown_rows)] if shown_rows else []
    if chosen is not None:
        rows = tuple((row.criterion.replace("_", " "), ", ".join(str(k + 1) for k in row.chosen[:LISTED]) or "none", row.meaning) for row in chosen.rows)
        tables.append(Table("Which of them? Nothing is chosen here", ("Criterion", "Equilibrium", "Means"), rows))
    return Report(sentence, tuple(tables), (*found.notes, *more))


def _equilibrium_row(game: Game, k: int, equilibrium: Equilibrium) -> tuple[str, ...]:
    parts, earned = [], []
    for i, row in enumerate(equilibrium.mixture):
        used = [a for a in range(len(row)) if row[a] > 1e-9]
        amounts = [_amount(game, i, a, equilibrium) for a in used]
        parts.append(f"{game.label(i)}: " + ", ".join(f"{amount}{game.label(i, a)}" for amount, a in zip(amounts, used, strict=True)))
        amounts = [shown(equilibrium.payoffs[i][a]) for a in used if a in equilibrium.payoffs[i]]
        earned.append(f"{game.label(i)}: " + ", ".join(amounts if equilibrium.counts is not None else amounts[:1]))
    kind = f"{equilibrium.kind}, strict" if equilibrium.strict else equilibrium.kind
    return str(k), "\n".join(parts), "\n".join(earned), kind, shown(equilibrium.margin) if np.isfinite(equilibrium.margin) else "-", shown(equilibrium.regret)


def _amount(game: Game, i: int, a: int, equilibrium: Equilibrium) -> str:
    if equilibrium.counts is not None:
        return f"{int(equilibrium.counts[i][a])} " if game.members[i] > 1 else ""
    return f"{shown(100 * float(equilibrium.mixture[i][a]))} % "


def concept(answer: Conceived) -> Report:
    """Return what a solution concept says, for people."""
    return plain_report(labelled(answer.result.as_dict(), answer.game))
