"""Lines of profiles say what single profiles say, and tables of steps what the formulas say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import catalogue
from negotiation.definition import Definition, read_definition
from negotiation.errors import NotApplicableError
from negotiation.governance.levers import cases as cases_module
from negotiation.governance.levers import forming as forming_module
from negotiation.governance.levers import places as places_module
from negotiation.governance.levers.cases import Cases
from negotiation.governance.levers.forming import forming
from negotiation.governance.levers.lines import Lines, Register, aside, run
from negotiation.governance.levers.places import columns, listed, rank, shifted
from negotiation.governance.levers.sets import all_sets, cases_of
from negotiation.governance.levers.standing import targets
from negotiation.governance.levers.table import lever_table
from negotiation.governance.situation import build_situation
from negotiation.lattice import Axis
from negotiation.settings import Settings
from negotiation.strategic.dynamics.paths import FormationWord, formation

NUMBERS = st.lists(st.integers(-3, 3), min_size=7, max_size=35)
SIZES = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list)


def game(numbers: list[int], members: list[int], condition: str | None) -> Definition:
    """Return a game with a division, a choice and a power among its random payoffs, and a stakeholder that has nothing to choose."""
    draw = iter(numbers * 40)

    def payoff() -> str:
        sum_ = " + ".join(f"{next(draw)} * {term}" for term in ("count(first, join)", "share(second, give)", "count(umpire, watch)", f"p{next(draw) % 3}"))
        return f"({sum_} if served > {next(draw)} else {next(draw)} * p0) + {next(draw)} * fee"

    target: dict[str, object] = {"profile": {"first": "join", "second": "give", "umpire": "watch"}}
    return read_definition(
        {
            "title": "Random",
            "money": "USD",
            "parameters": {"p0": 0, "p1": 1, "p2": -1},
            "definitions": {"served": "p1 * count(first, join) + count(second, give) ** 2", "fee": "p2 / (1 + count(second, take))"},
            "stakeholders": {
                "guest": {"actions": ["sit"]},
                "first": {"members": members[0], "actions": ["join", "stay"]},
                "second": {"members": members[1], "actions": ["give", "keep", "take"]},
                "umpire": {"actions": ["watch", "sleep"]},
            },
            "payoffs": {
                "guest": {"sit": payoff()},
                "first": {"join": payoff(), "stay": payoff()},
                "second": {"give": payoff(), "keep": payoff(), "take": payoff()},
                "umpire": {"watch": payoff(), "sleep": payoff()},
            },
            "target": target if condition is None else {**target, "condition": condition},
            "status_quo": {"first": "stay", "second": "take", "umpire": "sleep"},
            "levers": {
                "one": {"set": {"p0": 2}},
                "two": {"shift": {"p0": 1, "p1": -2}},
                "three": {"shift": {"p2": 3}, "set": {"p1": 1}},
                "four": {"commit": {"umpire": "watch"}},
            },
        }
    )


def cases_for(definition: Definition) -> Cases:
    names = tuple(definition.levers)
    return cases_of(definition, Settings(), names, all_sets(len(names)))[0]


def everywhere(cases: Cases) -> tuple[np.ndarray, np.ndarray]:
    """Return every pair of a case and a profile."""
    rows = np.meshgrid(*(np.arange(axis.size) for axis in cases.axes), indexing="ij")
    counts = np.concatenate([[column[row.ravel()] for column in columns(axis)] for axis, row in zip(cases.axes, rows, strict=True)])
    return np.repeat(np.arange(cases.size), counts.shape[1]), np.tile(counts, cases.size)


@given(NUMBERS, SIZES)
@settings(max_examples=8)
def test_tables_of_any_size_give_bit_for_bit_what_formulas_without_tables_give(numbers: list[int], members: list[int]) -> None:
    definition = game(numbers, members, None)
    which, counts = everywhere(cases_for(definition))
    found = []
    for most in (0, 3, 20, 100_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cases_module, "TABLE", most)
            patch.setattr(cases_module, "TABLE_A_CASE", most)
            cases = cases_for(definition)
            found.append((cases.gains(which, counts), cases.earned(which, counts), cases.observe("served / (p0 - 2)", which, counts), cases.tolerances))
            assert bool(cases.payoffs.tables) == (most > 0)
    for other in found[1:]:
        for one, same in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, same)


@given(NUMBERS, SIZES)
@settings(max_examples=8)
def test_the_best_reply_is_the_first_of_the_moves_that_gain_most(numbers: list[int], members: list[int]) -> None:
    cases = cases_for(game(numbers, members, None))
    which, counts = everywhere(cases)
    gains = cases.gains(which, counts)
    least = np.array([cases.tolerances[move.stakeholder, which] for move in cases.moves])
    paying = np.where(gains > least, gains, -np.inf)
    best, pays = cases.replies(which, counts)
    assert pays.tolist() == (paying.max(axis=0) > -np.inf).tolist()
    assert best[pays].tolist() == paying.argmax(axis=0)[pays].tolist()


def words_one_by_one(definition: Definition, cases: Cases) -> list[FormationWord | None]:
    """Ask each case's own game."""
    names, found = np.array(list(definition.levers)), list[FormationWord | None]()
    for row in all_sets(len(names)):
        situation = build_situation(definition, Settings((), None, tuple(names[row])))
        try:
            found.append(formation(situation.game, situation.status_quo, situation.target_mask).word)
        except NotApplicableError:
            found.append(None)
    assert len(found) == cases.size
    return found


