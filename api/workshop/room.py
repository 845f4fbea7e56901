"""The state of a workshop's table: what its log of events comes to. Nothing here decides whether something may happen; see :mod:`moves`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from negotiation.definition import Definition, read_definition
from negotiation.settings import Settings

from .events import Event
from .phases import Phase
from .plan import Plan, Terms
from .state import Choice, Decision, Proposal, Round, Seat, Status, Timer, Vote


@lru_cache(maxsize=128)
def game_of(text: str, name: str) -> Definition:
    """Return the game that a text states: read once for all tables that play it; nobody changes it."""
    return read_definition(text, name)


class Room:
    """A table of a workshop, at the end of a log.

    Parameters
    ----------
    name : str
        Its identifier.
    events : iterable of Event
        The log from the start.
    """

    def __init__(self, name: str, events: Iterable[Event] = ()) -> None:
        self.name = name
        self.log: list[Event] = []
        self._clear()
        for event in events:
            self.apply(event)

    def _clear(self) -> None:
        self.plan: Plan | None = None
        self.definition: Definition | None = None
        self.table = 1
        self.phase: Phase = "draft"
        self.paused = False
        self.reason = ""
        self.seats: dict[str, Seat] = {}
        self.rounds: list[Round] = []
        self.proposals: dict[str, Proposal] = {}
        self.terms = Terms()
        self.charged: Mapping[str, float] = {}
        self.timer = Timer(None)
        self.information: dict[str, str] = {}
        self.shown: dict[str, bool] = {}

    @property
    def version(self) -> int:
        """Number of the last event."""
        return self.log[-1].number if self.log else 0

    @property
    def made(self) -> Plan:
        """What the workshop was made from."""
        assert self.plan is not None, "the first event of a log is 'created'"
        return self.plan

    @property
    def game(self) -> Definition:
        """The game that is played."""
        assert self.definition is not None, "the first event of a log is 'created'"
        return self.definition

    @property
    def round(self) -> Round | None:
        """The round that runs, or the last one."""
        return self.rounds[-1] if self.rounds else None

    @property
    def present(self) -> list[Seat]:
        """Seats that are part of the room now."""
        return [seat for seat in self.seats.values() if not seat.gone]

    def settings(self, terms: Terms | None = None) -> Settings:
        """Return the engine's settings for terms, or for those that hold now."""
        chosen = self.terms if terms is None else terms
        return Settings(tuple(chosen.set.items()), self.made.scenario, chosen.levers)

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        self.log.append(event)
        if event.kind == "undone":
            self._again()
        else:
            getattr(self, f"_{event.kind}")(event.data, event)

    def _again(self) -> None:
        """Fold the log anew, leaving out what was undone."""
        out = undone(self.log)
        self._clear()
        for event in self.log:
            if event.kind == "undone":
                if "ends_at" in event.data:
                    self.timer = Timer(event.data["ends_at"])
            elif event.number not in out:
                getattr(self, f"_{event.kind}")(event.data, event)

    # what each kind of event does

    def _created(self, data: Mapping[str, Any], _: Event) -> None:
        self.plan = Plan.model_validate(data["plan"])
        self.definition = game_of(data["game"], data["game_name"])
        self.table = data["table"]
        self.terms, self.charged = self.plan.terms, data["charged"]
        for row in data["seats"]:
            self.seats[row["name"]] = Seat(**row)

    def _moved(self, data: Mapping[str, Any], event: Event) -> None:
        self.phase, self.reason = data["to"], data["reason"]
        if data.get("opens"):
            self.rounds.append(Round(data["opens"], self.terms, self.charged, opened=event.number))
        self.timer = Timer(data.get("ends_at"))
        for seat in self.seats.values():
            seat.nudged = 0
        for row in data.get("filled", ()):
            self._set_decision(row["seat"], row["choice"], row["status"], event.number)
        if data.get("results") is not None and self.round is not None:
            self.round.results = data["results"]

    def _reopened(self, data: Mapping[str, Any], _: Event) -> None:
        assert self.round is not None
        self.phase, self.reason = "decide", data["reason"]
        self.round.results = None
        self.round.reopened += 1
        self.round.decisions = {name: one for name, one in self.round.decisions.items() if one.status in ("made", "changed", "proxy") and self._fits(name, one)}
        self.timer = Timer(data.get("ends_at"))

    def _fits(self, seat: str, decision: Decision) -> bool:
        """Return whether a seat still plays what it played when it decided."""
        now = self.seats[seat]
        return not now.gone and (now.role, now.members) == (decision.role, decision.members)

    def _paused(self, data: Mapping[str, Any], _: Event) -> None:
        self.paused, self.reason = True, data["reason"]
        self.timer = Timer(None, data.get("left"))

    def _resumed(self, data: Mapping[str, Any], _: Event) -> None:
        self.paused, self.reason = False, data["reason"]
        self.timer = Timer(data.get("ends_at"))

    def _timed(self, data: Mapping[str, Any], _: Event) -> None:
        self.timer = Timer(data["ends_at"], data.get("left"))

    def _seated(self, data: Mapping[str, Any], _: Event) -> None:
        self.seats[data["name"]] = Seat(**data)

    def _taken(self, data: Mapping[str, Any], _: Event) -> None:
        seat = self.seats[data["seat"]]
        seat.control, seat.bot, seat.device = "person", None, seat.device + 1
        seat.alias = data.get("alias") or seat.alias

    def _changed(self, data: Mapping[str, Any], _: Event) -> None:
        for name, value in data["to"].items():
            setattr(self.seats[data["seat"]], name, value)

    def _freed(self, data: Mapping[str, Any], _: Event) -> None:
        seat = self.seats[data["seat"]]
        seat.control, seat.bot, seat.device, seat.help = "free", None, seat.device + 1, None

    def _given_to_bot(self, data: Mapping[str, Any], _: Event) -> None:
        seat = self.seats[data["seat"]]
        seat.control, seat.bot, seat.help = "bot", data["bot"], None

    def _merged(self, data: Mapping[str, Any], _: Event) -> None:
        gone, into = self.seats[data["seat"]], self.seats[data["into"]]
        into.members += gone.members
        gone.gone, gone.control = True, "free"

    def _removed(self, data: Mapping[str, Any], _: Event) -> None:
        seat = self.seats[data["seat"]]
        seat.gone, seat.control = True, "free"

    def _predicted(self, data: Mapping[str, Any], _: Event) -> None:
        assert self.round is not None
        self.round.predictions[data["seat"]] = data["cooperation"]

    def _decided(self, data: Mapping[str, Any], event: Event) -> None:
        self._set_decision(data["seat"], data["choice"], data["status"], event.number)

    def _set_decision(self, seat: str, choice: Choice, status: Status, number: int) -> None:
        assert self.round is not None
        now = self.seats[seat]
        self.round.decisions[seat] = Decision(dict(choice), status, number, now.role, now.members)

    def _reflected(self, data: Mapping[str, Any], _: Event) -> None:
        self.rounds[data["round"] - 1].reflections[data["seat"]] = data["text"]

    def _called(self, data: Mapping[str, Any], _: Event) -> None:
        self.seats[data["seat"]].help = data["text"]

    def _answered(self, data: Mapping[str, Any], _: Event) -> None:
        self.seats[data["seat"]].help = None

    def _nudged(self, data: Mapping[str, Any], _: Event) -> None:
        for name in data["seats"]:
            self.seats[name].nudged += 1

    def _proposed(self, data: Mapping[str, Any], event: Event) -> None:
        asks, terms = Terms.model_validate(data["asks"]), Terms.model_validate(data["terms"])
        self.proposals[data["name"]] = Proposal(
            data["name"], data["seat"], data["title"], data["why"], asks, terms, data["counters"], event.number, charged=data["charged"]
        )

    def _withdrawn(self, data: Mapping[str, Any], _: Event) -> None:
        self.proposals[data["proposal"]].standing = "withdrawn"

    def _voted(self, data: Mapping[str, Any], event: Event) -> None:
        self.proposals[data["proposal"]].votes[data["seat"]] = Vote(data["accepts"], data["reason"], event.number)

    def _rejected(self, data: Mapping[str, Any], event: Event) -> None:
        proposal = self.proposals[data["proposal"]]
        proposal.standing, proposal.counted, proposal.closed = "rejected", data["tally"], event.number

    def _signed(self, data: Mapping[str, Any], event: Event) -> None:
        proposal = self.proposals[data["proposal"]]
        proposal.standing, proposal.counted, proposal.closed = "signed", data["tally"], event.number
        self._termed(data, event)
        proposal.terms, proposal.charged = self.terms, self.charged

    def _termed(self, data: Mapping[str, Any], _: Event) -> None:
        self.terms, self.charged = Terms.model_validate(data["terms"]), data["charged"]

    def _informed(self, data: Mapping[str, Any], _: Event) -> None:
        self.information |= data["information"]

    def _displayed(self, data: Mapping[str, Any], _: Event) -> None:
        self.shown |= data["elements"]

    # what a log says as a whole

    def as_dict(self) -> dict[str, Any]:
        """Return the whole state as plain data, to be compared and kept."""
        return {
            "phase": self.phase,
            "paused": self.paused,
            "table": self.table,
            "terms": self.terms.model_dump(mode="json"),
            "charged": dict(self.charged),
            "timer": [self.timer.ends_at, self.timer.left],
            "information": dict(self.information),
            "shown": dict(self.shown),
            "seats": {name: vars(seat).copy() for name, seat in self.seats.items()},
            "rounds": [_plain_round(one) for one in self.rounds],
            "proposals": {name: _plain_proposal(one) for name, one in self.proposals.items()},
        }


def _plain_round(one: Round) -> dict[str, Any]:
    decisions = {name: vars(decision).copy() for name, decision in one.decisions.items()}
    return {**vars(one), "terms": one.terms.model_dump(mode="json"), "charged": dict(one.charged), "decisions": decisions}


def _plain_proposal(one: Proposal) -> dict[str, Any]:
    votes = {name: vars(vote).copy() for name, vote in one.votes.items()}
    terms = {"terms": one.terms.model_dump(mode="json"), "asks": one.asks.model_dump(mode="json")}
    return {**vars(one), **terms, "votes": votes, "charged": dict(one.charged)}


def undone(log: Iterable[Event]) -> set[int]:
    """Return the numbers of the events that later ones undid."""
    return {number for event in log if event.kind == "undone" for number in event.data["of"]}
