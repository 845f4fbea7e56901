"""Order of moves, commitment to a mixture, the inspection game."""

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from negotiation.definition import read_definition
from negotiation.errors import NotApplicableError, TooLargeError, UnknownNameError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.build import build_game
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria
from negotiation.strategic.sequence.commitment import backward_induction
from negotiation.strategic.sequence.inspection import Inspection, inspect
from negotiation.strategic.sequence.stackelberg import mixed_commitment


def two(leader: object, follower: object) -> Game:
    return Game.from_tables([np.array(leader, dtype=float), np.array(follower, dtype=float)], names=["L", "F"])


def chosen(outcome: object) -> dict[str, str]:
    return {name: next(a for a, n in row.items() if n) for name, row in outcome.counts.items()}  # type: ignore[attr-defined]


def subgame_perfect(tables: list[np.ndarray], k: int, history: tuple[int, ...], better: object) -> tuple[tuple[int, ...], ...]:
    """All outcomes when single players move in order; `better` chooses among a player's ties. Written as plain recursion."""
    if k == len(tables):
        return (history,)
    options = [better(subgame_perfect(tables, k + 1, (*history, a), better), k) for a in range(tables[0].shape[k])]  # type: ignore[operator]
    best = max(tables[k][outcome] for outcome in options)
    return tuple(outcome for outcome in options if tables[k][outcome] >= best - 1e-12)


@given(st.integers(0, 10_000))
def test_single_players_in_order_agree_with_recursion_down_the_tree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = [rng.integers(0, 4, size=(2, 3, 2)).astype(float) for _ in range(3)]
    result = backward_induction(Game.from_tables(tables), [["1"], ["2"], ["3"]])
    for sign, outcomes in ((1, result.optimistic), (-1, result.pessimistic)):

        def better(found: tuple[tuple[int, ...], ...], k: int, sign: int = sign) -> tuple[int, ...]:
            keys = [[sign * tables[j][outcome] for j in range(k, -1, -1)] + [sign * sum(t[outcome] for t in tables)] for outcome in found]
            return found[keys.index(max(keys))]

        expected = subgame_perfect(tables, 0, (), better)
        values = {tuple(tables[j][outcome] for j in range(3)) for outcome in expected}
        assert {tuple(next(iter(o.payoffs[str(j + 1)].values())) for j in range(3)) for o in outcomes} == values


def brute_force(game: Game, leaders: int, sign: int) -> set[tuple[int, ...]]:
    """Two groups, checked from the definition: the first `leaders` stakeholders commit."""
    payoff = lambda i, a, point: float(game.payoff(i, a, tuple(np.array([r]) for r in point))[0])  # noqa: E731
    shape = game.lattice.shape

    def gains(point: tuple[int, ...], i: int) -> list[tuple[int, int, tuple[int, ...]]]:
        moves = [(a, b, int(game.lattice.axes[i].shift(a, b)[point[i]])) for a, b in game.lattice.axes[i].moves]
        return [(a, b, (*point[:i], row, *point[i + 1 :])) for a, b, row in moves if row >= 0]

    def total(point: tuple[int, ...], some: range) -> float:
        counts = [game.lattice.axes[i].counts[point[i]] for i in range(len(shape))]
        return sum(counts[i][a] * payoff(i, a, point) for i in some for a in range(len(counts[i])) if counts[i][a])

    follows: dict[tuple[int, ...], tuple[int, ...] | None] = {}
    for head in np.ndindex(shape[:leaders]):
        stable = []
        for tail in np.ndindex(shape[leaders:]):
            point = (*head, *tail)
            if all(payoff(i, b, later) <= payoff(i, a, point) + 1e-9 for i in range(leaders, len(shape)) for a, b, later in gains(point, i)):
                stable.append(point)
        follows[head] = max(stable, key=lambda p: (sign * total(p, range(leaders)), sign * total(p, range(len(shape))))) if stable else None
    result = set()
    for head, point in follows.items():
        if point is None:
            continue
        moves = [(i, a, b, follows[later[:leaders]]) for i in range(leaders) for a, b, later in gains(point, i)]
        if all(to is None or payoff(i, b, to) <= payoff(i, a, point) + 1e-9 for i, a, b, to in moves):
            result.add(point)
        assert point[:leaders] == head
    return result


