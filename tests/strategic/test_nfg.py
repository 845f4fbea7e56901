"""Gambit's .nfg files: read, written, refused."""

from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from negotiation.errors import InvalidGameError, NegotiationError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.files.expansion import expand
from negotiation.strategic.files.nfg import read_nfg, write_nfg
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria

DATA = Path(__file__).parents[1] / "data"
PAYOFFS = st.floats(allow_nan=False, allow_infinity=False, width=64)
HEAD = 'NFG 1 R "t" { "a" "b" } { 2 2 }\n'


def read(name: str) -> Game:
    return read_nfg((DATA / name).read_text(), name)


def table(game: Game, i: int) -> np.ndarray:
    shape = game.lattice.shape
    own = (*shape[:i], 1, *shape[i + 1 :])
    return np.concatenate([np.broadcast_to(row, own) for row in game.payoffs[i]], axis=i)


@st.composite
def games(draw: st.DrawFn) -> Game:
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=4)))
    tables = [draw(arrays(np.float64, shape, elements=PAYOFFS)) for _ in shape]
    label = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
    names = draw(st.lists(label, min_size=len(shape), max_size=len(shape), unique=True))
    actions = [draw(st.lists(label, min_size=m, max_size=m, unique=True)) for m in shape]
    return Game.from_tables(tables, names, actions, draw(label))


@pytest.mark.parametrize("form", ["payoff", "outcome"])
@given(game=games())
def test_what_is_written_is_read_back_to_the_last_digit(game: Game, form: Literal["payoff", "outcome"]) -> None:
    again = read_nfg(write_nfg(game, form))
    assert (again.names, again.actions, again.title) == (game.names, game.actions, game.title)
    for i in range(len(game.names)):
        np.testing.assert_array_equal(table(again, i), table(game, i))


def test_payoff_form_with_escapes_fractions_decimals_and_a_player_without_a_name() -> None:
    game = read("payoffs.nfg")
    assert game.title == 'Prisoner\'s "dilemma" with fractions'
    assert game.names == ("Ann", "2")
    assert game.actions == (("stay \\ quiet", "confess"), ("stay quiet", "confess"))
    assert table(game, 0).tolist() == [[-1, -5], [0, -2.5]]
    assert table(game, 1).tolist() == [[-1, 0], [-5, -2.5]]


def test_outcome_form_with_a_profile_that_has_no_outcome() -> None:
    game = read("outcomes.nfg")
    assert game.actions == (("low", "middle", "high"), ("left", "right"))
    assert table(game, 0).tolist() == [[1, 0], [0, 1 / 3], [0, 1]]
    assert table(game, 1).tolist() == [[1, 0], [2, -0.45], [2, 1]]


def test_outcomes_are_written_once_and_none_for_a_profile_without_payoffs() -> None:
    text = write_nfg(Game.from_tables([np.array([[1.0, 0.0], [0.5, 1.0]]), np.array([[2.0, 0.0], [0.0, 2.0]])]), "outcome")
    assert text.splitlines()[5:] == ["{", '{ "" 1, 2 }', '{ "" 0.5, 0 }', "}", "1 2 0 1"]


def test_the_first_players_strategy_varies_fastest() -> None:
    game = read("three_players.nfg")
    assert game.actions == (("1", "2"), ("1", "2", "3"), ("1", "2"))
    for i in range(3):
        assert table(game, i)[1, 2, 0] == 231
        assert table(game, i)[0, 1, 1] == 122


def test_names_that_are_missing_or_come_twice_become_distinct() -> None:
    game = read_nfg('NFG 1 R "" { "x" "x" "" } { { "" "" } { "s" "s" "s_2" } { "only" } } 1 ' + "0 " * 17)
    assert game.names == ("x", "x_2", "3")
    assert game.actions == (("1", "2"), ("s", "s_3", "s_2"), ("only",))


MALFORMED = {
    "": (1, 1),
    "EFG 2 R": (1, 1),
    'NFG 2 R "t"': (1, 5),
    'NFG 1 R "t" { }': (1, 13),
    'NFG 1 R "t" { "a" "b" } { 2 }': (1, 29),
    'NFG 1 R "t" { "a" "b" } { 2 2 2 }': (1, 31),
    'NFG 1 R "t" { "a" "b" } { 2 0 }': (1, 29),
    'NFG 1 R "t" { "a" "b" } { 2 2.5 }': (1, 29),
    'NFG 1 R "t" { "a" "b" } { 2 -2 }': (1, 29),
    'NFG 1 R "t" { "a" "b" } { { "x" } { } }': (1, 35),
    'NFG 1 R "t" { "a" b }': (1, 19),
    'NFG 1 R "t" { "a" "b }\n{ 2 2 }': (1, 19),
    HEAD + "1 2 3 4\n5 6 7": (3, 6),
    HEAD + "1 2 3 4\n5 6 7 8 9": (3, 9),
    HEAD + "1 2 3 four 5 6 7 8": (2, 7),
    HEAD + "1 2 3 4/0 5 6 7 8": (2, 7),
    HEAD + "1 2 3 1e999 5 6 7 8": (2, 7),
    HEAD + "1 2 3 nan 5 6 7 8": (2, 7),
    HEAD + "1 2 3 1_0 5 6 7 8": (2, 7),
    HEAD + "1 2 3 " + "7" * 101 + " 5 6 7 8": (2, 7),
    HEAD + '{ { "" 1 } } 0 0 0 0': (2, 10),
    HEAD + '{ { "" 1 1 1 } } 0 0 0 0': (2, 12),
    HEAD + '{ { "" 1 1 } } 0 0 2 0': (2, 20),
    HEAD + '{ { "" 1 1 } } 0 0 -1 0': (2, 20),
    HEAD + '{ { "" 1 1 } } 0 0 1/2 0': (2, 20),
    HEAD + '{ { "" 1 1 } } 0 0 0': (2, 21),
    f'NFG 1 R "t" {{ "{"a" * 201}" }} {{ 1 }} 1': (1, 15),
}


