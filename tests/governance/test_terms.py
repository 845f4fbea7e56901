"""Terms on which a rule charges reach the verdict: a subsidy, caps, floors, unions."""

import pytest

from negotiation import catalogue
from negotiation.analyses import analysis
from negotiation.answers.request import Request, situation_of
from negotiation.coalitional.methods import METHODS, allocate
from negotiation.coalitional.terms import Terms
from negotiation.errors import NotApplicableError
from negotiation.governance.loop import allocate_then_play
from negotiation.governance.situation import build_situation
from negotiation.governance.verdict import verdict

PLANT = catalogue.open_game("common_effluent_plant")


@pytest.mark.parametrize("rule", ["proportional", "nucleolus", "owen"])
@pytest.mark.parametrize(
    ("options", "terms"),
    [
        ({"subsidy": "500000"}, Terms(subsidy=500_000)),
        ({"cap": "small_firms=3000"}, Terms(caps={"small_firms": 3000})),
        ({"floor": "small_firms=20000", "subsidy": "1000"}, Terms(subsidy=1000, floors={"small_firms": 20_000})),
        ({"union": "small_firms+large_firms"}, Terms(unions=dict.fromkeys(("small_firms", "large_firms"), "small_firms+large_firms"))),
    ],
)
def test_people_pay_what_the_rule_charges_on_these_terms(rule: str, options: dict[str, str], terms: Terms) -> None:
    situation = situation_of(PLANT, Request(charges=rule, options=options))
    game = situation.cost_game
    assert game is not None
    charged = allocate(game, rule, terms)
    assert [situation.values[name] for name in game.feeds if name is not None] == pytest.approx(charged.charges)
    assert situation.paid is not None
    assert situation.paid.shortfall == pytest.approx(charged.shortfall)
    assert situation.paid.contributions == charged.contributions
    assert situation.values == build_situation(PLANT.written, charges=rule, terms=terms).values


def test_a_subsidy_is_part_of_what_covers_the_cost() -> None:
    found = verdict(situation_of(PLANT, Request(charges="proportional", options={"subsidy": "500000"})))
    assert found.cost_holds
    assert found.as_dict()["settings"]["terms"] == {"subsidy": 500_000}
    assert "terms" not in verdict(situation_of(PLANT, Request(charges="proportional"))).as_dict()["settings"]
    looped = allocate_then_play(PLANT.written, method="proportional", terms=Terms(subsidy=500_000))
    assert looped.situation.paid is not None
    assert looped.situation.paid.shortfall == 0


def test_the_question_of_the_verdict_takes_the_terms() -> None:
    asked = analysis("verdict").run(PLANT, Request(charges="nucleolus", options={"subsidy": "500000"})).as_dict()
    told = verdict(build_situation(PLANT.written, charges="nucleolus", terms=Terms(subsidy=500_000))).as_dict()
    assert asked["individual"]["margin"] == pytest.approx(told["individual"]["margin"])
    assert asked["settings"]["terms"] == told["settings"]["terms"]


@pytest.mark.parametrize("question", ["verdict", "condition", "participation", "robustness", "winners"])
def test_terms_without_a_rule_are_refused(question: str) -> None:
    assert analysis(question).charged
    with pytest.raises(NotApplicableError, match="no rule was named"):
        analysis(question).run(PLANT, Request(options={"subsidy": "5"}))


def test_every_rule_charges_on_terms_or_says_why_not() -> None:
    game = situation_of(PLANT, Request()).cost_game
    assert game is not None
    for rule in METHODS:
        try:
            expected = allocate(game, rule, Terms(subsidy=100_000))
        except NotApplicableError:
            continue
        situation = situation_of(PLANT, Request(charges=rule, options={"subsidy": "100000"}))
        assert [situation.values[name] for name in game.feeds if name is not None] == pytest.approx(expected.charges)