def count_game(seed: int, high: int = 1000) -> Game:
    rng = np.random.default_rng(seed)
    lattice = Lattice((Axis(1, 2), Axis(2, 2), Axis(3, 3), Axis(1, 2)))
    payoffs = [tuple(rng.integers(0, high, size=tuple(1 if j == i and axis.members == 1 else s for j, s in enumerate(lattice.shape))) * 1.0
                     for _ in range(axis.actions)) for i, axis in enumerate(lattice.axes)]  # fmt: skip
    return Game(("a", "b", "c", "d"), (("x", "y"), ("x", "y"), ("x", "y", "z"), ("x", "y")), lattice, tuple(payoffs))


@pytest.mark.parametrize("seed", range(12))
def test_groups_on_count_profiles_agree_with_the_definition_checked_point_by_point(seed: int) -> None:
    game = count_game(seed)
    result = backward_induction(game, [["a", "b"], ["c", "d"]])
    for sign, outcomes in ((1, result.optimistic), (-1, result.pessimistic)):
        expected = {str(game.counts(tuple(np.array([r]) for r in point))) for point in brute_force(game, 2, sign)}
        assert {str(outcome.counts) for outcome in outcomes} == expected


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_a_game_lists_its_stakeholders_does_not_matter(seed: int) -> None:
    game = count_game(seed)
    turned = Game(
        game.names[::-1],
        game.actions[::-1],
        Lattice(game.lattice.axes[::-1]),
        tuple(tuple(array.transpose(3, 2, 1, 0) for array in rows) for rows in game.payoffs[::-1]),
    )
    one, other = (backward_induction(g, [["d"], ["b", "a"], ["c"]]) for g in (game, turned))
    assert {str(sorted(o.counts.items())) for o in one.optimistic} == {str(sorted(o.counts.items())) for o in other.optimistic}


def test_all_in_one_group_is_the_simultaneous_game() -> None:
    for seed in range(10):
        game = count_game(seed, high=3)
        result = backward_induction(game, [["a", "b", "c", "d"]])
        assert result.found["optimistic"] == len(pure_equilibria(game))
        assert result.complete is True


def test_the_first_mover_in_a_quantity_duopoly_earns_more_and_the_second_less() -> None:
    first, second = np.arange(0, 13, 2)[:, None], np.arange(0, 13)[None, :]
    tables = [(12 - first - second) * first, (12 - first - second) * second]
    result = backward_induction(Game.from_tables(tables, actions=[[str(q) for q in row.ravel()] for row in (first, second)]), [["1"], ["2"]])
    assert [chosen(o) for o in result.optimistic] == [chosen(o) for o in result.pessimistic] == [{"1": "6", "2": "3"}]
    assert result.ranges["1"] == {"optimistic": (18.0, 18.0), "pessimistic": (18.0, 18.0), "at once": (16.0, 16.0)}
    assert result.ranges["2"] == {"optimistic": (9.0, 9.0), "pessimistic": (9.0, 9.0), "at once": (16.0, 16.0)}


def test_followers_without_a_pure_equilibrium_are_said() -> None:
    pennies = np.array([[1, -1], [-1, 1]])
    first = np.zeros((2, 2, 2))
    first[1] = 5
    one, other = np.stack([pennies, np.ones((2, 2))]), np.stack([-pennies, np.ones((2, 2))])
    result = backward_induction(Game.from_tables([first, one, other]), [["1"], ["2", "3"]])
    assert result.complete is None
    assert result.unanswered == 1
    assert result.replies[0].equilibria == 0
    assert result.replies[0].optimistic is None
    assert result.replies[1].equilibria == 4
    assert {chosen(o)["1"] for o in result.optimistic} == {"2"}
    nowhere = backward_induction(Game.from_tables([np.zeros((1, 2, 2)), one[:1], other[:1]]), [["1"], ["2", "3"]])
    assert nowhere.optimistic == ()
    assert "no choice" in nowhere.sentence


