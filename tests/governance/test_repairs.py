"""Repairs are minimal: one lever fewer, one cent less or a number a little nearer to today's does not mend it, by brute force on small games."""

from itertools import chain, combinations, permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import catalogue
from negotiation.definition import Definition, read_definition
from negotiation.governance.repair.repairs import repairs
from negotiation.governance.repair.transfers import transfers
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import individual
from negotiation.settings import Settings
from negotiation.strategic.dynamics.paths import formation
from negotiation.strategic.pure import deviations

LEVERS = ("l0", "l1", "l2", "l3")
CENT = 0.01


def random_game(seed: int) -> Definition:
    """Return a game of up to three stakeholders whose payoffs are linear in numbers that levers move, all of them whole."""
    rng = np.random.default_rng(seed)
    stakeholders: dict[str, Any] = {}
    payoffs: dict[str, dict[str, str]] = {}
    target: dict[str, Any] = {}
    for name in ("a", "b", "c")[: rng.integers(1, 4)]:
        members = int(rng.integers(1, 4))
        actions = ["join", "stay", "leave"][: rng.integers(2, 4)]
        stakeholders[name] = {"members": members, "actions": actions}
        others = rng.integers(-3, 4, len(actions))
        payoffs[name] = {
            action: f"{rng.integers(-6, 4)} + {rng.integers(0, 2)} * p{rng.integers(0, 3)} + {other} * count(a, join)"
            for action, other in zip(actions, others, strict=True)
        }
        joining = int(rng.integers(1, members + 1))
        target[name] = {"join": joining, "stay": members - joining}
    shifts = {name: {f"p{k}": int(rng.integers(-2, 6)) for k in rng.integers(0, 3, 2)} for name in LEVERS}
    return read_definition(
        {
            "title": "A small game",
            "money": "USD",
            "parameters": {f"p{k}": {"value": int(rng.integers(-2, 3)), "low": -10, "high": 10} for k in range(3)},
            "stakeholders": stakeholders,
            "payoffs": payoffs,
            "target": {"profile": target},
            "status_quo": dict.fromkeys(stakeholders, "stay"),
            "levers": {name: {"shift": shift, "cost": int(rng.integers(0, 5)), "payer": "a"} for name, shift in shifts.items()},
        }
    )


def holds(definition: Definition, levers: tuple[str, ...] = (), **numbers: float) -> bool:
    situation = build_situation(definition, Settings(tuple(numbers.items()), None, levers))
    return individual(situation.game, situation.target).holds


def subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.sets(st.sampled_from(LEVERS), max_size=2))
def test_the_added_levers_are_exactly_the_sets_none_of_which_can_do_without_one(seed: int, on: set[str]) -> None:
    definition = random_game(seed)
    active = tuple(name for name in LEVERS if name in on)
    found = repairs(build_situation(definition, Settings((), None, active)))
    free = tuple(name for name in LEVERS if name not in on)
    holding = [set(more) for more in subsets(free) if holds(definition, active + more)]
    minimal = [more for more in holding if not any(other < more for other in holding)]
    assert sorted(map(sorted, minimal)) == sorted(sorted(one.levers) for one in found.added)
    for one in found.added:
        for left_out in one.levers:
            assert not holds(definition, active + tuple(name for name in one.levers if name != left_out))
        assert one.price == sum(definition.levers[name].cost for name in one.levers)
        assert sum(one.payers.values()) == pytest.approx(one.price)
        whole = build_situation(definition, Settings((), None, active + one.levers))
        assert whole.status_quo is not None
        assert one.forms == formation(whole.game, whole.status_quo, whole.target_mask).word
    assert [one.price for one in found.added] == sorted(one.price for one in found.added)
    assert found.holds == holds(definition, active)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([(0.0, 1.0), (3.0, 0.5), (2.0, 1.0)]))
