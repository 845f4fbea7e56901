"""Formulas over ranges: bounds between which a formula's value must lie, for many ranges at once.

Each operation rounds outwards, so the bounds are proofs: what they exclude cannot happen. They may be wider than need be where the same
number occurs more than once; halving the ranges narrows them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .formula import COUNTING, Formula, count_key, needed_first

OUTWARDS = 4e-16


class Interval(NamedTuple):
    """Ranges, one for each entry: arrays of one shape, or numbers. Not a number where the value may not exist."""

    low: Any
    high: Any


Ranges = Mapping[str, Interval]


class RangeEnvironment(dict[str, Interval]):
    """What formulas read: ranges of parameters and counts; definitions are computed when first asked for."""

    def __init__(self, ranges: Ranges, definitions: Mapping[str, Formula]) -> None:
        super().__init__(ranges)
        self._definitions = definitions

    def __missing__(self, key: str) -> Interval:
        for name in needed_first(key, self._definitions, self):
            self[name] = bounds(self._definitions[name], self)
        return self[key]


def bounds(formula: Formula, environment: Mapping[str, Interval]) -> Interval:
    """Return bounds on the value of a formula.

    Parameters
    ----------
    formula : Formula
    environment : mapping of str to Interval
        Names, and :func:`~negotiation.formula.count_key` for counts.

    Returns
    -------
    Interval
        Not a number where the formula may have no value within the ranges.

    Examples
    --------
    >>> from negotiation.formula import parse
    >>> low, high = bounds(parse("fee * 2 - max(fine, 3)"), {"fee": Interval(1.0, 2.0), "fine": Interval(0.0, 4.0)})
    >>> round(float(low), 9), round(float(high), 9)
    (-2.0, 1.0)

    References
    ----------
    R. E. Moore (1966), "Interval analysis".
    """
    with np.errstate(all="ignore"):
        return _bounds(formula.tree, environment)


def _bounds(node: ast.expr, environment: Mapping[str, Interval]) -> Interval:
    match node:
        case ast.Constant():
            return Interval(float(node.value), float(node.value))  # type: ignore[arg-type]
        case ast.Name():
            return environment[node.id]
        case ast.BinOp():
            return _BINARY[type(node.op)](_bounds(node.left, environment), _bounds(node.right, environment))
        case ast.UnaryOp():
            inner = _bounds(node.operand, environment)
            if isinstance(node.op, ast.Not):
                return _negated(_truth(inner))
            return Interval(-inner.high, -inner.low) if isinstance(node.op, ast.USub) else inner
        case ast.Compare():
            parts = [_bounds(part, environment) for part in (node.left, *node.comparators)]
            return _all([_COMPARED[type(op)](a, b) for op, a, b in zip(node.ops, parts, parts[1:], strict=False)])
        case ast.BoolOp():
            truths = [_truth(_bounds(part, environment)) for part in node.values]
            return _all(truths) if isinstance(node.op, ast.And) else _negated(_all([_negated(truth) for truth in truths]))
        case ast.IfExp():
            return _chosen(_truth(_bounds(node.test, environment)), _bounds(node.body, environment), _bounds(node.orelse, environment))
        case ast.Call():
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in COUNTING:
                return environment[count_key(name, *(part.id for part in node.args if isinstance(part, ast.Name)))]
            return _CALLED[name](*(_bounds(part, environment) for part in node.args))
    raise AssertionError(f"unchecked node {node!r}")


def _outwards(low: Any, high: Any) -> Interval:
    return Interval(low - OUTWARDS * np.abs(low), high + OUTWARDS * np.abs(high))


def _product(a: Interval, b: Interval) -> Interval:
    corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
    return _outwards(np.minimum.reduce(np.broadcast_arrays(*corners)), np.maximum.reduce(np.broadcast_arrays(*corners)))


def _quotient(a: Interval, b: Interval) -> Interval:
    around = (np.less_equal(b.low, 0)) & (np.greater_equal(b.high, 0))
    return _product(a, _outwards(np.where(around, np.nan, 1 / np.where(around, 1.0, b.high)), np.where(around, np.nan, 1 / np.where(around, 1.0, b.low))))


def _power(a: Interval, b: Interval) -> Interval:
    """Bound a power: monotone in both where the base is positive; with a whole exponent for any base."""
    corners = np.broadcast_arrays(*(np.float_power(x, y) for x in a for y in b))
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    across = np.less(a.low, 0) & np.greater(a.high, 0)
    whole = np.equal(b.low, b.high) & np.equal(np.mod(b.low, 1), 0)
    low = np.where(across & whole & np.equal(np.mod(b.low, 2), 0) & np.greater(b.low, 0), 0.0, low)
    touching = np.less_equal(a.low, 0) & np.greater_equal(a.high, 0)
    lost = (touching & np.less(b.low, 0)) | (np.less(a.low, 0) & ~whole)
    return _outwards(np.where(lost, np.nan, low), np.where(lost, np.nan, high))


def _truth(a: Interval) -> Interval:
    """Return whether a value is not 0, as a range of truths: 0, 1, or either."""
    zero, none = np.equal(a.low, 0) & np.equal(a.high, 0), np.less_equal(a.low, 0) & np.greater_equal(a.high, 0)
    missing = np.isnan(a.low) | np.isnan(a.high)
    return Interval(np.where(missing, np.nan, ~none), np.where(missing, np.nan, ~zero))


def _negated(truth: Interval) -> Interval:
    return Interval(1.0 - truth.high, 1.0 - truth.low)


def _all(truths: list[Interval]) -> Interval:
    low, high = truths[0]
    for truth in truths[1:]:
        low, high = np.minimum(low, truth.low), np.minimum(high, truth.high)
    return Interval(low, high)


def _less(a: Interval, b: Interval) -> Interval:
    return _known(np.less(a.high, b.low), np.greater_equal(a.low, b.high), a, b)


def _at_most(a: Interval, b: Interval) -> Interval:
    return _known(np.less_equal(a.high, b.low), np.greater(a.low, b.high), a, b)


def _same(a: Interval, b: Interval) -> Interval:
    single = np.equal(a.low, a.high) & np.equal(b.low, b.high) & np.equal(a.low, b.low)
    return _known(single, np.less(a.high, b.low) | np.less(b.high, a.low), a, b)


def _known(surely: Any, never: Any, a: Interval, b: Interval) -> Interval:
    missing = np.isnan(a.low) | np.isnan(a.high) | np.isnan(b.low) | np.isnan(b.high)
    return Interval(np.where(missing, np.nan, np.where(surely, 1.0, 0.0)), np.where(missing, np.nan, np.where(never, 0.0, 1.0)))


def _chosen(truth: Interval, then: Interval, other: Interval) -> Interval:
    low, high = np.minimum(then.low, other.low), np.maximum(then.high, other.high)
    low = np.where(np.greater(truth.low, 0), then.low, np.where(np.equal(truth.high, 0), other.low, low))
    high = np.where(np.greater(truth.low, 0), then.high, np.where(np.equal(truth.high, 0), other.high, high))
    missing = np.isnan(truth.low)
    return Interval(np.where(missing, np.nan, low), np.where(missing, np.nan, high))


def _absolute(a: Interval) -> Interval:
    across = np.less(a.low, 0) & np.greater(a.high, 0)
    sizes = np.abs(a.low), np.abs(a.high)
    return Interval(np.where(across, 0.0, np.minimum(*sizes)), np.maximum(*sizes))


def _rising(function: Callable[[Any], Any], least: float = -np.inf) -> Callable[[Interval], Interval]:
    """Return the bounds of a function that rises; none where the argument may lie below what it allows."""

    def bounded(a: Interval) -> Interval:
        lost = np.less(a.low, least)
        return _outwards(np.where(lost, np.nan, function(np.where(lost, 1.0, a.low))), np.where(lost, np.nan, function(np.where(lost, 1.0, a.high))))

    return bounded


def _folded(join: Callable[[Any, Any], Any]) -> Callable[..., Interval]:
    def bounded(*parts: Interval) -> Interval:
        low, high = parts[0]
        for part in parts[1:]:
            low, high = join(low, part.low), join(high, part.high)
        return Interval(low, high)

    return bounded


_BINARY: dict[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: lambda a, b: _outwards(a.low + b.low, a.high + b.high),
    ast.Sub: lambda a, b: _outwards(a.low - b.high, a.high - b.low),
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Pow: _power,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Interval, Interval], Interval]] = {
    ast.Lt: _less,
    ast.LtE: _at_most,
    ast.Gt: lambda a, b: _less(b, a),
    ast.GtE: lambda a, b: _at_most(b, a),
    ast.Eq: _same,
    ast.NotEq: lambda a, b: _negated(_same(a, b)),
}
_CALLED: dict[str, Callable[..., Interval]] = {
    "min": _folded(np.minimum),
    "max": _folded(np.maximum),
    "abs": _absolute,
    "sqrt": _rising(np.sqrt, 0.0),
    "exp": _rising(np.exp),
    "log": _rising(np.log, 5e-324),
    "floor": lambda a: Interval(np.floor(a.low), np.floor(a.high)),
    "ceil": lambda a: Interval(np.ceil(a.low), np.ceil(a.high)),
}
