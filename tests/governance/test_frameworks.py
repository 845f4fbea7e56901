"""Cells, paths, levels, drivers and barriers, synergy, agreement, signs: on built games with known answers, and on the catalogue."""

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import catalogue
from negotiation.definition import Definition, read_definition
from negotiation.errors import NotApplicableError, UnknownNameError
from negotiation.governance.frameworks.agreement import agreement
from negotiation.governance.frameworks.cells import CELLS, cells
from negotiation.governance.frameworks.drivers import drivers_and_barriers
from negotiation.governance.frameworks.levels import levels
from negotiation.governance.frameworks.names import PATHS
from negotiation.governance.frameworks.paths import paths
from negotiation.governance.frameworks.sign_flips import flips_along, sign_flips
from negotiation.governance.frameworks.signs import named_bundles, signs
from negotiation.governance.frameworks.synergy import synergy
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import individual
from negotiation.governance.verdict import standing
from negotiation.settings import Settings
from negotiation.strategic.pure import deviations

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


def built(fine: str, levers: dict[str, dict[str, object]], **more: object) -> Definition:
    """Return 10 firms that comply at a cost of 3 while the expected fine, a formula of a, b, c and d, covers it; a town gains by them."""
    form = {
        "title": "Built",
        "money": "USD",
        "parameters": {**dict.fromkeys("abcd", 0.0), "gain": 2.0},
        "stakeholders": {
            "firms": {"members": 10, "label": "Firms", "actions": ["comply", "cheat"]},
            "town": {"label": "Town", "actions": ["watch"]},
        },
        "payoffs": {"firms": {"comply": "0 - 3", "cheat": f"0 - ({fine})"}, "town": TOWN},
        "outcomes": {"clean": "share(firms, comply)", "dirt": {"formula": "share(firms, cheat)", "better": "lower"}},
        "target": {"profile": {"firms": "comply"}},
        "status_quo": {"firms": "cheat"},
        "levers": levers,
    }
    return read_definition({**form, **more})


def lever(parameter: str, actor: str, **more: object) -> dict[str, object]:
    return {"set": {parameter: 1}, "actor": actor, "scope": "horizontal", **more}


TOWN = {"watch": "gain * count(firms, comply)"}
THREE = {
    "buyers": lever("a", "private", path="csr", level="external", cost=4, payer="firms"),
    "union": lever("b", "social", path="labour", level="cluster", cost=2, payer="town"),
    "law": lever("c", "public", path="public", level="national", cost=1),
}


# --- cells, paths, levels


@pytest.mark.parametrize("name", CLUSTERS)
def test_cells_say_what_the_game_of_their_levers_says(name: str) -> None:
    definition = catalogue.load(name)
    found = cells(definition)
    table = found.bundles
    assert len(table.on) == 64
    rng = np.random.default_rng(7)
    for k in [0, 63, *rng.integers(1, 63, 5)]:
        on = {cell for cell, yes in zip(CELLS, table.on[k], strict=True) if yes}
        chosen = tuple(n for n, one in definition.levers.items() if one.effect == "driver" and f"{one.scope}_{one.actor}" in on)
        situation = build_situation(definition, Settings((), None, chosen))
        alone = individual(situation.game, situation.target)
        assert table.table.holds[k] == alone.holds
        assert table.table.margin[k] == pytest.approx(alone.margin, abs=1e-6)
        counts = table.table.cases.by_name(table.table.kept.counts[:, k])
        kept = standing(situation, situation.game.point(counts))
        assert {key: values[k] for key, values in table.outcomes.items()} == pytest.approx(kept.outcomes)
        assert table.table.kept.cooperation[k] == pytest.approx(kept.cooperation)
    json.dumps(found.as_dict())
    assert found.sentence


