"""Stable levels of participation, against brute force over every profile."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.governance.partial import participation
from negotiation.governance.situation import build_situation
from negotiation.settings import Settings


def cartel(exposed: int, others: int, gain: list[float], loss: float) -> dict[str, object]:
    """Exposed firms gain from joining by how many join; the others only lose."""
    table = " + ".join(f"{value} * (count(exposed, join) == {k + 1})" for k, value in enumerate(gain))
    return {
        "title": "A scandal",
        "money": "USD per year",
        "stakeholders": {"exposed": {"members": exposed, "actions": ["join", "stay"]}, "others": {"members": others, "actions": ["join", "stay"]}},
        "payoffs": {"exposed": {"join": table, "stay": 0}, "others": {"join": -loss, "stay": 0}},
        "target": {"profile": {"exposed": "join", "others": "join"}},
        "status_quo": {"exposed": "stay", "others": "stay"},
    }


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=5), st.integers(1, 3))
@settings(max_examples=40)
def test_the_exposed_join_and_the_others_stay_out(gain: list[int], others: int) -> None:
    form = cartel(len(gain), others, [float(value) for value in gain], 1.0)
    found = participation(build_situation(read_definition(form)))
    n = len(gain)
    stable = [k for k in range(n + 1) if (k == 0 or gain[k - 1] >= 0) and (k == n or gain[k] <= 0)]
    assert sorted(level.participants["exposed"] for level in found.levels) == stable
    assert all(level.participants["others"] == 0 for level in found.levels)
    # others at the target: the payoff of the exposed does not depend on them
    alone = next(one for one in found.alone if one.stakeholder == "exposed")
    assert list(alone.stable) == stable
    rising = next((k for k in range(n) if gain[k] <= 0), n)
    assert next(level for level in found.levels if level.participants["exposed"] == rising).formed or 0 in gain
    if found.largest is not None:
        assert found.largest.participants["exposed"] == max(stable)


def test_what_is_kept_and_what_forms_are_told_apart() -> None:
    found = participation(build_situation(catalogue.load("stag_hunt_of_many")))
    assert [(level.cooperation, level.kept, level.formed) for level in found.levels] == [(1.0, True, False), (0.0, False, True)]
    assert (found.fallen, found.risen, found.circles) == ((1.0, 1.0), (0.0, 0.0), (False, False))
    assert "2 stable levels" in found.sentence


def test_without_a_pure_equilibrium_nothing_settles() -> None:
    form = {
        "title": "Matching",
        "money": "USD",
        "stakeholders": {"a": {"actions": ["l", "r"]}, "b": {"actions": ["l", "r"]}},
        "payoffs": {"a": {"l": "count(b, l)", "r": "count(b, r)"}, "b": {"l": "count(a, r)", "r": "count(a, l)"}},
        "target": {"profile": {"a": "l", "b": "l"}},
        "status_quo": {"a": "r", "b": "l"},
    }
    found = participation(build_situation(read_definition(form)))
    assert (found.levels, found.fallen, found.circles) == ((), None, (True, True))
    assert found.sentence == "At no level of participation is everybody content: there is no pure equilibrium."


@pytest.mark.parametrize(
    "levers", [(), ("peer_monitoring", "subsidy_paid"), ("closure_order", "community_watch", "subsidy_paid", "peer_monitoring", "dues_and_joint_fund")]
)
def test_levels_are_the_participation_of_all_pure_equilibria(levers: tuple[str, ...]) -> None:
    situation = build_situation(catalogue.load("common_effluent_plant"), Settings((), None, levers))
    found = participation(situation)
    assert sum(level.equilibria for level in found.levels) == len(situation.equilibria)
    assert [level.cooperation for level in found.levels] == sorted((level.cooperation for level in found.levels), reverse=True)


def test_levels_of_a_small_game_are_those_of_brute_force() -> None:
    form = cartel(3, 2, [-1.0, 2.0, 2.0], 0.0)
    form["payoffs"]["others"] = {"join": "count(exposed, join) - 2.5 + 0.2 * count(others, join)", "stay": 0}  # type: ignore[index]
    found = participation(build_situation(read_definition(form)))
    gain, stable = [-1.0, 2.0, 2.0], set()
    for e, o in product(range(4), range(3)):
        other = [e - 2.5 + 0.2 * k for k in range(3)]
        leaves = (e > 0 and gain[e - 1] < 0) or (o > 0 and other[o] < 0)
        joins = (e < 3 and gain[e] > 0) or (o < 2 and other[o + 1] > 0)
        if not leaves and not joins:
            stable.add((e, o))
    assert {(level.participants["exposed"], level.participants["others"]) for level in found.levels} == stable
