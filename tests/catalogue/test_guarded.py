"""Expectations of the catalogue guard the formulas, and do not hang on one lucky number."""

import zlib

import numpy as np
import pytest

from negotiation import catalogue
from negotiation.authoring.moved import moved, shaken
from negotiation.authoring.mutation import mutants, mutated, noticed
from negotiation.definition import read_definition

GAMES = [name for name, path in catalogue.paths().items() if catalogue.shelf(path) == catalogue.CLUSTERS]
TURNED = 2
SURVIVES = 0.8


@pytest.mark.parametrize("name", GAMES)
def test_a_turned_sign_breaks_an_expectation(name: str) -> None:
    """A few signs of each game, always the same; `python -m bench mutation` turns all of them."""
    definition = catalogue.load(name)
    every = mutants(definition)
    order = np.random.default_rng(zlib.crc32(name.encode())).permutation(len(every))
    for k in order[:TURNED]:
        mutant = every[k]
        assert noticed(mutated(definition, mutant)) is not None, f"nothing notices {mutant.field}: {mutant.shown}"


@pytest.mark.parametrize("name", GAMES)
def test_claims_survive_when_every_amount_and_share_is_a_little_different(name: str) -> None:
    found = shaken(catalogue.load(name))
    assert found.asked >= 10
    assert found.share >= SURVIVES, found.failed


def test_what_is_moved_stays_in_its_range_and_heads_and_charges_stay() -> None:
    definition = catalogue.load("common_effluent_plant")
    other = moved(definition, 0.5, np.random.default_rng(1))
    changed = {name for name, entry in other.parameters.items() if entry.value != definition.parameters[name].value}
    assert changed
    assert not {"large_charge", "small_charge", "capital_cost"} & changed
    for name in changed:
        entry = other.parameters[name]
        assert entry.low is not None
        assert entry.high is not None
        assert entry.low <= entry.value <= entry.high


def test_a_claim_that_hangs_on_one_number_is_found() -> None:
    game = {
        "title": "Just so",
        "money": "USD",
        "parameters": {"fee": {"value": 1, "low": 0, "high": 2, "unit": "USD"}},
        "stakeholders": {"firm": {"actions": ["pay", "stay"]}},
        "payoffs": {"firm": {"pay": "1 - fee", "stay": 0}},
        "target": {"profile": {"firm": "pay"}},
        "expected": [{"says": "It just pays.", "kind": "prediction", "individual": True}, {"says": "One firm.", "kind": "prediction", "holds": "1"}],
    }
    found = shaken(read_definition(game), draws=40)
    assert found.asked == 80
    assert {says for says, _ in found.failed} == {"It just pays."}
    assert 0.6 < found.share < 0.9