def test_a_cell_alone_left_out_and_its_share_follow_from_the_combinations() -> None:
    definition = built("4 * max(a * b, c)", THREE)
    found = cells(definition).bundles
    effects = {one.name: one for one in found.effects}
    assert found.empty == ("vertical_private", "vertical_social", "vertical_public")
    assert (effects["horizontal_public"].flips_alone, effects["horizontal_public"].flips_without) == (True, False)
    assert (effects["horizontal_private"].flips_alone, effects["horizontal_private"].lost_without) == (False, 0.0)
    assert effects["horizontal_public"].shapley == pytest.approx(2 / 3 * 10 / 11)
    assert effects["horizontal_private"].shapley == pytest.approx(1 / 6 * 10 / 11)
    assert sum(one.shapley for one in found.effects) == pytest.approx(10 / 11)
    assert effects["horizontal_private"].payers == {"firms": 4.0}
    assert cells(definition).smallest == (("horizontal_public",), ("horizontal_private", "horizontal_social"))


def test_levers_without_a_place_are_listed_apart() -> None:
    definition = built("4 * a", {"buyers": {"set": {"a": 1}}, "union": lever("b", "social")})
    assert cells(definition).unplaced == ("buyers",)
    assert paths(definition).unplaced == ("buyers", "union")
    assert "Left aside" in str(cells(definition).as_dict()["notes"])


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_path_alone_does_what_all_of_them_do(name: str) -> None:
    found = paths(catalogue.load(name))
    effects = [one for one in found.bundles.effects if one.levers]
    assert not any(one.holds_alone for one in effects)
    assert found.bundles.table.holds[-1]
    assert all("choosing" in one.leaves_first for one in effects)
    assert set(found.bundles.labels) == set(PATHS)
    assert json.dumps(found.as_dict())


def test_a_path_fails_by_whoever_gains_most_by_leaving() -> None:
    found = paths(built("2 * a + 2 * b", THREE))
    effects = {one.name: one for one in found.bundles.effects}
    assert effects["csr"].leaves_first == "Firms, gaining 1 USD by choosing “Cheat”"
    assert effects["public"].leaves_first == "Firms, gaining 3 USD by choosing “Cheat”"
    assert effects["csr"].margin_alone == -1.0
    assert found.bundles.table.holds[found.bundles.row(["csr", "labour"])]


def test_the_level_whose_levers_flip_the_outcome_is_named() -> None:
    found = levels(built("4 * a * max(b, c)", THREE))
    assert found.flips_alone == ()
    assert found.flips_without == ("external",)
    assert "the world outside" in found.sentence
    assert len(found.bundles.on) == 32


# --- drivers and barriers


def test_a_barrier_undoes_the_bundles_that_it_outweighs_and_no_others() -> None:
    levers = {**THREE, "bribes": {"set": {"d": 1}, "effect": "barrier"}}
    found = drivers_and_barriers(built("4 * max(a, b) + 3 * c * a - 2 * d", levers))
    assert set(found.undone_by("bribes")) == {"the buyers' (CSR-driven) path", "the labour-centred path", "smallest set 1", "smallest set 2"}
    assert found.withstanding == ("all drivers",)
    assert {one.driver: one.holds for one in found.absences} == {"buyers": True, "union": True, "law": True}
    assert "undoes 4 of the 5 bundles" in found.sentence


def test_the_absence_of_a_needed_driver_is_a_barrier_itself() -> None:
    found = drivers_and_barriers(built("4 * a * max(b, c)", THREE))
    assert [one.driver for one in found.absences if not one.holds] == ["buyers"]
    assert {one.driver: one.lost for one in found.absences}["buyers"] == pytest.approx(10 / 11)
    assert json.dumps(found.as_dict())


# --- synergy


def test_three_modes_of_which_all_are_needed_are_synergistic_and_all_gain() -> None:
    cheap = {name: {**one, "cost": 0} for name, one in THREE.items()}
    firms = {"comply": "5 * a * b * c - 3", "cheat": "0 - 4 * a * b * c"}
    found = synergy(
        built(
            "4 * a * b * c",
            cheap,
            payoffs={"firms": firms, "town": TOWN},
        )
    )
    assert found.as_equilibrium
    assert found.full
    assert found.agreement is not None
    assert found.agreement.strict
    assert found.coordinates[0].together == pytest.approx(10 * 2 + 20)
    assert "synergistic as an equilibrium" in found.sentence


