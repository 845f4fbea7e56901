"""Tolerances and the small numerical helpers that everything shares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUND_OFF = 1e-9
"""Relative tolerance for comparing payoffs that were computed by formulas: two payoffs closer than this share of the
stakeholder's usual absolute payoff count as equal."""

ARITHMETIC = 1e-13
"""Share of the largest number involved that sums and products may lose."""

SAMPLE = 10_000

TOLERANCE = 1e-6
"""Relative tolerance for anything that went through a linear program or an iteration: ten times the solver's own."""


def round_off(*arrays: Array) -> float:
    """Return the absolute tolerance for comparing entries of `arrays`.

    The usual size counts (the median of a sample), so that one prohibitive number does not blur all others.

    Examples
    --------
    >>> round_off(np.array([-1e9, -1e9, 1e9]))
    1.0001
    >>> round_off(np.array([3.0, 2.0, 1.0, -1e10])) < 0.01
    True
    """
    sampled = [np.abs(a.ravel()[:: max(1, a.size // SAMPLE)]) for a in arrays if a.size]
    largest = max((float(np.max(np.abs(a))) for a in arrays if a.size), default=0.0)
    usual = 2 * float(np.median(0.5 * np.concatenate(sampled))) if sampled else 0.0  # the middle of two large numbers overflows
    return ROUND_OFF * usual + ARITHMETIC * largest


def plain(value: Any, digits: int = 12) -> Any:
    """Turn a result into what JSON can hold.

    Numpy scalars and arrays become numbers and lists, floats are rounded to `digits` significant digits, minus zero
    becomes zero, and a number that is not finite becomes None.

    Examples
    --------
    >>> plain({"a": np.float64(0.1) + 0.2, "b": -0.0, "c": np.arange(2)})
    {'a': 0.3, 'b': 0.0, 'c': [0, 1]}
    """
    if isinstance(value, dict):
        return {str(key): plain(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, digits) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), digits)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return significant(float(value), digits)
    return value


def significant(value: float, digits: int = 12) -> float | None:
    """Round to significant digits; None for what is not finite.

    Examples
    --------
    >>> significant(1234.5678, 6)
    1234.57
    """
    if not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}") + 0.0


def frozen(array: Any) -> Array:
    """Return a read-only copy of `array`."""
    copy = np.array(array, dtype=np.float64, copy=True)
    copy.flags.writeable = False
    return copy


def shown(value: float, digits: int = 4) -> str:
    """Return a number for people: thousands separated, a few significant digits.

    Examples
    --------
    >>> shown(1234567.8), shown(-0.012345), shown(812.5), shown(3.0)
    ('1,235,000', '-0.01235', '812.5', '3')
    """
    if not math.isfinite(value):
        return "unlimited" if value > 0 else "-unlimited"
    rounded = significant(value, digits) or 0.0
    if abs(rounded) >= 1e15:
        return f"{rounded:g}"
    if rounded == int(rounded):
        return f"{int(rounded):,}"
    return f"{rounded:,.{max(0, digits - 1 - math.floor(math.log10(abs(rounded))))}f}".rstrip("0").rstrip(".") if abs(rounded) >= 1e-4 else f"{rounded:g}"
