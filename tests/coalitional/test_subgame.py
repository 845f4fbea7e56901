"""The game of those who are left: every kind of cost function, against asking the whole game."""

from itertools import product

import numpy as np
import pytest

from negotiation.coalitional.build import build_cost_game
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import ByFunction, CostFunction, MostDemanding, OfTotalUse, Table
from negotiation.coalitional.subgame import Part, subgame, terms_for
from negotiation.coalitional.terms import Terms
from negotiation.definition import read_definition
from negotiation.errors import NotApplicableError

MEMBERS = (2, 3, 1)
CLASSES = tuple(MemberClass(name, n, use=use) for name, n, use in zip("ABC", MEMBERS, (1.0, 2.0, 5.0), strict=True))


def written(cost: str) -> CostGame:
    text = {
        "title": "t",
        "money": "USD",
        "stakeholders": {"x": {"kind": "firm", "actions": {"go": "Go"}}},
        "payoffs": {"x": {"go": "1"}},
        "cost_game": {"classes": {name: {"members": n} for name, n in zip("ABC", MEMBERS, strict=True)}, "cost": cost},
    }
    return build_cost_game(read_definition(text), {})


def kinds() -> dict[str, CostFunction]:
    table = np.random.default_rng(0).uniform(0, 9, tuple(n + 1 for n in MEMBERS))
    table[0, 0, 0] = 0
    return {
        "table": Table(table),
        "use": OfTotalUse((1.0, 2.0, 5.0), np.sqrt),
        "airport": MostDemanding((1.0, 4.0, 9.0)),
        "function": ByFunction(("A", "B", "C"), lambda there: sum(there.values()) ** 0.5 + there.get("B", 0)),
        "written": written("10 + count(A) * members(B) + count(B) ** 2 + 3 * count(C)").function,
    }


@pytest.mark.parametrize("kind", list(kinds()))
def test_a_part_of_a_game_costs_what_the_whole_game_says(kind: str) -> None:
    game = CostGame(CLASSES, kinds()[kind])
    for left in product(*(range(n + 1) for n in MEMBERS)):
        if not any(left):
            continue
        part = subgame(game, left)
        assert part.names == tuple(name for name, n in zip("ABC", left, strict=True) if n)
        assert part.costs.ravel() == pytest.approx(game.costs[tuple(slice(n + 1) for n in left)].ravel())
        again = subgame(part, [max(1, n - 1) for n in part.members])
        assert again.total == pytest.approx(float(game.costs[tuple(max(1, n - 1) if n else 0 for n in left)]))


def test_what_is_known_about_the_cost_stays_known() -> None:
    for kind, type_ in (("table", Table), ("use", OfTotalUse), ("airport", MostDemanding), ("function", Part)):
        assert isinstance(subgame(CostGame(CLASSES, kinds()[kind]), (1, 0, 1)).function, type_)


def test_a_subsidy_to_everybody_together_is_not_paid_to_fewer() -> None:
    game = CostGame(CLASSES, kinds()["use"]).subsidised(2.0)
    assert subgame(game, MEMBERS).total == pytest.approx(13**0.5 - 2)
    assert subgame(game, (2, 3, 0)).total == pytest.approx(8**0.5)


def test_capital_stays_the_same_share_of_the_cost() -> None:
    game = CostGame((MemberClass("A", 4),), OfTotalUse((1.0,), lambda total: 10 * total), capital=10.0)
    assert subgame(game, (2,)).capital == pytest.approx(5)


def test_nobody_is_no_game() -> None:
    with pytest.raises(NotApplicableError, match="leave somebody in"):
        subgame(table_game("AB", np.zeros(4)), (0, 0))


def test_terms_forget_classes_that_left() -> None:
    left = subgame(CostGame(CLASSES, kinds()["table"]), (1, 0, 0))
    terms = terms_for(Terms(3.0, {"A": 1.0, "B": 2.0}, {"B": 1.0}, {"B": "u"}), left)
    assert (terms.subsidy, dict(terms.caps), dict(terms.floors), dict(terms.unions)) == (3.0, {"A": 1.0}, {}, {})
