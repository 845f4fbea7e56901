"""Mistakes that people make in game files: each is caught, with its place and a way out, before any number is shown."""

import copy
from typing import Any

import pytest
import yaml

from negotiation.catalogue import read_subject
from negotiation.definition import read_definition
from negotiation.errors import InvalidGameError, NegotiationError, TooLargeError
from negotiation.governance.situation import build_situation

GOOD: dict[str, Any] = yaml.safe_load("""
title: A plant
money: USD per year
parameters:
  fine: {value: 100, low: 0, high: 500, unit: USD per year, confidence: assumed, label: Fine}
  chance: {value: 0.2, low: 0, high: 1, unit: probability, confidence: found, source: A report}
  dues: {value: 50, low: 0, high: 200, unit: USD per year}
stakeholders:
  firms: {kind: firm, members: 10, actions: {pay: Pay the dues, cheat: Cheat}}
  state: {kind: government, actions: {inspect: Inspect, rest: Rest}}
definitions:
  risk: chance * (1 + count(state, inspect))
  good: 10 * count(firms, pay)
payoffs:
  firms:
    pay: good - dues
    cheat: good - risk * fine
  state:
    inspect: good - 5
    rest: good
outcomes:
  clean: {formula: "share(firms, pay)", label: Clean, unit: share}
target:
  profile: {firms: pay, state: inspect}
  condition: count(firms, pay) >= 8
status_quo: {firms: cheat, state: rest}
levers:
  law: {label: A law, set: {fine: 400}, commit: {state: inspect}, payer: state, scope: horizontal, actor: public, path: public, level: national}
scenarios:
  crisis: {label: Crisis, set: {dues: 150}}
cost_game:
  classes:
    firms: {use: "1", feeds: dues}
  cost: 100 + 20 * count(firms)
expected:
  - says: Nobody pays without a law
    every_equilibrium: count(firms, pay) == 0
""")

