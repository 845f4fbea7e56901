"""The inspection game at once and announced, side by side."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.analyses import analysis
from negotiation.answers.request import Request
from negotiation.catalogue import Subject, load, read_subject
from negotiation.errors import NotApplicableError, UnknownNameError
from negotiation.lattice import Axis, Lattice
from negotiation.settings import Settings
from negotiation.strategic.game import Game
from negotiation.strategic.sequence.announced import InspectionVariants, Variant, inspection_variants
from negotiation.strategic.sequence.inspection import Inspection, inspect
from negotiation.strategic.sequence.stackelberg import mixed_commitment

SUBJECT = Subject("inspection_game", definition=load("inspection_game"))
NAMES = (["firm", "state"], [["comply", "violate"], ["inspect", "rest"]])


def one_firm(gain: float, sanction: float, visit_cost: float, finding: float) -> Game:
    firm = np.array([[0.0, 0], [gain - sanction, gain]])
    state = np.array([[-visit_cost, 0.0], [-visit_cost, -finding]])
    return Game.from_tables([firm, state], *NAMES)


def firms(members: int, crowd: float) -> Game:
    """Each violator gains 20, less 100 under inspection, and `crowd` for each other violator; the state pays 30 and saves 5 for each violation."""
    comply = np.zeros((members + 1, 1))
    violators = np.arange(members + 1.0)[:, None]  # rows from all comply to all violate
    violate = 20 + crowd * (violators - 1) - np.array([[100.0, 0]])
    inspected, rested = np.full((members + 1, 1), -30.0), -5 * violators
    return Game(
        ("firms", "state"), (("comply", "violate"), ("inspect", "rest")), Lattice((Axis(members, 2), Axis(1, 2))), ((comply, violate), (inspected, rested))
    )


def at(result: InspectionVariants, variant: str) -> list[Variant]:
    return [row for row in result.variants if row.variant == variant]


@given(st.integers(1, 40), st.integers(41, 200), st.integers(1, 40), st.integers(41, 200))
def test_both_variants_are_those_of_the_closed_form(gain: int, sanction: int, visit_cost: int, finding: int) -> None:
    result = inspection_variants(one_firm(gain, sanction, visit_cost, finding), "state", "comply")
    known = inspect(Inspection(1, 1, cost=gain, sanction=sanction, visit_cost=visit_cost, reward=finding))
    (mixed,) = at(result, "at once")
    assert (mixed.least, mixed.inspection) == pytest.approx((known.violation_rate, known.inspection_rate))
    assert result.deterring == pytest.approx(float(Fraction(gain, sanction)))
    assert (result.gain, result.sanction, result.visit_cost, result.finding) == (gain, sanction, visit_cost, finding)
    for row in at(result, "announced"):
        complies = row.inspection * sanction >= gain - 1e-9
        assert (row.least == 0) == complies
        assert row.most == 1 or row.inspection * sanction > gain


@given(st.integers(1, 40), st.integers(41, 200), st.integers(1, 40), st.integers(41, 200))
def test_the_best_announcement_is_the_stackelberg_value(gain: int, sanction: int, visit_cost: int, finding: int) -> None:
    game = one_firm(gain, sanction, visit_cost, finding)
    announced = at(inspection_variants(game, "state", "comply"), "announced")
    assert max(row.inspector for row in announced if row.inspector is not None) == pytest.approx(mixed_commitment(game, "state").value)


def test_a_higher_fine_moves_inspections_at_once_and_the_announcement_that_is_needed() -> None:
    asked = [analysis("inspection").run(SUBJECT, Request(Settings((("fine", fine),)))).as_dict() for fine in (100, 500)]
    rates = [next(row for row in body["variants"] if row["variant"] == "at once") for body in asked]
    assert [row["least"] for row in rates] == [0.25, 0.25]
    assert [row["inspection"] for row in rates] == [0.2, 0.04]
    assert [body["deterring"] for body in asked] == [0.2, 0.04]
    assert "whatever the sanction" in asked[0]["sentence"]


def test_who_inspects_and_which_action_inspects_follow_from_the_game() -> None:
    game = one_firm(20, 100, 30, 120)
    turned = Game.from_tables([np.asarray(t)[::-1, ::-1].T for t in (np.array([[-30.0, 0], [-30, -120]]), np.array([[0.0, 0], [-80, 20]]))], ["state", "firm"])
    first, second = inspection_variants(game, "state", "comply"), inspection_variants(turned, "state", "2")
    assert (second.inspect, second.violate, second.firms) == ("2", "1", "firm")
    assert first.variants == second.variants


def test_many_firms_reply_to_announcements_together() -> None:
    result = inspection_variants(firms(4, crowd=10.0), "state", "comply")
    assert (result.deterring, result.dominant) == (pytest.approx(0.2), pytest.approx(0.5))
    by_hand = {0.0: (1, 1), 0.2: (0, 1), 0.5: (0, 1), 1.0: (0, 0)}
    assert {round(row.inspection, 9): (row.least, row.most) for row in at(result, "announced")} == by_hand
    assert [row.inspector_worst for row in at(result, "announced")] == pytest.approx([-20, -22, -25, -30])
    for row in at(result, "at once"):  # a mixture of the state is worth the same as either action
        assert row.inspector == pytest.approx(-30, abs=1e-6) or row.inspection in (0.0, 1.0)


def test_a_sanction_below_the_gain_deters_nobody_however_often() -> None:
    result = inspection_variants(one_firm(20, 15, 30, 120), "state", "comply")
    assert (result.deterring, result.dominant) == (None, None)
    assert "Even inspection for certain" in result.sentence
    assert [row.least for row in at(result, "announced")] == [1, 1]


def test_what_is_no_inspection_is_refused_with_what_would_fit() -> None:
    with pytest.raises(NotApplicableError, match=r"prefers 'inspect'.*commitment"):
        inspection_variants(one_firm(20, 100, -5, 120), "state", "comply")
    with pytest.raises(NotApplicableError, match="worth no more"):
        inspection_variants(one_firm(20, 100, 5, 0), "state", "comply")
    with pytest.raises(NotApplicableError, match="less attractive"):
        inspection_variants(one_firm(20, 0, 5, 10), "state", "comply")
    with pytest.raises(NotApplicableError, match="two actions each"):
        inspection_variants(Game.from_tables([np.zeros((2, 3)), np.zeros((2, 3))]), "1", "1")
    with pytest.raises(NotApplicableError, match="single member"):
        inspection_variants(firms(4, 0.0), "firms", "inspect")
    with pytest.raises(UnknownNameError, match="did you mean 'comply'"):
        inspection_variants(one_firm(20, 100, 5, 10), "state", "compy")
    with pytest.raises(UnknownNameError):
        inspection_variants(one_firm(20, 100, 5, 10), "stat", "comply")


def test_a_game_without_kinds_or_target_asks_for_the_options() -> None:
    stag = read_subject('NFG 1 R "Hunt" { "A" "B" } { 2 2 } 4 4 3 0 0 3 3 3', "hunt.nfg")
    with pytest.raises(NotApplicableError, match="option inspector"):
        analysis("inspection").run(stag, Request())
    with pytest.raises(NotApplicableError, match="option comply"):
        analysis("inspection").run(stag, Request(options={"inspector": "A"}))
    with pytest.raises(NotApplicableError, match="not an inspection"):
        analysis("inspection").run(stag, Request(options={"inspector": "A", "comply": "1"}))
    with pytest.raises(NotApplicableError, match="two stakeholders"):
        analysis("inspection").run(Subject("x", definition=load("majority_of_three")), Request())
