"""How plain data becomes a sentence, tables and notes."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation import report
from negotiation.analyses import analysis
from negotiation.answers.request import Request
from negotiation.catalogue import Subject, open_game
from negotiation.cli.drawing import PLAIN, drawn, size, wrapped
from negotiation.definition import read_definition
from negotiation.report import Report, Table
from negotiation.report.layout import measured, plain_report
from negotiation.report.naming import labelled
from negotiation.strategic.game import Game


def test_how_sure_a_result_is_stands_after_the_tables() -> None:
    told = plain_report({"sentence": "So it is.", "value": 3.0, "complete": False, "reason": "time is over", "method": "search", "notes": ["a note"]})
    assert told.sentence == "So it is."
    assert told.tables[0].rows == (("value", "3"),)
    assert told.notes == ("a note", "Not complete: time is over.", "Method: search.")
    assert plain_report({"complete": None}).notes == ("Perhaps not complete.",)
    assert plain_report({"complete": True}) == plain_report({})
    assert plain_report({"reason": "nobody moves"}).notes == ("It ends here: nobody moves.",)


def test_rows_with_sentences_are_told_by_them_unless_they_were_said_already() -> None:
    rows = [{"round": 1, "sentence": "First."}, {"round": 2, "sentence": "Second."}]
    assert plain_report({"steps": rows}).tables[0].rows == (("First.",), ("Second.",))
    assert plain_report({"sentence": "First. Second.", "steps": rows}).tables[0].rows == (("1",), ("2",))


def test_records_of_one_kind_under_names_are_a_table() -> None:
    body = {"levels": {"firms": {"action": "pay", "pure": 1, "mixed": 2}, "state": {"action": "rest", "pure": 0, "mixed": 0}}}
    (table,) = plain_report(body).tables
    assert table.columns == ("", "action", "pure", "mixed")
    assert table.rows[1] == ("state", "rest", "0", "0")


def test_counts_leave_out_zeros_and_payoffs_do_not() -> None:
    told = plain_report({"counts": {"firms": {"pay": 0, "cheat": 3}}, "payoffs": {"firms": {"pay": 0, "cheat": -3.5}}})
    assert told.tables[0].rows == (("counts", "firms: cheat 3"), ("payoffs", "firms: pay 0, cheat -3.5"))


def test_long_series_and_repetitions_are_short() -> None:
    told = plain_report({"times": [0.5 * k for k in range(201)], "tried": ["no"] * 5 + ["yes"], "nothing": []})
    assert told.tables[0].rows == (("times", "0, 0.5, ... 100 (201 numbers)"), ("tried", "no (5 times)\nyes"))


def test_labels_stand_for_names_where_it_is_clear_whose_they_are() -> None:
    labels = {"a": "Ann", "b": "Bob", "a.go": "Go there", "b.go": "Bob goes", "b.out": "Leave"}
    game = Game.from_tables([np.eye(2), np.eye(2)], ["a", "b"], [["go", "stay"], ["go", "out"]])
    game = Game(game.names, game.actions, game.lattice, game.payoffs, labels=labels)
    body = {"leader": "a", "mixture": {"go": 1.0, "out": 0.0}, "by": "mixed", "rows": [{"stakeholder": "b", "to": "go", "counts": {"a": {"go": 1, "stay": 0}}}]}
    assert labelled(body, game) == {
        "leader": "Ann",
        "mixture": {"Bob goes": 1.0, "Leave": 0.0},
        "by": "mixed",
        "rows": [{"stakeholder": "Bob", "to": "Bob goes", "counts": {"Ann": {"Go there": 1, "stay": 0}}}],
    }
    assert labelled({"go": 1}, game) == {"go": 1}


WORDS = st.lists(st.sampled_from(["small", "tanneries", "well-known", "-1,234.5", "12.5 %", "3", "pays", "1e-05"]), min_size=1, max_size=9)


def pieces(text: str) -> list[str]:
    """Return what must stay in one piece, in order."""
    return re.findall(r"-?[\d,.]+(?:e-?\d+)?(?: %)?|[a-z]+", text)


@given(WORDS, st.integers(10, 40))
def test_lines_are_no_wider_than_asked_and_break_only_between_words(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = wrapped(text, width)
    assert all(size(line) <= width for line in lines)
    assert [piece for line in lines for piece in pieces(line)] == pieces(text)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=4), st.integers(24, 120))
def test_a_table_fits_and_loses_nothing(rows: list[tuple[list[str], list[str], list[str]]], width: int) -> None:
    cells = tuple(tuple(" ".join(cell) for cell in row) for row in rows)
    text = drawn(Report("So.", (Table("Title", ("Who", "Pays how much", "Why"), cells),)), width)
    assert all(size(line) <= width for line in text.splitlines())
    there = set(pieces(text))
    assert all(piece in there for row in cells for cell in row for piece in pieces(cell))


def test_what_does_not_fit_side_by_side_is_stacked() -> None:
    table = Table("Charges", ("Who", "Pays", "Alone"), (("Everybody", "1,234,567.8", "2,345,678.9"), ("Nobody", "", "1")))
    assert "│" in drawn(Report("So.", (table,)), 60)
    assert drawn(Report("So.", (table,)), 30).splitlines()[2:] == [
        *("Charges", "", "Who: Everybody", "  Pays: 1,234,567.8", "  Alone: 2,345,678.9"),
        *("", "Who: Nobody", "  Alone: 1"),
    ]


def test_a_long_word_is_broken_before_the_page_is() -> None:
    assert all(size(line) <= 20 for line in drawn(Report("x" * 90, (Table("", ("", ""), (("a", "y" * 300),)),)), 20).splitlines())


def test_wide_letters_count_twice() -> None:
    first, second = drawn(Report("So.", (Table("", ("", ""), (("皮革", "1"), ("abc", "2"))),)), 40).splitlines()[3:5]
    assert (size("皮革"), first, second) == (4, "│ 皮革 │ 1 │", "│ abc  │ 2 │")


def test_a_terminal_without_lines_is_served() -> None:
    text = drawn(Report("“So” ≥ 3 …", (Table("", ("Who",), (("a",),)),)), 40).translate(PLAIN)
    assert text.isascii()
    assert text.splitlines()[0] == '"So" >= 3 ...'


def test_a_share_is_told_as_so_many_in_a_hundred() -> None:
    assert measured(0.7041, "share") == "70.4 %"
    assert measured(0.5, "share of load") == "0.5 share of load"
    told = report.told(analysis("winners").run(open_game("common_effluent_plant"), Request()))
    river = next(row for row in told.tables[1].rows if row[0] == "Pollution that reaches the river")
    assert river[2:4] == ("100 %", "30 %")


def test_counts_in_a_table_leave_out_who_is_not_there() -> None:
    (table,) = plain_report({"first": [{"firms": {"pay": 0, "cheat": 3}, "state": {"rest": 1, "act": 0}}]}).tables
    assert table.rows == (("cheat: 3", "rest: 1"),)


@pytest.mark.parametrize("name", ["correlated_chicken", "prisoners_dilemma", "inspection_game", "stag_hunt_of_many"])
@pytest.mark.parametrize("concept", ["correlated", "coarse", "security", "welfare", "potential", "quantal"])
def test_concepts_are_told_in_words_and_money(name: str, concept: str) -> None:
    told = report.told(analysis(concept).run(open_game(name), Request()))
    text = drawn(told, 100)
    assert not re.search(r"minmax|number of best|gap words|loss of anarchy|punishment|kind:|advised", text)
    assert all(len(row) == len(table.columns) for table in told.tables for row in table.rows)
    assert concept == "potential" or open_game(name).written.money in text


def test_regrets_of_rounding_are_told_as_such() -> None:
    found = analysis("mixed").run(open_game("oneill_cards"), Request())
    regrets = [row[-1] for row in report.told(found).tables[0].rows]
    assert all(regret in ("0", "0 (to rounding)") for regret in regrets)


def test_equilibria_in_which_members_act_alike_are_called_so() -> None:
    told = report.told(analysis("symmetric").run(open_game("stag_hunt_of_many"), Request()))
    assert "stakeholder-symmetric equilibri" in told.sentence
    assert "symmetric" not in report.told(analysis("pure").run(open_game("stag_hunt_of_many"), Request())).sentence


@pytest.mark.parametrize("question", ["drivers", "signs"])
def test_levers_that_meet_are_called_by_their_labels(question: str) -> None:
    subject = open_game("wage_pact")
    text = drawn(report.told(analysis(question).run(subject, Request())), 200)
    assert not [name for name in subject.written.levers if "_" in name and name in text]
    assert not re.search(r"beyond_|beyond better|undone by|horizontal_|e-1\d", text)


def test_levers_that_bring_as_much_and_sets_that_cost_as_much_are_named_as_ties() -> None:
    alike = """
title: Two ways
money: USD per year
parameters: {gift: {value: 0, low: 0, high: 9, unit: USD per year}}
stakeholders: {firms: {members: 4, actions: {stay: Stay, go: Go}}}
payoffs: {firms: {stay: gift, go: "5"}}
target: {profile: {firms: stay}}
levers:
  first: {set: {gift: 8}, cost: 3, label: First}
  second: {set: {gift: 8}, cost: 3, label: Second}
"""
    said = analysis("levers").run(Subject("two.yaml", read_definition(alike)), Request()).as_dict()["sentence"]
    assert "the cheapest is “First”, for 3 USD per year (3 for which no payer is named); 1 other costs the same." in said
    assert "“First” and “Second” bring most, and as much as each other, to" in said
