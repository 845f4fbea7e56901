"""Places in the code, written as text, so that a table can name what it does not load: a question pays only for what it uses."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def load(place: str) -> Any:
    """Return what stands at a place, its module loaded now.

    Parameters
    ----------
    place : str
        ``"module:name"``.

    Raises
    ------
    ImportError
        When there is no such module, or nothing of that name in it.

    Examples
    --------
    >>> load("negotiation.numerics:shown")(1234.0)
    '1,234'
    """
    module, _, name = place.partition(":")
    found = import_module(module)
    if not hasattr(found, name):
        raise ImportError(f"{found.__name__} has no '{name}'")
    return getattr(found, name)


def later(place: str) -> Callable[..., Any]:
    """Return a function that is loaded when it is first called.

    Examples
    --------
    >>> say = later("negotiation.numerics:shown")
    >>> say(0.25)
    '0.25'
    """

    def called(*given: Any, **named: Any) -> Any:
        return load(place)(*given, **named)

    return called
