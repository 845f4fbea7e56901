"""Where expectations hold: edges known in closed form are found, and a claim that says too much is told so."""

import zlib

import numpy as np
import pytest

from negotiation import catalogue
from negotiation.authoring.holding import Holding
from negotiation.authoring.moved import with_values
from negotiation.authoring.reach import open_parameters, range_check, reach, rounded
from negotiation.budget import Budget
from negotiation.definition import Definition, read_definition

GAMES = [name for name, path in catalogue.paths().items() if catalogue.shelf(path) == catalogue.CLUSTERS]
LED = [name for name in GAMES if any(expected.within for expected in catalogue.load(name).expected)]
"""Games whose claims say where they hold."""
DUES = {
    "title": "Dues",
    "money": "USD per year",
    "parameters": {
        "dues": {"value": 4, "low": 0, "high": 10, "unit": "USD per year"},
        "loss": {"value": 6, "low": 0, "high": 10, "unit": "USD per year"},
        "idle": {"value": 1, "low": 0, "high": 10},
        "free": 3,
    },
    "stakeholders": {"firms": {"members": 3, "actions": ["pay", "cheat"]}},
    "payoffs": {"firms": {"pay": "10 - dues + free", "cheat": "10 - loss + free"}},
    "target": {"profile": {"firms": "pay"}},
    "status_quo": {"firms": "cheat"},
    "levers": {"grant": {"shift": {"dues": -2}}, "bond": {"set": {"loss": 9}}},
}
PAYS = {"says": "All pay.", "individual": True}
TOLD = 3
"""Pairs of a claim and a parameter in each game that are asked in both ways."""
STATED, ANYWHERE = 5, 3
"""Pairs in each game that are asked where the file says an interval, and where it says none."""


def game(*expected: dict[str, object], **more: object) -> Definition:
    return read_definition({**DUES, **more, "expected": list(expected)})


def found(definition: Definition, k: int = 0) -> dict[str, tuple[float, float]]:
    return {one.parameter: one.found for one in range_check(definition).hanging if one.expectation == k}


@pytest.mark.parametrize(
    "claim",
    [
        PAYS,
        {"says": "All pay.", "every_equilibrium": "count(firms, pay) == 3"},
        {"says": "They hold together and get going.", "verdict": "stable", "formation": "forms"},
        {"says": "All pay, and who leaves loses.", "is_equilibrium": {"firms": "pay"}, "weakest": {"stakeholder": "firms", "to": "cheat"}},
        {"says": "Paying is dearer.", "holds": "dues <= loss"},
    ],
    ids=lambda claim: next(reversed(claim)),
)
def test_the_edge_is_found_where_the_closed_form_has_it_rounded_to_the_safe_side(claim: dict[str, object]) -> None:
    places = found(game(claim))
    assert places.keys() == {"dues", "loss"}
    assert places["dues"][0] == 0.0
    assert 5.7 <= places["dues"][1] <= 6.0
    assert 4.0 <= places["loss"][0] <= 4.3
    assert places["loss"][1] == 10.0


def test_an_edge_just_beside_the_file_s_number_is_found_as_well() -> None:
    narrow = {"dues": {"value": 4, "low": 0, "high": 1000}, "loss": {"value": 4.01, "low": 0, "high": 1000}, "free": 3}
    places = found(game(PAYS, parameters=narrow))
    assert 4.0 <= places["dues"][1] <= 4.01
    assert 4.0 <= places["loss"][0] <= 4.01
    assert (places["dues"][0], places["loss"][1]) == (0.0, 1000.0)


def test_a_claim_that_says_too_much_breaks_and_one_that_says_enough_does_not() -> None:
    assert not range_check(game({**PAYS, "within": {"dues": [0, 5.9], "loss": [4.1, 10]}})).broken
    wide = range_check(game({**PAYS, "within": {"dues": [0, 6.5], "loss": [4.1, 10]}}))
    assert [(one.parameter, one.claimed) for one in wide.broken] == [("dues", (0.0, 6.5))]
    assert 5.7 <= wide.broken[0].found[1] <= 6.0
    assert "1 breaks where it is said to hold" in wide.sentence
    assert wide.as_dict()["met"] is False


