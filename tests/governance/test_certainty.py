"""How sure a verdict is: robustness over ranges, and the second look from the written form."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.errors import SolverError
from negotiation.governance.recheck import recheck
from negotiation.governance.robustness import drawn, robustness, wilson
from negotiation.governance.situation import Situation, build_situation
from negotiation.governance.stability import bloc, individual
from negotiation.governance.verdict import Verdict, verdict
from negotiation.settings import Settings
from negotiation.strategic.dynamics.paths import formation

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]
CLUB = {
    "title": "A club",
    "money": "USD per year",
    "parameters": {
        "fine": {"value": 20, "low": 0, "high": 40, "confidence": "assumed", "label": "The fine"},
        "fee": {"value": 30, "low": 20, "high": 40, "confidence": "found"},
        "colour": {"value": 1, "low": 0, "high": 2},
        "fixed": 5,
    },
    "stakeholders": {"firms": {"members": 4, "actions": ["pay", "cheat"]}},
    "payoffs": {"firms": {"pay": "0 - fee", "cheat": "0 - fine - fixed"}},
    "target": {"profile": {"firms": "pay"}},
    "status_quo": {"firms": "cheat"},
    "levers": {"inspection": {"set": {"fine": 39}}, "help": {"shift": {"fee": -10}}},
}


def situation(*levers: str, **values: float) -> Situation:
    return build_situation(read_definition(CLUB), Settings(tuple(values.items()), None, levers))


def test_the_share_that_holds_is_the_area_of_the_ranges_that_holds() -> None:
    # fee <= fine + 5 with fee on 20..40 and fine on 0..40: fine at least fee - 5; mean of (45 - fee) / 40 = 15 / 40
    found = robustness(situation(), draws=40_000)
    assert found.share == pytest.approx(15 / 40, abs=0.01)
    assert found.interval[0] < 15 / 40 < found.interval[1]
    assert found.varied == ("fine", "fee", "colour")
    assert [one.parameter for one in found.influences] == ["fine", "fee"]
    assert found.influences[0].swing > 0 > found.influences[1].swing
    assert found.breakers == (("firms", "cheat", pytest.approx(1 - found.share)),)
    assert "“The fine”" in found.sentence
    assert "assumed" in found.sentence


def test_what_a_lever_or_a_hand_sets_is_not_drawn_and_what_it_shifts_is_drawn_and_shifted() -> None:
    held = drawn(situation("inspection", fee=25.0), 1000, np.random.default_rng(0))
    assert set(held) == {"colour"}
    shifted = drawn(situation("help"), 1000, np.random.default_rng(0))["fee"]
    assert (shifted.min() >= 10, shifted.max() <= 30, shifted.min() < 11) == (True, True, True)
    assert robustness(situation("inspection", fee=25.0)).share == 1.0


@pytest.mark.parametrize("name", CLUSTERS)
def test_every_draw_is_judged_as_its_own_game(name: str) -> None:
    definition = catalogue.load(name)
    start = build_situation(definition)
    values = drawn(start, 40, np.random.default_rng(5))
    alone = []
    for k in range(40):
        one = build_situation(definition, Settings(tuple((key, float(value[k])) for key, value in values.items())))
        alone.append(individual(one.game, one.target).holds)
    assert robustness(start, 40, seed=5).share == np.mean(alone)


@pytest.mark.parametrize("name", [*CLUSTERS, "stag_hunt_of_many", "public_goods"])
def test_blocs_and_formation_are_judged_in_every_draw_as_in_its_own_game(name: str) -> None:
    definition = catalogue.load(name)
    start = build_situation(definition)
    values = drawn(start, 80, np.random.default_rng(5))
    together, formed = [], []
    for k in range(80):
        one = build_situation(definition, Settings(tuple((key, float(value[k])) for key, value in values.items())))
        single = individual(one.game, one.target).holds
        together.append(single and bloc(one.game, one.target).holds)
        made = formation(one.game, one.status_quo, one.target_mask).word if single and one.status_quo is not None else ""
        formed.append(single and made == "forms")
    tests = {one.test: one for one in robustness(start, 80, seed=5, formed=1000).tests}
    assert (tests["bloc"].share, tests["bloc"].draws) == (np.mean(together), 80)
    if start.status_quo is None:
        assert tests["formation"].share is None
    else:
        assert (tests["formation"].share, tests["formation"].draws) == (np.mean(formed), 80)
        few = {one.test: one for one in robustness(start, 80, seed=5, formed=2).tests}["formation"]
        alone = tests["individual"].share
        assert alone is not None
        assert few.share == pytest.approx(alone * sum(formed[: few.draws]) / 2 if few.draws < 80 else np.mean(formed))


def test_what_is_not_counted_in_draws_says_why() -> None:
    found = {one.test: one for one in robustness(situation(), 1000).tests}
    assert found["individual"].share == found["bloc"].share
    assert found["formation"].note == "not asked"
    assert all(found[name].note for name in ("coalition", "patience"))
    form = {**CLUB, "stakeholders": {"firms": {"members": 400_000, "actions": ["pay", "cheat"]}}}
    many = {one.test: one for one in robustness(build_situation(read_definition(form)), 1000).tests}
    assert many["bloc"].share is None
    assert "too many" in many["bloc"].note
    split = {**CLUB, "target": {"profile": {"firms": {"pay": 2, "cheat": 2}}}}
    assert "several actions" in {one.test: one.note for one in robustness(build_situation(read_definition(split)), 1000).tests}["bloc"]


def test_the_interval_covers_the_true_share_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = [low <= 0.03 <= high for low, high in (wilson(rng.binomial(400, 0.03) / 400, 400) for _ in range(2000))]
    assert 0.93 < np.mean(covered) < 0.98
    assert wilson(0.0, 100)[0] == pytest.approx(0.0, abs=1e-12)
    assert wilson(1.0, 100)[1] == pytest.approx(1.0)


@pytest.mark.parametrize("name", [*CLUSTERS, "stag_hunt_of_many", "public_goods", "inspection_game", "el_farol"])
def test_a_verdict_is_confirmed_from_the_written_form(name: str) -> None:
    definition = catalogue.load(name)
    for levers in ((), tuple(definition.levers)[:2]):
        if definition.target is not None:
            confirmed = recheck(verdict(build_situation(definition, Settings((), None, levers))))
            assert "the margin at the target" in confirmed


def wrong(judged: Verdict) -> list[Verdict]:
    weakest = judged.individual.weakest
    assert weakest is not None
    assert judged.best is not None
    assert judged.coalition is not None
    return [
        replace(judged, individual=replace(judged.individual, margin=judged.individual.margin + 1.0)),
        replace(judged, individual=replace(judged.individual, weakest=replace(weakest, gain=weakest.gain * 1.001))),
        replace(judged, coalition=replace(judged.coalition, least=judged.coalition.least + 1.0)),
        replace(judged, best=judged.target),
        replace(judged, best=replace(judged.best, payoffs={"firms": {"cheat": 1.0}})),
    ]


@pytest.mark.parametrize("k", range(5))
def test_a_verdict_that_was_tampered_with_is_not_confirmed(k: int) -> None:
    judged = verdict(situation())
    recheck(judged)
    with pytest.raises(SolverError, match="could not be confirmed"):
        recheck(wrong(judged)[k])
