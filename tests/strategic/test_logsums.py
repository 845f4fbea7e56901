"""Expected payoffs in log-probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.numerics import Array
from negotiation.strategic.game import Game
from negotiation.strategic.mixed import logsums
from negotiation.strategic.mixed.expected import expected_payoffs
from negotiation.strategic.mixed.logsums import LogSums

from .expand import count_games


def some_logs(sums: LogSums, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return np.concatenate([np.log(rng.dirichlet(np.ones(part.stop - part.start))) for part in sums.parts])


@given(count_games, st.integers(0, 10**6))
def test_sums_are_the_expected_payoffs(game: Game, seed: int) -> None:
    sums = LogSums(game)
    if sums.free:
        logs = some_logs(sums, seed)
        expected = expected_payoffs(game, sums.mixtures(logs))
        for i, (payoffs, _) in zip(sums.free, sums(logs), strict=True):
            assert payoffs == pytest.approx(expected[i], abs=1e-9)


@given(count_games, st.integers(0, 10**6))
def test_derivatives_are_those_of_small_steps(game: Game, seed: int) -> None:
    sums = LogSums(game)
    if sums.free:
        logs = some_logs(sums, seed)
        step = 1e-6 * np.random.default_rng(seed).normal(size=sums.size)
        for (after, _), (before, slope), (_, later) in zip(sums(logs + step), sums(logs - step), sums(logs + step), strict=True):
            assert (after - before) == pytest.approx((slope + later) @ step, abs=1e-9)


@given(count_games, st.integers(0, 10**6))
def test_windows_agree_along_directions_that_keep_the_sums(game: Game, seed: int) -> None:
    whole = LogSums(game)
    if whole.free:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(logsums, "WRITTEN_OUT", 0)
            windowed = LogSums(game)
        logs = some_logs(whole, seed)
        direction = np.random.default_rng(seed).normal(size=whole.size)
        for part in whole.parts:
            direction[part] -= np.exp(logs[part]) @ direction[part]
        for (payoffs, slope), (other, bent) in zip(whole(logs), windowed(logs), strict=True):
            assert other == pytest.approx(payoffs, abs=1e-9)
            assert bent @ direction == pytest.approx(slope @ direction, abs=1e-8)