def test_selections_differ_where_the_follower_is_indifferent() -> None:
    result = backward_induction(two([[3, 0], [1, 1]], [[1, 1], [0, 2]]), [["L"], ["F"]])
    assert chosen(result.optimistic[0]) == {"L": "1", "F": "1"}
    assert chosen(result.pessimistic[0]) == {"L": "2", "F": "2"}
    assert result.ambiguous == 1
    assert "settle" in result.sentence
    assert result.as_dict()["ranges"]["L"] == {"optimistic": [3.0, 3.0], "pessimistic": [1.0, 1.0], "at once": [1.0, 3.0]}


def test_a_wrong_order_of_moves_is_refused() -> None:
    game = two(np.eye(2), np.eye(2))
    with pytest.raises(UnknownNameError):
        backward_induction(game, [["L"], ["G"]])
    for moves in ([["L"]], [["L", "F"], ["F"]]):
        with pytest.raises(NotApplicableError):
            backward_induction(game, moves)
    large = Game(("m",), (("a", "b"),), Lattice((Axis(2_000_000, 2),)), ((np.zeros(1), np.zeros(1)),))
    with pytest.raises(TooLargeError):
        backward_induction(large, [["m"]])


# --- commitment to a mixture


def test_the_textbook_game_in_which_a_mixture_beats_every_pure_commitment() -> None:
    answer = mixed_commitment(two([[2, 4], [1, 3]], [[1, 0], [0, 1]]), "L")
    assert answer.value == pytest.approx(3.5, abs=1e-9)
    assert answer.pure_value == 3
    assert answer.mixture == pytest.approx({"1": 0.5, "2": 0.5}, abs=1e-9)
    assert answer.by_reply == pytest.approx({"1": 2.0, "2": 3.5}, abs=1e-9)
    assert "committed to 50 % '1' and 50 % '2'" in answer.sentence


@given(st.integers(1, 4).flatmap(lambda m: arrays(np.float64, (2, m, 3), elements=st.integers(-9, 9))))
def test_commitment_is_worth_every_pure_commitment_and_every_equilibrium(tables: np.ndarray) -> None:
    game = two(tables[0], tables[1])
    answer = mixed_commitment(game, "L")
    pure = pure_equilibria(game)
    assert answer.regret <= 1e-5
    assert answer.value >= answer.pure_value - 1e-6
    assert all(answer.value >= game.payoff(0, int(a), (np.array([a]), np.array([b])))[0] - 1e-6 for a, b in zip(*pure.points, strict=True))
    assert answer.pure_value == max(o for o in [backward_induction(game, [["L"], ["F"]]).ranges["L"]["optimistic"][1]])  # type: ignore[index]


@given(arrays(np.float64, (2, 3, 2), elements=st.integers(-9, 9)))
def test_no_mixture_on_a_fine_grid_beats_the_commitment(tables: np.ndarray) -> None:
    answer = mixed_commitment(two(tables[0], tables[1]), "L")
    for i, j in product(range(21), repeat=2):
        p = np.array([i, j, 20 - i - j]) / 20
        if p[2] >= 0:
            replies = p @ tables[1]
            assert (p @ tables[0])[replies >= replies.max() - 1e-12].max() <= answer.value + 1e-6


def test_in_a_zero_sum_game_commitment_is_worth_the_value() -> None:
    table = np.array([[0, -1, 2], [2, 0, -1], [-1, 2, 0]])
    assert mixed_commitment(two(table, -table), "L").value == pytest.approx(1 / 3, abs=1e-9)
    assert mixed_commitment(two(-table.T, table.T), "F").value == pytest.approx(1 / 3, abs=1e-9)


def test_the_leader_may_be_the_second_player() -> None:
    leader, follower = np.array([[2.0, 4, 0], [1, 3, 5]]), np.array([[1.0, 0, 2], [0, 1, 0]])
    assert mixed_commitment(two(follower.T, leader.T), "F").value == pytest.approx(mixed_commitment(two(leader, follower), "L").value)


