"""What the literature's small models say in closed form, on games built for it, for random whole numbers so that ties are exact."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from negotiation.definition import read_definition
from negotiation.governance.repair.thresholds import thresholds
from negotiation.governance.situation import Situation, build_situation
from negotiation.governance.stability import individual
from negotiation.settings import Settings
from negotiation.strategic.dynamics.paths import formation

MONEY = st.integers(0, 20)
COUNT = st.integers(1, 5)
quick = settings(max_examples=60)


def played(
    stakeholders: dict[str, tuple[int, list[str]]], payoffs: dict[str, dict[str, str]], target: dict[str, Any], parameters: dict[str, Any], **more: Any
) -> Situation:
    form = {
        "title": "A small model",
        "money": "USD",
        "parameters": parameters,
        "stakeholders": {name: {"members": members, "actions": actions} for name, (members, actions) in stakeholders.items()},
        "payoffs": payoffs,
        "target": {"profile": target},
        **more,
    }
    return build_situation(read_definition(form))


def is_equilibrium(situation: Situation, **profile: str) -> bool:
    return individual(situation.game, situation.game.point(situation.definition.counts(profile))).holds


@quick
@given(COUNT, COUNT, st.data(), st.integers(1, 20), st.lists(MONEY, min_size=6, max_size=6))
def test_everybody_joins_a_plant_exactly_when_own_benefit_fine_and_peer_loss_cover_each_share(
    small: int, large: int, data: Any, pledge: int, numbers: list[int]
) -> None:
    whole = small + large
    needed = data.draw(st.integers(1, whole))
    common, own, fine, peer, *shares = numbers
    runs = {"joined": "count(small, join) + count(large, join)", "runs": "joined >= needed"}
    situation = played(
        {"small": (small, ["join", "stay"]), "large": (large, ["join", "stay"])},
        {name: {"join": f"common + own - {name}_share if runs else 0 - pledge - fine", "stay": "runs * (common - peer) - fine"} for name in ("small", "large")},
        {"small": "join", "large": "join"},
        {**dict(zip(("common", "own", "fine", "peer", "small_share", "large_share"), numbers, strict=True)), "pledge": pledge, "needed": needed},
        definitions=runs,
        status_quo={"small": "stay", "large": "stay"},
    )
    lost = common if needed == whole else peer
    assert individual(situation.game, situation.target).holds == all(own + fine + lost >= share for share in shares)
    if needed >= 2:
        assert is_equilibrium(situation, small="stay", large="stay")
        assert situation.status_quo is not None
        assert formation(situation.game, situation.status_quo, situation.target_mask).word == "does not form"


@quick
@given(st.integers(2, 6), MONEY, MONEY, MONEY, MONEY)
def test_employers_honour_a_wage_pact_exactly_when_their_part_of_the_loss_fine_and_strike_outweigh_the_gain(
    members: int, gain: int, loss: int, fine: int, strike: int
) -> None:
    situation = played(
        {"employers": (members, ["honour", "cheat"])},
        {"employers": {"honour": "0 - each * count(employers, cheat)", "cheat": "gain - each * count(employers, cheat) - fine - strike"}},
        {"employers": "honour"},
        {"gain": gain, "each": loss, "fine": fine, "strike": strike},
    )
    assert individual(situation.game, situation.target).holds == (gain <= loss + fine + strike)
    without = build_situation(situation.definition, Settings((("fine", 0.0), ("strike", 0.0))))
    honoured, broken = (without.game.point(without.definition.counts({"employers": action})) for action in ("honour", "cheat"))
    worth = float(without.game.payoff(0, 0, honoured)[0] - without.game.payoff(0, 1, broken)[0])
    assert (worth > 0) == (loss * members > gain)


@quick
@given(MONEY, MONEY)
def test_two_places_race_to_the_bottom_exactly_when_poaching_brings_more_than_enforcing(poached: int, benefit: int) -> None:
    situation = played(
        {"places": (2, ["high", "low"])},
        {"places": {"high": "benefit - poached * count(places, low)", "low": "poached * count(places, high)"}},
        {"places": "high"},
        {"benefit": benefit, "poached": poached},
    )
    found = {tuple(int(count) for count in rows) for rows in zip(*(situation.game.taken(0, a, situation.equilibria.points) for a in (0, 1)), strict=True)}
    assert (found == {(0, 2)}) == (poached > benefit)
    assert (found == {(2, 0)}) == (benefit > poached)
    high, low = (situation.game.point(situation.definition.counts({"places": action})) for action in ("high", "low"))
    assert float(situation.game.payoff(0, 0, high)[0] - situation.game.payoff(0, 1, low)[0]) == benefit


@quick
@given(st.tuples(MONEY, st.integers(0, 5), MONEY), st.integers(0, 10), st.integers(1, 40), st.tuples(MONEY, MONEY))
def test_a_politician_shields_exactly_when_support_and_jobs_outweigh_exposure_and_firms_pay_when_that_is_cheaper(
    gains: tuple[int, int, int], tenths: int, loss: int, payments: tuple[int, int]
) -> None:
    (support, weight, jobs), (price, cost) = gains, payments
    situation = played(
        {"politician": (1, ["shield", "enforce"]), "firms": (3, ["lobby", "comply"]), "watchdog": (1, ["rest", "watch"])},
        {
            "politician": {"shield": "share(firms, lobby) * support + weight * jobs - exposed * loss", "enforce": "0"},
            "firms": {"lobby": "0 - price - cost * count(politician, enforce)", "comply": "0 - cost"},
            "watchdog": {"rest": "0", "watch": "0 - 1"},
        },
        {"politician": "shield", "firms": "lobby", "watchdog": "rest"},
        {"support": support, "weight": weight, "jobs": jobs, "loss": loss, "price": price, "cost": cost, "seen": {"value": tenths / 10, "low": 0, "high": 1}},
        definitions={"exposed": "seen"},
    )
    worth = support + weight * jobs
    deal = 10 * worth >= tenths * loss
    assert individual(situation.game, situation.target).holds == (deal and price <= cost)
    assert is_equilibrium(situation, politician="enforce", firms="comply", watchdog="rest") == (weight * jobs * 10 <= tenths * loss)
    assume(price < cost)
    breaks = [one.value for one in thresholds(situation).flips if one.parameter == "seen"]
    expected = worth / loss
    if abs(expected - tenths / 10) > 0.001 and 0.001 < expected < 0.999:
        assert breaks == [pytest.approx(expected, abs=1e-9)]
    elif expected > 1:
        assert breaks == []


@quick
@given(st.integers(1, 60), st.integers(0, 10), st.tuples(st.integers(0, 10), st.integers(1, 10), st.integers(0, 10)), st.integers(0, 60))
def test_a_supplier_complies_exactly_when_its_part_of_the_cost_is_within_what_it_would_lose(
    cost: int, tenths: int, chances: tuple[int, int, int], worth: int
) -> None:
    audit, discount, leaving = chances
    situation = played(
        {"supplier": (4, ["comply", "evade"])},
        {"supplier": {"comply": "0 - (1 - buyers) * cost", "evade": "0 - audit * discount * (1 - leaving) * worth"}},
        {"supplier": "comply"},
        {
            "cost": cost,
            "buyers": {"value": tenths / 10, "low": 0, "high": 1},
            **{name: value / 10 for name, value in {"audit": audit, "discount": discount, "leaving": leaving}.items()},
            "worth": worth,
        },
    )
    lost = audit * discount * (10 - leaving) * worth
    assert individual(situation.game, situation.target).holds == ((10 - tenths) * cost * 100 <= lost)
    critical = max(0.0, 1 - lost / 1000 / cost)
    found = [one.value for one in thresholds(situation).flips if one.parameter == "buyers"]
    if critical > 0.001 and abs(critical - tenths / 10) > 0.001:
        assert found == [pytest.approx(critical, abs=1e-9)]
    if critical == 0.0:
        assert found == []


@quick
@given(st.lists(MONEY, min_size=2, max_size=4), st.integers(1, 50))
def test_buyers_fund_a_cost_singly_only_if_one_of_them_gains_enough_and_jointly_if_all_together_do(benefits: list[int], cost: int) -> None:
    assume(min(benefits) > 0)
    buyers = {f"b{k}": benefit for k, benefit in enumerate(benefits)}
    paying = " + ".join(f"count({name}, pay)" for name in buyers)
    common = {"stakeholders": {name: (1, ["pay", "wait"]) for name in buyers}, "target": dict.fromkeys(buyers, "pay"), "parameters": {"cost": cost}}
    singly = played(
        payoffs={name: {"pay": f"{benefit} - cost / payers", "wait": f"{benefit} * (payers >= 1)"} for name, benefit in buyers.items()},
        definitions={"payers": paying},
        **common,
    )
    assert is_equilibrium(singly, **dict.fromkeys(buyers, "wait")) == all(benefit <= cost for benefit in benefits)
    jointly = played(
        payoffs={name: {"pay": f"({benefit} - cost * {benefit} / {sum(benefits)}) * whole", "wait": "0"} for name, benefit in buyers.items()},
        definitions={"whole": f"{paying} == {len(buyers)}"},
        **common,
    )
    assert individual(jointly.game, jointly.target).holds == (sum(benefits) >= cost)


@quick
@given(st.lists(MONEY, min_size=2, max_size=5), st.integers(0, 80))
def test_a_programme_that_needs_everybody_holds_by_equal_shares_or_through_a_mediator_exactly_as_options_allow(options: list[int], value: int) -> None:
    who = {f"m{k}": option for k, option in enumerate(options)}
    size, together = len(options), sum(options)
    situation = played(
        {name: (1, ["join", "leave"]) for name in who},
        {
            name: {"join": f"(value / {size} + mediated * ({option} + (value - {together}) / {size} - value / {size})) * complete", "leave": f"{option}"}
            for name, option in who.items()
        },
        dict.fromkeys(who, "join"),
        {"value": value, "mediated": 0},
        definitions={"complete": " + ".join(f"count({name}, join)" for name in who) + f" == {size}"},
        levers={"mediator": {"set": {"mediated": 1}}},
    )
    assert individual(situation.game, situation.target).holds == all(option * size <= value for option in options)
    mediated = build_situation(situation.definition, Settings((), None, ("mediator",)))
    assert individual(mediated.game, mediated.target).holds == (value >= together)
    assert is_equilibrium(situation, **dict.fromkeys(who, "leave"))


@quick
@given(
    st.tuples(COUNT, COUNT), st.tuples(st.integers(0, 60), MONEY, st.integers(0, 10)), st.integers(0, 10), st.lists(st.integers(0, 30), min_size=2, max_size=2)
)
def test_all_certify_or_none_does_exactly_as_the_threatened_profit_covers_the_cost_shared_or_alone(
    sizes: tuple[int, int], costs: tuple[int, int, int], tenths: int, profits: list[int]
) -> None:
    (small, large), (fixed, each, grant) = sizes, costs
    situation = played(
        {"small": (small, ["certify", "wait"]), "large": (large, ["certify", "wait"])},
        {
            name: {"certify": f"{profit} - fixed / max(1, certified) - each + grant", "wait": f"(1 - threatened) * {profit}"}
            for name, profit in zip(("small", "large"), profits, strict=True)
        },
        {"small": "certify", "large": "certify"},
        {"fixed": fixed, "each": each, "grant": grant, "threatened": tenths / 10},
        definitions={"certified": "count(small, certify) + count(large, certify)"},
    )
    whole = small + large
    assert individual(situation.game, situation.target).holds == all(10 * (fixed + whole * (each - grant)) <= whole * tenths * profit for profit in profits)
    assert is_equilibrium(situation, small="wait", large="wait") == all(10 * (fixed + each - grant) >= tenths * profit for profit in profits)


@quick
@given(st.integers(2, 8), st.data(), MONEY, MONEY, MONEY)
def test_access_for_a_sector_moves_a_firm_only_where_its_own_compliance_decides(members: int, data: Any, cost: int, orders: int, bonus: int) -> None:
    needed = data.draw(st.integers(1, members))
    situation = played(
        {"firms": (members, ["comply", "evade"])},
        {"firms": {"comply": "met * bonus + orders - cost", "evade": "met * bonus"}},
        {"firms": "comply"},
        {"cost": cost, "orders": orders, "bonus": bonus},
        definitions={"met": f"count(firms, comply) >= {needed}"},
    )
    decides = needed == members
    assert individual(situation.game, situation.target).holds == (cost <= orders + (bonus if decides else 0))


@quick
@given(st.lists(st.tuples(COUNT, MONEY, MONEY), min_size=1, max_size=3), st.integers(0, 3))
def test_all_sizes_join_a_club_or_none_does_exactly_as_benefits_alone_and_from_others_cover_the_fee(tiers: list[tuple[int, int, int]], slope: int) -> None:
    names = [f"size{k}" for k in range(len(tiers))]
    others = " + ".join(f"count({name}, join)" for name in names) + " - 1"
    situation = played(
        {name: (members, ["join", "stay"]) for name, (members, _, _) in zip(names, tiers, strict=True)},
        {name: {"join": f"{alone} + slope * ({others}) - {fee}", "stay": "0"} for name, (_, alone, fee) in zip(names, tiers, strict=True)},
        dict.fromkeys(names, "join"),
        {"slope": slope},
    )
    whole = sum(members for members, _, _ in tiers)
    assert individual(situation.game, situation.target).holds == all(alone + slope * (whole - 1) >= fee for _, alone, fee in tiers)
    assert is_equilibrium(situation, **dict.fromkeys(names, "stay")) == all(alone <= fee for _, alone, fee in tiers)