SAYS: dict[str, Any] = {"says": "So it is."}
IFF: dict[str, Any] = {"iff": "fine >= 100", "vary": {"fine": [0, 500]}}
MISTAKES: list[tuple[str, tuple[Any, ...], Any, str, str]] = [
    # what it is, where, what is written there, where it is reported, what the message says
    ("a misspelt parameter", ("payoffs", "firms", "cheat"), "good - risk * fien", "payoffs.firms.cheat", "did you mean 'fine'?"),
    ("a misspelt definition", ("payoffs", "firms", "pay"), "goud - dues", "payoffs.firms.pay", "did you mean 'good'?"),
    ("a misspelt action in a count", ("definitions", "good"), "10 * count(firms, pays)", "definitions.good", "did you mean 'pay'?"),
    ("a misspelt stakeholder in a count", ("definitions", "good"), "10 * count(firm, pay)", "definitions.good", "did you mean 'firms'?"),
    ("a misspelt stakeholder in payoffs", ("payoffs", "stat"), {"inspect": "0"}, "payoffs.stat", "did you mean 'state'?"),
    ("a missing payoff", ("payoffs", "state"), {"inspect": "1"}, "payoffs.state", "'rest' is missing"),
    ("an empty payoff", ("payoffs", "state", "rest"), None, "payoffs.state.rest", "got nothing"),
    ("a payoff for an action that is not there", ("payoffs", "state", "sleep"), "1", "payoffs.state.sleep", "has no action 'sleep'"),
    ("a target nobody can reach", ("target", "condition"), "count(firms, pay) > 10", "target.condition", "nobody can reach"),
    ("a target that its own profile misses", ("target", "condition"), "count(firms, pay) < 3", "target.condition", "not met by its own profile"),
    ("target counts that do not add up", ("target", "profile", "firms"), {"pay": 12}, "target.profile.firms", "add up to 12"),
    ("a target action that is not there", ("target", "profile", "firms"), "join", "target.profile.firms", "has no action 'join'"),
    ("a target of an unknown stakeholder", ("target", "profile", "farms"), "pay", "target.profile.farms", "did you mean 'firms'?"),
    ("half a member", ("target", "profile", "firms"), {"pay": 9.5, "cheat": 0.5}, "target.profile.firms.pay", "whole number"),
    ("members 0", ("stakeholders", "firms", "members"), 0, "stakeholders.firms.members", "at least 1"),
    ("members below 0", ("stakeholders", "firms", "members"), -5, "stakeholders.firms.members", "at least 1"),
    ("members as a fraction", ("stakeholders", "firms", "members"), 10.5, "stakeholders.firms.members", "whole number"),
    ("members as a word", ("stakeholders", "firms", "members"), "ten", "stakeholders.firms.members", "whole number"),
    ("absurdly many members", ("stakeholders", "firms", "members"), 10**12, "stakeholders.firms.members", "at most"),
    ("a negative probability", ("parameters", "chance", "value"), -0.2, "parameters.chance.value", "between 0 and 1"),
    ("a probability above 1", ("parameters", "chance"), {"value": 20, "unit": "probability"}, "parameters.chance.value", "0.25 for 25 %"),
    ("a percentage", ("parameters", "chance", "unit"), "%", "parameters.chance.unit", "share"),
    ("a number with a percent sign", ("parameters", "chance", "value"), "20%", "parameters.chance.value", "without unit, percent sign"),
    ("a number with thousands", ("parameters", "fine", "value"), "1,000", "parameters.fine.value", "thousands separator"),
    ("another currency", ("parameters", "fine", "unit"), "INR per year", "parameters.fine.unit", "convert the value"),
    ("a unit that is a number", ("parameters", "fine", "unit"), 5, "parameters.fine.unit", "expected text"),
    ("a unit with strange characters", ("parameters", "fine", "unit"), "<script>", "parameters.fine.unit", "expected a unit"),
    ("money that is a number", ("money",), 5, "money", "expected text"),
    ("money that is empty", ("money",), "", "money", "is empty"),
    ("money without a word", ("money",), "???", "money", "a currency and a period"),
    ("a value outside its range", ("parameters", "fine", "value"), 900, "parameters.fine.value", "outside its range 0 to 500"),
    ("a range upside down", ("parameters", "dues"), {"value": 50, "low": 200, "high": 0}, "parameters.dues.low", "exchange them"),
    ("a value that is not a number", ("parameters", "fine", "value"), float("nan"), "parameters.fine.value", "finite number"),
    ("an infinite value", ("parameters", "fine", "value"), float("inf"), "parameters.fine.value", "finite number"),
    ("an absurd value", ("parameters", "fine", "value"), 1e30, "parameters.fine.value", "at most"),
    ("an unknown confidence", ("parameters", "fine", "confidence"), "sure", "parameters.fine.confidence", "'assumed'"),
    ("a definition of itself", ("definitions", "good"), "good + 1", "definitions.good", "defined by itself"),
    ("definitions in a circle", ("definitions", "risk"), "good2", "definitions.risk", "circle"),
    ("a division by zero at some profile", ("payoffs", "firms", "cheat"), "100 / (count(firms, pay) - 3)", "payoffs.firms.cheat", "division by zero"),
    ("a root of a negative number", ("payoffs", "state", "rest"), "sqrt(count(firms, pay) - 5)", "payoffs.state.rest", "negative"),
    ("a number beyond all bounds", ("payoffs", "state", "rest"), "exp(1000 * count(firms, pay))", "payoffs.state.rest", "too large"),
    ("an unknown field", ("parametres",), {}, "parametres", "did you mean 'parameters'?"),
    ("an unknown field of a parameter", ("parameters", "fine", "hihg"), 3, "parameters.fine.hihg", "did you mean 'high'?"),
    ("an unknown field of a lever", ("levers", "law", "costs"), 3, "levers.law.costs", "did you mean 'cost'?"),
    ("an unknown kind", ("stakeholders", "firms", "kind"), "factory", "stakeholders.firms.kind", "expected one of"),
    ("stakeholders as a list", ("stakeholders",), ["firms"], "stakeholders", "group of named fields"),
    ("no stakeholders", ("stakeholders",), {}, "stakeholders", "is empty"),
    ("a name with a blank", ("parameters", "high fine"), {"value": 3}, "parameters.high fine", "letters, digits and underscores"),
    ("a name that is a word of formulas", ("parameters", "count"), {"value": 3}, "parameters.count", "word of the formula language"),
    ("a name for two things", ("definitions", "fine"), "3", "definitions.fine", "also a parameter"),
    ("a lever that sets what is not there", ("levers", "law", "set"), {"fines": 3}, "levers.law.set.fines", "did you mean 'fine'?"),
    ("a lever beyond the range", ("levers", "law", "set"), {"fine": 3000}, "levers.law.set.fine", "outside its range"),
    ("a lever that changes nothing", ("levers", "law"), {"label": "A law"}, "levers.law", "changes nothing"),
    ("a lever paid by nobody known", ("levers", "law", "payer"), "stats", "levers.law.payer", "did you mean 'state'?"),
    ("a lever of no path", ("levers", "law", "path"), "road", "levers.law.path", "expected one of"),
    ("a commitment to no action", ("levers", "law", "commit"), {"state": "inspects"}, "levers.law.commit.state", "did you mean 'inspect'?"),
    ("a scenario of nothing known", ("scenarios", "crisis", "set"), {"due": 3}, "scenarios.crisis.set.due", "did you mean 'dues'?"),
    ("a status quo of no action", ("status_quo", "state"), "asleep", "status_quo.state", "has no action"),
    ("moves of a stranger", ("moves",), [["stat"], ["firms"]], "moves.0.0", "did you mean 'state'?"),
    ("moves without everybody", ("moves",), [["state"]], "moves", "firms never moves"),
    ("moves twice", ("moves",), [["state"], ["firms", "state"]], "moves.1.1", "moves twice"),
    ("a class of unknown size", ("cost_game", "classes", "farms"), {}, "cost_game.classes.farms", "size is unknown"),
    ("a charge that feeds nothing", ("cost_game", "classes", "firms", "feeds"), "due", "cost_game.classes.firms.feeds", "did you mean 'dues'?"),
    ("a cost without a value", ("cost_game", "cost"), "100 / (count(firms) - 4)", "cost_game.cost", "coalition of 4 firms"),
    ("a cost about actions", ("cost_game", "cost"), "count(firms, pay)", "cost_game.cost", "count(firms)"),
    ("an expectation of an unknown lever", ("expected", 0, "given"), {"levers": ["laws"]}, "expected.0.given.levers", "did you mean 'law'?"),
    ("an expectation within an unknown parameter", ("expected", 0, "within"), {"fien": [0, 9]}, "expected.0.within.fien", "did you mean 'fine'?"),
    ("ends exchanged", ("expected", 0, "within"), {"fine": [300, 50]}, "expected.0.within.fine", "low 300 is above high 50"),
    ("an expectation beyond a range", ("expected", 0, "within"), {"fine": [50, 900]}, "expected.0.within.fine", "outside the range of 'fine', 0 to 500"),
    ("an interval beside today's number", ("expected", 0, "within"), {"fine": [200, 400]}, "expected.0.within.fine", "today's number of 'fine', 100"),
    ("an interval with one end", ("expected", 0, "within"), {"fine": [200]}, "expected.0.within.fine.1", "is missing"),
    ("an interval of words", ("expected", 0, "within"), {"fine": ["low", "high"]}, "expected.0.within.fine.0", "expected a number"),
    ("an expectation of nothing known", ("expected", 0, "every_equilibrium"), "cuont(firms, pay) == 0", "expected.0.every_equilibrium", "unknown function"),
    ("a closed form of two answers", ("expected", 0), {**SAYS, **IFF, "core": "nonempty", "is_equilibrium": {}}, "expected.0.iff", "has one answer"),
    ("a closed form of two rules", ("expected", 0), {**SAYS, **IFF, "in_core": {"equal": True, "shapley": True}}, "expected.0.iff", "several rules"),
    ("a closed form in which nothing varies", ("expected", 0), {**SAYS, "iff": "fine > 1", "core": "empty"}, "expected.0.iff", "none varies"),
    ("charges for the core", ("expected", 0), {**SAYS, **IFF, "core": "empty", "given": {"charges": "equal"}}, "expected.0.given.charges", "what people pay"),
    ("an outcome of moves that nobody orders", ("expected", 0, "after_moves"), "fine > 1", "expected.0.after_moves", "who moves first"),
    ("a selection of nothing", ("expected", 0, "selection"), "pessimistic", "expected.0.selection", "none is claimed"),
    ("an unknown selection", ("expected", 0), {**SAYS, "after_moves": "1", "selection": "hopeful"}, "expected.0.selection", "expected one of"),
    ("numbers that vary for nothing", ("expected", 0, "vary"), {"fine": [0, 500]}, "expected.0.vary", "add 'iff'"),
    ("joining by nobody known", ("expected", 0), {**SAYS, "tips_at": {"farms": 3}}, "expected.0.tips_at.farms", "did you mean 'firms'?"),
    ("joining by a closed form", ("expected", 0), {**SAYS, **IFF, "tips_at": {"firms": 3}}, "expected.0.iff", "without 'iff'"),
    ("joining by a slip", ("expected", 0), {**SAYS, "tips_at": {"firms": "fien / 9"}}, "expected.0.tips_at.firms", "did you mean 'fine'?"),
    ("joining at charges", ("expected", 0), {**SAYS, "tips_at": {"firms": 3}, "given": {"charges": "equal"}}, "expected.0.given.charges", "'set'"),
    ("a single equals sign", ("payoffs", "firms", "pay"), "1 if dues = 3 else 0", "payoffs.firms.pay", "write == to compare"),
    ("a caret for a power", ("payoffs", "firms", "pay"), "dues ^ 2", "payoffs.firms.pay", "write ** for a power"),
    ("a bracket that stays open", ("payoffs", "firms", "pay"), "3 * (dues + 1", "payoffs.firms.pay", "bracket"),
    ("a truth value for a number", ("payoffs", "firms", "pay"), True, "payoffs.firms.pay", "expected text"),
    ("a stakeholder for a number", ("payoffs", "firms", "pay"), "firms * 2", "payoffs.firms.pay", "is a stakeholder"),
    ("a count without an action", ("payoffs", "firms", "pay"), "count(firms)", "payoffs.firms.pay", "lacks an action"),
    ("no payoffs at all", ("payoffs",), {}, "payoffs", "the payoffs of"),
    ("moves that are no names", ("moves",), [[["firms"]]], "moves.0.0", "expected text"),
    ("a class of fewer than no members", ("cost_game", "classes", "firms", "members"), -1, "cost_game.classes.firms.members", "at least 1"),
    ("a huge exponent", ("payoffs", "firms", "pay"), "2 ** 999", "payoffs.firms.pay", "exponent"),
    ("a program", ("payoffs", "firms", "pay"), "__import__('os').system('true')", "payoffs.firms.pay", "cannot stand in a formula"),
    ("an attribute", ("payoffs", "firms", "pay"), "dues.real", "payoffs.firms.pay", "not allowed"),
]


