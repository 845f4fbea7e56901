"""Bounded arithmetic: formulas from strangers, to numpy.

A formula is plain arithmetic over names and counts. It is parsed with :mod:`ast` against a list of allowed nodes, bounded
in length, size, depth and exponent, and evaluated by numpy, broadcasting over count profiles and over arrays of
parameter draws. Nothing from a formula reaches ``eval``, an attribute, or a name outside the game.

Truth is a number (1 or 0). What has no value (division by zero, the root of a negative number) is NaN and stays NaN
through comparisons too, so a mistake cannot hide behind a condition; only a condition that selects the other branch
discards it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from .errors import InvalidFormulaError
from .operations import ARITHMETIC, COMPARISONS, COUNTING, FUNCTIONS, Value, called, compiled, count_key, named

__all__ = ["COUNTING", "RESERVED", "Environment", "Formula", "Value", "count_key", "needed_first", "parse"]

Environment = Mapping[str, Value]

MAX_LENGTH = 1000
MAX_NODES = 200
MAX_DEPTH = 20
MAX_EXPONENT = 20


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Parameters
    ----------
    text : str
        As it was written.
    names : frozenset of str
        Parameters and definitions it reads.
    counts : frozenset of tuple
        Uses of the count profile, e.g. ``("count", "small_firms", "connect")``.
    """

    text: str
    names: frozenset[str]
    counts: frozenset[tuple[str, ...]]
    tree: ast.expr

    def __call__(self, environment: Environment) -> Value:
        """Evaluate over `environment`: names to numbers or arrays, :func:`count_key` to arrays of counts."""
        with np.errstate(all="ignore"):
            return self.value(environment)

    @cached_property
    def value(self) -> Callable[[Environment], Value]:
        """The same for who has silenced numpy's warnings: the tree as nested functions, made when first asked for."""
        return compiled(self.tree)

    def __reduce__(self) -> tuple[Callable[[str], Formula], tuple[str]]:
        return parse, (self.text,)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def failure(self, environment: Environment) -> str:
        """Return why the formula has no value at one profile, or an empty string when it has one."""
        with np.errstate(all="ignore"):
            return _failure(self.tree, environment)


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """Parse a formula.

    Parameters
    ----------
    text : str
        At most `MAX_LENGTH` characters, `MAX_NODES` operations and names, `MAX_DEPTH` levels.

    Returns
    -------
    Formula

    Raises
    ------
    InvalidFormulaError
        For anything that is not plain arithmetic, or too big; nothing else is ever raised.

    Examples
    --------
    >>> float(parse("2 * fine if share(firms, cheat) > 0.5 else 0")({"fine": 3.0, "share(firms, cheat)": 0.75}))
    6.0
    >>> sorted(parse("a + b * count(firms, join)").names)
    ['a', 'b']
    """
    _check_text(text)
    try:
        tree = ast.parse(f"({' '.join(text.split())})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _syntax_error(text, error) from None
    nodes = _check_size(tree)
    for node in nodes:
        _check_node(node)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    counting = [call for call in calls if called(call) in COUNTING]
    inside = {id(part) for call in counting for part in call.args} | {id(call.func) for call in calls}
    names = frozenset(node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in inside)
    return Formula(text, names, frozenset((called(call), *named(call)) for call in counting), tree)


def needed_first(name: str, definitions: Mapping[str, Formula], known: Container[str]) -> Iterator[str]:
    """Yield what a definition needs and is not known yet, each after what it needs itself, `name` last; chains may be long, so nothing recurs.

    Examples
    --------
    >>> list(needed_first("c", {"a": parse("1"), "b": parse("a + 1"), "c": parse("a * b")}, set()))
    ['a', 'b', 'c']
    """
    waiting, given = [name], set[str]()
    while waiting:
        needed = [part for part in sorted(definitions[waiting[-1]].names) if part in definitions and part not in known and part not in given]
        if needed:
            waiting += needed
            continue
        last = waiting.pop()
        if last not in given and (last not in known or last == name):
            given.add(last)
            yield last


# --- what is allowed ------------------------------------------------------------------------------------------------

_ALLOWED_TEXT = re.compile(r"[A-Za-z0-9_\s+\-*/().,<>=!]*\Z")
_STRANGE = {
    "^": "write ** for a power",
    "%": "write a share, e.g. 0.05 for 5 %",
    "×": "write * to multiply",
    "÷": "write / to divide",
    "−": "write an ordinary minus sign",
    "–": "write an ordinary minus sign",
    "&": "write 'and'",
    "|": "write 'or'",
    '"': "names stand without quotation marks",
    "'": "names stand without quotation marks",
    "[": "use round brackets",
    "{": "use round brackets",
    ":": "write 'value if condition else other'",
    ";": "one formula at a time",
}
_ALLOWED_HINT = "a formula may use + - * / **, comparisons, and, or, not, if else, min, max, abs, sqrt, exp, log, floor, ceil, count, share, members"


def _check_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise InvalidFormulaError(f"the formula has {len(text)} characters, at most {MAX_LENGTH} are allowed", "split it with definitions")
    if not text.strip():
        raise InvalidFormulaError("the formula is empty", "write a number or a formula")
    if not _ALLOWED_TEXT.match(text):
        strange = next(character for character in text if not _ALLOWED_TEXT.match(character))
        raise InvalidFormulaError(f"the character {strange!r} cannot stand in a formula", _STRANGE.get(strange, _ALLOWED_HINT))
    if re.search(r"(?<![<>=!])=(?!=)", text):
        raise InvalidFormulaError("a single '=' cannot stand in a formula", "write == to compare")
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth > MAX_DEPTH:
            raise InvalidFormulaError(f"brackets are nested more than {MAX_DEPTH} deep", "split the formula with definitions")
    if depth:
        raise InvalidFormulaError(
            f"{abs(depth)} bracket{'s' if abs(depth) > 1 else ''} too {'many' if depth < 0 else 'few'} closed",
            "check the brackets; between { and } a formula with commas needs quotation marks",
        )


def _syntax_error(text: str, error: Exception) -> InvalidFormulaError:
    offset = getattr(error, "offset", None)
    squeezed = " ".join(text.split())
    if isinstance(offset, int) and 1 < offset <= len(squeezed) + 1:
        near = squeezed[max(0, offset - 12) : offset + 8].strip()
        return InvalidFormulaError(f"cannot read the formula near '{near}'", _ALLOWED_HINT)
    return InvalidFormulaError("cannot read the formula", _ALLOWED_HINT)


def _check_size(tree: ast.expr) -> list[ast.AST]:
    """Return all nodes; a chain such as ``a + b + c`` counts as one level, however long."""
    nodes: list[ast.AST] = []
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        nodes.append(node)
        if depth > MAX_DEPTH:
            raise InvalidFormulaError(f"the formula is nested more than {MAX_DEPTH} deep", "split it with definitions")
        if len(nodes) > MAX_NODES:
            raise InvalidFormulaError(f"the formula has more than {MAX_NODES} parts", "split it with definitions")
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, _IGNORED):
                chained = isinstance(node, ast.BinOp) and child is node.left and isinstance(child, ast.BinOp)
                waiting.append((child, depth if chained else depth + 1))
    return nodes


