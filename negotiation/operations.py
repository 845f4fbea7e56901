"""What the parts of a formula do to numbers and arrays: each operation once, for every reader of formulas.

Truth is a number (1 or 0). What has no value (division by zero, the root of a negative number) is NaN and stays NaN through comparisons
too; only a condition that selects the other branch discards it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Value = NDArray[np.float64] | float
Values = Mapping[Any, Value]

COUNTING = {"count": (1, 2), "share": (2, 2), "members": (1, 1)}
"""Functions of the count profile, with the least and the largest number of arguments."""


class Operation(NamedTuple):
    """One step of a formula: operations with equal labels do the same to the same parts."""

    label: object
    function: Callable[..., Value]
    parts: tuple[ast.expr, ...]


def count_key(function: str, *arguments: str) -> str:
    """Return the name under which an environment holds a use of the count profile.

    Examples
    --------
    >>> count_key("count", "small_firms", "connect")
    'count(small_firms, connect)'
    """
    return f"{function}({', '.join(arguments)})"


def called(node: ast.Call) -> str:
    """Return the name of the function that is called; empty if it is not a name."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def named(node: ast.Call) -> tuple[str, ...]:
    """Return the names among the arguments of a call."""
    return tuple(part.id for part in node.args if isinstance(part, ast.Name))


def looked_up(node: ast.expr) -> str | None:
    """Return the key under which an environment holds the value of a node; None where it is worked out."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call) and called(node) in COUNTING:
        return count_key(called(node), *named(node))
    return None


def operation(node: ast.expr) -> Operation:
    """Return what a node that is neither a number nor looked up does to its parts; its tree has been checked."""
    match node:
        case ast.BinOp():
            return Operation(type(node.op), ARITHMETIC[type(node.op)], (node.left, node.right))
        case ast.UnaryOp():
            return Operation(("before", type(node.op)), _BEFORE[type(node.op)], (node.operand,))
        case ast.Compare():
            tests = tuple(COMPARISONS[type(one)] for one in node.ops)
            return Operation(tests, partial(_compared, tests), (node.left, *node.comparators))
        case ast.BoolOp():
            return Operation(type(node.op), partial(_joined, np.logical_and if isinstance(node.op, ast.And) else np.logical_or), tuple(node.values))
        case ast.IfExp():
            return Operation("if", _chosen, (node.test, node.body, node.orelse))
        case ast.Call():
            return Operation(called(node), FUNCTIONS[called(node)], tuple(node.args))
    raise AssertionError(f"unchecked node {node!r}")


def compiled(node: ast.expr) -> Callable[[Values], Value]:
    """Return a checked tree as nested functions of an environment, so that it is walked only once."""
    if isinstance(node, ast.Constant):
        number = float(node.value)  # type: ignore[arg-type]
        return lambda environment: number
    key = looked_up(node)
    if key is not None:
        return itemgetter(key)
    _, function, parts = operation(node)
    return applied(function, [compiled(part) for part in parts])


def applied(function: Callable[..., Value], parts: Sequence[Callable[[Values], Value]]) -> Callable[[Values], Value]:
    """Return a function of an environment that applies `function` to the values of the parts."""
    if len(parts) == 1:
        only = parts[0]
        return lambda environment: function(only(environment))
    if len(parts) == 2:
        left, right = parts
        return lambda environment: function(left(environment), right(environment))
    return lambda environment: function(*[part(environment) for part in parts])


def _divide(a: Value, b: Value) -> Value:
    zero = np.equal(b, 0)
    quotient: Value = np.divide(a, np.where(zero, np.nan, b) if zero.any() else b)
    return quotient


def _logarithm(a: Value) -> Value:
    found: Value = np.log(np.where(np.greater(a, 0), a, np.nan))
    return found


def _not(value: Value) -> Value:
    return _keep_nan(np.equal(value, 0), value)


def _compared(tests: Sequence[Callable[[Value, Value], Any]], *values: Value) -> Value:
    return _keep_nan(reduce(np.logical_and, [test(a, b) for test, a, b in zip(tests, values, values[1:], strict=False)]), *values)


def _joined(join: Callable[[Any, Any], Any], *values: Value) -> Value:
    return _keep_nan(reduce(join, [np.not_equal(value, 0) for value in values]), *values)


def _chosen(test: Value, one: Value, other: Value) -> Value:
    found: Value = np.where(np.not_equal(test, 0), one, other)
    missing = np.isnan(test)
    return np.where(missing, np.nan, found) if missing.any() else found


def _keep_nan(truth: Any, *values: Value) -> Value:
    result: Value = np.asarray(truth, dtype=float)
    for value in values:
        missing = np.isnan(value)
        if missing.any():
            result = np.where(missing, np.nan, result)
    return result


ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: _divide,
    ast.Pow: np.float_power,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], Any]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
FUNCTIONS: dict[str, Callable[..., Value]] = {
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": _logarithm,
    "floor": np.floor,
    "ceil": np.ceil,
}
_BEFORE: dict[type[ast.unaryop], Callable[[Value], Value]] = {ast.Not: _not, ast.USub: np.negative, ast.UAdd: lambda value: value}