def test_synergy_as_an_equilibrium_is_not_synergy_in_full_when_somebody_falls_below_today() -> None:
    found = synergy(built("4 * a * b * c", THREE))
    assert found.as_equilibrium
    assert found.losers == ("firms",)
    assert not found.full
    assert [one.gain for one in found.fallbacks] == [-34.0, 18.0]
    assert found.agreement is not None
    assert not found.agreement.exists


def test_where_one_mode_does_alone_there_is_no_synergy() -> None:
    found = synergy(built("4 * max(a, b * c)", THREE))
    assert (found.together, found.alone, found.as_equilibrium, found.full) == (True, ("private",), False, False)
    assert "private governance alone makes" in found.sentence


def test_two_modes_are_not_three() -> None:
    found = synergy(built("4 * a * b", {name: THREE[name] for name in ("buyers", "union")}))
    assert found.together
    assert not found.as_equilibrium
    assert "no lever for 1 mode" in found.sentence


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_clusters_are_synergistic_as_equilibria(name: str) -> None:
    found = synergy(catalogue.load(name))
    assert found.as_equilibrium
    assert not found.full
    situation = build_situation(catalogue.load(name), Settings((), None, found.bundles.table.levers))
    assert found.coordinates[0].together == pytest.approx(float(situation.game.welfare(situation.target)[0]) - float(found.bundles.table.price[-1]))
    today = build_situation(catalogue.load(name))
    assert today.status_quo is not None
    assert sum(one.today for one in found.fallbacks) == pytest.approx(float(today.game.welfare(today.status_quo)[0]))
    json.dumps(found.as_dict())


def test_an_outcome_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        synergy(built("a", THREE), social=["happiness"])


# --- agreement


@pytest.mark.parametrize(("gain", "exists"), [(2.0, False), (2.9, False), (3.1, True), (8.0, True)])
def test_there_is_an_agreement_exactly_when_the_town_gains_more_than_the_firms_lose(gain: float, exists: bool) -> None:
    definition = built("0", {})
    found = agreement(build_situation(definition, Settings((("gain", gain),))))
    assert found.exists == exists
    assert found.surplus == pytest.approx(10 * (gain - 3))
    if exists:
        assert [one.gain for one in found.standpoints] == pytest.approx([5 * (gain - 3)] * 2, rel=1e-5)
        assert found.parts[0].each == pytest.approx(3 + (gain - 3) / 2, rel=1e-5)
        assert found.strict
    else:
        assert found.shortage == pytest.approx(10 * (3 - gain))
        assert found.clashes[0].stakeholder == "firms"
        assert "is missing" in found.sentence


def test_a_firm_that_must_be_kept_from_leaving_gets_at_least_what_leaving_brings() -> None:
    definition = built("0 - 4", {}, payoffs={"firms": {"comply": "2", "cheat": "4 - 5 * share(firms, cheat)"}, "town": TOWN})
    found = agreement(build_situation(definition))
    tempting = 4 - 5 / 10 - 2
    assert found.exists
    assert found.parts[0].needed == pytest.approx(tempting)
    assert found.parts[0].each >= tempting - 1e-6
    assert agreement(build_situation(definition, Settings((("gain", 0.1),)))).shortage == pytest.approx(10 * tempting - 10 * 0.1)


@given(st.lists(st.integers(-4, 6), min_size=8, max_size=8), st.integers(1, 3))
@settings(max_examples=60)
def test_agreements_of_random_games_keep_their_promises_and_refusals_are_justified(numbers: list[int], members: int) -> None:
    a, b, c, d, e, f, g, h = numbers
    definition = read_definition(
        {
            "title": "Random",
            "money": "USD",
            "stakeholders": {
                "one": {"members": members, "actions": ["join", "stay"]},
                "two": {"actions": ["give", "keep"]},
                "three": {"actions": ["wait", "act"]},
            },
            "payoffs": {
                "one": {"join": f"{a} + {b} * count(two, give)", "stay": f"{c} + {d} * count(one, join)"},
                "two": {"give": f"{e} * count(one, join)", "keep": f"{f}"},
                "three": {"wait": f"{g}", "act": f"{h} * count(two, give)"},
            },
            "target": {"profile": {"one": "join", "two": "give", "three": "act"}},
            "status_quo": {"one": "stay", "two": "keep", "three": "wait"},
        }
    )
    situation = build_situation(definition)
    found = agreement(situation)
    tempting = {one.stakeholder: one.gain for one in deviations(situation.game, situation.target)}
    least = [max(size * tempting[one.stakeholder], -one.before) for size, one in zip((members, 1, 1), found.standpoints, strict=True)]
    assert found.exists == (sum(least) <= 1e-6)
    if found.exists:
        assert sum(part.total for part in found.parts) == pytest.approx(0, abs=1e-5)
        for part, one in zip(found.parts, found.standpoints, strict=True):
            assert part.each >= tempting[part.stakeholder] - 1e-5
            assert one.gain >= found.least - 1e-5 >= -2e-5
    else:
        assert found.shortage == pytest.approx(sum(least))


