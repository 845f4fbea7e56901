"""How plain data becomes a sentence, tables and notes."""

import numpy as np

from negotiation.report.layout import plain_report
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