def change(place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    game = copy.deepcopy(GOOD)
    part: Any = game
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    if value == "good2":
        game["definitions"]["good2"] = "risk + 1"
    return game


def test_the_game_without_mistakes_is_read() -> None:
    assert build_situation(read_definition(GOOD)).game.lattice.size == 22


@pytest.mark.parametrize(("what", "place", "value", "reported", "said"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_a_way_out(what: str, place: tuple[Any, ...], value: Any, reported: str, said: str) -> None:
    text = yaml.safe_dump(change(place, value), sort_keys=False, allow_unicode=True)
    with pytest.raises(InvalidGameError) as caught:
        read_definition(text)
    found = {problem.field: problem for problem in caught.value.problems}
    assert reported in found, str(caught.value)
    problem = found[reported]
    assert said in f"{problem.message}; {problem.remedy}"
    assert problem.remedy
    assert problem.line is not None
    assert len(caught.value.problems) <= 3


def test_a_slip_in_what_follows_the_moves_is_named() -> None:
    game = {**GOOD, "moves": [["state"], ["firms"]], "expected": [{**SAYS, "after_moves": "count(farms, pay) > 1"}]}
    with pytest.raises(InvalidGameError, match=r"after_moves.*did you mean 'firms'"):
        read_definition(game)


def test_joining_needs_another_action_than_today_s_for_all() -> None:
    for target in ("cheat", {"pay": 6, "cheat": 4}):
        game = {**GOOD, "target": {"profile": {"firms": target}}, "expected": [{**SAYS, "tips_at": {"firms": 3}}]}
        with pytest.raises(InvalidGameError, match=r"tips_at.*does not go all together"):
            read_definition(game)


def test_joining_needs_a_target() -> None:
    game = {key: value for key, value in GOOD.items() if key != "target"} | {"expected": [{**SAYS, "tips_at": {"firms": 3}}]}
    with pytest.raises(InvalidGameError, match="names no target"):
        read_definition(game)


def test_a_core_without_a_cost_game_is_named() -> None:
    game = {key: value for key, value in GOOD.items() if key != "cost_game"} | {"expected": [{"says": "Empty.", "core": "empty"}]}
    with pytest.raises(InvalidGameError, match="no cost game"):
        read_definition(game)


@pytest.mark.parametrize("field", ["title", "money", "stakeholders", "payoffs"])
def test_a_required_field_that_is_missing_is_named(field: str) -> None:
    game = {key: value for key, value in GOOD.items() if key != field}
    with pytest.raises(InvalidGameError, match=f"{field}.*'{field}' is missing"):
        read_definition(game)


def test_only_four_fields_are_required() -> None:
    definition = read_definition(
        {key: GOOD[key] for key in ("title", "money")} | {"stakeholders": {"a": {"actions": ["x", "y"]}}, "payoffs": {"a": {"x": 1, "y": 2}}}
    )
    assert definition.target is None


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_the_file() -> None:
    game = copy.deepcopy(GOOD)
    game["parameters"]["chance"]["value"] = "much"
    game["stakeholders"]["firms"]["members"] = 0
    game["payoffs"]["firms"]["cheat"] = "good - risk * fien"
    game["levers"]["law"]["payer"] = "stat"
    with pytest.raises(InvalidGameError) as caught:
        read_definition(yaml.safe_dump(game, sort_keys=False))
    lines = [problem.line for problem in caught.value.problems]
    assert [problem.field for problem in caught.value.problems] == [
        "parameters.chance.value",
        "stakeholders.firms.members",
        "payoffs.firms.cheat",
        "levers.law.payer",
    ]
    assert lines == sorted(lines)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: A\ntitle: B\nmoney: USD", "title, line 2: 'title' stands twice, first in line 1"),
        ("title: [A", "line 2, column 1"),
        ("title:\n\t- A", "line 2, column 1"),
        ("- a\n- b", "not a list of fields"),
        ("", "not a list of fields"),
        ("just words", "not a list of fields"),
        ("a: &x [1]\nb: *x", "references"),
        ("title: A\n---\ntitle: B", "several documents"),
        ("? [a, b]\n: 1", "single word"),
        (b"\xff\xfe\x00", "UTF-8"),
        ('{"title": "A", "money": }', "line 1"),
    ],
)
def test_text_that_cannot_be_read_is_refused_with_its_line(text: str | bytes, said: str) -> None:
    with pytest.raises(InvalidGameError) as caught:
        read_definition(text)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["[" * 5000, "x: " * 20 + "1", "a: " + "y" * 2_000_000, "- 1\n" * 100_000])
