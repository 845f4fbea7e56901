"""A workshop's record as tables: what every seat did in every round, what came of it, what was agreed; with a codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .moves.dealing import tally
from .plan import Terms
from .room import Room
from .state import Choice, Proposal, Round

Cell = str | int | float | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What spreadsheets take for the beginning of a formula."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its name, what stands in it, and whether people wrote it."""

    name: str
    about: str
    free: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with named columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def without_texts(self) -> Sheet:
        """Return the sheet without what people wrote in their own words."""
        kept = [place for place, column in enumerate(self.columns) if not column.free]
        return Sheet(self.name, tuple(self.columns[place] for place in kept), tuple(tuple(row[place] for place in kept) for row in self.rows))


TABLE = Column("table", "Number of the table")
ROUND = Column("round", "Number of the round")
PROPOSAL = Column("proposal", "Identifier of the proposal at its table")


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless(-2.5), harmless("Small firm 3")
    ("'=1+1", -2.5, 'Small firm 3')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def sheets(rooms: Sequence[Room]) -> list[Sheet]:
    """Return the sheets of some tables of a workshop: decisions, rounds, proposals, votes, and the codebook of them all."""
    made = [_decisions(rooms), _rounds(rooms), _proposals(rooms), _votes(rooms)]
    about = (Column("sheet", "The sheet"), Column("column", "Its column"), Column("about", "What stands in it"))
    words = tuple((sheet.name, column.name, column.about) for sheet in made for column in sheet.columns)
    return [*made, Sheet("codebook", about, words)]


def _decisions(rooms: Sequence[Room]) -> Sheet:
    money = rooms[0].game.money if rooms else ""
    columns = (
        TABLE,
        ROUND,
        Column("seat", "Identifier of the seat at its table"),
        Column("role", "Stakeholder that the seat played in this round"),
        Column("alias", "Name that the seat chose", free=True),
        Column("group", "Group of the seat, where it has one", free=True),
        Column("members", "Members that the seat played in this round"),
        Column("choice", "Action, or members at each action"),
        Column("status", "How it came about: made, changed, default, proxy (entered for somebody), bot, missing"),
        Column("expected", "Share of all members that the seat expected to do their part (0 to 1)"),
        Column("payoff", f"What all its members earned, {money}"),
        Column("payoff_each", f"What a member earned on average, {money}"),
        Column("better_from", "Action from which a single member would have gained by switching"),
        Column("better_to", "Action to which it would have switched"),
        Column("better_gain", f"What that member would have gained, {money}"),
        Column("reflection", "What the seat wrote after the result", free=True),
    )
    rows = []
    for room in rooms:
        for one in room.rounds:
            earned: Mapping[str, Any] = one.results["seats"] if one.results is not None else {}
            for name in [name for name in room.seats if name in one.decisions or name in one.predictions]:
                rows.append(_decision(room, one, name, earned.get(name, {})))
    return Sheet("decisions", columns, tuple(rows))


def _decision(room: Room, one: Round, name: str, result: Mapping[str, Any]) -> tuple[Cell, ...]:
    seat, decision = room.seats[name], one.decisions.get(name)
    choice, status = ("", "missing") if decision is None else (_said(decision.choice), decision.status)
    role, members = (seat.role, seat.members) if decision is None else (decision.role, decision.members)
    better = result.get("better") or {}
    who = (room.table, one.number, name, role, seat.alias, seat.group, members)
    what = (choice, status, one.predictions.get(name), result.get("payoff"), result.get("each"))
    return (*who, *what, better.get("from"), better.get("to"), better.get("gain"), one.reflections.get(name, ""))


def _said(choice: Choice) -> str:
    return next(iter(choice)) if len(choice) == 1 else "; ".join(f"{action}: {count}" for action, count in choice.items())


def _rounds(rooms: Sequence[Room]) -> Sheet:
    game = rooms[0].game if rooms else None
    counts = [(role, action) for role, one in game.stakeholders.items() for action in one.actions] if game else []
    columns = (
        TABLE,
        ROUND,
        Column("reopened", "How often it was opened again"),
        Column("levers", "Levers in place"),
        Column("parameters", "Parameters set by hand or by an agreement"),
        Column("charges", "Rule that shares the cost, and who pays what by hand"),
        Column("cooperation", "Share of all members who did their part (0 to 1)"),
        *(Column(f"{role}.{action}", f"Members of {role} who chose {action}") for role, action in counts),
        *(Column(f"mean.{role}", f"Mean earnings of a member of {role}, {game.money if game else ''}") for role in (game.stakeholders if game else ())),
        *(Column(f"outcome.{name}", f"{one.label or name}, {one.unit}") for name, one in (game.outcomes.items() if game else ())),
    )
    rows = []
    for room in rooms:
        for one in room.rounds:
            if one.results is not None:
                found = one.results
                taken = (found["counts"][role][action] for role, action in counts)
                terms = (", ".join(one.terms.levers), _listed(one.terms.set), _pays(one.terms))
                first = (room.table, one.number, one.reopened, *terms, found["cooperation"])
                rows.append((*first, *taken, *found["stakeholders"].values(), *found["outcomes"].values()))
    return Sheet("rounds", columns, tuple(rows))


def _proposals(rooms: Sequence[Room]) -> Sheet:
    columns = (
        TABLE,
        PROPOSAL,
        Column("seat", "Seat that made it; empty: the facilitator"),
        Column("title", "What it was called", free=True),
        Column("why", "Why it was made", free=True),
        Column("counters", "Proposal that it answers"),
        Column("levers", "Levers that would be in place"),
        Column("parameters", "Parameters that it sets"),
        Column("charges", "Rule, or who pays what by hand"),
        Column("standing", "open, signed, rejected or withdrawn"),
        Column("tally", "How the votes were counted"),
    )
    rows = [_proposal(room, one) for room in rooms for one in room.proposals.values()]
    return Sheet("proposals", columns, tuple(rows))


def _proposal(room: Room, one: Proposal) -> tuple[Cell, ...]:
    said = (room.table, one.name, one.seat or "", one.title, one.why, one.counters or "")
    pays = _pays(one.terms)
    counted = tally(room, one).sentence if one.counted is None else one.counted["sentence"]
    return (*said, ", ".join(one.terms.levers), _listed(one.terms.set), pays, one.standing, counted)


def _votes(rooms: Sequence[Room]) -> Sheet:
    columns = (
        TABLE,
        PROPOSAL,
        Column("seat", "Seat that voted"),
        Column("vote", "yes, no or abstains"),
        Column("reason", "Why", free=True),
    )
    rows = [
        (room.table, one.name, seat, {True: "yes", False: "no", None: "abstains"}[vote.accepts], vote.reason)
        for room in rooms
        for one in room.proposals.values()
        for seat, vote in one.votes.items()
    ]
    return Sheet("votes", columns, tuple(rows))


def _pays(terms: Terms) -> str:
    return ", ".join(part for part in (terms.rule, _listed(terms.charges)) if part)


def _listed(amounts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:.15g}" for name, value in amounts.items())
