"""Nobody sees what the workshop's rules keep from them: every screen, every rule, every phase."""

from typing import Any, get_args

import pytest

from api.workshop.debrief import debrief
from api.workshop.information import Viewer
from api.workshop.moves.rights import Actor, Capacity
from api.workshop.phases import PHASES
from api.workshop.plan import Audience, SeatPlan, Subject
from api.workshop.views import view

from .table import Table

GROUPS = {"s1": "east", "s2": "east", "s3": "west", "s4": "west", "s5": ""}
SEATS = tuple(GROUPS)


def played(subject: Subject, rule: Audience) -> Table:
    """A table at which every seat did everything, with one rule changed."""
    table = Table(information={subject: rule}, seats=(SeatPlan(role="firms", seats=4, members=2), SeatPlan(role="office")))
    for name, group in GROUPS.items():
        table.room.seats[name].group = group
    table.go("lobby", "predict")
    for name in SEATS:
        table.move("expect", Actor("seat", name), cooperation=0.1 + 0.01 * int(name[1]))
    table.go("decide")
    for name in SEATS:
        table.decide(name, "check" if name == "s5" else "pay")
    return table


def after_reveal(table: Table) -> None:
    table.go("closed", "revealed")
    for name in SEATS:
        table.move("reflect", Actor("seat", name), text=f"reason of {name}")
        table.move("propose", Actor("seat", name), title=f"idea of {name}", terms={"set": {"fine": int(name[1])}})
    table.go("negotiate")
    for name in SEATS:
        for proposal in table.room.proposals:
            table.move("vote", Actor("seat", name), {"proposal": proposal}, accepts=True, reason=f"vote of {name}")


def seen(shown: dict[str, Any], subject: Subject, owner: str) -> bool:
    """Whether a screen shows what belongs to a seat."""
    rounds = shown["rounds"]
    match subject:
        case "choices":
            return any(owner in one["decisions"] or "choice" in one.get("results", {}).get("seats", {}).get(owner, {}) for one in rounds)
        case "payoffs":
            return any("payoff" in one.get("results", {}).get("seats", {}).get(owner, {}) for one in rounds)
        case "predictions":
            return any(owner in one["predictions"] for one in rounds)
        case "reflections":
            return f"reason of {owner}" in str(shown)
        case "proposals":
            return f"idea of {owner}" in str(shown)
        case "votes":
            return f"vote of {owner}" in str(shown)
        case _:
            return any(row["name"] == owner and "done" in row for row in shown["seats"])


def may(rule: Audience, viewer: Actor, owner: str, revealed: bool) -> bool:
    """What the rules say, written a second time."""
    if viewer.capacity in ("owner", "assistant") or viewer.seat == owner:
        return True
    if rule == "public_now":
        return True
    if rule == "public_after_reveal":
        return revealed
    if viewer.seat is None:
        return False
    if rule == "role":
        return (viewer.seat == "s5") == (owner == "s5")
    return rule == "group" and GROUPS[viewer.seat] != "" and GROUPS[viewer.seat] == GROUPS[owner]


VIEWERS = (Actor("owner"), Actor("assistant"), Actor("proxy"), Actor("view"), *(Actor("seat", name) for name in SEATS))


@pytest.mark.parametrize("rule", get_args(Audience))
@pytest.mark.parametrize("subject", get_args(Subject))
def test_each_screen_shows_what_the_rule_allows_and_nothing_else(subject: Subject, rule: Audience) -> None:
    table = played(subject, rule)
    check(table, subject, rule, False)
    after_reveal(table)
    check(table, subject, rule, subject in ("choices", "payoffs", "predictions", "reflections"))
    for name in list(table.room.proposals):
        table.move("close_vote", at={"proposal": name})
    check(table, subject, rule, subject != "presence")


def check(table: Table, subject: Subject, rule: Audience, revealed: bool) -> None:
    there = subject in ("choices", "predictions", "presence") or (table.room.round is not None and table.room.round.results is not None)
    for viewer in VIEWERS:
        shown = view(table.room, viewer)
        for owner in SEATS:
            expected = there and may(rule, viewer, owner, revealed)
            assert seen(shown, subject, owner) is expected, (subject, rule, str(viewer), owner, revealed)


def test_a_total_of_few_seats_does_not_give_away_a_single_one() -> None:
    table = played("choices", "private")
    after_reveal(table)
    results = view(table.room, Actor("seat", "s1"))["rounds"][0]["results"]
    assert set(results["counts"]) == {"firms"}, "four firms hide each other, the one office does not"
    assert set(results["stakeholders"]) == {"firms"}
    assert set(view(table.room, Actor("seat", "s5"))["rounds"][0]["results"]["counts"]) == {"firms", "office"}