def words_at_once(definition: Definition, cases: Cases) -> tuple[list[FormationWord | None], str]:
    aim, start = definition.target, definition.status_quo
    assert aim is not None
    assert start is not None
    return forming(cases, np.arange(cases.size), cases.written(start), targets(cases, {})[0], aim.condition)


@given(NUMBERS, SIZES, st.sampled_from([None, "count(first, join) >= 1", "count(second, give) + count(second, keep) >= 1 and count(first, join) >= 1"]))
@settings(max_examples=8)
def test_whether_the_target_forms_is_what_each_game_says(numbers: list[int], members: list[int], condition: str | None) -> None:
    definition = game(numbers, members, condition)
    cases = cases_for(definition)
    alone = words_one_by_one(definition, cases)
    together, why = words_at_once(definition, cases)
    assert not why
    assert [one for one, other in zip(together, alone, strict=True) if other] == [other for other in alone if other]


def test_a_search_in_parts_and_one_that_is_given_up_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = game([1, -2, 3, 0, 2, -1, 1, 3], [3, 3], None)
    cases = cases_for(definition)
    whole, _ = words_at_once(definition, cases)
    monkeypatch.setattr(forming_module, "MAX_PAIRS", 250)
    assert words_at_once(definition, cases) == (whole, "")
    monkeypatch.setattr(forming_module, "MAX_MARKS", 2_000)
    assert words_at_once(definition, cases) == (whole, "")
    monkeypatch.setattr(forming_module, "MAX_MARKS", 10)
    found, why = words_at_once(definition, cases)
    assert None in found
    assert "profiles are reached" in why
    monkeypatch.setattr(forming_module, "MAX_PAIRS", 79)
    assert words_at_once(definition, cases) == ([None] * cases.size, "the game has 80 count profiles, at most 79 are searched")


def test_rows_are_those_of_the_lattice_with_and_without_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = [Axis(1, 1), Axis(5, 1), Axis(1, 4), Axis(7, 2), Axis(4, 3), Axis(3, 4), Axis(2, 5)]
    for axis in axes:
        for a, b in axis.moves:
            after = axis.shift(a, b)
            assert shifted(axis, a, b)[after >= 0].tolist() == (after - np.arange(axis.size))[after >= 0].tolist()
        assert rank(axis, columns(axis)).tolist() == list(range(axis.size))
    monkeypatch.setattr(places_module, "BOX", 1)
    for axis in axes:
        assert listed(axis) == (axis.members == 1 or axis.actions == 1)
        assert rank(axis, columns(axis)).tolist() == list(range(axis.size))


def test_every_profile_stands_once_on_the_lines() -> None:
    cases = cases_for(game([1, 2, 3, -1, 0, 2, 1], [2, 4], None))
    lines = Lines(cases)
    assert (lines.along, lines.length) == (2, 5)
    _, counts = everywhere(cases)
    counts = counts[:, : counts.shape[1] // cases.size]
    line, position = lines.of(counts)
    assert len(set(zip(line.tolist(), position.tolist(), strict=True))) == counts.shape[1]
    there = lines.places(np.zeros(len(line), dtype=np.intp), line)
    found = np.concatenate([[np.broadcast_to(row, (len(line), lines.length))[np.arange(len(line)), position] for row in own] for own in there.counts])
    np.testing.assert_array_equal(found, counts)


@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=3, max_size=3)))
def test_a_run_along_a_line_goes_as_far_as_single_steps(rows: list[list[bool]]) -> None:
    seeds, ahead, back = (np.array([row]) for row in rows)
    found = seeds.copy()
    for _ in range(2 * seeds.shape[1]):
        found = found | aside(found & ahead, 1) | aside(found & back, -1)
    assert run(seeds, ahead, back).tolist() == found.tolist()


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=5))
def test_a_register_numbers_codes_as_they_appear_and_keeps_the_numbers(batches: list[list[int]]) -> None:
    register, known = Register(), dict[int, int]()
    for batch in batches:
        found, fresh = register.number(np.array(batch, dtype=np.int64))
        assert sorted(found[fresh].tolist()) == list(range(len(known), len(known) + len(set(batch) - known.keys())))
        assert found[fresh].tolist() == sorted(found[fresh].tolist())
        known |= {batch[k]: int(found[k]) for k in fresh.tolist()}
        assert found.tolist() == [known[code] for code in batch]
    assert register.find(np.arange(10)).tolist() == [known.get(code, -1) for code in range(10)]


def test_a_large_group_with_three_actions_is_judged_without_lists_as_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = catalogue.load("inspection_and_advice")
    some = tuple(definition.levers)[:4]
    with_lists = lever_table(definition, levers=some)
    monkeypatch.setattr(places_module, "BOX", 100)
    without = lever_table(definition, levers=some)
    assert with_lists.forms == without.forms
    np.testing.assert_array_equal(with_lists.margin, without.margin)
    np.testing.assert_array_equal(with_lists.kept.counts, without.kept.counts)