def test_text_that_grows_is_refused(text: str) -> None:
    with pytest.raises(NegotiationError):
        read_definition(text)


def test_a_lattice_beyond_the_limit_is_refused_with_the_nearest_size() -> None:
    game = {
        "title": "Large",
        "money": "USD",
        "stakeholders": {"firms": {"members": 5000, "actions": ["a", "b", "c", "d"]}},
        "payoffs": {"firms": dict.fromkeys("abcd", 1)},
    }
    with pytest.raises(TooLargeError) as caught:
        build_situation(read_definition(game))
    fits = int(caught.value.remedy.split()[1].replace(",", ""))
    assert "count profiles" in caught.value.message
    game["stakeholders"] = {"firms": {"members": min(fits, 60), "actions": ["a", "b", "c", "d"]}}
    assert build_situation(read_definition(game)).game.lattice.size > 1


def test_a_division_by_zero_that_only_a_setting_brings_is_named_with_its_profile() -> None:
    game = change(("payoffs", "firms", "cheat"), "100 / dues")
    from negotiation.settings import Settings

    with pytest.raises(InvalidGameError, match=r"payoffs.firms.cheat: no value where firms: .*division by zero: 'dues' is 0"):
        build_situation(read_definition(game), Settings((("dues", 0.0),)))


def test_a_guarded_division_is_accepted() -> None:
    game = change(("payoffs", "firms", "cheat"), "100 / (count(firms, pay) - 3) if count(firms, pay) != 3 else 0")
    assert read_subject(game).definition is not None