_IGNORED = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
RESERVED = frozenset(FUNCTIONS) | frozenset(COUNTING) | {"and", "or", "not", "if", "else", "True", "False", "None", "is", "in", "lambda"}
"""Words that cannot name anything in a game."""


def _check_node(node: ast.AST) -> None:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise InvalidFormulaError(f"{node.value!r} is not a number", _ALLOWED_HINT)
        if not abs(node.value) <= 1e15:
            raise InvalidFormulaError("a number in the formula is larger than 1e15", "use another unit")
    elif isinstance(node, ast.BinOp):
        if type(node.op) not in ARITHMETIC:
            raise InvalidFormulaError("only + - * / ** can join numbers", _ALLOWED_HINT)
        if isinstance(node.op, ast.Pow) and _constant(node.right) > MAX_EXPONENT:
            raise InvalidFormulaError(f"an exponent is larger than {MAX_EXPONENT}", "use exp() for growth")
    elif isinstance(node, ast.Compare):
        if any(type(operation) not in COMPARISONS for operation in node.ops):
            raise InvalidFormulaError("only < <= > >= == != can compare", _ALLOWED_HINT)
    elif isinstance(node, ast.UnaryOp):
        if not isinstance(node.op, (ast.USub, ast.UAdd, ast.Not)):
            raise InvalidFormulaError("only + - and not can stand before a number", _ALLOWED_HINT)
    elif isinstance(node, ast.Call):
        _check_call(node)
    elif not isinstance(node, (ast.Name, ast.BoolOp, ast.IfExp)):
        raise InvalidFormulaError(f"'{_text(node)}' is not allowed", _ALLOWED_HINT)


def _check_call(node: ast.Call) -> None:
    function = called(node)
    if function not in FUNCTIONS and function not in COUNTING:
        raise InvalidFormulaError(f"unknown function '{_text(node.func)}'", _ALLOWED_HINT)
    if node.keywords:
        raise InvalidFormulaError(f"{function}() takes no named arguments", _ALLOWED_HINT)
    if function in COUNTING:
        least, most = COUNTING[function]
        if not least <= len(node.args) <= most or not all(isinstance(part, ast.Name) for part in node.args):
            expected = "a stakeholder" if most == 1 else "a stakeholder and an action"
            raise InvalidFormulaError(f"{function}() takes {expected}", f"write {function}(stakeholder{', action' if most == 2 else ''})")
    elif not (len(node.args) >= 1 if function in ("min", "max") else len(node.args) == 1):
        raise InvalidFormulaError(f"{function}() takes {'one or more numbers' if function in ('min', 'max') else 'one number'}", _ALLOWED_HINT)


def _constant(node: ast.expr) -> float:
    while isinstance(node, ast.UnaryOp):
        node = node.operand
    return abs(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) else 0


def _text(node: ast.AST) -> str:
    try:
        return ast.unparse(node)[:60]
    except (ValueError, RecursionError, AttributeError):
        return type(node).__name__


# --- why there is no value -----------------------------------------------------------------------------------------


def _failure(node: ast.expr, environment: Environment) -> str:
    if np.isfinite(compiled(node)(environment)).all():
        return ""
    for child in ast.iter_child_nodes(node):
        is_argument = isinstance(node, ast.Call) and called(node) in COUNTING
        if isinstance(child, ast.expr) and not is_argument and not (isinstance(node, ast.Call) and child is node.func):
            deeper = _failure(child, environment)
            if deeper:
                return deeper
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return f"division by zero: '{_text(node.right)}' is 0"
    if isinstance(node, ast.Name):
        return f"'{node.id}' has no value"
    if isinstance(node, ast.Call) and called(node) in ("sqrt", "log"):
        return f"'{_text(node)}' has no value: the number inside is {'negative' if called(node) == 'sqrt' else 'not above 0'}"
    return f"'{_text(node)}' is too large or has no value"
