"""Plain cost games between named players, from JSON and CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ..document import read_document
from ..errors import InvalidGameError, Problem, TooLargeError, listed, nearest
from ..numerics import Array, frozen
from .cost_game import CostGame, MemberClass
from .costs import Table

MAX_PLAYERS = 24
LARGEST = 1e15
PLAYER_FIELDS = ("use", "ability", "months", "fee", "floor")


def read_plain_game(data: Any, source: str = "") -> CostGame:
    """Read ``{"players": [...], "costs": [{"coalition": [...], "cost": ...}, ...]}`` (or "worths", each with a "worth").

    Optional fields: "unit"; "default" for coalitions that are not listed, a number, or "sum" for the cost of its members each alone;
    a table of numbers by player under "use", "ability", "months", "fee" and "floor"; "unions", lists of players.

    Raises
    ------
    InvalidGameError
        With every mistake: unknown or repeated players, a coalition that is missing or stands twice, a value that is no number.
    TooLargeError
        Above `MAX_PLAYERS` players.

    Examples
    --------
    >>> game = read_plain_game({"players": ["A", "B"], "costs": [
    ...     {"coalition": ["A"], "cost": 7}, {"coalition": ["B"], "cost": 5}, {"coalition": ["A", "B"], "cost": 9}]})
    >>> game.total
    9.0
    """
    if isinstance(data, (str, bytes)):
        data = read_document(data, source).data
    players = data.get("players") if isinstance(data, dict) else None
    if not isinstance(players, list) or not players or not all(isinstance(name, str) and name for name in players) or len(set(players)) < len(players):
        raise InvalidGameError([Problem(("players",), "expected a list of different names", 'write e.g. "players": ["A", "B"]')], source)
    _check_number(players)
    if "worths" in data and "costs" in data:
        raise InvalidGameError([Problem(("worths",), "both 'costs' and 'worths' are given", "keep one of them")], source)
    kind: Literal["cost", "savings"] = "savings" if "worths" in data else "cost"
    section, field = ("worths", "worth") if kind == "savings" else ("costs", "cost")
    entries = data.get(section)
    if not isinstance(entries, list):
        raise InvalidGameError([Problem((section,), f"'{section}' is missing", f'add a list of {{"coalition": [...], "{field}": number}}')], source)
    table, problems = _fill(players, entries, section, field)
    problems += _unlisted(players, table, data.get("default"), section, bool(problems))
    classes, wrong = _players(players, data)
    if problems or wrong:
        raise InvalidGameError(problems + wrong, source)
    return CostGame(classes, Table(frozen(table)), str(data.get("unit") or ""), kind)


def read_csv_game(text: str, source: str = "") -> CostGame:
    """Read rows ``coalition,cost`` (or ``coalition,worth``), with the members of a coalition separated by `+`.

    The players are those that appear; a row whose coalition is `*` gives the default for what is not listed.

    Raises
    ------
    InvalidGameError
        With the line of every mistake.
    TooLargeError
        Above `MAX_PLAYERS` players.

    Examples
    --------
    >>> read_csv_game("coalition,cost\\nA,7\\nB,5\\nA+B,9").total
    9.0
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if header not in (["coalition", "cost"], ["coalition", "worth"]):
        raise InvalidGameError([Problem((), "the first line has to be 'coalition,cost' or 'coalition,worth'", "add it", line=1)], source)
    field = header[1]
    players: dict[str, None] = {}
    entries, lines, default, problems = [], [], None, []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        value = _number(row[1]) if len(row) == 2 else None
        if value is None:
            problems.append(Problem((), f"got '{','.join(row)[:60]}', expected a coalition and a number", "write e.g. A+B,12.5", line=line))
        elif row[0].strip() == "*":
            default = value
        else:
            names = [name.strip() for name in row[0].split("+")]
            if not all(names):
                problems.append(Problem((), f"got '{row[0][:60]}', expected names separated by +", "write e.g. A+B,12.5", line=line))
            players.update(dict.fromkeys(name for name in names if name))
            entries.append({"coalition": names, field: value})
            lines.append(line)
    if problems or not players:
        raise InvalidGameError(problems or [Problem((), "the file lists no coalition", "write e.g. A+B,12.5", line=2)], source)
    data = {"players": list(players), f"{field}s": entries, **({} if default is None else {"default": default})}
    try:
        return read_plain_game(data, source)
    except InvalidGameError as error:
        raise InvalidGameError([_at_line(problem, lines) for problem in error.problems], source) from None


def _at_line(problem: Problem, lines: list[int]) -> Problem:
    row = problem.place[1] if len(problem.place) > 1 else None
    return Problem((), problem.message, problem.remedy, lines[row] if isinstance(row, int) else None)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_number(players: list[str]) -> None:
    if len(players) > MAX_PLAYERS:
        remedy = "join players that are alike into classes, give the cost as a formula (a game file with 'cost_game'), or sample from Python"
        raise TooLargeError(f"the game has {len(players)} players and so {2.0 ** len(players):.3g} coalitions; a table can have {MAX_PLAYERS} players", remedy)


