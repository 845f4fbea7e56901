"""Every error the engine raises, as one tree.

NegotiationError
├── InvalidGameError    422  a game file or request breaks the written form; says where and what to do
├── InvalidFormulaError 422  a formula is not plain arithmetic, or too big; says where in the text
├── UnknownNameError    404  a name that does not exist; lists what there is
├── NotApplicableError  409  the question does not fit this game; says what would
├── TooLargeError       413  beyond the stated limits; says the limit and the nearest size that works
├── IllegalMoveError    409  a move the rules of a workshop do not allow
├── TimedOutError       503  a computation was stopped at its time limit
└── SolverError         500  a solver failed; never used for "there is none", which is an answer
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a document, and the way to mend it.

    Parameters
    ----------
    place : tuple of (str or int)
        Path of the field, e.g. ``("payoffs", "small_firms", "bypass")``; empty for the document itself.
    message : str
        What came and what was expected.
    remedy : str
        What to do about it; may be empty where the message says it.
    line, column : int or None
        Position in the text, counted from 1, where the document has one.
    """

    place: tuple[str | int, ...]
    message: str
    remedy: str = ""
    line: int | None = None
    column: int | None = None

    @property
    def field(self) -> str:
        """The place as people write it: ``payoffs.small_firms.bypass``."""
        return ".".join(str(part) for part in self.place)

    def __str__(self) -> str:
        where = [self.field] if self.place else []
        if self.line is not None:
            where.append(f"line {self.line}" if self.column is None or self.place else f"line {self.line}, column {self.column}")
        text = f"{', '.join(where)}: {self.message}" if where else self.message
        return f"{text}; {self.remedy}" if self.remedy else text

    def as_dict(self) -> dict[str, object]:
        """Return the problem for JSON, with a JSON pointer to the field."""
        return {
            "pointer": "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.place),
            "field": self.field,
            "line": self.line,
            "column": self.column,
            "detail": self.message,
            "remedy": self.remedy,
        }


class NegotiationError(Exception):
    """Base of all errors of the engine.

    Parameters
    ----------
    message : str
        One line: what is wrong.
    remedy : str
        One line: what to do about it.
    """

    status = 500
    title = "The engine could not answer"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.remedy))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The single problems behind this error; empty unless a document is at fault."""
        return ()


class InvalidGameError(NegotiationError):
    """A document breaks the written form; carries every problem found, not only the first."""

    status = 422
    title = "The game file has mistakes"

    def __init__(self, problems: Iterable[Problem], source: str = "") -> None:
        self._problems = tuple(problems)
        self.source = source
        shown = " | ".join(str(problem) for problem in self._problems[:40]) or "invalid game"
        more = f" | and {len(self._problems) - 40} more" if len(self._problems) > 40 else ""
        super().__init__(f"{source + ': ' if source else ''}{shown}{more}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._problems, self.source))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._problems


class InvalidFormulaError(NegotiationError):
    """A formula is not the plain arithmetic the written form allows."""

    status = 422
    title = "A formula has a mistake"


class UnknownNameError(NegotiationError):
    """A name does not exist; the remedy names the nearest or lists what there is."""

    status = 404
    title = "There is nothing of that name"


class NotApplicableError(NegotiationError):
    """The question does not fit this game."""

    status = 409
    title = "The question does not fit this game"


class TooLargeError(NegotiationError):
    """The request is beyond a stated limit."""

    status = 413
    title = "Too large"


class IllegalMoveError(NegotiationError):
    """A move that the rules do not allow."""

    status = 409
    title = "That move is not possible now"


class TimedOutError(NegotiationError):
    """A computation was stopped at its time limit."""

    status = 503
    title = "The computation was stopped at its time limit"


class SolverError(NegotiationError):
    """A solver failed to compute an answer."""

    status = 500
    title = "A solver failed"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` or a list of what there is.

    Examples
    --------
    >>> nearest("fien", ["fine", "dues"])
    "did you mean 'fine'?"
    >>> nearest("zebra", ["fine", "dues"])
    'known names: dues, fine'
    """
    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known names: {listed(names)}" if names else "this game has none: leave it out"


def listed(names: Sequence[str], limit: int = 12) -> str:
    """Join names for a message, cutting a long list.

    Examples
    --------
    >>> listed(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    """
    if len(names) <= limit:
        return ", ".join(names)
    return f"{', '.join(names[:limit])} and {len(names) - limit} more"


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error for a name that does not exist."""
    return UnknownNameError(f"unknown {kind} '{name}'", nearest(name, known))
