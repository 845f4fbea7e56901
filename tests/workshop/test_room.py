"""A workshop is the fold of its log, whatever happens in it."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.workshop import bots
from api.workshop.events import BrokenLogError, canonical, verify
from api.workshop.moves.rights import SERVER, Actor, NotAllowedError, NotNowError, SeatLostError
from api.workshop.moves.table import EXPIRE, MOVES
from api.workshop.phases import FOLLOWING, PHASES
from api.workshop.plan import Part, SeatPlan
from api.workshop.room import Room
from api.workshop.scores import payoffs_of
from api.workshop.views import view
from negotiation.errors import IllegalMoveError, InvalidGameError, NegotiationError

from .table import GAME, Table


def rebuilt(table: Table) -> Room:
    return Room(table.room.name, table.room.log)


def test_only_the_phases_that_may_follow_can_be_reached() -> None:
    for phase in PHASES:
        table = Table(rounds=50)
        table.go("lobby", "decide")
        table.room.phase = phase
        for to in PHASES:
            if to in FOLLOWING[phase]:
                table.move("go", to=to)
                assert table.room.phase == to
                table.room.phase = phase
            else:
                with pytest.raises(NotNowError):
                    table.move("go", to=to)


def test_a_round_is_played_and_its_payoffs_are_those_of_the_written_form() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    table.decide("s2", {"pay": 1, "stay": 1})
    table.decide("s3", "stay")
    table.decide("s4", "stay")
    table.decide("s5", "check")
    table.go("closed", "revealed")
    found = table.room.rounds[0].results
    assert found is not None
    # three of the eight seated firms pay; of the two that nobody plays, one follows them (3 to 5 among two: 0.75 and 1.25)
    assert found["counts"] == {"firms": {"pay": 4, "stay": 6}, "office": {"check": 1, "sleep": 0}}
    assert found["seats"]["s1"]["payoff"] == pytest.approx(2 * (0.5 * 4 - 3))
    assert found["seats"]["s2"]["payoff"] == pytest.approx((2 - 3) + 2)
    assert found["seats"]["s1"]["better"] == {"from": "pay", "to": "stay", "gain": pytest.approx((0.5 * 3) - (0.5 * 4 - 3))}
    assert found["seats"]["s3"]["better"] is None
    assert found["cooperation"] == pytest.approx(5 / 11)
    assert found["outcomes"]["water"] == pytest.approx(0.4)


def test_members_that_no_seat_plays_follow_the_declared_rule() -> None:
    for rest, paying in (("mirror", 10), ("status_quo", 8), ("best_reply", 8)):
        table = Table(rest=rest)
        table.go("lobby", "decide")
        for seat in ("s1", "s2", "s3", "s4"):
            table.decide(seat, "pay")
        table.go("closed", "revealed")
        assert table.room.rounds[0].results is not None
        assert table.room.rounds[0].results["counts"]["firms"]["pay"] == paying, rest


def test_what_is_missing_is_filled_in_by_the_declared_default_and_says_so() -> None:
    for default, status, choice in (("status_quo", "default", {"stay": 2}), ("missing", "missing", {}), ("last", "default", {"stay": 2})):
        table = Table(default=default)
        table.go("lobby", "decide")
        table.decide("s1", "pay")
        table.go("closed")
        decisions = table.room.rounds[0].decisions
        assert decisions["s1"].status == "made"
        assert (decisions["s2"].status, decisions["s2"].choice) == (status, choice)
        table.go("revealed", "decide", "closed")
        assert table.room.rounds[1].decisions["s1"].choice == ({"pay": 2} if default == "last" else choice)


def test_bots_keep_their_word() -> None:
    table = Table()
    for seat, rule in (("s1", "always"), ("s2", "never"), ("s3", "best_reply"), ("s4", "conditional")):
        table.move("give_to_bot", at={"seat": seat}, bot=rule)
    table.go("lobby", "decide", "closed", "revealed")
    first = table.room.rounds[0].decisions
    assert {name: first[name].choice for name in ("s1", "s2", "s3", "s4")} == {"s1": {"pay": 2}, "s2": {"stay": 2}, "s3": {"stay": 2}, "s4": {"pay": 2}}
    assert first["s1"].status == "bot"
    table.go("decide", "closed")
    assert table.room.rounds[1].decisions["s4"].choice == {"stay": 2}, "fewer than half did their part"


def test_a_bot_replies_to_what_the_others_did_and_not_to_itself() -> None:
    # all that is worth anything is the third of three who pay: who was that one last round goes on
    text = GAME.replace("0.5 * count(firms, pay) - dues", "20 * (count(firms, pay) >= 3) - dues").replace(
        "0.5 * count(firms, pay) - fine", "20 * (count(firms, pay) >= 3) - fine"
    )
    table = Table(game_text=text, seats=(SeatPlan(role="firms", seats=10, members=1), SeatPlan(role="office")))
    table.move("give_to_bot", at={"seat": "s1"}, bot="best_reply")
    table.move("give_to_bot", at={"seat": "s4"}, bot="best_reply")
    table.go("lobby", "decide")
    table.move("enter", entries=[{"seat": name, "choice": "pay"} for name in ("s1", "s2", "s3")])
    table.go("closed", "revealed", "decide", "closed")
    decisions = table.room.rounds[1].decisions
    assert (decisions["s1"].choice, decisions["s4"].choice) == ({"pay": 1}, {"stay": 1})


def test_a_bot_that_never_does_its_part_does_not_although_some_do_today() -> None:
    table = Table(game_text=GAME.replace("status_quo: {firms: stay,", "status_quo: {firms: {pay: 5, stay: 5},"))
    table.move("give_to_bot", at={"seat": "s1"}, bot="never")
    table.go("lobby", "decide")
    assert table.room.round is not None
    assert bots.choice(table.room, table.room.seats["s1"], payoffs_of(table.room, table.room.round)) == {"stay": 2}
    assert bots.TOLD["never"] == "Never does its part."


def test_a_bot_does_what_its_role_is_committed_to() -> None:
    table = Table(terms={"levers": ["order"]})
    table.move("give_to_bot", at={"seat": "s5"}, bot="never")
    table.go("lobby", "decide", "closed")
    assert table.room.round is not None
    assert table.room.round.decisions["s5"].choice == {"check": 1}


def test_undoing_a_step_is_as_if_it_had_not_been_and_stays_in_the_record() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    before = table.room.as_dict()
    table.go("closed")
    table.move("undo", reason="too early")
    assert table.room.as_dict() == before
    assert [event.kind for event in table.room.log][-2:] == ["moved", "undone"]
    table.move("undo")
    assert (table.room.phase, table.room.rounds) == ("lobby", [])
    table.go("decide")
    assert table.room.rounds[0].decisions == {}, "what was entered for a round that was undone does not come back"
    assert rebuilt(table).as_dict() == table.room.as_dict()


def test_an_undone_phase_has_its_time_again_and_does_not_end_at_once() -> None:
    table = Table(timers={"decide": 60})
    table.go("lobby", "decide")
    table.now += 61
    table.add(EXPIRE(table.room, SERVER, Part(), table.now), SERVER)
    assert table.room.phase == "closed"
    table.move("undo")
    assert (table.room.phase, table.room.timer.ends_at) == ("decide", table.now + 60)
    assert EXPIRE(table.room, SERVER, Part(), table.now + 1) == []
    table.now += 20
    table.move("pause")
    table.now += 600
    table.move("undo")
    assert table.room.timer.ends_at == table.now + 40, "a pause that is undone takes no time"
    assert rebuilt(table).as_dict() == table.room.as_dict()


def test_what_people_do_themselves_is_no_step_of_the_facilitator_to_undo() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    table.move("rename", Actor("seat", "s2"), alias="Blue")
    table.move("rename_seat", at={"seat": "s3"}, alias="Red")
    table.decide("s3", "pay")
    table.move("undo")
    assert (table.room.seats["s2"].alias, table.room.seats["s3"].alias) == ("Blue", "Firms 3")
    assert set(table.room.rounds[0].decisions) == {"s1", "s3"}, "another name for a seat has nothing to do with what it decided"
    table.move("undo")
    assert table.room.phase == "lobby"


def test_letting_bots_take_all_free_seats_is_one_step() -> None:
    table = Table()
    for seat in ("s2", "s3", "s4"):
        table.move("free_seat", at={"seat": seat})
    table.move("give_to_bot", at={"seat": "s1"})
    table.move("fill_with_bots", bot="always")
    assert [seat.control for seat in table.room.present] == ["bot", "bot", "bot", "bot", "person"]
    table.move("undo")
    assert [seat.control for seat in table.room.present] == ["bot", "free", "free", "free", "person"]
    assert rebuilt(table).as_dict() == table.room.as_dict()


def test_undoing_a_reopening_brings_back_the_decisions_that_its_results_rest_on() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    table.go("closed", "revealed")
    before = table.room.as_dict()
    table.move("reopen")
    table.decide("s1", "stay")
    table.move("undo")
    assert table.room.as_dict() == before


def test_a_seat_that_changed_since_decides_anew_when_its_round_is_reopened() -> None:
    table = Table()
    table.go("lobby", "decide")
    for seat in ("s1", "s2", "s3"):
        table.decide(seat, "pay")
    table.go("closed", "revealed")
    table.move("merge_seats", at={"seat": "s2"}, into="s1")
    table.move("reopen")
    assert set(table.room.rounds[0].decisions) == {"s3"}
    table.go("closed", "revealed")
    results = table.room.rounds[0].results
    assert results is not None
    assert sum(results["seats"]["s1"]["choice"].values()) == 4


def test_a_seat_that_grew_and_does_not_decide_does_as_before_in_the_same_proportion() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", {"pay": 1, "stay": 1})
    table.go("closed", "revealed")
    table.move("merge_seats", at={"seat": "s2"}, into="s1")
    table.go("decide", "closed")
    assert table.room.rounds[1].decisions["s1"].choice == {"pay": 2, "stay": 2}


def test_a_seat_in_another_role_does_not_repeat_what_it_did_in_the_old_one() -> None:
    table = Table(seats=(SeatPlan(role="firms", seats=4, members=1),))
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    table.go("closed", "revealed")
    table.move("reshape_seat", at={"seat": "s1"}, role="office", members=1)
    table.go("decide", "closed", "revealed")
    assert table.room.rounds[1].decisions["s1"].choice == {"sleep": 1}
    seen = view(table.room, Actor("owner"))["rounds"]
    assert [one["decisions"]["s1"]["role"] for one in seen] == ["firms", "office"]


def test_who_lost_a_seat_can_do_nothing_with_it_and_is_told_why() -> None:
    for name, body, told in (
        ("free_seat", {}, "freed"),
        ("give_to_bot", {}, "a bot plays"),
        ("merge_seats", {"into": "s2"}, "merged"),
        ("remove_seat", {}, "out"),
    ):
        table = Table()
        table.go("lobby")
        table.move(name, at={"seat": "s1"}, **body)
        table.go("decide")
        with pytest.raises(SeatLostError, match=told):
            table.decide("s1", "pay")
        with pytest.raises(SeatLostError, match=told):
            view(table.room, Actor("seat", "s1"))


def test_a_reminder_is_over_with_its_phase() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.move("nudge")
    assert table.room.seats["s1"].nudged == 1
    table.go("closed", "revealed", "decide")
    assert table.room.seats["s1"].nudged == 0


def test_the_console_offers_no_step_that_leads_nowhere() -> None:
    table = Table(rounds=1, predict=False)
    table.go("lobby")
    assert view(table.room, Actor("owner"))["following"] == ["briefing", "decide"]
    table.go("decide", "closed", "revealed")
    assert view(table.room, Actor("owner"))["following"] == ["negotiate", "debrief"]


def test_a_reopened_round_is_counted_anew() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    table.go("closed", "revealed")
    first = table.room.rounds[0].results
    table.move("reopen", reason="s2 pressed the wrong button")
    assert table.room.phase == "decide"
    assert set(table.room.rounds[0].decisions) == {"s1"}, "defaults are dropped, what people chose stays"
    table.decide("s2", "pay")
    table.go("closed", "revealed")
    assert table.room.rounds[0].results != first
    assert table.room.rounds[0].reopened == 1


def test_a_pause_stops_everything_and_keeps_what_is_left_of_the_time() -> None:
    table = Table(timers={"decide": 60})
    table.go("lobby", "decide")
    table.now += 20
    table.move("pause", reason="lunch")
    with pytest.raises(NotNowError, match="paused"):
        table.decide("s1", "pay")
    table.now += 3600
    table.move("resume")
    assert table.room.timer.ends_at == pytest.approx(table.now + 40)
    table.move("extend", seconds=30)
    assert table.room.timer.ends_at == pytest.approx(table.now + 70)


def test_a_signed_proposal_changes_the_rounds_to_come_and_people_may_still_break_it() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    table.move("propose", Actor("seat", "s1"), title="Fines", terms={"levers": ["fines"], "rule": "equal"})
    table.go("negotiate")
    for seat in ("s1", "s2", "s3", "s5"):
        table.move("vote", Actor("seat", seat), {"proposal": "p1"}, accepts=True)
    table.move("close_vote", at={"proposal": "p1"})
    assert table.room.proposals["p1"].standing == "signed"
    assert table.room.terms.levers == ("fines",)
    assert table.room.charged == {"dues": 2.0}
    table.go("decide")
    table.decide("s1", "stay")
    table.decide("s5", "check")
    table.go("closed", "revealed")
    assert table.room.rounds[0].terms.levers == ()
    assert table.room.rounds[1].results is not None
    assert table.room.rounds[1].results["seats"]["s1"]["each"] == pytest.approx(-5.0)


def sign(table: Table, **terms: object) -> str:
    """Let everybody accept a proposal."""
    table.move("propose", title=f"Proposal {len(table.room.proposals) + 1}", terms=terms)
    return agree(table, f"p{len(table.room.proposals)}")


def agree(table: Table, name: str) -> str:
    if table.room.phase != "negotiate":
        table.go("negotiate")
    for seat in table.room.present:
        table.move("vote", Actor("seat", seat.name), {"proposal": name}, accepts=True)
    table.move("close_vote", at={"proposal": name})
    return name


def test_a_second_agreement_leaves_the_first_in_force() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    table.move("propose", title="Fines", terms={"levers": ["fines"]})
    table.move("propose", title="Lower dues", terms={"set": {"dues": 1}})
    agree(table, "p1")
    assert view(table.room, Actor("owner"))["proposals"][1]["terms"]["levers"] == ["fines"], "what is on the table is shown with what holds by now"
    agree(table, "p2")
    assert (table.room.terms.levers, table.room.terms.set) == (("fines",), {"dues": 1.0})
    table.go("decide")
    assert table.room.rounds[1].terms == table.room.terms
    assert rebuilt(table).as_dict() == table.room.as_dict()


def test_what_an_agreement_takes_back_is_gone_and_its_terms_say_so() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    sign(table, levers=["fines"])
    table.move("propose", title="No fines", terms={"without": ["fines"]})
    seen = view(table.room, Actor("owner"))["proposals"][1]
    assert (seen["asks"]["without"], seen["terms"]["levers"]) == (["fines"], [])
    agree(table, "p2")
    assert table.room.terms.levers == ()


def test_who_pays_what_by_a_later_agreement_is_not_held_up_by_an_earlier_number() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    sign(table, set={"dues": 1.0})
    sign(table, rule="equal")
    assert (table.room.terms.set, table.room.charged) == ({}, {"dues": 2.0})
    sign(table, charges={"firms": 1.5})
    assert (table.room.terms.rule, table.room.charged) == ("equal", {"dues": 1.5}), "what is agreed for one class leaves the rule for the others"
    sign(table, set={"dues": 4.0})
    table.go("decide")
    assert table.room.round is not None
    assert payoffs_of(table.room, table.room.round).environment(table.room.game.counts({}))["dues"] == 4.0


def test_votes_stay_as_they_were_counted_whoever_comes_or_goes() -> None:
    table = Table()
    table.go("lobby", "decide", "closed", "revealed")
    name = sign(table, levers=["fines"])
    counted = view(table.room, Actor("owner"))["proposals"][0]["tally"]
    assert counted["agreed"]
    for seat in ("s1", "s2"):
        table.move("remove_seat", at={"seat": seat})
    assert view(table.room, Actor("owner"))["proposals"][0]["tally"] == counted
    assert table.room.proposals[name].standing == "signed"


@pytest.mark.parametrize(
    ("rule", "votes", "agreed"),
    [
        ({"kind": "unanimity"}, {"s1": True, "s2": True, "s3": True, "s4": True, "s5": True}, True),
        ({"kind": "unanimity"}, {"s1": True, "s2": False, "s3": True, "s4": True, "s5": True}, False),
        ({"kind": "unanimity"}, {"s1": True, "s2": True, "s3": True, "s4": True}, False),
        ({"kind": "majority"}, {"s1": True, "s2": True, "s3": True, "s5": True}, True),
        ({"kind": "majority"}, {"s1": True, "s2": True, "s5": True}, False),
        ({"kind": "weighted", "weights": {"office": 3, "firms": 1}, "share": 0.75}, {"s5": True}, True),
        ({"kind": "weighted", "weights": {"office": 3, "firms": 1}, "share": 0.8}, {"s5": True}, False),
    ],
)
def test_votes_are_counted_by_the_declared_rule(rule: dict, votes: dict, agreed: bool) -> None:  # type: ignore[type-arg]
    table = Table(vote=rule)
    table.go("lobby", "decide", "closed", "revealed")
    table.move("propose", title="Fines", terms={"levers": ["fines"]})
    table.go("negotiate")
    for seat, accepts in votes.items():
        table.move("vote", Actor("seat", seat), {"proposal": "p1"}, accepts=accepts)
    table.move("close_vote", at={"proposal": "p1"})
    assert (table.room.proposals["p1"].standing == "signed") is agreed


def test_what_does_not_fit_is_refused_with_place_and_remedy() -> None:
    table = Table()
    table.go("lobby", "decide")
    with pytest.raises(InvalidGameError, match="add up to 3"):
        table.decide("s1", {"pay": 3})
    with pytest.raises(InvalidGameError, match="no action 'fly'"):
        table.decide("s1", "fly")
    with pytest.raises(SeatLostError, match="taken out"):
        table.decide("s99", "pay")
    with pytest.raises(NotNowError, match="round 2 is over"):
        table.move("decide", Actor("seat", "s1"), choice="pay", round=2)
    with pytest.raises(InvalidGameError) as error:
        table.move("enter", entries=[{"seat": "s1", "choice": "pay"}, {"seat": "s2", "choice": "fly"}, {"seat": "s77", "choice": "pay"}])
    assert [problem.place[:2] for problem in error.value.problems] == [("entries", 1), ("entries", 2)]
    assert table.room.rounds[0].decisions == {}, "one wrong line, nothing is entered"


def test_what_is_on_paper_is_entered_in_each_phase_and_marked() -> None:
    table = Table()
    table.go("lobby", "predict")
    table.move("enter", Actor("proxy"), entries=[{"seat": "s1", "cooperation": 0.3}])
    table.go("decide")
    table.move("enter", Actor("proxy"), entries=[{"seat": "s1", "choice": "pay"}])
    assert table.room.rounds[0].decisions["s1"].status == "proxy"
    table.go("closed", "revealed")
    table.move("propose", title="Fines", terms={"levers": ["fines"]})
    table.go("negotiate")
    table.move("enter", Actor("proxy"), entries=[{"seat": "s1", "proposal": "p1", "accepts": True}, {"seat": "s2", "proposal": "p1"}])
    assert [vote.accepts for vote in table.room.proposals["p1"].votes.values()] == [True, None]
    with pytest.raises(InvalidGameError, match="proposal"):
        table.move("enter", Actor("proxy"), entries=[{"seat": "s1", "choice": "pay"}])


def test_seats_change_hands_members_and_roles_between_rounds() -> None:
    table = Table()
    table.go("lobby")
    table.move("merge_seats", at={"seat": "s2"}, into="s1")
    assert table.room.seats["s1"].members == 4
    assert [seat.name for seat in table.room.present] == ["s1", "s3", "s4", "s5"]
    table.move("add_seat", role="firms", members=2)
    with pytest.raises(IllegalMoveError, match="0 members"):
        table.move("add_seat", role="firms", members=1)
    table.move("reshape_seat", at={"seat": "s1"}, members=3)
    table.go("decide")
    with pytest.raises(NotNowError, match="running"):
        table.move("remove_seat", at={"seat": "s3"})


def test_every_move_is_only_for_whom_it_is_meant() -> None:
    for move in MOVES.values():
        for capacity in ("owner", "assistant", "proxy", "seat", "view"):
            if capacity not in move.allowed:
                table = Table()
                with pytest.raises(NotAllowedError):
                    move(table.room, Actor(capacity, "s1" if capacity == "seat" else None), None, 0.0)  # type: ignore[arg-type]


def test_any_changed_byte_of_a_log_is_found() -> None:
    table = Table()
    table.go("lobby", "decide")
    table.decide("s1", "pay")
    table.go("closed", "revealed")
    log = table.room.log
    assert verify(log, log[-1].hash) == len(log)
    for place, event in enumerate(log):
        for change in ({"kind": "paused"}, {"at": "2027"}, {"actor": "seat:s9"}, {"data": {**event.data, "x": 1}}, {"hash": "0" * 64}, {"previous": "1" * 64}):
            with pytest.raises(BrokenLogError):
                verify([*log[:place], dataclasses.replace(event, **change), *log[place + 1 :]], log[-1].hash)
        with pytest.raises(BrokenLogError):
            verify([*log[:place], *log[place + 1 :]], log[-1].hash)


SEATS = ("s1", "s2", "s3", "s4", "s5", "s6")
STEPS = st.one_of(
    st.tuples(st.just("go"), st.sampled_from(PHASES)),
    st.tuples(st.sampled_from(("undo", "reopen", "pause", "resume")), st.just("")),
    st.tuples(st.just("decide"), st.tuples(st.sampled_from(SEATS), st.sampled_from(("pay", "stay", "check")))),
    st.tuples(st.just("expect"), st.sampled_from(SEATS)),
    st.tuples(st.just("propose"), st.sampled_from((["fines"], ["order"], []))),
    st.tuples(st.just("vote"), st.tuples(st.sampled_from(SEATS), st.booleans())),
    st.tuples(st.just("close_vote"), st.just("")),
    st.tuples(st.just("merge"), st.tuples(st.sampled_from(SEATS), st.sampled_from(SEATS))),
    st.tuples(st.just("bot"), st.sampled_from(SEATS)),
    st.tuples(st.just("terms"), st.sampled_from((0.0, 5.0, 20.0))),
)


def step(table: Table, kind: str, what: object) -> None:
    match kind, what:
        case "go", phase:
            table.move("go", to=phase)
        case "decide", (seat, choice):
            table.move("decide", Actor("seat", seat), choice=choice)
        case "expect", seat:
            table.move("expect", Actor("seat", str(seat)), cooperation=0.5)
        case "propose", levers:
            table.move("propose", title="T", terms={"levers": levers})
        case "vote", (seat, accepts):
            table.move("vote", Actor("seat", seat), {"proposal": "p1"}, accepts=accepts)
        case "close_vote", _:
            table.move("close_vote", at={"proposal": "p1"})
        case "merge", (seat, into):
            table.move("merge_seats", at={"seat": seat}, into=into)
        case "bot", seat:
            table.move("give_to_bot", at={"seat": str(seat)})
        case "terms", fine:
            table.move("set_terms", terms={"set": {"fine": fine}})
        case _:
            table.move(kind)


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=40))
def test_no_order_of_requests_breaks_what_must_always_hold(steps: list[tuple[str, object]]) -> None:
    table = Table()
    for kind, what in steps:
        length = len(table.room.log)
        try:
            step(table, kind, what)
        except NegotiationError:
            assert len(table.room.log) == length, "a refused request leaves no trace"
    room = table.room
    assert verify(room.log) == len(room.log)
    assert rebuilt(table).as_dict() == room.as_dict()
    json.loads(canonical(room.as_dict()))
    for role, stakeholder in room.game.stakeholders.items():
        assert sum(seat.members for seat in room.present if seat.role == role) <= stakeholder.members
    assert [one.number for one in room.rounds] == list(range(1, len(room.rounds) + 1))
    assert len(room.rounds) <= room.made.rounds
    for one in room.rounds:
        for name, decision in one.decisions.items():
            assert decision.status == "missing" or sum(decision.choice.values()) > 0
            assert name in room.seats
        if one.results is not None:
            for role, stakeholder in room.game.stakeholders.items():
                assert sum(one.results["counts"][role].values()) == stakeholder.members
