"""Many draws at once say the same as one situation after the other."""

import numpy as np
import pytest

from negotiation import catalogue
from negotiation.governance.draws import BLOCK, draws_of, gains_at
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import individual
from negotiation.settings import Settings

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("lever", [0, 3, 5])
def test_every_draw_is_judged_as_the_game_built_for_it_alone(name: str, lever: int) -> None:
    definition = catalogue.load(name)
    levers = (list(definition.levers)[lever],)
    rng = np.random.default_rng(lever)
    ranges = {key: (entry.low, entry.high) for key, entry in definition.parameters.items()}
    values = {key: rng.uniform(low, high, 12) for key, (low, high) in ranges.items() if low is not None and high is not None}
    counts = build_situation(definition, Settings((), None, levers)).target_counts
    found = gains_at(draws_of(definition, Settings((), None, levers), values), counts)
    for k in range(12):
        settings = Settings(tuple((key, float(value[k])) for key, value in values.items()), None, levers)
        situation = build_situation(definition, settings)
        alone = individual(situation.game, situation.target)
        assert found.margin[k] == pytest.approx(alone.margin, abs=1e-6)
        assert found.holds[k] == alone.holds


def test_draws_beyond_one_block_are_all_answered() -> None:
    definition = catalogue.load(CLUSTERS[0])
    fine = np.linspace(0.1, 3.0, 2 * BLOCK + 5)
    found = gains_at(draws_of(definition, Settings(), {"fine": fine}), build_situation(definition).target_counts)
    one = gains_at(draws_of(definition, Settings(), {"fine": fine[-1:]}), build_situation(definition).target_counts)
    assert found.gains.shape[1] == fine.size
    assert found.gains[:, -1] == pytest.approx(one.gains[:, 0])
    assert np.ptp(found.gains, axis=1).max() > 0