def test_a_claim_that_says_nothing_is_taken_to_hold_in_the_whole_range() -> None:
    check = range_check(game(PAYS, {"says": "There are three.", "holds": "members(firms) == 3"}))
    assert check.asked == 6
    assert check.counts == (1, 0, 1, 0)
    assert {one.parameter for one in check.broken} == {"dues", "loss"}


def test_what_the_expectation_sets_or_varies_and_what_has_no_range_is_not_led_through() -> None:
    claim = {"says": "So.", "given": {"set": {"dues": 1}}, "iff": "loss >= dues", "vary": {"loss": [0, 10]}}
    assert list(open_parameters(game(claim), game(claim).expected[0])) == ["idle"]
    compared = {"says": "So.", "observe": "1", "compared_with": {"set": {"dues": 1}}, "relation": "equal", "along": {"idle": [1, 2]}, "trend": "constant"}
    assert list(open_parameters(game(compared), game(compared).expected[0])) == ["loss"]


def test_a_closed_form_for_the_core_is_led_through_what_the_cost_reads_and_through_what_it_reads_itself() -> None:
    cost = {"cost_game": {"classes": {"firms": {}}, "cost": "dues + 2 * count(firms) if count(firms) == 3 else loss * count(firms)"}}
    right = {"says": "Iff.", "core": "nonempty", "iff": "dues + 6 <= 3 * loss", "vary": {"dues": [0, 10]}}
    lucky = {**right, "iff": "dues + 6 <= 12 + idle - 1", "given": {"set": {"loss": 4}}}
    definition = game(right, lucky, {**right, "iff": "dues <= 6"}, **cost)
    assert Holding(definition, "loss", [3.0, 5.0]).asked(definition.expected[0]).tolist() == [True, True]
    assert Holding(definition, "loss", [3.0, 4.0]).asked(definition.expected[2]).tolist() == [False, True]
    assert Holding(definition, "idle", [1.0, 5.0]).asked(definition.expected[1]).tolist() == [True, False]


def test_what_follows_the_moves_is_led_through_one_number_at_a_time() -> None:
    claim = {"says": "All pay.", "after_moves": "count(firms, pay) == 3"}
    places = found(game(claim, moves=[["firms"]]))
    assert places.keys() == {"dues", "loss"}
    assert 5.7 <= places["dues"][1] <= 6.0
    assert 4.0 <= places["loss"][0] <= 4.3
    exactly = {"says": "Iff.", "after_moves": "count(firms, pay) == 3", "iff": "loss >= dues", "vary": {"loss": [0, 10]}}
    assert found(game(exactly, moves=[["firms"]])) == {}
    lucky = {**exactly, "iff": "loss >= 4"}
    low, high = found(game(lucky, moves=[["firms"]]))["dues"]
    assert 3 < low <= 4 <= high < 5


def test_a_number_of_members_is_led_through_its_formula_and_what_moves_payoffs() -> None:
    payoffs = {"firms": {"pay": "count(firms, pay) * loss - dues", "cheat": "0"}}
    sure = {"says": "So many.", "tips_at": {"firms": "ceil(dues / loss)"}, "vary": {"dues": [0, 20]}, "given": {"set": {"loss": 4}}}
    some = {"says": "One.", "tips_at": {"firms": 1}}
    lucky = {"says": "So many.", "tips_at": {"firms": "ceil(dues / 6)"}, "vary": {"dues": [0, 20]}}
    definition = game(sure, some, lucky, payoffs=payoffs)
    assert found(definition, 0) == {}
    places = found(definition, 1)
    assert places.keys() == {"dues", "loss"}
    assert 5.7 <= places["dues"][1] <= 6.0
    assert 4.0 <= places["loss"][0] <= 4.3
    low, high = found(definition, 2)["loss"]
    assert 5.5 < low <= 6 <= high < 6.5


def test_an_anchor_holds_everywhere_and_one_with_a_number_in_it_does_not() -> None:
    right = {"says": "Iff.", "iff": "loss >= dues", "vary": {"loss": [0, 10]}}
    lucky = {"says": "Iff.", "iff": "loss >= 4", "vary": {"loss": [0, 10]}}
    assert found(game(right, lucky), 0) == {}
    low, high = found(game(right, lucky), 1)["dues"]
    assert 3.5 < low <= 4 <= high < 4.5


