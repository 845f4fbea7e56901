"""Formulas as symbolic expressions: the one module that speaks sympy.

A condition (if else, a comparison, min, max, abs, floor, ceil) is resolved at given numbers, and what it came to is kept as a proviso, so that
what remains is plain algebra that holds as long as the provisos do.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sympy

from .formula import COUNTING, Formula, count_key

Expression: TypeAlias = Any
"""A sympy expression."""
FACTORED = 60
"""Operations up to which a root is factored; a longer one is not read by people, and factoring it takes longer than all the rest."""
LONG = 60
SMALL = 12
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_SMOOTH: dict[str, Callable[[Any], Any]] = {"sqrt": sympy.sqrt, "exp": sympy.exp, "log": sympy.log}
_TESTS: dict[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]] = {
    ast.Lt: ("<", lambda a, b: a < b),
    ast.LtE: ("<=", lambda a, b: a <= b),
    ast.Gt: (">", lambda a, b: a > b),
    ast.GtE: (">=", lambda a, b: a >= b),
    ast.Eq: ("==", lambda a, b: a == b),
    ast.NotEq: ("!=", lambda a, b: a != b),
}


def symbol(name: str) -> Expression:
    """Return the symbol of a name."""
    return sympy.Symbol(name, real=True)


def number(value: float) -> Expression:
    """Return a number exactly as it is written: 0.1 is one tenth."""
    return sympy.Rational(repr(float(value))) if value != int(value) else sympy.Integer(int(value))


def numeric(expression: Expression, values: Mapping[str, float]) -> float:
    """Return the value of an expression; NaN where it has none.

    Examples
    --------
    >>> numeric(symbol("fine") ** 2 / (symbol("fine") - 3), {"fine": 5.0})
    12.5
    """
    try:
        return _numeric(expression, values)
    except (ArithmeticError, ValueError, TypeError):
        return float("nan")


def _numeric(expression: Expression, values: Mapping[str, float]) -> float:
    if expression.is_Symbol:
        return values[expression.name]
    if expression.is_Number:
        return float(expression)
    parts = [_numeric(part, values) for part in expression.args]
    if expression.is_Add:
        return math.fsum(parts)
    if expression.is_Mul:
        return math.prod(parts)
    if expression.is_Pow:
        return math.pow(*parts)
    return float(expression.func(*parts))


@dataclass
class Translation:
    """Formulas at one count profile as expressions over chosen symbols.

    Parameters
    ----------
    counts : mapping of str to float
        Values of ``count(...)``, ``share(...)`` and ``members(...)`` by :func:`~negotiation.formula.count_key`.
    values : mapping of str to float
        Numbers at which conditions are resolved.
    definitions : mapping of str to Formula
    names : mapping of str to str
        Definitions that stay symbols, and the symbol of each; their values belong to `values`.
    provisos : dict
        Conditions met on the way, as text, in the order in which they came.
    """

    counts: Mapping[str, float]
    values: Mapping[str, float]
    definitions: Mapping[str, Formula]
    names: Mapping[str, str] = field(default_factory=dict)
    provisos: dict[str, None] = field(default_factory=dict)
    _known: dict[str, Expression] = field(default_factory=dict)

    def of(self, formula: Formula) -> Expression:
        """Return a formula as an expression."""
        return self._translate(formula.tree)

    def named(self, name: str) -> Expression:
        """Return what a name stands for: a symbol, or the expression of a definition."""
        if name not in self._known:
            inner = name in self.definitions and name not in self.names
            self._known[name] = self.of(self.definitions[name]) if inner else symbol(self.names.get(name, name))
        return self._known[name]

    def at(self, expression: Expression) -> float:
        """Return the value of an expression at the numbers."""
        return numeric(expression, self.values)

    def _translate(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant():
                return number(float(node.value))  # type: ignore[arg-type]
            case ast.Name():
                return self.named(node.id)
            case ast.BinOp():
                return _ARITHMETIC[type(node.op)](self._translate(node.left), self._translate(node.right))
            case ast.UnaryOp():
                inner = self._translate(node.operand)
                if isinstance(node.op, ast.Not):
                    return sympy.Integer(int(not self._true(inner)))
                return -inner if isinstance(node.op, ast.USub) else inner
            case ast.Compare():
                return sympy.Integer(int(self._compare(node)))
            case ast.BoolOp():
                truths = [self._true(self._translate(part)) for part in node.values]
                return sympy.Integer(int(all(truths) if isinstance(node.op, ast.And) else any(truths)))
            case ast.IfExp():
                return self._translate(node.body if self._true(self._translate(node.test)) else node.orelse)
            case ast.Call():
                return self._call(node)
        raise AssertionError(f"unchecked node {node!r}")

    def _true(self, test: Expression) -> bool:
        """Return whether a condition holds at the numbers; one that hangs on them becomes a proviso."""
        truth = self.at(test) != 0
        if test.free_symbols:
            self._proviso(f"{text(test)} is {'not ' if truth else ''}0")
        return truth

    def _compare(self, node: ast.Compare) -> bool:
        parts = [self._translate(part) for part in (node.left, *node.comparators)]
        truth = True
        for operation, left, right in zip(node.ops, parts, parts[1:], strict=False):
            sign, test = _TESTS[type(operation)]
            holds = test(self.at(left), self.at(right))
            truth = truth and holds
            if left.free_symbols | right.free_symbols:
                self._proviso(f"{text(left)} {sign} {text(right)}" if holds else f"not {text(left)} {sign} {text(right)}")
        return truth

    def _call(self, node: ast.Call) -> Expression:
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        if function in COUNTING:
            return number(self.counts[count_key(function, *(part.id for part in node.args if isinstance(part, ast.Name)))])
        parts = [self._translate(part) for part in node.args]
        if function in _SMOOTH:
            return _SMOOTH[function](parts[0])
        if function in ("floor", "ceil"):
            value = sympy.floor(self.at(parts[0])) if function == "floor" else sympy.ceiling(self.at(parts[0]))
            if parts[0].free_symbols:
                self._proviso(f"{function}({text(parts[0])}) == {value}")
            return sympy.Integer(value)
        if function == "abs":
            parts = [parts[0], -parts[0]]
        chosen = (min if function == "min" else max)(parts, key=self.at)
        for other in parts:
            if other is not chosen and (other - chosen).free_symbols:
                self._proviso(f"{text(chosen)} {'<=' if function == 'min' else '>='} {text(other)}")
        return chosen

    def _proviso(self, condition: str) -> None:
        self.provisos.setdefault(condition)


def _plain(part: Expression) -> bool:
    """Whether a rational number is best left as it stands: whole, or over a small number that would leave no end of decimals."""
    return bool(part.q == 1 or (part.q <= SMALL and 10**SMALL % part.q != 0))


def text(expression: Expression) -> str:
    """Return an expression as people write it, with × and few digits; a third stays a third.

    Examples
    --------
    >>> text(symbol("fine") * symbol("detection") - number(0.5))
    'detection × fine - 0.5'
    >>> text(symbol("fee") / 3)
    'fee / 3'
    """
    shortened = expression.xreplace({part: sympy.Float(float(part), 6) for part in expression.atoms(sympy.Rational) if not _plain(part)})
    written: str = sympy.sstr(shortened, full_prec=False, order="none" if len(shortened.args) > LONG else None)
    return written.replace("**", "^").replace("*", " × ").replace("/", " / ")


def sum_sides(difference: Expression, values: Mapping[str, float], most: int) -> tuple[Expression, Expression, Expression]:
    """Return a difference as two sides, ``left - right``, each a sum of terms that are positive at `values`, and a positive factor taken out.

    Parameters
    ----------
    difference : Expression
    values : mapping of str to float
    most : int
        Terms up to which the difference is multiplied out; above, it is taken as it stands.

    Returns
    -------
    left, right, factor : Expression
        ``difference == factor * (left - right)``.
    """
    multiplied = sympy.expand(difference)
    whole = multiplied if len(sympy.Add.make_args(multiplied)) <= most else difference
    factored = sympy.factor_terms(whole)
    taken = [part for part in sympy.Mul.make_args(factored) if not part.is_Add and part.free_symbols] if factored.is_Mul and whole.is_Add else []
    common = sympy.Mul(*taken) if numeric(sympy.Mul(*taken), values) > 0 else sympy.Integer(1)
    rest = factored / common if common != 1 else whole
    terms = sympy.Add.make_args(sympy.expand(rest) if whole is multiplied else rest)
    gains = [term for term in terms if numeric(term, values) >= 0]
    losses = [-term for term in terms if not numeric(term, values) >= 0]
    return sympy.Add(*gains), sympy.Add(*losses), common


def solutions(expression: Expression, name: str) -> tuple[Expression, Expression] | None:
    """Return slope and root of an expression that is linear in a symbol; None where it is not.

    Examples
    --------
    >>> slope, root = solutions(3 * symbol("fine") - symbol("fee"), "fine")
    >>> text(slope), text(root)
    ('3', 'fee / 3')
    """
    variable = symbol(name)
    slope = sympy.diff(expression, variable)
    if slope == 0 or variable in slope.free_symbols:
        return None
    root = -expression.subs(variable, 0) / slope
    return slope, sympy.factor_terms(root) if sympy.count_ops(root) <= FACTORED else root
