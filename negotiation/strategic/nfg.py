r"""Gambit's .nfg files, both ways.

A file is ``NFG 1 R "title" { "player" ... } { strategies } "comment"`` and then either the payoffs of all players at every profile, or a
list of outcomes and the number of the outcome at every profile (0: nobody gets anything). Profiles stand in the order in which the first player's
strategy varies fastest. Payoffs are whole numbers, decimals or fractions; a :class:`~negotiation.strategic.game.Game` holds floats, so each is
rounded once, to the nearest float. Within quotes ``\"`` is a quotation mark and ``\\`` a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from math import isfinite, prod
from typing import NamedTuple, NoReturn

import numpy as np

from ..errors import InvalidGameError, Problem, TooLargeError
from ..numerics import Array
from .expansion import MAX_NUMBERS, MAX_PLAYERS, expand
from .game import Game

MAX_TEXT = 50_000_000
"""Characters of a file."""
MAX_LABEL = 200
"""Characters of a player's or strategy's name."""
MAX_NUMBER = 100
"""Characters of a number."""
MAX_STRATEGIES = 300
"""Strategies of a player."""

_TOKEN = re.compile(
    r"""\s*+(?:(?P<open>\{)|(?P<close>\})|(?P<comma>,)|"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<unclosed>")"""
    r"""|(?P<number>[-+]?+(?:[0-9]++(?:/[0-9]++|(?:\.[0-9]*+)?+(?:[eE][-+]?+[0-9]++)?+)|\.[0-9]++(?:[eE][-+]?+[0-9]++)?+)(?=[\s{},"]|\Z))"""
    r"""|(?P<word>[^\s{},"]++)|(?P<end>\Z))""",
    re.DOTALL,
)
_WHAT = {"open": "'{'", "close": "'}'", "comma": "a comma", "text": "a name in quotes", "number": "a number", "word": "a word", "end": "the end of the file"}


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


class _Reader:
    """The tokens of a file, one ahead."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self._tokens = self._scan()
        self.next = next(self._tokens)

    def _scan(self) -> Iterator[_Token]:
        for match in _TOKEN.finditer(self.text):
            kind = str(match.lastgroup)
            token = _Token(kind, match[kind], match.start(kind) - (kind == "text"))
            if kind == "unclosed":
                self.fail(token, "this quotation mark is never closed", 'close it, and write \\" for a quotation mark within a name')
            yield token
            if kind == "end":
                return

    def fail(self, token: _Token, message: str, remedy: str = "") -> NoReturn:
        line = self.text.count("\n", 0, token.position) + 1
        column = token.position - (self.text.rfind("\n", 0, token.position) + 1) + 1
        raise InvalidGameError([Problem((), message, remedy, line, column)], self.source)

    def take(self, kind: str, what: str) -> _Token:
        """Return the next token, which must be of `kind`."""
        token = self.next
        if token.kind != kind:
            came = f"'{_cut(token.text)}'" if token.kind in ("word", "number") else _WHAT[token.kind]
            self.fail(token, f"got {came}, expected {what}")
        if token.kind != "end":
            self.next = next(self._tokens)
        return token

    def skip(self, kind: str) -> bool:
        """Take the next token if it is of `kind`."""
        if self.next.kind != kind:
            return False
        self.take(kind, "")
        return True

    def label(self, what: str, limit: int = MAX_LABEL) -> str:
        token = self.take("text", what)
        if len(token.text) > limit:
            self.fail(token, f"{what} has {len(token.text):,} characters, at most {limit} are allowed", "shorten it")
        return re.sub(r'\\(["\\])', r"\1", token.text)

    def numbers(self, count: int, what: Callable[[int], str], commas: bool = False) -> Iterator[float]:
        """Return the next `count` numbers; `what(k)` says what the k-th should have been."""
        for k in range(count):
            yield self._value(self.next if self.next.kind == "number" else self.take("number", what(k)))
            self.next = next(self._tokens)
            if commas:
                self.skip("comma")

    def _value(self, token: _Token) -> float:
        digits = token.text
        if len(digits) > MAX_NUMBER:
            self.fail(token, f"this number has {len(digits):,} characters, at most {MAX_NUMBER} are allowed", "round it")
        try:
            value = float(Fraction(digits)) if "/" in digits else float(digits)
        except (ZeroDivisionError, OverflowError):
            value = float("inf")
        if not isfinite(value):
            self.fail(token, f"'{digits}' is not a finite number", "change the payoff")
        return value

    def whole(self, what: str, low: int) -> int:
        token = self.take("number", what)
        if not re.fullmatch(r"\+?[0-9]{1,100}", token.text) or int(token.text) < low:
            self.fail(token, f"got '{_cut(token.text)}', expected {what}: a whole number, {low} or more")
        return int(token.text)


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."


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
        Above 30 players, 300 strategies of a player or 2,000,000 payoffs, before they are read.

    Notes
    -----
    A few microseconds a payoff. Floats hold fractions such as 1/3 only to 16 digits.

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
    reader = _Reader(text, source)
    title = _prologue(reader)
    names = _players(reader)
    actions, shape = _strategies(reader, names)
    reader.skip("text")
    values = _outcomes(reader, shape) if reader.next.kind == "open" else _payoffs(reader, shape)
    reader.take("end", "the end of the file: all profiles have their payoffs")
    tables = values.reshape((len(names), *shape), order="F")
    return Game.from_tables(list(tables), names, actions, title)


def _prologue(reader: _Reader) -> str:
    for expected in (("NFG",), ("1",), ("R", "D")):
        token = reader.next
        if token.text not in expected or token.kind not in ("word", "number"):
            reader.fail(token, f"got '{_cut(token.text)}', expected {' or '.join(expected)}", 'an .nfg file begins with: NFG 1 R "title"')
        reader.take(token.kind, "")
    return reader.label("the title in quotes", limit=4000)


def _players(reader: _Reader) -> list[str]:
    start = reader.take("open", "'{' before the players' names")
    names = []
    while reader.next.kind == "text":
        names.append(reader.label("a player's name in quotes"))
    reader.take("close", "a player's name in quotes, or '}'")
    if not names:
        reader.fail(start, "the game has no players", "name at least one")
    if len(names) > MAX_PLAYERS:
        raise TooLargeError(f"the game has {len(names):,} players, at most {MAX_PLAYERS} can be read", "merge players that are alike")
    return _distinct(names)


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


def _strategies(reader: _Reader, names: list[str]) -> tuple[list[list[str]], tuple[int, ...]]:
    reader.take("open", "'{' before the strategies")
    actions: list[list[str]] = []
    counts: list[int] = []
    if reader.next.kind == "number":
        counts = [reader.whole(f"the number of strategies of '{name}'", 1) for name in names]
    else:
        for name in names:
            start = reader.take("open", f"'{{' before the strategies of '{name}'")
            actions.append([])
            while reader.next.kind == "text":
                actions[-1].append(reader.label("a strategy's name in quotes"))
            reader.take("close", "a strategy's name in quotes, or '}'")
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


def _payoffs(reader: _Reader, shape: tuple[int, ...]) -> Array:
    players, profiles = len(shape), prod(shape)
    total = f"{profiles * players:,} ({profiles:,} profiles for {players} player{'s' if players > 1 else ''})"
    return np.fromiter(reader.numbers(profiles * players, lambda k: f"payoff {k + 1:,} of {total}"), dtype=np.float64)


def _outcomes(reader: _Reader, shape: tuple[int, ...]) -> Array:
    rows = [[0.0] * len(shape)]
    reader.take("open", "'{' before the outcomes")
    while reader.skip("open"):
        reader.label("the outcome's name in quotes", limit=4000)
        rows.append(_outcome(reader, len(shape), len(rows)))
        reader.take("close", f"'}}': there are {len(shape)} players")
    reader.take("close", "an outcome, or '}'")
    chosen = np.empty(prod(shape), dtype=np.int64)
    for k in range(len(chosen)):
        token = reader.next
        chosen[k] = min(reader.whole(f"the outcome of profile {k + 1:,} of {len(chosen):,}", 0), len(rows))
        if chosen[k] == len(rows):
            reader.fail(token, f"there is no outcome {_cut(token.text)}", f"outcomes are numbered 1 to {len(rows) - 1}; 0 stands for no payoff")
    return np.array(rows)[chosen].ravel()


def _outcome(reader: _Reader, players: int, number: int) -> list[float]:
    return list(reader.numbers(players, lambda k: f"the payoff of player {k + 1} in outcome {number}", commas=True))


def write_nfg(game: Game) -> str:
    r"""Write a game in Gambit's strategic form, payoff form.

    Reading it back gives the same payoffs to the last digit. A game with several members to a stakeholder is written out member by member; see
    :func:`~negotiation.strategic.expansion.expand`.

    Parameters
    ----------
    game : Game

    Returns
    -------
    str
        A whole file.

    Raises
    ------
    TooLargeError
        Above 30 players or 2,000,000 payoffs.

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
    lines = (" ".join(map(_written, row)) for row in columns)
    head = (f"NFG 1 R {_quoted(game.title)} {{ {players} }}", f"{{ {strategies} }}", '""', "")
    return "\n".join(chain(head, lines)) + "\n"


def _own(shape: tuple[int, ...], i: int) -> tuple[int, ...]:
    return (*shape[:i], 1, *shape[i + 1 :])


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
