"""The tokens of Gambit's files: braces, commas, names in quotes, numbers, words; with line and column of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isfinite
from typing import NamedTuple, NoReturn

import numpy as np

from ...errors import InvalidGameError, Problem
from ...numerics import Array

MAX_LABEL = 200
"""Characters of a player's or strategy's name."""
MAX_NUMBER = 100
"""Characters of a number."""
_TOKEN = re.compile(
    r"""\s*+(?:(?P<open>\{)|(?P<close>\})|(?P<comma>,)|"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<unclosed>")"""
    r"""|(?P<number>[-+]?+(?:[0-9]++(?:/[0-9]++|(?:\.[0-9]*+)?+(?:[eE][-+]?+[0-9]++)?+)|\.[0-9]++(?:[eE][-+]?+[0-9]++)?+)(?=[\s{},"]|\Z))"""
    r"""|(?P<word>[^\s{},"]++)|(?P<end>\Z))""",
    re.DOTALL,
)
_PLAIN = re.compile(r"[-+0-9.eE\s]*+")
_WHAT = {"open": "'{'", "close": "'}'", "comma": "a comma", "text": "a name in quotes", "number": "a number", "word": "a word", "end": "the end of the file"}


class Token(NamedTuple):
    """A piece of the text: its kind (a key of the table above), what it says, where it begins."""

    kind: str
    text: str
    position: int


class Reader:
    """The tokens of a file, one ahead."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self._tokens = self._scan()
        self.next = next(self._tokens)

    def _scan(self) -> Iterator[Token]:
        for match in _TOKEN.finditer(self.text):
            kind = str(match.lastgroup)
            token = Token(kind, match[kind], match.start(kind) - (kind == "text"))
            if kind == "unclosed":
                self.fail(token, "this quotation mark is never closed", 'close it, and write \\" for a quotation mark within a name')
            yield token
            if kind == "end":
                return

    def fail(self, token: Token, message: str, remedy: str = "") -> NoReturn:
        """Raise the error that points at a token."""
        line = self.text.count("\n", 0, token.position) + 1
        column = token.position - (self.text.rfind("\n", 0, token.position) + 1) + 1
        raise InvalidGameError([Problem((), message, remedy, line, column)], self.source)

    def take(self, kind: str, what: str) -> Token:
        """Return the next token, which must be of `kind`."""
        token = self.next
        if token.kind != kind:
            came = f"'{cut(token.text)}'" if token.kind in ("word", "number") else _WHAT[token.kind]
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
        """Return the next token, a name in quotes, without its escapes."""
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

    def rest(self, count: int) -> Array | None:
        """Take the rest of the file if it is `count` plain numbers, all at once; None, taking nothing, where it is anything else."""
        words = self.text[self.next.position :].split(None, count)
        if len(words) != count or max(map(len, words)) > MAX_NUMBER or not _PLAIN.fullmatch(self.text, self.next.position):
            return None
        try:
            values = np.fromiter(map(float, words), dtype=np.float64, count=count)
        except ValueError:
            return None
        if not np.isfinite(values).all():
            return None
        self.next = Token("end", "", len(self.text))
        return values

    def _value(self, token: Token) -> float:
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
        """Return the next token, a whole number of at least `low`."""
        token = self.take("number", what)
        if not re.fullmatch(r"\+?[0-9]{1,100}", token.text) or int(token.text) < low:
            self.fail(token, f"got '{cut(token.text)}', expected {what}: a whole number, {low} or more")
        return int(token.text)


def cut(text: str) -> str:
    """Return the beginning of a long word, for a message."""
    return text if len(text) <= 40 else f"{text[:40]}..."
