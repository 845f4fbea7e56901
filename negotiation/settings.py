"""What is switched on: parameter values set by hand, a scenario, levers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import InvalidGameError, Problem


@dataclass(frozen=True, slots=True)
class Settings:
    """A setting of a game.

    Parameters
    ----------
    set : tuple of (str, float)
        Parameter values that override all else.
    scenario : str or None
        Name of a scenario.
    levers : tuple of str
        Names of active levers; naming one twice is naming it once.
    """

    set: tuple[tuple[str, float], ...] = ()
    scenario: str | None = None
    levers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "levers", tuple(dict.fromkeys(self.levers)))

    def as_dict(self) -> dict[str, object]:
        """Return the settings for JSON."""
        return {"set": dict(self.set), "scenario": self.scenario, "levers": list(self.levers)}


def parse_assignments(assignments: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Read ``name=value`` words.

    Raises
    ------
    InvalidGameError
        When a word is not of that form or the value is not a finite number.

    Examples
    --------
    >>> parse_assignments(["fine=200", "dues=1e3"])
    (('fine', 200.0), ('dues', 1000.0))
    """
    return tuple(_assignment(word) for word in assignments)


def _assignment(word: str) -> tuple[str, float]:
    name, equals, text = word.partition("=")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not equals or not name.strip() or not math.isfinite(value):
        raise InvalidGameError([Problem(("set",), f"got '{word}', expected name=value with a finite number", "write e.g. fine=200")])
    return name.strip(), value


NO_SETTINGS = Settings()
