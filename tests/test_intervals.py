"""Bounds of formulas contain every value, and say so where there may be none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.formula import parse
from negotiation.intervals import Interval, RangeEnvironment, bounds

FORMULAS = [
    "a + b * c - 2",
    "a / b",
    "a / (b - c)",
    "(a - b) ** 2 + c ** 3",
    "abs(a) ** b",
    "a ** -1",
    "min(a, b, c) * max(a, 0 - b)",
    "a if b > c else c - a",
    "(a > b) + (b >= c) * (a != c) - (a == b)",
    "not (a > 0 and b > 0 or c < 0)",
    "sqrt(abs(a)) + exp(b / 10) - log(c * c + 1)",
    "sqrt(a) + log(b)",
    "floor(a) - ceil(b / 2)",
    "d * a - d",
    "0 < a <= b",
]
numbers = st.floats(-5, 5, allow_nan=False) | st.integers(-3, 3).map(float)


@pytest.mark.parametrize("formula", FORMULAS)
@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_every_value_lies_between_the_bounds(formula: str, ends: list[tuple[float, float]], shares: list[float]) -> None:
    ranges = {name: Interval(min(pair), max(pair)) for name, pair in zip("abc", ends, strict=True)}
    inside = {name: min(r.high, max(r.low, r.low + share * (r.high - r.low))) for (name, r), share in zip(ranges.items(), shares, strict=True)}
    d = parse("a + b")
    value = float(parse(formula)({**inside, "d": d(inside)}))
    low, high = bounds(parse(formula), RangeEnvironment(ranges, {"d": d}))
    if np.isnan(value):
        assert np.isnan(low) or np.isnan(high)
    elif not (np.isnan(low) or np.isnan(high)):
        slack = 1e-9 * max(1.0, abs(value))
        assert low - slack <= value <= high + slack


@pytest.mark.parametrize("formula", [f for f in FORMULAS if "/" not in f and "log" not in f and "**" not in f])
def test_bounds_of_single_numbers_are_the_value(formula: str) -> None:
    values = {"a": 1.25, "b": 2.0, "c": -0.5}
    low, high = bounds(parse(formula), RangeEnvironment({name: Interval(v, v) for name, v in values.items()}, {"d": parse("a + b")}))
    expected = pytest.approx(float(parse(formula)({**values, "d": 3.25})), rel=1e-12, abs=1e-12)
    assert (low, high) == (expected, expected)


def test_many_ranges_are_bounded_at_once() -> None:
    low, high = bounds(parse("a * a"), {"a": Interval(np.array([-1.0, 2.0]), np.array([1.0, 3.0]))})
    assert low == pytest.approx([-1, 4])
    assert high == pytest.approx([1, 9])
