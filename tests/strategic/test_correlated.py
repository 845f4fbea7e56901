"""Correlated and coarse correlated equilibria."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import growing
from negotiation.budget import Budget
from negotiation.errors import TimedOutError, TooLargeError, UnknownNameError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.criteria import columns
from negotiation.strategic.criteria.correlated import correlated_equilibrium
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria

from .expand import count_games, expand, owners, scaled, told_backwards

CHICKEN = Game.from_tables([np.array([[6.0, 2], [7, 0]]), np.array([[6.0, 7], [2, 0]])], actions=[["swerve", "dare"]] * 2)


def gains_from_disobeying(game: Game, draw: dict[tuple[int, ...], float]) -> list[float]:
    """Return for an ordinary game what each advised player gains in expectation by each other action, profile by profile."""
    gains = []
    for i, actions in enumerate(game.actions):
        for a in range(len(actions)):
            for b in range(len(actions)):
                total = 0.0
                for profile, probability in draw.items():
                    if profile[i] == a:
                        other = (*profile[:i], b, *profile[i + 1 :])
                        total += probability * (pay(game, i, other) - pay(game, i, profile))
                gains.append(total)
    return gains


def pay(game: Game, i: int, profile: tuple[int, ...]) -> float:
    return float(game.payoff(i, profile[i], tuple(np.array([row]) for row in profile))[0])


def test_chicken_has_the_famous_device() -> None:
    device = correlated_equilibrium(CHICKEN)
    draw = dict(zip(zip(*(rows.tolist() for rows in device.points), strict=True), device.probabilities.tolist(), strict=True))
    assert draw == pytest.approx({(0, 0): 0.5, (0, 1): 0.25, (1, 0): 0.25})
    assert device.payoffs == pytest.approx((5.25, 5.25))
    assert {(one.advised, one.alternative) for one in device.binding} == {("swerve", "dare")}
    assert device.as_dict()["complete"] is True
    assert "50 %" in device.sentence


def test_the_price_of_a_binding_condition_is_what_loosening_it_brings() -> None:
    price = sum(one.price for one in correlated_equilibrium(CHICKEN).binding)
    less = 1e-4  # what daring against a swerver pays less: drawn half of the time, while the temptation is felt half of the time
    milder = Game.from_tables([np.array([[6.0, 2], [7 - less, 0]]), np.array([[6.0, 7 - less], [2, 0]])])
    gained = correlated_equilibrium(milder).total - correlated_equilibrium(CHICKEN).total + less / 2
    assert gained == pytest.approx(price * less / 2, rel=1e-2)


def test_battle_of_the_sexes_is_shared_evenly() -> None:
    game = Game.from_tables([np.array([[2.0, 0], [0, 1]]), np.array([[1.0, 0], [0, 2]])])
    equal = correlated_equilibrium(game, "equal")
    assert equal.payoffs == pytest.approx((1.5, 1.5))
    assert equal.value == pytest.approx(1.5)
    assert correlated_equilibrium(game, "1").payoffs == pytest.approx((2.0, 1.0))
    assert correlated_equilibrium(game, "worst").total == pytest.approx(4 / 3)


def test_rock_paper_scissors_has_one_device() -> None:
    table = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert correlated_equilibrium(Game.from_tables([table, -table])).probabilities == pytest.approx(np.full(9, 1 / 9))


def test_a_coarse_device_reaches_what_an_obedient_one_cannot() -> None:
    # ties cost both half a point: drawn evenly among the others, no fixed action gains, but who is told rock would take scissors
    table = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    game = Game.from_tables([table - np.eye(3) / 2, -table - np.eye(3) / 2])
    assert correlated_equilibrium(game, coarse=True).total == pytest.approx(0.0, abs=1e-9)
    assert correlated_equilibrium(game).total < -0.1


def test_members_of_a_stakeholder_are_told_different_things_at_random() -> None:
    first, second = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    game = Game(("firms",), (("a", "b"),), Lattice((Axis(2, 2),)), ((first[::-1], second),))
    device = correlated_equilibrium(game)
    assert device.regret <= 1e-9
    assert device.total == pytest.approx(correlated_equilibrium(expand(game)).total)


def test_an_unknown_objective_lists_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="welfare"):
        correlated_equilibrium(CHICKEN, "fair")


def test_too_many_profiles_are_refused_with_a_size_that_works() -> None:
    lattice = Lattice((Axis(2_000, 3),))
    game = Game(("firms",), (("a", "b", "c"),), lattice, (tuple(np.zeros(1) for _ in range(3)),))
    with pytest.raises(TooLargeError, match="with 630 members"):
        correlated_equilibrium(game)


@given(count_games, st.booleans())
def test_a_device_is_between_worst_and_best_and_every_pure_equilibrium_too(game: Game, coarse: bool) -> None:
    best, worst = (correlated_equilibrium(game, objective, coarse).total for objective in ("welfare", "worst"))
    assert worst <= best + 1e-6
    for value in game.welfare(pure_equilibria(game).points):
        assert worst - 1e-6 <= value <= best + 1e-6


@given(count_games, st.sampled_from(["welfare", "worst", "equal"]))
def test_nobody_gains_by_disobeying_when_the_game_is_written_out(game: Game, objective: str) -> None:
    ordinary = expand(game)
    device = correlated_equilibrium(ordinary, objective)
    draw = dict(zip(zip(*(rows.tolist() for rows in device.points), strict=True), device.probabilities.tolist(), strict=True))
    assert max(gains_from_disobeying(ordinary, draw)) <= 1e-6
    assert sum(draw.values()) == pytest.approx(1.0)


@settings(max_examples=50)
@given(count_games, st.sampled_from(["welfare", "worst", "equal"]), st.booleans())
def test_treating_members_alike_loses_nothing(game: Game, objective: str, coarse: bool) -> None:
    whole, parts = correlated_equilibrium(game, objective, coarse), correlated_equilibrium(expand(game), objective, coarse)
    assert whole.value == pytest.approx(parts.value, abs=1e-6)
    assert whole.total == pytest.approx(sum(whole.payoffs[i] for i in owners(game)), abs=1e-6)


@given(count_games)
def test_a_coarse_device_reaches_at_least_as_much(game: Game) -> None:
    assert correlated_equilibrium(game, coarse=True).total >= correlated_equilibrium(game).total - 1e-6


@given(count_games, st.floats(0.01, 100), st.floats(-100, 100))
def test_neither_the_unit_of_money_nor_the_order_of_names_matters(game: Game, factor: float, constant: float) -> None:
    total, size = correlated_equilibrium(game).total, len(game.names)
    moved = correlated_equilibrium(scaled(game, [factor] * size, [constant] * size)).total
    assert moved == pytest.approx(factor * total + constant * sum(game.members), rel=1e-5, abs=1e-5 * max(1.0, factor, abs(constant)))
    assert correlated_equilibrium(told_backwards(game)).total == pytest.approx(total, abs=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from(["welfare", "worst", "equal"]), st.booleans())
def test_few_profiles_at_a_time_find_what_all_at_once_find(seed: int, objective: str, coarse: bool) -> None:
    rng = np.random.default_rng(seed)
    game = Game.from_tables([rng.normal(size=(3,) * 4) for _ in range(4)])
    together = correlated_equilibrium(game, objective, coarse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "ALL_AT_ONCE", 10)
        patch.setattr(columns, "START", 4)
        patch.setattr(columns, "MANY_TAKEN", int(rng.integers(20, 100)))
        patch.setattr(columns, "MANY_USED", int(rng.integers(5, 20)))
        patch.setattr(growing, "WARM", float(rng.choice([0.01, 0.05, 2.0])))
        apart = correlated_equilibrium(game, objective, coarse)
    assert apart.value == pytest.approx(together.value, abs=1e-5)
    assert apart.total == pytest.approx(together.total, abs=1e-4)


def test_committed_stakeholders_obey_anyway() -> None:
    lattice = Lattice((Axis(3, 2, committed=1), Axis(1, 2)))
    payoffs = ((np.zeros((1, 1)), np.full((1, 1), 2.0)), (np.ones((1, 1)), np.zeros((1, 1))))
    device = correlated_equilibrium(Game(("bound", "free"), (("x", "y"), ("u", "v")), lattice, payoffs))
    assert device.total == pytest.approx(7.0)
    assert "for certain" in device.sentence


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from(["welfare", "worst", "equal", "1"]), st.integers(1, 60))
def test_a_device_found_before_time_is_obeyed_and_bounded(seed: int, objective: str, asked: int) -> None:
    rng = np.random.default_rng(seed)
    game = Game.from_tables([rng.normal(size=(3,) * 4) for _ in range(4)])
    best = correlated_equilibrium(game, objective)
    countdown = iter(range(asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "ALL_AT_ONCE", 10)
        patch.setattr(columns, "START", 4)
        try:
            device = correlated_equilibrium(game, objective, budget=Budget(stopped=lambda: next(countdown, None) is None))
        except TimedOutError:
            return
    sign = -1 if objective == "worst" else 1
    assert device.regret <= 1e-6
    assert sign * device.value <= sign * best.value + 1e-6 <= sign * device.bound + 2e-6
    assert device.complete == (device.reason != "stopped on request")
    assert device.complete or "A better device may exist" in device.sentence
    assert device.as_dict()["complete"] is device.complete


def test_without_time_a_pure_equilibrium_is_what_is_known() -> None:
    game = Game.from_tables([np.array([[2.0, 0], [0, 1]]), np.array([[1.0, 0], [0, 2]])])
    device = correlated_equilibrium(game, "equal", budget=Budget(seconds=0.0))
    assert (device.complete, device.total, device.bound) == (False, 3, 2)
    assert "time limit of 0 s" in device.reason
    table = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    with pytest.raises(TimedOutError):
        correlated_equilibrium(Game.from_tables([table, -table]), budget=Budget(seconds=0.0))
