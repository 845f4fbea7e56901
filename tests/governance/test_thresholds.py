"""Thresholds: closed forms, one step less fails, proofs that nothing flips."""

import numpy as np
import pytest

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.governance.repair.thresholds import Thresholds, thresholds
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import individual
from negotiation.settings import Settings

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


def club(parameters: dict[str, object], pay: str, cheat: str = "0") -> Thresholds:
    form = {
        "title": "A club",
        "money": "USD per year",
        "parameters": parameters,
        "stakeholders": {"firms": {"members": 4, "actions": ["pay", "cheat"]}},
        "payoffs": {"firms": {"pay": pay, "cheat": cheat}},
        "target": {"profile": {"firms": "pay"}},
    }
    return thresholds(build_situation(read_definition(form)))


def test_the_root_is_exact_and_both_directions_are_answered() -> None:
    found = club({"fine": {"value": 20, "low": 0, "high": 50, "unit": "USD", "label": "Fine"}}, "0 - 30", "0 - fine")
    up, down = found.single
    assert (found.holds, up.direction, up.value, up.proven) == (False, "up", pytest.approx(30, rel=1e-12), True)
    assert (down.direction, down.value, down.proven) == ("down", None, True)
    assert found.sentence == "The smallest single change that would make the target hold: “Fine” rises from 20 to 30 USD."


def test_of_several_roots_the_nearest_is_found() -> None:
    # (x - 2)(x - 5)(x - 7): from 6 (fails) it holds above 7 and between 2 and 5
    found = club({"x": {"value": 6, "low": 0, "high": 9}}, "(x - 2) * (x - 5) * (x - 7)")
    values = {one.direction: one.value for one in found.single}
    assert values == {"up": pytest.approx(7), "down": pytest.approx(5)}
    assert all(one.proven for one in found.single)


def test_a_jump_is_found_where_it_is() -> None:
    found = club({"quorum": {"value": 2, "low": 0, "high": 4.5}}, "1 if count(firms, pay) >= quorum else 0 - 1")
    (up,) = (one for one in found.single if one.direction == "up")
    assert up.value == pytest.approx(4, abs=1e-12)
    assert (up.value or 0) > 4


def test_where_no_single_number_is_enough_two_may_be() -> None:
    parameters = {"a": {"value": 1, "low": 0, "high": 3}, "b": {"value": 1, "low": 0, "high": 3}}
    found = club(parameters, "a + b - 5")
    assert found.flips == ()
    assert all(one.proven for one in found.single)
    assert found.pairs[0].parameters == ("a", "b")
    assert found.pairs[0].values == (pytest.approx(2.5, abs=1e-4), pytest.approx(2.5, abs=1e-4))
    assert found.sentence.startswith("It is proven that no single number within its range would make the target hold. Two together do")


@pytest.mark.parametrize("name", CLUSTERS)
def test_beyond_a_threshold_the_game_answers_otherwise_and_before_it_the_same(name: str) -> None:
    definition = catalogue.load(name)
    levers = {
        "common_effluent_plant": ("closure_order", "community_watch", "subsidy_paid", "peer_monitoring", "inspection_and_fine"),
        "compliance_cost_sharing": ("longer_contracts", "deeper_audits", "cost_share", "binding_accord", "union_recognition", "public_inspection"),
    }.get(name, ())
    found = thresholds(build_situation(definition, Settings((), None, levers)))

    def holds(parameter: str, value: float) -> bool:
        situation = build_situation(definition, Settings(((parameter, value),), None, levers))
        return individual(situation.game, situation.target).holds

    for one in found.flips[:6]:
        if one.value is not None:
            step = 1e-6 * (one.end - one.today)
            assert holds(one.parameter, one.value + step) != found.holds
            assert holds(one.parameter, one.value - step) == found.holds
    rng = np.random.default_rng(0)
    for one in found.single[::4]:
        until = one.end if one.value is None else one.value
        for share in rng.uniform(0, 0.998, 2):
            assert holds(one.parameter, one.today + share * (until - one.today)) == found.holds
    for pair in found.pairs[:2]:
        settings = tuple(zip(pair.parameters, pair.values, strict=True))
        situation = build_situation(definition, Settings(settings, None, levers))
        assert individual(situation.game, situation.target).holds != found.holds


def test_what_interval_arithmetic_cannot_settle_is_not_called_proven() -> None:
    # x - x is 0 everywhere, but bounds of it are wide at every scale: the margin is 0 and the target only just holds
    found = club({"x": {"value": 6, "low": 0, "high": 9}}, "x - x + 0")
    assert found.holds
    assert [one.value for one in found.single] == [None, None]
    assert not any(one.proven for one in found.single)
    assert found.sentence.startswith("No single number")


def test_parameters_without_a_range_are_listed_as_not_looked_at() -> None:
    found = club({"x": 3, "y": {"value": 1, "low": 0, "high": 2}}, "x + y - 2")
    assert found.unranged == ("x",)
    assert {one.parameter for one in found.single} == {"y"}
