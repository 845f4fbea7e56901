"""Allocate, then play: if these charges are what people pay, who stays, what do the others then pay, and where does that end?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..coalitional.allocation import Allocation
from ..coalitional.methods import METHODS
from ..coalitional.subgame import subgame, terms_for
from ..coalitional.terms import NO_TERMS, Terms
from ..definition import Definition
from ..errors import NotApplicableError
from ..numerics import plain, shown
from ..settings import NO_SETTINGS, Settings
from ..strategic.game import Game, Points
from .draws import Draws
from .sharing import POLICIES, Sharing, sharing_named
from .situation import Situation, build_situation
from .stability import Test
from .verdict import Verdict, Word, verdict

MAX_ROUNDS = 60
Ending = Literal["settled", "circles", "collapsed", "impossible"]


@dataclass(frozen=True)
class Round:
    """Charges for those who take part, and who takes part when everybody plays under them.

    Parameters
    ----------
    members : dict of str to int
        Members of each class among whom the cost was shared.
    charges : dict of str to float
        Per member of each class, in the cost game's unit.
    stay : dict of str to int
        Members of each class at their target action once nobody gains by a switch any more.
    moves : int
        Switches of single members until then.
    """

    members: dict[str, int]
    charges: dict[str, float]
    stay: dict[str, int]
    moves: int


@dataclass(frozen=True)
class Loop:
    """Where charging and playing by turns ends.

    Parameters
    ----------
    method, title : str
        A rule or a policy, and what people call it.
    ending : str
        "settled": those who share the cost are those who stay; "circles": charges and members repeat for ever; "collapsed": nobody is left;
        "impossible": no charges fit among those who are left.
    rounds : tuple of Round
        On a circle, up to its first repetition.
    first : Allocation
        Charges when everybody takes part.
    test : Test
        Whether somebody gains by leaving the target under these.
    word : str
        The whole verdict under these.
    cooperation : float
        Share of all members at their target action at the end (on a circle: in its last round).
    why : str
        Why no charges fit, where that is the end.
    """

    method: str
    title: str
    ending: Ending
    rounds: tuple[Round, ...]
    first: Allocation
    test: Test
    word: Word
    cooperation: float
    situation: Situation
    why: str = ""

    @property
    def everybody_stays(self) -> bool:
        """Whether all members of all classes still share the cost at the end."""
        return self.ending == "settled" and self.rounds[-1].members == self.rounds[0].members

    @property
    def sentence(self) -> str:
        """The end in plain words."""
        title, last = self.title, self.rounds[-1]
        if self.everybody_stays:
            return f"Under “{title}” everybody who is to pay stays."
        game = self.first.game
        left = [f"{last.stay.get(entry.name, 0):,} of {entry.members:,} {entry.title}" for entry in game.classes]
        rose = [
            f"{game.classes[k].title} pay {shown(last.charges[name])} instead of {shown(self.rounds[0].charges[name])}"
            for k, name in enumerate(game.names)
            if last.charges.get(name, 0.0) > self.rounds[0].charges[name] * (1 + 1e-9) and last.stay.get(name)
        ]
        ends = {
            "settled": "it settles at",
            "circles": "it goes round in a circle, now at",
            "collapsed": "nobody is left in the end:",
            "impossible": "no charges fit any more among",
        }[self.ending]
        why = f" {self.why}." if self.why else ""
        return f"Under “{title}” {ends} {', '.join(left)}{'; ' + ', '.join(rose) if rose else ''}.{why}"

    def as_dict(self) -> dict[str, Any]:
        """Return the loop for JSON."""
        rounds = [
            {"shared_by": one.members, "charge_each": one.charges, "stay": one.stay, "switches": one.moves, "round": k + 1} for k, one in enumerate(self.rounds)
        ]
        return dict(
            plain(
                {
                    "sentence": self.sentence,
                    "method": self.method,
                    "title": self.title,
                    "ending": self.ending,
                    "why": self.why,
                    "paid_by_others": self.first.contributions,
                    "cooperation": self.cooperation,
                    "verdict": self.word,
                    "rounds": rounds,
                }
            )
        )


def allocate_then_play(definition: Definition, settings: Settings = NO_SETTINGS, method: str | Sharing = "proportional", terms: Terms = NO_TERMS) -> Loop:
    """Share the cost by a rule or a policy, let everybody play, share it anew among those who stay, until nothing changes.

    Play goes by best replies from the target: again and again the member who gains most by a switch makes it (the stakeholder named first
    where several gain as much), until nobody gains. Who takes part are the members at actions that bear the charge (at the target: those
    who are to pay). Who is out may come back when charges fall.

    Parameters
    ----------
    definition : Definition
    settings : Settings
    method : str or Sharing
        An allocation method or a policy, see :func:`~negotiation.governance.sharing.sharing_named`.
    terms : Terms

    Returns
    -------
    Loop

    Raises
    ------
    NotApplicableError
        When there is no cost game, its charges feed no parameter, or the method does not fit when everybody takes part.
    """
    return _Play(definition, settings, terms).by(sharing_named(method) if isinstance(method, str) else method)


class _Play:
    """A definition under settings, charged by one rule after the other."""

    def __init__(self, definition: Definition, settings: Settings, terms: Terms) -> None:
        self.definition, self.settings, self.terms = definition, settings, terms
        self.today = build_situation(definition, settings)
        game = self.today.cost_game
        if game is None or not any(game.feeds):
            raise NotApplicableError(f"'{definition.name}' has no charges that matter in the game", "add a cost game whose classes feed parameters")
        self.game = game
        self.paying = {name: _paying(self.today, name, feeds) for name, feeds in zip(game.names, game.feeds, strict=True)}
        self.everybody = self.stay(self.today, self.today.target)
        self._judged: dict[tuple[float, ...], Verdict] = {}

    def by(self, sharing: Sharing) -> Loop:
        """Charge and play by turns."""
        first = self.charged(self.everybody, sharing)
        charges, members = self.asked(first, {}), self.everybody
        start = replace(self.situation(sharing, charges), agreed=first if sharing.name in POLICIES else None)
        situation, point = start, start.target
        rounds: list[Round] = []
        seen: set[tuple[tuple[str, int], ...]] = set()
        why = ""
        while True:
            point, moves = best_replies(situation.game, point)
            stay = self.stay(situation, point)
            rounds.append(Round(members, charges, stay, moves))
            key = tuple(stay.items())
            if stay == members or not any(stay.values()) or key in seen or len(rounds) >= MAX_ROUNDS:
                break
            seen.add(key)
            try:
                members, charges = stay, self.asked(self.charged(stay, sharing), charges)
            except NotApplicableError as error:
                why = error.message
                break
            situation = self.situation(sharing, charges)
        ending: Ending = "impossible" if why else "settled" if stay == members else "circles" if any(stay.values()) else "collapsed"
        judged = self.judged(start, first)
        cooperation = float(situation.cooperation(point)[0])
        return Loop(sharing.name, sharing.title, ending, tuple(rounds), first, judged.individual, judged.word, cooperation, start, why)

    def charged(self, members: Mapping[str, int], sharing: Sharing) -> Allocation:
        """Share the cost among some of the members."""
        part = subgame(self.game, [members[name] for name in self.game.names])
        return sharing.charge(part, terms_for(self.terms, part))

    def asked(self, found: Allocation, before: Mapping[str, float]) -> dict[str, float]:
        """Return the charge of every class; a class of which nobody is left keeps what it was last asked for, or today's charge."""
        today = {name: self.today.values[feeds] for name, feeds in zip(self.game.names, self.game.feeds, strict=True) if feeds is not None}
        return {**today, **before, **dict(zip(found.game.names, found.charges, strict=True))}

    def situation(self, sharing: Sharing, charges: Mapping[str, float]) -> Situation:
        """Return the game in which people pay these charges."""
        fed = {feeds: charges[name] for name, feeds in zip(self.game.names, self.game.feeds, strict=True) if feeds is not None}
        return build_situation(self.definition, self.settings, sharing.name, fed, terms=self.terms)

    def stay(self, situation: Situation, point: Points) -> dict[str, int]:
        """Return the members of each class at actions that are charged; a class that does not act is there as a whole."""
        game = situation.game
        there = {}
        for entry in self.game.classes:
            if entry.name not in game.names:
                there[entry.name] = entry.members
                continue
            i = game.index(entry.name)
            there[entry.name] = min(entry.members, sum(int(game.taken(i, a, point)[0]) for a in self.paying[entry.name]))
        return there

    def judged(self, situation: Situation, first: Allocation) -> Verdict:
        """Return the verdict under the first charges; rules that charge alike are judged once."""
        paid = (*first.charges, first.shortfall, *first.contributions.values())
        key = tuple(round(amount / (first.game.scale or 1.0), 9) for amount in paid)
        if key not in self._judged:
            self._judged[key] = verdict(situation)
        return self._judged[key]


