"""Every game of the catalogue keeps what it promises."""

import numpy as np
import pytest

from negotiation.catalogue import load, names
from negotiation.definition import Definition
from negotiation.governance.expectations import Checked, check_expectations
from negotiation.governance.situation import build_situation
from negotiation.settings import Settings

CLUSTER_GAMES = [name for name in names() if load(name).levers]


def expectations() -> list[tuple[str, int]]:
    return [(name, k) for name in names() for k in range(len(load(name).expected))]


def single(definition: Definition, k: int) -> Checked:
    return check_expectations(definition.model_copy(update={"expected": [definition.expected[k]]}))[0]


@pytest.mark.parametrize(("name", "k"), expectations(), ids=[f"{name}-{k}" for name, k in expectations()])
def test_an_expected_answer_comes_out(name: str, k: int) -> None:
    checked = single(load(name), k)
    assert checked.met, f"{checked.says}: {checked.failures}"


@pytest.mark.parametrize("name", names())
def test_a_game_names_its_source_and_expects_something(name: str) -> None:
    definition = load(name)
    assert definition.sources
    assert definition.summary
    assert definition.expected
    assert all(expected.source or expected.kind == "anchor" for expected in definition.expected)


@pytest.mark.parametrize("name", names())
def test_every_number_says_how_sure_it_is(name: str) -> None:
    for key, parameter in load(name).parameters.items():
        assert parameter.unit, key
        assert parameter.label, key
        assert (parameter.low is None) == (parameter.high is None), key
        assert parameter.source or parameter.confidence == "assumed", key


@pytest.mark.parametrize("name", CLUSTER_GAMES)
def test_every_lever_carries_its_classification(name: str) -> None:
    for key, lever in load(name).levers.items():
        assert None not in (lever.scope, lever.actor, lever.path, lever.level), key
        assert lever.label, key
        assert lever.about, key


@pytest.mark.parametrize("name", CLUSTER_GAMES)
def test_every_setting_of_levers_and_scenarios_has_a_value_everywhere(name: str) -> None:
    definition = load(name)
    settings = [Settings((), scenario, (lever,)) for scenario in (None, *definition.scenarios) for lever in definition.levers]
    for setting in settings:
        situation = build_situation(definition, setting)
        assert all(np.isfinite(payoff).all() for row in situation.game.payoffs for payoff in row)
