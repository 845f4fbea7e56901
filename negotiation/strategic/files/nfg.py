r"""Gambit's .nfg files, both ways.

A file is ``NFG 1 R "title" { "player" ... } { strategies } "comment"`` and then either the payoffs of all players at every profile, or a
list of outcomes and the number of the outcome at every profile (0: nobody gets anything). Profiles stand in the order in which the first player's
strategy varies fastest. Payoffs are whole numbers, decimals or fractions; a :class:`~negotiation.strategic.game.Game` holds floats, so each is
rounded once, to the nearest float. Within quotes ``\"`` is a quotation mark and ``\\`` a backslash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import prod
from typing import Literal

import numpy as np

from ...errors import TooLargeError
from ...numerics import Array
from ..game import Game
from .expansion import MAX_NUMBERS, MAX_PLAYERS, expand
from .tokens import Reader, cut

MAX_TEXT = 50_000_000
"""Characters of a file."""
MAX_STRATEGIES = 300
"""Strategies of a player."""
MAX_OUTCOMES = 200_000
"""Outcomes that are listed."""


def read_nfg(text: str, source: str = "") -> Game:
    r"""Read a game in Gambit's strategic form.

    Parameters
    ----------
    text : str
        A whole .nfg file, payoff or outcome form, at most 50,000,000 characters.
    source : str
        Name of the file, for messages.

    Returns
    -------
    Game
        One stakeholder with one member for each player. Players and strategies without a name are called by their number;
        a name that comes twice gets ``_2``, ``_3`` and so on. The comment is not kept.

    Raises
    ------
    InvalidGameError
        With line and column of the first mistake.
    TooLargeError
        Above 30 players, 300 strategies of a player, 200,000 outcomes or 2,000,000 payoffs, before they are read.

    Notes
    -----
    Less than a microsecond a payoff, a few where there are fractions. Floats hold fractions such as 1/3 only to 16 digits.

    Examples
    --------
    >>> game = read_nfg('NFG 1 R "Stag hunt" { "Ann" "Bob" } { 2 2 }  2 2  1 0  0 1  1 1')
    >>> game.names, game.actions[0]
    (('Ann', 'Bob'), ('1', '2'))
    >>> game.payoffs[0][1].tolist()
    [[1.0, 1.0]]

    References
    ----------
    R. D. McKelvey, A. M. McLennan and T. L. Turocy, "Gambit: Software Tools for Game Theory", section on file formats.
    """
    if len(text) > MAX_TEXT:
        raise TooLargeError(f"the file has {len(text):,} characters, at most {MAX_TEXT:,} can be read", "write fewer digits or use the outcome form")
    reader = Reader(text, source)
    title = _prologue(reader)
    names = _players(reader)
    actions, shape = _strategies(reader, names)
    reader.skip("text")
    values = _outcomes(reader, shape) if reader.next.kind == "open" else _payoffs(reader, shape)
    reader.take("end", "the end of the file: all profiles have their payoffs")
    tables = values.reshape((len(names), *shape), order="F")
    return Game.from_tables(list(tables), names, actions, title)


def _prologue(reader: Reader) -> str:
    for expected in (("NFG",), ("1",), ("R", "D")):
        token = reader.next
        if token.text not in expected or token.kind not in ("word", "number"):
            reader.fail(token, f"got '{cut(token.text)}', expected {' or '.join(expected)}", 'an .nfg file begins with: NFG 1 R "title"')
        reader.take(token.kind, "")
    return reader.label("the title in quotes", limit=4000)


def _players(reader: Reader) -> list[str]:
    start = reader.take("open", "'{' before the players' names")
    names = _labels(reader, "a player's name in quotes", MAX_PLAYERS, "the game has more than {limit} players")
    if not names:
        reader.fail(start, "the game has no players", "name at least one")
    return _distinct(names)


def _labels(reader: Reader, what: str, limit: int, beyond: str) -> list[str]:
    """Return the names in quotes up to the closing brace."""
    names: list[str] = []
    while reader.next.kind == "text":
        if len(names) == limit:
            raise TooLargeError(f"{beyond.format(limit=limit)}, at most {limit} can be read", "merge what is alike")
        names.append(reader.label(what))
    reader.take("close", f"{what}, or '}}'")
    return names


def _distinct(names: Sequence[str]) -> list[str]:
    """Number the names that are empty, and those that come twice."""
    given, taken = set(names), set[str]()
    copies: dict[str, int] = {}
    result: list[str] = []
    for k, name in enumerate(names):
        base = name or str(k + 1)
        word = base
        while word in taken or (word != name and word in given):
            copies[base] = copies.get(base, 1) + 1
            word = f"{base}_{copies[base]}"
        taken.add(word)
        result.append(word)
    return result


def _strategies(reader: Reader, names: list[str]) -> tuple[list[list[str]], tuple[int, ...]]:
    reader.take("open", "'{' before the strategies")
    actions: list[list[str]] = []
    counts: list[int] = []
    if reader.next.kind == "number":
        counts = [reader.whole(f"the number of strategies of '{name}'", 1) for name in names]
    else:
        for name in names:
            start = reader.take("open", f"'{{' before the strategies of '{name}'")
            actions.append(_labels(reader, "a strategy's name in quotes", MAX_STRATEGIES, "a player has more than {limit} strategies"))
            if not actions[-1]:
                reader.fail(start, f"'{name}' has no strategies", "name at least one")
        counts = [len(row) for row in actions]
    reader.take("close", f"'}}': there {'are' if len(names) > 1 else 'is'} {len(names)} player{'s' if len(names) > 1 else ''}")
    _check_size(names, counts)
    return [_distinct(row) for row in actions] or [[str(a + 1) for a in range(m)] for m in counts], tuple(counts)


def _check_size(names: list[str], counts: list[int]) -> None:
    most = max(counts)
    if most > MAX_STRATEGIES:
        raise TooLargeError(f"'{names[counts.index(most)]}' has {_size(most)} strategies, at most {MAX_STRATEGIES} can be read", "leave out strategies")
    if prod(counts) * len(names) > MAX_NUMBERS:
        fits = MAX_NUMBERS // len(names)
        message = f"the game has {_size(prod(counts))} profiles, at most {fits:,} with {len(names)} players can be read"
        raise TooLargeError(message, "leave out strategies or players")


def _size(number: int) -> str:
    return f"{number:,}" if number < 10**12 else f"about 10^{len(str(number)) - 1}"


def _payoffs(reader: Reader, shape: tuple[int, ...]) -> Array:
    players, profiles = len(shape), prod(shape)
    total = f"{profiles * players:,} ({profiles:,} profiles for {players} player{'s' if players > 1 else ''})"
    plain = reader.rest(profiles * players)
    if plain is not None:
        return plain
    return np.fromiter(reader.numbers(profiles * players, lambda k: f"payoff {k + 1:,} of {total}"), dtype=np.float64)


def _outcomes(reader: Reader, shape: tuple[int, ...]) -> Array:
    rows = [[0.0] * len(shape)]
    reader.take("open", "'{' before the outcomes")
    while reader.skip("open"):
        reader.label("the outcome's name in quotes", limit=4000)
        if len(rows) > MAX_OUTCOMES:
            raise TooLargeError(f"the game has more than {MAX_OUTCOMES:,} outcomes", "use the payoff form")
        rows.append(_outcome(reader, len(shape), len(rows)))
        reader.take("close", f"'}}': there are {len(shape)} players")
    reader.take("close", "an outcome, or '}'")
    chosen = np.empty(prod(shape), dtype=np.int64)
    for k in range(len(chosen)):
        token = reader.next
        chosen[k] = min(reader.whole(f"the outcome of profile {k + 1:,} of {len(chosen):,}", 0), len(rows))
        if chosen[k] == len(rows):
            reader.fail(token, f"there is no outcome {cut(token.text)}", f"outcomes are numbered 1 to {len(rows) - 1}; 0 stands for no payoff")
    return np.array(rows)[chosen].ravel()


def _outcome(reader: Reader, players: int, number: int) -> list[float]:
    return list(reader.numbers(players, lambda k: f"the payoff of player {k + 1} in outcome {number}", commas=True))


def write_nfg(game: Game, form: Literal["payoff", "outcome"] = "payoff") -> str:
    r"""Write a game in Gambit's strategic form.

    Reading it back gives the same payoffs to the last digit. A game with several members to a stakeholder is written out member by member; see
    :func:`~negotiation.strategic.files.expansion.expand`.

    Parameters
    ----------
    game : Game
    form : {"payoff", "outcome"}
        All payoffs of every profile, or a list of those that differ and the number of one at every profile: shorter where many are alike.

    Returns
    -------
    str
        A whole file.

    Raises
    ------
    TooLargeError
        Above 30 players, 2,000,000 payoffs or 200,000 outcomes.

    Examples
    --------
    >>> print(write_nfg(Game.from_tables([np.array([[2, 0], [1, 1]]), np.array([[2, 1], [0, 1]])], title="Stag hunt")))
    NFG 1 R "Stag hunt" { "1" "2" }
    { { "1" "2" }
      { "1" "2" } }
    ""
    <BLANKLINE>
    2 2
    1 0
    0 1
    1 1
    <BLANKLINE>
    """
    ordinary = expand(game)
    shape = ordinary.lattice.shape
    if prod(shape) * len(shape) > MAX_NUMBERS or len(shape) > MAX_PLAYERS:
        fits = f"at most {MAX_NUMBERS:,} payoffs of {MAX_PLAYERS} players are written"
        raise TooLargeError(f"the game has {prod(shape):,} profiles for {len(shape)} players; {fits}", "leave out actions")
    tables = [np.concatenate([np.broadcast_to(row, _own(shape, i)) for row in rows], axis=i) for i, rows in enumerate(ordinary.payoffs)]
    players = " ".join(_quoted(name) for name in ordinary.names)
    strategies = "\n  ".join("{ " + " ".join(_quoted(action) for action in row) + " }" for row in ordinary.actions)
    columns = zip(*(table.ravel(order="F").tolist() for table in tables), strict=True)
    lines = (" ".join(map(_written, row)) for row in columns) if form == "payoff" else _numbered(columns)
    head = (f"NFG 1 R {_quoted(game.title)} {{ {players} }}", f"{{ {strategies} }}", '""', "")
    return "\n".join(chain(head, lines)) + "\n"


def _numbered(profiles: Iterable[tuple[float, ...]]) -> Iterator[str]:
    """Yield the outcomes, and then the number of the outcome at each profile; 0 where nobody gets anything."""
    outcomes: dict[tuple[float, ...], int] = {}
    chosen = [outcomes.setdefault(row, len(outcomes) + 1) if any(row) else 0 for row in profiles]
    if len(outcomes) > MAX_OUTCOMES:
        raise TooLargeError(f"the game has {len(outcomes):,} outcomes, at most {MAX_OUTCOMES:,} are written", "use the payoff form")
    yield from ("{", *('{ "" ' + ", ".join(map(_written, row)) + " }" for row in outcomes), "}")
    yield " ".join(map(str, chosen))


def _own(shape: tuple[int, ...], i: int) -> tuple[int, ...]:
    return (*shape[:i], 1, *shape[i + 1 :])


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
