"""What can be said about a question besides the settings of the game, and how it is read from text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import InvalidGameError, Problem, nearest, unknown

YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Option:
    """What can be said about a question.

    Parameters
    ----------
    name, about : str
    kind : type
        float, int, str, or bool for a yes or no.
    default : value or None
        None where the question has a default of its own.
    choices : tuple of str
        What it can be, where that is a list.
    least : float
        The smallest number it can be.
    many : bool
        Whether it can be said more than once; the parts are then joined by commas.
    """

    name: str
    kind: type
    about: str
    default: float | int | str | bool | None = None
    choices: tuple[str, ...] = ()
    least: float = 0.0
    many: bool = False


def read_options(question: str, options: Sequence[Option], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the options in their kinds, with defaults.

    Parameters
    ----------
    question : str
        What is asked, for messages.
    options : sequence of Option
        What can be said.
    given : mapping of str to str
        What is said.

    Raises
    ------
    UnknownNameError, InvalidGameError
    """
    there = {option.name: option for option in options}
    for name in given:
        if name not in there:
            raise unknown(f"option of '{question}'", name, there)
    values = {name: option.default for name, option in there.items() if option.default is not None}
    return values | {name: _read(there[name], text) for name, text in given.items()}


def _read(option: Option, text: str) -> Any:
    try:
        value = YES_OR_NO.get(text.lower()) if option.kind is bool else option.kind(text)
    except ValueError:
        value = None
    wrong = value is None or (option.choices and value not in option.choices)
    if wrong or (isinstance(value, (int, float)) and not isinstance(value, bool) and not option.least <= value <= 1e15):
        kind = {float: f"a finite number from {option.least:g}", int: f"a whole number from {option.least:g}", str: "text", bool: "yes or no"}[option.kind]
        expected = f"one of {', '.join(option.choices)}" if option.choices else kind
        meaning = option.about.removesuffix(f": {', '.join(option.choices)}")
        raise InvalidGameError([Problem(("options", option.name), f"got '{text}', expected {expected}", f"it means: {meaning}")])
    return value


def read_amounts(option: str, text: str, names: Sequence[str]) -> dict[str, float]:
    """Read ``name=amount,name=amount``, where the names have to be among `names`.

    Raises
    ------
    InvalidGameError
        Names the part that cannot be read.

    Examples
    --------
    >>> read_amounts("cap", "small=300, large=5e4", ["small", "large"])
    {'small': 300.0, 'large': 50000.0}
    """
    amounts = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not equals or not math.isfinite(value):
            raise InvalidGameError([Problem(("options", option), f"got '{part}', expected name=amount", f"write e.g. {next(iter(names), 'name')}=100")])
        if name not in names:
            raise InvalidGameError([Problem(("options", option), f"unknown name '{name}'", nearest(name, names))])
        amounts[name] = value
    return amounts
