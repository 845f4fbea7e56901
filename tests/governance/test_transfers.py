"""Least transfers: closed forms, one cent less fails, and a second solver."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.errors import NotApplicableError
from negotiation.governance.draws import draws_of, gains_at
from negotiation.governance.repair.transfers import Transfers, transfers
from negotiation.governance.situation import build_situation
from negotiation.settings import Settings

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


def holds_with(found: Transfers, less: float = 0.0) -> bool:
    """Return whether nobody gains at the target once rewards (a little less) and expected fines are paid."""
    situation = found.situation
    gains = gains_at(draws_of(situation.definition, situation.settings, {}), situation.target_counts)
    game = situation.game
    reward = {(row.stakeholder, row.action): row.each - less for row in found.rewards}
    fine = {(row.stakeholder, row.action): found.detection * row.amount for row in found.fines}
    for (i, a, b), gain in zip(gains.switches, gains.gains[:, 0], strict=True):
        here, there = (game.names[i], game.actions[i][a]), (game.names[i], game.actions[i][b])
        left = gain - reward.get(here, 0.0) + reward.get(there, 0.0) - fine.get(there, 0.0)
        if left > 5e-9 * max(1.0, abs(gain)):
            return False
    return True


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize(("cap", "detection"), [(0.0, 1.0), (20000.0, 0.5), (1e9, 0.1)])
def test_with_the_transfers_nobody_gains_and_with_a_cent_less_somebody_does(name: str, cap: float, detection: float) -> None:
    found = transfers(build_situation(catalogue.load(name)), cap, detection)
    assert holds_with(found)
    assert found.price == pytest.approx(sum(row.total for row in found.rewards))
    if found.rewards:
        assert not holds_with(found, less=0.01)
    if cap == 1e9:
        assert found.price == 0.0
        assert found.fines


@given(st.integers(-50, 50), st.integers(0, 40), st.integers(1, 10))
def test_a_fine_takes_the_place_of_a_reward_up_to_its_cap(gain: int, cap: int, tenths: int) -> None:
    form = {
        "title": "A club",
        "money": "USD per year",
        "stakeholders": {"firms": {"members": 5, "actions": ["pay", "cheat"]}},
        "payoffs": {"firms": {"pay": 0, "cheat": gain}},
        "target": {"profile": {"firms": "pay"}},
    }
    q = tenths / 10
    found = transfers(build_situation(read_definition(form)), float(cap), q)
    each = max(0.0, gain - q * cap)
    assert found.price == pytest.approx(5 * each, abs=1e-6)
    fine = found.fines[0].amount if found.fines else 0.0
    assert fine == pytest.approx(min(max(gain, 0) / q, cap), abs=1e-5)


def test_the_price_is_the_sum_of_the_largest_gains_where_everybody_has_one_target_action() -> None:
    situation = build_situation(catalogue.load("common_effluent_plant"), Settings((), None, ("peer_monitoring",)))
    gains = gains_at(draws_of(situation.definition, situation.settings, {}), situation.target_counts)
    best = np.zeros(len(situation.game.names))
    for (i, _, _), gain in zip(gains.switches, gains.gains[:, 0], strict=True):
        best[i] = max(best[i], gain)
    assert transfers(situation).price == pytest.approx(float(best @ np.array(situation.game.members)))


def test_who_could_pay_is_who_gains() -> None:
    found = transfers(build_situation(catalogue.load("public_goods")))
    assert found.gainers == {"firms": pytest.approx(400.0)}
    assert found.price == pytest.approx(140.0)
    assert "enough to pay for it" in found.sentence
    assert "14 to each of the 10 Firms at “Contribute”" in found.sentence


def test_numbers_out_of_range_are_refused() -> None:
    situation = build_situation(catalogue.load("public_goods"))
    for cap, detection in ((-1.0, 1.0), (1.0, 1.5), (float("nan"), 0.5)):
        with pytest.raises(NotApplicableError, match="a fine is 0 or more"):
            transfers(situation, cap, detection)