@pytest.mark.parametrize("text", MALFORMED, ids=[text[-24:] for text in MALFORMED])
def test_a_mistake_is_reported_with_its_line_and_column(text: str) -> None:
    with pytest.raises(InvalidGameError) as caught:
        read_nfg(text, "file.nfg")
    problem = caught.value.problems[0]
    assert (problem.line, problem.column) == MALFORMED[text]
    assert caught.value.source == "file.nfg"


@pytest.mark.parametrize(
    "text",
    [
        'NFG 1 R "t" { ' + '"a" ' * 30 + "} { " + "4 " * 30 + "} 1",
        'NFG 1 R "t" { "a" "b" } { 1000000000 2 } 1',
        'NFG 1 R "t" { "a" "b" } { ' + "9" * 100 + " 2 } 1",
        'NFG 1 R "t" { ' + '"a" ' * 1000 + "} { " + "1 " * 1000 + "} 1",
        'NFG 1 R "t" { "a" } { { ' + '"" ' * 400 + "} } 1",
    ],
)
def test_a_header_that_claims_too_much_is_refused_before_the_payoffs_are_read(text: str) -> None:
    with pytest.raises(TooLargeError):
        read_nfg(text)


@given(st.text('NFG1R"{}0/.e-, \\\nax', max_size=60), st.integers(0, 200))
def test_no_text_whatever_does_more_than_raise_an_error_of_ours(noise: str, cut: int) -> None:
    sample = (DATA / "outcomes.nfg").read_text()
    for text in (noise, sample[:cut] + noise, sample[:cut] + noise + sample[cut:]):
        with suppress(NegotiationError):
            assert read_nfg(text).names


def test_a_count_game_is_written_out_member_by_member() -> None:
    rng = np.random.default_rng(5)
    lattice = Lattice((Axis(2, 3), Axis(1, 2), Axis(2, 2, committed=1)))
    firms = tuple(rng.normal(size=(6, 2, 1)) for _ in range(3))
    office = tuple(rng.normal(size=(6, 1, 1)) for _ in range(2))
    game = Game(("firm", "office", "union"), (("a", "b", "c"), ("x", "y"), ("p", "q")), lattice, (firms, office, (np.zeros((1, 1, 1)),) * 2))
    ordinary = read_nfg(write_nfg(game))
    assert ordinary.names == ("firm_1", "firm_2", "office", "union_1", "union_2")
    assert ordinary.actions[3] == ("q",)
    for profile in np.ndindex(ordinary.lattice.shape):
        counts = np.bincount(profile[:2], minlength=3)
        point = tuple(np.array([row]) for row in (lattice.axes[0].row(counts), profile[2], 0))
        assert table(ordinary, 1)[profile] == game.payoff(0, profile[1], point)[0]
        assert table(ordinary, 2)[profile] == game.payoff(1, profile[2], point)[0]


def test_pure_equilibria_of_a_count_game_are_those_of_the_game_written_out() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        game = Game(("m",), (("a", "b", "c"),), Lattice((Axis(4, 3),)), (tuple(rng.integers(0, 5, size=15) * 1.0 for _ in range(3)),))
        found = {tuple(game.lattice.axes[0].counts[row]) for row in pure_equilibria(game).points[0]}
        profiles = np.column_stack(pure_equilibria(expand(game)).points)
        assert {tuple(np.bincount(profile, minlength=3)) for profile in profiles} == found


def test_a_game_too_large_to_write_out_is_refused() -> None:
    for members in (21, 1000):
        game = Game(("m",), (("a", "b"),), Lattice((Axis(members, 2),)), ((np.zeros(members + 1),) * 2,))
        with pytest.raises(TooLargeError):
            write_nfg(game)


@given(st.lists(st.one_of(st.integers(-99, 99).map(str), st.floats(-1e9, 1e9).map(repr), st.sampled_from([".5", "1.", "-2e3", "+4"])), min_size=8, max_size=8))
def test_plain_numbers_and_numbers_beside_a_fraction_are_read_alike(numbers: list[str]) -> None:
    plain, fraction = read_nfg(HEAD + " ".join(numbers)), read_nfg(HEAD + " ".join(["1/1", *numbers[1:]]))
    for i in range(2):
        values = np.array([float(number) for number in numbers]).reshape(2, 2, 2, order="F")[i]
        np.testing.assert_array_equal(table(plain, i), values)
        assert table(fraction, i).ravel()[1:].tolist() == values.ravel()[1:].tolist()