def test_who_is_bound_by_a_lever_need_not_be_kept() -> None:
    levers = {"promise": {"commit": {"firms": "comply"}}}
    found = agreement(build_situation(built("0", levers), Settings((("gain", 4.0),), None, ("promise",))))
    assert found.exists
    assert np.isneginf(found.parts[0].needed)
    assert found.as_dict()["transfers"][0]["needed"] is None


def test_an_agreement_needs_a_status_quo() -> None:
    with pytest.raises(NotApplicableError, match="status quo"):
        agreement(build_situation(built("0", {}, status_quo=None)))


# --- signs


@pytest.mark.parametrize(
    ("fine", "sign"),
    [
        ("4 * a * b", "synergy"),
        ("4 * max(a, b)", "displacement"),
        ("4 * a + 0 * b", "independent"),
        ("4 * a - 2 * a * b", "conflict"),
    ],
)
def test_two_cells_get_the_sign_they_were_built_for(fine: str, sign: str) -> None:
    definition = built(fine, {name: THREE[name] for name in ("buyers", "union")})
    assert signs(definition).pair("horizontal_private", "horizontal_social").sign == sign


def smooth(formula: str) -> Definition:
    """Return a game whose outcome is a formula of two levers, whatever people do."""
    return built("4", {"one": lever("a", "private"), "two": lever("b", "public")}, outcomes={"y": formula})


@pytest.mark.parametrize(
    ("formula", "sign"),
    [
        ("a + b + a * b", "strong complementarity"),
        ("a + b", "weak complementarity"),
        ("a + b - 0.5 * a * b", "weak complementarity"),
        ("a + b - a * b", "displacement"),
        ("a + b - 1.5 * a * b", "conflict"),
        ("a", "independent"),
    ],
)
def test_an_outcome_tells_the_signs_apart(formula: str, sign: str) -> None:
    found = signs(smooth(formula), measure="y")
    assert found.rows[0].sign == sign
    assert json.dumps(found.as_dict())


def test_a_loss_that_goes_with_a_retreat_is_displacement_not_conflict() -> None:
    definition = smooth("a + b - 1.5 * a * b")
    work = {"horizontal_public": "b * (1 - 0.5 * a)"}
    row = signs(definition, measure="y", intensities=work).rows[0]
    assert (row.sign, row.retreats) == ("displacement", ("horizontal_public",))


def test_the_sign_flips_where_it_was_built_to_flip() -> None:
    definition = smooth("a + b + (d - 0.3) * a * b")
    found = sign_flips(definition, {"one": ["one"], "two": ["two"]}, "d", "y", low=-2.0, high=1.0)
    assert [(flip.before, flip.after) for flip in found.flips] == [("conflict", "weak complementarity"), ("weak complementarity", "strong complementarity")]
    assert [flip.value for flip in found.flips] == pytest.approx([-0.7, 0.3], abs=1e-6)
    assert found.complete is None


@given(st.floats(0.2, 2.6))
@settings(max_examples=10)
def test_the_sign_of_the_cooperation_flips_where_two_half_fines_begin_to_deter(other: float) -> None:
    definition = built(f"{other} * b + d * a", {"one": lever("a", "private"), "two": lever("b", "public")})
    found = sign_flips(definition, {"one": ["one"], "two": ["two"]}, "d", low=0.0, high=2.9)
    assert [(flip.before, flip.after) for flip in found.flips] == [("independent", "synergy")]
    assert found.flips[0].value == pytest.approx(3 - other, abs=1e-6)