def test_no_cheaper_rewards_make_the_target_hold_and_one_cent_less_of_any_fails(seed: int, fines: tuple[float, float]) -> None:
    definition = random_game(seed)
    cap, detection = fines
    situation = build_situation(definition)
    found = transfers(situation, cap, detection)
    game, counts = situation.game, situation.target_counts
    gains = {(one.stakeholder, one.action, one.to): one.gain for one in deviations(game, situation.target)}

    def enough(reward: dict[tuple[str, str], float]) -> bool:
        """Return whether nobody gains with these rewards and the largest fines on actions that are not the target's."""
        return all(
            reward.get((who, here), 0.0) - reward.get((who, to), 0.0) + (0.0 if counts[who][to] else detection * cap) >= gain - 1e-7
            for (who, here, to), gain in gains.items()
        )

    if found.beyond:
        assert not found.rewards
        assert found.as_dict()["price"] is None
        for who in found.beyond:
            assert any(gains[who, here, to] + gains[who, to, here] > 0 for here, to in permutations(["join", "stay"]) if (who, here, to) in gains)
        return
    rewards = {(row.stakeholder, row.action): row.each for row in found.rewards}
    assert enough(rewards)
    for key, each in rewards.items():
        assert not enough({**rewards, key: each - CENT})
    cheapest = 0.0
    for who in game.names:
        paid = [action for action, count in counts[who].items() if count]
        most = int(max([0.0, *(gain for (name, _, _), gain in gains.items() if name == who)])) + 1
        steps = [k / 2 for k in range(2 * (len(paid) * most) + 1)]
        own = {key: gain for key, gain in gains.items() if key[0] == who}
        prices = [
            sum(counts[who][action] * amount for action, amount in zip(paid, amounts, strict=True))
            for amounts in product(steps, repeat=len(paid))
            if all(
                amounts[paid.index(here)] - (amounts[paid.index(to)] if to in paid else -detection * cap) >= gain - 1e-9 for (_, here, to), gain in own.items()
            )
        ]
        cheapest += min(prices)
    assert found.price == pytest.approx(cheapest, abs=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_where_that_is_called_proven_no_nearer_number_flips_it(seed: int) -> None:
    definition = random_game(seed)
    found = repairs(build_situation(definition))
    today = holds(definition)
    for one in found.thresholds.single:
        there = one.end if one.value is None else one.value
        for share in (0.1, 0.5, 0.9, 0.999999) if one.proven else ():
            assert holds(definition, **{one.parameter: one.today + share * (there - one.today)}) == today
        if one.value is not None:
            a_little_further = one.value + 1e-6 * (one.end - one.today)
            assert any(holds(definition, **{one.parameter: value}) != today for value in (one.value, a_little_further))


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_the_subsidy_of_three_is_the_cost_less_the_cheapest_way_to_cover_everybody(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two, three = (sorted(rng.integers(1, 20, 3).tolist()) for _ in range(3))
    whole = int(rng.integers(10, 60))
    parts = ["count(x)", "count(y)", "count(z)"]
    alone = " + ".join(f"{one[k]} * (total == 1) * {parts[k]}" for k in range(3))
    pairs = " + ".join(f"{two[k] + three[k]} * (total == 2) * (1 - {parts[k]})" for k in range(3))
    game = read_definition(
        {
            "title": "Three who share",
            "money": "USD",
            "definitions": {"total": " + ".join(parts)},
            "stakeholders": {name: {"actions": ["pay", "leave"]} for name in ("x", "y", "z")},
            "payoffs": {name: {"pay": 1, "leave": 0} for name in ("x", "y", "z")},
            "target": {"profile": dict.fromkeys(("x", "y", "z"), "pay")},
            "cost_game": {"classes": {"x": {}, "y": {}, "z": {}}, "cost": f"{alone} + {pairs} + {whole} * (total == 3)"},
        }
    )
    pair = [two[k] + three[k] for k in range(3)]
    covers = [sum(one), *(one[k] + pair[k] for k in range(3)), sum(pair) / 2]
    found = repairs(build_situation(game)).subsidy
    assert found is not None
    assert found.amount == pytest.approx(max(0.0, whole - min(covers)), abs=1e-7)


@pytest.mark.parametrize("name", ["common_effluent_plant", "child_labour_monitoring"])
def test_on_a_cluster_every_listed_set_of_levers_needs_each_of_its_levers(name: str) -> None:
    definition = catalogue.load(name)
    found = repairs(build_situation(definition))
    for one in found.added[:8]:
        assert holds(definition, one.levers)
        assert not any(holds(definition, tuple(lever for lever in one.levers if lever != left_out)) for left_out in one.levers)