def looked_back(table: Table, viewer: Actor) -> dict[str, Any]:
    return debrief(Viewer(table.room, viewer), [None] * sum(one.results is not None for one in table.room.rounds))


def test_looking_back_tells_each_screen_no_more_than_its_rules_do() -> None:
    hidden: dict[Subject, Audience] = {"choices": "private", "payoffs": "private", "predictions": "private", "proposals": "private", "votes": "private"}
    table = Table(information=hidden)
    table.go("lobby", "predict")
    for name in ("s1", "s5"):
        table.move("expect", Actor("seat", name), cooperation=0.9)
    table.go("decide")
    table.decide("s5", "check")
    table.go("closed", "revealed")
    table.move("propose", Actor("seat", "s1"), title="my idea", terms={"levers": ["fines"]})
    table.go("negotiate")
    table.move("vote", Actor("seat", "s2"), {"proposal": "p1"}, accepts=False, reason="my reason")
    table.go("debrief")
    said = looked_back(table, Actor("seat", "s3"))
    assert "my" not in str(said["agreements"])
    assert (set(said["rounds"][0]["counts"]), set(said["rounds"][0]["stakeholders"])) == ({"firms"}, {"firms"})
    assert not [row for row in said["rounds"][0]["could_gain"] if row["role"] == "office"], "there is one office: what it could have gained is its own"
    assert said["rounds"][0]["expected"] is None, "of two who said something one knows the other's number"
    assert "Office" not in str(said["findings"])
    whole = looked_back(table, Actor("owner"))
    assert whole["agreements"][0]["reasons"] == ["my reason"]
    assert "One seat of Office chose “Check”" in str(whole["findings"])
    assert whole["rounds"][0]["expected"] == pytest.approx(0.9)


def test_each_agreement_is_compared_with_the_round_before_it() -> None:
    table = Table()
    for number, paying in enumerate((0, 2, 4)):
        table.go(*(("lobby", "decide") if not number else ("decide",)))
        for place in range(1, 5):
            table.decide(f"s{place}", "pay" if place <= paying else "stay")
        table.decide("s5", "check")
        table.go("closed", "revealed")
        if number < 2:
            table.move("propose", title=f"Step {number}", terms={"set": {"dues": 2 - number}})
            table.go("negotiate")
            for name in SEATS:
                table.move("vote", Actor("seat", name), {"proposal": f"p{number + 1}"}, accepts=True)
            table.move("close_vote", at={"proposal": f"p{number + 1}"})
    told = [one["says"] for one in looked_back(table, Actor("owner"))["findings"] if "signed" in one["says"]]
    assert told == [
        "Before “Step 0” was signed 9% did their part, in the round after it 55%.",
        "Before “Step 1” was signed 55% did their part, in the round after it 100%.",
    ]


def test_every_screen_can_be_shown_in_every_phase() -> None:
    for phase in PHASES:
        table = played("choices", "private")
        table.room.phase = phase
        for viewer in VIEWERS:
            assert view(table.room, viewer)["phase"] == phase


def test_the_count_of_who_is_done_is_of_people_and_told_to_everybody() -> None:
    table = Table(information={"presence": "private"})
    table.move("give_to_bot", at={"seat": "s2"})
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    for viewer in (Actor("view"), Actor("seat", "s3"), Actor("owner")):
        shown = view(table.room, viewer)
        assert (shown["done"], shown["asked"]) == (1, 4), "a bot decides when the round is closed"
    assert "done" not in view(table.room, Actor("view"))["seats"][0]


def test_no_secret_stands_in_any_view() -> None:
    table = played("choices", "public_now")
    for viewer in VIEWERS:
        assert "secret" not in str(view(table.room, viewer)).lower()


@pytest.mark.parametrize("rule", get_args(Audience))
@pytest.mark.parametrize("subject", get_args(Subject))
def test_what_is_seen_of_all_seats_at_once_is_what_is_seen_of_each(subject: Subject, rule: Audience) -> None:
    room = played(subject, rule).room
    rows = {**dict.fromkeys(SEATS, 1), "gone": 2}
    for actor in (*(Actor("seat", name) for name in SEATS), *(Actor(capacity) for capacity in get_args(Capacity)), Actor("seat", "nobody")):
        viewer = Viewer(room, actor)
        for revealed in (False, True):
            assert viewer.seen_of(subject, rows, revealed) == {name: row for name, row in rows.items() if viewer.sees(subject, name, revealed)}
