"""Conditions in symbols agree with the game, at today's numbers and at their own bounds."""

import numpy as np
import pytest

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.errors import NotApplicableError, UnknownNameError
from negotiation.formula import parse
from negotiation.governance.conditions import conditions
from negotiation.governance.situation import Situation, build_situation
from negotiation.settings import Settings
from negotiation.strategic.pure import deviations
from negotiation.symbols import Translation, numeric, text

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


def gains(situation: Situation) -> dict[tuple[str, str, str], float]:
    return {(d.stakeholder, d.action, d.to): d.gain for d in deviations(situation.game, situation.target)}


@pytest.mark.parametrize("name", [*CLUSTERS, "public_goods", "inspection_game", "stag_hunt_of_many"])
def test_every_condition_has_the_margin_of_the_game(name: str) -> None:
    situation = build_situation(catalogue.load(name))
    found = conditions(situation)
    wanted = gains(situation)
    assert {(c.stakeholder, c.action, c.to) for c in found} == set(wanted)
    for condition in found:
        gain = wanted[condition.stakeholder, condition.action, condition.to]
        assert condition.margin == pytest.approx(-gain, rel=1e-9, abs=1e-6)
        assert condition.holds == (gain <= 1e-6)
    assert [c.margin for c in found] == sorted(c.margin for c in found)


@pytest.mark.parametrize("name", CLUSTERS)
def test_at_a_bound_the_mover_is_indifferent_and_the_relation_says_on_which_side_it_stays(name: str) -> None:
    definition = catalogue.load(name)
    checked = 0
    for condition in conditions(build_situation(definition))[:4]:
        for bound in condition.bounds[:3]:
            side = 1 if bound.relation == "at least" else -1
            step = 1e-4 * max(1.0, abs(bound.value))
            for move, sign in ((0.0, 0), (side * step, -1), (-side * step, 1)):
                situation = build_situation(definition, Settings(((bound.parameter, bound.value + move),)))
                gain = gains(situation)[condition.stakeholder, condition.action, condition.to]
                if sign == 0:
                    assert gain == pytest.approx(0.0, abs=1e-5 * max(abs(condition.margin), 1.0))
                    checked += 1
                elif abs(gain) > 1e-6:
                    assert np.sign(gain) == sign
    assert checked > 5


def test_a_public_good_says_when_its_factor_is_high_enough() -> None:
    (condition,) = conditions(build_situation(catalogue.load("public_goods")))
    assert (condition.left, condition.right, condition.factor) == ("reward + share_of_pot", "contribution + share_of_pot′", "1")
    factor = next(bound for bound in condition.bounds if bound.parameter == "factor")
    assert (factor.relation, factor.value, factor.within) == ("at least", pytest.approx(10), True)


def test_only_one_stakeholder_can_be_asked_about() -> None:
    situation = build_situation(catalogue.load(CLUSTERS[0]))
    assert {c.stakeholder for c in conditions(situation, "small_firms")} == {"small_firms"}
    with pytest.raises(UnknownNameError, match="small_firms"):
        conditions(situation, "small_firm")


def test_whoever_is_bound_has_no_condition() -> None:
    form = {
        "title": "One",
        "money": "USD",
        "stakeholders": {"firm": {"actions": ["pay", "stay"]}},
        "payoffs": {"firm": {"pay": 1, "stay": 2}},
        "target": {"profile": {"firm": "pay"}},
        "levers": {"contract": {"commit": {"firm": "pay"}}},
    }
    with pytest.raises(NotApplicableError, match="nobody has a choice"):
        conditions(build_situation(read_definition(form), Settings((), None, ("contract",))))


@pytest.mark.parametrize(
    ("formula", "value", "proviso"),
    [
        ("a if a > b else b", 3.0, "a > b"),
        ("max(a, b) - min(a, b)", 1.0, "a >= b"),
        ("abs(b - a) * (not (a > b) or b)", 1.0, "a > b"),
        ("floor(a / b) + ceil(a / b)", 3.0, "floor(a / b) == 1"),
        ("sqrt(a + 1) * exp(0) + log(exp(b)) ** 2 / 4 - -a", 6.0, ""),
        ("d * 2", 10.0, ""),
    ],
)
def test_formulas_in_symbols_have_the_same_value(formula: str, value: float, proviso: str) -> None:
    values = {"a": 3.0, "b": 2.0}
    translation = Translation({}, values, {"d": parse("a + b")})
    assert numeric(translation.of(parse(formula)), values) == pytest.approx(value)
    assert float(parse(formula)({**values, "d": 5.0})) == pytest.approx(value)
    assert not proviso or proviso in translation.provisos


def test_what_has_no_value_is_nan() -> None:
    values = {"a": 0.0}
    assert np.isnan(numeric(Translation({}, values, {}).of(parse("1 / a")), values))
    assert text(Translation({}, values, {}).of(parse("0.1 * a ** 2"))) == "0.1 × a^2"
