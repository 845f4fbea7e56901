"""A proposal on the table: who would gain and who would lose against today, whether it would hold, and who would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..definition import Definition
from ..governance.draws import Draws, gains_at
from ..governance.situation import Situation, build_situation
from ..governance.verdict import Standing, Verdict, standing, verdict
from ..governance.verdict_words import sentences
from ..numerics import plain, shown
from ..settings import Settings

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Terms:
    """What a game is played under.

    Parameters
    ----------
    settings : Settings
        Parameter values, scenario, levers.
    charged : mapping of str to float
        Parameters that the charges feed.
    """

    settings: Settings
    charged: Mapping[str, float]

    def situation(self, definition: Definition) -> Situation:
        """Return the game under these terms."""
        return build_situation(definition, self.settings, charged=self.charged)


@dataclass(frozen=True)
class Change:
    """What the members of a stakeholder earn on average, today and if everybody kept to the proposal, in the game's money unit."""

    stakeholder: str
    label: str
    members: int
    before: float
    after: float

    @property
    def gain(self) -> float:
        """What a member would gain."""
        return self.after - self.before


@dataclass(frozen=True)
class Leaver:
    """A stakeholder of whom a single member would gain by not keeping to the proposal."""

    stakeholder: str
    label: str
    action: str
    to: str
    gain: float


@dataclass(frozen=True)
class Score:
    """A proposal against today.

    Parameters
    ----------
    money : str
    stakeholders : tuple of Change
    outcomes : mapping of str to (float, float)
        Each outcome today and under the proposal.
    leavers : tuple of Leaver
        Largest gain first; empty where nobody gains by leaving.
    verdict : Verdict or None
        Whether the target holds under the proposal; None where the game names no target, and everybody is taken to do what they do today.
    """

    money: str
    stakeholders: tuple[Change, ...]
    outcomes: Mapping[str, tuple[float, float]]
    leavers: tuple[Leaver, ...]
    verdict: Verdict | None

    @property
    def word(self) -> str:
        """Return "stable", "fragile" or "unstable"; "open" where the game names no target."""
        return "open" if self.verdict is None else self.verdict.word

    @property
    def sentence(self) -> str:
        """Who gains, who loses, who would leave."""
        kept = "If everybody kept to it" if self.verdict is not None else "If everybody went on as today"
        gains = [f"{row.label} ({shown(row.gain)})" for row in self.stakeholders if row.gain > 0]
        losses = [f"{row.label} ({shown(-row.gain)})" for row in self.stakeholders if row.gain < 0]
        told = [f"{said} {', '.join(who)}" for said, who in (("would gain", gains), ("would lose", losses)) if who]
        first = f"{kept}, each member, in {self.money}: {'; '.join(told)}." if told else f"{kept}, nobody's income would change against today."
        if not self.leavers:
            return f"{first} Nobody would gain by leaving it alone."
        most = self.leavers[0]
        return f"{first} Most to gain by leaving: {most.label}, {shown(most.gain)} by choosing “{most.to}”."

    def as_dict(self) -> dict[str, Any]:
        """Return the score for JSON."""
        rows = [{"stakeholder": row.stakeholder, "label": row.label, "members": row.members} for row in self.stakeholders]
        for row, change in zip(rows, self.stakeholders, strict=True):
            row |= {"today": change.before, "proposal": change.after, "gain": change.gain}
        return dict(
            plain(
                {
                    "word": self.word,
                    "sentence": self.sentence,
                    "money": self.money,
                    "lines": [] if self.verdict is None else sentences(self.verdict),
                    "stakeholders": rows,
                    "outcomes": [{"outcome": name, "today": before, "proposal": after} for name, (before, after) in self.outcomes.items()],
                    "leavers": [vars(leaver) for leaver in self.leavers],
                }
            )
        )


def score(definition: Definition, now: Terms, today: Counts, proposed: Terms) -> Score:
    """Score a proposal.

    What people earn today comes from what they do today under today's terms. Under the proposal they are taken to do their part in the target, which
    it is for the verdict to say whether they would.

    Parameters
    ----------
    definition : Definition
    now : Terms
        Terms that hold today.
    today : mapping
        Members per stakeholder and action, today.
    proposed : Terms

    Returns
    -------
    Score

    Raises
    ------
    NotApplicableError
        When the proposal's levers rule the target out.
    TooLargeError
        When the game is too large for a verdict.

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "Two firms", "money": "USD", "parameters": {"fine": 0},
    ...     "stakeholders": {"firm": {"members": 2, "actions": ["pay", "stay"]}},
    ...     "payoffs": {"firm": {"pay": "2 * count(firm, pay) - 3", "stay": "2 * count(firm, pay) - fine"}},
    ...     "target": {"profile": {"firm": "pay"}}, "status_quo": {"firm": "stay"}})
    >>> free, fined = (Terms(Settings((("fine", fine),)), {}) for fine in (0.0, 2.0))
    >>> found = score(game, free, {"firm": {"stay": 2}}, fined)
    >>> found.word, [row.gain for row in found.stakeholders]
    ('stable', [1.0])
    """
    before = now.situation(definition)
    after = proposed.situation(definition)
    there = standing(before, before.game.point(_whole(definition, today)))
    if definition.target is None:
        judged, here = None, standing(after, after.game.point(_whole(definition, today)))
    else:
        judged = verdict(after)
        here = judged.target
    rows = tuple(Change(name, after.game.label(i), after.game.members[i], _mean(there, name), _mean(here, name)) for i, name in enumerate(after.game.names))
    outcomes = {name: (value, here.outcomes[name]) for name, value in there.outcomes.items()}
    return Score(definition.money, rows, outcomes, _leavers(after, here.counts), judged)


def _whole(definition: Definition, counts: Counts) -> dict[str, dict[str, int]]:
    return {name: {action: counts[name].get(action, 0) for action in one.actions} for name, one in definition.stakeholders.items()}


def _mean(at: Standing, name: str) -> float:
    members = sum(at.counts[name].values())
    return sum(at.counts[name][action] * value for action, value in at.payoffs[name].items()) / members


def _leavers(situation: Situation, counts: Counts) -> tuple[Leaver, ...]:
    """Return for each stakeholder the single switch that would pay most, where one pays."""
    found = gains_at(Draws(situation.definition, situation.values, 1, situation.bound), counts)
    best: dict[int, Leaver] = {}
    for (i, a, b), gain, noise in zip(found.switches, found.gains[:, 0], found.tolerances[:, 0], strict=True):
        if gain > noise and (i not in best or gain > best[i].gain):
            game = situation.game
            best[i] = Leaver(game.names[i], game.label(i), game.label(i, a), game.label(i, b), float(gain))
    return tuple(sorted(best.values(), key=lambda leaver: -leaver.gain))