def _paying(situation: Situation, name: str, feeds: str | None) -> tuple[int, ...]:
    """Return the actions of a class that bear its charge: those whose payoff at the target falls, one member there, about as much as any
    when the charge rises; those of the target where the payoffs do not tell.
    """
    stakeholders = situation.definition.stakeholders
    if name not in stakeholders:
        return ()
    counts, actions = situation.target_counts, list(stakeholders[name].actions)
    main = max(range(len(actions)), key=lambda a: counts[name][actions[a]])
    falls = np.zeros(len(actions))
    if feeds is not None:
        value = situation.values[feeds]
        draws = Draws(situation.definition, {**situation.values, feeds: np.array([value, value + max(1.0, abs(value)) / 1000])}, 2, situation.bound)
        i = list(draws.actions).index(name)
        for a in range(len(actions)):
            rows = [[float(counts[who][action]) for action in row] for who, row in draws.actions.items()]
            rows[i][main] -= 1
            rows[i][a] += 1
            earned = draws.payoff(rows, i, a)
            falls[a] = earned[0] - earned[1]
    paying = tuple(int(a) for a in np.flatnonzero(falls > falls.max() / 2)) if falls.max() > 0 else ()
    return paying or tuple(a for a, action in enumerate(actions) if counts[name][action])


