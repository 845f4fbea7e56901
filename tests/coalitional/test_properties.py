"""What is unusual about a cost game, and the least cost of coalitions that may split: against brute force, and in sentences."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.coalitional.checks.cover import parts, splits, subadditive_cover
from negotiation.coalitional.checks.properties import examine
from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.errors import TooLargeError
from negotiation.numerics import Array

from .games import classes, expanded, plain

few_members = st.lists(st.integers(1, 4), min_size=1, max_size=4).filter(lambda m: np.prod(np.array(m) + 1) <= 100).map(tuple)


def coalitions(game: CostGame) -> Iterator[tuple[int, ...]]:
    return product(*(range(n + 1) for n in game.members))


def plus(s: tuple[int, ...], t: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(s, t, strict=True))


def inside(game: CostGame, s: tuple[int, ...]) -> bool:
    return all(a <= n for a, n in zip(s, game.members, strict=True))


def cover_one_by_one(game: CostGame) -> Array:
    found = game.sign * game.costs.copy()
    for s in coalitions(game):
        for t in product(*(range(n + 1) for n in s)):
            if any(t) and t != s:
                rest = tuple(a - b for a, b in zip(s, t, strict=True))
                found[s] = min(found[s], found[t] + found[rest])
    return game.sign * found


def worst_examples(game: CostGame) -> dict[str, float]:
    """Return by how much each property is broken, at the worst, from its definition."""
    costs, one = game.sign * game.costs, [tuple(int(j == k) for j in range(len(game.members))) for k in range(len(game.members))]
    second = [
        costs[plus(plus(s, a), b)] - costs[plus(s, a)] - costs[plus(s, b)] + costs[s]
        for s in coalitions(game)
        for a in one
        for b in one
        if inside(game, plus(plus(s, a), b))
    ]
    return {
        "negative": float(-game.costs.min()),
        "falling": max(float(game.costs[s] - game.costs[plus(s, a)]) for s in coalitions(game) for a in one if inside(game, plus(s, a))),
        "apart": float(np.max(costs - game.sign * cover_one_by_one(game))),
        "crowding": float(max(second, default=0.0)),
    }


def of_kind(game: CostGame, kind: str) -> CostGame:
    return table_game(game.names, game.costs - (0 if kind == "cost" else 2) * (game.costs > 0), game.members, kind="savings" if kind == "savings" else "cost")


@given(few_members, st.integers(0, 10**6), st.sampled_from(["cost", "savings"]))
@settings(max_examples=40)
def test_findings_are_the_worst_there_are(members: tuple[int, ...], seed: int, kind: str) -> None:
    game = of_kind(classes(members, seed), kind)
    found, expected = examine(game), worst_examples(game)
    amounts = {finding.kind: finding.amount for finding in found.findings}
    for name, amount in expected.items():
        assert amounts.get(name, 0.0) == pytest.approx(max(amount, 0.0), abs=1e-9)
    assert found.nonnegative == (expected["negative"] <= 1e-9)
    assert found.monotone == (expected["falling"] <= 1e-9)
    assert found.subadditive == (expected["apart"] <= 1e-9)
    assert found.concave == (expected["crowding"] <= 1e-9)
    assert not found.reasons


@given(few_members, st.integers(0, 10**6), st.sampled_from(["cost", "savings"]))
@settings(max_examples=40)
def test_the_cover_is_the_least_over_all_ways_to_split(members: tuple[int, ...], seed: int, kind: str) -> None:
    game = of_kind(classes(members, seed), kind)
    cover = subadditive_cover(game)
    assert cover.costs == pytest.approx(cover_one_by_one(game))
    split = parts(game, cover, game.members)
    assert sum(float(game.costs[part]) for part in split) == pytest.approx(cover.total)
    assert tuple(np.sum(split, axis=0)) == game.members
    assert examine(cover).subadditive
    assert cover.kind == game.kind


@pytest.mark.parametrize("members", [(1,) * 12, (700,), (2, 650), (1, 1, 40, 9), (30, 25, 3)])
def test_covers_of_larger_games_are_those_of_smaller_steps(members: tuple[int, ...]) -> None:
    # a plant has a fixed cost and grows ever dearer, so that large groups split into several
    load = np.zeros(1)
    for k, n in enumerate(members):
        load = np.add.outer(load, (k + 1.0) * np.arange(n + 1)).ravel()
    names = [f"c{k}" for k in range(len(members))]
    cover = subadditive_cover(table_game(names, load + 5.0 * (load > 0) + 0.5 * load**1.5, members))
    again = subadditive_cover(cover)
    assert again.costs == pytest.approx(cover.costs, rel=1e-12)
    assert cover.total < float(load[-1] + 5.0 + 0.5 * load[-1] ** 1.5)
    assert sum(cover.at(np.array(parts(cover, cover, members)))) == pytest.approx(cover.total)
    rows = np.random.default_rng(0).integers(0, np.array(members) + 1, (200, 2, len(members)))
    for s, t in rows.tolist():
        if inside(cover, plus(tuple(s), tuple(t))):
            assert cover.costs[plus(tuple(s), tuple(t))] <= cover.costs[tuple(s)] + cover.costs[tuple(t)] + 1e-9


def test_the_cover_of_classes_is_that_of_their_members() -> None:
    game = classes((3, 2, 2), 7)
    single = expanded(game)
    assert subadditive_cover(single).total == pytest.approx(subadditive_cover(game).total)
    assert {f.kind: pytest.approx(f.amount) for f in examine(single).findings} == {f.kind: f.amount for f in examine(game).findings}


def test_a_published_game_that_is_cheaper_apart_is_told_in_a_sentence() -> None:
    game = plain("ABC", {"A": 5, "B": 4, "C": 3, "AB": 9, "AC": 8, "BC": 6, "ABC": 13})
    found = examine(game)
    assert found.subadditive is False
    assert [finding.kind for finding in found.findings] == ["apart", "crowding"]
    assert found.findings[0].sentence == "Served apart, (B and C) and A cost 11; together they cost 13, which is 2 more."
    assert found.findings[1].sentence == "A member can add more to a larger group: A adds 5 to C, but 7 to B and C."
    assert found.as_dict()["findings"][0]["coalitions"] == [{"B": 1, "C": 1}, {"A": 1}]


def test_costs_below_nothing_and_costs_that_fall_are_named() -> None:
    found = examine(plain("AB", {"A": 5, "B": -2, "AB": 4}))
    assert not found.nonnegative
    assert not found.monotone
    assert found.findings[0].sentence == "Serving B is less than nothing: -2."
    assert found.findings[1].sentence == "Serving more can be cheaper: 0 for nobody, but -2 for B."


def test_savings_are_told_with_the_sign_turned() -> None:
    found = examine(plain("AB", {"A": 3, "B": 4, "AB": 5}, "savings"))
    assert found.findings[0].sentence == "Served apart, B and A earn 7; together they earn 5, which is 2 less."
    assert found.findings[1].sentence.startswith("A member can add less to a larger group: A adds 3 on its own, but 1 to B")


def test_a_concave_game_has_nothing_unusual() -> None:
    found = examine(table_game(["a", "b"], np.add.outer(np.arange(9.0), 2 * np.arange(5.0)) ** 0.5, (8, 4)))
    assert (found.nonnegative, found.monotone, found.subadditive, found.concave) == (True, True, True, True)
    assert found.sentence == "Nothing unusual was found."


def test_what_is_too_large_to_be_looked_through_is_not_claimed() -> None:
    members = (1,) * 17
    sizes = np.indices((2,) * 17).sum(axis=0).astype(float)
    names = [f"p{k}" for k in range(17)]
    concave = examine(table_game(names, sizes**0.5, members))
    assert (concave.subadditive, concave.concave) == (True, True)
    steps = examine(table_game(names, np.ceil(sizes / 4), members))
    assert (steps.subadditive, steps.concave) == (None, False)
    assert "Not every way to split was tried" in steps.sentence
    dear = examine(table_game(names, sizes**0.5 + (sizes == 17), members))
    assert dear.subadditive is False
    assert dear.findings[0].kind == "apart"


@pytest.mark.parametrize(("members", "said"), [((1,) * 19, "18 single players fit"), ((900, 900), "join classes")])
def test_too_many_ways_to_split_are_refused_before_the_work(members: tuple[int, ...], said: str) -> None:
    game = table_game([f"p{k}" for k in range(len(members))], np.zeros([n + 1 for n in members]), members)
    assert splits(members) > 400_000_000
    with pytest.raises(TooLargeError, match=said):
        subadditive_cover(game)
