"""How a workshop begins: a plan checked against its game becomes the first event of each table."""

from __future__ import annotations

import json
from typing import Any

from negotiation.definition import Definition, known
from negotiation.errors import InvalidGameError, Problem
from negotiation.settings import Settings
from negotiation.strategic.build import check_size

from .events import Draft
from .moves.running import checked
from .payoffs import charged_under
from .plan import MAX_SEATS, Plan, SeatPlan
from .room import Room, game_of


def opened(plan: Plan, text: str, name: str, table: int) -> Draft:
    """Return the first event of a table.

    Parameters
    ----------
    plan : Plan
    text : str
        The game in its written form; the record keeps it whole, so that later changes of the catalogue change nothing.
    name : str
        What the game is called.
    table : int
        Number of the table, from 1.

    Raises
    ------
    InvalidGameError
        When the seats do not fit the game, with every mistake.
    UnknownNameError
        For a scenario, lever or parameter that the game does not have.
    TooLargeError
        When the game has more profiles than can be looked at: then no proposal could be scored, and nothing be said when looking back.
    """
    game = game_of(text, name)
    check_size({key: one.members for key, one in game.stakeholders.items()}, {key: len(one.actions) for key, one in game.stakeholders.items()})
    if plan.scenario is not None:
        known("scenario", plan.scenario, game.scenarios)
    seats = _seats(plan, game)
    room = Room("")
    room.plan, room.definition = plan, game
    checked(room, plan.terms)
    charged = charged_under(game, Settings(tuple(plan.terms.set.items()), plan.scenario, plan.terms.levers), plan.terms)
    kept = plan.model_copy(update={"game": name}).model_dump(mode="json")
    return Draft("created", {"plan": kept, "game": text, "game_name": name, "table": table, "charged": charged, "seats": seats})


def text_of(game: str | dict[str, Any], stored: str | None) -> str:
    """Return the text of the game that a plan names or brings."""
    if isinstance(game, dict):
        return json.dumps(game, ensure_ascii=False)
    return game if stored is None else stored


def _seats(plan: Plan, game: Definition) -> list[dict[str, Any]]:
    rows = plan.seats or tuple(SeatPlan(role=role) for role in game.stakeholders)
    problems = _problems(rows, game)
    if problems:
        raise InvalidGameError(problems)
    seats: list[dict[str, Any]] = []
    for row in rows:
        label = game.stakeholders[row.role].label or row.role.replace("_", " ").capitalize()
        before = sum(seat["role"] == row.role for seat in seats)
        for number, members in enumerate(_sizes(row, game.stakeholders[row.role].members), before + 1):
            alone = row.seats == 1 and sum(one.role == row.role for one in rows) == 1
            alias = label[:36] if alone else f"{label[:32]} {number}"
            control = "free" if row.bot is None else "bot"
            name = f"s{len(seats) + 1}"
            seats.append({"name": name, "role": row.role, "members": members, "alias": alias, "group": row.group, "control": control, "bot": row.bot})
    return seats


def _sizes(row: SeatPlan, members: int) -> list[int]:
    if row.members is not None:
        return [row.members] * row.seats
    each, more = divmod(members, row.seats)
    return [each + (number < more) for number in range(row.seats)]


def _problems(rows: tuple[SeatPlan, ...], game: Definition) -> list[Problem]:
    problems = []
    taken: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.role not in game.stakeholders:
            problems.append(Problem(("seats", number, "role"), f"the game has no stakeholder '{row.role}'", f"one of: {', '.join(game.stakeholders)}"))
            continue
        there = game.stakeholders[row.role].members
        if row.members is None and row.seats > there:
            problems.append(Problem(("seats", number, "seats"), f"'{row.role}' has {there} members, too few for {row.seats} seats", "ask for fewer seats"))
            continue
        taken[row.role] = taken.get(row.role, 0) + sum(_sizes(row, there))
        if taken[row.role] > there:
            message = f"the seats of '{row.role}' play {taken[row.role]} members, there are {there}"
            problems.append(Problem(("seats", number, "members"), message, "use fewer seats, or fewer members for each"))
    total = sum(row.seats for row in rows)
    if total > MAX_SEATS:
        problems.append(Problem(("seats",), f"{total} seats are more than {MAX_SEATS}", "use several tables, or let a seat play several members"))
    return problems