def _fill(players: list[str], entries: list[Any], section: str, field: str) -> tuple[Array, list[Problem]]:
    place_of = {name: k for k, name in enumerate(players)}
    bits = [1 << (len(players) - 1 - k) for k in range(len(players))]
    flat = np.full(1 << len(players), np.nan)
    flat[0] = 0.0
    problems = []
    for k, entry in enumerate(entries):
        place = (section, k)
        coalition, value = (entry.get("coalition"), entry.get(field)) if isinstance(entry, dict) else (None, None)
        strangers = [name for name in coalition if name not in place_of] if isinstance(coalition, list) else []
        if not isinstance(coalition, list) or (not coalition and value not in (0, 0.0)):
            problems.append(Problem((*place, "coalition"), "expected a list of players", 'write e.g. ["A", "B"]'))
        elif strangers:
            problems.append(Problem((*place, "coalition"), f"unknown player '{strangers[0]}'", nearest(str(strangers[0]), players)))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= LARGEST:
            message = f"got {str(value)[:30]}, expected a finite number of at most 1e15"
            problems.append(Problem((*place, field), message, "write digits with a decimal point, in larger units where needed"))
        else:
            row = sum({bits[place_of[name]] for name in coalition})
            if len(set(coalition)) < len(coalition):
                problems.append(Problem((*place, "coalition"), "a player stands twice", "name each player once"))
            if coalition and not np.isnan(flat[row]):
                problems.append(Problem(place, f"the coalition {', '.join(coalition)} stands twice", "remove one of them"))
            flat[row] = value if coalition else 0.0
    return flat.reshape((2,) * len(players)), problems


def _unlisted(players: list[str], table: Array, default: Any, section: str, already: bool) -> list[Problem]:
    """Fill what is not listed by the default, in place; return what is missing."""
    missing = np.isnan(table)
    if not missing.any() or already:
        return []
    if default == "sum":
        alone = np.array([table[tuple(int(j == k) for j in range(len(players)))] for k in range(len(players))])
        if not np.isnan(alone).any():
            table[missing] = (np.argwhere(missing) @ alone).ravel()
            return []
        unknown_alone = [name for name, cost in zip(players, alone, strict=True) if np.isnan(cost)]
        return [Problem((section,), f"'sum' needs what each player has alone; missing for {listed(unknown_alone, 8)}", "list each player on its own")]
    elif isinstance(default, (int, float)) and not isinstance(default, bool) and abs(default) <= LARGEST:
        table[missing] = default
        return []
    elif default is not None:
        return [Problem(("default",), f"got {str(default)[:30]}, expected a number or 'sum'", "'sum' means each member on its own")]
    some = ["+".join(name for name, here in zip(players, row, strict=True) if here) for row in np.argwhere(missing)[:9]]
    count = int(missing.sum())
    message = f"{count} coalition{'s are' if count > 1 else ' is'} missing: {listed(some, 8)}"
    return [Problem((section,), message, "give every coalition, or a 'default' for the others (a number, or 'sum')")]


def _players(players: list[str], data: Mapping[str, Any]) -> tuple[tuple[MemberClass, ...], list[Problem]]:
    """Return the players with what is known of each."""
    problems: list[Problem] = []
    numbers: dict[str, Mapping[str, Any]] = {}
    for field in PLAYER_FIELDS:
        given = data.get(field)
        numbers[field] = given if isinstance(given, dict) else {}
        if given is not None and not isinstance(given, dict):
            problems.append(Problem((field,), "expected a number for each player", 'write e.g. {"A": 3, "B": 5}'))
        for name, value in numbers[field].items():
            if name not in players:
                problems.append(Problem((field, name), f"unknown player '{name}'", nearest(name, players)))
            elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LARGEST:
                problems.append(Problem((field, name), f"got {str(value)[:30]}, expected a number from 0 to 1e15", "write digits"))
    union_of: dict[str, str] = {}
    for k, group in enumerate(data.get("unions") or []):
        for member in group if isinstance(group, list) else [group]:
            if not isinstance(member, str) or member not in players or member in union_of:
                problems.append(Problem(("unions", k), f"got {str(member)[:30]}, expected lists of different players", 'write e.g. [["A", "B"]]'))
            else:
                union_of[member] = "+".join(group)
    if problems:
        return (), problems
    said = {name: {field: float(numbers[field][name]) for field in PLAYER_FIELDS if name in numbers[field]} for name in players}
    return tuple(replace(MemberClass(name, union=union_of.get(name)), **said[name]) for name in players), []  # type: ignore[arg-type]
