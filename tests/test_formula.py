"""Formulas: what they mean, and that nothing but our own error comes of strange ones."""

import ast
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.definition import read_definition
from negotiation.errors import InvalidFormulaError
from negotiation.formula import MAX_DEPTH, MAX_NODES, parse
from negotiation.intervals import Interval, RangeEnvironment
from negotiation.strategic.build import build_game

NAMES = {"a": 3.0, "b": -2.0, "c": 0.5, "zero": 0.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("2 ** 3 ** 2", 512),
        ("-a ** 2", -9),
        ("(a + b) / c", 2),
        ("7 / 2", 3.5),
        ("a > b", 1),
        ("a < b", 0),
        ("0 < c < 1", 1),
        ("0 < a < 1", 0),
        ("1 if a > 5 else 2 if a > 2 else 3", 2),
        ("a > 0 and b > 0 or c == 0.5", 1),
        ("not a", 0),
        ("not zero", 1),
        ("min(a, b, c)", -2),
        ("max(a, b, c) + abs(b)", 5),
        ("sqrt(a * 3) + exp(0) + log(1)", 4),
        ("ceil(c) + floor(a + c)", 4),
        ("1e3 + .5", 1000.5),
        ("1 / zero if zero != 0 else 9", 9),
    ],
)
def test_a_formula_has_the_value_of_arithmetic(text: str, value: float) -> None:
    assert float(parse(text)(NAMES)) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["1 / zero", "1 / zero > 5", "zero / zero < 1", "sqrt(b)", "log(zero)", "not (1 / zero)", "1 / zero and 0", "max(1, 1 / zero)", "2 if 1 / zero else 3"],
)
def test_what_has_no_value_stays_without_value(text: str) -> None:
    assert np.isnan(float(parse(text)(NAMES)))


def test_formulas_broadcast_over_profiles_and_draws() -> None:
    counts = np.arange(5.0).reshape(1, 5, 1)
    draws = np.array([1.0, 10.0]).reshape(2, 1, 1)
    value = parse("fine * count(firms, cheat) if count(firms, cheat) > 2 else 0")({"fine": draws, "count(firms, cheat)": counts})
    assert np.shape(value) == (2, 5, 1)
    assert np.squeeze(np.asarray(value)).tolist() == [[0, 0, 0, 3, 4], [0, 0, 0, 30, 40]]


def test_a_long_sum_is_not_deep() -> None:
    assert float(parse(" + ".join(["a"] * 60))(NAMES)) == 180


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "a.real",
        "a[0]",
        "lambda: 0",
        "[x for x in y]",
        "f(a)",
        "min()",
        "sqrt(a, b)",
        "min(*a)",
        "min(a=1)",
        "count(1, 2)",
        "share(firms)",
        "members(a, b)",
        "9 ** 9 ** 99",
        "a ** 21",
        "'text'",
        "True",
        "None",
        "a if b",
        "a := 3",
        "1_000_000_000_000_000_000",
        "1e400",
        "0x10 @ 3",
        "a // b",
        "a % b",
        "a << b",
        "~a",
        "a in b",
        "a is b",
        "1j",
        "a, b",
        "(a",
        "a)",
        "()",
        "é",
        "ａ",
        "a\x00b",
        "(" * 100,
        "-" * 300 + "1",
        "not " * 100 + "1",
        "a" * 2000,
        "+".join("1" * 500),
        "max(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        "().__class__.__bases__[0].__subclasses__()",
        "(1).__class__",
        "count.__globals__",
        "min.__self__",
        "exec(1)",
        "open(a)",
        "__import__(a)",
    ],
)
def test_what_is_not_plain_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(InvalidFormulaError) as caught:
        parse(text)
    assert caught.value.message
    assert caught.value.remedy


def only_our_error(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            formula = parse(text)
        except InvalidFormulaError:
            return
        try:
            formula(NAMES)
        except KeyError as missing:
            assert any(name in str(missing) for name in formula.names | {"("})


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_our_error(raw: bytes) -> None:
    only_our_error(raw.decode("utf-8", "replace"))
    only_our_error(raw.decode("latin-1"))


@given(st.text(alphabet="ab01.()+-*/<>=!, \n\tmincoutsharelfdE", max_size=200))
def test_random_words_of_the_language_raise_nothing_but_our_error(text: str) -> None:
    only_our_error(text)


def trees() -> st.SearchStrategy[ast.expr]:
    leaves: Any = st.one_of(
        st.sampled_from([ast.Name("a", ast.Load()), ast.Name("b", ast.Load()), ast.Name("__builtins__", ast.Load())]),
        st.builds(ast.Constant, st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=3))),
    )

    def grow(inner: Any) -> Any:
        operators = st.sampled_from([ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow(), ast.Mod(), ast.MatMult(), ast.BitXor()])
        comparisons = st.sampled_from([ast.Lt(), ast.Eq(), ast.In(), ast.Is()])
        return st.one_of(
            st.builds(ast.BinOp, inner, operators, inner),
            st.builds(ast.UnaryOp, st.sampled_from([ast.USub(), ast.Not(), ast.Invert()]), inner),
            st.builds(lambda a, op, b: ast.Compare(a, [op], [b]), inner, comparisons, inner),
            st.builds(ast.IfExp, inner, inner, inner),
            st.builds(lambda name, part: ast.Call(ast.Name(name, ast.Load()), [part], []), st.sampled_from(["min", "sqrt", "eval", "count"]), inner),
            st.builds(lambda part: ast.Attribute(part, "__class__", ast.Load()), inner),
            st.builds(lambda part: ast.Subscript(part, ast.Constant(0), ast.Load()), inner),
        )

    return st.recursive(leaves, grow, max_leaves=30)


@given(trees())
def test_random_trees_raise_nothing_but_our_error(tree: ast.expr) -> None:
    only_our_error(ast.unparse(ast.fix_missing_locations(ast.Expression(tree))))


def test_the_number_of_parts_is_bounded() -> None:
    parse("+".join(["1"] * (MAX_NODES // 2 - 1)))
    with pytest.raises(InvalidFormulaError, match="parts"):
        parse("+".join(["1"] * (MAX_NODES // 2 + 2)))


@pytest.mark.parametrize("backwards", [False, True])
def test_a_long_chain_of_long_definitions_needs_no_deep_stack(backwards: bool) -> None:
    texts = {"d0": "fine"} | {f"d{k}": f"d{k - 1}" + " + 1" * 90 for k in range(1, 60)}
    definitions = {name: texts[name] for name in sorted(texts, reverse=backwards)}
    firm = {"actions": ["pay", "stay"]}
    payoffs = {"firm": {"pay": "d59", "stay": 0}}
    written = {"title": "Chain", "money": "USD", "parameters": {"fine": 1}, "definitions": definitions, "stakeholders": {"firm": firm}, "payoffs": payoffs}
    game = build_game(read_definition(written))
    assert float(game.payoffs[0][0].ravel()[0]) == 59 * 90 + 1
    ranges = RangeEnvironment({"fine": Interval(1.0, 2.0)}, {name: parse(text) for name, text in definitions.items()})
    assert ranges["d59"].low <= 59 * 90 + 1 < 59 * 90 + 2 <= ranges["d59"].high
