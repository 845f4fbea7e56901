"""What leaves the server: sheets that no spreadsheet mistakes for formulas, archives that come to the same figures elsewhere."""

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from api.workshop.archive import Archive, archived, checked
from api.workshop.compared import compared, shares
from api.workshop.debrief import debrief
from api.workshop.events import BrokenLogError, Draft, canonical, chained
from api.workshop.information import Viewer
from api.workshop.moves.rights import Actor
from api.workshop.paper import paper
from api.workshop.pooled import pooled
from api.workshop.sheets import DANGEROUS, harmless, sheets

from .table import OWNER, Table


def played() -> Table:
    table = Table(rest="best_reply")
    table.go("lobby", "predict")
    table.move("expect", Actor("seat", "s1"), cooperation=0.25)
    table.go("decide")
    table.decide("s1", {"pay": 1, "stay": 1})
    table.go("closed", "revealed")
    table.move("reflect", Actor("seat", "s1"), text="=SUM(A1:A9)")
    table.move("propose", Actor("seat", "s2"), title="@fines", terms={"levers": ["fines"], "rule": "equal"})
    table.go("negotiate")
    for seat in ("s1", "s2", "s3", "s5"):
        table.move("vote", Actor("seat", seat), {"proposal": "p1"}, accepts=True, reason="+1")
    table.move("close_vote", at={"proposal": "p1"})
    table.go("decide", "closed", "revealed")
    return table


def archive_of(table: Table) -> dict[str, Any]:
    return archived("0123456789ab", {table.room.name: table.room.log}, "0.1.0")


def test_an_archive_comes_to_the_same_figures_elsewhere() -> None:
    read = Archive.model_validate_json(canonical(archive_of(played())))
    found = checked([one.log() for one in read.tables])
    assert (found.rounds, found.different) == (2, ())


def test_a_figure_that_was_made_up_is_found_though_the_chain_is_whole() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    log = table.room.log
    made_up = copy.deepcopy(dict(log[-1].data))
    made_up["results"]["stakeholders"]["firms"] = 123.0
    forged = Table()
    forged.go("lobby", "decide", "closed")
    forged.add([Draft("moved", made_up)], Actor("owner"))
    assert checked([forged.room.log]).different == ("0123456789ab-1: results of round 1 (event 5)",)


def test_a_changed_cut_or_strange_archive_is_refused() -> None:
    whole = archive_of(played())
    changed = copy.deepcopy(whole)
    changed["tables"][0]["events"][3]["data"]["cooperation"] = 0.9
    cut = copy.deepcopy(whole)
    cut["tables"][0]["events"].pop()
    for broken in (changed, cut):
        with pytest.raises(BrokenLogError):
            [one.log() for one in Archive.model_validate(broken).tables]
    for strange in ({**whole, "version": 2}, {**whole, "format": "zip"}, {**whole, "more": 1}, {**whole, "workshop": "../../etc"}):
        with pytest.raises(ValidationError):
            Archive.model_validate(strange)


def test_an_archive_that_tells_no_story_is_refused_though_its_chain_is_whole() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    end = table.room.log[-1].data
    for drafts in ([Draft("moved", end)], [Draft("taken", {"seat": "s1"})], [table.room.log[0], Draft("moved", end)]):
        log = chained("0123456789ab-1", None, [Draft(one.kind, one.data) for one in drafts], "2026-11-22T08:00:00+00:00", "owner")
        with pytest.raises(BrokenLogError, match="cannot be followed"):
            checked([log])


def test_sheets_say_what_happened_and_the_codebook_explains_every_column() -> None:
    found = {sheet.name: sheet for sheet in sheets([played().room])}
    decisions = [dict(zip([column.name for column in found["decisions"].columns], row, strict=True)) for row in found["decisions"].rows]
    first = next(row for row in decisions if row["seat"] == "s1" and row["round"] == 1)
    assert (first["choice"], first["status"], first["expected"], first["reflection"]) == ("pay: 1; stay: 1", "made", 0.25, "=SUM(A1:A9)")
    assert first["payoff"] == pytest.approx(2 * first["payoff_each"])
    assert [row["status"] for row in decisions if row["round"] == 2 and row["seat"] == "s1"] == ["default"]
    rounds = [dict(zip([column.name for column in found["rounds"].columns], row, strict=True)) for row in found["rounds"].rows]
    assert [row["firms.pay"] + row["firms.stay"] for row in rounds] == [10, 10]
    assert rounds[1]["levers"] == "fines"
    explained = {(row[0], row[1]) for row in found["codebook"].rows}
    assert explained == {(sheet.name, column.name) for sheet in found.values() if sheet.name != "codebook" for column in sheet.columns}
    assert all(row[2] for row in found["codebook"].rows)