def test_mixed_commitment_refuses_what_it_cannot_answer() -> None:
    with pytest.raises(NotApplicableError):
        mixed_commitment(count_game(0), "a")
    with pytest.raises(UnknownNameError):
        mixed_commitment(two(np.eye(2), np.eye(2)), "X")
    with pytest.raises(TooLargeError):
        mixed_commitment(two(np.zeros((101, 1)), np.zeros((101, 1))), "L")


# --- the inspection game


FILE = """
title: Inspection
money: USD per firm-year
parameters: {cost: 30, assistance: 0, gain: 0, sanction: 100}
stakeholders:
  inspectorate: {kind: government, actions: {v0: none, v5: five, v10: ten, v20: twenty, v40: all}}
  firms: {kind: firm, members: 20, actions: {comply: Comply, violate: Violate}}
definitions:
  visits: 5 * count(inspectorate, v5) + 10 * count(inspectorate, v10) + 20 * count(inspectorate, v20) + 40 * count(inspectorate, v40)
  detection: min(1, visits / members(firms))
payoffs:
  inspectorate: {v0: 0, v5: 0, v10: 0, v20: 0, v40: 0}
  firms:
    comply: gain + assistance - cost
    violate: -detection * sanction
moves: [[inspectorate], [firms]]
"""


@given(st.integers(0, 60), st.integers(0, 40), st.integers(0, 20), st.integers(0, 120))
def test_with_commitment_firms_comply_exactly_when_the_closed_form_says(cost: int, assistance: int, gain: int, sanction: int) -> None:
    definition = read_definition(FILE)
    values = {"cost": cost + 0.5, "assistance": assistance, "gain": gain, "sanction": sanction}
    result = backward_induction(build_game(definition, values=values), definition.moves)
    for reply, visits in zip(result.replies, (0, 5, 10, 20, 40), strict=True):
        answer = inspect(Inspection(20, visits, cost + 0.5, sanction, assistance, gain))
        indifferent = abs(answer.margin) < 1e-9
        for outcome in (reply.optimistic, reply.pessimistic):
            assert outcome is not None
            assert indifferent or outcome.counts["firms"]["comply"] == (20 if answer.complies else 0)
        assert (answer.visits_needed is not None and visits >= answer.visits_needed) == answer.complies


@given(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(0.5, 50), st.floats(0.5, 50))
def test_without_commitment_nobody_gains_at_the_closed_form_rates(visit_cost: float, reward: float, net: float, sanction: float) -> None:
    answer = inspect(Inspection(1, 1, net, sanction, visit_cost=visit_cost, reward=reward))
    q, p = answer.violation_rate, answer.inspection_rate
    inspector = {"visit": q * reward - visit_cost, "stay": 0.0}
    firm = {"violate": -p * sanction, "comply": -net}
    assert max(inspector.values()) - (p * inspector["visit"] + (1 - p) * inspector["stay"]) <= 1e-9
    assert max(firm.values()) - (q * firm["violate"] + (1 - q) * firm["comply"]) <= 1e-9


def test_without_commitment_the_violation_rate_does_not_depend_on_the_fine() -> None:
    rates = [inspect(Inspection(50, 10, 30, sanction, visit_cost=1, reward=4)).violation_rate for sanction in (40, 100, 1000, 1e6)]
    assert rates == [0.25] * 4
    assert [inspect(Inspection(50, 10, 30, sanction)).complies for sanction in (40, 100, 1000)] == [False, False, True]


def test_a_firm_that_is_not_capable_needs_assistance_first() -> None:
    unable = inspect(Inspection(10, 10, 5, 100, capable=False))
    assert (unable.complies, unable.margin, unable.visits_needed, unable.violation_rate) == (False, -inf, None, 1.0)
    assert inspect(Inspection(10, 10, 5, 100, assistance=1, capable=False)).complies
    assert unable.as_dict()["margin"] is None


def test_inspection_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(NotApplicableError):
        inspect(Inspection(0, 1, 1, 1))
