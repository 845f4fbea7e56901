"""The table of all lever sets says what each set's own game says."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import catalogue
from negotiation.budget import Budget
from negotiation.definition import Definition, read_definition
from negotiation.errors import NotApplicableError, UnknownNameError
from negotiation.governance.levers.cases import Cases
from negotiation.governance.levers.sets import all_sets, cases_of
from negotiation.governance.levers.table import LeverTable, judged_sets, lever_table
from negotiation.governance.situation import Situation, build_situation
from negotiation.governance.stability import individual
from negotiation.settings import Settings
from negotiation.strategic.dynamics.paths import formation
from negotiation.strategic.game import Points

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


def walked(situation: Situation, point: Points) -> tuple[float, bool]:
    """Walk best replies one by one in one game, move by move as the definition says."""
    game, seen = situation.game, []
    while True:
        here = tuple(int(rows[0]) for rows in point)
        if here in seen:
            circle = [tuple(np.array([row]) for row in one) for one in seen[seen.index(here) :]]
            return min(float(situation.cooperation(one)[0]) for one in circle), False
        seen.append(here)
        gains = [np.nan_to_num(float(game.gain(move, point)[0]), nan=-np.inf) for move in game.moves]
        paying = [gain if gain > game.tolerances[move.stakeholder] else -np.inf for gain, move in zip(gains, game.moves, strict=True)]
        if not paying or max(paying) == -np.inf:
            return float(situation.cooperation(point)[0]), True
        point = game.after(game.moves[int(np.argmax(paying))], point)


def compare(table: LeverTable, k: int) -> None:
    """Compare one row with the game built for its levers alone."""
    settings_ = Settings(table.settings.set, table.settings.scenario, (*table.settings.levers, *table.names(k)))
    situation = build_situation(table.definition, settings_, table.charges)
    try:
        target = situation.target
    except NotApplicableError:
        assert k in table.excluded
        assert not table.holds[k]
        return
    alone = individual(situation.game, target)
    assert table.holds[k] == alone.holds
    assert table.margin[k] == pytest.approx(alone.margin, rel=1e-9, abs=1e-6)
    weakest = table.weakest(k)
    if alone.weakest is not None:
        assert weakest is not None
        assert weakest.gain == pytest.approx(alone.weakest.gain, rel=1e-9, abs=1e-5)
    cooperation, settled = walked(situation, target)
    assert (table.kept.cooperation[k], table.kept.settled[k]) == (pytest.approx(cooperation), settled)
    if situation.status_quo is not None and table.reached is not None:
        cooperation, settled = walked(situation, situation.status_quo)
        assert (table.reached.cooperation[k], table.reached.settled[k]) == (pytest.approx(cooperation), settled)
        if alone.holds:
            assert table.forms[k] == formation(situation.game, situation.status_quo, situation.target_mask).word


@pytest.mark.parametrize("name", CLUSTERS)
def test_rows_say_what_the_game_of_their_levers_says(name: str) -> None:
    table = lever_table(catalogue.load(name))
    rng = np.random.default_rng(5)
    holding = rng.permutation(np.flatnonzero(table.holds))[:4]
    for k in [*rng.integers(0, len(table.sets), 3), *holding]:
        compare(table, int(k))
    assert {table.forms[k] for k in holding} - {"does not form"}


@pytest.mark.parametrize("scenario", ["kasur", "slump"])
def test_scenarios_hand_set_values_and_charges_by_a_rule_enter_every_row(scenario: str) -> None:
    definition = catalogue.load("common_effluent_plant")
    levers = ["dues_and_joint_fund", "peer_monitoring", "inspection_and_fine", "subsidy_paid", "community_watch"]
    table = lever_table(definition, Settings((("fine", 2.0), ("peer_detection", 0.6)), scenario, ("closure_order",)), "proportional", levers)
    assert len(table.sets) == 32
    assert np.isnan(table.margin).sum() == len(table.excluded)
    for k in (0, 9, 17, 31, *np.flatnonzero(table.holds)[:2]):
        compare(table, int(k))


def test_every_catalogue_scenario_is_judged_as_its_own_game() -> None:
    for name in CLUSTERS:
        definition = catalogue.load(name)
        for scenario in definition.scenarios:
            everything = np.ones((1, len(definition.levers)), dtype=bool)
            table = judged_sets(definition, tuple(definition.levers), everything, Settings((), scenario), formation=False)
            situation = build_situation(definition, Settings((), scenario, tuple(definition.levers)))
            if not table.excluded:
                assert table.margin[0] == pytest.approx(individual(situation.game, situation.target).margin, abs=1e-6)


def small_game(numbers: list[int], members: list[int], commit: bool, condition: bool) -> Definition:
    """Return a game of two stakeholders and an umpire whose payoffs are random tables with levers that shift them."""
    a, b = members
    draw = iter(numbers * 40)
    terms = ["count(first, join)", "count(second, give)", "count(umpire, watch)"]
    formula = lambda: " + ".join(f"{next(draw)} * {term}" for term in terms) + f" + {next(draw)} * p{next(draw) % 3} + {next(draw)}"  # noqa: E731
    levers: dict[str, dict[str, object]] = {
        "one": {"set": {"p0": 2}},
        "two": {"shift": {"p0": 1, "p1": -2}},
        "three": {"shift": {"p2": 3}, "set": {"p1": 1}},
    }
    if commit:
        levers["four"] = {"commit": {"umpire": "watch"}, "cost": 1}
        levers["five"] = {"commit": {"second": "keep"}}
    target: dict[str, object] = {"profile": {"first": "join", "second": "give", "umpire": "watch"}}
    if condition:
        target["condition"] = "count(first, join) == members(first) and count(second, give) >= 1"
    return read_definition(
        {
            "title": "Random",
            "money": "USD",
            "parameters": {"p0": 0, "p1": 1, "p2": -1},
            "stakeholders": {
                "first": {"members": a, "actions": ["join", "stay"]},
                "second": {"members": b, "actions": ["give", "keep", "take"]},
                "umpire": {"actions": ["watch", "sleep"]},
            },
            "payoffs": {
                "first": {"join": formula(), "stay": formula()},
                "second": {"give": formula(), "keep": formula(), "take": formula()},
                "umpire": {"watch": formula(), "sleep": formula()},
            },
            "target": target,
            "status_quo": {"first": "stay", "second": "take", "umpire": "sleep"},
            "levers": levers,
        }
    )


@given(
    st.lists(st.integers(-3, 3), min_size=7, max_size=35),
    st.tuples(st.integers(1, 4), st.integers(1, 3)).map(list),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=18)
def test_every_row_of_a_random_game_says_what_its_own_game_says(numbers: list[int], members: list[int], commit: bool, condition: bool) -> None:
    table = lever_table(small_game(numbers, members, commit, condition))
    for k in range(0, len(table.sets), 1 if not commit else 5):
        compare(table, k)


@given(st.lists(st.integers(-3, 3), min_size=7, max_size=35), st.tuples(st.integers(1, 4), st.integers(1, 3)).map(list))
@settings(max_examples=15)
def test_gains_at_any_profile_are_those_of_the_game(numbers: list[int], members: list[int]) -> None:
    definition = small_game(numbers, members, True, False)
    names = tuple(definition.levers)
    cases, _ = cases_of(definition, Settings(), names, all_sets(len(names)))
    rng = np.random.default_rng(len(numbers))
    for k in rng.integers(0, cases.size, 4):
        situation = build_situation(definition, Settings((), None, tuple(np.array(names)[all_sets(len(names))[k]])))
        game = situation.game
        for rows in list(product(*(range(size) for size in game.lattice.shape)))[::7]:
            point = tuple(np.array([row]) for row in rows)
            counts = np.array([[float(count)] for row in game.counts(point).values() for count in row.values()])
            ours = cases.gains(np.array([k]), counts)[:, 0]
            theirs = {move: float(game.gain(move, point)[0]) for move in game.moves}
            for move, gain in zip(cases.moves, ours, strict=True):
                expected = theirs.get(move, np.nan)
                assert (np.isneginf(gain) and np.isnan(expected)) or gain == pytest.approx(expected, abs=1e-9)
            assert cases.earned(np.array([k]), counts).sum() == pytest.approx(float(game.welfare(point)[0]), abs=1e-9)


def chain(levers: int) -> Definition:
    """Return a game in which a fine of 1 a lever must reach half of their number."""
    return read_definition(
        {
            "title": "Chain",
            "money": "USD",
            "parameters": {"fine": 0},
            "stakeholders": {"firms": {"members": 3, "label": "Firms", "actions": ["comply", "cheat"]}},
            "payoffs": {"firms": {"comply": f"0 - {levers // 2}", "cheat": "0 - fine"}},
            "target": {"profile": {"firms": "comply"}},
            "status_quo": {"firms": "cheat"},
            "levers": {f"l{j}": {"shift": {"fine": 1}, "cost": 10 + j, "payer": "firms"} for j in range(levers)},
        }
    )


def test_up_to_fourteen_levers_every_set_is_there_and_above_a_fair_sample() -> None:
    exact = lever_table(chain(8))
    assert exact.exact
    assert exact.holds.sum() == 1 + 8 + 28 + 56 + 70
    sampled = lever_table(chain(16))
    assert not sampled.exact
    assert sampled.drawn is not None
    sizes = sampled.sets.sum(axis=1)
    assert (sizes <= 2).sum() >= 137
    assert (sizes >= 14).sum() >= 137
    assert np.array_equal(sampled.holds, sizes >= 8)
    share = sum(comb(16, k) for k in range(8, 17)) / 2**16
    assert sampled.holds[sampled.drawn].mean() == pytest.approx(share, abs=0.03)
    assert "95 % confidence" in sampled.how
    assert lever_table(chain(16)).sets.tolist() == sampled.sets.tolist()


def test_a_set_that_stands_there_twice_does_not_make_a_table_whole() -> None:
    rows = np.array([[False, False], [True, True], [True, False], [True, False]])
    table = judged_sets(chain(2), ("l0", "l1"), rows)
    assert not table.exact
    assert "chosen sets" in table.how


def test_prices_and_payers_add_up() -> None:
    table = lever_table(chain(4))
    k = table.row(["l1", "l3"])
    assert table.price[k] == 24
    assert table.payers(k) == {"firms": 24}
    assert "“l0” and “l1” (21 USD)" in table.sentence
    with pytest.raises(UnknownNameError):
        table.row(["l9"])


def test_a_circle_of_best_replies_ends_and_is_not_called_settled() -> None:
    pennies = read_definition(
        {
            "title": "Pennies",
            "money": "USD",
            "parameters": {"stake": 1},
            "stakeholders": {"one": {"actions": ["heads", "tails"]}, "two": {"actions": ["heads", "tails"]}},
            "definitions": {"same": "count(one, heads) == count(two, heads)"},
            "payoffs": {"one": {"heads": "stake * same", "tails": "stake * same"}, "two": {"heads": "0 - same", "tails": "0 - same"}},
            "target": {"profile": {"one": "heads", "two": "heads"}},
            "levers": {"more": {"shift": {"stake": 1}}, "none": {"set": {"stake": 0}}},
        }
    )
    table = lever_table(pennies)
    assert not table.kept.settled[0]
    assert table.kept.cooperation[0] == 0.0
    assert table.kept.settled[table.row(["none"])]


def test_a_payoff_without_a_value_does_not_hold() -> None:
    game = read_definition(
        {
            "title": "Division",
            "money": "USD",
            "parameters": {"divisor": 1, "fee": 1},
            "stakeholders": {"firm": {"actions": ["pay", "stay"]}},
            "payoffs": {"firm": {"pay": "5 - fee / divisor", "stay": 2}},
            "target": {"profile": {"firm": "pay"}},
            "levers": {"free": {"set": {"fee": 0}}},
        }
    )
    cases = Cases(game, {"divisor": np.array([1.0, 0.0]), "fee": 1.0}, np.full((1, 2), -1))
    gains = cases.gains(np.arange(2), cases.written({"firm": "pay"}))
    assert gains[0].tolist() == pytest.approx([-2.0, np.nan], nan_ok=True)


def test_a_spent_budget_leaves_formation_open_and_says_so() -> None:
    table = lever_table(chain(4), budget=Budget(seconds=0.0))
    assert all(word is None for word in table.forms)
    assert "time limit" in table.how


def test_a_game_without_target_or_levers_is_refused() -> None:
    bare = {"title": "One", "money": "USD", "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": 1, "stay": 2}}}
    with pytest.raises(NotApplicableError, match="no levers"):
        lever_table(read_definition(bare))
    with pytest.raises(NotApplicableError, match="no target"):
        lever_table(read_definition({**bare, "parameters": {"a": 1}, "levers": {"x": {"set": {"a": 2}}}}))