def test_a_lever_that_shifts_a_parameter_shifts_the_edge_and_one_that_sets_it_takes_it_away() -> None:
    places = found(game({**PAYS, "given": {"levers": ["grant"]}}))
    assert 7.6 <= places["dues"][1] <= 8.0
    assert found(game({**PAYS, "given": {"levers": ["bond"]}})).keys() == {"dues"}


def test_trends_and_comparisons_are_led_through_on_both_sides() -> None:
    trend = {"says": "Fewer.", "observe": "count(firms, pay)", "along": {"dues": [2, 8]}, "trend": "falls"}
    low, high = found(game(trend))["loss"]
    assert 2.0 <= low <= 2.3
    assert 7.7 <= high <= 8.0
    more = {"says": "More.", "given": {"levers": ["bond"]}, "observe": "count(firms, pay)", "compared_with": {"set": {"loss": 1}}, "relation": "above"}
    low, high = found(game(more))["dues"]
    assert 1.0 <= low <= 1.3
    assert 8.7 <= high <= 9.0


def test_where_the_game_has_no_value_the_claim_does_not_hold() -> None:
    broken = {"firms": {"pay": "10 - dues + 0 * sqrt(8 - idle)", "cheat": "10 - loss"}}
    low, high = found(game(PAYS, payoffs=broken))["idle"]
    assert low == 0.0
    assert 7.5 <= high <= 8.0


def test_without_time_it_says_how_far_it_came() -> None:
    check = range_check(game(PAYS), Budget(0.0))
    assert not check.complete
    assert "0 of 4 parameters" in check.reason


@pytest.mark.parametrize(("edge", "value"), [(0.8123, 2.0), (3.4567, 3.0), (-0.0123, 0.0), (1999.9, 2000.0), (-5.0, -5.0), (0.0, 3.0), (123456.0, 1e6)])
def test_a_rounded_edge_lies_between_the_edge_and_the_file_s_number(edge: float, value: float) -> None:
    assert min(edge, value) <= rounded(edge, value) <= max(edge, value)
    assert abs(rounded(edge, value) - edge) <= 0.1 * abs(edge - value)


@pytest.mark.parametrize("name", GAMES)
def test_all_numbers_at_once_and_one_at_a_time_agree(name: str) -> None:
    definition, rng = catalogue.load(name), np.random.default_rng(zlib.crc32(name.encode()))
    for _ in range(TOLD):
        expected = definition.expected[rng.integers(len(definition.expected))]
        chosen = str(rng.choice(list(open_parameters(definition, expected))))
        entry = definition.parameters[chosen]
        values = rng.uniform(entry.low, entry.high, 2)
        at_once = Holding(definition, chosen, values).asked(expected)
        for value, holds in zip(values, at_once, strict=True):
            alone = with_values(definition, {chosen: float(value)})
            assert Holding(alone, chosen, [float(value)])._holds(expected, float(value)) == holds, (expected.says, chosen, value)


@pytest.mark.parametrize("name", LED)
def test_claims_hold_as_far_as_they_say_and_need_not_say_more(name: str) -> None:
    """A few pairs of each game, always the same; `negotiate check GAME --ranges` asks all of them."""
    definition, rng = catalogue.load(name), np.random.default_rng(zlib.crc32(name.encode()))
    stated = [(k, key) for k, expected in enumerate(definition.expected) for key in expected.within]
    silent = [(k, key) for k, expected in enumerate(definition.expected) for key in open_parameters(definition, expected) if key not in expected.within]
    for k, key in [stated[j] for j in rng.permutation(len(stated))[:STATED]]:
        assert reach(definition, k, key).met, (definition.expected[k].says, key)
        everywhere = definition.expected[k].model_copy(update={"within": {}})
        bare = definition.model_copy(update={"expected": [everywhere]})
        assert not reach(bare, 0, key).met, f"{definition.expected[k].says}: holds for any '{key}', and need not say within which"
    for k, key in [silent[j] for j in rng.permutation(len(silent))[:ANYWHERE]]:
        assert reach(definition, k, key).met, (definition.expected[k].says, key)