def inspectorate(redirects: bool) -> Definition:
    """Return inspectors whose visits shrink as private audits cover more firms; with redirection they go to the uncovered only."""
    spread = "(1 - rho)" if redirects else "1"
    return read_definition(
        {
            "title": "Audits and inspections",
            "money": "USD per year",
            "parameters": {"rho": 0, "visits": 0, "eta": {"value": 0.5, "low": 0, "high": 2}, "fine": 50, "cost": 4},
            "stakeholders": {"uncovered": {"members": 20, "actions": ["comply", "cheat"]}},
            "definitions": {"made": "visits * (1 - eta * rho)", "coverage": f"made / (100 * {spread})"},
            "payoffs": {"uncovered": {"comply": "0 - cost", "cheat": "0 - fine * coverage"}},
            "outcomes": {"coverage": "coverage"},
            "target": {"profile": {"uncovered": "comply"}},
            "levers": {
                "code": {"set": {"rho": 0.4}, "scope": "vertical", "actor": "private"},
                "office": {"set": {"visits": 10}, "scope": "horizontal", "actor": "public"},
            },
        }
    )


def test_coverage_of_the_uncovered_rises_with_private_audits_exactly_when_visits_shrink_less_than_in_proportion() -> None:
    bundles = {"code": ["code"], "office": ["office"]}
    work = {"office": "made"}
    found = sign_flips(inspectorate(True), bundles, "eta", "coverage", intensities=work)
    assert [(flip.before, flip.after) for flip in found.flips] == [("strong complementarity", "displacement")]
    assert found.flips[0].value == pytest.approx(1.0, abs=1e-7)
    without = sign_flips(inspectorate(False), bundles, "eta", "coverage", intensities=work)
    assert {row.sign for row in without.rows} == {"independent", "displacement"}
    assert all(row.beyond_better <= 1e-12 for row in without.rows)
    for rho, eta, redirects in product((0.1, 0.7), (0.4, 1.7), (True, False)):
        definition = inspectorate(redirects)
        changed = definition.model_copy(update={"levers": {**definition.levers, "code": definition.levers["code"].model_copy(update={"set": {"rho": rho}})}})
        row = signs(changed, Settings((("eta", eta),)), measure="coverage", bundles=bundles).rows[0]
        expected = 10 * (1 - eta * rho) / (100 * (1 - rho if redirects else 1))
        assert row.both == pytest.approx(expected)
        assert (row.sign == "strong complementarity") == (redirects and eta < 1)


def test_a_parameter_that_a_lever_changes_cannot_be_varied() -> None:
    with pytest.raises(NotApplicableError, match="changes 'a'"):
        sign_flips(smooth("a + b"), {"one": ["one"], "two": ["two"]}, "a", "y", low=0, high=1)
    with pytest.raises(NotApplicableError, match="range"):
        sign_flips(smooth("a + b"), {"one": ["one"], "two": ["two"]}, "d", "y")


def test_flips_of_all_pairs_name_what_cannot_be_compared() -> None:
    definition = smooth("a + b + (d - 0.3) * a * b")
    ranged = {**definition.written(), "parameters": {**definition.written()["parameters"], "d": {"value": 0, "low": -2, "high": 1}}}
    definition = read_definition(ranged)
    found = flips_along(definition, "d", "y", bundles=named_bundles(definition, ["one", "two"]))
    assert [flip.value for flip in found.rows[0].flips] == pytest.approx([-0.7, 0.3], abs=1e-6)
    assert [row["after"] for row in found.as_dict()["flips"]] == ["weak complementarity", "strong complementarity"]
    assert flips_along(definition, "d", "y").rows[0].flips == found.rows[0].flips
    with pytest.raises(NotApplicableError, match="fewer than two"):
        flips_along(definition, "a", "y")
    with pytest.raises(UnknownNameError, match="cell or lever"):
        named_bundles(definition, ["one", "three"])