def best_replies(game: Game, start: Points) -> tuple[Points, int]:
    """Return where single members' best switches lead from a profile, and after how many; a path that repeats itself ends there."""
    point, seen, moves = start, set[tuple[int, ...]](), 0
    while (key := tuple(int(rows[0]) for rows in point)) not in seen:
        seen.add(key)
        gains = [float(game.gain(move, point)[0]) for move in game.moves]
        gains = [gain if gain > game.tolerances[move.stakeholder] else 0.0 for gain, move in zip(gains, game.moves, strict=True)]
        if not any(gains):
            break
        point, moves = game.after(game.moves[int(np.argmax(gains))], point), moves + 1
    return point, moves


@dataclass(frozen=True)
class RuleTable:
    """Which rules and policies make the target hold: all that fit, side by side, and why the others do not."""

    situation: Situation
    loops: tuple[Loop, ...]
    unfit: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """The rules that make it hold, in plain words."""
        stable = [one.title for one in self.loops if one.word == "stable"]
        holds = [one.title for one in self.loops if one.test.holds]
        stays = [one.title for one in self.loops if one.everybody_stays]
        if stable:
            return f"The target is stable when the cost is shared by: {', '.join(stable)}."
        if holds:
            return f"No rule makes the target stable; nobody gains by leaving under: {', '.join(holds)}."
        if stays:
            return f"Under no rule does nobody gain by leaving the target, but all who are to pay stay under: {', '.join(stays)}."
        best = max(self.loops, key=lambda one: one.cooperation)
        share = f"{shown(100 * best.cooperation, 3)} %"
        return f"No rule makes the target hold; most stay under “{best.title}” ({share} of members at their target action)."

    def as_dict(self) -> dict[str, Any]:
        """Return the table for JSON."""
        rows = []
        for one in self.loops:
            weakest = one.test.weakest
            who = None if weakest is None or one.test.holds else f"{weakest.stakeholder}: {weakest.to}"
            row: dict[str, Any] = {"rule": one.method, "title": one.title, "charge_each": one.rounds[0].charges, "in_core": one.first.in_core}
            row |= {"verdict": one.word, "holds": one.test.holds, "margin": one.test.margin if np.isfinite(one.test.margin) else None, "leaves_first": who}
            rows.append(row | {"ending": one.ending, "stay": one.rounds[-1].stay, "cooperation": one.cooperation})
        return dict(plain({"sentence": self.sentence, "rules": rows, "unfit": [{"rule": name, "why": why} for name, why in self.unfit.items()]}))


def compare_rules(
    definition: Definition, settings: Settings = NO_SETTINGS, terms: Terms = NO_TERMS, methods: Iterable[str | Sharing] = (*METHODS, *POLICIES)
) -> RuleTable:
    """Return every allocation method and policy with the verdict under its charges and where charging and playing ends.

    Raises
    ------
    NotApplicableError
        When there is no cost game, or its charges feed no parameter.
    """
    play = _Play(definition, settings, terms)
    loops, unfit = [], {}
    for method in methods:
        sharing = sharing_named(method) if isinstance(method, str) else method
        try:
            loops.append(play.by(sharing))
        except NotApplicableError as error:
            unfit[sharing.name] = error.message
    return RuleTable(play.today, tuple(loops), unfit)
