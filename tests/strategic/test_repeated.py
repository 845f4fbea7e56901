"""Repeated play: critical discount factors, checked by solving the repeated game itself."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.errors import NotApplicableError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.game import Game
from negotiation.strategic.sequence.deterrence import deterrent_discount, dues_game, weight
from negotiation.strategic.sequence.repeated import Punishment, critical_discount

MONEY = st.floats(0.1, 20)
CHANCE = st.floats(0.05, 1)
OWN = np.array([[3.0, 0.0], [5.0, 1.0]])
KEEP = {"1": {"keep": 1}, "2": {"keep": 1}}


def dilemma(own: np.ndarray = OWN) -> Game:
    return Game.from_tables([own, own.T], actions=[["keep", "break"]] * 2)


def best_reply_keeps(payoffs: tuple[float, float, float], mu: float, phi: float, periods: int | None, delta: float) -> bool:
    """Solve the deviator's decision problem by policy iteration over the states of the scheme; whether keeping is a best reply.

    State 0 is the target; states 1 to T are the periods left of the punishment (one absorbing state when it lasts for ever).
    """
    target, deviation, punished = payoffs
    states = 1 + (1 if periods is None else periods)
    walk = np.zeros((states, states))
    reward = np.full(states, punished)
    for state in range(1, states):
        walk[state, 1 if periods is None else state - 1] = 1
    policies = {}
    for action in ("keep", "deviate"):
        rows, pay = walk.copy(), reward.copy()
        rows[0, 0] = 1 if action == "keep" else 1 - mu
        rows[0, states - 1] += 0 if action == "keep" else mu
        pay[0] = target if action == "keep" else deviation - mu * phi
        policies[action] = np.linalg.solve(np.eye(states) - delta * rows, pay)
    return policies["keep"][0] >= policies["deviate"][0]


@given(st.tuples(MONEY, MONEY, MONEY), CHANCE, st.floats(0, 5), st.one_of(st.none(), st.integers(1, 6)))
def test_just_below_the_critical_factor_the_deviator_cheats_and_just_above_it_keeps(
    money: tuple[float, float, float], mu: float, phi: float, periods: int | None
) -> None:
    target, gain, loss = money
    critical = deterrent_discount(gain, loss, mu, phi, periods)
    case = ((target, target + gain, target - loss), mu, phi, periods)
    if critical is None:
        assert not best_reply_keeps(*case, 0.999)
    else:
        assert best_reply_keeps(*case, min(0.9999, critical + 1e-6))
        assert critical == 0 or not best_reply_keeps(*case, critical - 1e-6)


@given(MONEY, MONEY, CHANCE, st.floats(0, 30))
def test_dues_follow_the_closed_form(dues: float, surplus: float, mu: float, phi: float) -> None:
    answer = dues_game(dues, surplus, mu, phi, discount=0.5)
    if dues > mu * phi:
        assert answer.critical == pytest.approx((dues - mu * phi) / (dues - mu * phi + mu * surplus), rel=1e-12)
    else:
        assert answer.critical == 0
    assert answer.sustainable_dues == pytest.approx(mu * (phi + surplus))
    assert answer.margin is not None
    if abs(answer.margin) > 1e-9:
        assert answer.paid == (answer.margin > 0)


def test_dues_paid_in_a_simulated_association() -> None:
    rng = np.random.default_rng(3)
    dues, surplus, mu, phi = 6.0, 3.0, 0.4, 2.0
    critical = dues_game(dues, surplus, mu, phi).critical
    assert critical is not None

    def always_default(delta: float) -> float:
        caught = rng.geometric(mu, size=200_000)
        periods = (1 - delta**caught) / (1 - delta)
        return float(np.mean(periods * (surplus + dues) - delta ** (caught - 1) * phi))

    for delta, pays in ((critical - 0.05, False), (critical + 0.05, True)):
        assert (surplus / (1 - delta) > always_default(delta)) == pays


def test_the_prisoners_dilemma_with_reversion_to_the_equilibrium() -> None:
    result = critical_discount(dilemma(), KEEP)
    assert result.critical == pytest.approx((5 - 3) / (5 - 1))
    assert result.credible is True
    assert result.binding is not None
    assert (result.binding.gain, result.binding.loss, result.binding.punishment) == (2, 2, 1)
    assert result.margin(0.5) == pytest.approx(0)
    assert result.margin(0.6) > 0 > result.margin(0.4)
    assert "0.5 of this one" in result.sentence
    assert result.as_dict()["critical"] == 0.5


def test_imperfect_detection_and_shorter_punishments_ask_for_more_patience() -> None:
    game = dilemma()
    by_detection = [critical_discount(game, KEEP, detection=mu).critical for mu in (1.0, 0.5, 0.1)]
    assert by_detection == pytest.approx([1 / 2, 2 / 3, 10 / 11])
    by_length = [critical_discount(game, KEEP, Punishment(periods=t)).critical for t in (2, 3, 10, None)]
    assert by_length[0] == pytest.approx((5**0.5 - 1) / 2)
    assert all(a is not None and b is not None and a > b for a, b in pairwise(by_length))
    assert critical_discount(game, KEEP, Punishment(periods=1)).critical is None


def test_expulsion_pays_the_deviator_what_it_earns_alone() -> None:
    result = critical_discount(dilemma(), KEEP, Punishment("expulsion", payoff=-1.0))
    assert result.critical == pytest.approx(2 / (2 + 4))
    assert result.credible is None


def test_a_punishment_that_does_not_hurt_deters_nobody() -> None:
    result = critical_discount(dilemma(), KEEP, Punishment("expulsion", payoff=3.0))
    assert result.critical is None
    assert "No discount factor" in result.sentence
    assert critical_discount(dilemma(), KEEP, detection=0.0).critical is None


def test_where_no_deviation_gains_no_patience_is_needed() -> None:
    result = critical_discount(dilemma(), {"1": {"break": 1}, "2": {"break": 1}})
    assert result.critical == 0
    assert result.binding is None
    assert critical_discount(dilemma(), KEEP, standing_loss=2.0).critical == 0


def test_a_profile_that_is_no_equilibrium_is_not_a_credible_punishment() -> None:
    game = dilemma(np.array([[3.0, -2.0], [5.0, 1.0]]))
    assert critical_discount(game, KEEP, Punishment("profile", to={"1": {"keep": 1}, "2": {"break": 1}})).credible is False
    both = critical_discount(game, KEEP, Punishment("profile", to={"1": {"break": 1}, "2": {"break": 1}}))
    assert (both.credible, both.critical) == (True, pytest.approx(0.5))


def test_on_count_profiles_the_deviator_gets_the_worst_place_in_the_worst_equilibrium() -> None:
    members = 10
    count = np.arange(members, -1, -1.0)
    game = Game(("firms",), (("join", "stay"),), Lattice((Axis(members, 2),)), ((3 * count - 12, 2.5 * count + 1),))
    result = critical_discount(game, {"firms": {"join": 10}})
    assert [d.to for d in result.deviations] == ["stay"]
    gain, here, bad = (2.5 * 9 + 1) - (3 * 10 - 12), 18.0, 1.0
    assert result.critical == pytest.approx(gain / (gain + here - bad))
    mixed = Game(("firms",), (("join", "stay"),), Lattice((Axis(4, 2),)), ((np.array([4.0, 6, 8, 6, 9]), np.array([9.0, 6, 7, 9, 5])),))
    outcome = critical_discount(mixed, {"firms": {"join": 4}})
    assert outcome.deviations[0].punishment == 6
    assert outcome.critical is None


def test_there_must_be_something_to_revert_to() -> None:
    pennies = Game.from_tables([np.array([[1, -1], [-1, 1]]), np.array([[-1, 1], [1, -1]])])
    target = {"1": {"1": 1}, "2": {"1": 1}}
    with pytest.raises(NotApplicableError):
        critical_discount(pennies, target)
    with pytest.raises(NotApplicableError):
        critical_discount(pennies, target, Punishment("profile"))
    with pytest.raises(NotApplicableError):
        critical_discount(dilemma(), KEEP, detection=1.5)
    with pytest.raises(NotApplicableError):
        dues_game(1, -1, 0.5)


@given(st.floats(0, 0.999), st.integers(1, 50))
def test_the_weight_of_the_future_is_the_geometric_sum(delta: float, periods: int) -> None:
    assert weight(delta, periods) == pytest.approx(sum(delta**t for t in range(1, periods + 1)), rel=1e-9, abs=1e-300)
