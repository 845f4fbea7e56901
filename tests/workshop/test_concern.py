"""A seat's page needs no look again when others do what it does not show, and shows of others no more than their totals."""

from typing import Any, get_args

import pytest

from api.storage.writer import heard, notice
from api.workshop.concern import OWN, concerned
from api.workshop.events import Draft, chained
from api.workshop.moves.rights import Actor
from api.workshop.plan import Audience, Subject
from api.workshop.views import view

from .table import OWNER, Table
from .test_information import SEATS, after_reveal, played

ME, OTHER = "s2", "s1"


def page(table: Table) -> dict[str, Any]:
    """What stands on my page, without the number that counts every event."""
    return {**view(table.room, Actor("seat", ME), alone=True), "version": 0}


@pytest.mark.parametrize("rule", get_args(Audience))
@pytest.mark.parametrize("subject", get_args(Subject))
def test_a_page_that_is_not_told_of_a_change_would_not_show_it(subject: Subject, rule: Audience) -> None:
    table = Table(information={subject: rule})
    kinds: set[str] = set()

    def others(name: str, at: dict[str, str] | None = None, actor: Actor | None = None, **body: Any) -> None:
        before, seen = len(table.room.log), page(table)
        table.move(name, actor or Actor("seat", OTHER), at, **body)
        new = table.room.log[before:]
        kinds.update(event.kind for event in new)
        if ME not in (concerned(new) or {ME}):
            assert page(table) == seen, name

    table.go("lobby")
    table.sit(OTHER)
    table.go("predict")
    others("expect", cooperation=0.2)
    table.move("expect", Actor("seat", ME), cooperation=0.4)
    others("expect", cooperation=0.3)
    table.go("decide")
    others("decide", choice="pay")
    others("call", text="help")
    others("answer_call", {"seat": OTHER}, OWNER)
    table.move("decide", Actor("seat", ME), choice="stay")
    others("decide", choice="stay")
    table.go("closed", "revealed")
    others("reflect", text="because")
    others("propose", title="Fines", terms={"levers": ["fines"]})
    table.go("negotiate")
    others("vote", {"proposal": "p1"}, accepts=True, reason="fair")
    others("close_vote", {"proposal": "p1"}, OWNER)
    assert kinds >= OWN - {"taken"}, "every kind was tried"


def test_taking_a_seat_shows_on_no_other_page() -> None:
    table = Table()
    table.go("lobby")
    before = page(table)
    table.sit(OTHER)
    assert page(table) == before
    assert concerned([table.room.log[-1]]) == frozenset({OTHER})


@pytest.mark.parametrize("rule", get_args(Audience))
@pytest.mark.parametrize("subject", get_args(Subject))
def test_a_page_shows_ones_own_part_of_the_whole_view_and_the_same_totals(subject: Subject, rule: Audience) -> None:
    table = played(subject, rule)
    for later in (False, True):
        if later:
            after_reveal(table)
        for name in SEATS:
            whole, own = view(table.room, Actor("seat", name)), view(table.room, Actor("seat", name), alone=True)
            for total in ("done", "asked"):  # how many have decided so far: it would change with each of them
                whole.pop(total, None)
            whole["seats"] = [row for row in whole["seats"] if row["name"] == name]
            for one in whole["rounds"]:
                for rows in (one["decisions"], one["predictions"], one["reflections"], one.get("results", {}).get("seats", {})):
                    _keep(rows, name)
            for one in whole["proposals"]:
                _keep(one.get("votes", {}), name)
            assert own == whole


def _keep(rows: dict[str, Any], name: str) -> None:
    for other in set(rows) - {name}:
        del rows[other]


def test_processes_tell_each_other_whose_page_a_change_shows_on() -> None:
    own = [Draft("decided", {"seat": seat, "choice": {}, "status": "made"}) for seat in ("s2", "s1", "s2")]
    events = chained("0123456789ab-1", None, own, "", "owner")
    assert heard(notice("0123456789ab-1", events)) == ("0123456789ab-1", 3, frozenset({"s1", "s2"}))
    events += chained("0123456789ab-1", events[-1], [Draft("paused", {"reason": "", "left": None})], "", "owner")
    assert heard(notice("0123456789ab-1", events)) == ("0123456789ab-1", 4, None)
    many = chained("0123456789ab-1", None, [Draft("called", {"seat": f"a_seat_with_a_long_name_{number}"}) for number in range(300)], "", "owner")
    said = notice("0123456789ab-1", many)
    assert len(said) < 8000, "PostgreSQL takes no more"
    assert heard(said) == ("0123456789ab-1", 300, None), "what is too long to be told to some is told to all"
