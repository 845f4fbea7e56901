"""Formulas taken apart give what each formula gives by itself, before and after somebody moves."""

import pickle
from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.definition import read_definition
from negotiation.evaluation import ProfileEnvironment
from negotiation.formula import Formula, Value, parse
from negotiation.program import Moved, Program, Reading

ACTIONS = {"firms": ("pay", "stay"), "office": ("look", "rest")}
MEMBERS = (5, 1)
LEAVES = ["fine", "rate", "load", "risk", "0", "1.5", "count(firms, pay)", "share(firms, stay)", "count(office, look)", "members(firms)"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "<", ">=", "==", "and", "or"]), inner).map(lambda part: f"({' '.join(part)})")
    calls = st.tuples(st.sampled_from(["sqrt", "log", "abs", "not ", "-", "floor"]), inner).map(lambda part: f"({part[0]}({part[1]}))")
    several = st.tuples(st.sampled_from(["min", "max"]), inner, inner, inner).map(lambda part: f"{part[0]}({', '.join(part[1:])})")
    choices = st.tuples(inner, inner, inner).map(lambda part: f"({part[0]} if {part[1]} else {part[2]})")
    return st.one_of(pairs, calls, several, choices)


TEXTS = st.recursive(st.sampled_from(LEAVES), grown, max_leaves=12)


def reading(program: Program, formulas: list[Formula], parameters: Mapping[str, Value], counts: list[list[Value]]) -> Reading:
    constants = program.constants(formulas, parameters)

    def source(k: int) -> Value:
        if k in constants:
            return constants[k]
        i, a = program.count(k)
        return counts[i][a]

    return Reading(program, source)


@settings(max_examples=150)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS, st.integers(0, 2**32 - 1))
def test_a_program_gives_bit_for_bit_what_each_formula_gives(texts: list[str], defined: str, seed: int) -> None:
    formulas = [parse(text) for text in dict.fromkeys(texts)]
    definitions = {"load": parse(defined.replace("load", "fine").replace("risk", "rate")), "risk": parse("load + share(firms, pay)")}
    program = Program(ACTIONS, MEMBERS, definitions, formulas)
    rng = np.random.default_rng(seed)
    parameters: dict[str, Value] = {"fine": float(rng.integers(-3, 4)), "rate": rng.integers(-2, 3, 6).astype(float)}
    paying = rng.integers(1, 6, 6).astype(float)
    counts: list[list[Value]] = [[paying, 5.0 - paying], [1.0, 0.0]]
    after: list[list[Value]] = [[paying - 1.0, 6.0 - paying], [1.0, 0.0]]
    with np.errstate(all="ignore"):
        here = reading(program, formulas, parameters, counts)
        there = Moved(here, 0, lambda a, count: count - 1.0 if a == 0 else count + 1.0)
        for formula in [*formulas, *reversed(formulas)]:
            for found, columns in ((there.of(formula), after), (here.of(formula), counts)):
                alone = formula(ProfileEnvironment(ACTIONS, MEMBERS, lambda i, a, columns=columns: columns[i][a], parameters, definitions))
                np.testing.assert_array_equal(np.broadcast_to(found, 6), np.broadcast_to(alone, 6))


def test_what_is_written_twice_is_one_step() -> None:
    twice = Program(ACTIONS, MEMBERS, {}, [parse("sqrt(fine * count(firms, pay))"), parse("1 + sqrt(fine * count(firms, pay))")])
    assert sum(step.function is not None for step in twice.steps) == 3


def test_two_zeros_of_different_sign_and_operations_that_look_alike_are_told_apart() -> None:
    formulas = [parse(text) for text in ("fine - rate", "rate - fine", "-fine", "not fine", "fine < rate", "fine <= rate", "fine < rate < 2", "fine and rate")]
    program = Program(ACTIONS, MEMBERS, {}, formulas)
    with np.errstate(all="ignore"):
        here = reading(program, formulas, {"fine": 2.0, "rate": 2.0}, [[1.0, 4.0], [1.0, 0.0]])
        assert [float(here.of(formula)) for formula in formulas] == [0, 0, -2, 0, 0, 1, 0, 1]


def test_a_long_chain_of_long_definitions_needs_no_deep_stack() -> None:
    definitions = {"d0": "fine"} | {f"d{k}": f"d{k - 1}" + " + 1" * 90 for k in range(1, 40)}
    last = parse("d39 + count(firms, pay)")
    program = Program(ACTIONS, MEMBERS, {name: parse(text) for name, text in definitions.items()}, [last])
    assert float(reading(program, [last], {"fine": 0.0}, [[2.0, 3.0], [1.0, 0.0]]).of(last)) == 39 * 90 + 2


def test_a_game_goes_through_a_pickle_with_what_was_worked_out_for_it() -> None:
    game = read_definition(
        {
            "title": "One",
            "money": "USD",
            "definitions": {"due": "2 * 3"},
            "stakeholders": {"firm": {"actions": ["a", "b"]}},
            "payoffs": {"firm": {"a": "due", "b": 1}},
        }
    )
    due = parse("due")
    program = game.program
    assert float(reading(program, [due], {}, []).of(due)) == 6
    again = pickle.loads(pickle.dumps(game))
    assert again == game
    assert float(reading(again.program, [due], {}, []).of(due)) == 6