def test_sheets_say_what_a_seat_played_in_each_round_and_lose_no_digit() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    table.move("merge_seats", at={"seat": "s2"}, into="s1")
    table.move("set_terms", terms={"set": {"fine": 1.23456789}, "rule": "equal"})
    table.go("decide", "closed", "revealed")
    found = {sheet.name: sheet for sheet in sheets([table.room])}
    decisions = [dict(zip([column.name for column in found["decisions"].columns], row, strict=True)) for row in found["decisions"].rows]
    assert [(row["round"], row["members"]) for row in decisions if row["seat"] == "s1"] == [(1, 2), (2, 4)]
    rounds = [dict(zip([column.name for column in found["rounds"].columns], row, strict=True)) for row in found["rounds"].rows]
    assert [(row["parameters"], row["charges"]) for row in rounds] == [("", ""), ("fine = 1.23456789", "equal")]


def test_without_texts_nothing_that_people_wrote_remains() -> None:
    bare = [sheet.without_texts() for sheet in sheets([played().room])]
    assert not [cell for sheet in bare for row in sheet.rows for cell in row if cell in ("=SUM(A1:A9)", "@fines", "+1")]


def test_no_cell_is_taken_for_a_formula() -> None:
    for start in DANGEROUS:
        assert harmless(f"{start}1").startswith("'")  # type: ignore[union-attr]
    assert harmless(-3.5) == -3.5
    assert harmless("3 - 2") == "3 - 2"


def test_pooled_results_are_the_mean_over_tables() -> None:
    first, second = played(), Table()
    second.room.table = 2
    second.go("lobby", "decide", "closed", "revealed")
    found = pooled([first.room, second.room])
    shares = [one["cooperation"] for one in found["rounds"][0]["tables"]]
    assert found["rounds"][0]["cooperation"] == pytest.approx(sum(shares) / 2)
    assert [len(one["tables"]) for one in found["rounds"]] == [2, 1]


def test_a_figure_without_a_value_at_one_table_leaves_the_mean_of_the_others() -> None:
    first, second = played(), played()
    second.room.table = 2
    results = second.room.rounds[0].results
    assert results is not None
    results["stakeholders"]["firms"] = None
    assert first.room.rounds[0].results is not None
    assert pooled([first.room, second.room])["rounds"][0]["stakeholders"]["firms"] == first.room.rounds[0].results["stakeholders"]["firms"]
    assert debrief(Viewer(second.room, OWNER), [None, None])["findings"]


def test_a_workshop_stands_beside_earlier_groups_and_beside_bots_under_its_own_terms() -> None:
    here, before = Table(rounds=4), Table()
    for table, choice in ((here, "pay"), (before, "stay")):
        table.go("lobby", "decide")
        table.decide("s1", choice)
        table.go("closed", "revealed")
    here.move("set_terms", terms={"set": {"fine": 10.0}, "levers": ["order"]})
    here.go("decide", "closed", "revealed")
    here.go("decide", "closed", "revealed", "decide")
    found = compared([here.room], [before.room])
    assert [row["round"] for row in found["rounds"]] == [1, 2, 3], "a round that is not revealed is not compared"
    assert [row["here"] for row in found["rounds"]] == shares(here.room)
    assert [(row["earlier"], row["groups"]) for row in found["rounds"]] == [(shares(before.room)[0], 1), (None, 0), (None, 0)]
    alone = {rule: [row["bots"][rule] for row in found["rounds"]] for rule in found["rules"]}
    assert alone["always"] == [1.0, 1.0, 1.0]
    assert alone["never"] == pytest.approx([0.0, 1 / 11, 1 / 11]), "an office that is ordered to check does"
    assert alone["best_reply"] == pytest.approx([0.0, 1 / 11, 1.0]), "fines come with the order to check; the reply to them comes a round later"
    assert compared([here.room], []) == found | {"rounds": [row | {"earlier": None, "groups": 0} for row in found["rounds"]]}


def test_cards_on_paper_say_what_each_choice_would_earn() -> None:
    found = paper(played().room)
    first = found["seats"][0]
    assert (first["alias"], first["members"]) == ("Firms 1", 2)
    earned = {row["action"]: (row["today"], row["target"]) for row in first["earnings"]}
    # fines are agreed and the dues fell to 2: alone 0.5 - 2; with all others 5 - 2; a firm that stays while all pay is fined 5
    assert earned == {"pay": (-1.5, 3.0), "stay": (0.0, -0.5)}
    assert [one["title"] for one in found["agreements"]] == ["@fines"]
